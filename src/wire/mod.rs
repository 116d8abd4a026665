//! The protocol room: what controller and agent say to each other, and how it travels.

pub mod job;
mod message;

#[cfg(feature = "controller")]
mod client;
mod frame;
mod packing;
mod perform;
#[cfg(feature = "controller")]
mod receive;
#[cfg(feature = "controller")]
mod send;
mod serve;
#[cfg(all(test, feature = "controller"))]
mod tests;
mod weigh;

#[cfg(feature = "controller")]
pub use client::{Client, Contents, Limits, Make, Replies, Served, Session, Stopper, WireError};
pub use frame::{MARKER, MOST_BYTES};
pub use job::{JOB, carry_out};
pub use message::*;
pub use perform::perform;
pub use serve::{Identity, own_host, serve};
