//! What a dry run foretells on a real host, where packages, users, services and containers build on each other.

use crate::changes::{compare, of};
use crate::lab::{Host, Lab};
use crate::project::{Project, changed};
use crate::story::Story;

/// Each task needs what the one before it makes.
const PLAYBOOK: &str = include_str!("truth.yml");

/// What a dry run cannot foretell, and why.
const UNFORETOLD: [(&str, &str); 1] =
    [("`Say something in it`", "a program inside a container that is not there yet")];

#[test]
fn what_builds_on_itself_is_foretold() {
    let lab = Lab::new();
    let host = lab.up("truth", &["--docker", "--preload"]);
    let project = Project::of_playbook(PLAYBOOK, &[&host]);
    let mut story = Story::default();
    let (mut foretold, mut made) = (Vec::new(), Vec::new());
    story.chapter("a dry run leaves no trace", || {
        foretold = project.events(&["--dry-run"]);
        assert!(!host.holds("getent passwd app || test -e /srv/app || docker inspect web"));
    });
    story.chapter("the run does what was foretold", || {
        made = project.events(&[]);
        assert!(changed(&made, host.name) > 10);
        compare(&of(&foretold), &of(&made), &UNFORETOLD);
    });
    story.chapter("containers are as they should be", || is_as_asked_for(&host));
    story.chapter("a second run changes nothing", || {
        let again = project.events(&["--skip-tags", "always_changes"]);
        assert_eq!(changed(&again, host.name), 0, "{:#?}", of(&again));
    });
    story.end();
}

fn is_as_asked_for(host: &Host) {
    let of = |format: &str| host.sh(&format!("docker inspect --format '{format}' web")).trim().to_owned();
    assert_eq!(of("{{.State.Health.Status}} {{.HostConfig.Memory}}"), "healthy 67108864");
    assert_eq!(of("{{.NetworkSettings.Networks.inner.IPAddress}}"), "10.99.0.7");
    assert_eq!(
        of("{{json .HostConfig.PortBindings}}"),
        r#"{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"8080"}]}"#
    );
    assert!(host.holds("docker exec web sh -c 'test $TOKEN = \"a b\" && ! touch /x'"));
    assert!(host.holds("stat -c %U /srv/app | grep -qx app"));
}

/// A component with a file that is read again and one that is not.
const COMPONENT: &str = include_str!("component.yml");

#[test]
fn a_component_is_reloaded_where_that_is_enough() {
    let lab = Lab::new();
    let host = lab.up("component", &["--docker", "--preload"]);
    let project = Project::of_playbook(COMPONENT, &[&host]);
    let mut story = Story::default();
    let process = || host.sh("docker inspect --format '{{.State.Pid}}' sleeper");
    let mut first = String::new();
    story.chapter("it runs", || {
        project.events(&[]);
        first = process();
    });
    story.chapter("it reads its file again, and is not restarted", || {
        project.events(&["-e", "again=two"]);
        assert_eq!(process(), first);
        assert!(host.sh("journalctl -q -o cat -u sleeper").contains("again two"));
    });
    story.chapter("it is restarted where that is needed", || {
        project.events(&["-e", "again=two", "-e", "once=two"]);
        assert_ne!(process(), first);
        let nothing = project.events(&["-e", "again=two", "-e", "once=two"]);
        assert_eq!(changed(&nothing, host.name), 0, "{:#?}", of(&nothing));
    });
    story.chapter("one that nobody names is told, and taken away when that is asked for", || {
        let events = project.events(&["--tags", "start", "-e", "kept=other"]);
        assert_eq!(changed(&events, host.name), 0);
        project.events(&["--tags", "start", "-e", "kept=other", "-e", "prune=true"]);
        assert!(!host.holds("systemctl cat sleeper || docker inspect sleeper"));
        assert!(host.holds("test -e /srv/conf/once.conf && ! systemctl --failed --quiet | grep sleeper"));
    });
    story.end();
}
