//! What every reporter prints of the same events, compared in full.
//!
//! With `BLESS=1` in the environment the files in `snapshots/` are written anew; look at the difference before you
//! keep it.

mod ansible;
mod bug;
mod canaries;
mod parity;
mod recap;
mod snapshot;
mod tape;

use provision::host::Fields;
use provision::report::{Event, Format, Output, Result, Screen, Status, TaskKind};
use snapshot::assert_snapshot;
use tape::{Tape, failed, host, matrix, ok, with};

fn output(format: Format) -> Output {
    Output { format, ..Output::default() }
}

fn screen(columns: usize) -> Screen {
    Screen { is_terminal: true, columns, rows: 24 }
}

#[test]
fn plain_lines_tell_what_changed_and_what_failed() {
    assert_snapshot("plain", &matrix().plain(&output(Format::Plain)));
}

#[test]
fn a_dry_run_shows_differences() {
    let dry = Output { dry_run: true, diff: true, ..output(Format::Plain) };
    assert_snapshot("plain-dry-run", &matrix().plain(&dry));
}

#[test]
fn more_is_said_when_asked_for() {
    for verbosity in 1..=3 {
        let more = Output { verbosity, ..output(Format::Plain) };
        assert_snapshot(&format!("plain-v{verbosity}"), &matrix().plain(&more));
    }
}

#[test]
fn a_terminal_has_colours_and_an_end() {
    assert_snapshot("terminal-60", &matrix().print(&output(Format::Auto), screen(60)));
    let dry = Output { dry_run: true, diff: true, ..output(Format::Auto) };
    assert_snapshot("terminal-140-dry-run", &matrix().print(&dry, screen(140)));
}

#[test]
fn without_a_terminal_nothing_is_coloured() {
    let plain = matrix().plain(&output(Format::Plain));
    assert_eq!(matrix().plain(&output(Format::Auto)), plain);
    let dumb = Output { dumb: true, ..output(Format::Auto) };
    assert!(!matrix().print(&dumb, screen(140)).contains('\x1b'));
}

#[test]
fn programs_read_an_object_a_line() {
    let text = matrix().plain(&output(Format::Json));
    for line in text.lines() {
        serde_json::from_str::<serde_json::Value>(line).expect("an object");
    }
    assert_snapshot("json", &text);
}

#[test]
fn all_other_events_have_a_form_for_programs_and_people() {
    let tape = others();
    assert_snapshot("others-json", &tape.plain(&output(Format::Json)));
    assert_snapshot("others-plain", &tape.plain(&Output { verbosity: 2, ..output(Format::Plain) }));
    assert_snapshot("others-ansible", &tape.plain(&Output { verbosity: 2, ..output(Format::Ansible) }));
}

/// Events that the usual run has not.
fn others() -> Tape {
    let mut tape = Tape::new();
    tape.push(Event::Playbook { name: "site.yml".to_owned(), plays: 1 });
    tape.play("", &["h1"]);
    let wait = tape.task("wait", "command");
    let result = Box::new(failed("not yet"));
    tape.push(Event::Retry { host: host("h1"), task: wait.clone(), left: 2, result });
    tape.push(Event::Polled { host: host("h1"), task: wait.clone(), job: "j1.2".to_owned() });
    tape.done("h1", &wait, Result { delegated_to: Some(host("h2")), ..ok() });
    let include = tape.task_of(None, "include", "include_tasks", TaskKind::Include);
    let (file, label) = ("/project/more.yml".to_owned(), Some("a".to_owned()));
    tape.push(Event::Included { host: host("h1"), task: include.clone(), file, label });
    tape.done("h1", &include, ok());
    let lines = tape.task("count lines", "shell");
    let because = "it depends on `wait`, which was not run".to_owned();
    tape.done("h1", &lines, Result { message: Some(because), ..tape::result(Status::Depends) });
    let rescued = tape.task("try", "fail");
    tape.done("h1", &rescued, Result { status: Status::Rescued, ..failed("on purpose") });
    tape.push(Event::Notice { host: None, text: "a notice\nof two lines".to_owned() });
    let span = tape.span("dest:");
    let old = provision::source::Diagnostic::warning("`dest` is old").at(span);
    tape.push(Event::Warning(Box::new(old)));
    tape.push(Event::Stats { host: None, data: Fields::new().with("built", 3_i64).into(), aggregate: true });
    tape.push(Event::End { interrupted: true });
    tape
}

#[test]
fn a_host_cannot_speak_to_the_terminal() {
    let mut tape = Tape::new();
    tape.play("all", &["h1"]);
    let task = tape.task("say\x1b[2J", "debug");
    tape.done("h1", &task, with(ok(), Fields::new().with("msg", "\x1b]0;owned\x07")));
    tape.done("h1", &task, failed("\x1b[31m\x08red"));
    tape.end();
    let text = tape.print(&output(Format::Auto), screen(100));
    let plain = console_free(&text);
    assert!(!plain.contains(['\x1b', '\x07', '\x08']), "{plain:?}");
    let ansible = tape.plain(&output(Format::Ansible));
    assert!(ansible.contains("\\u001b]0;owned\\u0007"), "{ansible}");
}

/// The text without the program's own colours.
fn console_free(text: &str) -> String {
    ["0", "1", "2", "32", "33", "1;31", "31", "35", "36", "1;36"]
        .iter()
        .fold(text.to_owned(), |text, code| text.replace(&format!("\x1b[{code}m"), ""))
}
