//! What dnf, dnf5 and yum foretell when nobody agrees.

/// What would be done to packages: name, architecture, version.
#[derive(Debug, Default, PartialEq)]
pub struct Transaction {
    pub installed: Vec<Package>,
    pub upgraded: Vec<Package>,
    pub downgraded: Vec<Package>,
    pub reinstalled: Vec<Package>,
    pub removed: Vec<Package>,
}

/// A package of a transaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Package {
    pub name: String,
    pub architecture: String,
    pub version: String,
}

impl Package {
    /// Name, version and architecture in one word.
    pub fn full(&self) -> String {
        format!("{}-{}.{}", self.name, self.version, self.architecture)
    }
}

impl Transaction {
    /// Reads the table that is printed before the question.
    pub fn read(text: &str) -> Transaction {
        let mut transaction = Transaction::default();
        let mut section = "";
        // A long name stands in a line of its own.
        let mut long = None;
        for line in text.lines() {
            if line.starts_with("Transaction Summary") {
                break;
            }
            if !line.starts_with(' ') {
                section = line.trim_end().trim_end_matches(':');
                continue;
            }
            let words: Vec<&str> = long.take().into_iter().chain(line.split_whitespace()).collect();
            match (words.as_slice(), transaction.part(section)) {
                (["replacing", ..], _) => {}
                ([name], Some(_)) => long = Some(*name),
                ([name, architecture, version, ..], Some(part)) => part.push(Package {
                    name: (*name).to_owned(),
                    architecture: (*architecture).to_owned(),
                    version: (*version).trim_start_matches("0:").to_owned(),
                }),
                _ => {}
            }
        }
        transaction
    }

    fn part(&mut self, section: &str) -> Option<&mut Vec<Package>> {
        match section.split(' ').next() {
            Some("Installing") => Some(&mut self.installed),
            Some("Upgrading" | "Updating") => Some(&mut self.upgraded),
            Some("Downgrading") => Some(&mut self.downgraded),
            Some("Reinstalling") => Some(&mut self.reinstalled),
            Some("Removing") => Some(&mut self.removed),
            _ => None,
        }
    }

    /// Whether nothing would happen.
    pub fn is_empty(&self) -> bool {
        *self == Transaction::default()
    }

    /// In words: what is installed, upgraded, removed.
    pub fn title(&self) -> String {
        let parts = [
            ("install", &self.installed),
            ("upgrade", &self.upgraded),
            ("downgrade", &self.downgraded),
            ("reinstall", &self.reinstalled),
            ("remove", &self.removed),
        ];
        let one = |package: &Package| format!("{} ({})", package.name, package.version);
        let part = |(verb, packages): &(&str, &Vec<Package>)| {
            format!("{verb} {}", packages.iter().map(one).collect::<Vec<_>>().join(", "))
        };
        let filled = parts.iter().filter(|(_, packages)| !packages.is_empty());
        filled.map(part).collect::<Vec<_>>().join("; ")
    }

    /// What Ansible calls the results.
    pub fn results(&self) -> Vec<String> {
        let come =
            self.installed.iter().chain(&self.upgraded).chain(&self.downgraded).chain(&self.reinstalled);
        let come = come.map(|package| format!("Installed: {}", package.full()));
        come.chain(self.removed.iter().map(|package| format!("Removed: {}", package.full()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_dnf_is_read() {
        let text = "Dependencies resolved.\n====\n Package  Arch  Version  Repository  Size\n====\nInstalling:\n \
                    hello  x86_64  2.10-1  lab  6.5 k\nInstalling dependencies:\n \
                    a-name-that-is-longer-than-its-column\n        noarch  1-1  lab  5 k\nRemoving unused dependencies:\n \
                    old  noarch  3-1  @lab  1\n\nTransaction Summary\n====\nInstall  2 Packages\n";
        let read = Transaction::read(text);
        assert_eq!(
            read.title(),
            "install hello (2.10-1), a-name-that-is-longer-than-its-column (1-1); remove old (3-1)"
        );
        assert_eq!(read.results().first().map(String::as_str), Some("Installed: hello-2.10-1.x86_64"));
    }

    #[test]
    fn the_table_of_dnf5_is_read() {
        let text = "Updating and loading repositories:\nRepositories loaded.\nPackage Arch Version Repository Size\nUpgrading:\n \
                    hello x86_64 0:2.12-1.fc41 fedora 1 KiB\n   replacing hello x86_64 0:2.10-1.fc41 fedora 1 KiB\n\nTransaction Summary:\n \
                    Upgrading: 1 package\n";
        assert_eq!(Transaction::read(text).title(), "upgrade hello (2.12-1.fc41)");
        assert!(Transaction::read("Nothing to do.\n").is_empty());
    }
}
