//! Two servers with every component on, certificates from an authority, and the traffic that they are for.

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

/// Everything on; the lab's addresses are private, and its authority is not one of the public ones.
const SETTINGS: &str = "\
matrix_identity_enabled: true
matrix_corporal_enabled: true
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

/// The settings of one server.
pub fn settings(host: &Host, authority: &str) -> String {
    format!(
        "matrix_domain: {}.lab.test\nmatrix_nginx_proxy_acme_authority_file: {authority}\n{SETTINGS}",
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
    let of = |host: &Host| settings(host, authority.to_str().unwrap());
    project.describe(&[(&one, of(&one)), (&two, of(&two))]);
    for host in [&one, &two] {
        host.sh(&format!("cat >/srv/root.pem <<'END'\n{}END", world::root_certificate(&world)));
    }
    let (first, second) = (Site { host: &one, root: root.clone() }, Site { host: &two, root });

    let mut story = Story::default();
    story.chapter("all components run after one run", || {
        project.events(&[]);
        [&one, &two].into_iter().for_each(all_run);
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
    story.chapter("each name has a certificate of its own", || traffic::certificates_are_separate(&first));
    story.chapter("clients go through Corporal, other servers do not", || {
        traffic::corporal_is_in_front(&first)
    });
    story.chapter("Element points at the homeserver", || traffic::element_points_home(&first));
    story.chapter("people of two servers talk", || traffic::two_servers_talk(&project, &first, &second));
    story.chapter("a mail of the homeserver arrives", || traffic::mail_arrives(&first, &world));
    story.chapter("a call is relayed", || traffic::a_call_is_relayed(&first, &two));
    story.chapter("the bridges are known to the homeserver", || traffic::bridges_are_known(&one));
    story.chapter("the identity server answers", || {
        assert_eq!(first.status("matrix.", "/_matrix/identity/v2"), "200");
    });
    story.chapter("a new certificate restarts nothing", || traffic::renewal_restarts_nothing(&one));
    story.chapter("no container has power, and a setuid program gains none", || {
        traffic::nobody_gains_power(&one)
    });
    story.chapter("each comes back alone", || comes_back_alone(&one));
    story.chapter("all comes back when Docker is restarted", || {
        one.sh("systemctl restart docker");
        all_run(&one);
    });
    story.chapter("all comes back after a reboot", || {
        one.reboot();
        all_run(&one);
        until("the homeserver answers", || first.status("matrix.", "/_matrix/client/versions") == "200");
    });
    story.end();
}

/// Every component runs, and is healthy as far as Docker knows.
pub fn all_run(host: &Host) {
    for component in ALL {
        until(&format!("{component} runs"), || {
            host.holds(&format!("systemctl is-active --quiet {component}"))
        });
    }
}

/// Each one is killed in turn: the others stay up, and it is there again.
fn comes_back_alone(host: &Host) {
    let started = "docker inspect --format '{{.State.StartedAt}}'";
    for component in ["matrix-postgres", "matrix-synapse", "matrix-nginx-proxy", "matrix-mailer"] {
        let others: Vec<&str> = ALL.into_iter().filter(|other| *other != component).collect();
        let command = format!("{started} {}", others.join(" "));
        let (before, its) = (host.sh(&command), host.sh(&format!("{started} {component}")));
        host.sh(&format!("docker kill {component}"));
        until(&format!("{component} is back"), || {
            let now = host.sh(&format!("{started} {component} 2>/dev/null || true"));
            !now.trim().is_empty() && now != its
        });
        assert_eq!(before, host.sh(&command), "others went down with {component}");
    }
}
