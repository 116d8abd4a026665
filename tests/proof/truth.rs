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
