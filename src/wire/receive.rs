//! The controller's reader: it never waits for the writer, and takes from an agent only what was asked for.

use super::client::{Window, WireError, lost, read_message};
use super::message::{FromAgent, Reply};
use super::packing::Unpacker;
use crate::host::{Data, Hash, words};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::AsyncRead;
use tokio::sync::{mpsc, oneshot};

/// How long answers are still read when nothing can be sent any more.
const GRACE: Duration = Duration::from_secs(3);

/// The most bytes of an output that is parted into lines.
const MOST_IN_LINES: usize = 4 << 20;

/// The most bytes of what is said of a long call.
const MOST_NOTED: usize = 4 << 10;

/// The reading half of a session.
pub(super) struct Receiver {
    pub window: Arc<Window>,
    pub replies: mpsc::UnboundedSender<(Reply, u64)>,
    pub notes: mpsc::Sender<(u64, String)>,
    pub wants: mpsc::Sender<Hash>,
}

impl Receiver {
    /// Reads until the connection ends, then gives every unanswered call its fate.
    pub async fn run<R: AsyncRead + Unpin>(
        self,
        mut reader: R,
        mut unpacker: Unpacker,
        writer_done: oneshot::Receiver<String>,
    ) {
        let error = tokio::select! {
            error = self.read_all(&mut reader, &mut unpacker) => error,
            error = outlived(writer_done) => error,
        };
        self.close(error);
    }

    async fn read_all<R: AsyncRead + Unpin>(&self, reader: &mut R, unpacker: &mut Unpacker) -> WireError {
        loop {
            let accepted = match read_message(reader, unpacker, self.window.limits.patience).await {
                Ok((message, bytes)) => self.accept(message, bytes),
                Err(error) => return error,
            };
            if let Err(what) = accepted {
                return WireError::Broken(what);
            }
        }
    }

    fn accept(&self, message: FromAgent, bytes: u64) -> Result<(), String> {
        match message {
            FromAgent::Reply(reply) => self.accept_reply(*reply, bytes),
            FromAgent::Want { hash } => {
                self.wants.try_send(hash).map_err(|_| "asks for too many contents at once".to_owned())
            }
            FromAgent::Note { id, mut text } => {
                text.truncate(text.floor_char_boundary(MOST_NOTED));
                let _ = self.notes.try_send((id, text));
                Ok(())
            }
            FromAgent::Began(began) => match self.window.pending().begun.take() {
                Some(waiting) => {
                    let _ = waiting.send(began);
                    Ok(())
                }
                None => Err("answers what was not asked".to_owned()),
            },
            FromAgent::Hello(_) => Err("greets twice".to_owned()),
        }
    }

    fn accept_reply(&self, mut reply: Reply, bytes: u64) -> Result<(), String> {
        let next = self.window.pending().requests.front().copied();
        let room = match next {
            Some((id, room)) if id == reply.id => room,
            Some((id, _)) => return Err(format!("answers request {} where {id} is next", reply.id)),
            None => return Err(format!("answers request {}, which was not sent", reply.id)),
        };
        let unread = self.window.unread.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if unread > self.window.limits.unread_bytes {
            return Err(format!("sends more than {} bytes of results", self.window.limits.unread_bytes));
        }
        self.window.pending().requests.pop_front();
        add_lines(&mut reply);
        let _ = self.replies.send((reply, bytes));
        self.window.count.add_permits(1);
        self.window.bytes.add_permits(room as usize);
        Ok(())
    }

    fn close(self, error: WireError) {
        let mut pending = self.window.pending();
        pending.begun = None;
        for (id, _) in pending.requests.drain(..) {
            let _ = self.replies.send((lost(id, &error), 0));
        }
        pending.closed = Some(error);
        self.window.count.close();
        self.window.bytes.close();
    }
}

/// Outputs are read as lines too; those that are huge are not, for the lines would cost many times their size.
fn add_lines(reply: &mut Reply) {
    for name in ["stdout", "stderr"] {
        let lines = format!("{name}_lines");
        let text = reply.result.get(name).and_then(Data::as_text).filter(|text| text.len() <= MOST_IN_LINES);
        if let Some(found) = text.filter(|_| reply.result.get(&lines).is_none()).map(words::lines) {
            reply.result.set(lines, found);
        }
    }
}

/// Ends some time after the writer failed; never when it ended well.
async fn outlived(writer_done: oneshot::Receiver<String>) -> WireError {
    match writer_done.await {
        Ok(reason) => {
            tokio::time::sleep(GRACE).await;
            WireError::Lost(reason)
        }
        Err(_) => std::future::pending().await,
    }
}
