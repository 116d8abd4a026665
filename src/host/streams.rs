//! What a running program reads and prints, on one thread: none of its streams keeps the others waiting.

use super::Bytes;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use std::time::Duration;

/// The streams of a program that are still open, and what it printed so far.
pub(super) struct Streams {
    input: Option<Input>,
    stdout: Output<ChildStdout>,
    stderr: Output<ChildStderr>,
}

/// What is still to be read by the program.
struct Input {
    pipe: ChildStdin,
    text: Bytes,
    written: usize,
}

/// One output, up to a limit; the rest is read and dropped.
struct Output<P> {
    pipe: Option<P>,
    kept: Vec<u8>,
    most: u64,
}

impl Streams {
    /// The streams of a program that was just started, with the most bytes of each output that are kept.
    pub(super) fn of(child: &mut Child, input: Option<Bytes>, most: [u64; 2]) -> std::io::Result<Streams> {
        let input = child.stdin.take().zip(input);
        let input = input.map(|(pipe, text)| Input { pipe, text, written: 0 });
        let stdout = Output { pipe: child.stdout.take(), kept: Vec::new(), most: most[0] };
        let stderr = Output { pipe: child.stderr.take(), kept: Vec::new(), most: most[1] };
        let streams = Streams { input, stdout, stderr };
        for pipe in streams.open() {
            rustix::io::ioctl_fionbio(pipe, true)?;
        }
        Ok(streams)
    }

    fn open(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let input = self.input.as_ref().map(|input| input.pipe.as_fd());
        input.into_iter().chain(self.outputs())
    }

    fn outputs(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let stdout = self.stdout.pipe.as_ref().map(AsFd::as_fd);
        stdout.into_iter().chain(self.stderr.pipe.as_ref().map(AsFd::as_fd))
    }

    /// Whether the program, or what it left behind, can still print.
    pub(super) fn may_print(&self) -> bool {
        self.outputs().next().is_some()
    }

    /// Whether the program can still read or print.
    pub(super) fn is_open(&self) -> bool {
        self.open().next().is_some()
    }

    /// Waits for something to read or to write, and does that; whether there was anything before the time was over.
    pub(super) fn attend(&mut self, patience: Duration) -> bool {
        let feeds =
            self.input.as_ref().map(|input| PollFd::from_borrowed_fd(input.pipe.as_fd(), PollFlags::OUT));
        let reads = self.outputs().map(|pipe| PollFd::from_borrowed_fd(pipe, PollFlags::IN));
        let mut polled: Vec<PollFd> = feeds.into_iter().chain(reads).collect();
        let patience = Timespec::try_from(patience).ok();
        // An interrupted wait is a short one.
        if !poll(&mut polled, patience.as_ref()).is_ok_and(|ready| ready > 0) {
            return false;
        }
        self.feed();
        self.stdout.drain();
        self.stderr.drain();
        true
    }

    fn feed(&mut self) {
        // A program that does not read its input is no failure.
        if self.input.as_mut().is_some_and(|input| !input.write()) {
            self.input = None;
        }
    }

    /// What it printed.
    pub(super) fn printed(self) -> (Vec<u8>, Vec<u8>) {
        (self.stdout.kept, self.stderr.kept)
    }
}

impl Input {
    /// Writes what there is room for; whether there is more to write, to a program that reads.
    fn write(&mut self) -> bool {
        let rest = self.text.0.get(self.written..).unwrap_or_default();
        match self.pipe.write(rest) {
            Ok(count) => self.written += count,
            Err(error) => return is_for_later(&error),
        }
        self.written < self.text.0.len()
    }
}

impl<P: Read> Output<P> {
    /// Reads what is there: once, so that one that never stops printing does not keep everything else waiting.
    fn drain(&mut self) {
        let mut buffer = [0; 32 << 10];
        let Some(pipe) = &mut self.pipe else { return };
        match pipe.read(&mut buffer) {
            Ok(count @ 1..) => self.keep(buffer.get(..count).unwrap_or_default()),
            Err(error) if is_for_later(&error) => {}
            Ok(0) | Err(_) => self.pipe = None,
        }
    }

    fn keep(&mut self, read: &[u8]) {
        let room = usize::try_from(self.most).unwrap_or(usize::MAX).saturating_sub(self.kept.len());
        self.kept.extend_from_slice(read.get(..read.len().min(room)).unwrap_or_default());
    }
}

fn is_for_later(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
