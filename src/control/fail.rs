//! `fail`: fails with the user's message.

use super::{Act, Desk};
use crate::template::Answer;

pub(super) fn act(desk: &Desk) -> Answer<Act> {
    let message = desk.text("msg").unwrap_or_else(|| "Failed as requested from task".to_owned());
    Ok(Act { failed: Some(message), ..Act::default() })
}
