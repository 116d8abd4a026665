//! Encrypted values inside of YAML files: found, shown as plain text, put back, everything else kept.

use super::files::has_already;
use super::{Keyring, Secret};
use crate::source::{Diagnostic, FileId, Sources};
use crate::yaml::{Style, Tagged, tagged};
use std::path::Path;
use zeroize::Zeroizing;

/// The tags of encrypted values.
const ENCRYPTED: [&str; 2] = ["!vault", "!vault-encrypted"];
/// The tag that stands for them where they are shown.
const PLAIN: &str = "!decrypted";

/// A value, as it stands in the file and as it is inside.
pub(super) struct Value {
    at: Tagged,
    pub(super) plain: Zeroizing<String>,
    /// The label of the secret that opened it.
    label: String,
}

/// A YAML text with its encrypted values opened.
pub(super) struct Opened<'a> {
    pub(super) text: &'a str,
    pub(super) values: Vec<Value>,
}

impl<'a> Opened<'a> {
    /// Opens all encrypted values of a text.
    ///
    /// # Errors
    ///
    /// Where the text is no YAML, or a value does not open.
    pub(super) fn new(
        text: &'a str,
        path: &Path,
        sources: &Sources,
        keyring: &Keyring,
    ) -> Result<Opened<'a>, Diagnostic> {
        let file = sources.add(path, text);
        let open = |at: Tagged| {
            let (bytes, secret) = keyring.open(&at.text, at.value)?;
            let plain = text_of(&bytes, &at)?;
            Ok(Value { at, plain, label: secret.label.clone() })
        };
        let values = tagged(text, file, &ENCRYPTED)?.into_iter().map(open).collect::<Result<_, _>>()?;
        Ok(Opened { text, values })
    }

    /// The text with plain values in place of the encrypted ones.
    pub(super) fn shown(&self) -> Zeroizing<String> {
        let values = self.values.iter().map(|value| (&value.at, written_plain(value, self.text)));
        Zeroizing::new(replaced(self.text, values))
    }

    /// The text with every value encrypted anew that has not this secret already, and how many these are.
    ///
    /// # Errors
    ///
    /// Where the system gives no random bytes.
    pub(super) fn rekeyed(&self, secret: &Secret) -> Result<(String, usize), Diagnostic> {
        let mut values = Vec::new();
        for value in self.values.iter().filter(|value| !has_already(&value.at.text, secret)) {
            let envelope = secret.encrypt(value.plain.as_bytes())?;
            let indent = block_indent(&value.at, self.text);
            values.push((&value.at, written(&value.at, self.text, &envelope, indent)));
        }
        let count = values.len();
        Ok((replaced(self.text, values), count))
    }

    /// What an edited text becomes: values that are as before keep their bytes, others are encrypted with the
    /// secret that they had, new ones with the one given.
    ///
    /// # Errors
    ///
    /// Where the edited text is no YAML.
    pub(super) fn closed(
        &self,
        edited: &str,
        file: FileId,
        keys: &Keyring,
        new: Option<&str>,
    ) -> Result<String, Diagnostic> {
        let found = tagged(edited, file, &[PLAIN])?;
        let same_count = found.len() == self.values.len();
        let mut values = Vec::new();
        for (index, at) in found.iter().enumerate() {
            let place = self.values.get(index).filter(|_| same_count);
            let text = match place.into_iter().chain(&self.values).find(|value| *value.plain == at.text) {
                Some(value) => kept(value, self.text, at, edited),
                None => {
                    let label = place.map(|value| value.label.as_str()).or(new);
                    let envelope = keys.for_encryption(label)?.encrypt(at.text.as_bytes())?;
                    let same =
                        place.filter(|value| indentation(self.text, &value.at) == indentation(edited, at));
                    let indent =
                        same.map_or(block_indent(at, edited), |value| block_indent(&value.at, self.text));
                    written(at, edited, &envelope, indent)
                }
            };
            values.push((at, text));
        }
        Ok(replaced(edited, values))
    }
}

/// Whether a text may hold encrypted values.
pub(super) fn may_hold(text: &str) -> bool {
    text.contains("!vault") && text.contains("$ANSIBLE_VAULT;")
}

fn text_of(bytes: &[u8], at: &Tagged) -> Result<Zeroizing<String>, Diagnostic> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(Diagnostic::error("what is encrypted here is not text in UTF-8").at(at.value)),
    }
}

fn replaced<'t>(text: &str, values: impl IntoIterator<Item = (&'t Tagged, String)>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (tagged, value) in values {
        let range = range(tagged, text);
        out.push_str(&text[at..range.start]);
        out.push_str(&value);
        at = range.end;
    }
    out + &text[at..]
}

/// The bytes that a value had, if they fit where it stands now; its envelope written anew if not.
fn kept(value: &Value, text: &str, at: &Tagged, edited: &str) -> String {
    if value.at.in_flow == at.in_flow && indentation(text, &value.at) == indentation(edited, at) {
        return text[range(&value.at, text)].to_owned();
    }
    written(at, edited, &value.at.text, block_indent(at, edited))
}

/// Where a value stands, without the line breaks behind it.
fn range(at: &Tagged, text: &str) -> std::ops::Range<usize> {
    let start = at.span.start as usize;
    start..start + text[start..at.span.end as usize].trim_end().len()
}

fn is_block(at: &Tagged) -> bool {
    matches!(at.style, Style::Literal | Style::Folded)
}

/// An envelope as a value, where `at` stands: a block, or in quotes where no block can be.
fn written(at: &Tagged, text: &str, envelope: &str, indent: usize) -> String {
    let lines: Vec<&str> = envelope.split_whitespace().collect();
    let head = head(at, text, "!vault");
    if at.in_flow {
        return format!("{head}\"{}\\n\"", lines.join("\\n"));
    }
    let raw = &text[at.value.start as usize..at.value.end as usize];
    let first = raw.lines().next().filter(|first| is_block(at) && first.starts_with('|')).unwrap_or("|");
    let indent = " ".repeat(indent);
    let body: Vec<String> = lines.iter().map(|line| format!("{indent}{line}")).collect();
    format!("{head}{first}\n{}", body.join("\n"))
}

/// What stands before a value: the tag, and an anchor if there is one behind it.
fn head(at: &Tagged, text: &str, tag: &str) -> String {
    text[at.span.start as usize..at.value.start as usize].replacen(&at.tag, tag, 1)
}

/// How far the lines of a block are indented: as they are, or two more than what they belong to.
fn block_indent(at: &Tagged, text: &str) -> usize {
    let raw = &text[at.value.start as usize..at.value.end as usize];
    let first = raw.split('\n').nth(1).filter(|line| is_block(at) && !line.trim().is_empty());
    let own = first.map(|line| line.len() - line.trim_start_matches(' ').len());
    own.unwrap_or_else(|| indentation(text, at) + 2)
}

/// The column of the key, or of the item, that a value belongs to.
fn indentation(text: &str, at: &Tagged) -> usize {
    let before = &text[..at.span.start as usize];
    let line = before.rsplit('\n').next().unwrap_or("");
    let mut rest = line.trim_start_matches(' ');
    while let Some(inner) = rest.strip_prefix("- ") {
        rest = inner.trim_start_matches(' ');
    }
    line.len() - rest.len()
}

/// A plain value to be read and edited: on one line, or as a block where it has several.
fn written_plain(value: &Value, text: &str) -> String {
    let plain: &str = &value.plain;
    let head = head(&value.at, text, PLAIN);
    let printable = plain.chars().all(|c| c == '\n' || !c.is_control())
        && !plain.contains(['\u{2028}', '\u{2029}', '\u{feff}']);
    // Only one line break at the end can be told from blank lines that belong to the file.
    let several = plain.trim_end_matches('\n').contains('\n') && !plain.ends_with("\n\n");
    let as_block = several && !plain.starts_with([' ', '\n']);
    if value.at.in_flow || !printable || !as_block || !is_block(&value.at) {
        return format!("{head}{}", quoted(plain));
    }
    let indent = " ".repeat(block_indent(&value.at, text));
    let body = plain.strip_suffix('\n').unwrap_or(plain);
    let chomping = if plain.ends_with('\n') { "" } else { "-" };
    let lines =
        body.split('\n').map(|line| if line.is_empty() { String::new() } else { format!("{indent}{line}") });
    format!("{head}|{chomping}\n{}", lines.collect::<Vec<_>>().join("\n"))
}

/// A text in quotes, single ones where these suffice.
fn quoted(text: &str) -> String {
    if !text.contains('\'')
        && text.chars().all(|c| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}'))
    {
        return format!("'{text}'");
    }
    let escaped = text.chars().map(|c| match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        '\t' => "\\t".to_owned(),
        c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
            format!("\\u{:04x}", u32::from(c))
        }
        c => c.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}
