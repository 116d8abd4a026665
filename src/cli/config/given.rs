//! The text of one setting, and what it can mean.

use crate::cli::surroundings::Surroundings;
use crate::settings::VaultSecret;
use std::path::{Path, PathBuf};

/// A setting's text with all that is needed to read it.
pub struct Given<'a> {
    /// As the user knows it: `defaults.forks`, `ANSIBLE_FORKS`.
    pub name: &'a str,
    text: &'a str,
    /// What paths are relative to.
    base: &'a Path,
    place: &'a dyn Surroundings,
}

/// Why a text cannot be read.
type Message = String;

impl<'a> Given<'a> {
    /// A text under a name.
    pub fn new(name: &'a str, text: &'a str, base: &'a Path, place: &'a dyn Surroundings) -> Given<'a> {
        Given { name, text: unquoted(text.trim()), base, place }
    }

    pub fn text(&self) -> String {
        self.text.to_owned()
    }

    /// The text, or none where it is empty.
    pub fn some(&self) -> Option<String> {
        Some(self.text()).filter(|text| !text.is_empty())
    }

    /// Yes or no, in Ansible's words.
    pub fn flag(&self) -> Result<bool, Message> {
        match self.text.to_lowercase().as_str() {
            "y" | "yes" | "on" | "1" | "true" | "t" | "1.0" => Ok(true),
            "n" | "no" | "off" | "0" | "false" | "f" | "0.0" | "" | "none" => Ok(false),
            _ => Err(self.wanted("yes or no")),
        }
    }

    /// A whole number.
    pub fn number<T: std::str::FromStr>(&self) -> Result<T, Message> {
        self.text.parse().map_err(|_| self.wanted("a number"))
    }

    /// A number, or none where it is empty or `None`.
    pub fn some_number<T: std::str::FromStr>(&self) -> Result<Option<T>, Message> {
        if self.text.is_empty() || self.text.eq_ignore_ascii_case("none") {
            return Ok(None);
        }
        self.number().map(Some)
    }

    /// One of several words.
    pub fn word<T: Copy>(&self, words: &[(&str, T)]) -> Result<T, Message> {
        let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(self.text));
        found.map(|(_, value)| *value).ok_or_else(|| {
            let names: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
            self.wanted(&format!("one of {}", names.join(", ")))
        })
    }

    /// The list of these words, in any order.
    pub fn words(&self, words: &[&str]) -> Result<(), Message> {
        let given = self.list();
        match given.len() == words.len() && words.iter().all(|word| given.iter().any(|one| one == word)) {
            true => Ok(()),
            false => Err(self.wanted(&format!("nothing but `{}`", words.join("`, `")))),
        }
    }

    /// A list apart by commas.
    pub fn list(&self) -> Vec<String> {
        self.text
            .split(',')
            .map(|one| unquoted(one.trim()).to_owned())
            .filter(|one| !one.is_empty())
            .collect()
    }

    /// A path, made absolute.
    pub fn path(&self) -> PathBuf {
        self.absolute(self.text)
    }

    /// Paths apart by colons.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.text
            .split(':')
            .map(str::trim)
            .filter(|one| !one.is_empty())
            .map(|one| self.absolute(one))
            .collect()
    }

    /// Sources of an inventory apart by commas; hosts apart by commas if the text ends in one.
    pub fn inventories(&self) -> Vec<String> {
        if self.text.ends_with(',') {
            return vec![self.text()];
        }
        self.list().iter().map(|one| self.absolute(one).display().to_string()).collect()
    }

    /// Where the password of a vault comes from.
    pub fn vault(&self, source: &str) -> VaultSecret {
        match source {
            "prompt" | "prompt_ask_vault_pass" => VaultSecret::Prompt,
            file => VaultSecret::File(self.absolute(file)),
        }
    }

    fn absolute(&self, path: &str) -> PathBuf {
        let here = self.place.directory();
        let path = path.replace("{{CWD}}", &here.display().to_string());
        let path = path.replace("{{ CWD }}", &here.display().to_string());
        self.base.join(expanded(&path, self.place))
    }

    fn wanted(&self, what: &str) -> Message {
        format!("`{}` takes {what}, found `{}`", self.name, self.text)
    }
}

/// The path with `~` and variables of the environment replaced.
pub fn expanded(path: &str, place: &dyn Surroundings) -> PathBuf {
    let path = with_variables(path, place);
    match (path.strip_prefix('~'), place.home()) {
        (Some(""), Some(home)) => home,
        (Some(rest), Some(home)) if rest.starts_with('/') => home.join(rest.trim_start_matches('/')),
        _ => PathBuf::from(path),
    }
}

/// `$NAME` and `${NAME}`; those that are not set stay as they are.
fn with_variables(text: &str, place: &dyn Surroundings) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let (name, end) = match after.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some((name, end)) => (name, end),
            None => {
                after.split_at(after.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(after.len()))
            }
        };
        match place.variable(name) {
            Some(value) => {
                out.push_str(&value);
                rest = end;
            }
            None => {
                out.push('$');
                rest = after;
            }
        }
    }
    out + rest
}

fn unquoted(text: &str) -> &str {
    let inner = |quote: char| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}
