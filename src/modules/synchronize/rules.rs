//! Which names take part: `--exclude` and `--include`, as rsync reads them.

use crate::host::glob;
use serde::{Deserialize, Serialize};

/// Rules in their order: the first that fits decides.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Rules(Vec<Rule>);

/// One pattern, and what it is about.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Rule {
    keeps: bool,
    /// Only from the top of what is transferred.
    anchored: bool,
    directories_only: bool,
    pattern: String,
}

impl Rules {
    /// One more rule; one that begins with `+ ` or `- ` says itself what it is.
    pub fn add(&mut self, keeps: bool, text: &str) {
        let (keeps, text) = match (text.strip_prefix("+ "), text.strip_prefix("- ")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => (keeps, text),
        };
        let anchored = text.starts_with('/');
        let text = text.trim_start_matches('/');
        let directories_only = text.ends_with('/');
        let pattern = text.trim_end_matches('/').to_owned();
        self.0.push(Rule { keeps, anchored, directories_only, pattern });
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a name is left out; the path is relative to the top of what is transferred.
    pub fn exclude(&self, path: &str, is_directory: bool) -> bool {
        let rule = self.0.iter().find(|rule| rule.fits(path, is_directory));
        rule.is_some_and(|rule| !rule.keeps)
    }
}

impl Rule {
    fn fits(&self, path: &str, is_directory: bool) -> bool {
        if self.directories_only && !is_directory {
            return false;
        }
        let everything_in = self.pattern.strip_suffix("/***");
        let pattern = everything_in.unwrap_or(&self.pattern);
        let whole = |pattern: &str| match self.anchored {
            true => fits(pattern, path),
            false => tails(path).any(|tail| fits(pattern, tail)),
        };
        if everything_in.is_some() && whole(&format!("{pattern}/**")) {
            return true;
        }
        if pattern.contains('/') || pattern.contains("**") || self.anchored {
            return whole(pattern);
        }
        fits(pattern, path.rsplit('/').next().unwrap_or(path))
    }
}

/// The path itself, and what is left of it without its first directories.
fn tails(path: &str) -> impl Iterator<Item = &str> {
    let starts = path.match_indices('/').map(|(index, _)| index + 1);
    std::iter::once(0).chain(starts).filter_map(|start| path.get(start..))
}

/// Whether a path is as the pattern says; a star ends at slashes, two do not.
fn fits(pattern: &str, path: &str) -> bool {
    if let Some((before, after)) = pattern.split_once("**") {
        let ends = (0..=path.len()).filter(|end| path.is_char_boundary(*end));
        return ends
            .filter(|end| fits(before, path.get(..*end).unwrap_or_default()))
            .any(|end| tails_of(path.get(end..).unwrap_or_default()).any(|rest| fits(after, rest)));
    }
    let (patterns, parts): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    patterns.len() == parts.len()
        && patterns.iter().zip(parts).all(|(pattern, part)| glob::matches(pattern, part))
}

/// Every end of a text, itself and nothing included.
fn tails_of(text: &str) -> impl Iterator<Item = &str> {
    (0..=text.len()).filter_map(|start| text.get(start..))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_they_mean_to_rsync() {
        for (pattern, path, is_directory, excluded) in [
            ("*.log", "a/b.log", false, true),
            ("*.log", "a/b.txt", false, false),
            (".git", "sub/.git", true, true),
            ("cache/", "cache", false, false),
            ("cache/", "deep/cache", true, true),
            ("/top", "top", true, true),
            ("/top", "deep/top", true, false),
            ("a/b", "x/a/b", false, true),
            ("a/*/c", "a/b/c", false, true),
            ("a/*/c", "a/b/b/c", false, false),
            ("a/**/c", "a/b/b/c", false, true),
            ("/tmp/***", "tmp", true, true),
            ("/tmp/***", "tmp/deep/file", false, true),
            ("+ keep", "keep", false, false),
        ] {
            let mut rules = Rules::default();
            rules.add(false, pattern);
            assert_eq!(rules.exclude(path, is_directory), excluded, "{pattern} {path}");
        }
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        let mut rules = Rules::default();
        rules.add(true, "important.log");
        rules.add(false, "*.log");
        assert!(!rules.exclude("important.log", false));
        assert!(rules.exclude("other.log", false));
    }
}
