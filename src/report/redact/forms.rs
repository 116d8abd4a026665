//! The ways in which a secret can come to stand in a text.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Shortest text that is looked for. Replacing shorter ones would shred the output and hide nothing.
pub const SHORTEST: usize = 4;

/// Shortest base64 text that is looked for, so that a short secret does not match by chance.
const SHORTEST_ENCODED: usize = 8;

/// Every form of a secret that is looked for: itself, its lines, and both of them escaped, quoted and encoded.
pub fn forms(secret: &str) -> Vec<String> {
    let mut all: Vec<String> = parts(secret).flat_map(written).collect();
    all.extend(encoded(secret));
    all.extend(encoded(secret.trim_end_matches('\n')));
    all.retain(|form| form.chars().count() >= SHORTEST);
    all.sort_unstable();
    all.dedup();
    all
}

/// The whole, the whole without white space around it, and its lines.
fn parts(secret: &str) -> impl Iterator<Item = &str> {
    let lines = secret.lines().map(str::trim).filter(|line| line.chars().count() >= SHORTEST);
    [secret, secret.trim()].into_iter().chain(lines)
}

/// How one text looks in JSON, Python, YAML, HTML, a shell and an address.
fn written(text: &str) -> Vec<String> {
    let json = json(text);
    vec![
        text.to_owned(),
        ascii(&json),
        escaped(&json),
        escaped(&ascii(&json)),
        python(text),
        text.replace('\\', "\\\\").replace('\n', "\\n"),
        text.replace('\n', "\r\n"),
        text.replace('\'', "''"),
        text.replace('\'', "'\"'\"'"),
        text.replace('\'', "'\\''"),
        shell_escaped(text),
        html(text),
        html(text).replace("&#39;", "&#x27;"),
        percent(text, b"/", true),
        percent(text, b"", true),
        percent(text, b"", false),
        percent(text, b"", true).replace("%20", "+"),
        json,
    ]
}

/// As `serde_json` writes it, without the quotes around it.
fn json(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap_or_default();
    quoted.trim_start_matches('"').strip_suffix('"').unwrap_or_default().to_owned()
}

/// A JSON text inside a JSON text.
fn escaped(json: &str) -> String {
    json.replace('\\', "\\\\").replace('"', "\\\"")
}

/// What is not ASCII as `\u` escapes, as Python's `json.dumps` writes it.
fn ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut units = [0; 2];
    for character in json.chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            character
                .encode_utf16(&mut units)
                .iter()
                .for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        }
    }
    out
}

/// As Python prints a text inside a list, without the quotes around it.
fn python(text: &str) -> String {
    let out = text.replace('\\', "\\\\").replace('\n', "\\n").replace('\t', "\\t").replace('\r', "\\r");
    if text.contains('\'') && text.contains('"') { out.replace('\'', "\\'") } else { out }
}

fn shell_escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, character| {
        if !character.is_alphanumeric() && !"_-./:@%+=,\n".contains(character) {
            out.push('\\');
        }
        out.push(character);
        out
    })
}

fn html(text: &str) -> String {
    let out = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    out.replace('"', "&#34;").replace('\'', "&#39;")
}

fn percent(text: &str, safe: &[u8], upper: bool) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' => out.push(char::from(byte)),
            _ if safe.contains(&byte) => out.push(char::from(byte)),
            _ if upper => out.push_str(&format!("%{byte:02X}")),
            _ => out.push_str(&format!("%{byte:02x}")),
        }
        out
    })
}

/// Base64 at each of the three places where a text can begin, without the characters that its neighbours decide.
fn encoded(text: &str) -> Vec<String> {
    if text.chars().count() < SHORTEST {
        return Vec::new();
    }
    let mut all = Vec::new();
    for before in 0..3_usize {
        let bytes = [vec![0; before], text.as_bytes().to_vec()].concat();
        let first = [0, 2, 3][before];
        let whole = bytes.len() * 8 / 6;
        for encoded in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
            all.extend(encoded.get(first..whole).map(str::to_owned));
        }
    }
    all.retain(|form| form.len() >= SHORTEST_ENCODED);
    all
}
