//! Options of applying a plan that was saved.

use super::RunArgs;
use crate::report::Foretold;
use clap::{ArgAction, Args};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Applies a plan that a dry run has saved.
#[derive(Args, Clone, Debug)]
pub struct ApplyArgs {
    /// The plan, from `--dry-run --plan FILE`
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Variables that were typed for the dry run, given again: a plan does not keep them
    #[arg(short, long, value_name = "VARIABLES", action = ArgAction::Append)]
    pub extra_vars: Vec<String>,

    /// What the file says, once it is read.
    #[arg(skip)]
    pub saved: Saved,
}

/// What the file of a plan says.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Saved {
    /// The version of the program that saved it: others may plan otherwise.
    pub version: String,
    /// The directory in which the run was asked for.
    pub directory: PathBuf,
    /// What was typed, without variables that were typed.
    pub arguments: RunArgs,
    /// The names of these.
    pub typed_variables: Vec<String>,
    pub foretold: Foretold,
}
