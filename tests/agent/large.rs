//! Files that are larger than the agent may be: what is done with them costs it little memory.

use crate::place::{Place, ask};
use flate2::Compression;
use flate2::write::GzEncoder;
use provision::host::{Fields, Hash, json};
use provision::modules;
use provision::wire::{Client, Contents, Limits, Outcome, Request, Served};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How large the files are; `LARGE=1024` makes it a gigabyte.
fn size() -> u64 {
    let mebibytes: u64 = std::env::var("LARGE").ok().and_then(|text| text.parse().ok()).unwrap_or(200);
    mebibytes << 20
}

/// The most memory that the agent may have used, in KiB.
const MOST: u64 = 32 << 10;

/// What is done with `W/large`, or with what is made of it.
const WORKS: [(&str, &str); 11] = [
    ("stat", r#"{"path": "W/large"}"#),
    ("stat", r#"{"path": "W/large", "checksum_algorithm": "sha256"}"#),
    ("copy", r#"{"src": "W/large", "remote_src": true, "dest": "W/copy"}"#),
    ("get_url", r#"{"url": "file://W/large", "dest": "W/fetched"}"#),
    ("get_url", r#"{"url": "http://SERVER/large", "dest": "W/fetched", "checksum": "sha256:HASH"}"#),
    ("uri", r#"{"url": "http://SERVER/large", "dest": "W/fetched"}"#),
    ("unarchive", r#"{"src": "W/large.tar.gz", "remote_src": true, "dest": "W"}"#),
    ("find", r#"{"paths": "W", "patterns": "large", "get_checksum": true}"#),
    ("find", r#"{"paths": "W", "patterns": "large", "contains": "x.*"}"#),
    ("assemble", r#"{"src": "W", "regexp": "^large$", "dest": "W/assembled"}"#),
    ("archive", r#"{"path": "W/large", "dest": "W/packed.gz"}"#),
];

/// The most memory that a process has used so far, in KiB.
fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// A file of nothing but zeros, and an archive that holds it.
fn make(place: &Place) {
    File::create(place.path("large")).unwrap().set_len(size()).unwrap();
    let mut head = vec![0; 512];
    head[..8].copy_from_slice(b"unpacked");
    head[100..107].copy_from_slice(b"0000644");
    head[108..115].copy_from_slice(b"0000000");
    head[116..123].copy_from_slice(b"0000000");
    head[124..135].copy_from_slice(format!("{:011o}", size()).as_bytes());
    head[136..147].copy_from_slice(b"00000000000");
    head[148..156].copy_from_slice(b"        ");
    head[156] = b'0';
    let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
    head[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    let mut packed = GzEncoder::new(File::create(place.path("large.tar.gz")).unwrap(), Compression::fast());
    packed.write_all(&head).unwrap();
    std::io::copy(&mut File::open(place.path("large")).unwrap(), &mut packed).unwrap();
    packed.write_all(&[0; 1024]).unwrap();
    packed.finish().unwrap();
}

fn hash(path: &Path) -> Hash {
    let (mut file, mut hash, mut buffer) = (File::open(path).unwrap(), Sha256::new(), vec![0; 1 << 20]);
    while let Ok(count @ 1..) = file.read(&mut buffer) {
        hash.update(&buffer[..count]);
    }
    Hash(hash.finalize().into())
}

/// A server that sends the file to everybody.
fn serve(path: PathBuf) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", size());
            let _ = std::io::copy(&mut File::open(&path).unwrap(), &mut stream);
        }
    });
    address
}

#[tokio::test]
async fn large_files_cost_little_memory() {
    let place = Place::new();
    make(&place);
    let (server, hash) = (serve(place.path("large")), hash(&place.path("large")).to_string());
    for (module, arguments) in WORKS {
        let arguments = arguments.replace("SERVER", &server).replace("HASH", &hash);
        let arguments = arguments.replace('W', place.work.path().to_str().unwrap());
        let fields: Fields = json::parse(&arguments).unwrap().as_map().unwrap().clone();
        let mut agent = place.start("", &[]);
        let process = agent.id().unwrap();
        let (reply, client) = ask(&mut agent, module, fields).await.unwrap();
        let used = peak(process);
        drop(client);
        println!("{module}: {used} KiB");
        assert!(
            matches!(reply.outcome, Outcome::Changed | Outcome::Unchanged),
            "{arguments} {:?}",
            reply.outcome
        );
        assert!(used < MOST, "{module} {arguments}: {used} KiB");
        for made in ["copy", "fetched", "unpacked", "packed.gz"] {
            let _ = std::fs::remove_file(place.path(made));
        }
    }
}

/// A controller that has the file.
struct Holder(PathBuf);

impl Contents for Holder {
    fn find(&self, _hash: &Hash) -> Result<Served, String> {
        Ok(Served::File(self.0.clone()))
    }
}

#[tokio::test]
async fn what_the_controller_sends_costs_little_memory() {
    let place = Place::new();
    make(&place);
    for (module, file, arguments) in [
        ("copy", "large", r#"{"src": "x", "dest": "W/copy"}"#),
        ("unarchive", "large.tar.gz", r#"{"src": "x", "dest": "W"}"#),
    ] {
        let arguments = arguments.replace('W', place.work.path().to_str().unwrap());
        let fields: Fields = json::parse(&arguments).unwrap().as_map().unwrap().clone();
        let mut call = modules::parse(module, &fields).unwrap();
        let path = place.path(file);
        let size = path.metadata().unwrap().len();
        let content = provision::host::Content::Held { hash: hash(&path), size };
        call.attach(modules::Source::File { name: "x".to_owned(), content, mode: None }).unwrap();
        let mut agent = place.start("", &[]);
        let (reader, writer) = (agent.stdout.take().unwrap(), agent.stdin.take().unwrap());
        let held = Arc::new(Holder(path));
        let mut session = Client::connect(reader, writer, held, Limits::default()).await.unwrap();
        session.client.submit(Request::new(1, call)).await.unwrap();
        let reply = session.replies.next().await.unwrap();
        assert_eq!(reply.outcome, Outcome::Changed);
        let used = peak(agent.id().unwrap());
        println!("{module} from the controller: {used} KiB");
        assert!(used < MOST, "{module}: {used} KiB");
    }
}

#[tokio::test]
async fn what_no_answer_has_room_for_is_refused() {
    let place = Place::new();
    File::create(place.path("large")).unwrap().set_len(size()).unwrap();
    let mut agent = place.start("", &[]);
    let process = agent.id().unwrap();
    let fields = Fields::new().with("src", place.path("large").to_str().unwrap());
    let (reply, _client) = ask(&mut agent, "slurp", fields).await.unwrap();
    let Outcome::Failed { message } = reply.outcome else { panic!("{:?}", reply.outcome) };
    assert!(message.contains("/large`: it has more than 20971520 bytes"), "{message}");
    assert!(peak(process) < 2 * MOST, "{} KiB", peak(process));
}
