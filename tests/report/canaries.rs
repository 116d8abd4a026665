//! Secrets in every place that an event has, and every reporter: no byte of them comes out.

use crate::output;
use crate::tape::{Tape, attribute, changed, failed, host, ok, with, written};
use provision::host::{Data, Fields};
use provision::report::{
    Activity, Event, Format, HIDDEN, Output, Redactor, Reporter, Result, Stage, TaskKind,
};
use provision::source::Diagnostic;
use std::sync::Arc;

const CANARY: &str = "c4n4ry-'s \"bird\" & sóng/2";
const KEY: &str = "-----BEGIN KEY-----\nMIIEowIBAAKCAQEA0vx7\nq83vEg==\n-----END KEY-----\n";

/// A run that says its secrets everywhere.
fn leaky() -> Tape {
    let mut tape = Tape::new();
    tape.redactor.add(CANARY);
    tape.redactor.add(KEY);
    tape.redactor.add("90210777");
    let name = |what: &str| format!("{what} {CANARY}");
    tape.push(Event::Playbook { name: name("playbook"), plays: 1 });
    tape.play(&name("play"), &["h1"]);
    let task = tape.task_of(Some("role"), &name("task"), "command", TaskKind::Task);
    tape.activity("h1", Activity::Running(task.clone()));
    tape.activity("h1", Activity::Waiting(name("for")));
    tape.push(Event::Retry { host: host("h1"), task: task.clone(), left: 1, result: Box::new(leak()) });
    tape.push(Event::Polled { host: host("h1"), task: task.clone(), job: "j1.1".to_owned() });
    tape.item("h1", &task, &name("label"), Result { status: provision::report::Status::Changed, ..leak() });
    tape.item("h1", &task, &name("label"), leak());
    tape.done("h1", &task, leak());
    let debug = tape.task("say", "debug");
    tape.done("h1", &debug, with(ok(), Fields::new().with("msg", vec![name("said"), KEY.to_owned()])));
    let include = tape.task_of(None, &name("include"), "include_tasks", TaskKind::Include);
    let (file, label) = (name("file"), Some(name("label")));
    tape.push(Event::Included { host: host("h1"), task: include, file, label });
    tape.push(Event::Notified { host: host("h1"), handler: name("handler") });
    tape.push(Event::Notice { host: Some(host("h1")), text: name("notice") });
    tape.push(Event::Warning(Box::new(Diagnostic::warning(name("warning")).hint(KEY))));
    tape.push(Event::Stats {
        host: None,
        data: Fields::new().with(name("key"), KEY).into(),
        aggregate: true,
    });
    tape.end();
    tape
}

/// A failure with secrets in all its parts, changed.
fn leak() -> Result {
    let inner = serde_json::to_string(&serde_json::json!({ "password": CANARY, "key": KEY })).unwrap();
    let data = Fields::new()
        .with("changed", true)
        .with("msg", format!("cannot log in with {CANARY}"))
        .with("cmd", vec!["login", CANARY])
        .with("rc", 1_i64)
        .with("pin", 90_210_777_i64)
        .with("stdout", format!("{KEY}{CANARY}"))
        .with("stderr", inner)
        .with("deep", vec![Data::from(Fields::new().with(CANARY, KEY))])
        .with("diff", Fields::new().with("before", CANARY).with("after", KEY));
    let change = attribute(written(CANARY, CANARY, KEY), CANARY, Some(CANARY), Some(KEY));
    let diagnostic = Diagnostic::error(format!("bad {CANARY}")).hint(KEY);
    let message = format!("bad {CANARY}");
    let failure = with(failed(&message), data);
    Result { changes: vec![change], diagnostic: Some(Box::new(diagnostic)), ..failure }
}

fn every_output() -> impl Iterator<Item = Output> {
    let formats = [Format::Plain, Format::Terminal, Format::Json, Format::Ansible];
    formats.into_iter().flat_map(|format| {
        (0..=4).map(move |verbosity| Output { verbosity, diff: true, custom_stats: true, ..output(format) })
    })
}

fn assert_no_secret(text: &str, of: &Output) {
    for part in ["c4n4ry", "bird", "MIIEowIBAAKCAQEA0vx7", "q83vEg==", "90210777"] {
        let at = text.find(part);
        assert!(at.is_none(), "{part} is told by {:?} with -v{}:\n{text}", of.format, of.verbosity);
    }
}

#[test]
fn no_reporter_tells_a_secret() {
    for output in every_output() {
        let text = leaky().plain(&output);
        assert!(text.contains("********"), "{text}");
        assert_no_secret(&text, &output);
    }
}

#[test]
fn what_is_not_to_be_logged_is_not() {
    let mut tape = Tape::new();
    tape.play("all", &["h1"]);
    let task = tape.task("quiet", "command");
    tape.item("h1", &task, CANARY, Result { no_log: true, ..leak() });
    tape.done("h1", &task, Result { no_log: true, ..leak() });
    let debug = tape.task("quiet debug", "debug");
    let said = with(ok(), Fields::new().with("msg", CANARY));
    tape.done("h1", &debug, Result { no_log: true, ..said });
    let write = tape.task("quiet write", "copy");
    let made = changed(vec![written("/etc/key", CANARY, KEY)]);
    tape.done("h1", &write, Result { no_log: true, ..made });
    tape.end();
    for output in every_output() {
        let text = tape.plain(&output);
        assert_no_secret(&text, &output);
        assert!(output.verbosity == 0 || text.contains(HIDDEN), "{text}");
    }
}

#[test]
fn a_secret_that_comes_late_is_still_in_time() {
    let sink = provision::report::Sink::to(Box::new(Vec::new()), Box::new(Vec::new()), Arc::default());
    let (show, _) = provision::report::choose(
        &output(Format::Plain),
        provision::report::Screen { is_terminal: false, columns: 80, rows: 24 },
        Arc::default(),
        sink,
    );
    let redactor = Arc::new(Redactor::default());
    let reporter = Reporter::with(show, Stage::default(), false, redactor.clone());
    let events = reporter.sender();
    let mut tape = Tape::new();
    tape.play("all", &["h1"]);
    let task = tape.task("write", "copy");
    redactor.add("late-secret");
    tape.done("h1", &task, changed(vec![written("/etc/late-secret", "", "")]));
    tape.events.into_iter().for_each(|event| events.send(event).unwrap());
    drop(events);
    let recap = reporter.finish();
    assert_eq!(recap.hosts.get("h1").unwrap().changed, ["/etc/********"]);
}
