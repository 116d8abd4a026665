//! Sources, spans, diagnostics and their renderer: the only carets in the program.

mod diagnostic;
mod render;
mod span;

pub use diagnostic::{Diagnostic, Diagnostics, Label, Severity};
pub use render::{Palette, render};
pub use span::{DuplicateKeys, FileId, Source, Sources, Span};
