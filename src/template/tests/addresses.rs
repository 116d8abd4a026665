//! Addresses of things: `uri`, `url`, `urn`.

use super::Table;
use crate::template::Answer;
use crate::template::eval::Call;
use crate::template::filters::encode::url_parts;
use crate::template::python::{iterate, types};

pub const TABLE: Table = &[
    ("uri", |call| is_uri(call, false)),
    ("url", |call| is_uri(call, true)),
    ("urn", |call| Ok(scheme(&types::text(&call.only()?)?).as_deref() == Some("urn"))),
];

fn scheme(text: &str) -> Option<String> {
    url_parts(text).ok()?.get("scheme").map(ToString::to_string)
}

fn is_uri(call: &mut Call, needs_host: bool) -> Answer<bool> {
    let args = call.bind(&["value", "schemes"])?;
    let value = args.value("value")?;
    let Some(parts) = value.as_str().and_then(|text| url_parts(text).ok()) else { return Ok(false) };
    let part = |name: &str| parts.get(name).map(ToString::to_string).unwrap_or_default();
    if let Some(schemes) = args.some("schemes") {
        let known = iterate::items(schemes)?.iter().map(types::text).collect::<Answer<Vec<_>>>()?;
        if !known.is_empty() && !known.contains(&part("scheme")) {
            return Ok(false);
        }
    }
    Ok(!needs_host || !part("netloc").is_empty() || part("scheme") == "file")
}
