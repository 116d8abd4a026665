//! Tests: what stands behind `is`. One file a family.

mod addresses;
mod files;
mod kinds;
mod matching;
mod networks;
mod relations;
mod results;
mod versions;

use super::Answer;
use super::eval::Call;
use super::filters::short;
use std::collections::HashMap;
use std::sync::LazyLock;

/// What a test does.
pub type Run = fn(&mut Call) -> Answer<bool>;

/// Names and functions of a family.
pub type Table = &'static [(&'static str, Run)];

/// A test.
#[derive(Clone, Copy)]
pub struct Test {
    pub run: Run,
    /// Whether it may be given what is undefined.
    pub takes_undefined: bool,
    /// Whether the classic language gives it what is undefined.
    pub looks_only: bool,
    /// Whether it is given encrypted values as they are.
    pub keeps_sealed: bool,
}

const FAMILIES: &[Table] = &[
    addresses::TABLE,
    files::TABLE,
    kinds::TABLE,
    matching::TABLE,
    networks::TABLE,
    relations::TABLE,
    results::TABLE,
    versions::TABLE,
];

const TAKE_UNDEFINED: [&str; 2] = ["defined", "undefined"];

/// Tests that look at the kind of a value only: the classic language gives them what is undefined.
const LOOK_ONLY: [&str; 14] = [
    "boolean",
    "escaped",
    "false",
    "float",
    "integer",
    "mapping",
    "none",
    "number",
    "sameas",
    "sequence",
    "string",
    "true",
    "callable",
    "vault_encrypted",
];

static TESTS: LazyLock<HashMap<&'static str, Test>> = LazyLock::new(|| {
    let all = FAMILIES.iter().flat_map(|table| table.iter());
    let test = |name, run| Test {
        run,
        takes_undefined: TAKE_UNDEFINED.contains(name),
        looks_only: LOOK_ONLY.contains(name),
        keeps_sealed: *name == "vault_encrypted",
    };
    all.map(|(name, run)| (*name, test(name, *run))).collect()
});

/// The test of a name, with or without its collection.
pub fn find(name: &str) -> Option<Test> {
    TESTS.get(short(name)).copied()
}

/// Whether the test of this name was a filter too, before Ansible 2.9: `result|failed`.
pub fn was_filter(name: &str) -> bool {
    let families = [files::TABLE, matching::TABLE, results::TABLE, versions::TABLE];
    families.iter().any(|table| table.iter().any(|(known, _)| *known == name))
}

/// All names, for "did you mean".
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = TESTS.keys().copied().collect();
    names.sort_unstable();
    names
}
