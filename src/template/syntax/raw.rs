//! `{% raw %}`: text that looks like tags and is none.

use super::lexer::Lexer;
use super::parser::{SyntaxError, part};

/// Where the tag `raw` ends, if the lexer stands behind the opening of one.
pub(super) fn raw_begin(lexer: &Lexer) -> Option<usize> {
    let (after, sign) = keyword_tag(lexer, lexer.position, "raw")?;
    let rest = &lexer.text[after..];
    let skipped = if sign == Some('-') { rest.len() - rest.trim_start().len() } else { 0 };
    Some(after + skipped)
}

/// Takes everything up to `endraw` as text.
pub(super) fn raw_block(lexer: &mut Lexer, from: usize, tag: usize) -> Result<(), SyntaxError> {
    let open = lexer.rules.block.0.clone();
    let mut search = from;
    while let Some(at) = lexer.text[search..].find(&open).map(|at| at + search) {
        let mut position = at + open.len();
        let sign = lexer.text[position..].chars().next().filter(|char| matches!(char, '-' | '+'));
        position += usize::from(sign.is_some());
        if let Some((after, close)) = keyword_tag(lexer, position, "endraw") {
            let end = data_end(lexer, from, at, sign);
            lexer.push_data(from, end);
            lexer.position = after;
            lexer.after_block(close);
            return Ok(());
        }
        search = at + open.len();
    }
    Err(SyntaxError::new("`raw` is not closed by `endraw`", part(tag, from)))
}

fn data_end(lexer: &Lexer, from: usize, at: usize, sign: Option<char>) -> usize {
    let data = &lexer.text[from..at];
    match sign {
        Some('-') => from + data.trim_end().len(),
        None if lexer.rules.lstrip_blocks => from + lexer.without_indent(from, data),
        _ => at,
    }
}

/// Where a tag of one word ends, and the sign before its close.
fn keyword_tag(lexer: &Lexer, from: usize, word: &str) -> Option<(usize, Option<char>)> {
    let rest = lexer.text[from..].trim_start().strip_prefix(word)?.trim_start();
    let close = lexer.rules.block.1.as_str();
    let sign = rest.chars().next().filter(|char| matches!(char, '-' | '+'));
    let signed = if sign.is_some() { &rest[1..] } else { rest };
    match (signed.strip_prefix(close), rest.strip_prefix(close)) {
        (Some(after), _) => Some((lexer.text.len() - after.len(), sign)),
        (None, Some(after)) => Some((lexer.text.len() - after.len(), None)),
        _ => None,
    }
}
