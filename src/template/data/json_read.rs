//! JSON as Python's `json.loads` reads it: integers of any size, `NaN`, the last of equal keys.

use crate::template::python::number;
use crate::template::{Answer, Error};
use crate::vars::{Map, Value};

/// How deep lists and dicts may nest.
const DEEPEST: usize = 100;

/// Reads a text that is one JSON value.
///
/// # Errors
/// If it is none.
pub fn read(text: &str) -> Answer<Value> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    reader.blanks();
    let value = reader.value()?;
    reader.blanks();
    match reader.rest().is_empty() {
        true => Ok(value),
        false => Err(reader.error("there is more text behind the JSON value")),
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn error(&self, message: &str) -> Error {
        let before = &self.text[..self.at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Error::failed(format!("{message} (line {line}, column {column} of the text)"))
    }

    fn skip(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        self.at += if found { wanted.len() } else { 0 };
        found
    }

    fn value(&mut self) -> Answer<Value> {
        if self.depth > DEEPEST {
            return Err(self.error("the JSON nests too deep"));
        }
        let words: [(&str, Value); 6] = [
            ("null", Value::none()),
            ("true", true.into()),
            ("false", false.into()),
            ("NaN", f64::NAN.into()),
            ("Infinity", f64::INFINITY.into()),
            ("-Infinity", f64::NEG_INFINITY.into()),
        ];
        for (word, value) in words {
            if self.skip(word) {
                return Ok(value);
            }
        }
        match self.rest().bytes().next() {
            Some(b'{') => self.dict(),
            Some(b'[') => self.list(),
            Some(b'"') => self.string().map(Value::from),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => Err(self.error("the text is no JSON")),
            None => Err(self.error("the JSON ends too early")),
        }
    }

    fn list(&mut self) -> Answer<Value> {
        self.at += 1;
        self.depth += 1;
        let mut items = Vec::new();
        self.blanks();
        if !self.skip("]") {
            loop {
                self.blanks();
                items.push(self.value()?);
                self.blanks();
                if self.skip("]") {
                    break;
                }
                self.comma()?;
            }
        }
        self.depth -= 1;
        Ok(Value::list(items))
    }

    fn dict(&mut self) -> Answer<Value> {
        self.at += 1;
        self.depth += 1;
        let mut entries = Map::new();
        self.blanks();
        if !self.skip("}") {
            loop {
                self.entry(&mut entries)?;
                if self.skip("}") {
                    break;
                }
                self.comma()?;
            }
        }
        self.depth -= 1;
        Ok(Value::dict(entries))
    }

    fn entry(&mut self, entries: &mut Map) -> Answer<()> {
        self.blanks();
        if !self.rest().starts_with('"') {
            return Err(self.error("a key in JSON must be text in double quotes"));
        }
        let key = self.string()?;
        self.blanks();
        if !self.skip(":") {
            return Err(self.error("a `:` is missing in the JSON"));
        }
        self.blanks();
        let value = self.value()?;
        entries.insert(key.into(), value);
        self.blanks();
        Ok(())
    }

    fn comma(&mut self) -> Answer<()> {
        if self.skip(",") { Ok(()) } else { Err(self.error("a `,` is missing in the JSON")) }
    }

    fn number(&mut self) -> Answer<Value> {
        let rest = self.rest();
        let length = rest.find(|char: char| !matches!(char, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'));
        let digits = &rest[..length.unwrap_or(rest.len())];
        let value = match digits.contains(['.', 'e', 'E']) {
            true => number::parse_float(digits).map(Value::from),
            false => number::parse_int(digits, 10),
        };
        let value = value.ok_or_else(|| self.error("the number is no JSON"))?;
        self.at += digits.len();
        Ok(value)
    }

    fn string(&mut self) -> Answer<String> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let Some(end) = rest.find(['"', '\\']) else {
                return Err(self.error("a string in the JSON is not closed"));
            };
            let plain = &rest[..end];
            if plain.contains(|char: char| char < ' ') {
                return Err(self.error("a string in the JSON has a control character"));
            }
            out.push_str(plain);
            self.at += end + 1;
            if rest.as_bytes().get(end) == Some(&b'"') {
                return Ok(out);
            }
            out.push(self.escape()?);
        }
    }

    fn escape(&mut self) -> Answer<char> {
        let char = self.rest().chars().next().ok_or_else(|| self.error("the JSON ends in an escape"))?;
        self.at += char.len_utf8();
        Ok(match char {
            '"' | '\\' | '/' => char,
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\x08',
            'f' => '\x0c',
            'u' => return self.unit(),
            _ => return Err(self.error("the escape is no JSON")),
        })
    }

    fn unit(&mut self) -> Answer<char> {
        let first = self.hex()?;
        if (0xd800..0xdc00).contains(&first) && self.rest().starts_with("\\u") {
            self.at += 2;
            let second = self.hex()?;
            let both = char::decode_utf16([first as u16, second as u16]).next();
            return Ok(both.and_then(Result::ok).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self) -> Answer<u32> {
        let digits = self.rest().get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let unit = digits.ok_or_else(|| self.error("`\\u` needs four digits"))?;
        self.at += 4;
        Ok(unit)
    }
}
