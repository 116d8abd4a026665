//! The words of the command line on a real host: what is picked, what is listed, and how the program exits.

use crate::client;
use crate::containers::COMPONENTS;
use crate::lab::{Host, Lab};
use crate::project::{Project, changed};
use crate::story::Story;

const PLAYBOOK: &str = r#"
- hosts: matrix_servers
  gather_facts: false
  tasks:
    - name: One
      copy: {content: one, dest: /srv/one}
      tags: one
    - name: Two
      copy: {content: two, dest: /srv/two}
      tags: two
    - name: Fail if told to
      fail: {msg: as told}
      when: broken | default(false)
"#;

#[test]
fn words_mean_what_users_know() {
    let lab = Lab::new();
    let host = lab.up("words", &["--preload"]);
    let mut story = Story::default();
    story.chapter("lists touch no host", || lists(&host));
    story.chapter("exit codes", || exit_codes(&host));
    story.chapter("tags and limits", || picks(&host));
    story.chapter("one role alone, wired as in the whole", || one_role(&host));
    story.end();
}

fn lists(host: &Host) {
    let project = Project::matrix(&[host]);
    project.know(&[]);
    for word in ["--list-hosts", "--list-tasks", "--list-tags", "--syntax-check"] {
        let run = project.run(&[word]).fine();
        assert!(run.stdout.contains("site.yml"), "{word}: {}", run.said());
    }
    assert!(project.run(&["--list-hosts"]).stdout.contains("words"));
    let tasks = project.run(&["--list-tasks"]).stdout;
    assert!(tasks.contains("Make the signing key, once") && !tasks.contains("Stop everything"), "{tasks}");
    let tags = project.run(&["--list-tags"]).stdout;
    assert!(tags.contains("setup-synapse") && tags.contains("start"), "{tags}");
    let one = project.run(&["--list-tasks", "--role", "matrix-nginx-proxy"]).stdout;
    assert!(one.contains("Write the configuration of the proxy") && !one.contains("signing key"), "{one}");
}

fn exit_codes(host: &Host) {
    let project = Project::of_playbook(PLAYBOOK, &[host]);
    project.run(&["-e", "broken=true"]).ends_with(2);
    host.sh("rm -f /srv/one /srv/two");
    project.run(&["--dry-run", "--exit-code"]).ends_with(3);
    project.run(&["--dry-run"]).ends_with(0);
    project.run(&[]).ends_with(0);
    project.run(&["--dry-run", "--exit-code"]).ends_with(0);
    project.run(&["absent.yml"]).ends_with(4);
    project.run(&["--no-such-word"]).ends_with(5);
    let mistake =
        project.write("project/mistake.yml", "- hosts: all\n  tasks:\n    - copi: {src: a, dest: b}\n");
    project.run(&[mistake.to_str().unwrap()]).ends_with(4);
    project.know(&[]);
    project.run(&[]).ends_with(4);
}

fn picks(host: &Host) {
    host.sh("rm -f /srv/one /srv/two");
    let project = Project::of_playbook(PLAYBOOK, &[host]);
    assert_eq!(changed(&project.events(&["--tags", "one"]), host.name), 1);
    assert!(host.holds("test -e /srv/one && ! test -e /srv/two"));
    assert_eq!(changed(&project.events(&["--skip-tags", "one"]), host.name), 1);
    host.sh("rm -f /srv/one");
    project.run(&["--limit", "all:!words"]);
    assert!(!host.holds("test -e /srv/one"));
    assert_eq!(changed(&project.events(&["--limit", "wor*"]), host.name), 1);
}

/// The role's variables come from the glue, though the others are not run.
fn one_role(host: &Host) {
    let project = Project::matrix(&[host]);
    let [_, _, _, nginx, ..] = COMPONENTS;
    project.run(&["--role", nginx]).fine();
    assert!(host.holds("test -e /etc/systemd/system/matrix-nginx-proxy.service"));
    assert!(!host.holds("ls /etc/systemd/system/matrix-synapse.service /matrix/synapse"));
    let configuration = host.sh("cat /matrix/nginx-proxy/config/nginx.conf");
    assert!(
        configuration.contains("matrix.lab.test") && configuration.contains("http://matrix-synapse:8008")
    );
    host.sh("systemctl start matrix-nginx-proxy");
    crate::lab::until("nginx answers", || {
        client::status(host, "matrix.lab.test", "/_matrix/client/versions") == "502"
    });
    let again = project.events(&["--role", nginx]);
    assert_eq!(changed(&again, host.name), 0);
}
