//! From places in a scalar's text to places in its file.

use crate::source::Span;
use std::sync::Arc;

/// Where the text of a scalar is written, byte for byte where that is possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The text stands in the file as it is.
    Exact(Span),
    /// The text stands in the file in pieces: lines without their indentation, escapes between.
    Pieces(Span, Arc<[Piece]>),
    /// Only the place of the whole is known.
    Whole(Span),
}

/// A run of bytes that are the same in the text and in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where it starts in the text.
    pub text: u32,
    /// Where it starts in the file.
    pub file: u32,
    /// How many bytes it has.
    pub length: u32,
}

impl Origin {
    /// The span of the bytes `start..end` of the text.
    pub fn part(&self, start: usize, end: usize) -> Span {
        match self {
            Origin::Exact(span) => span.part(start, end),
            Origin::Whole(span) => *span,
            Origin::Pieces(whole, pieces) => across(*whole, pieces, start, end.max(start)),
        }
    }

    /// Whether [`Origin::part`] tells the very bytes.
    pub fn is_exact(&self) -> bool {
        !matches!(self, Origin::Whole(_))
    }
}

fn across(whole: Span, pieces: &[Piece], start: usize, end: usize) -> Span {
    let Some(first) = first(pieces, start) else { return whole };
    let last = if end > start { last(pieces, end - 1).unwrap_or(first) } else { first };
    Span { start: first, end: last.max(first), ..whole }
}

/// The byte of the file that shows this byte of the text, or the next one that is shown.
fn first(pieces: &[Piece], offset: usize) -> Option<u32> {
    let offset = u32::try_from(offset).ok()?;
    let index = pieces.partition_point(|piece| piece.text + piece.length <= offset);
    match pieces.get(index) {
        Some(piece) => Some(piece.file + offset.saturating_sub(piece.text)),
        None => pieces.last().map(|piece| piece.file + piece.length),
    }
}

/// One past the byte of the file that shows this byte of the text, or the last one before it.
fn last(pieces: &[Piece], offset: usize) -> Option<u32> {
    let offset = u32::try_from(offset).ok()?;
    let after = pieces.partition_point(|piece| piece.text <= offset);
    let piece = pieces.get(after.checked_sub(1)?)?;
    Some(piece.file + (offset - piece.text + 1).min(piece.length))
}
