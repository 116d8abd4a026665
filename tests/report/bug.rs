//! What happens when the program itself is wrong.

use std::process::Command;

/// Set for the process that is to panic.
const CHILD: &str = "PROVISION_TEST_PANICS";

#[test]
fn a_panic_is_a_bug_of_ours_and_tells_no_secret() {
    let program = std::env::current_exe().expect("is a program");
    let mut child = Command::new(program);
    let output =
        child.args(["--exact", "bug::panics", "--nocapture"]).env(CHILD, "1").output().expect("runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(250), "{said}");
    assert!(said.contains("this is a bug of ours") && said.contains("tests/report/bug.rs:"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn panics() {
    if std::env::var_os(CHILD).is_some() {
        provision::report::confess();
        panic!("cannot use {}", ["hunter", "2"].concat());
    }
}
