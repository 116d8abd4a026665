//! Options of opening vaults.

use clap::{ArgAction, Args};
use serde::{Deserialize, Serialize};

/// Where passwords of vaults come from.
#[derive(Args, Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[command(next_help_heading = "Vaults")]
pub struct VaultArgs {
    /// A file that holds the password of vaults, or a program that prints it; may be repeated
    #[arg(long, alias = "vault-pass-file", value_name = "FILE", action = ArgAction::Append)]
    pub vault_password_file: Vec<String>,

    /// The password of vaults with this id: ID@FILE or ID@prompt; may be repeated
    #[arg(long, value_name = "ID@SOURCE", action = ArgAction::Append)]
    pub vault_id: Vec<String>,

    /// Ask for the password of vaults
    #[arg(short = 'J', long, alias = "ask-vault-password", conflicts_with = "vault_password_file")]
    pub ask_vault_pass: bool,
}
