//! What was typed, and what it means.

pub mod args;
mod ask;
mod carry_out;
mod command;
mod config;
mod desk;
pub mod eval;
pub mod explain;
mod interrupts;
pub mod inventory;
pub mod lint;
pub mod module;
pub mod modules;
mod plan;
mod play;
mod ready;
mod refusal;
pub mod render;
pub mod report;
mod settle;
mod show;
mod start;
mod surroundings;
#[cfg(test)]
mod tests;
pub mod trust;
pub mod vault;

pub use ask::Asker;
pub use carry_out::carry_out;
pub use command::{Asked, Command, read};
pub use refusal::refusal;
pub use start::{Project, start};
pub use surroundings::{Here, Surroundings};
