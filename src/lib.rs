//! The map: one line and one sentence a folder.

/// The agent's hands: what it may look at, what it may change, and how.
pub mod host;
/// Words that act on a host: one file each.
#[macro_use]
pub mod modules;
/// The protocol between controller and agent: messages, frames, both ends.
pub mod wire;

/// What was typed, and what it means.
#[cfg(feature = "controller")]
pub mod cli;
/// Words that act on the controller.
#[cfg(feature = "controller")]
pub mod control;
/// Hosts, groups, patterns.
#[cfg(feature = "controller")]
pub mod inventory;
/// From nodes to plays, roles, blocks, tasks.
#[cfg(feature = "controller")]
pub mod playbook;
/// Events become what people and programs read.
#[cfg(feature = "controller")]
pub mod report;
/// The play on all hosts, the interpreter of one host, the pipeline, handlers.
#[cfg(feature = "controller")]
pub mod run;
/// What was typed, configured and exported, as one plain value.
#[cfg(feature = "controller")]
pub mod settings;
/// Texts, places in them, and messages about them.
#[cfg(feature = "controller")]
pub mod source;
/// Connections: host keys, authentication, jump hosts, become, delivery of the agent.
#[cfg(feature = "controller")]
pub mod ssh;
/// Evaluation of templates: filters, tests, lookups.
#[cfg(feature = "controller")]
pub mod template;
/// Values kept unevaluated, their precedence, promises.
#[cfg(feature = "controller")]
pub mod vars;
/// Encrypted values and files.
#[cfg(feature = "controller")]
pub mod vault;
/// From text to nodes with spans, scalars resolved as PyYAML does.
#[cfg(feature = "controller")]
pub mod yaml;
