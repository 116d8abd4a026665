//! Names matched by shell patterns and by regular expressions.

use fancy_regex::Regex;

/// A pattern over names.
pub enum Matcher {
    /// Equal to the name.
    Exact(String),
    /// Matches from the start of the name; a shell pattern also to its end.
    Pattern(Regex),
}

impl Matcher {
    /// `~regex`, a shell pattern, or a name.
    ///
    /// # Errors
    ///
    /// Where it is no pattern.
    pub fn new(text: &str) -> Result<Matcher, String> {
        let pattern = match text.strip_prefix('~') {
            Some(regex) => format!("^(?:{regex})"),
            None if !text.contains(['*', '?', '[']) => return Ok(Matcher::Exact(text.to_owned())),
            None => shell(text),
        };
        Regex::new(&pattern).map(Matcher::Pattern).map_err(|error| format!("`{text}` is no pattern: {error}"))
    }

    pub fn matches(&self, name: &str) -> bool {
        match self {
            Matcher::Exact(text) => text == name,
            Matcher::Pattern(regex) => regex.is_match(name).unwrap_or(false),
        }
    }
}

/// A shell pattern as a regular expression, with Python's reading of brackets.
fn shell(text: &str) -> String {
    let mut out = "(?s)^".to_owned();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let class = if next == '[' { class(rest) } else { None };
        let length = class.as_ref().map_or(next.len_utf8(), |(_, length)| *length);
        match (next, class) {
            (_, Some((class, _))) => out.push_str(&class),
            ('*', _) => out.push_str(".*"),
            ('?', _) => out.push('.'),
            (other, _) => out.push_str(&fancy_regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
        rest = &rest[length..];
    }
    out + r"\z"
}

/// A bracket expression at the start of a text, and its length.
fn class(text: &str) -> Option<(String, usize)> {
    let inner = &text[1..];
    let negated = inner.starts_with('!');
    let from = usize::from(negated);
    let first = usize::from(inner[from..].starts_with(']'));
    let end = inner[from + first..].find(']')? + from + first;
    let set =
        inner[from..end].replace('\\', r"\\").replace('[', r"\[").replace(']', r"\]").replace('^', r"\^");
    let set = set.replace("&&", r"&\&").replace("~~", r"~\~");
    Some((format!("[{}{set}]", if negated { "^" } else { "" }), end + 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn patterns_match_as_in_a_shell() {
        let cases = [
            ("web", "web", true),
            ("web", "web1", false),
            ("web*", "web1", true),
            ("*.org", "a.org", true),
            ("*.org", "a.org.de", false),
            ("w?b", "web", true),
            ("w[a-e]b", "web", true),
            ("w[!a-e]b", "web", false),
            ("w[]]b", "w]b", true),
            ("w[", "w[", true),
            ("a.c*", "abc", false),
            ("~we", "web", true),
            ("~e", "web", false),
            ("~(web|db)\\d+$", "db12", true),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(Matcher::new(pattern).unwrap().matches(name), expected, "{pattern} {name}");
        }
        assert!(Matcher::new("~(").is_err());
    }

    proptest! {
        #[test]
        fn no_pattern_breaks_the_matcher(pattern in "\\PC{0,8}", name in "\\PC{0,8}") {
            let _ = Matcher::new(&pattern).map(|matcher| matcher.matches(&name));
        }
    }
}
