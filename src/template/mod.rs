//! Evaluation of templates: one engine for everything that is written in `{{ }}`.
//!
//! [`Engine`] parses template text once and evaluates it in a [`Scope`]. Values stay lazy until
//! they are used: text that a trusted file wrote as a template is evaluated when an expression,
//! a filter or the caller needs it, through any depth, once a scope. What evaluation gives is
//! data and is never evaluated again.
//!
//! `syntax` reads text, `eval` walks the tree, `python` has the meaning of operators and formats,
//! `methods`, `filters`, `tests`, `lookups` and `globals` hold what templates can call.

mod absent;
mod cache;
mod check;
mod classic;
mod condition;
mod context;
mod data;
mod engine;
mod error;
mod eval;
mod filters;
mod finish;
mod glob;
mod globals;
mod header;
mod jmespath;
mod literal;
mod lookups;
mod methods;
mod newline;
mod objects;
mod overrides;
mod own_file;
mod python;
mod scope;
mod search;
mod syntax;
mod tests;
mod walk;
mod words;

pub use classic::kept;
pub use condition::is_braced;
pub use context::{Context, Fetch, Language, Memo, NoServices, Resolved, Services, Surroundings};
pub use data::yaml::in_blocks;
pub use engine::{Engine, NameUsed};
pub use error::{Answer, Error};
pub use overrides::Overrides;
pub use own_file::variables as variables_of_file;
pub use python::types::type_name;
use words::{shell_words, unquoted};

pub use scope::{Scope, Variables};
