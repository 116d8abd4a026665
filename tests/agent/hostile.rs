//! Agents that are broken or mean: each costs the controller bounded memory, ends with a clear error for its host, and the
//! others go on.

use provision::host::{Data, Fields, Hash};
use provision::modules;
use provision::wire::{Client, FromAgent, Hello, Limits, MARKER, Outcome, Reply, Request, Session};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// The frame of a message, by hand.
fn frame(message: &[u8]) -> Vec<u8> {
    [&(message.len() as u32).to_le_bytes(), message].concat()
}

fn said(message: &FromAgent) -> Vec<u8> {
    frame(&rmp_serde::to_vec_named(message).unwrap())
}

fn hello() -> Vec<u8> {
    let hello = Hello { build: "x".to_owned(), user: "root".to_owned(), uid: 0, pending: Vec::new() };
    [MARKER, &said(&FromAgent::Hello(hello))].concat()
}

/// The answer to request 1, with these bytes as its result.
fn reply(result: &[u8]) -> Vec<u8> {
    let reply =
        Reply { result: Fields::new().with("x", Data::Bool(true)), ..Reply::bare(1, Outcome::Changed) };
    let whole = rmp_serde::to_vec_named(&FromAgent::Reply(Box::new(reply))).unwrap();
    // The result is `{"x": true}`.
    let at = whole.windows(4).position(|part| part == [0x81, 0xa1, b'x', 0xc3]).unwrap();
    frame(&[&whole[..at], result, &whole[at + 4..]].concat())
}

/// A connection on which an agent says this, then nothing more for ever.
async fn session(says: Vec<u8>) -> Result<Session, String> {
    let reader = std::io::Cursor::new(says).chain(tokio::io::empty());
    let connected =
        Client::connect(reader, tokio::io::sink(), Arc::new(crate::Nothing), Limits::default()).await;
    connected.map_err(|error| error.to_string())
}

/// What becomes of a request to an agent that says this behind its greeting.
async fn fate(says: Vec<u8>) -> String {
    let mut session = session([hello(), says].concat()).await.unwrap();
    let call = modules::parse("ping", &Fields::new()).unwrap();
    if let Err(error) = session.client.submit(Request::new(1, call)).await {
        return error.to_string();
    }
    let reply = session.replies.next().await.unwrap();
    match reply.outcome {
        Outcome::Lost { reason } => reason,
        outcome => format!(
            "{outcome:?} {}",
            session.replies.ended().map_or(String::new(), |error| error.to_string())
        ),
    }
}

#[tokio::test]
async fn what_is_no_greeting_is_refused() {
    let garbage: Vec<u8> = (0..3_000_000_u32).map(|n| (n.wrapping_mul(n) / 7) as u8).collect();
    for (says, wanted) in [
        (b"x".repeat(3_000_000), "did not start; the host said: xxx"),
        (garbage.clone(), "did not start"),
        ([MARKER, &garbage[1000..]].concat(), "message"),
        ([MARKER, &[0xff; 100]].concat(), "announces a message of 2147483647 bytes"),
        ([MARKER, &frame(&[0xc1; 100])].concat(), "no message of ours"),
        ([MARKER, &reply(&[0x80])].concat(), "began with"),
        (MARKER.to_vec(), "the agent ended"),
    ] {
        let error = session(says).await.err().unwrap();
        assert!(error.contains(wanted) && error.len() < 5000, "{wanted}: {error:.300}");
    }
}

#[tokio::test]
async fn what_is_no_answer_ends_the_session() {
    let deep = |depth: usize| [vec![0x81, 0xa1, b'x'], vec![0x91; depth], vec![0xc0]].concat();
    let values = |count: u32| {
        [&[0x81, 0xa1, b'x', 0xdd][..], &count.to_be_bytes(), &vec![0xc0; count as usize]].concat()
    };
    let liar = [&[0x81, 0xa1, b'x', 0xdd][..], &u32::MAX.to_be_bytes()].concat();
    for (says, wanted) in [
        (frame(b"garbage"), "no message of ours"),
        (vec![0xff; 64], "announces a message of 2147483647 bytes"),
        (said(&FromAgent::Reply(Box::new(Reply::bare(7, Outcome::Changed)))), "answers request 7"),
        (hello()[MARKER.len()..].to_vec(), "greets twice"),
        (said(&FromAgent::Want { hash: Hash([1; 32]) }).repeat(10_000), ""),
        (reply(&deep(200_000)), "more than 200 lists deep"),
        (reply(&deep(1000)), "more than 200 lists deep"),
        (reply(&values(30 << 20)), "more than 4194304 values"),
        (reply(&liar), "no message of ours"),
        (reply(&deep(100)), "Changed"),
        (reply(&values(1000)), "Changed"),
    ] {
        let became = fate(says).await;
        assert!(became.contains(wanted), "{wanted}: {became:.300}");
    }
}

/// A byte now and then is no answer.
#[tokio::test]
async fn what_drips_is_not_waited_for() {
    let (mut theirs, ours) = tokio::io::duplex(64);
    tokio::spawn(async move {
        theirs.write_all(&[hello(), frame(&[b'x'; 1000])[..10].to_vec()].concat()).await.unwrap();
        while theirs.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let limits = Limits { patience: Duration::from_millis(300), ..Limits::default() };
    let mut session =
        Client::connect(ours, tokio::io::sink(), Arc::new(crate::Nothing), limits).await.unwrap();
    session.client.submit(Request::new(1, modules::parse("ping", &Fields::new()).unwrap())).await.unwrap();
    let Outcome::Lost { reason } = session.replies.next().await.unwrap().outcome else { panic!("no end") };
    assert_eq!(reason, "the agent sends less than 1000 bytes of a message in 300ms");
}

#[tokio::test]
async fn what_nobody_reads_is_bounded() {
    let note = said(&FromAgent::Note { id: 1, text: "x".repeat(8 << 20) });
    let Session { mut notes, .. } = session([hello(), note.repeat(20)].concat()).await.unwrap();
    let (_, text) = notes.recv().await.unwrap();
    assert_eq!(text.len(), 4096);
}

/// What agents do that are started in the place of ours.
const MEAN: [(&str, &str); 8] = [
    ("yes", "yes"),
    ("yes on the other stream", "yes >&2"),
    ("ends", "exit 3"),
    ("endless garbage", "printf '\\036provision-agent\\036\\n'; cat /dev/urandom"),
    ("an endless frame", "printf '\\036provision-agent\\036\\n\\377\\377\\377\\001'; yes"),
    ("an absurd frame", "printf '\\036provision-agent\\036\\n\\377\\377\\377\\377'; sleep 5"),
    ("half a frame", "printf '\\036provision-agent\\036\\n\\100\\000\\000\\000xx'"),
    ("a greeting of http", "printf 'HTTP/1.1 400 Bad Request\\r\\n\\r\\n'"),
];

/// The first agent that is started does so; the second is ours.
fn install(place: &Path, does: &str) {
    let bin = |name: &str| place.join(name);
    let _ = std::fs::remove_file(bin("provision"));
    std::fs::hard_link(env!("CARGO_BIN_EXE_provision"), bin("provision"))
        .or_else(|_| std::fs::copy(env!("CARGO_BIN_EXE_provision"), bin("provision")).map(drop))
        .unwrap();
    let agent = env!("CARGO_BIN_EXE_provision-agent");
    let script = format!(
        "#!/bin/sh\nif mkdir {}/first 2>/dev/null; then\n{does}\nelse exec {agent} \"$@\"\nfi\n",
        place.display()
    );
    let mut file = std::fs::File::create(bin("provision-agent")).unwrap();
    file.write_all(script.as_bytes()).unwrap();
    file.set_permissions(std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Runs two hosts, of which one has the mean agent: what is printed, and the most memory used, in KiB.
fn run(place: &Path) -> (String, u64) {
    std::fs::write(
        place.join("site.yml"),
        "- hosts: all\n  gather_facts: false\n  tasks:\n  - command: echo fine\n",
    )
    .unwrap();
    let own = place.join("own");
    std::fs::create_dir_all(&own).unwrap();
    let mut command = Command::new("unshare");
    let script = "mkdir -p /var/lib/provision && mount --bind \"$0\" /var/lib/provision && exec \"$@\"";
    command.args(["--mount", "sh", "-c", script]).arg(&own).arg(place.join("provision"));
    command.args(["-i", "one,two,", "--connection", "local", "--timeout", "3", "site.yml"]);
    command.current_dir(place).env("HOME", &own).stdin(Stdio::null());
    let printed = std::fs::File::create(place.join("printed")).unwrap();
    let mut child = command.stdout(printed.try_clone().unwrap()).stderr(printed).spawn().unwrap();
    let (start, mut most) = (Instant::now(), 0);
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0);
        most = most.max(peak);
        if start.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let printed = std::fs::read(place.join("printed")).unwrap();
    (String::from_utf8_lossy(&printed).into_owned(), most)
}

#[test]
fn the_others_go_on_beside_a_mean_agent() {
    for (name, does) in MEAN {
        let place = tempfile::tempdir().unwrap();
        install(place.path(), does);
        let (text, most) = run(place.path());
        println!("{name}: {most} KiB\n{text:.2000}");
        assert!(text.len() < 20_000, "{name}: {} bytes are printed", text.len());
        assert!(most < 120 << 10, "{name}: {most} KiB");
        for word in ["unreachable  ", "changed  "] {
            let count = text.lines().filter(|line| line.starts_with(word)).count();
            assert_eq!(count, 1, "{name}: {text:.2000}");
        }
    }
}
