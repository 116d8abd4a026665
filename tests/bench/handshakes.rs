//! `handshakes KEY ADDRESS:PORT...`: logs in to all hosts at once, has each run `true`, and ends. It is the least that a
//! run over so many hosts can cost with the library that we speak SSH by; host keys are not looked up.

use russh::client::{self, Config, Handler};
use russh::keys::{PrivateKey, PrivateKeyWithHashAlg, PublicKeyOrCertificate, load_secret_key};
use russh::{ChannelMsg, Error};
use std::process::ExitCode;
use std::sync::Arc;
use tokio::task::JoinSet;

struct Trusting;

impl Handler for Trusting {
    type Error = Error;

    async fn check_server_key(&mut self, _: &PublicKeyOrCertificate) -> Result<bool, Error> {
        Ok(true)
    }
}

async fn say_true(config: Arc<Config>, key: Arc<PrivateKey>, address: String) -> Result<(), String> {
    let failed = |error: Error| format!("{address}: {error}");
    let mut handle = client::connect(config, address.as_str(), Trusting).await.map_err(failed)?;
    let signed = PrivateKeyWithHashAlg::new(key, None);
    let login = handle.authenticate_publickey("root", signed).await.map_err(failed)?;
    if !login.success() {
        return Err(format!("{address} does not take the key"));
    }
    let mut channel = handle.channel_open_session().await.map_err(failed)?;
    channel.exec(true, "true").await.map_err(failed)?;
    while let Some(message) = channel.wait().await {
        if let ChannelMsg::ExitStatus { exit_status: 0 } = message {
            return Ok(());
        }
    }
    Err(format!("{address} did not run `true`"))
}

async fn run(mut words: impl Iterator<Item = String>) -> Result<(), String> {
    let key = words.next().ok_or("wants a key and addresses")?;
    let key = Arc::new(load_secret_key(&key, None).map_err(|error| format!("{key}: {error}"))?);
    let config = Arc::new(Config { nodelay: true, ..Config::default() });
    let mut logins: JoinSet<_> =
        words.map(|address| say_true(config.clone(), key.clone(), address)).collect();
    while let Some(done) = logins.join_next().await {
        done.map_err(|error| error.to_string())??;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(std::env::args().skip(1)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("handshakes: {error}");
            ExitCode::FAILURE
        }
    }
}
