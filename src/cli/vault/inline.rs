//! Encrypted values among others in a YAML file: shown in the clear for the editor, encrypted again where they changed.
//!
//! Everything else in the file stays as it is, byte for byte: comments, order, blanks.

use crate::source::Diagnostic;

/// What an encrypted block looks like where it begins.
const TAG: &str = "!vault |";

/// One encrypted value of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    /// The line that begins it: what it is known by after it was edited.
    header: String,
    /// The encrypted lines as they were written.
    written: String,
    plain: String,
}

/// Whether a text holds encrypted values.
pub fn is_in(text: &str) -> bool {
    text.lines().any(is_header) && text.contains("$ANSIBLE_VAULT;")
}

/// The text with its encrypted values in the clear, and these.
///
/// # Errors
/// A value cannot be decrypted.
pub fn open(
    text: &str,
    decrypt: impl Fn(&str) -> Result<String, Diagnostic>,
) -> Result<(String, Vec<Block>), Diagnostic> {
    let mut blocks = Vec::new();
    let shown = each(text, |header, indent, body| {
        let envelope: String = body.iter().map(|line| format!("{}\n", line.trim())).collect();
        if !envelope.starts_with("$ANSIBLE_VAULT;") {
            return Ok(body.iter().map(|line| format!("{line}\n")).collect());
        }
        let plain = decrypt(&envelope)?;
        let written = body.iter().map(|line| format!("{line}\n")).collect();
        blocks.push(Block { header: header.to_owned(), written, plain: plain.clone() });
        Ok(indented(&plain, indent))
    })?;
    Ok((shown, blocks))
}

/// The text with the values in it encrypted: those that did not change as they were before.
///
/// # Errors
/// A value cannot be encrypted.
pub fn close(
    text: &str,
    before: &[Block],
    encrypt: impl Fn(&str) -> Result<String, Diagnostic>,
) -> Result<String, Diagnostic> {
    let mut left: Vec<&Block> = before.iter().collect();
    each(text, |header, indent, body| {
        let shown: String = body.iter().map(|line| format!("{line}\n")).collect();
        let index = left.iter().position(|block| block.header == header);
        let known = index.map(|index| left.remove(index));
        if let Some(known) = known.filter(|known| indented(&known.plain, indent) == shown) {
            return Ok(known.written.clone());
        }
        let lines: Vec<&str> = body.iter().map(|line| line.get(indent..).unwrap_or_default()).collect();
        let mut plain = lines.join("\n");
        if known.is_some_and(|known| known.plain.ends_with('\n')) {
            plain.push('\n');
        }
        Ok(indented(encrypt(&plain)?.trim_end(), indent))
    })
}

/// Rewrites the lines below every header. They get the line, the indent of what follows it, and the lines.
fn each(
    text: &str,
    mut rewrite: impl FnMut(&str, usize, &[&str]) -> Result<String, Diagnostic>,
) -> Result<String, Diagnostic> {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = String::new();
    let mut rest = lines.as_slice();
    while let Some((line, after)) = rest.split_first() {
        out.push_str(line);
        out.push('\n');
        rest = after;
        let Some(indent) =
            after.first().map(|line| width(line)).filter(|width| *width > 0 && is_header(line))
        else {
            continue;
        };
        let inside = |line: &&&str| width(line) >= indent || line.trim().is_empty();
        let mut count = after.iter().take_while(inside).count();
        while count > 0 && after.get(count - 1).is_some_and(|line| line.trim().is_empty()) {
            count -= 1;
        }
        let (body, below) = after.split_at(count);
        out.push_str(&rewrite(line, indent, body)?);
        rest = below;
    }
    if !text.ends_with('\n') {
        out.pop();
    }
    Ok(out)
}

fn is_header(line: &str) -> bool {
    let line = line.trim_end();
    [TAG, "!vault |-", "!vault |+", "!vault >-", "!vault >"].iter().any(|tag| line.ends_with(tag))
}

fn width(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn indented(text: &str, indent: usize) -> String {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.split('\n').map(|line| format!("{:indent$}{line}\n", "")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
# a comment
a: !vault |
          $ANSIBLE_VAULT;1.1;AES256
          3132
b: 1

c: !vault |
    $ANSIBLE_VAULT;1.1;AES256
    3334
";

    /// Stands for a cipher: the last line is what is hidden.
    fn decrypt(envelope: &str) -> Result<String, Diagnostic> {
        Ok(envelope.lines().last().unwrap_or_default().chars().rev().collect())
    }

    fn encrypt(plain: &str) -> Result<String, Diagnostic> {
        Ok(format!("$ANSIBLE_VAULT;1.1;AES256\n{}\n", plain.chars().rev().collect::<String>()))
    }

    #[test]
    fn what_is_not_changed_stays_as_it_was_written() {
        let (shown, blocks) = open(FILE, decrypt).unwrap();
        assert_eq!(shown, "# a comment\na: !vault |\n          2313\nb: 1\n\nc: !vault |\n    4333\n");
        let never = |_: &str| Err(Diagnostic::error("nothing is encrypted anew"));
        assert_eq!(close(&shown, &blocks, never).unwrap(), FILE);
    }

    #[test]
    fn what_is_changed_or_new_is_encrypted() {
        let (shown, blocks) = open(FILE, decrypt).unwrap();
        let edited = shown.replace("4333", "new\n    lines") + "d: !vault |\n  more\n";
        let closed = close(&edited, &blocks, encrypt).unwrap();
        assert!(closed.starts_with(
            "# a comment\na: !vault |\n          $ANSIBLE_VAULT;1.1;AES256\n          3132\nb: 1\n"
        ));
        assert_eq!(open(&closed, decrypt).unwrap().1.len(), 3);
        assert!(closed.ends_with("d: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  erom\n"));
    }
}
