//! Words as a shell divides them.

/// The words of a line; quotes hold them together and are taken off.
pub fn shell_words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut inside) = (Vec::new(), String::new(), None, false);
    let mut chars = line.chars();
    while let Some(char) = chars.next() {
        match (char, quote) {
            ('\'' | '"', None) => {
                quote = Some(char);
                inside = true;
            }
            (_, Some(open)) if char == open => quote = None,
            ('\\', open) if open != Some('\'') => {
                word.extend(chars.next());
                inside = true;
            }
            (_, None) if char.is_whitespace() => {
                if inside {
                    words.push(std::mem::take(&mut word));
                }
                inside = false;
            }
            _ => {
                word.push(char);
                inside = true;
            }
        }
    }
    if inside {
        words.push(word);
    }
    words
}
