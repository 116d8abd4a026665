//! Hosts that are broken or mean: each ends with a clear error, soon.

use crate::sshd::{World, available};
use provision::ssh::{Become, Failure, FailureKind, Target};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a server does with each connection.
#[derive(Clone, Copy, Debug)]
enum Server {
    HangsUp,
    SaysNothing,
    Drips,
    NeverEndsItsBanner,
    NeverEndsItsLine,
    SpeaksHttp,
    SendsGarbage,
    AnnouncesAGigabyte,
    Echoes,
}

async fn serve(server: Server, mut stream: TcpStream) -> std::io::Result<()> {
    let id = b"SSH-2.0-mean\r\n";
    match server {
        Server::HangsUp => {}
        Server::SaysNothing => tokio::time::sleep(Duration::from_secs(60)).await,
        Server::Drips => loop {
            stream.write_all(b"x").await?;
            tokio::time::sleep(Duration::from_millis(100)).await;
        },
        Server::NeverEndsItsBanner => loop {
            stream.write_all(b"welcome to the machine\r\n").await?;
        },
        Server::NeverEndsItsLine => loop {
            stream.write_all(&[b'x'; 4096]).await?;
        },
        Server::SpeaksHttp => stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await?,
        Server::SendsGarbage => {
            stream.write_all(id).await?;
            let noise: Vec<u8> = (0..100_000_u32).map(|n| (n * n / 7) as u8).collect();
            stream.write_all(&noise).await?;
        }
        Server::AnnouncesAGigabyte => {
            stream.write_all(id).await?;
            stream.write_all(&[0x40, 0, 0, 0, 4]).await?;
            loop {
                stream.write_all(&[0; 65536]).await?;
            }
        }
        Server::Echoes => {
            let mut buffer = [0; 4096];
            loop {
                let length = stream.read(&mut buffer).await?;
                stream.write_all(&buffer[..length]).await?;
            }
        }
    }
    Ok(())
}

async fn failure_of(server: Server) -> (Failure, Duration) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(server, stream));
        }
    });
    let world = World::new();
    let target = Target { timeout: Some(Duration::from_secs(1)), ..world.target(port) };
    let start = Instant::now();
    let failure = world.dialer().open(&target).await.err().unwrap();
    (failure, start.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn mean_servers_are_unreachable() {
    for server in [
        Server::HangsUp,
        Server::SaysNothing,
        Server::Drips,
        Server::NeverEndsItsBanner,
        Server::NeverEndsItsLine,
        Server::SpeaksHttp,
        Server::SendsGarbage,
        Server::AnnouncesAGigabyte,
        Server::Echoes,
    ] {
        let (failure, took) = failure_of(server).await;
        assert!(matches!(failure.kind, FailureKind::Unreachable { .. }), "{server:?}: {failure}");
        assert!(took < Duration::from_secs(3), "{server:?}: {took:?}");
        eprintln!("{server:?}: {failure} ({took:?})");
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 400 << 10, "{peak} kB");
}

async fn failure_with(command: &str) -> Failure {
    let mut world = World::new();
    let port = world.host(&format!("ForceCommand {command}\n"));
    let connection = world.dialer().open(&world.target(port)).await.unwrap();
    connection.agent(&Become::nobody_else()).await.err().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn mean_shells_start_no_agent() {
    if !available() {
        return;
    }
    for (command, expected) in [
        ("yes", "64 kilobytes were written before it"),
        ("yes >&2", "64 kilobytes were written before it"),
        ("true", "the login shell does not run `/bin/sh`: nothing is said"),
        ("echo restricted; exit 3", "the login shell does not run `/bin/sh`: restricted"),
        ("printf 'pass\\033[2Jword:'", "the login shell does not run `/bin/sh`"),
        ("kill -9 $$", "the login shell does not run `/bin/sh`: nothing is said"),
    ] {
        let failure = failure_with(command).await.to_string();
        assert!(failure.contains(expected) && !failure.contains('\x1b'), "{command}: {failure}");
    }
}
