//! The settings of Ansible that mean something here.

mod hosts;
mod moot;
mod output;
mod tasks;

use super::Given;
use crate::settings::Settings;

/// Changes settings as a text says; the error says what is wrong with the text.
type Meaning = fn(&mut Settings, &Given) -> Result<(), String>;

/// One setting by all its names.
#[derive(Clone, Copy)]
pub struct Known {
    /// `section.key` in a file; the last one in the file counts.
    pub written: &'static [&'static str],
    /// In the environment; the first one counts.
    pub exported: &'static [&'static str],
    /// None where there is nothing to do: it is always so here, or concerns what is not here.
    pub meaning: Option<Meaning>,
}

const fn sets(
    written: &'static [&'static str],
    exported: &'static [&'static str],
    meaning: Meaning,
) -> Known {
    Known { written, exported, meaning: Some(meaning) }
}

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Known> {
    [hosts::KNOWN, tasks::KNOWN, output::KNOWN].into_iter().flatten()
}

/// Whether a setting of a file is known.
pub fn is_written(name: &str) -> bool {
    let section = name.split('.').next().unwrap_or_default();
    moot::SECTIONS.contains(&section)
        || moot::WRITTEN.contains(&name)
        || all().any(|known| known.written.contains(&name))
}

/// Whether a variable of the environment is known.
pub fn is_exported(name: &str) -> bool {
    moot::EXPORTED.contains(&name)
        || moot::PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || all().any(|known| known.exported.contains(&name))
}
