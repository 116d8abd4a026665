//! Each role alone, in a playbook of its own, on a host that has nothing of the others.

use crate::lab::{Host, Lab, root, until};
use crate::project::Project;

/// The role, what must be set (besides what the lab has under other names: nothing for most), and how it is known to work.
const ROLES: [(&str, &str, &str); 11] = [
    ("base", "", "docker network inspect matrix && test -d /matrix && getent passwd matrix"),
    (
        "postgres",
        "matrix_postgres_version: '15'",
        "docker exec matrix-postgres psql -U postgres -c 'SELECT 1'",
    ),
    ("mailer", "matrix_mailer_version: '4.96'", UP),
    ("identity", "", "curl -fs http://127.0.0.1:8090/_matrix/identity/v2"),
    ("coturn", "matrix_coturn_version: 4.6.1", UP),
    ("synapse", "", "curl -fs http://127.0.0.1:8008/_matrix/client/versions"),
    (
        "corporal",
        "matrix_corporal_image: docker.io/provision-lab/matrix-corporal-stand-in:latest, \
         matrix_corporal_registration_shared_secret: one-of-the-homeserver, \
         matrix_corporal_auth_shared_secret: another-of-the-homeserver",
        UP,
    ),
    (
        "bridge-mautrix-telegram",
        "matrix_bridge_mautrix_telegram_as_token: one-of-the-homeserver, \
         matrix_bridge_mautrix_telegram_hs_token: another-of-the-homeserver, \
         matrix_bridge_mautrix_telegram_api_id: 1, matrix_bridge_mautrix_telegram_api_hash: some",
        UP,
    ),
    (
        "bridge-mautrix-whatsapp",
        "matrix_bridge_mautrix_whatsapp_image: docker.io/provision-lab/mautrix-whatsapp-stand-in:latest, \
         matrix_bridge_mautrix_whatsapp_as_token: one-of-the-homeserver, \
         matrix_bridge_mautrix_whatsapp_hs_token: another-of-the-homeserver",
        UP,
    ),
    (
        "client-element",
        "matrix_client_element_image: docker.io/provision-lab/element-web-stand-in:latest",
        "curl -fs http://127.0.0.1:8765/config.json | grep -q matrix.org",
    ),
    (
        "nginx-proxy",
        "matrix_nginx_proxy_version: '1.22'",
        "test $(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1/) = 404",
    ),
];

/// Its task has waited until it was healthy.
const UP: &str = "true";

#[test]
fn each_role_works_alone() {
    let lab = Lab::new();
    let host = lab.up("alone", &["--preload"]);
    for (role, settings, works) in ROLES {
        assert_eq!(host.sh(REMAINS), "", "before {role}");
        let playbook = format!(
            "- hosts: all\n  gather_facts: false\n  vars: {{{settings}}}\n  roles: [{}/matrix-{role}]\n",
            root().join("roles").display()
        );
        Project::of_playbook(&playbook, &[&host]).run(&[]).fine();
        until(role, || host.holds(works) && is_up(&host, role));
        host.sh(SWEEP);
    }
}

fn is_up(host: &Host, role: &str) -> bool {
    role == "base" || host.holds(&format!("systemctl is-active --quiet matrix-{role}"))
}

/// All that a role may leave behind, apart from images: nothing on a fresh host.
const REMAINS: &str = "ls -d /matrix /etc/provision/components /etc/systemd/system/matrix* 2>/dev/null; \
    docker ps -aq; docker network ls -q --filter name=matrix; getent passwd matrix; true";

const SWEEP: &str = "systemctl stop 'matrix-*'; rm -rf /matrix /etc/provision/components /etc/systemd/system/matrix*; \
    find /etc/systemd/system -xtype l -delete; systemctl daemon-reload; docker ps -aq | xargs -r docker rm -f; \
    docker network ls -q --filter name=matrix | xargs -r docker network rm; userdel matrix; groupdel matrix; true";
