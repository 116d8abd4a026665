//! CSV as Python's `csv` reads it.

/// How the text is read.
#[derive(Clone, Copy)]
pub struct Reading {
    pub delimiter: char,
    /// Passes over blanks before a field.
    pub skip_spaces: bool,
    /// Refuses what is odd.
    pub strict: bool,
}

impl Reading {
    /// Fields with this between them.
    pub fn divided_by(delimiter: char) -> Reading {
        Reading { delimiter, skip_spaces: false, strict: false }
    }
}

/// Where in a field the reader is.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// Behind the quote that ends a field.
    Closed,
}

/// Rows of fields. Quotes hold separators and line breaks; two of them are one.
///
/// # Errors
/// What is odd, where the reading is strict.
pub fn rows(text: &str, reading: Reading) -> Result<Vec<Vec<String>>, String> {
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut state = State::Start;
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match (char, state) {
            ('"', State::Quoted) if chars.peek() == Some(&'"') => {
                field.push('"');
                chars.next();
            }
            ('"', State::Quoted) => state = State::Closed,
            (_, State::Quoted) => field.push(char),
            ('\r', _) if chars.peek() == Some(&'\n') => {}
            ('\n' | '\r', _) => {
                if state != State::Start || !row.is_empty() {
                    row.push(std::mem::take(&mut field));
                }
                rows.push(std::mem::take(&mut row));
                state = State::Start;
            }
            (' ', State::Start) if reading.skip_spaces => {}
            ('"', State::Start) => state = State::Quoted,
            (_, _) if char == reading.delimiter => {
                row.push(std::mem::take(&mut field));
                state = State::Start;
            }
            (_, State::Closed) if reading.strict => {
                return Err(format!("'{}' expected after '\"'", reading.delimiter));
            }
            _ => {
                field.push(char);
                state = State::Plain;
            }
        }
    }
    if reading.strict && state == State::Quoted {
        return Err("unexpected end of data".to_owned());
    }
    if state != State::Start || !row.is_empty() {
        row.push(field);
        rows.push(row);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::{Reading, rows};

    #[test]
    fn quotes_hold_fields_together() {
        let read = rows("a,\"b,\"\"c\"\n\n1,", Reading::divided_by(','));
        assert_eq!(
            read,
            Ok(vec![vec!["a".to_owned(), "b,\"c".to_owned()], vec![], vec!["1".to_owned(), String::new()]])
        );
    }

    #[test]
    fn what_is_odd_is_an_error_only_when_strict() {
        let strict = Reading { strict: true, ..Reading::divided_by(',') };
        assert_eq!(rows("\"b\"ar\"", Reading::divided_by(',')), Ok(vec![vec!["bar\"".to_owned()]]));
        assert_eq!(rows("\"b\"ar\"", strict), Err("',' expected after '\"'".to_owned()));
        assert_eq!(rows("\"b", strict), Err("unexpected end of data".to_owned()));
    }
}
