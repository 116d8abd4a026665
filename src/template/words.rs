//! Words as a shell divides them.

/// The words of a line as they are written; quotes hold them together. None where a quote stays open.
pub fn shell_words(line: &str) -> Option<Vec<&str>> {
    let (mut words, mut start, mut quote, mut escaped) = (Vec::new(), None, None, false);
    for (at, char) in line.char_indices() {
        match (char, quote) {
            _ if escaped => {}
            ('\'' | '"', None) => quote = Some(char),
            (_, Some(open)) if char == open => quote = None,
            (_, None) if char.is_whitespace() => {
                words.extend(start.take().map(|start| &line[start..at]));
                continue;
            }
            _ => {}
        }
        escaped = char == '\\' && !escaped;
        start.get_or_insert(at);
    }
    words.extend(start.map(|start| &line[start..]));
    quote.is_none().then_some(words)
}

/// A text without the quotes around the whole of it.
pub fn unquoted(text: &str) -> &str {
    let inner = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}
