//! Connections to a real sshd.

mod agent;
mod hostile;
mod lab;
mod login;
mod sshd;
mod verdicts;
mod ways;
