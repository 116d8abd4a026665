//! Addresses of things: `uri`, `url`, `urn`.

use super::Table;
use crate::template::Answer;
use crate::template::eval::Call;
use crate::template::filters::encode::url_parts;
use crate::template::python::{iterate, types};

pub const TABLE: Table = &[
    ("uri", |call| is_uri(call, false)),
    ("url", |call| is_uri(call, true)),
    ("fqdn_valid", is_full_name),
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

/// Whether a text is a full name of a host.
fn is_full_name(call: &mut Call) -> Answer<bool> {
    let args = call.bind(&["value", "min_labels", "allow_underscores"])?;
    let text = args.exact_text("value")?;
    let least = usize::try_from(args.int_or("min_labels", 1)?).unwrap_or(0);
    let underscores = args.bool_or("allow_underscores", false)?;
    let is_allowed = |char: char| char.is_ascii_alphanumeric() || char == '-' || underscores && char == '_';
    let is_label = |label: &str| {
        let ends = label.starts_with('-') || label.ends_with('-');
        (1..=63).contains(&label.len()) && !ends && label.chars().all(is_allowed)
    };
    let labels: Vec<&str> = text.strip_suffix('.').unwrap_or(&text).split('.').collect();
    let is_number = labels.last().is_none_or(|last| last.chars().all(|char| char.is_ascii_digit()));
    Ok(text.len() <= 253 && labels.len() >= least && !is_number && labels.into_iter().all(is_label))
}
