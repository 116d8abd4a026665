//! Options of reaching hosts.

use clap::Args;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// How hosts are reached.
#[derive(Args, Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[command(next_help_heading = "Connection")]
pub struct ConnectionArgs {
    /// The user to log in as
    #[arg(short, long, value_name = "USER")]
    pub user: Option<String>,

    /// How to connect: ssh or local
    #[arg(short, long, value_name = "CONNECTION")]
    pub connection: Option<String>,

    /// The private key to log in with
    #[arg(long, alias = "key-file", value_name = "FILE")]
    pub private_key: Option<PathBuf>,

    /// Seconds until an attempt to connect is given up
    #[arg(short = 'T', long, value_name = "SECONDS")]
    pub timeout: Option<u64>,

    /// Seconds to wait for a host that another run works on; 30 if not given
    #[arg(long, value_name = "SECONDS")]
    pub lock_wait: Option<u64>,

    /// How many hosts at once; all of them if not given
    #[arg(short, long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub forks: Option<u32>,

    /// Ask for the password to log in with
    #[arg(short = 'k', long, conflicts_with = "connection_password_file")]
    pub ask_pass: bool,

    /// The password to log in with: a file that holds it, or a program that prints it
    #[arg(long, alias = "conn-pass-file", value_name = "FILE")]
    pub connection_password_file: Option<PathBuf>,

    /// Arguments for ssh on all hosts, such as a ProxyCommand
    #[arg(long, value_name = "ARGUMENTS", allow_hyphen_values = true)]
    pub ssh_common_args: Option<String>,

    /// More arguments for ssh
    #[arg(long, value_name = "ARGUMENTS", allow_hyphen_values = true)]
    pub ssh_extra_args: Option<String>,

    #[arg(long, hide = true, allow_hyphen_values = true)]
    pub sftp_extra_args: Option<String>,

    #[arg(long, hide = true, allow_hyphen_values = true)]
    pub scp_extra_args: Option<String>,
}
