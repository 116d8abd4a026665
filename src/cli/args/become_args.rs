//! Options of becoming another user on a host.

use clap::Args;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Who tasks are carried out as.
#[derive(Args, Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[command(next_help_heading = "Becoming another user")]
pub struct BecomeArgs {
    /// Become another user, root if not told otherwise
    #[arg(short, long)]
    pub r#become: bool,

    /// The user to become
    #[arg(long, value_name = "USER")]
    pub become_user: Option<String>,

    /// How to become that user: sudo, su or doas
    #[arg(long, value_name = "METHOD")]
    pub become_method: Option<String>,

    /// Ask for the password that this takes
    #[arg(short = 'K', long, conflicts_with = "become_password_file")]
    pub ask_become_pass: bool,

    /// The password that this takes: a file that holds it, or a program that prints it
    #[arg(long, alias = "become-pass-file", value_name = "FILE")]
    pub become_password_file: Option<PathBuf>,

    #[command(flatten)]
    pub old: OldBecomeArgs,
}

/// The same as it was typed before there was `--become`.
#[derive(Args, Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OldBecomeArgs {
    #[arg(short = 's', long, hide = true)]
    pub sudo: bool,

    #[arg(short = 'U', long, hide = true)]
    pub sudo_user: Option<String>,

    #[arg(short = 'S', long, hide = true)]
    pub su: bool,

    #[arg(short = 'R', long, hide = true)]
    pub su_user: Option<String>,

    #[arg(long, alias = "ask-su-pass", hide = true)]
    pub ask_sudo_pass: bool,
}
