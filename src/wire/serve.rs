//! The agent's end: one thread reads, one works, strictly in order.

use super::frame::{self, MARKER};
use super::message::{Began, Begin, FromAgent, Hello, OnFailure, Outcome, Reply, Request, ToAgent};
use super::packing::{Packer, Unpacker};
use super::perform::perform;
use super::{Mode, job};
use crate::host::{Bytes, ContentSource, Failure, Hash, Host, System};
use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::time::Duration;

/// How long what was begun may still hold the host's lock when the controller is gone. It is not cut off, but a command that
/// hangs must not keep the next run out.
const LAST_WORK: Duration = Duration::from_secs(10);

/// The most bytes of requests that may wait.
const MOST_WAITING: usize = 256 << 20;

/// Who the agent is.
pub struct Identity {
    /// The hash that names the agent's own binary.
    pub build: String,
    pub user: String,
    pub uid: u32,
}

/// A part of a content, or why there is none.
enum Part {
    Bytes { hash: Hash, bytes: Bytes, last: bool },
    None { hash: Hash, reason: String },
}

/// What waits to be worked on.
enum Work {
    Begin(Begin),
    Request(Box<Request>, usize),
    Settle(Vec<String>),
}

type Writer = Arc<Mutex<Speaker>>;

/// Who speaks with the controller, one at a time.
struct Speaker {
    out: Box<dyn Write + Send>,
    packer: Packer,
}

impl Speaker {
    fn say(&mut self, frame: Vec<u8>) -> io::Result<()> {
        self.out.write_all(&frame::pack(frame, &mut self.packer).map_err(io::Error::other)?)?;
        self.out.flush()
    }
}

/// Speaks with a controller until its stream ends; then the change that is being made is finished, and no other begun.
/// `host` makes the host from where its contents come from.
pub fn serve(
    reader: impl Read + Send + 'static,
    writer: impl Write + Send + 'static,
    identity: Identity,
    host: impl FnOnce(Box<dyn ContentSource>) -> Host,
) -> Result<(), String> {
    let speaker = Speaker { out: Box::new(writer), packer: Packer::default() };
    let writer: Writer = Arc::new(Mutex::new(speaker));
    let (parts, received) = mpsc::sync_channel(4);
    let source = FromController { writer: writer.clone(), parts: Mutex::new(received) };
    let host = host(Box::new(source));
    greet(&writer, identity, &host)?;
    // While the controller reads the greeting: it waits for nothing.
    host.tidy();
    let shared = Arc::new(Shared { gone: host.system.abandoned.clone(), ..Shared::default() });
    let (work, waiting) = mpsc::channel();
    let (reading, held) = (shared.clone(), host.held.clone());
    std::thread::spawn(move || {
        read_all(reader, &reading, work, parts);
        std::thread::sleep(LAST_WORK);
        held.let_go();
    });
    Worker { host, writer, shared: shared.clone(), failed: None }.run(&waiting);
    shared.broken.get().cloned().map_or(Ok(()), Err)
}

/// What reader and worker both know.
#[derive(Default)]
struct Shared {
    waiting: AtomicUsize,
    /// The controller is gone.
    gone: Arc<AtomicBool>,
    /// The controller wants nothing more to be begun.
    stopped: AtomicBool,
    /// Why nothing more can be read, if not because the controller is gone.
    broken: OnceLock<String>,
}

fn greet(writer: &Writer, identity: Identity, host: &Host) -> Result<(), String> {
    let hello = Hello {
        build: identity.build,
        user: identity.user,
        uid: identity.uid,
        pending: host.notes.pending(),
    };
    let mut greeting = MARKER.to_vec();
    greeting.extend(frame::encode(&FromAgent::Hello(hello))?);
    let mut speaker = writer.lock().unwrap_or_else(PoisonError::into_inner);
    speaker.out.write_all(&greeting).and_then(|()| speaker.out.flush()).map_err(|error| error.to_string())
}

fn send(writer: &Writer, message: &FromAgent) -> io::Result<()> {
    say(writer, frame::encode(message).map_err(io::Error::other)?)
}

fn say(writer: &Writer, frame: Vec<u8>) -> io::Result<()> {
    writer.lock().unwrap_or_else(PoisonError::into_inner).say(frame)
}

/// Reads until the stream ends; the queues end with it, so that nobody waits for what cannot come.
fn read_all(reader: impl Read, shared: &Shared, work: mpsc::Sender<Work>, parts: mpsc::SyncSender<Part>) {
    let mut reader = io::BufReader::with_capacity(64 << 10, reader);
    let mut unpacker = Unpacker::default();
    let read = loop {
        match frame::read::<ToAgent>(&mut reader, &mut unpacker) {
            Ok(Some((message, length))) => {
                if let Err(error) = accept(message, length, shared, &work, &parts) {
                    break Err(error);
                }
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(error.to_string()),
        }
    };
    if let Err(why) = read {
        let _ = shared.broken.set(why);
    }
    shared.gone.store(true, Ordering::SeqCst);
}

fn accept(
    message: ToAgent,
    length: usize,
    shared: &Shared,
    work: &mpsc::Sender<Work>,
    parts: &mpsc::SyncSender<Part>,
) -> Result<(), String> {
    let gone = |_| "the worker is gone".to_owned();
    match message {
        ToAgent::Begin(begin) => work.send(Work::Begin(begin)).map_err(gone),
        ToAgent::Settle { keys } => work.send(Work::Settle(keys)).map_err(gone),
        ToAgent::Request(request) => {
            if shared.waiting.fetch_add(length, Ordering::SeqCst) + length > MOST_WAITING {
                return Err("too many bytes of requests are waiting".to_owned());
            }
            work.send(Work::Request(request, length)).map_err(gone)
        }
        ToAgent::Stop => {
            shared.stopped.store(true, Ordering::SeqCst);
            Ok(())
        }
        ToAgent::Content { hash, bytes, last } => {
            parts.send(Part::Bytes { hash, bytes, last }).map_err(|_| "the worker is gone".to_owned())
        }
        ToAgent::NoContent { hash, reason } => {
            parts.send(Part::None { hash, reason }).map_err(|_| "the worker is gone".to_owned())
        }
    }
}

/// A request that failed.
#[derive(Clone, Copy)]
struct Failed {
    epoch: u32,
    repeat: Option<u64>,
}

impl Failed {
    /// Whether this one may not run any more.
    fn stops(self, request: &Request) -> bool {
        let is_sibling = self.repeat.is_some() && self.repeat == request.sending.repeat;
        self.epoch == request.epoch && !is_sibling
    }
}

/// Works on requests, one after the other.
struct Worker {
    host: Host,
    writer: Writer,
    shared: Arc<Shared>,
    /// The request that failed: nothing else of its epoch is carried out.
    failed: Option<Failed>,
}

impl Worker {
    fn run(&mut self, waiting: &mpsc::Receiver<Work>) {
        while let Some(work) = self.next(waiting) {
            // What was heard before the controller left still holds: handlers that have run are not run again.
            let begins = !matches!(work, Work::Settle(_)) && self.shared.gone.load(Ordering::SeqCst);
            if begins || self.work(work).is_err() {
                return;
            }
        }
    }

    /// What is to be done next. While there is nothing, what was written is made sure of.
    fn next(&self, waiting: &mpsc::Receiver<Work>) -> Option<Work> {
        if let Ok(work) = waiting.try_recv() {
            return Some(work);
        }
        self.host.system.directories.sync();
        waiting.recv().ok()
    }

    fn work(&mut self, work: Work) -> io::Result<()> {
        match work {
            Work::Begin(begin) => {
                let began = self.begin(begin);
                send(&self.writer, &FromAgent::Began(began))
            }
            // The handlers of a dry run are still to run.
            Work::Settle(_) if self.host.dry_run => Ok(()),
            Work::Settle(keys) => {
                // What cannot be forgotten is done once more by the next run: no harm.
                let _ = self.host.notes.settle(&keys);
                Ok(())
            }
            Work::Request(request, length) => {
                self.shared.waiting.fetch_sub(length, Ordering::SeqCst);
                let reply = self.answer(&request);
                self.reply(reply)
            }
        }
    }

    fn begin(&mut self, begin: Begin) -> Began {
        self.host.dry_run = begin.dry_run;
        let own = begin.https.iter().find(|(machine, _)| machine == std::env::consts::ARCH);
        self.host.system.https = own.map(|(_, hash)| *hash);
        self.host.system.runs = begin.runs;
        if !begin.lock {
            return Began::Ready;
        }
        match self.host.lock(Duration::from_secs(begin.lock_wait)) {
            Ok(None) => Began::Ready,
            Ok(Some(holder)) => Began::Locked { holder },
            Err(failure) => Began::Failed { message: failure.to_string() },
        }
    }

    /// Carries out a request, unless one of its epoch has failed before, or nothing more is to be begun.
    fn answer(&mut self, request: &Request) -> Reply {
        let is_stopped = self.shared.stopped.load(Ordering::SeqCst);
        if is_stopped || self.failed.is_some_and(|failed| failed.stops(request)) {
            return Reply::bare(request.id, Outcome::NotRun);
        }
        self.failed = self.failed.filter(|failed| failed.epoch == request.epoch);
        self.host.system.notes = Some(self.announcer(request.id));
        let reply = match request.sending.background {
            Some(limit) if request.sending.mode == Mode::Apply => {
                job::start(&self.host.system, request, limit)
            }
            _ => perform(&mut self.host, request),
        };
        if matches!(reply.outcome, Outcome::Failed { .. }) && request.sending.on_failure == OnFailure::Stop {
            self.failed = Some(Failed { epoch: request.epoch, repeat: request.sending.repeat });
        }
        reply
    }

    fn announcer(&self, id: u64) -> Box<dyn Fn(&str) + Send + Sync> {
        let writer = self.writer.clone();
        Box::new(move |text| {
            let _ = send(&writer, &FromAgent::Note { id, text: text.to_owned() });
        })
    }

    /// Sends an answer; one that is too long becomes a failure that says so.
    fn reply(&self, reply: Reply) -> io::Result<()> {
        let id = reply.id;
        let message = FromAgent::Reply(Box::new(reply));
        let bytes = frame::encode(&message).or_else(|error| {
            let message = format!("the result is too long to be sent: {error}");
            frame::encode(&FromAgent::Reply(Box::new(Reply::bare(id, Outcome::Failed { message }))))
        });
        say(&self.writer, bytes.map_err(io::Error::other)?)
    }
}

/// Asks the controller for contents.
struct FromController {
    writer: Writer,
    parts: Mutex<mpsc::Receiver<Part>>,
}

impl ContentSource for FromController {
    /// Takes all parts even when they cannot be kept: what follows in the stream must not be mistaken for them.
    fn fetch(&self, hash: &Hash, sink: &mut dyn Write) -> Result<(), Failure> {
        let gone = || Failure::new("the controller is gone");
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        send(&self.writer, &FromAgent::Want { hash: *hash }).map_err(|_| gone())?;
        let mut kept = Ok(());
        loop {
            match parts.recv().map_err(|_| gone())? {
                Part::None { hash: other, reason } if other == *hash => {
                    return Err(Failure::new(format!("the controller cannot send the content: {reason}")));
                }
                Part::Bytes { hash: other, bytes, last } if other == *hash => {
                    if kept.is_ok() {
                        kept = sink.write_all(&bytes.0);
                    }
                    if last {
                        return kept.map_err(|error| Failure::new(format!("cannot write: {error}")));
                    }
                }
                _ => {}
            }
        }
    }
}

/// A host as the agent sees it: its own system.
pub fn own_host(contents: Box<dyn ContentSource>) -> Host {
    Host::new(System::new(contents))
}
