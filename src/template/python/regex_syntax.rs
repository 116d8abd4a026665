//! From Python's syntax of patterns to that of fancy-regex.

use super::regex::Flags;

/// The pattern in the other syntax.
pub fn translate(pattern: &str, flags: Flags, ends_with_newline: bool) -> String {
    let letters = [(flags.ignore_case, 'i'), (flags.multiline, 'm'), (flags.dot_all, 's')];
    let letters: String = letters.iter().filter(|(given, _)| *given).map(|(_, letter)| letter).collect();
    let out = if letters.is_empty() { String::new() } else { format!("(?{letters})") };
    let multiline = flags.multiline || pattern.starts_with("(?") && inline_flags(pattern).contains('m');
    let mut translator = Translator { rest: pattern, out, dollar: !multiline && ends_with_newline };
    translator.all();
    translator.out
}

fn inline_flags(pattern: &str) -> &str {
    let letters = pattern.get(2..).unwrap_or("");
    let end = letters.find(|char: char| !char.is_ascii_lowercase()).unwrap_or(letters.len());
    if letters[end..].starts_with(')') { &letters[..end] } else { "" }
}

struct Translator<'p> {
    rest: &'p str,
    out: String,
    /// Whether `$` must be allowed to stand before the last line break.
    dollar: bool,
}

impl Translator<'_> {
    fn all(&mut self) {
        while let Some(char) = self.rest.chars().next() {
            match char {
                '\\' => self.escape(false),
                '[' => self.class(),
                '{' => self.brace(),
                '$' if self.dollar => self.replace(1, r"(?=\n?\z)"),
                '(' => self.group(),
                _ => self.keep(char.len_utf8()),
            }
        }
    }

    /// Takes bytes as they are.
    fn keep(&mut self, length: usize) {
        let (taken, rest) = self.rest.split_at(length);
        self.out.push_str(taken);
        self.rest = rest;
    }

    /// Takes bytes and writes something else.
    fn replace(&mut self, length: usize, text: &str) {
        self.out.push_str(text);
        self.rest = &self.rest[length..];
    }

    fn group(&mut self) {
        if self.rest.starts_with("(?#") {
            let end = self.rest.find(')').map_or(self.rest.len(), |at| at + 1);
            return self.replace(end, "");
        }
        let flags = inline_flags(self.rest);
        if self.rest.starts_with("(?") && flags.contains(['a', 'u', 'L']) {
            let kept: String = flags.chars().filter(|flag| !matches!(flag, 'a' | 'u' | 'L')).collect();
            let text = if kept.is_empty() { String::new() } else { format!("(?{kept})") };
            return self.replace(flags.len() + 3, &text);
        }
        self.keep(1);
    }

    /// A brace that is no repetition stands for itself; `{,n}` counts from zero.
    fn brace(&mut self) {
        let inner = self.rest[1..].split_once('}').map(|(inner, _)| inner);
        let is_count = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let counts = inner.and_then(|inner| match inner.split_once(',') {
            Some((from, to)) if is_count(from) && is_count(to) && inner != "," => Some((from, Some(to))),
            None if !inner.is_empty() && is_count(inner) => Some((inner, None)),
            _ => None,
        });
        match (counts, inner) {
            (Some(("", Some(to))), Some(inner)) => self.replace(inner.len() + 2, &format!("{{0,{to}}}")),
            (Some(_), Some(inner)) => self.keep(inner.len() + 2),
            _ => self.replace(1, "\\{"),
        }
    }

    fn class(&mut self) {
        self.keep(1);
        if self.rest.starts_with('^') {
            self.keep(1);
        }
        if self.rest.starts_with(']') {
            self.replace(1, "\\]");
        }
        while let Some(char) = self.rest.chars().next() {
            match char {
                ']' => return self.keep(1),
                '\\' => self.escape(true),
                '[' | '&' | '~' => self.replace(1, &format!("\\{char}")),
                _ => self.keep(char.len_utf8()),
            }
        }
    }

    fn escape(&mut self, in_class: bool) {
        let Some(char) = self.rest[1..].chars().next() else { return self.keep(1) };
        match char {
            'Z' if !in_class => self.replace(2, r"\z"),
            'b' if in_class => self.replace(2, r"\x08"),
            '0' => self.replace(2, r"\x00"),
            'u' | 'U' => {
                let length = if char == 'u' { 4 } else { 8 };
                let digits = self.rest.get(2..2 + length).unwrap_or("").to_owned();
                self.replace(2 + digits.len(), &format!("\\x{{{digits}}}"));
            }
            // Escaped punctuation is the character itself, whatever it means elsewhere.
            _ if !char.is_alphanumeric() => {
                let special = "\\.+*?()|[]{}^$#&-~".contains(char);
                let text = if special { format!("\\{char}") } else { char.to_string() };
                self.replace(1 + char.len_utf8(), &text);
            }
            _ => self.keep(1 + char.len_utf8()),
        }
    }
}
