//! Arguments written as text: `src=a dest="b c"`, and a command with `creates=` before or behind it.

/// A word of such a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pair {
    /// `key=value`, unquoted, with the byte range of the value.
    Named { key: String, value: String, start: usize, end: usize },
    /// Anything else, as written.
    Word { text: String, start: usize, end: usize },
}

/// Splits at spaces that are in no quotes and in no `{{ }}`, `{% %}` or `{# #}`.
///
/// # Errors
///
/// Where a quote or a template is not closed: what is open and at which byte.
pub fn split_pairs(text: &str) -> Result<Vec<Pair>, (String, usize)> {
    Ok(words(text)?.into_iter().map(|(start, end)| pair(text, start, end)).collect())
}

/// Where the first word begins and ends; an open quote or template holds all that is left.
pub fn first_word(text: &str) -> (usize, usize) {
    let start = text.len() - text.trim_start().len();
    match words(text) {
        Ok(words) => words.first().copied().unwrap_or((start, text.len())),
        Err(_) => (start, text.find([' ', '\n']).filter(|at| *at > start).unwrap_or(text.len())),
    }
}

fn words(text: &str) -> Result<Vec<(usize, usize)>, (String, usize)> {
    let mut words = Vec::new();
    let mut state = Splitter::default();
    for (at, char) in text.char_indices() {
        if char.is_whitespace() && state.is_outside() {
            words.extend(state.start.take().map(|start| (start, at)));
            state.previous = None;
        } else {
            state.start.get_or_insert(at);
            state.step(at, char);
        }
    }
    if let Some((open, at)) = state.open() {
        return Err((open, at));
    }
    words.extend(state.start.map(|start| (start, text.len())));
    Ok(words)
}

#[derive(Default)]
struct Splitter {
    start: Option<usize>,
    quote: Option<(char, usize)>,
    templates: Vec<(char, usize)>,
    /// The quote of a string in a template.
    string: Option<char>,
    previous: Option<char>,
}

impl Splitter {
    fn is_outside(&self) -> bool {
        self.quote.is_none() && self.templates.is_empty()
    }

    fn open(&self) -> Option<(String, usize)> {
        let quote = self.quote.map(|(quote, at)| (format!("`{quote}`"), at));
        quote.or_else(|| self.templates.last().map(|(kind, at)| (format!("`{{{kind}`"), *at)))
    }

    fn step(&mut self, at: usize, char: char) {
        let previous = self.previous.replace(char);
        match (previous, char) {
            (Some('\\'), _) if self.quote.is_some() || self.string.is_some() => self.previous = None,
            (_, '"' | '\'') if self.templates.last().is_some_and(|(kind, _)| *kind != '#') => {
                self.string = match self.string {
                    Some(open) if open == char => None,
                    open => open.or(Some(char)),
                }
            }
            (Some('{'), '{' | '%' | '#') if self.templates.is_empty() => {
                let kind = if char == '{' { '{' } else { char };
                self.templates.push((kind, at.saturating_sub(1)));
                self.previous = None;
            }
            (Some(close), '}') if self.closes(close) => {
                self.templates.pop();
                self.previous = None;
            }
            (_, '"' | '\'') if self.templates.is_empty() => {
                self.quote = match self.quote {
                    Some((open, _)) if open == char => None,
                    None => Some((char, at)),
                    other => other,
                }
            }
            _ => {}
        }
    }

    fn closes(&self, char: char) -> bool {
        match self.templates.last().filter(|_| self.string.is_none()) {
            Some(('{', _)) => char == '}',
            Some((kind, _)) => char == *kind,
            None => false,
        }
    }
}

fn pair(text: &str, start: usize, end: usize) -> Pair {
    let word = &text[start..end];
    let split = unescaped_equals(word).filter(|at| is_key(&word[..*at]));
    match split {
        Some(at) => {
            let (value, from, to) = unquote(&word[at + 1..]);
            let base = start + at + 1;
            Pair::Named { key: word[..at].trim().to_owned(), value, start: base + from, end: base + to }
        }
        None => Pair::Word { text: word.to_owned(), start, end },
    }
}

fn unescaped_equals(word: &str) -> Option<usize> {
    let templates = |before: &str| before.matches("{{").count() > before.matches("}}").count();
    let mut signs = word.match_indices('=').map(|(at, _)| at);
    signs.find(|at| !word[..*at].ends_with('\\') && !templates(&word[..*at]))
}

/// Whether a text may be the name of an argument; what stands in its templates may be anything.
fn is_key(key: &str) -> bool {
    let odd = ['"', '\'', '{', '/', '$', '(', '-', '<', '>', '|', '&', ';'];
    let mut plain = key.split("}}").map(|part| part.split_once("{{").map_or(part, |(before, _)| before));
    !key.is_empty() && plain.all(|part| !part.contains(odd))
}

/// The text without the quotes around the whole of it, and where that text is.
fn unquote(value: &str) -> (String, usize, usize) {
    for quote in ['"', '\''] {
        let inner = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner.filter(|_| value.len() >= 2) {
            return (without_escapes(inner), 1, value.len() - 1);
        }
    }
    (without_escapes(value), 0, value.len())
}

/// The text with the escapes of Python's strings carried out, as Ansible does in such texts; a backslash before anything else stays,
/// also before a digit: patterns have groups.
fn without_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let tail = &rest[at + 1..];
        let (char, length) = escape(tail).unwrap_or(('\\', 0));
        out.push_str(&rest[..at]);
        out.push(char);
        rest = &tail[length..];
    }
    out + rest
}

/// What an escape stands for, and how long it is behind its backslash.
fn escape(tail: &str) -> Option<(char, usize)> {
    let code = |length: usize| {
        let code = u32::from_str_radix(tail.get(1..1 + length)?, 16).ok()?;
        Some((char::from_u32(code)?, 1 + length))
    };
    let single = match tail.chars().next()? {
        'x' => return code(2),
        'u' => return code(4),
        'U' => return code(8),
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        quoted @ ('\\' | '\'' | '"') => quoted,
        _ => return None,
    };
    Some((single, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<(String, String)> {
        let pairs = split_pairs(text).unwrap().into_iter();
        pairs
            .map(|pair| match pair {
                Pair::Named { key, value, .. } => (key, value),
                Pair::Word { text, .. } => (String::new(), text),
            })
            .collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn quotes_and_templates_hold_spaces() {
        let text = r#"src={{ a | default("x y") }} dest="b c" mode='0644'"#;
        let expected = [("src", r#"{{ a | default("x y") }}"#), ("dest", "b c"), ("mode", "0644")];
        assert_eq!(named(text), pairs(&expected));
    }

    #[test]
    fn a_command_keeps_its_words() {
        let text = "echo 'a b' --flag=1 creates=/tmp/x {% if y %}z w{% endif %}";
        let expected = [
            ("", "echo"),
            ("", "'a b'"),
            ("", "--flag=1"),
            ("creates", "/tmp/x"),
            ("", "{% if y %}z"),
            ("", "w{% endif %}"),
        ];
        assert_eq!(named(text), pairs(&expected));
    }

    #[test]
    fn names_may_hold_templates() {
        assert_eq!(
            named("user_{{ item.0['n'] }}={{ item.1 }} {{ a }}=b"),
            pairs(&[("user_{{ item.0['n'] }}", "{{ item.1 }}"), ("{{ a }}", "b")])
        );
        assert_eq!(named("a/b=c"), pairs(&[("", "a/b=c")]));
    }

    #[test]
    fn strings_in_templates_hold_braces() {
        let text = r#"echo {{ "{{ 1 }}" }} {# isn't #} {{ 'it\'s }}' }}"#;
        let words = ["echo", r#"{{ "{{ 1 }}" }}"#, "{# isn't #}", r"{{ 'it\'s }}' }}"];
        assert_eq!(named(text), pairs(&words.map(|word| ("", word))));
    }

    #[test]
    fn escapes_are_those_of_python() {
        let text = r"line='a\tb' regexp=^\s\\b\x41 last='it\'s \u00e9 \1'";
        let expected = [("line", "a\tb"), ("regexp", r"^\s\bA"), ("last", "it's é \\1")];
        assert_eq!(named(text), pairs(&expected));
    }

    #[test]
    fn what_is_not_closed_is_told_with_its_place() {
        assert_eq!(split_pairs("a='b c"), Err(("`'`".to_owned(), 2)));
        assert_eq!(split_pairs("a={{ b"), Err(("`{{`".to_owned(), 2)));
    }

    #[test]
    fn places_are_those_of_the_values() {
        let pair = split_pairs("a=1 b='xy'").unwrap().remove(1);
        assert_eq!(pair, Pair::Named { key: "b".into(), value: "xy".into(), start: 7, end: 9 });
    }
}
