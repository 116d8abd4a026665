//! What `apt-get -s` foretells.

use crate::host::{Effect, Fields, packages};

/// What `apt-get -s` foretells.
#[derive(Debug, Default, PartialEq)]
pub struct Simulation {
    /// Name, version before if there was one, version after.
    pub installed: Vec<(String, Option<String>, String)>,
    pub removed: Vec<String>,
    /// Unpacked before, but not set up.
    pub configured: Vec<String>,
    /// Files that would be deleted.
    pub deleted: Vec<String>,
}

impl Simulation {
    /// Reads the lines that `apt-get -s` prints for programs.
    pub fn read(text: &str) -> Simulation {
        let mut simulation = Simulation::default();
        for line in text.lines() {
            let mut words = line.split_whitespace();
            match (words.next(), words.next()) {
                (Some("Inst"), Some(name)) => simulation.installed.push(read_install(name, line)),
                (Some("Remv" | "Purg"), Some(name)) => simulation.removed.push(plain(name)),
                (Some("Conf"), Some(name)) => simulation.configured.push(plain(name)),
                (Some("Del"), Some(name)) => simulation.deleted.push(name.to_owned()),
                _ => {}
            }
        }
        let installed: Vec<&str> = simulation.installed.iter().map(|(name, ..)| name.as_str()).collect();
        simulation.configured.retain(|name| !installed.contains(&name.as_str()));
        simulation
    }

    /// Whether nothing would happen.
    pub fn is_empty(&self) -> bool {
        *self == Simulation::default()
    }

    /// For a dry run: what dpkg would know then. Files of packages come into being too, nobody knows which.
    pub fn effects(&self) -> Vec<Effect> {
        let mut effects = Vec::new();
        for (name, _, version) in &self.installed {
            let known = Fields::new()
                .with("name", name.as_str())
                .with("status", "ii")
                .with("version", version.as_str());
            effects.push(Effect::Set(packages::package_subject(name), known.into()));
        }
        for name in &self.removed {
            effects.push(Effect::Set(packages::package_subject(name), crate::host::Data::Null));
        }
        effects.push(Effect::Anything);
        effects
    }

    /// In words: what is installed, upgraded, removed.
    pub fn title(&self, words: &[String]) -> String {
        let mut parts = Vec::new();
        let (new, upgraded): (Vec<_>, Vec<_>) =
            self.installed.iter().partition(|(_, before, _)| before.is_none());
        let list = |packages: &[&(String, Option<String>, String)]| {
            let one = |(name, before, after): &&(String, Option<String>, String)| match before {
                Some(before) => format!("{name} ({before} -> {after})"),
                None => format!("{name} ({after})"),
            };
            packages.iter().map(one).collect::<Vec<_>>().join(", ")
        };
        if !new.is_empty() {
            parts.push(format!("install {}", list(&new)));
        }
        if !upgraded.is_empty() {
            parts.push(format!("upgrade {}", list(&upgraded)));
        }
        if !self.removed.is_empty() {
            parts.push(format!("remove {}", self.removed.join(", ")));
        }
        if !self.configured.is_empty() {
            parts.push(format!("set up {}", self.configured.join(", ")));
        }
        if parts.is_empty() { format!("apt-get {}", words.join(" ")) } else { parts.join("; ") }
    }
}

/// `Inst nginx [1.0] (1.1 Debian:12 [amd64])`
fn read_install(name: &str, line: &str) -> (String, Option<String>, String) {
    let between = |open: char, close: char| {
        let start = line.find(open)? + 1;
        let rest = line.get(start..)?;
        rest.get(..rest.find(close)?).map(str::to_owned)
    };
    let after = between('(', ')').and_then(|found| found.split_whitespace().next().map(str::to_owned));
    let opening = line.find('(').unwrap_or(line.len());
    let before = line.find('[').filter(|place| *place < opening).and_then(|_| between('[', ']'));
    (plain(name), before, after.unwrap_or_default())
}

/// The name without its architecture.
fn plain(name: &str) -> String {
    name.split(':').next().unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_apt_foretells_is_read() {
        let text = "NOTE: This is only a simulation!\nInst libx [1.0-1] (1.1-1 Debian:12.1/stable [amd64])\n\
                    Inst nginx (1.22 Debian:12.1/stable [amd64]) []\nConf nginx (1.22 x)\nRemv old [2]\nConf half (1)\n";
        let read = Simulation::read(text);
        assert_eq!(
            read.title(&[]),
            "install nginx (1.22); upgrade libx (1.0-1 -> 1.1-1); remove old; set up half"
        );
        assert!(Simulation::read("0 upgraded, 0 newly installed").is_empty());
    }
}
