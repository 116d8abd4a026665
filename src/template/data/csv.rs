//! CSV as Python's `csv` reads it.

/// Rows of fields. Quotes hold separators and line breaks; two of them are one.
pub fn rows(text: &str, delimiter: char) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut begun) = (false, false);
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '"' if quoted && chars.peek() == Some(&'"') => {
                field.push('"');
                chars.next();
            }
            '"' if quoted => quoted = false,
            '"' if field.is_empty() => {
                quoted = true;
                begun = true;
            }
            _ if quoted => field.push(char),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' => {
                if begun || !row.is_empty() {
                    row.push(std::mem::take(&mut field));
                }
                rows.push(std::mem::take(&mut row));
                begun = false;
            }
            _ if char == delimiter => {
                row.push(std::mem::take(&mut field));
                begun = true;
            }
            _ => {
                field.push(char);
                begun = true;
            }
        }
    }
    if begun || !row.is_empty() {
        row.push(field);
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::rows;

    #[test]
    fn quotes_hold_fields_together() {
        let read = rows("a,\"b,\"\"c\"\n\n1,", ',');
        assert_eq!(read, [vec!["a", "b,\"c"], vec![], vec!["1", ""]]);
    }
}
