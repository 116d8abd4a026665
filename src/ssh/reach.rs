//! Streams to addresses, and through programs.

use super::settings::{Family, Settings};
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::process::Command;

/// Tries the addresses of a name one after the other, as often as settings say.
pub(super) async fn to_any_address(settings: &Settings) -> Result<TcpStream, String> {
    let mut reason = String::new();
    for attempt in 0..settings.attempts {
        if attempt > 0 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        for address in addresses(settings).await? {
            match to_address(settings, address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => reason = format!("`{address}`: {}", plain(&error)),
            }
        }
    }
    Err(reason)
}

async fn addresses(settings: &Settings) -> Result<Vec<SocketAddr>, String> {
    let name = settings.address.as_str();
    let found = lookup_host((name, settings.port)).await;
    let found = found.map_err(|error| format!("the name `{name}` is not known: {}", plain(&error)))?;
    let fits = |address: &SocketAddr| match settings.family {
        Family::Any => true,
        Family::V4 => address.is_ipv4(),
        Family::V6 => address.is_ipv6(),
    };
    let found: Vec<_> = found.filter(fits).collect();
    if found.is_empty() {
        Err(format!("the name `{name}` has no address that may be used"))
    } else {
        Ok(found)
    }
}

async fn to_address(settings: &Settings, address: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if let Some(bind) = settings.bind.as_ref().and_then(|bind| bind.parse().ok()) {
        socket.bind(SocketAddr::new(bind, 0))?;
    }
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// An error without its number.
pub(super) fn plain(error: &std::io::Error) -> String {
    let text = error.to_string().to_lowercase();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

/// The streams of a `ProxyCommand`; the program ends with them.
pub(super) fn through_program(
    command: &str,
) -> Result<impl AsyncRead + AsyncWrite + Unpin + Send + 'static, String> {
    let mut shell = Command::new("/bin/sh");
    shell.arg("-c").arg(format!("exec {command}"));
    shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let program = shell.spawn().map_err(|error| format!("`/bin/sh`: {}", plain(&error)))?;
    match (program.stdout, program.stdin) {
        (Some(from), Some(to)) => Ok(tokio::io::join(from, to)),
        _ => Err("no pipes to `ProxyCommand`".to_owned()),
    }
}
