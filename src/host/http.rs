//! Requests over HTTP.

use super::{Bytes, Fields};
use std::path::PathBuf;

/// A request and how it is to be sent.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Exchange {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    /// Seconds for connecting, and for every wait after.
    pub timeout: u64,
    pub follow: Follow,
    pub unix_socket: Option<PathBuf>,
    pub validate_certificates: bool,
    pub ca: Option<PathBuf>,
    pub client_certificate: Option<PathBuf>,
    pub client_key: Option<PathBuf>,
    pub proxy: bool,
    /// The most bytes of a body that are kept.
    pub limit: u64,
}

/// Which redirections are followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Follow {
    All,
    #[default]
    Safe,
    None,
}

/// What came back.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Answer {
    /// 0 when no answer came; then `reason` says why.
    pub status: u16,
    pub reason: String,
    /// The address that answered, redirections followed.
    pub url: String,
    pub headers: Fields,
    pub body: Bytes,
    pub redirected: bool,
}

/// Sends a request and takes what comes back.
pub(in crate::host) fn send(_exchange: &Exchange) -> Answer {
    Answer::default()
}
