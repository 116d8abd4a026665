//! `provision module`: one module on some hosts, as `ansible` does it.

use super::args::ProjectArgs;
use super::start::Project;
use crate::report::exit;
use crate::run::hosts_named;
use crate::source::Diagnostics;
use clap::Args;
use std::fmt::Write;
use std::path::PathBuf;

/// Runs one module on the hosts that a pattern names.
#[derive(Args, Clone, Debug)]
pub struct ModuleArgs {
    /// The hosts, as `hosts` of a play has them
    #[arg(value_name = "PATTERN")]
    pub pattern: String,

    /// The module
    #[arg(short, long, value_name = "NAME", default_value = "command")]
    pub module_name: String,

    /// Its arguments: a command, key=value, or a mapping in JSON
    #[arg(short, long, value_name = "ARGUMENTS", default_value = "", allow_hyphen_values = true)]
    pub args: String,

    /// Show what would change, and change nothing
    #[arg(short = 'C', long, visible_alias = "check")]
    pub dry_run: bool,

    /// Show the differences in what changes
    #[arg(short = 'D', long)]
    pub diff: bool,

    /// List the hosts, and do nothing
    #[arg(long)]
    pub list_hosts: bool,

    /// Run it in the background, for at most so many seconds
    #[arg(short = 'B', long, value_name = "SECONDS")]
    pub background: Option<u64>,

    /// Seconds between two looks at it there
    #[arg(short = 'P', long = "poll", value_name = "SECONDS")]
    pub poll_interval: Option<u64>,

    /// Seconds after which it is given up
    #[arg(long, value_name = "SECONDS")]
    pub task_timeout: Option<u64>,

    /// Where files are looked for, and group_vars and roles are
    #[arg(long, value_name = "DIRECTORY")]
    pub playbook_dir: Option<PathBuf>,

    #[command(flatten)]
    pub project: ProjectArgs,
}

impl ModuleArgs {
    /// The play of one task that it means.
    pub fn playbook(&self) -> String {
        let mut task =
            match self.args.trim_start().starts_with('{') && !self.args.trim_start().starts_with("{{") {
                true => format!("{}: {}", quoted(&self.module_name), self.args),
                false => format!("action: {}", quoted(&format!("{} {}", self.module_name, self.args))),
            };
        let numbers =
            [("async", self.background), ("poll", self.poll_interval), ("timeout", self.task_timeout)];
        for (keyword, number) in numbers {
            let _ = number.map(|number| write!(task, ", {keyword}: {number}"));
        }
        let hosts = quoted(&self.pattern);
        format!("- {{name: Ansible Ad-Hoc, hosts: {hosts}, gather_facts: false, tasks: [{{{task}}}]}}\n")
    }
}

/// Runs the module and gives the code to exit with.
///
/// # Errors
/// All mistakes that can be found before a host is touched.
pub fn module(args: &ModuleArgs, project: &Project) -> Result<u8, Diagnostics> {
    if !args.list_hosts {
        return super::play::play(project, project.settings.clone());
    }
    let ready = super::ready::Ready::of(project)?;
    let hosts = hosts_named(&ready.run, &ready.playbooks);
    let lines: String = hosts.iter().map(|host| format!("    {host}\n")).collect();
    project.tell(&format!("  hosts ({}):\n{lines}", hosts.len()));
    Ok(exit::FINE)
}

/// A text as YAML writes it between double quotes.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
