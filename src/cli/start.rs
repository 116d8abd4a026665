//! The way of the program: words, settings, the command, the exit code.

use super::command::{Asked, Command, read};
use super::refusal::refusal;
use super::surroundings::{Here, Surroundings};
use crate::report::{self, Redactor, Switch, exit};
use crate::settings::Settings;
use crate::source::{Diagnostic, Diagnostics, Palette, Sources, render};
use std::io::IsTerminal;
use std::sync::Arc;

/// What every command works with.
pub struct Project {
    pub settings: Settings,
    pub sources: Arc<Sources>,
    pub redactor: Arc<Redactor>,
}

impl Project {
    /// Prints what was asked for; secrets are hidden.
    pub fn tell(&self, text: &str) {
        report::tell(&self.redactor.redact(text));
    }

    /// Prints what else is to be said to the error output.
    pub fn complain(&self, found: &[Diagnostic]) {
        complain(found, Some(self), exit::FINE, &Here);
    }

    /// How the standard output is coloured.
    pub fn palette(&self) -> Palette {
        palette(self.settings.output.colour, std::io::stdout().is_terminal(), &Here)
    }
}

/// Does what the words ask for; `carry_out` is given the command and what it works with, and says what came of it.
/// Gives the code to exit with. Errors are printed here and nowhere else.
pub fn start(
    words: Vec<String>,
    carry_out: impl FnOnce(&Command, &Project) -> Result<u8, Diagnostics>,
) -> u8 {
    let place = Here;
    let asked = match read(&words) {
        Ok(asked) => asked,
        Err(error) if !error.use_stderr() => {
            let _ = error.print();
            return exit::FINE;
        }
        Err(error) => return complain(&[refusal(&error)], None, exit::OPTIONS, &place),
    };
    let Asked::Command(command) = asked else {
        report::tell(&version());
        return exit::FINE;
    };
    let command = match super::plan::read(*command, &place) {
        Ok(command) => command,
        Err(mistake) => return complain(&[mistake], None, exit::MISTAKE, &place),
    };
    let (sources, redactor) = (Arc::new(Sources::default()), Arc::new(Redactor::default()));
    let settings = match Settings::of(&command, &place, &sources) {
        Ok(settings) => settings,
        Err(found) => {
            let project = Project { settings: Settings::default(), sources, redactor };
            return complain(&found.all, Some(&project), exit::OPTIONS, &place);
        }
    };
    sources.take_duplicate_keys_for(settings.language.duplicate_keys);
    let project = Project { settings, sources, redactor };
    complain(&project.settings.warnings, Some(&project), exit::FINE, &place);
    match carry_out(&command, &project) {
        Ok(code) => code,
        Err(found) => complain(&found.all, Some(&project), exit::MISTAKE, &place),
    }
}

/// Prints diagnostics and gives the code.
fn complain(found: &[Diagnostic], project: Option<&Project>, code: u8, place: &dyn Surroundings) -> u8 {
    let none = Sources::default();
    let sources = project.map_or(&none, |project| &*project.sources);
    let colour = project.map_or(Switch::Auto, |project| project.settings.output.colour);
    let palette = palette(colour, std::io::stderr().is_terminal(), place);
    for (index, diagnostic) in found.iter().enumerate() {
        let text = render(diagnostic, sources, palette);
        let text = project.map_or(text.clone(), |project| project.redactor.redact(&text).into_owned());
        let gap = if index == 0 { "" } else { "\n" };
        report::complain(&format!("{gap}{text}"));
    }
    code
}

fn palette(colour: Switch, is_terminal: bool, place: &dyn Surroundings) -> Palette {
    let capable = is_terminal
        && place.variable("TERM").is_none_or(|term| term != "dumb")
        && place.variable("NO_COLOR").is_none();
    match colour {
        Switch::On => Palette::COLOUR,
        Switch::Auto if capable => Palette::COLOUR,
        _ => Palette::PLAIN,
    }
}

/// The version, and whose language is spoken.
fn version() -> String {
    let own = env!("CARGO_PKG_VERSION");
    format!(
        "provision {own}\nspeaks the language of ansible-playbook [core 2.19]; with --language classic, the one before\n"
    )
}
