//! The controller's writer: requests, and parts of contents between them.

use super::client::{Contents, Served, part};
use super::frame;
use super::message::ToAgent;
use super::packing::Packer;
use crate::host::Hash;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};

/// How many bytes of a content travel in one frame.
const PART: usize = 128 << 10;

/// A frame that is ready to go.
pub(super) struct Outgoing(pub Vec<u8>);

/// Starts the writer and the sender of contents; tells when writing fails.
pub(super) fn start<W: AsyncWrite + Unpin + Send + 'static>(
    writer: W,
    requests: mpsc::UnboundedReceiver<Outgoing>,
    wanted: mpsc::Receiver<Hash>,
    contents: Arc<dyn Contents>,
) -> oneshot::Receiver<String> {
    let (failed, done) = oneshot::channel();
    let (parts, ready_parts) = mpsc::channel(4);
    tokio::spawn(send_contents(wanted, contents, parts));
    tokio::spawn(async move {
        if let Err(error) = write_all(writer, requests, ready_parts).await {
            let _ = failed.send(error.to_string());
        }
    });
    done
}

/// Writes what is ready until no more requests can come, then closes the stream.
async fn write_all<W: AsyncWrite + Unpin>(
    writer: W,
    mut requests: mpsc::UnboundedReceiver<Outgoing>,
    mut parts: mpsc::Receiver<Outgoing>,
) -> std::io::Result<()> {
    let mut writer = tokio::io::BufWriter::with_capacity(64 << 10, writer);
    let mut packer = Packer::default();
    loop {
        let frame = tokio::select! {
            biased;
            frame = requests.recv() => frame,
            Some(frame) = parts.recv() => Some(frame),
        };
        let Some(Outgoing(frame)) = frame else { break };
        let packed = frame::pack(frame, &mut packer).map_err(std::io::Error::other)?;
        writer.write_all(&packed).await?;
        if requests.is_empty() && parts.is_empty() {
            // Where others wait for a turn, more may come to go in the same packet.
            tokio::task::yield_now().await;
        }
        if requests.is_empty() && parts.is_empty() {
            writer.flush().await?;
        }
    }
    writer.shutdown().await
}

async fn send_contents(
    mut wanted: mpsc::Receiver<Hash>,
    contents: Arc<dyn Contents>,
    parts: mpsc::Sender<Outgoing>,
) {
    while let Some(hash) = wanted.recv().await {
        if let Err(reason) = send_content(hash, &*contents, &parts).await {
            send(&parts, &ToAgent::NoContent { hash, reason }).await;
        }
    }
}

async fn send_content(
    hash: Hash,
    contents: &dyn Contents,
    parts: &mpsc::Sender<Outgoing>,
) -> Result<(), String> {
    match contents.find(&hash)? {
        Served::Bytes(bytes) => {
            for chunk in bytes.chunks(PART) {
                send(parts, &part(hash, chunk.to_vec(), false)).await;
            }
        }
        Served::Made(make) => {
            let made = tokio::task::spawn_blocking(move || (make.0)()).await;
            let made = made.map_err(|error| error.to_string()).flatten()?;
            for chunk in made.chunks(PART) {
                send(parts, &part(hash, chunk.to_vec(), false)).await;
            }
        }
        Served::File(path) => {
            let cannot = |error| format!("cannot read `{}`: {error}", path.display());
            let mut file = tokio::fs::File::open(&path).await.map_err(cannot)?;
            loop {
                let mut chunk = Vec::with_capacity(PART);
                (&mut file).take(PART as u64).read_to_end(&mut chunk).await.map_err(cannot)?;
                if chunk.is_empty() {
                    break;
                }
                send(parts, &part(hash, chunk, false)).await;
            }
        }
    }
    send(parts, &part(hash, Vec::new(), true)).await;
    Ok(())
}

async fn send(parts: &mpsc::Sender<Outgoing>, message: &ToAgent) {
    if let Ok(frame) = frame::encode(message) {
        let _ = parts.send(Outgoing(frame)).await;
    }
}
