//! `delay MILLISECONDS ADDRESS:PORT...`: hosts as if they were so many milliseconds of round trip away.
//!
//! Prints the local port of each, one a line, and serves until its standard input ends; then prints the bytes that were sent
//! and received and the number of connections.

mod proxy;

use std::io::Read;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("delay: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut words: impl Iterator<Item = String>) -> Result<(), String> {
    let usage = "wants milliseconds and addresses";
    let milliseconds = words.next().and_then(|word| word.parse().ok()).ok_or(usage)?;
    let counted = Arc::new(proxy::Counted::default());
    for word in words {
        let target: SocketAddr = word.parse().map_err(|_| format!("`{word}` is no address with a port"))?;
        let port = proxy::open(target, Duration::from_millis(milliseconds), counted.clone());
        println!("{}", port.map_err(|error| error.to_string())?);
    }
    println!("ready");
    std::io::stdin().read_to_end(&mut Vec::new()).map_err(|error| error.to_string())?;
    let [up, down, connections] =
        [&counted.up, &counted.down, &counted.connections].map(|count| count.load(Ordering::Relaxed));
    println!("{up} {down} {connections}");
    Ok(())
}
