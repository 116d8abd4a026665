//! The same playbooks with `ansible-playbook` and with us: what is printed of every task, how it ends, and what is left.
//!
//! Each folder in `cases/` is a project for three names of this machine (`letters`), and each in `hosts/` one for two fresh hosts of the
//! lab, `one` and `two`, reached as the user `deploy`. A folder has
//! - `site.yml` and whatever it needs; `hosts`, where another inventory is wanted. `{{ work }}` is an empty directory on this machine;
//! - `runs`: the command lines, one a line; they may name other playbooks than `site.yml`. A line may start with `NAME=value` for the environment.
//!   Without it there is one run, with `-v`, which shows every result. Hosts of the lab stay as they are from one run to the next;
//! - `input`: what is typed;
//! - `unordered`: nothing is promised about the order of hosts and tasks.
//!
//! A run of Ansible that comes to no recap proves nothing, and is a mistake. Ansible is that of the differential tests, which comes from PyPI.

mod case;
mod host;
#[path = "../proof/lab.rs"]
#[expect(dead_code, reason = "the proof does more with its hosts")]
mod lab;
mod output;
mod pair;
mod place;
mod program;
#[path = "../differential/python.rs"]
#[expect(dead_code, reason = "the differential tests ask Python more")]
mod python;
mod tree;

use case::Case;
use program::Program;
use std::sync::Mutex;

/// How many cases on this machine run at the same time.
const AT_ONCE: usize = 2;

/// Checks the cases of a folder, each by itself, so many at a time, and tells all differences.
fn check(folder: &str, at_once: usize, run: impl Fn(&Case, &Program) -> Vec<String> + Sync) {
    let (theirs, ours) = program::both();
    let cases = Mutex::new(case::all(folder).into_iter());
    let next = || cases.lock().unwrap().next();
    let mistakes = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some(case) = next() {
                    let found = case.differences(&run(&case, &theirs), &run(&case, &ours));
                    mistakes.lock().unwrap().extend(found);
                }
            });
        }
    });
    let mistakes = mistakes.into_inner().unwrap();
    assert!(mistakes.is_empty(), "- is theirs, + is ours\n{}", mistakes.join("\n"));
}

#[test]
fn every_case_is_run_as_ansible_runs_it() {
    check("cases", AT_ONCE, place::runs);
}

#[test]
fn hosts_are_left_as_ansible_leaves_them() {
    check("hosts", 1, pair::runs);
}
