//! Connections to a real sshd.

mod agent;
mod sshd;
