//! Python's regular expressions, by way of fancy-regex.

use super::regex_syntax;
use crate::template::{Answer, Error};
use fancy_regex::{Captures, Regex};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

/// A pattern in Python's syntax.
#[derive(Clone)]
pub struct Pattern {
    regex: Arc<Regex>,
    shown: Arc<str>,
}

/// Flags that are given beside a pattern.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Flags {
    pub ignore_case: bool,
    pub multiline: bool,
    pub dot_all: bool,
}

type Known = HashMap<(Arc<str>, Flags, bool), Arc<Regex>>;
static KNOWN: LazyLock<RwLock<Known>> = LazyLock::new(RwLock::default);

/// More compiled patterns are not kept.
const MOST: usize = 2000;

impl Pattern {
    /// Compiles a pattern for searching a text: whether that ends with a line break matters to `$`.
    ///
    /// # Errors
    /// If the pattern is none.
    pub fn new(pattern: &str, flags: Flags, text: &str) -> Answer<Pattern> {
        let shown: Arc<str> = pattern.into();
        let key = (shown.clone(), flags, text.ends_with('\n'));
        if let Some(regex) = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Pattern { regex: regex.clone(), shown });
        }
        let translated = regex_syntax::translate(pattern, flags, key.2);
        let regex = Regex::new(&translated).map_err(|error| {
            Error::failed(format!("`{pattern}` is no regular expression")).hint(error.to_string())
        })?;
        let regex = Arc::new(regex);
        let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(key, regex.clone());
        Ok(Pattern { regex, shown })
    }

    /// The first match from a position on.
    ///
    /// # Errors
    /// If matching takes too long.
    pub fn search<'t>(&self, text: &'t str, from: usize) -> Answer<Option<Captures<'t>>> {
        let limit = |_| Error::failed(format!("matching `{}` takes too long", self.shown));
        self.regex.captures_from_pos(text, from).map_err(limit)
    }

    /// All matches, as Python's `finditer` finds them: an empty one may follow another directly.
    ///
    /// # Errors
    /// If matching takes too long.
    pub fn matches<'t>(&self, text: &'t str, most: usize) -> Answer<Vec<Captures<'t>>> {
        let (mut found, mut at) = (Vec::new(), 0);
        while at <= text.len() && (most == 0 || found.len() < most) {
            let Some(captures) = self.search(text, at)? else { break };
            let Some(whole) = captures.get(0) else { break };
            at = match whole.end() > whole.start() {
                true => whole.end(),
                false => whole.end() + text[whole.end()..].chars().next().map_or(1, char::len_utf8),
            };
            found.push(captures);
        }
        Ok(found)
    }

    /// Whether the text matches at its start.
    ///
    /// # Errors
    /// If matching takes too long.
    pub fn matches_at_start(&self, text: &str) -> Answer<bool> {
        Ok(self.search(text, 0)?.and_then(|captures| captures.get(0).map(|found| found.start())) == Some(0))
    }

    /// Replaces matches, `most` of them if not zero, and tells how many.
    ///
    /// # Errors
    /// If the replacement names a group that is not there.
    pub fn replace(&self, text: &str, replacement: &str, most: usize) -> Answer<(String, usize)> {
        let (mut out, mut end) = (String::new(), 0);
        let found = self.matches(text, most)?;
        for captures in &found {
            let Some(whole) = captures.get(0) else { continue };
            out.push_str(&text[end..whole.start()]);
            self.expand(replacement, captures, &mut out)?;
            end = whole.end();
        }
        out.push_str(&text[end..]);
        Ok((out, found.len()))
    }

    /// The number of groups.
    pub fn groups(&self) -> usize {
        self.regex.captures_len().saturating_sub(1)
    }

    /// The text of a group by its number or name; nothing if it did not take part.
    ///
    /// # Errors
    /// If there is no such group.
    pub fn group<'t>(&self, captures: &Captures<'t>, name: &str) -> Answer<Option<&'t str>> {
        let missing = || Error::failed(format!("the regular expression has no group `{name}`"));
        let found = match name.parse::<usize>() {
            Ok(index) if index <= self.groups() => captures.get(index),
            Ok(_) => return Err(missing()),
            Err(_) if self.regex.capture_names().flatten().any(|known| known == name) => captures.name(name),
            Err(_) => return Err(missing()),
        };
        Ok(found.map(|found| found.as_str()))
    }

    fn expand(&self, replacement: &str, captures: &Captures, out: &mut String) -> Answer<()> {
        let mut rest = replacement;
        while let Some(at) = rest.find('\\') {
            out.push_str(&rest[..at]);
            rest = self.escape(&rest[at + 1..], captures, out)?;
        }
        out.push_str(rest);
        Ok(())
    }

    /// Writes what stands behind a backslash and gives the text behind it.
    fn escape<'r>(&self, rest: &'r str, captures: &Captures, out: &mut String) -> Answer<&'r str> {
        if let Some(inner) = rest.strip_prefix("g<")
            && let Some((name, tail)) = inner.split_once('>')
        {
            out.push_str(self.group(captures, name)?.unwrap_or(""));
            return Ok(tail);
        }
        let Some(first) = rest.chars().next() else {
            out.push('\\');
            return Ok(rest);
        };
        if first.is_ascii_digit() {
            let two = rest.get(..2).filter(|two| two.bytes().all(|byte| byte.is_ascii_digit()));
            let name = match two {
                Some(two) if first != '0' && two.parse().unwrap_or(100) <= self.groups() => two,
                _ => &rest[..1],
            };
            if first == '0' {
                out.push('\0');
            } else {
                out.push_str(self.group(captures, name)?.unwrap_or(""));
            }
            return Ok(&rest[name.len()..]);
        }
        match first {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'a' => out.push('\x07'),
            'f' => out.push('\x0c'),
            'v' => out.push('\x0b'),
            '\\' => out.push('\\'),
            _ if first.is_ascii_alphabetic() => {
                return Err(Error::failed(format!("`\\{first}` is no escape of a replacement")));
            }
            _ => out.extend(['\\', first]),
        }
        Ok(&rest[first.len_utf8()..])
    }
}

/// Text with the special characters of patterns escaped, as Python's `re.escape` does.
pub fn escape(text: &str) -> String {
    let special = |char: char| "()[]{}?*+-|^$\\.&~# \t\n\r\x0b\x0c".contains(char);
    text.chars().flat_map(|char| special(char).then_some('\\').into_iter().chain([char])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(pattern: &str, replacement: &str, text: &str) -> String {
        let pattern = Pattern::new(pattern, Flags::default(), text).unwrap();
        pattern.replace(text, replacement, 0).unwrap().0
    }

    #[test]
    fn replacements_are_pythons() {
        assert_eq!(replaced("x*", "-", "abxd"), "-a-b--d-");
        assert_eq!(replaced(r"(?P<a>\w)(\d)", r"\2\g<a>\g<1>\n", "a1"), "1aa\n");
        assert_eq!(replaced(r"^(.*)$", r"[\1]", "ab\n"), "[ab]\n");
        assert_eq!(replaced(r"\Z", "!", "ab"), "ab!");
        assert_eq!(replaced("a{", "b", "a{"), "b");
        assert_eq!(replaced(r"[[\]&&-]", "", "a[]&b-"), "ab");
        assert_eq!(replaced(r"\<\/\-", "x", "</-"), "x");
    }
}
