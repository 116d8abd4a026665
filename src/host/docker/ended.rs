//! What the program of a container printed, and how it ended.

use super::Thing;
use super::engine::{Engine, complaint, escape};
use crate::host::{Data, Failure, Output, System, Time, json, text};

/// Seconds that a program may run: the limit of the call comes first.
const MOST_SECONDS: u64 = 7 * 24 * 3600;

/// Waits until the program has ended; what it printed is taken where docker keeps it.
pub fn output(system: &System, engine: &Engine, name: &str) -> Result<Output, Failure> {
    let start = Time::now();
    let path = format!("/containers/{}/wait", escape(name));
    let answer = Engine { timeout: MOST_SECONDS, ..engine.clone() }.send(system, "POST", &path, None)?;
    if !(200..300).contains(&answer.status) {
        return Err(Failure::new(format!("docker does not wait for `{name}`: {}", complaint(&answer))));
    }
    let status = json::parse(&text::from_bytes(&answer.body.0))?.number("StatusCode").unwrap_or(-1);
    let found = engine.look_up(system, &Thing::Container(name.to_owned()))?;
    let (stdout, stderr) = printed(system, engine, name, &found)?;
    Ok(Output { status, stdout, stderr, start, end: Time::now() })
}

fn printed(
    system: &System,
    engine: &Engine,
    name: &str,
    found: &Data,
) -> Result<(Vec<u8>, Vec<u8>), Failure> {
    let driver = found.entry("HostConfig").entry("LogConfig").text("Type").unwrap_or_default();
    if !matches!(driver.as_str(), "json-file" | "journald" | "local") {
        let said = format!("Result logged using `{driver}` driver");
        return Ok((said.into_bytes(), Vec::new()));
    }
    let path = format!("/containers/{}/logs?stdout=true&stderr=true", escape(name));
    let answer = engine.send(system, "GET", &path, None)?;
    match found.entry("Config").entry("Tty") {
        Data::Bool(true) => Ok((answer.body.0, Vec::new())),
        _ => Ok(parted(&answer.body.0)),
    }
}

/// The two streams that docker sends as one: each piece has a head of eight bytes, the stream and the length in it.
fn parted(bytes: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let mut rest = bytes;
    while let Some(([stream, _, _, _, a, b, c, d], after)) = rest.split_first_chunk::<8>() {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        let (piece, next) = after.split_at(length.min(after.len()));
        if *stream == 2 {
            stderr.extend_from_slice(piece)
        } else {
            stdout.extend_from_slice(piece)
        }
        rest = next;
    }
    (stdout, stderr)
}

#[cfg(test)]
mod tests {
    use super::parted;

    #[test]
    fn two_streams_in_one() {
        let bytes = [
            &[1, 0, 0, 0, 0, 0, 0, 2][..],
            b"ab",
            &[2, 0, 0, 0, 0, 0, 0, 1],
            b"x",
            &[1, 0, 0, 0, 0, 0, 0, 9],
            b"c",
        ]
        .concat();
        assert_eq!(parted(&bytes), (b"abc".to_vec(), b"x".to_vec()));
    }
}
