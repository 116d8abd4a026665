//! The controller's end: requests go out inside a window, answers come back in their order.

use super::frame;
use super::message::{Began, Begin, FromAgent, Hello, Outcome, Reply, Request, ToAgent};
use super::packing::Unpacker;
use super::receive::Receiver;
use super::send::{self, Outgoing};
use crate::host::{Bytes, Hash};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::sync::{Semaphore, mpsc, oneshot};

/// Answers what the agent wants to have.
pub trait Contents: Send + Sync + 'static {
    /// Where the bytes with this hash are, or why they cannot be had.
    fn find(&self, hash: &Hash) -> Result<Served, String>;
}

/// Where bytes are that the agent wants.
#[derive(Clone, Debug)]
pub enum Served {
    Bytes(Arc<Vec<u8>>),
    /// A file of the controller; it is read in parts.
    File(PathBuf),
    /// Made when it is wanted; that may take a while.
    Made(Make),
}

/// Makes the bytes that are wanted.
#[derive(Clone)]
pub struct Make(pub Arc<dyn Fn() -> Result<Arc<[u8]>, String> + Send + Sync>);

impl std::fmt::Debug for Make {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("Make")
    }
}

/// How much may be under way, and how much is taken from an agent.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Requests that may be unanswered.
    pub window: u32,
    /// Bytes of requests that may be unanswered; one longer request may go alone.
    pub window_bytes: u32,
    /// Bytes of answers that may lie unread.
    pub unread_bytes: u64,
    /// Bytes that may come before the marker.
    pub banner_bytes: usize,
    /// How long 256 KiB may take of a message that has begun, or what is left of it.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            window: 1024,
            window_bytes: 8 << 20,
            unread_bytes: 256 << 20,
            banner_bytes: 256 << 10,
            patience: Duration::from_secs(120),
        }
    }
}

/// Why a connection to an agent is of no use.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum WireError {
    /// The end of the output before the marker is kept: it says what went wrong.
    #[error("the agent did not start{}", said(banner))]
    NoMarker { banner: String },
    #[error("the agent said nothing for {} seconds after it was started", .0.as_secs())]
    Silent(Duration),
    #[error("the connection was lost: {0}")]
    Lost(String),
    /// The other end does not keep to the protocol.
    #[error("the agent {0}")]
    Broken(String),
}

fn said(banner: &str) -> String {
    let banner = banner.trim();
    if banner.is_empty() { String::new() } else { format!("; the host said: {banner}") }
}

/// The sending half of a session with one agent.
#[derive(Clone)]
pub struct Client {
    outgoing: mpsc::UnboundedSender<Outgoing>,
    window: Arc<Window>,
}

/// Asks an agent to begin nothing more; it does not keep the line open.
pub struct Stopper(mpsc::WeakUnboundedSender<Outgoing>);

impl Stopper {
    /// Asks for it, if the line is still open.
    pub fn stop(&self) {
        if let (Some(outgoing), Ok(frame)) = (self.0.upgrade(), frame::encode(&ToAgent::Stop)) {
            let _ = outgoing.send(Outgoing(frame));
        }
    }
}

/// What is under way.
pub(super) struct Window {
    pub count: Semaphore,
    pub bytes: Semaphore,
    pub limits: Limits,
    pub pending: std::sync::Mutex<Pending>,
    pub unread: AtomicU64,
    /// Something was said that no answer will show to have been heard.
    pub unheard: AtomicBool,
}

/// Requests that are not answered yet, and who waits for the beginning.
#[derive(Default)]
pub(super) struct Pending {
    pub requests: std::collections::VecDeque<(u64, u32)>,
    pub begun: Option<oneshot::Sender<Began>>,
    /// Why nothing more can be sent.
    pub closed: Option<WireError>,
}

impl Window {
    pub fn pending(&self) -> std::sync::MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The answers, in the order of the requests. Ends when the connection does.
pub struct Replies {
    replies: mpsc::UnboundedReceiver<(Reply, u64)>,
    window: Arc<Window>,
}

/// A session with one agent.
pub struct Session {
    pub client: Client,
    pub replies: Replies,
    /// What long calls are doing, by the id of their request; dropped when nobody reads.
    pub notes: mpsc::Receiver<(u64, String)>,
    pub hello: Hello,
}

impl Client {
    /// Waits for the agent to announce itself, then speaks with it. The caller bounds the time.
    pub async fn connect<R, W>(
        reader: R,
        writer: W,
        contents: Arc<dyn Contents>,
        limits: Limits,
    ) -> Result<Session, WireError>
    where
        R: AsyncRead + Unpin + Send + 'static,
        W: AsyncWrite + Unpin + Send + 'static,
    {
        let mut reader = tokio::io::BufReader::with_capacity(64 << 10, reader);
        find_marker(&mut reader, limits.banner_bytes).await?;
        let mut unpacker = Unpacker::default();
        let hello = match read_message(&mut reader, &mut unpacker, limits.patience).await?.0 {
            FromAgent::Hello(hello) => hello,
            other => return Err(WireError::Broken(format!("began with {other:?}"))),
        };
        let window = Arc::new(Window {
            count: Semaphore::new(limits.window.max(1) as usize),
            bytes: Semaphore::new(limits.window_bytes.max(1) as usize),
            limits,
            pending: std::sync::Mutex::default(),
            unread: AtomicU64::new(0),
            unheard: AtomicBool::new(false),
        });
        let (outgoing, requests) = mpsc::unbounded_channel();
        let (wants, wanted) = mpsc::channel(4);
        let (reply_sender, replies) = mpsc::unbounded_channel();
        let (note_sender, notes) = mpsc::channel(64);
        let writer_done = send::start(writer, requests, wanted, contents);
        let receiver = Receiver { window: window.clone(), replies: reply_sender, notes: note_sender, wants };
        tokio::spawn(receiver.run(reader, unpacker, writer_done));
        let replies = Replies { replies, window: window.clone() };
        Ok(Session { client: Client { outgoing, window }, replies, notes, hello })
    }

    /// Says how the session is meant. Comes before all requests.
    pub async fn begin(&self, begin: Begin) -> Result<Began, WireError> {
        let (sender, begun) = oneshot::channel();
        self.window.pending().begun = Some(sender);
        self.send(&ToAgent::Begin(begin))?;
        begun.await.map_err(|_| self.why_closed())
    }

    /// Sends a request as soon as the window has room. Ids must differ; answers come in the order of sending.
    pub async fn submit(&self, request: Request) -> Result<(), WireError> {
        let id = request.id;
        let frame = frame::encode(&ToAgent::Request(Box::new(request))).map_err(WireError::Broken)?;
        let bytes =
            u32::try_from(frame.len()).unwrap_or(u32::MAX).min(self.window.limits.window_bytes.max(1));
        let closed = |_| self.why_closed();
        let count_permit = self.window.count.acquire().await.map_err(closed)?;
        let bytes_permit = self.window.bytes.acquire_many(bytes).await.map_err(closed)?;
        // The order of the queue is the order of the pending ones: both under one lock.
        let mut pending = self.window.pending();
        if let Some(error) = &pending.closed {
            return Err(error.clone());
        }
        pending.requests.push_back((id, bytes));
        self.window.unheard.store(false, Ordering::Relaxed);
        count_permit.forget();
        bytes_permit.forget();
        let _ = self.outgoing.send(Outgoing(frame));
        Ok(())
    }

    /// Tells the host that the handlers of these notifications have run.
    pub fn settle(&self, keys: Vec<String>) -> Result<(), WireError> {
        self.window.unheard.store(true, Ordering::Relaxed);
        self.send(&ToAgent::Settle { keys })
    }

    /// What stops the agent at the other end.
    pub fn stopper(&self) -> Stopper {
        Stopper(self.outgoing.downgrade())
    }

    /// Whether something was said last that is not answered: hanging up has to wait until it was heard.
    pub fn is_unheard(&self) -> bool {
        self.window.unheard.load(Ordering::Relaxed)
    }

    /// How many requests are not answered.
    pub fn in_flight(&self) -> usize {
        self.window.pending().requests.len()
    }

    /// Whether requests can still be sent.
    pub fn is_open(&self) -> bool {
        self.window.pending().closed.is_none()
    }

    fn send(&self, message: &ToAgent) -> Result<(), WireError> {
        let frame = frame::encode(message).map_err(WireError::Broken)?;
        self.outgoing.send(Outgoing(frame)).map_err(|_| self.why_closed())
    }

    fn why_closed(&self) -> WireError {
        self.window.pending().closed.clone().unwrap_or_else(|| WireError::Lost("it was closed".to_owned()))
    }
}

impl Replies {
    /// The next answer; a call whose fate is not known is answered with [`Outcome::Lost`]. `None` after the last.
    pub async fn next(&mut self) -> Option<Reply> {
        let (reply, bytes) = self.replies.recv().await?;
        self.window.unread.fetch_sub(bytes, Ordering::Relaxed);
        Some(reply)
    }

    /// The next answer, if it is in.
    pub fn try_next(&mut self) -> Option<Reply> {
        let (reply, bytes) = self.replies.try_recv().ok()?;
        self.window.unread.fetch_sub(bytes, Ordering::Relaxed);
        Some(reply)
    }

    /// Why the connection ended, if it did.
    pub fn ended(&self) -> Option<WireError> {
        self.window.pending().closed.clone()
    }
}

/// The fate of a call that was under way when the line broke.
pub(super) fn lost(id: u64, error: &WireError) -> Reply {
    Reply::bare(id, Outcome::Lost { reason: error.to_string() })
}

/// The most bytes that are told of what comes in the place of the marker: the last ones say what went wrong.
const MOST_TOLD: usize = 512;

/// Reads past everything up to the marker.
async fn find_marker(reader: &mut (impl AsyncRead + Unpin), most: usize) -> Result<(), WireError> {
    let mut banner = Vec::new();
    let text = |banner: &[u8]| {
        let end = banner.get(banner.len().saturating_sub(MOST_TOLD)..).unwrap_or_default();
        String::from_utf8_lossy(end).into_owned()
    };
    while !banner.ends_with(frame::MARKER) {
        match reader.read_u8().await {
            Ok(_) if banner.len() > most => return Err(WireError::NoMarker { banner: text(&banner) }),
            Ok(byte) => banner.push(byte),
            Err(_) => return Err(WireError::NoMarker { banner: text(&banner) }),
        }
    }
    Ok(())
}

/// How much of a message is waited for at a time, in bytes: the longest has 128 times as many.
const STEP: usize = 256 << 10;

/// Reads one message and says what it costs in memory.
pub(super) async fn read_message(
    reader: &mut (impl AsyncRead + Unpin),
    unpacker: &mut Unpacker,
    patience: Duration,
) -> Result<(FromAgent, u64), WireError> {
    let mut head = [0; 4];
    reader.read_exact(&mut head).await.map_err(|error| no_more(&error))?;
    let head = frame::Head::read(head).map_err(WireError::Broken)?;
    let bytes = read_steadily(reader, head.length, patience).await?;
    let broken = |error| WireError::Broken(format!("sends {error}"));
    let (message, weight) = head.message(&bytes, unpacker).map_err(broken)?;
    Ok((message, weight as u64))
}

fn no_more(error: &std::io::Error) -> WireError {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => WireError::Lost("the agent ended".to_owned()),
        _ => WireError::Lost(error.to_string()),
    }
}

/// Reads what is behind a head. Who lets it drip is left: a host must not keep a run for days
/// with one answer.
async fn read_steadily(
    reader: &mut (impl AsyncRead + Unpin),
    length: usize,
    patience: Duration,
) -> Result<Vec<u8>, WireError> {
    let mut bytes = Vec::new();
    while bytes.len() < length {
        let next = (length - bytes.len()).min(STEP);
        let mut part = (&mut *reader).take(next as u64);
        let read = part.read_to_end(&mut bytes);
        let slow =
            |_| WireError::Broken(format!("sends less than {next} bytes of a message in {patience:?}"));
        let read = tokio::time::timeout(patience, read).await.map_err(slow)?;
        if read.map_err(|error| no_more(&error))? < next {
            return Err(WireError::Lost("the agent ended in the middle of a message".to_owned()));
        }
    }
    Ok(bytes)
}

/// A part of a content that was asked for.
pub(super) fn part(hash: Hash, bytes: Vec<u8>, last: bool) -> ToAgent {
    ToAgent::Content { hash, bytes: Bytes(bytes), last }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt;

    #[tokio::test]
    async fn a_message_that_drips_is_given_up() {
        let (mut ours, mut theirs) = tokio::io::duplex(1 << 20);
        tokio::spawn(async move {
            while theirs.write_all(&[0; 32 << 10]).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        let read = read_steadily(&mut ours, 1 << 20, Duration::from_millis(60)).await;
        assert!(read.is_err_and(|error| error.to_string().contains("sends less than 262144 bytes")));
    }
}
