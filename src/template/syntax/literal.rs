//! Numbers and strings inside tags.

use crate::vars::Value;
use num_bigint::BigInt;

/// The number at the start of `text`, and its length. After a dot there are no fractions:
/// `x.0.1` is two items.
pub fn number(text: &str, after_dot: bool) -> Option<(Value, usize)> {
    if let Some(found) = radix_integer(text) {
        return Some(found);
    }
    let whole = digits(text, |byte| byte.is_ascii_digit());
    if whole == 0 {
        return None;
    }
    let length = if after_dot { whole } else { whole + fraction(&text[whole..]) };
    let plain = text[..length].replace('_', "");
    let value = match length == whole {
        true => plain.parse::<BigInt>().ok()?.into(),
        false => plain.parse::<f64>().ok()?.into(),
    };
    Some((value, length))
}

fn radix_integer(text: &str) -> Option<(Value, usize)> {
    let radix = match text.get(..2)?.to_ascii_lowercase().as_str() {
        "0b" => 2,
        "0o" => 8,
        "0x" => 16,
        _ => return None,
    };
    let length = digits(&text[2..], |byte| char::from(byte).is_digit(radix));
    let plain = text[2..2 + length].replace('_', "");
    Some((BigInt::parse_bytes(plain.as_bytes(), radix)?.into(), 2 + length))
}

/// The length of digits that single underscores may divide.
fn digits(text: &str, is_digit: impl Fn(u8) -> bool) -> usize {
    let bytes = text.as_bytes();
    let at = |index: usize| bytes.get(index).is_some_and(|byte| is_digit(*byte));
    let mut length = 0;
    while at(length) || (length > 0 && bytes.get(length) == Some(&b'_') && at(length + 1)) {
        length += 1;
    }
    length
}

/// The length of `.5`, `e3`, `.5e-3` at the start of the text.
fn fraction(text: &str) -> usize {
    let decimal = |byte: u8| byte.is_ascii_digit();
    let point = match text.strip_prefix('.').map(|rest| digits(rest, decimal)) {
        Some(length) if length > 0 => length + 1,
        _ => 0,
    };
    let Some(rest) = text[point..].strip_prefix(['e', 'E']) else { return point };
    let sign = usize::from(rest.starts_with(['+', '-']));
    match digits(&rest[sign..], decimal) {
        0 => point,
        length => point + 1 + sign + length,
    }
}

/// The length of the quoted string at the start of the text, quotes included.
pub fn string_length(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().enumerate();
    let (_, quote) = bytes.next()?;
    while let Some((index, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            _ if byte == quote => return Some(index + 1),
            _ => {}
        }
    }
    None
}

/// The text of a string with Python's escapes; an unknown escape stays as it is.
pub fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(index) = rest.find('\\') {
        out.push_str(&rest[..index]);
        let (char, length) = escape(&rest[index + 1..]);
        match char {
            Some(char) => out.extend(char),
            None => out.push('\\'),
        }
        rest = &rest[index + 1 + length..];
    }
    out.push_str(rest);
    out
}

/// The character of an escape after its backslash, and how long the escape is. `Some(None)`
/// stands for nothing: an escaped line break.
fn escape(rest: &str) -> (Option<Option<char>>, usize) {
    let one = |char: char| (Some(Some(char)), 1);
    match rest.as_bytes().first() {
        Some(b'n') => one('\n'),
        Some(b't') => one('\t'),
        Some(b'r') => one('\r'),
        Some(b'a') => one('\x07'),
        Some(b'b') => one('\x08'),
        Some(b'f') => one('\x0c'),
        Some(b'v') => one('\x0b'),
        Some(b'\\') => one('\\'),
        Some(b'\'') => one('\''),
        Some(b'"') => one('"'),
        Some(b'\n') => (Some(None), 1),
        Some(b'x') => coded(rest, 1, 2, 16),
        Some(b'u') => coded(rest, 1, 4, 16),
        Some(b'U') => coded(rest, 1, 8, 16),
        Some(b'0'..=b'7') => octal(rest),
        _ => (None, 0),
    }
}

fn octal(rest: &str) -> (Option<Option<char>>, usize) {
    let length = rest.bytes().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
    coded(rest, 0, length, 8)
}

fn coded(rest: &str, skip: usize, length: usize, radix: u32) -> (Option<Option<char>>, usize) {
    let digits = rest.get(skip..skip + length).filter(|text| text.chars().all(|c| c.is_digit(radix)));
    let char = digits.and_then(|text| u32::from_str_radix(text, radix).ok()).and_then(char::from_u32);
    char.map_or((None, 0), |char| (Some(Some(char)), skip + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_jinja_reads_them() {
        let read = |text: &str| number(text, false).map(|(value, length)| (value.to_string(), length));
        assert_eq!(read("1_000+"), Some(("1000".into(), 5)));
        assert_eq!(read("1.5e-3x"), Some(("0.0015".into(), 6)));
        assert_eq!(read("1.foo"), Some(("1".into(), 1)));
        assert_eq!(read("0x1F"), Some(("31".into(), 4)));
        assert_eq!(read("1e3"), Some(("1000.0".into(), 3)));
        assert_eq!(number("0.1", true).map(|(_, length)| length), Some(1));
    }

    #[test]
    fn escapes_are_pythons() {
        assert_eq!(unescape(r"a\n\x41\1\q\u00e9\'"), "a\nA\u{1}\\qé'");
        assert_eq!(unescape(r"\d+\\"), r"\d+\");
    }
}
