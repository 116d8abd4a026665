//! Evaluation of templates: one engine for everything that is written in `{{ }}`.
//!
//! [`Engine`] parses template text once and evaluates it in a [`Scope`]. Values stay lazy until
//! they are used: text that a trusted file wrote as a template is evaluated when an expression,
//! a filter or the caller needs it, through any depth, once a scope. What evaluation gives is
//! data and is never evaluated again.

mod context;
mod engine;
mod error;
mod scope;

pub use context::{Context, Fetch, Language, Memo, NoServices, Resolved, Services, Surroundings};
pub use engine::{Engine, NameUsed, Overrides};
pub use error::{Answer, Error};
pub use scope::{Scope, Variables};
