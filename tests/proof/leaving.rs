//! What is restarted, what is left alone when something breaks, and what is taken away.

use crate::lab::{Host, Lab};
use crate::project::Project;
use crate::story::Story;

#[test]
fn only_what_must_be_is_touched() {
    let lab = Lab::new();
    let host = lab.up("leaving", &["--preload"]);
    let project = Project::matrix_with(&[(&host, String::new())]);
    let mut story = Story::default();
    story.chapter("it starts", || drop(project.run(&[]).fine()));
    story.chapter("only what changed is restarted", || {
        let before = started(&host);
        project.run(&["-e", "matrix_coturn_user_quota=13"]).fine();
        assert_eq!(changes(&before, &started(&host)), ["matrix-coturn"]);
    });
    story.chapter("what does not start is told with its last words, and the others go on", || {
        let run =
            project.run(&["-e", "matrix_mailer_lines=['nonsense']", "-e", "matrix_coturn_user_quota=14"]);
        let said = run.ends_with(2).said();
        assert!(said.contains("`matrix-mailer`") && said.contains("Exim configuration error"), "{said}");
        assert!(host.holds("systemctl is-active --quiet matrix-coturn matrix-synapse matrix-nginx-proxy"));
        assert!(host.holds("grep -q user-quota=14 /matrix/coturn/config/turnserver.conf"));
    });
    story.chapter("when that is mended, the next run starts it", || {
        project.run(&[]).fine();
        assert!(host.holds("systemctl is-active --quiet matrix-mailer"));
    });
    story.chapter("what is switched off is stopped, and its data stays", || {
        project.run(&["-e", "{matrix_postgres_enabled: false, matrix_client_element_enabled: false}"]).fine();
        for component in ["matrix-postgres", "matrix-client-element"] {
            assert!(
                !host.holds(&format!("docker inspect {component} || systemctl cat {component}")),
                "{component}"
            );
        }
        assert!(host.holds("test -f /matrix/postgres/data/PG_VERSION"));
        assert!(host.holds("curl -fs -H 'Host: matrix.lab.test' http://127.0.0.1/_matrix/client/versions"));
    });
    story.chapter("data is removed where it is named, of what is off", || {
        data_is_removed_by_name(&host, &project)
    });
    story.chapter("and when it is on again, the data is the same", || {
        project.run(&[]).fine();
        assert!(
            host.holds("docker exec matrix-postgres psql -U postgres -d synapse -c 'SELECT 1 FROM users'")
        );
    });
    story.chapter("what left the inventory is told, and removed when asked for", || {
        is_pruned(&host, &project)
    });
    story.end();
}

fn data_is_removed_by_name(host: &Host, project: &Project) {
    let off = "matrix_client_element_enabled: false";
    let remove = |settings: &str| project.run(&["--tags", "remove-data", "-e", &format!("{{{settings}}}")]);
    for settings in ["component: matrix-client-element", "component: element", off] {
        let said = remove(settings).ends_with(2).said();
        assert!(
            said.contains("must be switched off") && host.holds("test -d /matrix/client-element"),
            "{said}"
        );
    }
    remove(&format!("{off}, component: matrix-client-element")).fine();
    assert!(host.holds("test ! -e /matrix/client-element && test -f /matrix/postgres/data/PG_VERSION"));
}

/// A component that nobody speaks of any more.
fn is_pruned(host: &Host, project: &Project) {
    let old = "- hosts: all\n  gather_facts: false\n  tasks:\n    - file: {path: /srv/old, state: directory}\n    \
        - component:\n        name: matrix-old\n        state: started\n        image: docker.io/library/busybox:latest\n        \
        user: '350:350'\n        networks: [matrix]\n        command: [sleep, infinity]\n        stays_up: 1\n        \
        mounts: [{source: /srv/old, target: /data}]\n";
    Project::of_playbook(old, &[host]).run(&[]).fine();
    let events = project.events(&[]);
    let told = events.iter().any(|event| event["result"]["orphans"].to_string().contains("matrix-old"));
    assert!(told && host.holds("systemctl is-active --quiet matrix-old"));
    let foretold = project.run(&["--prune", "--dry-run"]).fine().said();
    assert!(
        foretold.contains("matrix-old") && host.holds("systemctl is-active --quiet matrix-old"),
        "{foretold}"
    );
    project.run(&["--prune"]).fine();
    assert!(!host.holds("docker inspect matrix-old || systemctl cat matrix-old"));
    assert!(host.holds("test -d /srv/old && systemctl is-active --quiet matrix-synapse"));
}

/// When each container was started.
fn started(host: &Host) -> Vec<String> {
    let said = host.sh("docker inspect --format '{{.Name}} {{.State.StartedAt}}' $(docker ps -q) | sort");
    said.lines().map(|line| line.trim_start_matches('/').to_owned()).collect()
}

fn changes<'a>(before: &[String], after: &'a [String]) -> Vec<&'a str> {
    let new = after.iter().filter(|line| !before.contains(line));
    new.map(|line| line.split(' ').next().unwrap()).collect()
}
