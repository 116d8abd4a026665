//! Requests to https. A program of its own sends them, `provision-https`: it is as large as the rest of the agent, few hosts
//! need it, and it comes to a host when it is first needed.

use super::http::{Answer, Exchange};
use super::stored::nameless;
use super::{Bytes, Failure, Hash, Run, Stored, System, change, process};
use sha2::{Digest, Sha256};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// How the program is called where it lies beside the agent from the beginning.
const NAME: &str = "provision-https";

/// Sends one request to https by the program; what goes wrong is told in the answer.
pub(in crate::host) fn send(system: &System, exchange: &Exchange) -> Result<Answer, String> {
    let program = program(system).map_err(|failure| failure.to_string())?;
    let request = rmp_serde::to_vec_named(exchange).map_err(|error| error.to_string())?;
    let run = Run {
        argv: vec![super::text::from_path(&program)],
        stdin: Some(Bytes(request)),
        any_status: true,
        ..Run::default()
    };
    let no_room = |error: std::io::Error| format!("no room for the answer: {error}");
    let printed = nameless().map_err(no_room)?;
    let sink = printed.try_clone().map_err(no_room)?;
    let output =
        process::run_between(system, &run, None, Some(sink)).map_err(|failure| failure.to_string())?;
    if output.status != 0 {
        return Err(format!("`{NAME}` failed: {}", output.stderr().trim()));
    }
    let (answer, body) = Stored::of(printed).and_then(|printed| read(&printed)).map_err(no_room)?;
    if exchange.to_file {
        return Ok(Answer { stored: Some(body), ..answer });
    }
    let bytes = body.bytes(0, usize::try_from(body.size).unwrap_or(usize::MAX)).map_err(no_room)?;
    Ok(Answer { body: Bytes(bytes), ..answer })
}

/// What the program prints: the body, the answer without it, the length of that in four bytes.
fn read(printed: &Stored) -> std::io::Result<(Answer, Stored)> {
    let wrong = || std::io::Error::other(format!("`{NAME}` answers nothing"));
    let end = printed.size.checked_sub(4).ok_or_else(wrong)?;
    let length = *printed.bytes(end, 4)?.first_chunk().ok_or_else(wrong)?;
    let start = end.checked_sub(u32::from_le_bytes(length).into()).ok_or_else(wrong)?;
    let answer = printed.bytes(start, (end - start) as usize)?;
    let answer = rmp_serde::from_slice(&answer).map_err(std::io::Error::other)?;
    Ok((answer, printed.part(0, start).ok_or_else(wrong)?))
}

/// The program itself: one request on standard input, its answer on standard output.
///
/// # Errors
/// Where what comes in is no request of ours, or nobody takes the answer.
pub fn serve(
    mut input: impl Read,
    mut output: impl Write,
    send: impl FnOnce(&Exchange, &mut dyn Write) -> Answer,
) -> Result<(), String> {
    let mut request = Vec::new();
    input.read_to_end(&mut request).map_err(|error| error.to_string())?;
    let exchange: Exchange = rmp_serde::from_slice(&request).map_err(|error| error.to_string())?;
    let answer = rmp_serde::to_vec_named(&send(&exchange, &mut output)).map_err(|error| error.to_string())?;
    let length = u32::try_from(answer.len()).map_err(|error| error.to_string())?.to_le_bytes();
    output.write_all(&answer).and_then(|()| output.write_all(&length)).map_err(|error| error.to_string())
}

/// Where the program lies; the controller sends it where it is missing.
fn program(system: &System) -> Result<PathBuf, Failure> {
    let own = std::env::current_exe().map_err(|error| Failure::new(format!("where am I? {error}")))?;
    let directory = own.parent().unwrap_or(Path::new("/"));
    let beside = directory.join(NAME);
    if beside.exists() {
        return Ok(beside);
    }
    let hash = system.https.ok_or_else(|| {
        Failure::new(format!("the controller has no `{NAME}` for this type of machine, which https needs"))
    })?;
    let path = directory.join(hash.to_string());
    if !path.exists() {
        deliver(system, &hash, &path)?;
    }
    Ok(path)
}

fn deliver(system: &System, hash: &Hash, path: &Path) -> Result<(), Failure> {
    let mut unpacked = flate2::write::GzDecoder::new(Vec::new());
    system.contents.fetch(hash, &mut unpacked)?;
    let bytes = unpacked.finish().map_err(|error| Failure::new(format!("`{NAME}` came broken: {error}")))?;
    if Hash(Sha256::digest(&bytes).into()) != *hash {
        return Err(Failure::new(format!("`{NAME}` changed on the controller while it was sent")));
    }
    change::write_own(path, &bytes, 0o700)
}
