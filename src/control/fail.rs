//! `fail`: fails with the user's message.

use super::{Act, Desk};
use crate::template::Answer;
use crate::vars::Value;

pub(super) fn act(desk: &Desk) -> Answer<Act> {
    let message = desk.text("msg").unwrap_or_else(|| "Failed as requested from task".to_owned());
    let given = desk.value("msg").map(|given| (Value::from("msg"), given.clone()));
    Ok(Act { failed: Some(message), fields: given.into_iter().collect(), ..Act::default() })
}
