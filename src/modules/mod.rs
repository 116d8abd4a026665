//! Words that act on a host: one file each, one line in the list below.

#[macro_use]
mod declare;

#[macro_use]
pub mod argument;
mod call;
mod files;
mod names;
mod spec;

mod acl;
mod apt;
mod archive;
mod assemble;
mod async_status;
mod authorized_key;
mod blockinfile;
mod command;
mod component;
mod components;
mod copy;
mod cron;
mod docker;
mod docker_image;
mod docker_image_pull;
mod docker_network;
mod edit;
mod execution;
mod expect;
mod file;
mod find;
mod get_url;
mod getent;
mod git;
mod group;
mod hostname;
mod ini_file;
mod iptables;
mod known_hosts;
mod lineinfile;
mod modprobe;
mod mount;
mod own_module;
mod package;
mod ping;
mod place;
mod raw;
mod replace;
mod script;
mod service;
mod setup;
mod shell;
mod slurp;
mod stat;
pub mod synchronize;
mod sysctl;
mod systemd;
mod tempfile;
mod template;
pub mod tree;
mod unarchive;
mod unit;
mod uri;
mod user;
mod wait_for;
mod web;
mod xml;

pub use argument::{Argument, ArgumentError};
pub use call::{Call, Entry, EntryKind, Need, Origin, Source, check_names, check_value, parse};
pub use files::FileAttributes;
pub use names::{canonical, names, spec};
pub use spec::{Arg, Spec};

use crate::host::{Carried, Failure, Plan, Probe, Report};
use std::sync::Arc;

/// A word that acts on a host: what its arguments mean, as changes.
pub trait Module: std::fmt::Debug + Send + Sync {
    /// What would have to be done for the host to be as the arguments say. It can only look.
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure>;

    /// What roles read after `register`, when the plan is carried out (or laid over the probe, in a dry run).
    fn report(&self, _host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        Ok(carried.result.clone().into())
    }

    /// What is wrong with the arguments together.
    fn check(&self) -> Vec<ArgumentError> {
        Vec::new()
    }

    /// What the controller has to send along.
    fn need(&self) -> Option<Need> {
        None
    }

    /// Takes what the controller sends along.
    fn attach(&mut self, _source: Arc<Source>) -> Result<(), String> {
        Err("this module takes no content".to_owned())
    }
}
