//! Distance made on one machine: connections whose bytes are held back in each direction, and counted.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

/// What went through, in bytes, and how many connections there were.
#[derive(Default)]
pub struct Counted {
    pub up: AtomicU64,
    pub down: AtomicU64,
    pub connections: AtomicU64,
}

/// Forwards every connection to this address, as if it were one round trip away; gives the port to connect to.
///
/// # Errors
/// Where no port can be had.
pub fn open(target: SocketAddr, round_trip: Duration, counted: Arc<Counted>) -> std::io::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    spawn(move || {
        for client in listener.incoming().flatten() {
            let counted = counted.clone();
            spawn(move || {
                counted.connections.fetch_add(1, Ordering::Relaxed);
                // Neither end listens any more: nobody is left to be told.
                let _ = forward(client, target, round_trip, counted);
            });
        }
    });
    Ok(port)
}

/// Connecting takes a round trip, and what is sent after it half of one more.
fn forward(
    client: TcpStream,
    target: SocketAddr,
    round_trip: Duration,
    counted: Arc<Counted>,
) -> std::io::Result<()> {
    sleep(round_trip + round_trip / 2);
    let server = TcpStream::connect(target)?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (up, down) = (counted.clone(), counted);
    hold(client.try_clone()?, server.try_clone()?, round_trip / 2, move |bytes| {
        up.up.fetch_add(bytes, Ordering::Relaxed);
    });
    hold(server, client, round_trip / 2, move |bytes| {
        down.down.fetch_add(bytes, Ordering::Relaxed);
    });
    Ok(())
}

/// One direction: bytes go on when they have been held for so long.
fn hold(from: TcpStream, to: TcpStream, delay: Duration, count: impl Fn(u64) + Send + 'static) {
    let (sender, receiver) = channel();
    spawn(move || take(from, delay, &sender, count));
    spawn(move || give(to, &receiver));
}

fn take(mut from: TcpStream, delay: Duration, sender: &Sender<(Instant, Vec<u8>)>, count: impl Fn(u64)) {
    let mut buffer = vec![0; 256 << 10];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        count(length as u64);
        let bytes = buffer.get(..length).unwrap_or_default().to_vec();
        if sender.send((Instant::now() + delay, bytes)).is_err() {
            return;
        }
    }
}

fn give(mut to: TcpStream, receiver: &Receiver<(Instant, Vec<u8>)>) {
    while let Ok((due, bytes)) = receiver.recv() {
        sleep(due.saturating_duration_since(Instant::now()));
        if to.write_all(&bytes).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
