//! Values in INI files: what Python would read as a literal is one, everything else is text.

use crate::source::Span;
use crate::vars::{Map, Value, trusted_text};
use num_bigint::BigInt;
use num_traits::Num;

/// How deep lists and dicts may be nested.
const DEEPEST: usize = 60;

/// The value of a text in an INI file, which was written at `span`.
pub fn value(text: &str, span: Span) -> Value {
    let mut reader = Reader { text, at: 0, span, depth: 0 };
    let literal = reader.whole().filter(|_| text.len() < 1 << 20);
    literal.unwrap_or_else(|| trusted_text(text.to_owned(), span)).at(span)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    span: Span,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn blank(&mut self) {
        self.at = self.text.len() - self.rest().trim_start_matches([' ', '\t']).len();
        if self.rest().starts_with('#') {
            self.at = self.text.len();
        }
    }

    fn eat(&mut self, token: &str) -> bool {
        self.blank();
        let found = self.rest().starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn whole(&mut self) -> Option<Value> {
        let value = self.any()?;
        // A tuple needs no parentheses.
        let value =
            if self.rest().trim_start().starts_with(',') { self.rest_of_tuple(value)? } else { value };
        self.blank();
        (self.at == self.text.len()).then_some(value)
    }

    fn rest_of_tuple(&mut self, first: Value) -> Option<Value> {
        let mut items = vec![first];
        while self.eat(",") {
            self.blank();
            if self.at == self.text.len() {
                break;
            }
            items.push(self.any()?);
        }
        Some(Value::list(items).at(self.span))
    }

    fn any(&mut self) -> Option<Value> {
        self.blank();
        self.depth += 1;
        let value = match self.rest().chars().next().filter(|_| self.depth < DEEPEST)? {
            '[' => self.list('[', "]"),
            '(' => self.list('(', ")"),
            '{' => self.dict(),
            '\'' | '"' => self.strings(),
            '0'..='9' | '.' | '-' | '+' => self.number(),
            _ => self.word(),
        };
        self.depth -= 1;
        Some(value?.at(self.span))
    }

    fn list(&mut self, open: char, close: &str) -> Option<Value> {
        self.at += 1;
        let mut items = Vec::new();
        let mut commas = 0;
        while !self.eat(close) {
            items.push(self.any()?);
            if self.eat(",") {
                commas += 1;
            } else if self.eat(close) {
                break;
            } else {
                return None;
            }
        }
        match items.pop() {
            Some(only) if open == '(' && commas == 0 => Some(only),
            last => Some(Value::list(items.into_iter().chain(last).collect())),
        }
    }

    /// A dict, or a set, which becomes a list.
    fn dict(&mut self) -> Option<Value> {
        self.at += 1;
        let mut entries = Map::new();
        let mut set = None;
        while !self.eat("}") {
            let key = self.any()?;
            match self.eat(":") {
                true if set.is_none() => drop(entries.insert(key, self.any()?)),
                false if entries.is_empty() => set.get_or_insert_with(Vec::new).push(key),
                _ => return None,
            }
            if !self.eat(",") {
                self.eat("}").then_some(())?;
                break;
            }
        }
        Some(set.map_or_else(|| Value::dict(entries), Value::list))
    }

    fn word(&mut self) -> Option<Value> {
        let rest = self.rest();
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let value = match &rest[..length] {
            "True" => true.into(),
            "False" => false.into(),
            "None" => Value::none(),
            "set" if rest.starts_with("set()") => {
                self.at += "set()".len();
                return Some(Value::list(Vec::new()));
            }
            "r" | "R" | "u" | "U" | "b" | "B" if rest[length..].starts_with(['\'', '"']) => {
                return self.strings();
            }
            _ => return None,
        };
        self.at += length;
        Some(value)
    }

    /// Strings side by side are one.
    fn strings(&mut self) -> Option<Value> {
        let mut text = String::new();
        loop {
            let raw = self.prefix();
            text.push_str(&self.string(raw)?);
            self.blank();
            let rest = self.rest().trim_start_matches(['r', 'R', 'u', 'U', 'b', 'B']);
            if !rest.starts_with(['\'', '"']) || self.rest().len() > rest.len() + 1 {
                return Some(trusted_text(text, self.span));
            }
        }
    }

    fn prefix(&mut self) -> bool {
        let next = self.rest().chars().next().filter(|next| next.is_alphabetic());
        self.at += usize::from(next.is_some());
        matches!(next, Some('r' | 'R'))
    }

    fn string(&mut self, raw: bool) -> Option<String> {
        let rest = self.rest();
        let quote = &rest[..1];
        let triple = quote.repeat(3);
        let end = if rest.starts_with(&triple) { triple.as_str() } else { quote };
        self.at += end.len();
        let mut out = String::new();
        loop {
            let rest = self.rest();
            if rest.starts_with(end) {
                self.at += end.len();
                return Some(out);
            }
            let next = rest.chars().next()?;
            self.at += next.len_utf8();
            if next != '\\' {
                out.push(next);
            } else if raw {
                let after = self.rest().chars().next()?;
                self.at += after.len_utf8();
                out.extend(['\\', after]);
            } else {
                self.escape(&mut out)?;
            }
        }
    }

    fn escape(&mut self, out: &mut String) -> Option<()> {
        let next = self.rest().chars().next()?;
        self.at += next.len_utf8();
        match next {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'a' => out.push('\u{7}'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'v' => out.push('\u{b}'),
            '\\' | '\'' | '"' => out.push(next),
            'x' => out.push(self.code(2, 16)?),
            'u' => out.push(self.code(4, 16)?),
            'U' => out.push(self.code(8, 16)?),
            '0'..='7' => {
                self.at -= 1;
                let count =
                    self.rest().bytes().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
                out.push(self.code(count, 8)?);
            }
            'N' => return None,
            other => out.extend(['\\', other]),
        }
        Some(())
    }

    fn code(&mut self, digits: usize, radix: u32) -> Option<char> {
        let code = self.rest().get(..digits)?;
        self.at += digits;
        char::from_u32(u32::from_str_radix(code, radix).ok()?)
    }

    fn number(&mut self) -> Option<Value> {
        let mut negative = false;
        while let Some(sign @ ('-' | '+')) = self.rest().chars().next() {
            negative ^= sign == '-';
            self.at += 1;
            self.blank();
        }
        let rest = self.rest();
        let mut length =
            rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.').unwrap_or(rest.len());
        if rest[..length].ends_with(['e', 'E'])
            && !rest.starts_with("0x")
            && rest[length..].starts_with(['-', '+'])
        {
            let digits =
                rest[length + 1..].bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'_').count();
            length += 1 + digits;
        }
        self.at += length;
        number(&rest[..length], negative)
    }
}

fn number(text: &str, negative: bool) -> Option<Value> {
    let lower = text.to_ascii_lowercase();
    let digits = without_underscores(&lower)?;
    let int = match digits.get(..2) {
        Some("0x") => BigInt::from_str_radix(&digits[2..], 16).ok(),
        Some("0o") => BigInt::from_str_radix(&digits[2..], 8).ok(),
        Some("0b") => BigInt::from_str_radix(&digits[2..], 2).ok(),
        _ if digits.len() > 4300 => return None,
        _ if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            let zeros =
                digits.len() > 1 && digits.starts_with('0') && !digits.bytes().all(|byte| byte == b'0');
            BigInt::from_str_radix(&digits, 10).ok().filter(|_| !zeros)
        }
        _ => {
            let starts = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') && digits != ".";
            let float: f64 = digits.parse().ok().filter(|_| starts)?;
            return Some(if negative { -float } else { float }.into());
        }
    };
    int.map(|int| if negative { -int } else { int }.into())
}

/// Underscores stand between digits only.
fn without_underscores(text: &str) -> Option<String> {
    let odd = text.starts_with('_') || text.ends_with('_') || text.contains("__");
    let beside =
        ["._", "_.", "_e", "e_", "_j"].iter().any(|pair| text.contains(pair) && !text.starts_with("0x"));
    (!odd && !beside).then(|| text.replace('_', ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What Python's `ast.literal_eval` makes of these, and text where it refuses.
    #[test]
    fn literals_are_pythons() {
        let cases = [
            ("1", "1"),
            ("-5", "-5"),
            ("0x1F", "31"),
            ("0o17", "15"),
            ("007", "'007'"),
            ("00", "0"),
            ("1_000", "1000"),
            ("1__0", "'1__0'"),
            ("1.5", "1.5"),
            ("1e3", "1000.0"),
            (".5", "0.5"),
            ("5.", "5.0"),
            ("1e-3", "0.001"),
            ("1.2.3", "'1.2.3'"),
            ("10.0.0.1", "'10.0.0.1'"),
            ("True", "True"),
            ("true", "'true'"),
            ("yes", "'yes'"),
            ("None", "None"),
            ("null", "'null'"),
            ("'a b'", "'a b'"),
            ("\"a\"", "'a'"),
            ("'a' 'b'", "'ab'"),
            ("u'x'", "'x'"),
            ("r'\\n'", "'\\\\n'"),
            ("'\\x41\\n'", "'A\\n'"),
            ("[1, 'a', True]", "[1, 'a', True]"),
            ("[1,]", "[1]"),
            ("[]", "[]"),
            ("(1)", "1"),
            ("(1,)", "[1]"),
            ("()", "[]"),
            ("1, 2", "[1, 2]"),
            ("{'a': 1, 'b': [2]}", "{'a': 1, 'b': [2]}"),
            ("{}", "{}"),
            ("{1, 2}", "[1, 2]"),
            ("{'a'}", "['a']"),
            ("5 # c", "5"),
            ("a # c", "'a # c'"),
            ("[a]", "'[a]'"),
            ("[1", "'[1'"),
            ("'a", "\"'a\""),
            ("a b", "'a b'"),
            ("", "''"),
            ("{{ x }}", "'{{ x }}'"),
            ("[1] 2", "'[1] 2'"),
            ("1 + 1", "'1 + 1'"),
            ("99999999999999999999", "99999999999999999999"),
            ("-", "'-'"),
            ("--1", "1"),
            ("...", "'...'"),
            ("1a", "'1a'"),
            ("0xg", "'0xg'"),
            ("é", "'é'"),
            ("[-1, +2]", "[-1, 2]"),
            ("'''a'b'''", "\"a'b\""),
        ];
        for (text, expected) in cases {
            assert_eq!(value(text, Span::NONE).repr().unwrap(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "[\\[\\](){}'\",:ruTFN0-9._ex\\\\ #+-]{0,16}|\\PC{0,10}") {
            value(&text, Span::NONE);
        }
    }
}
