//! What was typed, and what it means.

mod settings;

pub use settings::*;
