//! A controller that is killed leaves nothing that the next run does not put right.

use crate::lab::{Host, Lab};
use crate::project::{Project, changed};
use crate::server;
use crate::story::Story;
use crate::tree;
use std::io::{BufRead, BufReader};
use std::thread::sleep;
use std::time::Duration;

/// When the controller dies: so many milliseconds after it says this first.
const MOMENTS: [(&str, u64); 9] = [
    (r#""event":"play""#, 250),
    ("Make the directory of everything", 20),
    ("Make up a password for the superuser, once", 0),
    ("Declare the component of Postgres", 0),
    ("Make the signing key, once", 300),
    ("Declare the component of Synapse", 30),
    ("Write the configuration of the proxy", 0),
    ("Start what changed or is down", 50),
    ("Start what changed or is down", 600),
];

#[test]
fn a_killed_run_is_finished_by_the_next() {
    let lab = Lab::new();
    let (calm, killed) = (lab.up("calm", &["--preload"]), lab.up("killed", &["--preload"]));
    let mut story = Story::default();
    story.chapter("a run that nobody disturbs", || {
        Project::matrix(&[&calm]).run(&[]).fine();
    });
    let project = Project::matrix(&[&killed]);
    story.chapter("runs that are killed", || {
        let cut = MOMENTS.iter().filter(|moment| dies(&project, moment)).count();
        assert!(cut >= MOMENTS.len() - 2, "only {cut} runs were cut off");
    });
    story.chapter("the next run finishes", || {
        project.run(&[]).fine();
        server::is_up(&killed);
    });
    story.chapter("both hosts are the same", || tree::assert_same(&tree::of(&calm), &tree::of(&killed)));
    story.chapter("the run after that changes nothing", || {
        assert_eq!(changed(&project.events(&[]), killed.name), 0);
    });
    story.chapter("what is killed between change and restart is restarted", || {
        restarts_later(&project, &killed)
    });
    story.end();
}

/// Whether the run was still under way at its moment.
fn dies(project: &Project, (word, later): &(&str, u64)) -> bool {
    let mut run = project.start(&[]);
    let lines = BufReader::new(run.stdout.take().unwrap()).lines().map_while(Result::ok);
    let reached =
        lines.take_while(|line| !line.contains(r#""event":"recap""#)).any(|line| line.contains(word));
    sleep(Duration::from_millis(*later));
    let ended = run.try_wait().unwrap().is_some();
    run.kill().unwrap();
    run.wait().unwrap();
    println!("       killed at {word:?} + {later} ms{}", if ended { ": too late" } else { "" });
    reached && !ended
}

/// A changed setting is written, the controller dies before the restart, the same run again restarts it.
fn restarts_later(project: &Project, host: &Host) {
    let started = "docker inspect --format '{{.State.StartedAt}}' matrix-client-element";
    let before = host.sh(started);
    let change = ["-e", "matrix_client_element_pids=77"];
    project.run(&[&change[..], &["--skip-tags", "start"]].concat()).fine();
    assert_eq!(host.sh(started), before, "it was restarted though nobody asked for it");
    project.run(&change).fine();
    assert_ne!(host.sh(started), before, "it was not restarted");
    let limit = host.sh("docker inspect --format '{{.HostConfig.PidsLimit}}' matrix-client-element");
    assert_eq!(limit.trim(), "77");
}
