//! What we encrypt, ansible-vault reads.

use super::python;
use provision::vault::Secret;
use std::process::Command;

#[test]
fn ansible_vault_reads_what_was_written_here() {
    let folder = tempfile::tempdir().unwrap();
    let password = folder.path().join("password");
    std::fs::write(&password, "first password\n").unwrap();
    let program = python::interpreter("2.19").with_file_name("ansible-vault");
    for (length, label) in [(0, None), (1, Some("dev")), (16, None), (1000, Some("dev"))] {
        let path = folder.path().join(format!("file{length}"));
        let plain = "ü".repeat(length);
        let secret = Secret::new(label, "first password");
        std::fs::write(&path, secret.encrypt(plain.as_bytes()).unwrap()).unwrap();
        let mut view = Command::new(&program);
        view.arg("view").arg("--vault-password-file").args([&password, &path]).env("PAGER", "cat");
        let output = view.output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap().trim_end(), plain, "{:?}", output.stderr);
    }
}
