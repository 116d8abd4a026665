//! `[!tag, x]`: a tag without a value, which the parser does not survive.

use libyaml_safer::{EventData, Parser};
use std::io::Read;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};

static TRYING: Mutex<()> = Mutex::new(());

/// Where a tag has no value, if the parser does not get over it.
pub(super) fn found(text: &str) -> Option<(usize, String)> {
    let at = candidate(text)?;
    breaks_the_parser(text).then(|| (at, "the tag has no value: a blank must follow it".into()))
}

/// The first place where a tag seems to be followed by a comma: in text it means nothing.
fn candidate(text: &str) -> Option<usize> {
    let starts = text.match_indices('!').map(|(at, _)| at);
    starts.into_iter().find(|at| {
        let tag = &text[*at..];
        let end = tag.find(|char: char| char.is_whitespace() || "[]{},\"'".contains(char));
        text[..*at].ends_with([' ', '\n', '\t', '[', '{', ','])
            && end.is_some_and(|end| tag[end..].starts_with(','))
    })
}

/// Reads all of a text apart, in silence.
fn breaks_the_parser(text: &str) -> bool {
    let _alone = TRYING.lock().unwrap_or_else(PoisonError::into_inner);
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let read = panic::catch_unwind(AssertUnwindSafe(|| {
        let mut parser = Parser::new();
        parser.set_input(text.as_bytes().chain(b"\n".as_slice()));
        while parser.parse().is_ok_and(|event| !matches!(event.data, EventData::StreamEnd)) {}
    }));
    panic::set_hook(hook);
    read.is_err()
}
