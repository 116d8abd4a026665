//! Texts that are compared with files.

use std::path::Path;

/// Compares with `snapshots/NAME.txt`. Escape sequences stand as `␛` in the file, so that it can be read.
pub fn assert_snapshot(name: &str, text: &str) {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report/snapshots").join(format!("{name}.txt"));
    let text = text.replace('\x1b', "␛");
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(path.parent().expect("has a parent")).expect("can be made");
        std::fs::write(&path, &text).expect("can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        text == expected,
        "{name} is not as in {}\n--- found\n{text}\n--- expected\n{expected}",
        path.display()
    );
}
