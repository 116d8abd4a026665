//! Every module, tested by data: `tests/modules/<module>/<case>.json` says the task, the host before, and what must come
//! of it. Of every case the harness requires: a dry run shows the changes that the run makes and changes nothing, and
//! a second plan is empty.

mod case;
mod examples;
mod fake;
mod odd;
mod smuggled;
mod swapped;

use case::Case;
use std::path::{Path, PathBuf};

/// Every case of every module.
fn all_cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/modules");
    cases(&folder).iter().flat_map(|path| Case::read(path)).collect()
}

#[test]
fn every_case_holds() {
    let mut failures = Vec::new();
    let cases = cases(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/modules"));
    assert!(!cases.is_empty());
    for path in cases {
        for (index, case) in Case::read(&path).into_iter().enumerate() {
            if let Err(why) = case.holds() {
                failures.push(format!("{} [{}] {}\n    {why}", path.display(), index + 1, case.name));
            }
        }
    }
    assert!(failures.is_empty(), "{} cases do not hold:\n\n{}", failures.len(), failures.join("\n\n"));
}

fn cases(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(cases(&path));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
    found.sort();
    found
}
