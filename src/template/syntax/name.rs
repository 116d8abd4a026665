//! One shared copy of every name in templates.

use super::tree::Name;
use std::collections::HashSet;
use std::sync::{LazyLock, PoisonError, RwLock};

static NAMES: LazyLock<RwLock<HashSet<Name>>> = LazyLock::new(RwLock::default);

/// The shared copy of a name: two of them are equal exactly if their addresses are.
pub fn name(text: &str) -> Name {
    if let Some(name) = NAMES.read().unwrap_or_else(PoisonError::into_inner).get(text) {
        return name.clone();
    }
    let mut names = NAMES.write().unwrap_or_else(PoisonError::into_inner);
    if let Some(name) = names.get(text) {
        return name.clone();
    }
    let name = Name::from(text);
    names.insert(name.clone());
    name
}
