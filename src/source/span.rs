//! Texts read from files, and places in them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, RwLock};

/// The number of a source in its [`Sources`], and whether that was decrypted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct FileId(u32);

/// Set in the numbers of sources that were decrypted.
const SECRET: u32 = 1 << 31;

/// A range of bytes in a source: cheap enough to be carried by every value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Span {
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span of what was written in no file.
    pub const NONE: Span = Span { file: FileId(u32::MAX), start: 0, end: 0 };

    /// A range of bytes of one file.
    pub fn new(file: FileId, start: usize, end: usize) -> Span {
        Span { file, start: clamp(start), end: clamp(end) }
    }

    /// Whether this names a place at all.
    pub fn is_known(self) -> bool {
        self.file.0 != u32::MAX
    }

    /// Whether the text there was decrypted.
    pub fn is_secret(self) -> bool {
        self.is_known() && self.file.0 & SECRET != 0
    }

    /// From the start of this one to the end of the other, in one file.
    pub fn to(self, other: Span) -> Span {
        if self.file == other.file { Span { end: other.end.max(self.end), ..self } } else { self }
    }

    /// The part of this span from `start` to `end`, counted from its first byte.
    pub fn part(self, start: usize, end: usize) -> Span {
        let at = |offset: usize| self.start.saturating_add(clamp(offset)).min(self.end);
        Span { start: at(start), end: at(end), ..self }
    }
}

fn clamp(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// One text, with the name that the user knows it by.
#[derive(Debug)]
pub struct Source {
    /// As shown in messages: relative to the working directory where that is shorter.
    pub name: String,
    pub path: PathBuf,
    pub text: Arc<str>,
    /// Whether the text was decrypted: messages then tell the place and never quote it.
    pub secret: bool,
    line_starts: Vec<u32>,
}

impl Source {
    fn new(name: String, path: PathBuf, text: Arc<str>, secret: bool) -> Source {
        let breaks = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| clamp(i + 1));
        let line_starts = std::iter::once(0).chain(breaks).collect();
        Source { name, path, text, secret, line_starts }
    }

    /// Line and column of a byte, both counted from one; columns count characters.
    pub fn position(&self, offset: u32) -> (usize, usize) {
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self.line_starts[line - 1] as usize;
        let end = (offset as usize).min(self.text.len());
        let column = self.text.get(start..end).map_or(0, |text| text.chars().count());
        (line, column + 1)
    }

    /// The text of a line counted from one, without its line break.
    pub fn line(&self, line: usize) -> &str {
        let Some(start) = self.line_starts.get(line.wrapping_sub(1)) else { return "" };
        let rest = &self.text[*start as usize..];
        rest.split('\n').next().unwrap_or("").trim_end_matches('\r')
    }
}

/// What a key that stands twice in a mapping is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DuplicateKeys {
    #[default]
    Warn,
    Ignore,
    Error,
}

/// Every text of a run. Sources are added and never removed, so a [`Span`] stays valid.
#[derive(Debug, Default)]
pub struct Sources {
    all: RwLock<Vec<Arc<Source>>>,
    duplicate_keys: OnceLock<DuplicateKeys>,
}

impl Sources {
    /// What keys are that stand twice in the texts read from now on; it can be said once.
    pub fn take_duplicate_keys_for(&self, meaning: DuplicateKeys) {
        let _ = self.duplicate_keys.set(meaning);
    }

    /// What keys are that stand twice.
    pub fn duplicate_keys(&self) -> DuplicateKeys {
        self.duplicate_keys.get().copied().unwrap_or_default()
    }

    /// Adds a text read from `path`.
    pub fn add(&self, path: &Path, text: impl Into<Arc<str>>) -> FileId {
        self.push(path, text.into(), false)
    }

    /// Adds a text that was decrypted from `path`: it is never quoted in a message.
    pub fn add_secret(&self, path: &Path, text: impl Into<Arc<str>>) -> FileId {
        self.push(path, text.into(), true)
    }

    fn push(&self, path: &Path, text: Arc<str>, secret: bool) -> FileId {
        let source = Arc::new(Source::new(shown(path), path.to_owned(), text, secret));
        let mut all = self.all.write().unwrap_or_else(|broken| broken.into_inner());
        all.push(source);
        FileId(clamp(all.len() - 1) | if secret { SECRET } else { 0 })
    }

    /// The source with this number, unless the span is of no file.
    pub fn source(&self, file: FileId) -> Option<Arc<Source>> {
        let all = self.all.read().unwrap_or_else(|broken| broken.into_inner());
        all.get((file.0 & !SECRET) as usize).cloned()
    }

    /// `file:line:column` of the start of a span, if it has a place.
    pub fn place(&self, span: Span) -> Option<String> {
        let source = self.source(span.file)?;
        let (line, column) = source.position(span.start);
        Some(format!("{}:{line}:{column}", source.name))
    }
}

fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let relative = here.as_deref().and_then(|here| path.strip_prefix(here).ok());
    relative.unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let sources = Sources::default();
        let file = sources.add(Path::new("/x/site.yml"), "a\nüb: c\n");
        let source = sources.source(file).unwrap();
        assert_eq!(source.position(0), (1, 1));
        assert_eq!(source.position(4), (2, 2));
        assert_eq!(source.line(2), "üb: c");
        assert_eq!(sources.place(Span::new(file, 5, 6)).unwrap(), "/x/site.yml:2:3");
        assert_eq!(sources.place(Span::NONE), None);
    }
}
