//! Splitting command lines into words as a POSIX shell reads them, without expanding anything.

/// The words of a command line, or what is wrong with its quotes.
pub fn split(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut scalars = line.chars();
    while let Some(scalar) = scalars.next() {
        match scalar {
            ' ' | '\t' | '\n' | '\r' => words.extend(word.take()),
            '\'' => quoted(&mut scalars, word.get_or_insert_default())?,
            '"' => double_quoted(&mut scalars, word.get_or_insert_default())?,
            '\\' => match scalars.next() {
                Some(next) => word.get_or_insert_default().push(next),
                None => return Err("no escaped character".to_owned()),
            },
            scalar => word.get_or_insert_default().push(scalar),
        }
    }
    words.extend(word);
    Ok(words)
}

fn quoted(scalars: &mut std::str::Chars, word: &mut String) -> Result<(), String> {
    for scalar in scalars {
        if scalar == '\'' {
            return Ok(());
        }
        word.push(scalar);
    }
    Err("no closing quotation".to_owned())
}

fn double_quoted(scalars: &mut std::str::Chars, word: &mut String) -> Result<(), String> {
    while let Some(scalar) = scalars.next() {
        match scalar {
            '"' => return Ok(()),
            '\\' => match scalars.next() {
                Some(next @ ('"' | '\\')) => word.push(next),
                Some(next) => word.extend(['\\', next]),
                None => break,
            },
            scalar => word.push(scalar),
        }
    }
    Err("no closing quotation".to_owned())
}

/// Parts of `a=1, b="x y"`: parted by commas and spaces outside of quotes, quotes and backslashes taken away.
pub fn split_pairs(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut quote = None;
    let mut scalars = text.chars();
    while let Some(scalar) = scalars.next() {
        match (scalar, quote) {
            ('\\', _) => part.extend(scalars.next()),
            ('"' | '\'', None) => quote = Some(scalar),
            (scalar, Some(open)) if scalar == open => quote = None,
            (',' | ' ', None) => {
                parts.extend(Some(std::mem::take(&mut part)).filter(|part| !part.is_empty()))
            }
            (scalar, _) => part.push(scalar),
        }
    }
    parts.extend(Some(part).filter(|part| !part.is_empty()));
    parts
}

/// The word as a shell would have to read it.
pub fn quote(word: &str) -> String {
    let plain = |scalar: char| scalar.is_ascii_alphanumeric() || "@%+=:,./-_".contains(scalar);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\"'\"'"))
}

/// The words as a command line.
pub fn join(words: &[String]) -> String {
    words.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" ")
}

/// Lines as Python's `splitlines` parts them.
pub fn lines(text: &str) -> Vec<String> {
    let ends = ['\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
    let joined = text.replace("\r\n", "\n");
    let mut lines: Vec<String> = joined.split(ends).map(str::to_owned).collect();
    if lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_survive_quoting(words: Vec<String>) {
            prop_assert_eq!(split(&join(&words)).unwrap(), words);
        }
    }

    #[test]
    fn quotes_are_read() {
        assert_eq!(split(r#"a 'b c' "d\"e" f\ g"#).unwrap(), ["a", "b c", "d\"e", "f g"]);
        assert!(split("a 'b").is_err());
    }
}
