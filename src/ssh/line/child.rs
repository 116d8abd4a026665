//! Programs on this machine as processes: `ssh`, `sh`, the agent itself.

use super::process::{Output, Process, WAITING};
use std::io;
use std::process::Stdio;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

/// Starts a program; it is killed when nobody listens to it any more.
pub(in crate::ssh) fn start(mut command: Command) -> io::Result<Process> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn()?;
    let (Some(input), Some(out), Some(err)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(io::Error::other("no pipes to the program"));
    };
    let (sender, output) = mpsc::channel(WAITING);
    tokio::spawn(watch(child, out, err, sender));
    Ok(Process { output, input: Box::new(input) })
}

async fn watch(
    mut child: Child,
    out: impl AsyncRead + Unpin,
    err: impl AsyncRead + Unpin,
    sender: mpsc::Sender<Output>,
) {
    let both = async { tokio::join!(pass(out, &sender, Output::Stdout), pass(err, &sender, Output::Stderr)) };
    tokio::select! {
        _ = both => {}
        () = sender.closed() => return,
    }
    if let Ok(status) = child.wait().await {
        let code = status.code().and_then(|code| u32::try_from(code).ok());
        let _ = sender.send(Output::Ended(code)).await;
    }
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    sender: &mpsc::Sender<Output>,
    wrap: impl Fn(Vec<u8>) -> Output,
) {
    loop {
        let mut buffer = Vec::with_capacity(32 << 10);
        match from.read_buf(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(_) if sender.send(wrap(buffer)).await.is_err() => return,
            Ok(_) => {}
        }
    }
}
