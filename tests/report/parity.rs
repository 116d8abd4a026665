//! Runs that `ansible-playbook` made and that were written down (`parity/record`): of the same events we print the
//! same bytes.

use crate::output;
use crate::tape::{Tape, host};
use provision::host::{Data, Fields};
use provision::report::{Event, Format, Output, Result, Status, Switch, TaskInfo, TaskKind};
use provision::source::{Diagnostic, FileId, Span};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report/parity")
}

/// Compares a recorded run with what we print of its events.
fn assert_parity(name: &str, output: &Output) {
    let recorded = directory().join("recorded");
    let expected = std::fs::read_to_string(recorded.join(format!("{name}.out"))).expect("recorded");
    let events = std::fs::read_to_string(recorded.join(format!("{name}.events"))).expect("recorded");
    let playbook = name.split('-').next().unwrap_or(name);
    let mut replay = Replay::new(playbook);
    if output.verbosity > 0 {
        replay.tape.push(Event::Playbook { name: format!("/project/{playbook}.yml"), plays: 1 });
    }
    for line in events.lines() {
        let event = replay.event(&serde_json::from_str(line).expect("an object"));
        replay.tape.push(event);
    }
    replay.tape.push(Event::End { interrupted: false });
    let found = replay.tape.plain(output);
    let (found, expected) = (comparable(&found), comparable(&expected));
    if let Some((ours, theirs)) = found.iter().zip(&expected).find(|(ours, theirs)| ours != theirs) {
        panic!("{name}\n--- ours\n{ours}\n--- theirs\n{theirs}\n--- all of ours\n{}", found.join("\n"));
    }
    assert_eq!(found.len(), expected.len(), "{name}");
}

/// The lines, but for those that tell of the program and not of the run.
fn comparable(text: &str) -> Vec<String> {
    let of_the_program = |line: &str| {
        [
            "META: ",
            "Using module file",
            "Pipelining is",
            "Notification for handler",
            "Skipping callback",
            "Parsed ",
            "Set default localhost",
            "statically imported",
        ]
        .iter()
        .any(|start| line.starts_with(start))
            || line.starts_with('<')
            || line.contains(" plays in ")
            || line.contains(" declined parsing ")
    };
    let start = |line: &&str| *line != "\n" && !line.contains("No config file found");
    let lines = text.split_inclusive('\n').skip_while(start);
    lines.filter(|line| !of_the_program(line)).map(str::to_owned).collect()
}

/// The files of a case, and a tape of what happened.
struct Replay {
    tape: Tape,
    files: Vec<(String, FileId)>,
    playbook: String,
}

impl Replay {
    fn new(playbook: &str) -> Replay {
        let tape = Tape::new();
        let names = [
            &format!("{playbook}.yml"),
            "more.yml",
            "h1.yml",
            "h2.yml",
            "roles/r/tasks/main.yml",
            "roles/r/handlers/main.yml",
        ];
        let files = names.map(|name| {
            let text = std::fs::read_to_string(directory().join("cases").join(name)).expect("is there");
            (name.to_owned(), tape.sources.add(&Path::new("/project").join(name), text))
        });
        Replay { tape, files: files.to_vec(), playbook: format!("{playbook}.yml") }
    }

    fn span(&self, file: &str, line: u64, column: u64) -> Span {
        let name = file.strip_prefix("/project/").unwrap_or(&self.playbook);
        let Some((_, id)) = self.files.iter().find(|(other, _)| other == name) else { return Span::NONE };
        let source = self.tape.sources.source(*id).expect("was added");
        let before: usize = source.text.split_inclusive('\n').take(line as usize - 1).map(str::len).sum();
        let start = before + column as usize - 1;
        Span::new(*id, start, start + 1)
    }

    fn event(&self, event: &Value) -> Event {
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        let (on, task) = (host(&text("host")), || self.task(&event["task"]));
        let result = || Box::new(self.result(&event["result"]));
        let label = || event["label"].as_str().map(str::to_owned);
        match event["event"].as_str().unwrap_or_default() {
            "play" => {
                let hosts = event["hosts"].as_array().into_iter().flatten();
                let hosts = hosts.map(|name| host(name.as_str().unwrap_or_default())).collect();
                let lockstep = event["lockstep"] == true;
                Event::Play { name: text("name"), hosts, span: Span::NONE, lockstep }
            }
            "task" => Event::Task { task: task() },
            "done" => {
                Event::Done { host: on, task: task(), looped: event["looped"] == true, result: result() }
            }
            "item" => Event::Item { host: on, task: task(), label: text("label"), result: result() },
            "retry" => {
                let left = event["left"].as_u64().unwrap_or(0) as u32;
                Event::Retry { host: on, task: task(), left, result: result() }
            }
            "included" => Event::Included { host: on, task: task(), file: text("file"), label: label() },
            "notified" => Event::Notified { host: on, handler: text("handler") },
            "stats" => Event::Stats {
                host: event["host"].as_str().map(host),
                data: data(&event["data"]),
                aggregate: true,
            },
            other => panic!("unknown event {other}"),
        }
    }

    fn task(&self, task: &Value) -> Arc<TaskInfo> {
        let kind = match task["kind"].as_str() {
            Some("handler") => TaskKind::Handler,
            Some("include") => TaskKind::Include,
            _ => TaskKind::Task,
        };
        let file = task["file"].as_str().unwrap_or_default();
        Arc::new(TaskInfo {
            number: task["number"].as_u64().unwrap_or(0) as usize,
            kind,
            name: task["name"].as_str().unwrap_or_default().to_owned(),
            action: task["action"].as_str().unwrap_or_default().to_owned(),
            role: task["role"].as_str().map(Into::into),
            check_mode: false,
            span: self.span(file, task["line"].as_u64().unwrap_or(1), task["column"].as_u64().unwrap_or(1)),
            position: Vec::new(),
        })
    }

    fn result(&self, result: &Value) -> Result {
        let status = match result["status"].as_str() {
            Some("changed") => Status::Changed,
            Some("skipped") => Status::Skipped,
            Some("failed") => Status::Failed,
            Some("unreachable") => Status::Unreachable,
            Some("rescued") => Status::Rescued,
            _ => Status::Ok,
        };
        let data = data(&result["data"]);
        let place = result["place"].as_array().map(|place| {
            let number = |index: usize| place[index].as_u64().unwrap_or(1);
            Box::new(Diagnostic::error("").at(self.span("", number(0), number(1))))
        });
        Result {
            status,
            ignored: result["ignored"] == true,
            message: None,
            data,
            changes: Vec::new(),
            diagnostic: place,
            no_log: false,
            diff: None,
            delegated_to: result["delegated_to"].as_str().map(host),
            delegated_address: None,
            took: Duration::ZERO,
        }
    }
}

fn data(value: &Value) -> Data {
    match value {
        Value::Null => Data::Null,
        Value::Bool(value) => Data::Bool(*value),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Data::Int(number),
            None => Data::Float(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => Data::Text(text.clone()),
        Value::Array(items) => Data::List(items.iter().map(data).collect()),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), data(value))).collect::<Fields>().into()
        }
    }
}

fn ansible() -> Output {
    Output { custom_stats: true, ..output(Format::Ansible) }
}

#[test]
fn runs_are_printed_as_ansible_prints_them() {
    for name in ["tasks", "loops", "failures", "includes"] {
        assert_parity(name, &ansible());
    }
}

#[test]
fn results_are_printed_as_ansible_prints_them() {
    for (name, verbosity) in [("tasks-v", 1), ("loops-v", 1), ("includes-vv", 2), ("failures-vvv", 3)] {
        assert_parity(name, &Output { verbosity, ..ansible() });
    }
}

#[test]
fn colours_are_those_of_ansible() {
    for name in ["failures-colour", "tasks-colour", "diffs-colour"] {
        assert_parity(name, &Output { colour: Switch::On, diff: true, ..ansible() });
    }
}

#[test]
fn differences_are_printed_as_ansible_prints_them() {
    for name in ["diffs", "diffs-check", "tasks-check"] {
        assert_parity(name, &Output { diff: true, dry_run: name.ends_with("check"), ..ansible() });
    }
}
