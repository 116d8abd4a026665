//! `provision vault`: encrypted files and values.

mod act;
mod editor;
mod streams;

pub use act::vault;

use super::args::VaultArgs;
use clap::{ArgAction, Args, Subcommand};
use std::path::PathBuf;

/// Encrypts, decrypts and edits files and values.
#[derive(Args, Clone, Debug)]
pub struct VaultCommand {
    #[command(subcommand)]
    pub act: VaultAct,

    /// There is no more to say; scripts ask for it.
    #[arg(short, long, global = true, hide = true, action = ArgAction::Count)]
    pub verbose: u8,
}

/// What is to be done.
#[derive(Subcommand, Clone, Debug)]
pub enum VaultAct {
    /// Writes a new encrypted file in the editor
    Create(VaultFile),
    /// Edits an encrypted file, or the encrypted values of a file, in the editor
    Edit(VaultFile),
    /// Shows what encrypted files hold
    View(VaultFiles),
    /// Encrypts files; standard input where none is named
    Encrypt(VaultConversion),
    /// Decrypts files; standard input where none is named
    Decrypt(VaultConversion),
    /// Encrypts files with another password
    Rekey(VaultRekey),
    /// Encrypts a text, to be put into a YAML file
    #[command(alias = "encrypt_string")]
    EncryptString(VaultString),
}

/// One file.
#[derive(Args, Clone, Debug)]
pub struct VaultFile {
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The editor is started without a terminal, too, whether or not this is typed.
    #[arg(long, hide = true)]
    pub skip_tty_check: bool,
    #[command(flatten)]
    pub opening: Encrypting,
}

/// Files to read; - is the standard input.
#[derive(Args, Clone, Debug)]
pub struct VaultFiles {
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub vault: VaultArgs,
}

/// Files to read and write.
#[derive(Args, Clone, Debug)]
pub struct VaultConversion {
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Write here in place of the file that was read; - is the standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub opening: Encrypting,
}

/// Files and the password that they get.
#[derive(Args, Clone, Debug)]
pub struct VaultRekey {
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// The new password: a file that holds it, or a program that prints it
    #[arg(long, value_name = "FILE")]
    pub new_vault_password_file: Option<PathBuf>,
    /// The new password with its id: ID@FILE or ID@prompt
    #[arg(long, value_name = "ID@SOURCE")]
    pub new_vault_id: Option<String>,
    #[command(flatten)]
    pub opening: Encrypting,
}

/// A text.
#[derive(Args, Clone, Debug)]
pub struct VaultString {
    /// The text; standard input where none is given
    #[arg(value_name = "TEXT")]
    pub texts: Vec<String>,
    /// The key that the value gets; once for each text
    #[arg(short, long, value_name = "NAME")]
    pub name: Vec<String>,
    /// Read the text from the standard input and give it this key
    #[arg(long, value_name = "NAME")]
    pub stdin_name: Option<String>,
    /// Ask for the text
    #[arg(short, long)]
    pub prompt: bool,
    /// Show the text while it is typed
    #[arg(long)]
    pub show_input: bool,
    /// Write here in place of the standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub opening: Encrypting,
}

/// With what to open and to encrypt.
#[derive(Args, Clone, Debug)]
pub struct Encrypting {
    /// The id of the password to encrypt with
    #[arg(long, value_name = "ID")]
    pub encrypt_vault_id: Option<String>,
    #[command(flatten)]
    pub vault: VaultArgs,
}

impl VaultAct {
    /// The options that say where passwords come from.
    pub fn passwords(&self) -> &VaultArgs {
        match self {
            VaultAct::Create(one) | VaultAct::Edit(one) => &one.opening.vault,
            VaultAct::View(files) => &files.vault,
            VaultAct::Encrypt(files) | VaultAct::Decrypt(files) => &files.opening.vault,
            VaultAct::Rekey(rekey) => &rekey.opening.vault,
            VaultAct::EncryptString(text) => &text.opening.vault,
        }
    }

    /// The id to encrypt with, if it was typed.
    pub fn encrypt_with(&self) -> Option<&str> {
        let opening = match self {
            VaultAct::Create(one) | VaultAct::Edit(one) => &one.opening,
            VaultAct::View(_) => return None,
            VaultAct::Encrypt(files) | VaultAct::Decrypt(files) => &files.opening,
            VaultAct::Rekey(rekey) => &rekey.opening,
            VaultAct::EncryptString(text) => &text.opening,
        };
        opening.encrypt_vault_id.as_deref()
    }
}
