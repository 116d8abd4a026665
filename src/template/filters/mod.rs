//! Filters: one file a family, a function and a line in its table each.

mod bcrypt;
mod certificates;
mod chance;
mod choose;
mod comment;
mod defaults;
pub mod dicts;
mod durations;
pub mod encode;
pub mod hashes;
pub mod html;
pub mod ipaddr;
mod json;
mod keys;
mod networks;
mod numbers;
pub mod order;
pub mod passwords;
mod patches;
mod paths;
mod query;
pub mod regex;
pub mod reshape;
mod sequence;
pub mod sets;
mod sizes;
mod text;
mod times;
pub mod trees;
pub mod truth;
mod urlize;
mod vault;
mod vlans;
mod wrap;
mod yaml;

pub use paths::normal as normal_path;

use super::Answer;
use super::eval::Call;
use crate::vars::Value;
use std::collections::HashMap;
use std::sync::LazyLock;

/// What a filter does.
pub type Run = fn(&mut Call) -> Answer<Value>;

/// Names and functions of a family.
pub type Table = &'static [(&'static str, Run)];

/// A filter.
#[derive(Clone, Copy)]
pub struct Filter {
    pub run: Run,
    /// Whether it may be given what is undefined.
    pub takes_undefined: bool,
    /// Whether the classic language gives it arguments that are undefined.
    pub hands_on: bool,
    /// Whether its text stays text in the classic language.
    pub stays_text: bool,
    /// What it gives is of the machine and not of its arguments.
    pub looks_outside: bool,
}

const FAMILIES: &[Table] = &[
    certificates::TABLE,
    chance::TABLE,
    choose::TABLE,
    comment::TABLE,
    defaults::TABLE,
    dicts::TABLE,
    durations::TABLE,
    encode::TABLE,
    hashes::TABLE,
    html::TABLE,
    ipaddr::TABLE,
    json::TABLE,
    keys::TABLE,
    networks::TABLE,
    numbers::TABLE,
    order::TABLE,
    passwords::TABLE,
    patches::TABLE,
    paths::TABLE,
    query::TABLE,
    regex::TABLE,
    reshape::TABLE,
    sequence::TABLE,
    sets::TABLE,
    sizes::TABLE,
    text::TABLE,
    times::TABLE,
    trees::TABLE,
    truth::TABLE,
    urlize::TABLE,
    vault::TABLE,
    vlans::TABLE,
    wrap::TABLE,
    yaml::TABLE,
];

/// Filters that look at the environment or at files: what they find there is nobody's template.
const LOOK_OUTSIDE: &[&str] = &["expanduser", "expandvars", "realpath"];

/// Filters that make something undefined of an undefined argument: `map`, because of what it applies.
const HAND_ON: &[&str] = &["extract", "map"];

const STAY_TEXT: [&str; 7] =
    ["string", "to_json", "to_nice_json", "to_yaml", "to_nice_yaml", "ppretty", "json"];

const TAKE_UNDEFINED: [&str; 5] = ["default", "d", "mandatory", "type_debug", "ternary"];

static FILTERS: LazyLock<HashMap<&'static str, Filter>> = LazyLock::new(|| {
    let all = FAMILIES.iter().flat_map(|table| table.iter());
    let filter = |name, run| Filter {
        run,
        takes_undefined: TAKE_UNDEFINED.contains(name),
        hands_on: HAND_ON.contains(name),
        stays_text: STAY_TEXT.contains(name),
        looks_outside: LOOK_OUTSIDE.contains(name),
    };
    all.map(|(name, run)| (*name, filter(name, *run))).collect()
});

/// Collections whose filters, tests and lookups are found by their full names too.
const COLLECTIONS: [&str; 8] = [
    "ansible.builtin.",
    "ansible.legacy.",
    "community.general.",
    "ansible.utils.",
    "ansible.posix.",
    "ansible.netcommon.",
    "community.crypto.",
    "ansible.windows.",
];

/// A name without its collection.
pub fn short(name: &str) -> &str {
    COLLECTIONS.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}

/// The filter of a name, with or without its collection. Some names mean another filter in another collection.
pub fn find(name: &str) -> Option<Filter> {
    FILTERS.get(name).or_else(|| FILTERS.get(short(name))).copied()
}

/// All names, for "did you mean".
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = FILTERS.keys().copied().collect();
    names.sort_unstable();
    names
}
