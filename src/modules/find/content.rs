//! What a file must hold to be found.

use super::Find;
use crate::host::regex::{Regex, Text};
use crate::host::{Failure, Stored};
use std::io::{BufRead, Read};
use std::path::Path;

/// The most bytes of a file that is read as a whole.
const MOST_WHOLE: usize = 32 << 20;

/// The most bytes of one line; the rest of a longer one is read as another.
const MOST_LINE: u64 = 256 << 10;

/// Whether a file holds what the pattern means: a line that begins with it, or the whole has it somewhere.
pub fn fits(find: &Find, pattern: &Regex, path: &Path, stored: &Stored) -> Result<bool, Failure> {
    if !find.read_whole_file {
        return a_line_fits(find, pattern, path, stored);
    }
    let bytes =
        stored.bytes(0, MOST_WHOLE + 1).map_err(|error| Failure::at(path, "read as a whole", error))?;
    if bytes.len() > MOST_WHOLE {
        return Err(Failure::at(path, "read as a whole", format!("it has more than {MOST_WHOLE} bytes")));
    }
    Ok(pattern.is_match(&decoded(find, path, &bytes)?))
}

fn a_line_fits(find: &Find, pattern: &Regex, path: &Path, stored: &Stored) -> Result<bool, Failure> {
    let mut reader = stored.reader();
    let mut line = Vec::new();
    let cannot = |error: std::io::Error| Failure::at(path, "read", error);
    while reader.by_ref().take(MOST_LINE).read_until(b'\n', &mut line).map_err(cannot)? > 0 {
        let text = decoded(find, path, &line)?;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        if pattern.match_at(&Text::new(text), 0).is_some() {
            return Ok(true);
        }
        line.clear();
    }
    Ok(false)
}

/// The text that the bytes mean. Bytes that mean none are an error: nobody can say whether the file fits.
fn decoded(find: &Find, path: &Path, bytes: &[u8]) -> Result<String, Failure> {
    let encoding = find.encoding.as_deref().unwrap_or("utf-8");
    let text = match encoding.to_ascii_lowercase().replace('_', "-").as_str() {
        "utf-8" | "utf8" => std::str::from_utf8(bytes).ok().map(str::to_owned),
        "ascii" | "us-ascii" => bytes.is_ascii().then(|| bytes.iter().copied().map(char::from).collect()),
        "latin-1" | "latin1" | "iso-8859-1" => Some(bytes.iter().copied().map(char::from).collect()),
        _ => return Err(Failure::new(format!("unknown encoding: {encoding}"))),
    };
    text.ok_or_else(|| {
        let path = path.display();
        Failure::new(format!(
            "Failed to read the file {path} due to an encoding error. current encoding: {encoding}"
        ))
    })
}
