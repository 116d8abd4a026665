//! What can be typed: the names are those of `ansible-playbook`, and some of ours.

mod apply;
mod become_args;
mod connection;
mod host;
mod project;
mod run;
mod vault;

pub use apply::{ApplyArgs, Saved};
pub use become_args::{BecomeArgs, OldBecomeArgs};
pub use connection::ConnectionArgs;
pub use host::HostArgs;
pub use project::ProjectArgs;
pub use run::{Language, OutputFormat, RunArgs};
pub use vault::VaultArgs;
