//! Bodies of requests.

use super::{Format, Uri};
use crate::host::http::Exchange;
use crate::host::{Bytes, Data, Failure, Fields, Probe, base64, json, text};
use crate::modules::{Argument, Source, argument::PathText};

/// Adds the body and says what it is.
pub fn add(uri: &Uri, host: &dyn Probe, exchange: &mut Exchange) -> Result<(), Failure> {
    if let Some(bytes) = from_file(uri, host)? {
        exchange.body = Bytes(bytes);
        return Ok(());
    }
    let Some(body) = uri.body.as_ref().map(|body| &body.0) else { return Ok(()) };
    let given = exchange.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let (bytes, kind) = match uri.body_format {
        Format::Raw => (text::to_bytes(&raw(body)), None),
        Format::Json => (text::to_bytes(&as_json(body)), Some("application/json".to_owned())),
        Format::Form => (form(body)?.into_bytes(), Some("application/x-www-form-urlencoded".to_owned())),
        Format::Multipart => {
            let (bytes, boundary) = multipart(body, host)?;
            (bytes, Some(format!("multipart/form-data; boundary=\"{boundary}\"")))
        }
    };
    exchange.body = Bytes(bytes);
    exchange.headers.extend(kind.filter(|_| !given).map(|kind| ("Content-Type".to_owned(), kind)));
    Ok(())
}

fn from_file(uri: &Uri, host: &dyn Probe) -> Result<Option<Vec<u8>>, Failure> {
    match (&uri.src, uri.source.as_deref()) {
        (Some(_), Some(Source::File { content, .. })) => host.content(content).map(Some),
        (Some(src), None) => host.read(&PathText(src.clone()).on(host)?).map(Some),
        _ => Ok(None),
    }
}

fn raw(body: &Data) -> String {
    match body {
        Data::List(_) | Data::Map(_) => json::print_spaced(body),
        body => String::parse(body).unwrap_or_default(),
    }
}

/// Text is taken for JSON already.
fn as_json(body: &Data) -> String {
    match body {
        Data::Text(text) => text.clone(),
        body => json::print_spaced(body),
    }
}

fn form(body: &Data) -> Result<String, Failure> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, value: &Data| match value {
        Data::List(items) => items.iter().for_each(|item| pairs.push((name.to_owned(), plain(item)))),
        value => pairs.push((name.to_owned(), plain(value))),
    };
    match body {
        Data::Text(text) => return Ok(text.clone()),
        Data::Map(fields) => fields.iter().for_each(|(name, value)| add(name, value)),
        Data::List(items) => items.iter().for_each(|item| {
            if let Data::List(pair) = item
                && let [name, value] = pair.as_slice()
            {
                add(&plain(name), value);
            }
        }),
        _ => return Err("`body` must be a dict or a list of pairs for a form".into()),
    }
    Ok(pairs
        .iter()
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)))
        .collect::<Vec<_>>()
        .join("&"))
}

fn plain(data: &Data) -> String {
    String::parse(data).unwrap_or_default()
}

fn escape(text: &str) -> String {
    let mut out = String::new();
    for byte in text::to_bytes(text) {
        match byte {
            b' ' => out.push('+'),
            byte if byte.is_ascii_alphanumeric() || b"_.-~".contains(&byte) => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Parts with their names; each is a text, or a dict of `content`, `filename`, `mime_type`.
fn multipart(body: &Data, host: &dyn Probe) -> Result<(Vec<u8>, String), Failure> {
    let fields = body.as_map().ok_or("`body` must be a dict for a form of several parts")?;
    let boundary = format!(
        "provision-{}",
        base64::encode(&crate::host::Hash::of(json::print(body).as_bytes()).0).replace(['/', '+', '='], "")
    );
    let mut bytes = Vec::new();
    for (name, part) in fields.iter() {
        bytes.extend_from_slice(&one_part(name, part, host, &boundary)?);
    }
    bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok((bytes, boundary))
}

fn one_part(name: &str, part: &Data, host: &dyn Probe, boundary: &str) -> Result<Vec<u8>, Failure> {
    let none = Fields::new();
    let told = part.as_map().unwrap_or(&none);
    let text_of = |name: &str| told.get(name).and_then(Data::as_text).map(str::to_owned);
    let (file, content) = (text_of("filename"), text_of("content"));
    let content = match (&file, content) {
        (_, Some(content)) => text::to_bytes(&content),
        (Some(file), None) => host.read(&PathText(file.clone()).on(host)?)?,
        (None, None) => text::to_bytes(&plain(part)),
    };
    let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"");
    if let Some(file) = &file {
        head.push_str(&format!("; filename=\"{}\"", file.rsplit('/').next().unwrap_or_default()));
    }
    let kind = text_of("mime_type").or(file.map(|_| "application/octet-stream".to_owned()));
    if let Some(kind) = kind {
        head.push_str(&format!("\r\nContent-Type: {kind}"));
    }
    Ok([head.as_bytes(), b"\r\n\r\n", &content, b"\r\n"].concat())
}
