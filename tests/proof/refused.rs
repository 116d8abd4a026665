//! Settings that cannot be meant are refused before anything is touched, and the message leads to where they stand.

use crate::lab::{Host, Lab};
use crate::project::Project;
use std::fs;

/// What is set, the setting that is wrong, and what the message must say. It leads to the line of that setting, where there is one.
const REFUSED: [(&str, &str, &[&str]); 9] = [
    ("matrix_domain: \"\"", "matrix_domain", &["matrix_domain is ``", "the domain of your users' names"]),
    ("matrix_secret: \"\"", "matrix_secret", &["set matrix_secret", "32 or more random characters"]),
    ("matrix_secret: short", "matrix_secret", &["set matrix_secret", "32 or more random characters"]),
    (
        "matrix_secret: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "matrix_secret",
        &["set matrix_secret", "32 or more random characters"],
    ),
    (
        "matrix_coturn_port: 80",
        "matrix_coturn_port",
        &["one port of the host is taken twice: by matrix_nginx_proxy_http_port and by matrix_coturn_port"],
    ),
    (
        "matrix_nginx_proxy_enabled: false\nmatrix_synapse_published_port: 127.0.0.1:8765",
        "matrix_synapse_published_port",
        &["taken twice: by matrix_synapse_published_port and by matrix_client_element_published_port"],
    ),
    (
        "matrix_synapse_max_uplaod_size_mb: 10",
        "matrix_synapse_max_uplaod_size_mb",
        &[
            "nothing reads `matrix_synapse_max_uplaod_size_mb`",
            "did you mean `matrix_synapse_max_upload_size_mb`",
        ],
    ),
    (
        "matrix_nginx_proxy_tls: sefl-signed",
        "matrix_nginx_proxy_tls",
        &["must be none, self-signed, files or acme"],
    ),
    (
        "matrix_bridge_mautrix_telegram_enabled: true",
        "matrix_bridge_mautrix_telegram_api_hash",
        &["matrix_bridge_mautrix_telegram_api_hash must be set", "my.telegram.org"],
    ),
];

#[test]
fn what_cannot_be_meant_is_refused_before_anything_is_touched() {
    let lab = Lab::new();
    let host = lab.up("refusing", &["--preload"]);
    let project = Project::matrix_with(&[(&host, String::new())]);
    for (settings, wrong, said) in REFUSED {
        let inventory = beside_a_sound_one(&project, &host, settings);
        let mut said: Vec<String> = said.iter().map(|text| (*text).to_owned()).collect();
        let line = inventory.lines().position(|line| line.trim().starts_with(&format!("{wrong}:")));
        said.extend(line.map(|line| format!("hosts.yml:{}:", line + 1)));
        is_refused(&project, settings, &said);
        assert!(!host.holds("test -e /matrix || getent passwd matrix"), "{settings}: something was done");
    }
    same_on_the_command_line(&project, &host);
}

/// Describes the host with these settings, and once more under another name with nothing wrong: that is not touched, either.
fn beside_a_sound_one(project: &Project, host: &Host, settings: &str) -> String {
    project.describe(&[(host, String::new())]);
    let sound = fs::read_to_string(project.path("hosts.yml")).unwrap();
    let sound: String = sound.lines().skip(2).map(|line| format!("{line}\n")).collect();
    project.describe(&[(host, settings.to_owned())]);
    let wrong = fs::read_to_string(project.path("hosts.yml")).unwrap();
    let both = wrong + &sound.replace(&format!("    {}:", host.name), "    sound:");
    project.write("hosts.yml", &both);
    both
}

fn is_refused(project: &Project, settings: &str, said: &[String]) {
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
