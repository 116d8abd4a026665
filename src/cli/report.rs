//! `provision report`: several runs, told as one.

use super::args::OutputFormat;
use super::start::Project;
use crate::report::{Format, Recap, Screen, Sink, choose, merge};
use crate::source::{Diagnostic, Diagnostics};
use clap::Args;
use std::path::PathBuf;

/// Puts together what runs with `--shard` wrote with `--output json`.
#[derive(Args, Clone, Debug)]
pub struct ReportArgs {
    /// What the runs wrote, a file each
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,

    /// Who the output is for
    #[arg(long, value_name = "FORMAT")]
    pub output: Option<OutputFormat>,
}

/// Prints one recap, and gives the code that one run would have ended with.
///
/// # Errors
/// Where a file cannot be read, or holds something else.
pub fn report(args: &ReportArgs, project: &Project) -> Result<u8, Diagnostics> {
    let mut whole = Recap::default();
    let mut mistakes = Diagnostics::default();
    for file in &args.files {
        let name = file.display();
        let read = std::fs::read_to_string(file).map_err(|error| format!("cannot read `{name}`: {error}"));
        let merged = read.and_then(|lines| {
            merge(&lines, &mut whole).map_err(|line| format!("line {line} of `{name}` is no event of a run"))
        });
        if let Err(message) = merged {
            mistakes.push(Diagnostic::error(message).hint("such files are written by `--output json`"));
        }
    }
    if mistakes.has_errors() {
        return Err(mistakes);
    }
    let format = args.output.map_or(Format::Plain, Format::from);
    let output = crate::report::Output { format, ..project.settings.output.clone() };
    let sink = Sink::standard(project.redactor.clone());
    choose(&output, Screen::standard(), project.sources.clone(), sink).0.end(&whole);
    Ok(whole.exit_code(false))
}
