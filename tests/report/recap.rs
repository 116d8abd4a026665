//! The end of a run.

use crate::output;
use crate::snapshot::assert_snapshot;
use crate::tape::{Tape, changed, failed, ok, result, skipped, unreachable, written};
use provision::host::Fields;
use provision::report::{Event, Format, Output, Recap, Result, Status, exit};

/// The recap of a run in which one host has these results, one a task.
fn recap_of(dry_run: bool, results: Vec<Result>) -> Recap {
    let mut tape = Tape::new();
    tape.play("all", &["h"]);
    for result in results {
        let task = tape.task("t", "command");
        tape.done("h", &task, result);
    }
    tape.end();
    let mut recap = Recap::new(dry_run);
    tape.events.iter().for_each(|event| recap.add(event));
    recap
}

fn ignored(result: Result) -> Result {
    Result { ignored: true, ..result }
}

#[test]
fn results_are_counted_as_ansible_counts_them() {
    let changed_and_failed = Result { data: Fields::new().with("changed", true).into(), ..failed("x") };
    let recap = recap_of(
        false,
        vec![
            ok(),
            changed(Vec::new()),
            skipped(),
            failed("x"),
            ignored(failed("x")),
            ignored(changed_and_failed),
            unreachable("x"),
            ignored(unreachable("x")),
            result(Status::Rescued),
            result(Status::Depends),
        ],
    );
    let counts = recap.hosts.get("h").expect("is there").counts;
    assert_eq!((counts.ok, counts.changed, counts.skipped, counts.failed), (5, 2, 1, 1));
    assert_eq!((counts.unreachable, counts.rescued, counts.ignored, counts.depends), (1, 1, 3, 1));
}

#[test]
fn the_exit_code_follows_from_the_counts() {
    let code = |dry_run, results| recap_of(dry_run, results).exit_code(true);
    assert_eq!(code(false, vec![ok(), changed(Vec::new()), skipped()]), exit::FINE);
    assert_eq!(code(false, vec![failed("x")]), exit::FAILED);
    assert_eq!(code(false, vec![ignored(failed("x")), result(Status::Rescued)]), exit::FINE);
    assert_eq!(code(false, vec![failed("x"), unreachable("y")]), exit::UNREACHABLE);
    assert_eq!(code(true, vec![changed(Vec::new())]), exit::WOULD_CHANGE);
    assert_eq!(code(true, vec![changed(Vec::new()), failed("x")]), exit::FAILED);
    assert_eq!(code(true, vec![ok(), result(Status::Depends)]), exit::FINE);
    assert_eq!(recap_of(true, vec![changed(Vec::new())]).exit_code(false), exit::FINE);
    let mut interrupted = recap_of(false, vec![failed("x")]);
    interrupted.add(&Event::End { interrupted: true });
    assert_eq!(interrupted.exit_code(false), exit::INTERRUPTED);
}

#[test]
fn nothing_to_tell_is_told_in_a_line() {
    let mut tape = Tape::new();
    tape.play("all", &["h1", "h2"]);
    let task = tape.task("t", "ping");
    tape.done("h1", &task, ok()).done("h2", &task, ok()).end();
    let calm = tape.plain(&output(Format::Plain));
    assert_eq!(calm, "\nplay all · 2 hosts\n\nrecap  2 hosts · nothing changed · 1 min 23 s\n");
}

#[test]
fn of_many_hosts_those_with_something_to_tell_are_listed() {
    let mut tape = Tape::new();
    let names: Vec<String> = (1..=60).map(|number| format!("h{number:02}")).collect();
    let hosts: Vec<&str> = names.iter().map(String::as_str).collect();
    tape.play("all", &hosts);
    let task = tape.task("write", "copy");
    for (index, name) in hosts.iter().enumerate() {
        let made = match index {
            0..=4 => changed(vec![written("/etc/a", "", "a\n"), written("/etc/b", "", "b\n")]),
            5 => changed(vec![written("/etc/a", "", "a\n")]),
            10..=12 => failed("no space left on device"),
            20 => unreachable("timed out after 10 s"),
            _ => ok(),
        };
        tape.done(name, &task, made);
    }
    tape.end();
    assert_snapshot("recap-many", &tape.plain(&output(Format::Plain)));
    assert_snapshot("recap-many-dry-run", &tape.plain(&Output { dry_run: true, ..output(Format::Plain) }));
}
