//! A running agent: its two streams, and what it says beside them.

use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncRead, AsyncWrite};

/// The stream that an agent writes.
pub type Reader = Box<dyn AsyncRead + Send + Unpin>;
/// The stream that an agent reads.
pub type Writer = Box<dyn AsyncWrite + Send + Unpin>;

/// An agent that has started. Dropping both streams ends it.
pub struct Session {
    /// Begins with [`crate::wire::MARKER`]; nothing stands before it.
    pub reader: Reader,
    pub writer: Writer,
    /// What the agent, or a program before it, wrote to its standard error last.
    pub said: Said,
    /// Whether the agent had to be delivered first.
    pub delivered: bool,
}

/// The last few kilobytes of an error stream.
#[derive(Clone, Default)]
pub struct Said(Arc<Mutex<Vec<u8>>>);

/// How much of an error stream is kept.
const MOST: usize = 8 << 10;

impl Said {
    /// Keeps these bytes, and forgets the oldest where there are too many.
    pub(super) fn add(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(bytes);
        let excess = kept.len().saturating_sub(MOST);
        kept.drain(..excess);
    }

    /// What is kept, as text without control characters, trimmed.
    pub fn text(&self) -> String {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        printable(&String::from_utf8_lossy(&kept))
    }
}

/// A text of a host as it may be shown: no escape sequences, no other control characters but line breaks.
pub(super) fn printable(text: &str) -> String {
    let shown: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    shown.trim().to_owned()
}
