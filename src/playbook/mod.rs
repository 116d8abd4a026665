//! From nodes to plays, roles, blocks and tasks.
//!
//! Everything here is static: imports are followed, includes are not. Keyword values stay unevaluated.

mod action;
mod block;
mod free_form;
mod import;
mod keyword;
mod keywords;
mod library;
mod loader;
mod loops;
mod paths;
mod play;
mod role;
mod seen;
mod task;

pub use action::{Action, Argument};
pub use block::{Block, Entry, Group};
pub use free_form::{Pair, split_pairs};
pub use import::{find_included, no_file};
pub use keyword::Keyword;
pub use keywords::{Keywords, is_identifier};
pub use library::Library;
pub use loader::{Loader, Resolve, Statics};
pub use loops::{Loop, LoopControl};
pub use paths::{COLLECTIONS, RolePaths};
pub use play::{Play, Playbook, Prompt};
pub use role::{Role, RoleParts};
pub use task::{Task, TaskKeywords};
