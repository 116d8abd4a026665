//! Two servers with every component on, certificates from an authority, and the traffic that they are for.

use crate::containers;
use crate::lab::{Host, Lab, until};
use crate::project::{Project, changed};
use crate::story::Story;
use crate::traffic;
use crate::web::Site;
use crate::world;

/// All components, as their units and containers are named.
pub const ALL: [&str; 10] = [
    "matrix-bridge-mautrix-telegram",
    "matrix-bridge-mautrix-whatsapp",
    "matrix-client-element",
    "matrix-corporal",
    "matrix-coturn",
    "matrix-identity",
    "matrix-mailer",
    "matrix-nginx-proxy",
    "matrix-postgres",
    "matrix-synapse",
];

/// Those of the second server: clients go to its workers, so there is no Corporal.
fn with_workers() -> Vec<&'static str> {
    let workers = ["matrix-synapse-redis", "matrix-synapse-worker-1", "matrix-synapse-worker-2"];
    ALL.into_iter().filter(|name| *name != "matrix-corporal").chain(workers).collect()
}

/// Everything on; the lab's addresses are private, and its authority is not one of the public ones.
const SETTINGS: &str = "\
matrix_identity_enabled: true
matrix_bridge_mautrix_telegram_enabled: true
matrix_bridge_mautrix_telegram_api_id: 1
matrix_bridge_mautrix_telegram_api_hash: not-one-of-telegrams
matrix_bridge_mautrix_whatsapp_enabled: true
matrix_domain_served: true
matrix_nginx_proxy_tls: acme
matrix_nginx_proxy_acme_server: https://world.lab.test:14000/dir
matrix_mailer_relay_host: world.lab.test
matrix_mailer_relay_port: 25
matrix_coturn_forbidden_peers: []
matrix_synapse_trusted_key_servers: []
matrix_synapse_extra_mounts: [{source: /srv/root.pem, target: /root.pem, read_only: true}]
matrix_synapse_configuration: {ip_range_whitelist: [10.213.0.0/16], federation_custom_ca_list: [/root.pem]}
matrix_self_check_certificates_validated: false
";

/// Clients of the second server go to workers, which those of the first cannot: there they go through Corporal.
const SETTINGS_ONE: &str = "matrix_corporal_enabled: true\n";
const SETTINGS_TWO: &str = "matrix_synapse_workers: 2\nmatrix_element_hostname: chat.two.other.test\n";

/// The settings of one server.
fn settings(host: &Host, authority: &str, own: &str) -> String {
    format!(
        "matrix_domain: {}.lab.test\nmatrix_nginx_proxy_acme_authority_file: {authority}\n{SETTINGS}{own}",
        host.name
    )
}

#[test]
fn a_whole_server_does_what_it_is_for() {
    let lab = Lab::new();
    let world = lab.up("world", &["--preload"]);
    let (one, two) = (lab.up("one", &["--preload"]), lab.up("two", &["--preload"]));
    world::begin(&world);
    let project = Project::matrix_with(&[(&one, String::new()), (&two, String::new())]);
    let authority = project.write("authority.pem", &world::own_certificate(&world));
    let root = project.write("root.pem", &world::root_certificate(&world));
    let of = |host: &Host, own: &str| settings(host, authority.to_str().unwrap(), own);
    project.describe(&[(&one, of(&one, SETTINGS_ONE)), (&two, of(&two, SETTINGS_TWO))]);
    for host in [&one, &two] {
        host.sh(&format!("cat >/srv/root.pem <<'END'\n{}END", world::root_certificate(&world)));
    }
    let (first, second) = (Site { host: &one, root: root.clone() }, Site { host: &two, root });

    let mut story = Story::default();
    story.chapter("all components run after one run", || {
        project.events(&[]);
        all_run(&one, &ALL);
        all_run(&two, &with_workers());
    });
    story.chapter("a second run changes nothing", || {
        let events = project.events(&[]);
        assert_eq!(
            (changed(&events, "one"), changed(&events, "two")),
            (0, 0),
            "{:#?}",
            crate::changes::of(&events)
        );
    });
    story.chapter("what the servers say of themselves is right", || {
        project.run(&["--tags", "self-check"]).fine();
    });
    story.chapter("each name has a certificate of its own, and may be of any domain", || {
        traffic::certificates_are_separate(&first, "element.one.lab.test");
        traffic::certificates_are_separate(&second, "chat.two.other.test");
    });
    story.chapter("clients go through Corporal, other servers do not", || {
        traffic::corporal_is_in_front(&first)
    });
    story.chapter("Element points at the homeserver", || traffic::element_points_home(&first));
    story.chapter("people of two servers talk", || traffic::two_servers_talk(&project, &first, &second));
    story.chapter("workers take their share", || traffic::workers_take_their_share(&second));
    story.chapter("a mail of the homeserver arrives", || traffic::mail_arrives(&first, &world));
    story.chapter("a call is relayed", || traffic::a_call_is_relayed(&first, &two));
    story.chapter("the bridges are known to the homeserver", || traffic::bridges_are_known(&one));
    story.chapter("the identity server answers", || {
        assert_eq!(first.status("matrix.", "/_matrix/identity/v2"), "200");
    });
    story.chapter("a new certificate restarts nothing", || traffic::renewal_restarts_nothing(&one));
    story.chapter("no container has power", || {
        traffic::nobody_has_power(&one, &ALL);
        traffic::nobody_has_power(&two, &with_workers());
    });
    story.chapter("the journal has the only log", || {
        containers::log_to_the_journal_alone(&one, &ALL);
        containers::log_to_the_journal_alone(&two, &with_workers());
    });
    story
        .chapter("nginx begins though nobody else is there, and serves who comes", || nginx_is_first(&first));
    story.chapter("each fails alone, and comes back alone", || comes_back_alone(&first));
    story.chapter("all comes back when Docker is restarted", || {
        one.sh("systemctl restart docker");
        all_run(&one, &ALL);
    });
    story.chapter("all comes back after a reboot", || {
        one.reboot();
        all_run(&one, &ALL);
        until("all answer", || answers(&first) == ["200"; 4]);
    });
    story.end();
}

/// Every component runs.
fn all_run(host: &Host, components: &[&str]) {
    let each =
        format!("for unit in {}; do systemctl is-active --quiet $unit || exit 1; done", components.join(" "));
    until("all components run", || host.holds(&each));
}

/// What those behind nginx answer, and nginx itself.
fn answers(site: &Site) -> [String; 4] {
    [
        ("matrix.", "/_matrix/client/versions"),
        ("matrix.", "/_matrix/identity/v2"),
        ("element.", "/"),
        ("", "/.well-known/matrix/server"),
    ]
    .map(|(beginning, path)| site.status(beginning, path))
}

/// The others follow in the order in which they need each other least.
fn nginx_is_first(site: &Site) {
    let host = site.host;
    host.sh(&format!("systemctl stop {}", ALL.join(" ")));
    host.sh("systemctl start matrix-nginx-proxy");
    until("nginx answers", || answers(site) == ["502", "502", "502", "200"]);
    for component in ALL.iter().filter(|component| **component != "matrix-nginx-proxy") {
        host.sh(&format!("systemctl start {component}"));
    }
    all_run(host, &ALL);
    until("all answer", || answers(site) == ["200"; 4]);
}

/// All are killed, one after the other: nobody goes down with another, and each is up again without anybody's doing.
fn comes_back_alone(site: &Site) {
    let host = site.host;
    let restarts = || host.sh(&format!("systemctl show --property NRestarts --value {}", ALL.join(" ")));
    let before: Vec<u32> = numbers(&restarts());
    for component in ALL {
        host.sh(&format!("docker kill {component}"));
    }
    let once_more: Vec<u32> = before.iter().map(|count| count + 1).collect();
    until("each has been started once more", || numbers(&restarts()) == once_more);
    all_run(host, &ALL);
    until("all answer", || answers(site) == ["200"; 4]);
    assert_eq!(numbers(&restarts()), once_more, "somebody went down with another");
}

fn numbers(lines: &str) -> Vec<u32> {
    lines.split_whitespace().map(|line| line.parse().unwrap()).collect()
}
