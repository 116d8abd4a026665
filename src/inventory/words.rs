//! Words of a host line, quoted as in a shell; `#` starts a comment, also inside a word.

/// A word without its quotes, and where it was written, in bytes of the line.
#[derive(Debug, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    pub start: usize,
    pub end: usize,
}

/// The words of a line.
///
/// # Errors
///
/// Where a quote is not closed, or the line ends in a backslash.
pub fn words(line: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut reader = Reader { line, at: 0 };
    loop {
        reader.at = line.len() - reader.rest().trim_start_matches(BLANK).len();
        let start = reader.at;
        let Some(text) = reader.word()? else { return Ok(words) };
        words.push(Word { text, start, end: reader.at });
    }
}

const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

struct Reader<'a> {
    line: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.line[self.at..]
    }

    fn next(&mut self) -> Option<char> {
        let next = self.rest().chars().next()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn word(&mut self) -> Result<Option<String>, String> {
        let mut word = None;
        while let Some(next) = self.rest().chars().next().filter(|next| !BLANK.contains(next) && *next != '#')
        {
            self.at += next.len_utf8();
            let word = word.get_or_insert_with(String::new);
            match next {
                '\'' => self.quoted(word)?,
                '"' => self.double_quoted(word)?,
                '\\' => word.push(self.next().ok_or("the line ends in a backslash")?),
                _ => word.push(next),
            }
        }
        Ok(word)
    }

    fn quoted(&mut self, word: &mut String) -> Result<(), String> {
        let end = self.rest().find('\'').ok_or("a `'` is not closed")?;
        word.push_str(&self.line[self.at..self.at + end]);
        self.at += end + 1;
        Ok(())
    }

    fn double_quoted(&mut self, word: &mut String) -> Result<(), String> {
        loop {
            match self.next().ok_or("a `\"` is not closed")? {
                '"' => return Ok(()),
                '\\' => {
                    let next = self.next().ok_or("a `\"` is not closed")?;
                    if !['"', '\\'].contains(&next) {
                        word.push('\\');
                    }
                    word.push(next);
                }
                other => word.push(other),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_split_as_a_shell_does() {
        let cases = [
            ("a b=c", vec!["a", "b=c"]),
            ("a  b='c d' e=\"f \\\" g\"", vec!["a", "b=c d", "e=f \" g"]),
            ("a b=c # d", vec!["a", "b=c"]),
            ("a b=c#d e", vec!["a", "b=c"]),
            ("a b='c#d'", vec!["a", "b=c#d"]),
            ("a b=\\n c=\"\\n\"", vec!["a", "b=n", "c=\\n"]),
            ("a ''", vec!["a", ""]),
        ];
        for (line, expected) in cases {
            let found: Vec<_> = words(line).unwrap().into_iter().map(|word| word.text).collect();
            assert_eq!(found, expected, "{line}");
        }
        assert!(words("a 'b").is_err() && words("a \"b").is_err() && words("a\\").is_err());
    }

    proptest! {
        #[test]
        fn words_are_inside_the_line(line in "\\PC*") {
            for word in words(&line).unwrap_or_default() {
                prop_assert!(line.get(word.start..word.end).is_some());
            }
        }
    }
}
