//! What `ansible` prints of a single task: a paragraph for each host.

use super::ansible::{Paint, abridged, differences, json, short};
use super::options::Output;
use super::reporter::Show;
use super::sink::Sink;
use super::{Event, HostName, Recap, Result, Status, TaskInfo};
use crate::host::Data;

/// Words whose result is shown as what they printed.
const PRINTING: &[&str] = &["command", "shell", "raw"];

/// The output of Ansible's callback `minimal`.
pub struct Minimal {
    output: Output,
    paint: Paint,
    sink: Sink,
}

impl Minimal {
    /// To a sink.
    pub fn new(output: Output, colour: bool, sink: Sink) -> Minimal {
        Minimal { paint: Paint::new(colour, &output.colours), output, sink }
    }

    fn done(&self, host: &HostName, task: &TaskInfo, result: &Result) -> String {
        let is_job = field(result, "ansible_job_id").is_some();
        let prints = PRINTING.contains(&short(&task.action)) && field(result, "rc").is_some() && !is_job;
        let (word, mark) = match result.status {
            Status::Skipped | Status::Depends => return format!("{host} | SKIPPED\n"),
            Status::Unreachable => ("UNREACHABLE", "!"),
            Status::Failed | Status::Rescued if prints => ("FAILED", ""),
            Status::Failed | Status::Rescued => ("FAILED", "!"),
            Status::Changed => ("CHANGED", ""),
            Status::Ok => ("SUCCESS", ""),
        };
        if prints {
            return format!("{host} | {word} | rc={} >>\n{}\n", text(result, "rc"), printed(result));
        }
        let fields = abridged(&result.data, &task.action, self.output.verbosity);
        format!("{host} | {word}{mark} => {}\n", json(&fields.into(), Some(4)))
    }

    /// What changed, where it is to be shown.
    fn differences(&self, result: &Result) -> String {
        let wanted = result.status == Status::Changed && result.diff.unwrap_or(self.output.diff);
        if wanted { differences(result, &self.output, &self.paint) } else { String::new() }
    }
}

impl Show for Minimal {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Done { host, task, result, .. } => {
                self.sink.print(&(self.differences(result) + &self.done(host, task, result)));
            }
            Event::Warning(warning) => self.sink.complain(&format!("[WARNING]: {}\n", warning.message)),
            Event::Notice { text, .. } => self.sink.print(&format!("{text}\n")),
            _ => {}
        }
    }

    fn end(&mut self, _: &Recap) {}
}

fn field<'a>(result: &'a Result, name: &str) -> Option<&'a Data> {
    match &result.data {
        Data::Map(fields) => fields.get(name),
        _ => None,
    }
}

fn text(result: &Result, name: &str) -> String {
    match field(result, name) {
        Some(Data::Text(text)) => text.clone(),
        Some(Data::Int(int)) => int.to_string(),
        _ => String::new(),
    }
}

/// What a program printed, and why it failed, one line break apart.
fn printed(result: &Result) -> String {
    let parts = ["stdout", "stderr", "msg"].map(|name| text(result, name));
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Fields;
    use crate::report::TaskKind;
    use crate::source::Span;
    use std::sync::Arc;
    use std::time::Duration;

    fn told(action: &str, status: Status, data: Fields) -> String {
        let task = TaskInfo {
            number: 1,
            kind: TaskKind::Task,
            name: action.to_owned(),
            action: action.to_owned(),
            role: None,
            check_mode: false,
            span: Span::NONE,
            position: Vec::new(),
        };
        let result = Result {
            status,
            ignored: false,
            message: None,
            data: data.into(),
            changes: Vec::new(),
            diagnostic: None,
            no_log: false,
            diff: None,
            delegated_to: None,
            delegated_address: None,
            took: Duration::ZERO,
        };
        let sink = Sink::to(Box::new(std::io::sink()), Box::new(std::io::sink()), Arc::default());
        Minimal::new(Output::default(), false, sink).done(&"web".into(), &task, &result)
    }

    #[test]
    fn programs_are_shown_by_what_they_print() {
        let data = Fields::new().with("rc", 3).with("stdout", "out").with("stderr", "err").with("msg", "no");
        assert_eq!(told("shell", Status::Failed, data), "web | FAILED | rc=3 >>\nout\nerr\nno\n");
    }

    #[test]
    fn a_program_in_the_background_is_shown_by_its_result() {
        let data = Fields::new().with("rc", 0).with("ansible_job_id", "j1");
        let expected = "web | CHANGED => {\n    \"ansible_job_id\": \"j1\",\n    \"rc\": 0\n}\n";
        assert_eq!(told("shell", Status::Changed, data), expected);
    }

    #[test]
    fn others_are_shown_by_their_results() {
        let data = Fields::new().with("changed", false).with("ping", "pong");
        let expected = "web | SUCCESS => {\n    \"changed\": false,\n    \"ping\": \"pong\"\n}\n";
        assert_eq!(told("ansible.builtin.ping", Status::Ok, data), expected);
    }
}
