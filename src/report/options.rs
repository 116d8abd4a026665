//! What people and programs want to read.

use std::path::PathBuf;

/// What is shown, and how.
#[derive(Clone, Debug, Default)]
pub struct Output {
    pub format: Format,
    /// How often `-v` was typed.
    pub verbosity: u8,
    /// The plan is not applied.
    pub dry_run: bool,
    /// What a dry run foretells is written down, with fingerprints that begin with this text.
    pub foretell: Option<String>,
    /// Texts are shown before and after.
    pub diff: bool,
    /// Lines of context in a diff; none stands for three.
    pub diff_context: Option<usize>,
    pub colour: Switch,
    /// The terminal can do nothing but print (`TERM=dumb`): no live lines.
    pub dumb: bool,
    /// The file of settings that was read, which `--output ansible -v` tells.
    pub config_file: Option<PathBuf>,
    /// What is shown is also appended to this file, without colours.
    pub log: Option<PathBuf>,
    pub colours: Colours,
    /// Whether skipped tasks are listed by `--output ansible`.
    pub hide_skipped: bool,
    /// Whether unchanged tasks are listed by `--output ansible`.
    pub hide_ok: bool,
    /// Failures of `--output ansible` go to the error output.
    pub failures_to_stderr: bool,
    /// Whether data of `set_stats` is shown after the recap.
    pub custom_stats: bool,
    /// Headings of `--output ansible` tell that it is a dry run.
    pub check_mode_markers: bool,
    /// Where a failed task is written is told by `--output ansible`.
    pub task_path_on_failure: bool,
    /// Whether results of `--output ansible` are spread over lines; none stands for as the verbosity says.
    pub pretty: Option<bool>,
    /// Whether results of `--output ansible` are YAML and not JSON.
    pub yaml: bool,
}

/// Who the output is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Format {
    /// The terminal's where there is one, plain lines elsewhere.
    #[default]
    Auto,
    /// Live lines for each host, with colours.
    Terminal,
    /// The same content as lines without escape codes.
    Plain,
    /// One JSON object a line for each event.
    Json,
    /// What `ansible-playbook` prints.
    Ansible,
    /// What `ansible` prints of one task.
    Minimal,
}

/// As the terminal allows, or decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Switch {
    #[default]
    Auto,
    On,
    Off,
}

/// The colours of `--output ansible`, by Ansible's names; none stands for the usual one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Colours {
    pub ok: Option<String>,
    pub changed: Option<String>,
    pub skip: Option<String>,
    pub error: Option<String>,
    pub unreachable: Option<String>,
    pub included: Option<String>,
    pub verbose: Option<String>,
    pub warn: Option<String>,
    pub debug: Option<String>,
    pub diff_add: Option<String>,
    pub diff_remove: Option<String>,
    pub diff_lines: Option<String>,
}
