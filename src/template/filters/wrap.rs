//! `wordwrap`: lines of a width, as Python's `textwrap` breaks them.

use super::Table;
use crate::template::eval::Call;
use crate::template::{Answer, methods};
use crate::vars::Value;

pub const TABLE: Table = &[("wordwrap", word_wrap)];

fn word_wrap(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "width", "break_long_words", "wrapstring", "break_on_hyphens"])?;
    let width = usize::try_from(args.int_or("width", 79)?).unwrap_or(0).max(1);
    let long = args.bool_or("break_long_words", true)?;
    let hyphens = args.bool_or("break_on_hyphens", true)?;
    let joined = args.text_or("wrapstring", "\n")?;
    let text = args.text("value")?;
    let wrapped = methods::lines(&text, false)
        .into_iter()
        .map(|line| wrap(line, width, long, hyphens).join(&joined))
        .collect::<Vec<_>>();
    Ok(wrapped.join(&joined).into())
}

/// The lines of one line of text.
pub fn wrap(line: &str, width: usize, break_long: bool, hyphens: bool) -> Vec<String> {
    let mut pieces = pieces(line, hyphens);
    pieces.reverse();
    let mut lines = Vec::new();
    while !pieces.is_empty() {
        if !lines.is_empty() && pieces.last().is_some_and(|piece| piece.trim().is_empty()) {
            pieces.pop();
        }
        let current = one_line(&mut pieces, width, break_long);
        let current = current.trim_end();
        if !current.is_empty() || lines.is_empty() && !pieces.is_empty() {
            lines.push(current.to_owned());
        }
    }
    lines
}

fn one_line(pieces: &mut Vec<String>, width: usize, break_long: bool) -> String {
    let (mut line, mut length) = (String::new(), 0);
    while let Some(piece) = pieces.last() {
        let size = piece.chars().count();
        if length + size > width {
            break;
        }
        length += size;
        line.push_str(piece);
        pieces.pop();
    }
    if let Some(piece) = pieces.last().filter(|piece| piece.chars().count() > width).cloned() {
        if break_long {
            let room = width.saturating_sub(length).max(usize::from(length == 0));
            pieces.pop();
            line.extend(piece.chars().take(room));
            let rest: String = piece.chars().skip(room).collect();
            if !rest.is_empty() {
                pieces.push(rest);
            }
        } else if line.is_empty() {
            line.push_str(&piece);
            pieces.pop();
        }
    }
    line
}

/// Words and the blanks between them; a hyphen between letters ends a piece.
fn pieces(line: &str, hyphens: bool) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut current = String::new();
    let chars: Vec<char> = line.chars().collect();
    for (index, char) in chars.iter().enumerate() {
        let blank = char.is_whitespace();
        if current.chars().next_back().is_some_and(|last| last.is_whitespace() != blank) {
            pieces.push(std::mem::take(&mut current));
        }
        current.push(if blank { ' ' } else { *char });
        let letter =
            |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(|char| char.is_alphabetic());
        let divides = hyphens
            && *char == '-'
            && letter(index.checked_sub(1))
            && letter(index.checked_sub(2))
            && letter(Some(index + 1));
        if divides {
            pieces.push(std::mem::take(&mut current));
        }
    }
    if !current.is_empty() {
        pieces.push(current);
    }
    pieces
}
