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
mod alternatives;
mod apache2_module;
mod apk;
mod apt;
mod apt_key;
mod apt_repository;
mod archive;
mod assemble;
mod async_status;
mod at;
mod authorized_key;
mod blockinfile;
mod capabilities;
mod command;
mod component;
mod components;
mod copy;
mod cron;
mod deb822_repository;
mod debconf;
mod dnf;
mod docker;
mod docker_build;
mod docker_compose;
mod docker_compose_v2;
mod docker_compose_v2_pull;
mod docker_container;
mod docker_container_exec;
mod docker_container_info;
mod docker_host_info;
mod docker_image;
mod docker_image_build;
mod docker_image_export;
mod docker_image_info;
mod docker_image_load;
mod docker_image_pull;
mod docker_image_push;
mod docker_image_remove;
mod docker_image_tag;
mod docker_login;
mod docker_network;
mod docker_network_info;
mod docker_prune;
mod docker_volume;
mod docker_volume_info;
mod dpkg_selections;
mod edit;
mod execution;
mod expect;
mod file;
mod filesystem;
mod find;
mod firewalld;
mod gem;
mod get_url;
mod getent;
mod git;
mod git_config;
mod git_config_info;
mod group;
mod hostname;
mod htpasswd;
mod ini_file;
mod interfaces_file;
mod iptables;
mod known_hosts;
mod lineinfile;
mod locale_gen;
mod modprobe;
mod mount;
mod mount_facts;
mod mysql;
mod npm;
mod openssl;
mod own_module;
mod package;
mod package_facts;
mod pam_limits;
mod pamd;
mod parted;
mod ping;
mod pip;
mod place;
mod postgresql;
mod raw;
mod replace;
mod rpm_key;
mod script;
mod seboolean;
mod selinux;
mod service;
mod service_facts;
mod setup;
mod shell;
mod slurp;
mod stat;
mod statements;
mod subversion;
pub mod synchronize;
mod sysctl;
mod systemd;
mod tempfile;
mod template;
mod timezone;
pub mod tree;
mod ufw;
mod unarchive;
mod unit;
mod uri;
mod user;
mod wait_for;
mod web;
mod xml;
mod yum_repository;

pub use argument::{Argument, ArgumentError};
pub use call::{Call, Entry, EntryKind, Need, Origin, Source, check_names, check_value, parse};
pub use edit::hush;
pub use files::FileAttributes;
pub use names::{canonical, names, spec};
#[cfg(feature = "controller")]
pub use spec::Page;
pub use spec::{Arg, Spec};

use crate::host::{Carried, Failure, Plan, Probe, Report};
use std::sync::Arc;

/// A word that acts on a host: what its arguments mean, as changes.
pub trait Module: Send + Sync {
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
