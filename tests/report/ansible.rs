//! The output that people know from Ansible.

use crate::snapshot::assert_snapshot;
use crate::tape::{Tape, changed, host, matrix, ok, skipped};
use crate::{output, screen};
use provision::report::{Activity, Event, Format, Output, TaskInfo, TaskKind};
use std::sync::Arc;

#[test]
fn a_run_looks_as_it_does_there() {
    let ansible = output(Format::Ansible);
    assert_snapshot("ansible", &matrix().plain(&ansible));
    assert_snapshot(
        "ansible-diff-v",
        &matrix().plain(&Output { diff: true, verbosity: 1, ..ansible.clone() }),
    );
    assert_snapshot("ansible-vvv", &matrix().plain(&Output { verbosity: 3, ..ansible.clone() }));
    assert_snapshot("ansible-colour-100", &matrix().print(&Output { diff: true, ..ansible }, screen(100)));
}

#[test]
fn headings_wait_for_a_line_where_some_are_hidden() {
    let quiet = Output { hide_skipped: true, hide_ok: true, ..output(Format::Ansible) };
    assert_snapshot("ansible-hidden", &matrix().plain(&quiet));
}

/// A tape of tasks at positions, met by two hosts at their own pace.
struct Pace {
    tape: Tape,
    tasks: Vec<Arc<TaskInfo>>,
}

impl Pace {
    fn new(lockstep: bool, positions: &[&[u32]]) -> Pace {
        let mut tape = Tape::new();
        tape.play("all", &["a", "b"]);
        if let Some(Event::Play { lockstep: together, .. }) = tape.events.last_mut() {
            *together = lockstep;
        }
        let tasks = positions.iter().enumerate().map(|(index, position)| {
            let task = tape.task(&format!("at {position:?}"), "ping");
            tape.events.pop();
            Arc::new(TaskInfo { number: index, position: position.to_vec(), ..TaskInfo::clone(&task) })
        });
        let tasks = tasks.collect();
        Pace { tape, tasks }
    }

    /// The host comes to the task, for the first time of any.
    fn announced(&mut self, task: usize) -> &mut Pace {
        self.tape.push(Event::Task { task: self.tasks[task].clone() });
        self
    }

    fn done(&mut self, on: &str, task: usize) -> &mut Pace {
        self.tape.done(on, &self.tasks[task].clone(), ok());
        self
    }

    fn included(&mut self, on: &str, task: usize, file: &str) -> &mut Pace {
        let (host, task) = (host(on), self.tasks[task].clone());
        self.tape.push(Event::Included { host, task, file: file.to_owned(), label: None });
        self
    }

    fn finished(&mut self, on: &str) -> &mut Pace {
        self.tape.activity(on, Activity::Finished);
        self
    }

    /// Headings and results, without the empty lines and stars.
    fn lines(&mut self) -> Vec<String> {
        let text = self.tape.end().plain(&output(Format::Ansible));
        let (tasks, _) = text.split_once("PLAY RECAP").expect("has a recap");
        let lines = tasks.lines().filter(|line| !line.is_empty() && !line.starts_with("PLAY"));
        lines.map(|line| line.trim_end_matches(['*', ' ']).to_owned()).collect()
    }
}

#[test]
fn results_are_told_task_by_task_whatever_the_pace() {
    let mut pace = Pace::new(true, &[&[0, 1], &[0, 2], &[0, 3]]);
    pace.announced(0).done("a", 0).announced(1).done("a", 1).announced(2).done("a", 2).finished("a");
    pace.done("b", 0).done("b", 1).done("b", 2).finished("b");
    let expected = [
        "TASK [at [0, 1]]",
        "ok: [a]",
        "ok: [b]",
        "TASK [at [0, 2]]",
        "ok: [a]",
        "ok: [b]",
        "TASK [at [0, 3]]",
        "ok: [a]",
        "ok: [b]",
    ];
    assert_eq!(pace.lines(), expected);
}

#[test]
fn tasks_that_one_host_brought_in_come_before_what_follows() {
    let mut pace = Pace::new(true, &[&[0, 1], &[0, 2], &[0, 1, 0, 0]]);
    pace.announced(0).done("a", 0).announced(1).done("a", 1);
    pace.included("b", 0, "/p/b.yml").done("b", 0).announced(2).done("b", 2).done("b", 1);
    let expected = [
        "TASK [at [0, 1]]",
        "ok: [a]",
        "ok: [b]",
        "included: /p/b.yml for b",
        "TASK [at [0, 1, 0, 0]]",
        "ok: [b]",
        "TASK [at [0, 2]]",
        "ok: [a]",
        "ok: [b]",
    ];
    assert_eq!(pace.lines(), expected);
}

#[test]
fn a_host_that_is_out_is_not_waited_for() {
    let mut pace = Pace::new(true, &[&[0, 1], &[0, 2]]);
    pace.announced(0).done("a", 0).finished("a").done("b", 0).announced(1).done("b", 1);
    assert_eq!(pace.lines(), ["TASK [at [0, 1]]", "ok: [a]", "ok: [b]", "TASK [at [0, 2]]", "ok: [b]"]);
}

#[test]
fn free_hosts_are_told_of_as_they_come() {
    let mut pace = Pace::new(false, &[&[0, 1], &[0, 2]]);
    pace.announced(0).done("a", 0).announced(1).done("a", 1).done("b", 0).done("b", 1);
    let expected = [
        "TASK [at [0, 1]]",
        "ok: [a]",
        "TASK [at [0, 2]]",
        "ok: [a]",
        "TASK [at [0, 1]]",
        "ok: [b]",
        "TASK [at [0, 2]]",
        "ok: [b]",
    ];
    assert_eq!(pace.lines(), expected);
}

#[test]
fn files_that_are_brought_in_are_told_once_for_all_hosts() {
    let mut tape = Tape::new();
    tape.play("all", &["b", "a"]);
    let include = tape.task_of(None, "include", "include_tasks", TaskKind::Include);
    for name in ["a", "b"] {
        for label in ["x", "y"] {
            let (file, label) = ("/p/i.yml".to_owned(), Some(label.to_owned()));
            tape.push(Event::Included { host: host(name), task: include.clone(), file, label });
        }
        tape.loop_done(name, &include, ok());
    }
    let task = tape.task("next", "ping");
    tape.done("a", &task, skipped()).done("b", &task, changed(Vec::new())).end();
    assert_snapshot("ansible-included", &tape.plain(&output(Format::Ansible)));
}

proptest::proptest! {
    /// Three hosts go through the same tasks, each at its own pace, and some stop on the way.
    #[test]
    fn every_heading_stands_once_and_in_order(turns in proptest::collection::vec(0..3_usize, 0..60), stops in [0..=8_usize, 0..=8, 0..=8]) {
        const NAMES: [&str; 3] = ["a", "b", "c"];
        let positions: Vec<Vec<u32>> = (0..8).map(|number| vec![0, number]).collect();
        let positions: Vec<&[u32]> = positions.iter().map(Vec::as_slice).collect();
        let mut pace = Pace::new(true, &positions);
        if let Some(Event::Play { hosts, .. }) = pace.tape.events.last_mut() {
            *hosts = NAMES.iter().map(|name| host(name)).collect();
        }
        let (mut reached, mut announced) = ([0; 3], 0);
        for turn in turns.into_iter().chain((0..30).map(|turn| turn % 3)) {
            let task = reached[turn];
            match task.cmp(&stops[turn]) {
                std::cmp::Ordering::Less => {
                    if task == announced {
                        pace.announced(task);
                        announced += 1;
                    }
                    pace.done(NAMES[turn], task);
                }
                std::cmp::Ordering::Equal => { pace.finished(NAMES[turn]); }
                std::cmp::Ordering::Greater => {}
            }
            reached[turn] += 1;
        }
        let lines = pace.lines();
        let headings: Vec<&String> = lines.iter().filter(|line| line.starts_with("TASK")).collect();
        let expected: Vec<String> = (0..announced).map(|number| format!("TASK [at [0, {number}]]")).collect();
        proptest::prop_assert_eq!(headings, expected.iter().collect::<Vec<_>>());
        proptest::prop_assert_eq!(lines.len() - announced, stops.iter().sum::<usize>());
    }
}
