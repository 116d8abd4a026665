//! Sends one request to https for the agent: see `host::https`.

use provision::host::{http, https};
use std::process::ExitCode;

fn main() -> ExitCode {
    match https::serve(std::io::stdin().lock(), std::io::stdout().lock(), http::send_securely) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("provision-https: {error}");
            ExitCode::FAILURE
        }
    }
}
