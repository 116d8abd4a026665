//! Secure streams, where the agent is built without them.

use super::http::Exchange;
use super::http_stream::Stream;
use super::http_url::Url;
use std::net::TcpStream;

/// Says that there are none.
pub fn secure(_stream: TcpStream, _exchange: &Exchange, url: &Url) -> Result<Box<dyn Stream>, String> {
    Err(format!("this agent was built without `https`, which `{url}` needs"))
}
