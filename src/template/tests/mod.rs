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

static TESTS: LazyLock<HashMap<&'static str, Test>> = LazyLock::new(|| {
    let all = FAMILIES.iter().flat_map(|table| table.iter());
    all.map(|(name, run)| (*name, Test { run: *run, takes_undefined: TAKE_UNDEFINED.contains(name) }))
        .collect()
});

/// The test of a name, with or without its collection.
pub fn find(name: &str) -> Option<Test> {
    TESTS.get(short(name)).copied()
}

/// All names, for "did you mean".
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = TESTS.keys().copied().collect();
    names.sort_unstable();
    names
}
