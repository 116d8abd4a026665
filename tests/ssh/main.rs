//! Connections to a real sshd.

mod agent;
mod login;
mod sshd;
mod verdicts;
mod ways;
