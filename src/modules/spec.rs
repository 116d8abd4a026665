//! What is known of a module without a host: for help pages and for checking.

use crate::host::Data;

/// What is known of a module without a host.
#[derive(Debug)]
pub struct Spec {
    pub name: &'static str,
    /// Other names of the same module.
    pub aliases: &'static [&'static str],
    /// The lines of its manual page: a summary, details, examples in YAML.
    #[cfg(feature = "controller")]
    pub doc: &'static [&'static str],
    pub groups: &'static [&'static [Arg]],
    /// Modules to which it hands on the arguments that it has not itself.
    pub hands_on_to: &'static [&'static Spec],
    /// Effects stay inside one host's files: no other host, service or program can see them.
    pub local: bool,
}

/// An argument of a module.
#[derive(Debug)]
pub struct Arg {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub required: bool,
    /// The value of the default.
    pub value: Option<fn() -> Data>,
    /// Whether a value fits, and why not.
    pub check: fn(&Data) -> Result<(), String>,
    /// What the manual says of it besides.
    #[cfg(feature = "controller")]
    pub page: Page,
}

/// An argument in the manual. The agent does without: it has nobody to show it to.
#[cfg(feature = "controller")]
#[derive(Debug)]
pub struct Page {
    /// Ansible's word for the type: `str`, `bool`, `list`, ...
    pub kind: fn() -> &'static str,
    pub choices: fn() -> &'static [&'static str],
    /// The default as it is written.
    pub default: Option<&'static str>,
    pub doc: &'static [&'static str],
}

impl Spec {
    /// All arguments, in the order of the manual.
    pub fn args(&self) -> impl Iterator<Item = &'static Arg> {
        self.groups.iter().flat_map(|group| group.iter())
    }

    /// The argument of this name or alias, its own or that of a module to which it hands it on.
    pub fn arg(&self, name: &str) -> Option<&'static Arg> {
        let others = self.hands_on_to.iter().flat_map(|other| other.args());
        self.args().chain(others).find(|arg| arg.is(name))
    }

    /// The first line of the manual page.
    #[cfg(feature = "controller")]
    pub fn summary(&self) -> &'static str {
        self.doc.first().map_or("", |line| line.trim())
    }
}

impl Arg {
    /// Whether it goes by this name.
    pub fn is(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }
}
