//! What is restarted, what is left alone when something breaks, and what is taken away.

use crate::lab::{Host, Lab, until};
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
    story.chapter("and when it is on again, the data is the same", || {
        project.run(&[]).fine();
        assert!(
            host.holds("docker exec matrix-postgres psql -U postgres -d synapse -c 'SELECT 1 FROM users'")
        );
    });
    story.chapter("what left the inventory is told, and removed when asked for", || {
        is_pruned(&host, &project)
    });
    story.chapter("each role works alone", || alone(&host));
    story.end();
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

/// The roles that need nothing to be set, each in a playbook of its own on a host that has none of the others.
fn alone(host: &Host) {
    host.sh("systemctl stop 'matrix-*.service'; rm -f /etc/systemd/system/matrix-*.service; systemctl daemon-reload");
    host.sh("rm -rf /etc/provision /matrix; docker ps -aq | xargs -r docker rm -f; docker network prune -f");
    for (role, more) in [
        ("postgres", "matrix_postgres_version: '15'"),
        ("mailer", "matrix_mailer_version: '4.96'"),
        ("identity", ""),
        ("coturn", "matrix_coturn_version: 4.6.1"),
        ("synapse", ""),
        (
            "client-element",
            "matrix_client_element_image: docker.io/provision-lab/element-web-stand-in:latest",
        ),
        ("nginx-proxy", "matrix_nginx_proxy_version: '1.22'"),
    ] {
        let playbook = format!(
            "- hosts: all\n  gather_facts: false\n  vars: {{{more}}}\n  roles: [{}/matrix-{role}]\n",
            crate::lab::root().join("roles").display()
        );
        Project::of_playbook(&playbook, &[host]).run(&[]).fine();
        until(role, || host.holds(&format!("systemctl is-active --quiet matrix-{role}")));
        host.sh(&format!("systemctl stop matrix-{role}"));
    }
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
