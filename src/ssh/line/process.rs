//! A program that runs on a host, seen from here.

use crate::ssh::session::{Said, Writer};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::mpsc;

/// How many pieces of output may wait to be read before the program has to wait.
pub(in crate::ssh) const WAITING: usize = 16;

/// What a program does.
#[derive(Debug)]
pub(in crate::ssh) enum Output {
    Stdout(Vec<u8>),
    Stderr(Vec<u8>),
    /// It ended, with this exit status unless a signal ended it.
    Ended(Option<u32>),
}

/// A running program. Dropping both parts ends it.
pub(in crate::ssh) struct Process {
    pub output: mpsc::Receiver<Output>,
    pub input: Writer,
}

/// Standard output as a stream, from some byte on; what goes to standard error is kept aside.
pub(in crate::ssh) struct Rest {
    first: Vec<u8>,
    taken: usize,
    output: mpsc::Receiver<Output>,
    said: Said,
}

impl Rest {
    /// The stream that begins with these bytes.
    pub fn new(first: Vec<u8>, output: mpsc::Receiver<Output>, said: Said) -> Rest {
        Rest { first, taken: 0, output, said }
    }

    fn take(&mut self, buffer: &mut ReadBuf) -> bool {
        let waiting = self.first.get(self.taken..).unwrap_or(&[]);
        let length = waiting.len().min(buffer.remaining());
        buffer.put_slice(waiting.get(..length).unwrap_or(&[]));
        self.taken += length;
        length > 0
    }
}

impl AsyncRead for Rest {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context, buffer: &mut ReadBuf) -> Poll<io::Result<()>> {
        loop {
            if buffer.remaining() == 0 || self.take(buffer) {
                return Poll::Ready(Ok(()));
            }
            match ready!(self.output.poll_recv(cx)) {
                Some(Output::Stdout(bytes)) => (self.first, self.taken) = (bytes, 0),
                Some(Output::Stderr(bytes)) => self.said.add(&bytes),
                Some(Output::Ended(_)) => {}
                None => return Poll::Ready(Ok(())),
            }
        }
    }
}
