//! Both ends, speaking with one another over a socket pair.

use super::client::{Client, Contents, Limits, Served, Session, WireError};
use super::frame::MARKER;
use super::message::{Begin, Mode, OnFailure, Outcome, Request, Sending};
use super::serve::{Identity, serve};
use crate::host::{Content, Fields, Hash, Host, System};
use crate::modules::{self, Call, Source};
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

struct Held(Vec<Vec<u8>>);

impl Contents for Held {
    fn find(&self, hash: &Hash) -> Result<Served, String> {
        let found = self.0.iter().find(|bytes| Hash::of(bytes) == *hash);
        found.map(|bytes| Served::Bytes(Arc::new(bytes.clone()))).ok_or_else(|| "it is gone".to_owned())
    }
}

async fn session(root: &Path, held: Vec<Vec<u8>>, limits: Limits) -> Session {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let root = root.to_owned();
    std::thread::spawn(move || {
        let mut writer = theirs.try_clone().unwrap();
        writer.write_all(b"Welcome to this host!\n").unwrap();
        let identity = Identity { build: "test".to_owned(), user: "me".to_owned(), uid: 0 };
        let host = |contents| Host::with_state(System::below(root.clone(), contents), root.join(".state"));
        let _ = serve(theirs, writer, identity, host);
    });
    connect(ours, held, limits).await.unwrap()
}

async fn connect(ours: UnixStream, held: Vec<Vec<u8>>, limits: Limits) -> Result<Session, WireError> {
    ours.set_nonblocking(true).unwrap();
    let (reader, writer) = tokio::net::UnixStream::from_std(ours).unwrap().into_split();
    Client::connect(reader, writer, Arc::new(Held(held)), limits).await
}

fn ping(data: &str) -> Call {
    modules::parse("ping", &Fields::new().with("data", data)).unwrap()
}

fn copy(dest: &str, content: Content) -> Call {
    let mut call = modules::parse("copy", &Fields::new().with("src", "x").with("dest", dest)).unwrap();
    call.attach(Source::File { name: "x".to_owned(), content, mode: None }).unwrap();
    call
}

fn directory() -> (tempfile::TempDir, PathBuf) {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().to_owned();
    (root, path)
}

fn checked() -> Sending {
    Sending { mode: Mode::Check, ..Sending::default() }
}

fn notifying(handler: &str) -> Sending {
    Sending { notify: vec![handler.to_owned()], ..Sending::default() }
}

#[tokio::test]
async fn answers_come_in_order_through_any_window() {
    for window in [1, 2, 64] {
        let (_kept, root) = directory();
        let Session { client, mut replies, hello, .. } =
            session(&root, vec![], Limits { window, ..Limits::default() }).await;
        assert_eq!(hello.build, "test");
        for id in 0..500 {
            client.submit(Request::new(id, ping(&id.to_string()))).await.unwrap();
        }
        for id in 0..500 {
            let reply = replies.next().await.unwrap();
            assert_eq!((reply.id, reply.field("ping").cloned()), (id, Some(id.to_string().into())));
        }
    }
}

#[tokio::test]
async fn nothing_runs_behind_a_failure_until_a_new_epoch() {
    let (_kept, root) = directory();
    let Session { client, mut replies, .. } = session(&root, vec![], Limits::default()).await;
    let requests = [
        ("crash", 1, OnFailure::Continue),
        ("crash", 1, OnFailure::Stop),
        ("a", 1, OnFailure::Stop),
        ("b", 2, OnFailure::Stop),
    ];
    for (id, (data, epoch, on_failure)) in (0..).zip(requests) {
        let sending = Sending { on_failure, ..Sending::default() };
        client.submit(Request { epoch, sending, ..Request::new(id, ping(data)) }).await.unwrap();
    }
    let mut outcomes = Vec::new();
    for _ in 0..4 {
        outcomes.push(replies.next().await.unwrap().outcome);
    }
    assert!(matches!(outcomes[0], Outcome::Failed { .. }) && matches!(outcomes[1], Outcome::Failed { .. }));
    assert_eq!(outcomes[2..], [Outcome::NotRun, Outcome::Unchanged]);
}

#[tokio::test]
async fn contents_are_asked_for_when_they_differ_only() {
    let (_kept, root) = directory();
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let content = Content::Held { hash: Hash::of(&bytes), size: bytes.len() as u64 };
    let gone = Content::Held { hash: Hash([7; 32]), size: 1 };
    let Session { client, mut replies, .. } = session(&root, vec![bytes.clone()], Limits::default()).await;
    let calls = [copy("/a", content.clone()), copy("/a", content), copy("/b", gone), ping("x")];
    for (id, call) in (0..).zip(calls) {
        let sending = Sending { on_failure: OnFailure::Continue, ..Sending::default() };
        client.submit(Request { sending, ..Request::new(id, call) }).await.unwrap();
    }
    assert_eq!(replies.next().await.unwrap().outcome, Outcome::Changed);
    assert_eq!(std::fs::read(root.join("a")).unwrap(), bytes);
    assert_eq!(replies.next().await.unwrap().outcome, Outcome::Unchanged);
    let Outcome::Failed { message } = replies.next().await.unwrap().outcome else { panic!() };
    assert!(message.contains("it is gone"), "{message}");
    assert_eq!(replies.next().await.unwrap().outcome, Outcome::Unchanged);
    assert!(!root.join("b").exists());
}

#[tokio::test]
async fn a_dry_run_remembers_what_it_planned() {
    let (_kept, root) = directory();
    let Session { client, mut replies, .. } = session(&root, vec![], Limits::default()).await;
    client.begin(Begin { dry_run: true, ..Begin::default() }).await.unwrap();
    let made = modules::parse("file", &Fields::new().with("path", "/d").with("state", "directory")).unwrap();
    for (id, call) in
        (0..).zip([made, copy("/d/a", Content::inline("x")), copy("/d/a", Content::inline("x"))])
    {
        client.submit(Request { sending: checked(), ..Request::new(id, call) }).await.unwrap();
    }
    assert_eq!(replies.next().await.unwrap().outcome, Outcome::Changed);
    assert_eq!(replies.next().await.unwrap().outcome, Outcome::Changed);
    assert_eq!(replies.next().await.unwrap().outcome, Outcome::Unchanged);
    assert!(!root.join("d").exists());
}

#[tokio::test]
async fn notifications_are_kept_until_settled() {
    let (_kept, root) = directory();
    let Session { client, mut replies, .. } = session(&root, vec![], Limits::default()).await;
    let request = Request::new(0, copy("/a", Content::inline("x")));
    client.submit(Request { sending: notifying("restart it"), ..request }).await.unwrap();
    client.submit(Request { sending: notifying("never"), ..Request::new(1, ping("x")) }).await.unwrap();
    replies.next().await.unwrap();
    replies.next().await.unwrap();
    drop((client, replies));
    let Session { client, mut replies, hello, .. } = session(&root, vec![], Limits::default()).await;
    client.begin(Begin { dry_run: true, ..Begin::default() }).await.unwrap();
    client.settle(hello.pending).unwrap();
    client.submit(Request { sending: checked(), ..Request::new(0, ping("x")) }).await.unwrap();
    replies.next().await.unwrap();
    drop((client, replies));
    let Session { client, mut replies, hello, .. } = session(&root, vec![], Limits::default()).await;
    assert_eq!(hello.pending, ["restart it"]);
    client.settle(hello.pending).unwrap();
    client.submit(Request::new(0, ping("x"))).await.unwrap();
    replies.next().await.unwrap();
    assert!(session(&root, vec![], Limits::default()).await.hello.pending.is_empty());
}

#[tokio::test]
async fn a_broken_line_leaves_a_fate_for_every_call() {
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    std::thread::spawn(move || {
        let hello = super::FromAgent::Hello(super::Hello {
            build: String::new(),
            user: String::new(),
            uid: 0,
            pending: vec![],
        });
        theirs.write_all(MARKER).unwrap();
        theirs.write_all(&super::frame::encode(&hello).unwrap()).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(100));
    });
    let Session { client, mut replies, .. } = connect(ours, vec![], Limits::default()).await.unwrap();
    client.submit(Request::new(5, ping("x"))).await.unwrap();
    let reply = replies.next().await.unwrap();
    assert!(matches!(reply.outcome, Outcome::Lost { .. }) && reply.id == 5);
    assert!(replies.next().await.is_none() || replies.ended().is_some());
    assert!(client.submit(Request::new(6, ping("x"))).await.is_err());
}

#[tokio::test]
async fn a_hostile_agent_is_refused() {
    let hello = super::FromAgent::Hello(super::Hello {
        build: String::new(),
        user: String::new(),
        uid: 0,
        pending: vec![],
    });
    let hello = super::frame::encode(&hello).unwrap();
    let reply = super::FromAgent::Reply(Box::new(super::Reply::bare(99, Outcome::Changed)));
    let cases: [(Vec<u8>, &str); 4] = [
        (b"\x05\0\0\x80\x07\x07\x07\x07\x07".to_vec(), "cannot be unpacked"),
        (vec![0xff; 64], "announces a message"),
        (b"\x05\0\0\0junk!".to_vec(), "no message of ours"),
        (super::frame::encode(&reply).unwrap(), "answers request 99"),
    ];
    for (bytes, complaint) in cases {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        theirs.write_all(&[MARKER, &hello, &bytes].concat()).unwrap();
        let Session { mut replies, .. } = connect(ours, vec![], Limits::default()).await.unwrap();
        assert!(replies.next().await.is_none());
        let error = replies.ended().unwrap().to_string();
        assert!(error.contains(complaint), "{error}");
    }
}

#[tokio::test]
async fn what_a_host_says_instead_of_starting_is_told() {
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    theirs.write_all(b"This account is not available.\n").unwrap();
    drop(theirs);
    let error = connect(ours, vec![], Limits::default()).await.err().unwrap();
    assert_eq!(error.to_string(), "the agent did not start; the host said: This account is not available.");
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    std::thread::spawn(move || while theirs.write_all(&[b'y'; 4096]).is_ok() {});
    assert!(connect(ours, vec![], Limits { banner_bytes: 9000, ..Limits::default() }).await.is_err());
}
