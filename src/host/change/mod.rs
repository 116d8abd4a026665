//! The primitives of which every plan is made: a closed list, each with its before and after.

mod apply;
mod attributes;
mod backup;
mod draft;
mod own;
mod remove;
mod show;
mod write;

pub use draft::random_word;
pub(in crate::host) use draft::{Draft, aside_name};
pub use own::write_own;
pub(in crate::host) use own::{make_own_directory, tidy};
pub use write::{Before, Write};

use super::docker::Order;
use super::http::Exchange;
use super::process::Run;
use super::start::StartLoop;
use super::wait::Wait;
use super::{Kind, Owner, Time};
use std::path::PathBuf;

/// One primitive effect on the host.
#[derive(Clone, PartialEq, Debug)]
pub enum Change {
    /// Puts a file with this content in place, whole or not at all.
    Write(Write),
    /// Makes one directory; its parent is there.
    Directory {
        path: PathBuf,
        mode: u32,
        owner: Owner,
    },
    Mode {
        path: PathBuf,
        before: u32,
        after: u32,
    },
    Owner {
        path: PathBuf,
        before: Owner,
        after: Owner,
    },
    /// Access and modification times; `None` keeps what is there.
    Times {
        path: PathBuf,
        accessed: Option<Time>,
        modified: Option<Time>,
    },
    /// The flags that `chattr` sets.
    Flags {
        path: PathBuf,
        before: String,
        after: String,
    },
    /// The SELinux context.
    Context {
        path: PathBuf,
        before: String,
        after: String,
    },
    /// Puts a symbolic link in place; `before` is what a link there says.
    Link {
        path: PathBuf,
        target: PathBuf,
        before: Option<PathBuf>,
    },
    HardLink {
        path: PathBuf,
        target: PathBuf,
    },
    /// Removes whatever is there; a directory with all that is in it.
    Remove {
        path: PathBuf,
        kind: Kind,
    },
    Rename {
        from: PathBuf,
        to: PathBuf,
    },
    /// Copies a file to a new name beside it, with its attributes.
    Backup {
        path: PathBuf,
        copy: PathBuf,
    },
    /// Runs a program.
    Run(Run),
    /// Gives docker's daemon an order.
    Docker(Box<Order>),
    /// Sends a request over HTTP.
    Request(Exchange),
    /// Waits for something outside.
    Wait(Wait),
    /// Starts components side by side in the order of their needs.
    Start(StartLoop),
}

/// What a change leaves for the report of its module.
#[derive(Clone, PartialEq, Debug)]
pub enum Done {
    /// It was made, and there is nothing to say about it.
    Made,
    /// It was not made: this is a dry run.
    Planned,
    Ran(super::process::Output),
    Answered(super::http::Answer),
    /// Fields of the result, ready.
    Said(super::Fields),
}

impl Change {
    /// What users see of a program that is run or an order that is given; `None` for other changes.
    pub fn command(&self) -> Option<String> {
        match self {
            Change::Run(run) => Some(run.shown()),
            Change::Docker(order) => Some(order.title.clone()),
            _ => None,
        }
    }

    /// Whether the change alone makes its call `changed`. Requests and waits do not: their modules say so.
    pub fn counts(&self) -> bool {
        match self {
            Change::Request(_) | Change::Wait(_) => false,
            Change::Run(run) => run.counts,
            Change::Docker(order) => order.counts(),
            _ => true,
        }
    }
}
