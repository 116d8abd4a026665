//! Bytes, as far as templates see them: text is UTF-8 and stays text.

use crate::template::eval::Call;
use crate::template::{Answer, Error};
use crate::vars::Value;
use std::sync::Arc;

/// `'x'.encode('utf-8')` gives the text itself: every filter that takes bytes takes text.
pub(super) fn encode(text: &Arc<str>, call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["encoding", "errors"])?;
    let encoding = args.text_or("encoding", "utf-8")?.to_lowercase().replace('_', "-");
    match encoding.as_str() {
        "utf-8" | "utf8" => Ok(Value::text(text.clone())),
        "ascii" | "us-ascii" if text.is_ascii() => Ok(Value::text(text.clone())),
        _ => Err(Error::failed(format!("text cannot be encoded as `{encoding}`"))),
    }
}
