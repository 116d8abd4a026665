//! From text to nodes with spans, and back to text; scalars are resolved as PyYAML's safe loader does.

mod align;
mod bare_tag;
mod compose;
mod decode;
mod emit;
mod events;
mod json;
mod mapping;
mod mistake;
mod moment;
mod node;
mod number;
mod origin;
mod resolve;
mod scalar;
mod shapes;
mod tagged;

pub use decode::decode;
pub use emit::{Emitter, Layout};
pub use moment::moment;
pub use node::{Node, NodeData, Resolved, Scalar, Style, Tag, TagKind};
pub use origin::{Origin, Piece};
pub use tagged::{Tagged, tagged};

use crate::source::{Diagnostic, DuplicateKeys, FileId, Severity, Source, Sources, Span};
use compose::Composer;
use events::Events;
use std::path::Path;
use std::sync::Arc;

/// A document, and what is to be warned of, such as keys given twice.
pub type Parsed = Warned<Node>;

/// What was read, and what is to be warned of in it.
type Warned<T> = (T, Vec<Diagnostic>);

/// Adds a text to the sources and reads it as one document. An empty document is null.
/// A text that is JSON is read as JSON.
///
/// # Errors
///
/// Where the text is no YAML, holds more than one document, or a value that cannot be made.
pub fn parse(sources: &Sources, path: &Path, text: impl Into<Arc<str>>) -> Result<Parsed, Diagnostic> {
    let text = text.into();
    let bare = decode::without_mark(&text);
    let text = if bare.len() < text.len() { bare.into() } else { text };
    parse_source(sources, sources.add(path, text))
}

/// Reads a text that is among the sources already: what was decrypted stays marked as such.
///
/// # Errors
///
/// As [`parse`].
pub fn parse_source(sources: &Sources, file: FileId) -> Result<Parsed, Diagnostic> {
    let Some(source) = sources.source(file) else { return Ok((Node::null(Span::NONE), Vec::new())) };
    if let Some(node) = json::parse(&source.text, file) {
        return Ok((node, Vec::new()));
    }
    judged(one(&source.text, file), &source, sources.duplicate_keys())
}

/// Reads a text that is among the sources as JSON.
///
/// # Errors
///
/// Where it is no object and no list, or not JSON.
pub fn parse_json(sources: &Sources, file: FileId) -> Result<Node, Diagnostic> {
    let text = sources.source(file).map(|source| source.text.clone()).unwrap_or_default();
    json::parse(&text, file)
        .ok_or_else(|| Diagnostic::error("this is no JSON").at(mistake::one(&text, 0, file)))
}

/// Reads all documents of a text that is among the sources.
///
/// # Errors
///
/// As [`parse`], less the one for several documents.
pub fn parse_all(sources: &Sources, file: FileId) -> Result<Warned<Vec<Node>>, Diagnostic> {
    let Some(source) = sources.source(file) else { return Ok((Vec::new(), Vec::new())) };
    judged(every(&source.text, file), &source, sources.duplicate_keys())
}

/// What was read, with what keys that stand twice are: there are no other warnings.
fn judged<T>(
    read: Result<Warned<T>, Diagnostic>,
    source: &Source,
    keys: DuplicateKeys,
) -> Result<Warned<T>, Diagnostic> {
    let read = read.and_then(|(value, warnings)| match keys {
        DuplicateKeys::Warn => Ok((value, warnings)),
        DuplicateKeys::Ignore => Ok((value, Vec::new())),
        DuplicateKeys::Error => match warnings.into_iter().next() {
            Some(first) => Err(Diagnostic { severity: Severity::Error, ..first }),
            None => Ok((value, Vec::new())),
        },
    });
    read.map_err(|error| if source.secret { without_quotes(error) } else { error })
}

/// The error less everything that quotes the text.
fn without_quotes(error: Diagnostic) -> Diagnostic {
    Diagnostic::error("the decrypted text is not valid YAML here").at(error.span())
}

/// Reads a text of no file as one document. Spans count from its start and name no file.
///
/// # Errors
///
/// As [`parse`]; the message tells the line, since there is no file to point at.
pub fn parse_str(text: &str) -> Result<Node, Diagnostic> {
    let text = decode::without_mark(text);
    one(text, Span::NONE.file).map(|(node, _)| node).map_err(|error| with_line(error, text))
}

/// Reads all documents of a text of no file.
///
/// # Errors
///
/// As [`parse_str`].
pub fn parse_str_all(text: &str) -> Result<Vec<Node>, Diagnostic> {
    let text = decode::without_mark(text);
    every(text, Span::NONE.file).map(|(nodes, _)| nodes).map_err(|error| with_line(error, text))
}

/// Reads again, in a source of its own, to learn the place of an error.
fn with_line(error: Diagnostic, text: &str) -> Diagnostic {
    let sources = Sources::default();
    let file = sources.add(Path::new(""), text);
    let found = every(text, file).err().and_then(|again| {
        let (line, column) = sources.source(file)?.position(again.span().start);
        Some(format!("{} (line {line}, column {column} of the text)", error.message))
    });
    Diagnostic { message: found.unwrap_or(error.message), ..error }
}

fn one(text: &str, file: FileId) -> Result<Parsed, Diagnostic> {
    let mut composer = composer(text, file)?;
    let Some(node) = composer.document()? else { return Ok((Node::null(Span::new(file, 0, 0)), Vec::new())) };
    if let Some(start) = composer.another()? {
        return Err(Diagnostic::error("there is more than one document, and one was expected")
            .at(start)
            .hint("`---` stands at the start of a file only"));
    }
    Ok((node, composer.warnings))
}

fn every(text: &str, file: FileId) -> Result<Warned<Vec<Node>>, Diagnostic> {
    let mut composer = composer(text, file)?;
    let mut nodes = Vec::new();
    while let Some(node) = composer.document()? {
        nodes.push(node);
    }
    Ok((nodes, composer.warnings))
}

fn composer(text: &str, file: FileId) -> Result<Composer<'_>, Diagnostic> {
    match decode::unreadable(text) {
        Some((at, message)) => Err(Diagnostic::error(message).at(mistake::one(text, at, file))),
        None => Ok(Composer::new(Events::new(text, file))),
    }
}
