//! Names of modules.

use super::Spec;
use super::call::SPECS;

/// Collections whose modules are meant by their bare names.
const PREFIXES: [&str; 10] = [
    "ansible.builtin.",
    "ansible.legacy.",
    "ansible.posix.",
    "community.general.",
    "community.docker.",
    "community.crypto.",
    "community.postgresql.",
    "community.mysql.",
    "ansible.mysql.",
    "provision.",
];

/// The name without the collection that it may be written with.
pub fn canonical(name: &str) -> &str {
    PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}

/// What is known of the module of this name.
pub fn spec(name: &str) -> Option<&'static Spec> {
    let name = canonical(name);
    SPECS.iter().copied().find(|spec| spec.name == name || spec.aliases.contains(&name))
}

/// All names, the chief ones only.
pub fn names() -> impl Iterator<Item = &'static str> {
    SPECS.iter().map(|spec| spec.name)
}
