//! Settings of what is run, on what, with which variables, or listed in its place.

use crate::source::Span;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::PathBuf;

/// Where hosts come from.
#[derive(Clone, Debug, Default)]
pub struct InventorySettings {
    /// `-i`, in order: a path, or a list of hosts with a comma in it. Paths of a file of settings are absolute.
    pub sources: Vec<String>,
    /// Whether `sources` were given at all, or are the usual place.
    pub given: bool,
    /// The directory that stands for a playbook's: variables beside it count.
    pub beside: Option<PathBuf>,
    /// Kinds of inventory that may be read; empty for all.
    pub enabled: Vec<String>,
    /// Extensions of files that are passed over in a directory, dot included; empty for the usual ones.
    pub ignored_extensions: Vec<String>,
    /// Regular expressions over names that are passed over in a directory.
    pub ignored_patterns: Vec<String>,
    /// A source that cannot be read is an error, not a warning.
    pub any_unparsed_is_failed: bool,
    /// No source that can be read is an error, not a warning.
    pub unparsed_is_failed: bool,
    /// `host_pattern_mismatch`: what a pattern that matches no host is.
    pub mismatch: PatternMismatch,
}

/// What a pattern that matches no host is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum PatternMismatch {
    #[default]
    Warning,
    Error,
    Ignore,
}

/// Which hosts, tasks and roles of the playbooks.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// `-l`: a host pattern; `@FILE` inside it is a file of patterns, one a line.
    pub limit: Option<String>,
    /// `--shard`: only a part of the hosts.
    pub shard: Option<Shard>,
    /// `-t`; `all` where none is given.
    pub tags: Vec<String>,
    /// `--skip-tags`.
    pub skip_tags: Vec<String>,
    /// `--role`: only these roles, with their variables wired as in the full run; empty for all.
    pub roles: Vec<String>,
    /// `--start-at-task`.
    pub start_at_task: Option<String>,
}

/// A part of all hosts. Which part a host belongs to follows from its name alone, so that it stays there whoever else comes
/// and goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Shard {
    /// From 1 on.
    pub number: u32,
    pub count: u32,
}

impl Shard {
    /// Reads `2/8`.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn read(text: &str) -> Result<Shard, String> {
        let parts = text
            .split_once('/')
            .and_then(|(number, count)| Some((number.parse().ok()?, count.parse().ok()?)));
        match parts {
            Some((number, count)) if (1..=count).contains(&number) => Ok(Shard { number, count }),
            _ => Err("wants a number and how many there are, such as 1/4".to_owned()),
        }
    }

    /// Whether the host of this name belongs to it.
    pub fn has(self, host: &str) -> bool {
        let digest: [u8; 32] = Sha256::digest(host).into();
        let first = digest.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        first % u64::from(self.count) == u64::from(self.number) - 1
    }
}

/// What is printed in place of a run; several may be asked for at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Listing {
    pub hosts: bool,
    pub tasks: bool,
    pub tags: bool,
    /// Read and check everything, and say nothing if it is fine.
    pub syntax_check: bool,
}

impl Listing {
    /// Whether there is anything to print in place of a run.
    pub fn is_asked_for(self) -> bool {
        self.hosts || self.tasks || self.tags || self.syntax_check
    }
}

/// One `-e`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ExtraVars {
    /// `@FILE`: YAML or JSON, which may be a vault.
    File(PathBuf),
    /// Begins with `{` or `[`: YAML or JSON. The span is that of the text in the source named `<command line>`.
    Yaml { text: String, span: Span },
    /// `key=value ...`, quoted as Ansible reads it.
    Pairs { text: String, span: Span },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_host_is_in_one_shard_and_stays_there() {
        let shards: Vec<Shard> = (1..=4).map(|number| Shard { number, count: 4 }).collect();
        let of = |host: &str| {
            shards.iter().filter(|shard| shard.has(host)).map(|shard| shard.number).collect::<Vec<_>>()
        };
        let mut sizes = [0; 4];
        for number in 0..1000 {
            let found = of(&format!("web{number}"));
            assert_eq!(found.len(), 1);
            sizes[found[0] as usize - 1] += 1;
        }
        assert!(sizes.iter().all(|size| (200..300).contains(size)), "{sizes:?}");
        // Written down: another version of the program must come to the same.
        assert_eq!([of("web1"), of("web2"), of("db.example.org")], WRITTEN.map(|number| vec![number]));
        assert_eq!(Shard::read("2/4"), Ok(shards[1]));
        assert!(["0/4", "5/4", "1", "1/0", "a/b", "-1/2"].iter().all(|text| Shard::read(text).is_err()));
    }

    const WRITTEN: [u32; 3] = [3, 2, 2];
}
