//! From a bare Debian, without even Docker, to a server that people talk on.

use crate::changes::{compare, of};
use crate::containers;
use crate::lab::{Host, Lab};
use crate::project::{Project, changed};
use crate::server;
use crate::story::Story;

/// What a dry run cannot foretell, and why.
const UNFORETOLD: [(&str, &str); 0] = [];

#[test]
fn a_bare_host_becomes_a_server() {
    let lab = Lab::new();
    let host = bare_host(&lab);
    let project = Project::matrix(&[&host]);
    let mut story = Story::default();
    let mut foretold = Vec::new();
    let mut made = Vec::new();
    story.chapter("there is no Python before", || server::has_no_python(&host));
    story.chapter("a dry run goes well, and leaves no trace", || {
        foretold = project.events(&["--dry-run"]);
        assert!(!host.holds("test -e /matrix || test -e /usr/bin/docker || getent passwd matrix"));
    });
    story.chapter("the first run changes things", || {
        made = project.events(&[]);
        assert!(changed(&made, host.name) > 10);
    });
    story.chapter("the dry run foretold just these changes", || {
        compare(&of(&foretold), &of(&made), &UNFORETOLD)
    });
    story.chapter("the server is up", || server::is_up(&host));
    story.chapter("a second run changes nothing", || changes_nothing(&project, &host));
    story.chapter("two people talk", || server::two_people_talk(&project, &host));
    story.chapter("no process in a container has power", || containers::processes_have_no_power(&host));
    story.chapter("every container is hardened", || containers::are_hardened(&host));
    story.chapter("the journal has the only log", || {
        containers::log_to_the_journal_alone(&host, &containers::COMPONENTS)
    });
    story.chapter("nginx outlives Synapse", || server::nginx_outlives_synapse(&host));
    story.chapter("nginx starts before the others", || server::nginx_starts_first(&host));
    story.chapter("all comes back when Docker is restarted", || {
        host.sh("systemctl restart docker");
        server::is_up(&host);
    });
    story.chapter("all comes back after a reboot", || {
        host.reboot();
        server::is_up(&host);
    });
    story.chapter("a run after all this changes nothing", || changes_nothing(&project, &host));
    story.chapter("there is no Python after", || server::has_no_python(&host));
    story.end();
}

fn changes_nothing(project: &Project, host: &Host) {
    let events = project.events(&[]);
    assert_eq!(changed(&events, host.name), 0, "{:#?}", of(&events));
}

/// Docker, which comes later, must be told that a host of the lab shares its cgroups with the machine.
fn bare_host(lab: &Lab) -> Host<'_> {
    let host = lab.up("bare", &[]);
    let drop_in =
        include_str!("../lab/layers/host-docker/files/etc/systemd/system/docker.service.d/lab.conf");
    let folder = "/etc/systemd/system/docker.service.d";
    host.sh(&format!("mkdir -p {folder} && cat >{folder}/lab.conf <<'END'\n{drop_in}\nEND"));
    host
}
