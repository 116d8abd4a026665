//! Settings that cannot be meant are refused before anything is touched, and the message leads to where they stand.

use crate::lab::{Host, Lab};
use crate::project::Project;

/// What is set, and what the message must say.
const REFUSED: [(&str, &[&str]); 9] = [
    ("matrix_domain: \"\"", &["set matrix_domain to your domain", "`matrix_domain` is set at", "hosts.yml:"]),
    ("matrix_secret: \"\"", &["matrix_secret to 32 or more random characters"]),
    ("matrix_secret: short", &["matrix_secret to 32 or more random characters", "`matrix_secret` is set at"]),
    (
        "matrix_secret: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        &["matrix_secret to 32 or more random characters"],
    ),
    (
        "matrix_coturn_port: 80",
        &[
            "two components want one port of the host",
            "matrix_coturn_port: 80",
            "matrix_nginx_proxy_http_port: 80",
        ],
    ),
    (
        "matrix_nginx_proxy_enabled: false\nmatrix_synapse_published_port: 127.0.0.1:8765",
        &[
            "two components want one port",
            "matrix_synapse_published_port",
            "matrix_client_element_published_port",
        ],
    ),
    (
        "matrix_synapse_max_uplaod_size_mb: 10",
        &[
            "nothing reads `matrix_synapse_max_uplaod_size_mb`",
            "did you mean `matrix_synapse_max_upload_size_mb`",
            "hosts.yml:",
        ],
    ),
    ("matrix_nginx_proxy_tls: sefl-signed", &["must be none, self-signed, files or acme"]),
    (
        "matrix_bridge_mautrix_telegram_enabled: true",
        &["matrix_bridge_mautrix_telegram_api_hash must be set", "my.telegram.org"],
    ),
];

#[test]
fn what_cannot_be_meant_is_refused_before_anything_is_touched() {
    let lab = Lab::new();
    let host = lab.up("refusing", &["--preload"]);
    let project = Project::matrix_with(&[(&host, String::new())]);
    for (settings, said) in REFUSED {
        project.describe(&[(&host, settings.to_owned())]);
        is_refused(&project, settings, said);
        assert!(!host.holds("test -e /matrix || getent passwd matrix"), "{settings}: something was done");
    }
    same_on_the_command_line(&project, &host);
}

fn is_refused(project: &Project, settings: &str, said: &[&str]) {
    let run = project.run(&[]);
    assert!(run.code != 0, "{settings}: {}", run.said());
    let printed = run.said().replace(['\n'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
    for text in said {
        assert!(printed.contains(text), "{settings}: `{text}` is not in: {}", run.said());
    }
    assert!(!run.said().contains("aaaaaaaa"), "a secret is shown: {}", run.said());
}

/// A slip in --extra-vars is one, too; and without it, there is nothing to refuse.
fn same_on_the_command_line(project: &Project, host: &Host) {
    project.describe(&[(host, String::new())]);
    let run = project.run(&["--dry-run", "-e", "matrix_synapse_enabledd=false"]);
    assert!(run.code != 0 && run.said().contains("did you mean `matrix_synapse_enabled`"), "{}", run.said());
    project.run(&["--dry-run"]).fine();
}
