//! Failures: what failed, where it is written, and the last that was heard.

use super::Story;
use crate::host::{Data, Fields};
use crate::report::style::{Line, Style};
use crate::report::{HostName, Result, Status, TaskInfo};

/// Lines of output that are shown of a command that failed.
const TAIL: usize = 10;

impl Story {
    /// All about a failure, at once.
    pub(super) fn failure(&self, host: &HostName, task: &TaskInfo, name: &str, result: &Result) -> Vec<Line> {
        let line = self.failed_line(host, name, result);
        if is_harmless(result) && self.look.verbosity == 0 {
            return self.beside_message(line, result);
        }
        let mut lines = vec![line];
        match &result.diagnostic {
            Some(diagnostic) => lines.extend(self.diagnostic(diagnostic).into_iter().map(indented)),
            None => lines.extend(self.reason(task, result)),
        }
        if let Data::Map(fields) = &result.data {
            lines.extend(self.output(fields));
        }
        lines
    }

    /// What it says in one line is enough where the run goes on.
    fn beside_message(&self, line: Line, result: &Result) -> Vec<Line> {
        let said = result.message.as_deref().and_then(|message| message.lines().next());
        let said = said.or_else(|| result.diagnostic.as_ref().map(|found| found.message.as_str()));
        match said {
            Some(said) => self.beside(line, Line::of(Style::Faint, said)),
            None => vec![line],
        }
    }

    /// The one line that says that it failed.
    pub(super) fn failed_line(&self, host: &HostName, name: &str, result: &Result) -> Line {
        let (word, style) = match result.status {
            _ if result.ignored => ("ignored", Style::Changed),
            Status::Rescued => ("rescued", Style::Changed),
            Status::Unreachable => ("unreachable", Style::Bad),
            _ => ("failed", Style::Bad),
        };
        self.entry(style, word, host).text(name)
    }

    fn reason(&self, task: &TaskInfo, result: &Result) -> Vec<Line> {
        let message = result.message.iter().flat_map(|message| message.lines());
        let message = message.map(|line| indented(Line::new().text(line)));
        let reached = result.status != Status::Unreachable;
        let place = self
            .place(task.span)
            .filter(|_| reached)
            .map(|place| indented(Line::of(Style::Faint, format!("at {place}"))));
        message.chain(place).collect()
    }

    /// The command, its code, and the end of what it printed.
    fn output(&self, fields: &Fields) -> Vec<Line> {
        let mut lines = Vec::new();
        if let (Some(command), Some(Data::Int(code))) = (fields.get("cmd"), fields.get("rc")) {
            let line = Line::of(Style::Faint, "command ").text(command_line(command));
            lines.push(indented(line.add(Style::Faint, format!(" (exit code {code})"))));
        }
        for name in ["stdout", "stderr"] {
            if let Some(Data::Text(text)) = fields.get(name) {
                lines.extend(self.tail(name, text));
            }
        }
        lines
    }

    fn tail(&self, name: &str, text: &str) -> Vec<Line> {
        let all: Vec<&str> = text.trim_end().lines().collect();
        let shown = if self.look.verbosity > 0 { all.len() } else { TAIL };
        let left_out = all.len().saturating_sub(shown);
        let mut lines = Vec::new();
        if left_out > 0 {
            lines.push(indented(Line::of(
                Style::Faint,
                format!("{name}  … {left_out} more lines above (-v)"),
            )));
        }
        lines.extend(
            all.iter()
                .skip(left_out)
                .map(|line| indented(Line::of(Style::Faint, format!("{name}  ")).text(line))),
        );
        lines
    }
}

/// Whether the playbook takes care of it.
fn is_harmless(result: &Result) -> bool {
    result.ignored || result.status == Status::Rescued
}

fn indented(line: Line) -> Line {
    Line::new().text("    ").join(line)
}

/// A command as it would be typed.
fn command_line(command: &Data) -> String {
    match command {
        Data::Text(text) => text.clone(),
        Data::List(words) => words.iter().map(word).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    }
}

fn word(word: &Data) -> String {
    match word {
        Data::Text(text) if !text.is_empty() && text.chars().all(is_safe) => text.clone(),
        Data::Text(text) => format!("'{}'", text.replace('\'', "'\\''")),
        Data::Int(number) => number.to_string(),
        _ => String::new(),
    }
}

fn is_safe(character: char) -> bool {
    character.is_alphanumeric() || "_-./:@%+=,".contains(character)
}
