//! Projects of compose: what its own dry run foretells, and what comes of it.

use crate::changes::{compare, of};
use crate::lab::{Host, Lab};
use crate::project::{Project, changed};
use crate::story::Story;
use serde_json::Value;

/// The steps, in their order: the tag, whether a second run does the same once more, and the containers that are there then.
const STEPS: [(&str, bool, &str); 14] = [
    ("up", false, "app-web-1 running"),
    ("profile", false, "app-more-1 running, app-web-1 running"),
    ("changed", false, "app-web-1 running"),
    ("twice", false, "app-web-1 running, app-web-2 running"),
    ("stopped", false, "app-web-1 exited, app-web-2 exited"),
    ("once", false, "app-web-1 running"),
    ("restarted", true, "app-web-1 running"),
    ("anew", true, "app-web-1 running"),
    ("files", false, "app-web-1 running"),
    ("absent", false, ""),
    ("inline", false, "inline-web-1 running"),
    ("gone", false, ""),
    ("built", false, "built-web-1 running"),
    ("unbuilt", false, ""),
];

#[test]
fn projects_of_compose_become_what_was_foretold() {
    let lab = Lab::new();
    let host = lab.up("compose", &["--docker", "--preload"]);
    let project = Project::of_playbook(include_str!("compose.yml"), &[&host]);
    let cache = format!("cache={}", host.sh("apt-config dump --format %v Acquire::http::Proxy"));
    project.run(&["--tags", "compose", "-e", cache.trim()]).fine();
    let mut story = Story::default();
    for (tag, repeats, containers) in STEPS {
        story.chapter(tag, || {
            let step = |more: &[&str]| project.events(&[&["--tags", tag], more].concat());
            let foretold = step(&["--dry-run"]);
            compare(&of(&foretold), &of(&step(&[])), &[]);
            assert_eq!(containers_of(&host), containers);
            let again = step(&[]);
            assert_eq!(changed(&again, host.name) > 0, repeats, "{:#?}", of(&again));
        });
    }
    story.chapter("what compose cannot know yet is not foretold", || {
        assert_eq!(status(&project.events(&["--tags", "fetched", "--dry-run"]), "Pull it"), "depends");
        assert_eq!(status(&project.events(&["--tags", "fetched"]), "Pull it"), "changed");
        for (tag, task) in [("joined", "Join it"), ("named", "Up with variables")] {
            project.run(&["--tags", tag]).fine();
            assert_eq!(status(&project.events(&["--tags", tag, "--dry-run"]), task), "ok", "{tag}");
        }
        host.sh("docker rm -f joined-web-1; docker network rm outer");
        assert_eq!(status(&project.events(&["--tags", "joined", "--dry-run"]), "Join it"), "depends");
        let other = ["--tags", "named", "-e", "who=bob"];
        let foretold = project.events(&[&other[..], &["--dry-run"]].concat());
        assert_eq!(status(&foretold, "Up with variables"), "depends");
        assert_eq!(status(&project.events(&other), "Up with variables"), "changed");
    });
    story.end();
}

/// What came of a task, by its name.
fn status(events: &[Value], task: &str) -> String {
    let mut results =
        events.iter().filter(|event| event["event"] == "result" && event["task"]["name"] == task);
    results.next().unwrap()["status"].as_str().unwrap().to_owned()
}

fn containers_of(host: &Host) -> String {
    let lines = host.sh("docker ps --all --format '{{.Names}} {{.State}}' | sort");
    lines.lines().collect::<Vec<_>>().join(", ")
}
