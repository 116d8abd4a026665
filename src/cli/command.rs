//! From words to a command.

use super::args::{ApplyArgs, ProjectArgs, RunArgs};
use super::eval::EvalArgs;
use super::explain::ExplainArgs;
use super::inventory::InventoryArgs;
use super::lint::LintArgs;
use super::module::ModuleArgs;
use super::modules::ModulesArgs;
use super::render::RenderArgs;
use super::report::ReportArgs;
use super::trust::TrustArgs;
use super::vault::VaultCommand;
use clap::error::ErrorKind;
use clap::{ArgAction, Command as Words, CommandFactory, FromArgMatches, Parser, Subcommand};

/// What is to be done. Without a word for it, it is a run.
#[derive(Subcommand, Clone, Debug)]
pub enum Command {
    /// Runs playbooks (as without a word)
    Run(Box<RunArgs>),
    /// Shows the fingerprints of host keys and records them
    Trust(TrustArgs),
    /// Shows where a variable has its value from
    Explain(ExplainArgs),
    /// Shows the value of an expression on a host
    Eval(EvalArgs),
    /// Shows a template as it would be written on a host
    Render(RenderArgs),
    /// Shows hosts, groups and their variables
    Inventory(InventoryArgs),
    /// Looks for mistakes that can be found without a host
    Lint(LintArgs),
    /// Encrypts, decrypts and edits files and values
    Vault(VaultCommand),
    /// Runs one module on some hosts, as `ansible` does
    Module(Box<ModuleArgs>),
    /// Lists modules, or shows the page of one
    Modules(ModulesArgs),
    /// Puts together what several runs wrote with `--output json`
    Report(ReportArgs),
    /// Applies a plan that a dry run has saved, if no host has moved since
    Apply(Box<ApplyArgs>),
    /// A dry run that exits with 3 if something would change
    Drift(Box<RunArgs>),
}

/// Provisions hosts over SSH: runs Ansible projects, needs no Python on hosts, shows what it would do before it acts.
#[derive(Parser)]
#[command(name = "provision", args_override_self = true, infer_long_args = true)]
#[command(version, disable_version_flag = true)]
struct WithoutWord {
    #[command(flatten)]
    run: RunArgs,
    /// Show the version
    #[arg(long, action = ArgAction::Version)]
    version: Option<bool>,
}

#[derive(Parser)]
#[command(name = "provision", args_override_self = true, infer_long_args = true)]
#[command(version, propagate_version = true, disable_version_flag = true)]
struct WithWord {
    #[command(subcommand)]
    command: Command,
    /// Show the version
    #[arg(long, global = true, action = ArgAction::Version)]
    version: Option<bool>,
}

/// What words ask for.
#[derive(Clone, Debug)]
pub enum Asked {
    Command(Box<Command>),
    /// The version, as text.
    Version,
}

/// Reads words, the first of which is the program's name. A word for a command means the command, whatever files
/// there are: a playbook of that name is `./NAME`.
///
/// # Errors
/// What was typed means nothing, or help was asked for.
pub fn read(words: &[String]) -> Result<Asked, clap::Error> {
    match command(words) {
        Ok(command) => Ok(Asked::Command(Box::new(command))),
        Err(error) if error.kind() == ErrorKind::DisplayVersion => Ok(Asked::Version),
        Err(error) => Err(error),
    }
}

fn command(words: &[String]) -> Result<Command, clap::Error> {
    match word_at(words) {
        Some(index) => {
            let mut words = words.to_vec();
            let word = words.remove(index);
            words.insert(1, word);
            Ok(WithWord::try_parse_from(words)?.command)
        }
        None => {
            let matches = without_word().try_get_matches_from(words)?;
            Ok(Command::Run(Box::new(WithoutWord::from_arg_matches(&matches)?.run)))
        }
    }
}

fn without_word() -> Words {
    let commands = WithWord::command();
    let list: Vec<String> = commands
        .get_subcommands()
        .map(|one| {
            format!(
                "  {:<10} {}",
                one.get_name(),
                one.get_about().map(ToString::to_string).unwrap_or_default()
            )
        })
        .collect();
    WithoutWord::command()
        .override_usage("provision [OPTIONS] [PLAYBOOK]...\n       provision COMMAND [OPTIONS]")
        .after_help(format!("Commands:\n{}\n\nprovision COMMAND --help tells about each.", list.join("\n")))
}

/// Where the word for a command is: the first word that is neither an option nor the value of one.
fn word_at(words: &[String]) -> Option<usize> {
    let mut command = WithWord::command();
    command.build();
    let mut rest = words.iter().enumerate().skip(1);
    while let Some((index, word)) = rest.next() {
        if word == "--" {
            return None;
        }
        if word.starts_with('-') && word.len() > 1 {
            if takes_the_next(word) {
                rest.next();
            }
            continue;
        }
        let is_command = command.get_subcommands().any(|one| one.get_name() == word);
        return is_command.then_some(index);
    }
    None
}

/// Whether an option has its value in the word that follows it.
fn takes_the_next(word: &str) -> bool {
    let run = WithoutWord::command();
    let takes = |arg: &clap::Arg| matches!(arg.get_action(), ArgAction::Set | ArgAction::Append);
    if word.contains('=') {
        return false;
    }
    if let Some(long) = word.strip_prefix("--") {
        let named = |arg: &clap::Arg| {
            let names = arg.get_long().into_iter().chain(arg.get_all_aliases().unwrap_or_default());
            names.into_iter().any(|name| name.starts_with(long))
        };
        return run.get_arguments().any(|arg| named(arg) && takes(arg));
    }
    let mut letters = word.chars().skip(1);
    while let Some(letter) = letters.next() {
        if run.get_arguments().any(|arg| arg.get_short() == Some(letter) && takes(arg)) {
            return letters.next().is_none();
        }
    }
    false
}

impl Command {
    /// The options that say which project, where the command has any.
    pub fn project(&self) -> Option<&ProjectArgs> {
        match self {
            Command::Run(run) | Command::Drift(run) => Some(&run.project),
            Command::Apply(apply) => Some(&apply.saved.arguments.project),
            Command::Trust(trust) => Some(&trust.project),
            Command::Explain(explain) => Some(&explain.project),
            Command::Eval(eval) => Some(&eval.project),
            Command::Render(render) => Some(&render.project),
            Command::Inventory(inventory) => Some(&inventory.project),
            Command::Lint(lint) => Some(&lint.project),
            Command::Module(module) => Some(&module.project),
            Command::Vault(_) | Command::Modules(_) | Command::Report(_) => None,
        }
    }

    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Command::Run(_) => "run",
            Command::Apply(_) => "apply",
            Command::Trust(_) => "trust",
            Command::Explain(_) => "explain",
            Command::Eval(_) => "eval",
            Command::Render(_) => "render",
            Command::Inventory(_) => "inventory",
            Command::Lint(_) => "lint",
            Command::Vault(_) => "vault",
            Command::Module(_) => "module",
            Command::Modules(_) => "modules",
            Command::Report(_) => "report",
            Command::Drift(_) => "drift",
        }
    }
}
