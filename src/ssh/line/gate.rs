//! What a host may and may not do to us.

use crate::ssh::known_hosts::{Decision, KnownHost};
use russh::Channel;
use russh::client::{self, ChannelOpenHandle, Msg, Session};
use russh::keys::PublicKeyOrCertificate;
use russh::keys::ssh_key::public::KeyData;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use tokio::net::UnixStream;

/// The key that a host showed, and what was decided about it.
pub(in crate::ssh) type Seen = Arc<Mutex<Option<(KeyData, Decision)>>>;

/// Looks at host keys, and turns away what a host might want from us. A decision that asks or records lets the handshake
/// finish; the dialer acts on it before anything else is sent.
pub(in crate::ssh) struct Gate {
    pub known: Arc<KnownHost>,
    pub seen: Seen,
    /// Where keys are held that the host may use: `ForwardAgent`.
    pub forward: Option<PathBuf>,
}

impl Gate {
    fn judge(&self, shown: &PublicKeyOrCertificate) -> bool {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let key = shown.public_key().key_data().clone();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // Keys are exchanged anew now and then: the host must stay who it was.
        let before = seen.as_ref().map(|(before, _)| *before == key);
        let (_, decision) = seen.get_or_insert_with(|| (key, self.known.decide(shown, now)));
        before.unwrap_or(true) && !matches!(decision, Decision::Refused(_))
    }
}

type Turned = Result<(), russh::Error>;

impl client::Handler for Gate {
    type Error = russh::Error;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        Ok(self.judge(shown))
    }

    async fn server_channel_open_agent_forward(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Turned {
        if let Some(socket) = self.forward.clone() {
            reply.accept().await;
            tokio::spawn(forward(channel, socket));
        }
        Ok(())
    }

    // Whatever is not accepted is refused when the handle is dropped.

    async fn server_channel_open_forwarded_tcpip(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        _: &str,
        _: u32,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Turned {
        Ok(())
    }

    async fn server_channel_open_forwarded_streamlocal(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Turned {
        Ok(())
    }

    async fn server_channel_open_session(
        &mut self,
        _: Channel<Msg>,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Turned {
        Ok(())
    }

    async fn server_channel_open_direct_tcpip(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        _: &str,
        _: u32,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Turned {
        Ok(())
    }

    async fn server_channel_open_direct_streamlocal(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Turned {
        Ok(())
    }

    async fn server_channel_open_x11(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Turned {
        Ok(())
    }
}

/// Lets a host speak with our ssh-agent.
async fn forward(channel: Channel<Msg>, socket: PathBuf) {
    if let Ok(mut agent) = UnixStream::connect(socket).await {
        let _ = tokio::io::copy_bidirectional(&mut channel.into_stream(), &mut agent).await;
    }
}
