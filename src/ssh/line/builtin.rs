//! The built-in client.

use super::gate::{Gate, Seen};
use super::process::{Output, Process, WAITING};
use crate::ssh::known_hosts::KnownHost;
use russh::client::{self, Handle, Msg};
use russh::{ChannelMsg, ChannelReadHalf, ChannelWriteHalf, Disconnect, Pty};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;

/// Shakes hands over a stream; what the host showed is in `seen` afterwards, also where it was refused.
pub(in crate::ssh) async fn dial(
    config: client::Config,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    known: Arc<KnownHost>,
    seen: Seen,
    forward: Option<PathBuf>,
) -> Result<Handle<Gate>, russh::Error> {
    client::connect_stream(Arc::new(config), stream, Gate { known, seen, forward }).await
}

/// A connection that is logged in.
pub(in crate::ssh) struct Builtin {
    inner: Arc<Inner>,
    /// Whether hosts may use our ssh-agent.
    forwards: bool,
}

struct Inner {
    handle: Handle<Gate>,
    /// The connection to the last host on the way, which this one goes through.
    _through: Option<Arc<Builtin>>,
}

/// How long a host may take to open a channel.
const PATIENCE: Duration = Duration::from_secs(60);

impl Builtin {
    /// A connection, and the one it goes through.
    pub fn new(handle: Handle<Gate>, through: Option<Arc<Builtin>>, forwards: bool) -> Builtin {
        Builtin { inner: Arc::new(Inner { handle, _through: through }), forwards }
    }

    pub fn is_closed(&self) -> bool {
        self.inner.handle.is_closed()
    }

    /// A stream to another host, from the one that this connection is to.
    pub async fn stream_to(
        &self,
        host: &str,
        port: u16,
    ) -> Result<impl AsyncRead + AsyncWrite + Unpin + Send + 'static, String> {
        let opening = self.inner.handle.channel_open_direct_tcpip(host, port.into(), "127.0.0.1", 0);
        Ok(opening.await.map_err(|error| lower(&error))?.into_stream())
    }

    /// Starts a program. The answer of the host is not waited for beyond the opening of the channel.
    pub async fn run(&self, command: &str, terminal: bool) -> Result<Process, String> {
        let opening = tokio::time::timeout(PATIENCE, self.inner.handle.channel_open_session());
        let opened = opening.await.map_err(|_| "no channel is opened within 60 seconds".to_owned())?;
        let (reader, writer) = opened.map_err(|error| lower(&error))?.split();
        if terminal {
            let quiet = [(Pty::ECHO, 0), (Pty::ECHONL, 0), (Pty::OPOST, 0), (Pty::ONLCR, 0)];
            writer.request_pty(false, "dumb", 80, 24, 0, 0, &quiet).await.map_err(|error| lower(&error))?;
        }
        if self.forwards {
            writer.agent_forward(false).await.map_err(|error| lower(&error))?;
        }
        writer.exec(false, command).await.map_err(|error| lower(&error))?;
        let input = Box::new(Box::pin(writer.make_writer()));
        let (sender, output) = mpsc::channel(WAITING);
        tokio::spawn(pass(reader, writer, sender, self.inner.clone()));
        Ok(Process { output, input })
    }
}

/// Passes output on until the channel ends or nobody listens; keeps the connection for as long.
async fn pass(
    mut reader: ChannelReadHalf,
    writer: ChannelWriteHalf<Msg>,
    sender: mpsc::Sender<Output>,
    _connection: Arc<Inner>,
) {
    loop {
        let message = tokio::select! {
            message = reader.wait() => message,
            () = sender.closed() => None,
        };
        let output = match message {
            Some(ChannelMsg::Data { data }) => Output::Stdout(data.into()),
            Some(ChannelMsg::ExtendedData { data, .. }) => Output::Stderr(data.into()),
            Some(ChannelMsg::ExitStatus { exit_status }) => Output::Ended(Some(exit_status)),
            Some(ChannelMsg::ExitSignal { .. }) => Output::Ended(None),
            Some(_) => continue,
            None => break,
        };
        if sender.send(output).await.is_err() {
            break;
        }
    }
    let _ = writer.close().await;
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The session ends by itself once the last handle is gone; saying goodbye spares the host a log line.
        let _ = futures::FutureExt::now_or_never(self.handle.disconnect(Disconnect::ByApplication, "", ""));
    }
}

/// How the message begins where a host has no key of the types asked for.
pub(in crate::ssh) const NO_COMMON_KEY: &str = "no common algorithm (Key)";

/// An error of the client as a part of a sentence.
pub(in crate::ssh) fn lower(error: &russh::Error) -> String {
    let text = match error {
        russh::Error::NoCommonAlgo { kind, theirs, .. } => {
            return format!("no common algorithm ({kind:?}); it offers {}", theirs.join(", "));
        }
        russh::Error::HUP | russh::Error::Disconnect | russh::Error::RecvError | russh::Error::SendError => {
            "it closed the connection".to_owned()
        }
        russh::Error::Version => "what answers there is no SSH server".to_owned(),
        error => error.to_string(),
    };
    let text = crate::ssh::session::printable(text.split(" (os error").next().unwrap_or_default());
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}
