//! The agent as a program: what it says on its streams, what it leaves behind.

mod hostile;
mod killed;
mod large;
mod place;
mod refused;

use provision::host::{Data, Fields};
use provision::modules;
use provision::wire::{Client, Contents, Limits, Outcome, Replies, Request, Sending, Served, Session};
use std::process::Stdio;
use std::sync::Arc;
use tokio::process::{Child, Command};

struct Nothing;

impl Contents for Nothing {
    fn find(&self, _hash: &provision::host::Hash) -> Result<Served, String> {
        Err("nothing is held".to_owned())
    }
}

async fn agent() -> (Child, Session) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_provision-agent"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .env("HOME", "/tmp")
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let (reader, writer) = (child.stdout.take().unwrap(), child.stdin.take().unwrap());
    let session = Client::connect(reader, writer, Arc::new(Nothing), Limits::default()).await.unwrap();
    (child, session)
}

async fn ask(client: &Client, replies: &mut Replies, name: &str, fields: Fields) -> provision::wire::Reply {
    client.submit(Request::new(1, modules::parse(name, &fields).unwrap())).await.unwrap();
    replies.next().await.unwrap()
}

#[tokio::test]
async fn programs_cannot_reach_the_stream() {
    let (_child, Session { client, mut replies, .. }) = agent().await;
    let line = "cat; echo to stdout; echo to stderr >&2; echo bye";
    let reply = ask(&client, &mut replies, "shell", Fields::new().with("_raw_params", line)).await;
    assert_eq!(reply.outcome, Outcome::Changed);
    assert_eq!(reply.field("stderr"), Some(&"to stderr".into()));
    assert_eq!(reply.field("stdout_lines"), Some(&vec!["to stdout", "bye"].into()));
}

#[tokio::test]
async fn facts_of_this_machine() {
    let (_child, Session { client, mut replies, .. }) = agent().await;
    let start = std::time::Instant::now();
    let reply = ask(&client, &mut replies, "setup", Fields::new()).await;
    assert!(start.elapsed().as_secs() < 5);
    let facts = reply.field("ansible_facts").unwrap();
    for name in [
        "ansible_kernel",
        "ansible_hostname",
        "ansible_architecture",
        "ansible_date_time",
        "ansible_interfaces",
    ] {
        assert!(!facts.entry(name).is_null(), "{name}");
    }
    assert!(facts.number::<i64>("ansible_memtotal_mb").unwrap() > 0);
    assert!(facts.number::<i64>("ansible_processor_vcpus").unwrap() > 0);
    assert_eq!(facts.entry("ansible_lo").entry("ipv4").entry("address"), &Data::from("127.0.0.1"));
}

#[tokio::test]
async fn a_timeout_ends_all_of_a_command() {
    let (_child, Session { client, mut replies, .. }) = agent().await;
    let call = modules::parse("shell", &Fields::new().with("cmd", "sleep 97 | sleep 97")).unwrap();
    let sending = Sending { timeout: Some(1), ..Sending::default() };
    client.submit(Request { sending, ..Request::new(1, call) }).await.unwrap();
    let reply = replies.next().await.unwrap();
    let Outcome::Failed { message } = &reply.outcome else { panic!("{reply:?}") };
    assert_eq!(message, "Timed out after 1 second(s).");
    let period = reply.field("timedout").and_then(|late| late.number::<i64>("period"));
    assert_eq!(period, Some(1));
}

#[tokio::test]
async fn the_agent_ends_with_its_controller() {
    let (mut child, session) = agent().await;
    drop(session);
    let ended = tokio::time::timeout(std::time::Duration::from_secs(5), child.wait()).await;
    assert!(ended.unwrap().unwrap().success());
}

#[tokio::test]
async fn endless_output_costs_bounded_memory() {
    let (_child, Session { client, mut replies, .. }) = agent().await;
    let reply =
        ask(&client, &mut replies, "shell", Fields::new().with("cmd", "yes | head -c 100000000")).await;
    let length = reply.field("stdout").unwrap().as_text().unwrap().len();
    assert!(length < 20 << 20, "{length}");
}
