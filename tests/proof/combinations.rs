//! Every combination of components, on and off: what it would get is rendered, and judged by the programs that read it.

use crate::lab::{Host, Lab, root};
use crate::project::Project;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// What can be on or off, as its variables begin after `matrix_`.
const SWITCHES: [&str; 10] = [
    "postgres",
    "mailer",
    "identity",
    "coturn",
    "synapse",
    "corporal",
    "bridge_mautrix_telegram",
    "bridge_mautrix_whatsapp",
    "client_element",
    "nginx_proxy",
];

/// Templates that depend on who else is there, and the component that they are for.
const TEMPLATES: [(&str, &str); 4] = [
    ("nginx_proxy", "matrix-nginx-proxy/templates/nginx.conf.j2"),
    ("synapse", "matrix-synapse/templates/homeserver.yaml.j2"),
    ("client_element", "matrix-client-element/templates/config.json.j2"),
    ("identity", "matrix-identity/templates/sydent.conf.j2"),
];

/// The settings of the combination with this number: a switch for each bit. Odd ones have TLS, others have none.
fn settings(number: usize, tls: &str) -> String {
    let mut lines = format!(
        "matrix_domain: lab.test\nmatrix_nginx_proxy_tls: {tls}\n\
         matrix_bridge_mautrix_telegram_api_id: 1\nmatrix_bridge_mautrix_telegram_api_hash: some\n"
    );
    for (bit, name) in SWITCHES.iter().enumerate() {
        lines.push_str(&format!("matrix_{name}_enabled: {}\n", number >> bit & 1 == 1));
    }
    lines
}

/// Renders on this machine what each host would get, after all that is checked before a run; no host is asked.
fn rendering() -> String {
    let roles = fs::read_dir(root().join("roles")).unwrap();
    let roles: BTreeSet<String> =
        roles.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let checked =
        roles.iter().filter(|role| root().join("roles").join(role).join("tasks/check.yml").exists());
    let checks: String =
        checked.map(|role| format!("    - {{import_role: {{name: {role}, tasks_from: check}}}}\n")).collect();
    let never: String = roles.iter().map(|role| format!("    - {{role: {role}, tags: never}}\n")).collect();
    let texts = TEMPLATES.iter().map(|(name, path)| {
        format!(
            "          {name}: \"{{{{ lookup('template', '{}/roles/{path}') if matrix_{name}_enabled else '' }}}}\"\n",
            root().display()
        )
    });
    let texts: String = texts.collect();
    format!(
        "- hosts: matrix_servers\n  gather_facts: false\n  pre_tasks:\n{checks}  roles:\n{never}  post_tasks:\n    \
         - name: rendered\n      debug:\n        msg:\n{texts}"
    )
}

/// The different texts of each template, over all combinations.
fn render_all(tls: &str) -> BTreeMap<&'static str, BTreeSet<String>> {
    let project = Project::of_playbook(&rendering(), &[]);
    for folder in ["roles", "group_vars", "templates"] {
        std::os::unix::fs::symlink(root().join(folder), project.path("project").join(folder)).unwrap();
    }
    let hosts = (0..1 << SWITCHES.len()).map(|number| {
        let lines: String = settings(number, tls).lines().map(|line| format!("      {line}\n")).collect();
        format!("    c{number:04}:\n      matrix_secret: {SECRET}\n{lines}")
    });
    let hosts: String = hosts.collect();
    project.write("hosts.yml", &format!("matrix_servers:\n  hosts:\n{hosts}"));
    let events = project.events(&[]);
    let rendered: Vec<&Value> = events
        .iter()
        .filter(|event| event["event"] == "result" && event["task"]["name"] == "rendered")
        .map(|event| &event["result"]["msg"])
        .collect();
    assert_eq!(rendered.len(), 1 << SWITCHES.len());
    let texts = |name: &str| {
        let all = rendered
            .iter()
            .map(|msg| msg[name].as_str().unwrap_or_else(|| panic!("{name}: {msg}")).to_owned());
        all.filter(|text| !text.is_empty()).collect()
    };
    TEMPLATES.iter().map(|(name, _)| (*name, texts(name))).collect()
}

const SECRET: &str = "3f9c1e7a5b2d8046f1a3c5e7092b4d6f8a0c2e4f6b8d0a1c";

/// Lays the texts onto the host, at /srv/texts/FOLDER/NUMBER.
fn lay(host: &Host, all: &[(&str, &BTreeSet<String>)]) {
    let project = Project::of_playbook(
        "- hosts: all\n  gather_facts: false\n  tasks:\n    - copy: {src: texts, dest: /srv/}\n",
        &[host],
    );
    for (folder, texts) in all {
        let folder = project.path("project/files/texts").join(folder);
        fs::create_dir_all(&folder).unwrap();
        for (number, text) in texts.iter().enumerate() {
            fs::write(folder.join(number.to_string()), text).unwrap();
        }
    }
    project.run(&[]).fine();
}

#[test]
fn what_every_combination_gets_is_good() {
    let (plain, tls) = (render_all("none"), render_all("self-signed"));
    let lab = Lab::new();
    let host = lab.up("judge", &["--preload"]);
    let both = |name| plain[name].union(&tls[name]).cloned().collect::<BTreeSet<String>>();
    let (nginx, synapse) = (both("nginx_proxy"), both("synapse"));
    assert!(nginx.len() > 16 && synapse.len() > 64, "{} and {}", nginx.len(), synapse.len());
    both("client_element").iter().for_each(|text| drop(serde_json::from_str::<Value>(text).unwrap()));
    lay(&host, &[("nginx", &nginx), ("synapse", &synapse)]);
    host.sh(CERTIFICATES);
    let said = host.sh(JUDGE_NGINX);
    assert_eq!(said.matches("test is successful").count(), nginx.len(), "{said}");
    let said = host.sh(JUDGE_SYNAPSE);
    assert_eq!(said.matches("good").count(), synapse.len(), "{said}");
}

const CERTIFICATES: &str = "for name in matrix element; do mkdir -p /srv/certificates/$name.lab.test; \
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=$name \
    -keyout /srv/certificates/$name.lab.test/privkey.pem -out /srv/certificates/$name.lab.test/fullchain.pem 2>/dev/null; done";

const JUDGE_NGINX: &str = "docker run --rm --network none -v /srv/certificates:/certificates:ro -v /srv/texts/nginx:/texts:ro \
    --entrypoint sh docker.io/library/nginx:1.22 -c 'for file in /texts/*; do nginx -t -e stderr -c $file; done' 2>&1";

/// Synapse's own reading of its configuration, with files for all that it refers to.
const JUDGE_SYNAPSE: &str = r#"docker run --rm -i --network none -v /srv/texts/synapse:/texts:ro --tmpfs /data --tmpfs /keys \
    --tmpfs /media --entrypoint python ghcr.io/element-hq/synapse:latest - 2>&1 <<'END'
import os, pathlib, sys
from signedjson.key import generate_signing_key, write_signing_keys
from synapse.config.homeserver import HomeServerConfig
os.makedirs("/data/secrets")
for name in ["registration_shared_secret", "macaroon_secret_key", "form_secret", "turn_shared_secret", "worker_replication_secret"]:
    pathlib.Path("/data/secrets", name).write_text("a secret of some length")
for name in ["telegram", "whatsapp"]:
    pathlib.Path("/data/secrets", f"app-service-{name}.yaml").write_text(
        f"id: {name}\nurl: http://{name}\nas_token: a{name}\nhs_token: b\nsender_localpart: {name}\nnamespaces: {{}}\n")
pathlib.Path("/data/log.yaml").write_text("version: 1\n")
write_signing_keys(open("/keys/signing.key", "w"), [generate_signing_key("a")])
for file in sorted(os.listdir("/texts")):
    HomeServerConfig.load_config("check", ["--config-path", f"/texts/{file}"])
    print("good", flush=True)
END"#;

/// All on, all off, each one off, each one alone.
fn covering() -> Vec<usize> {
    let all = (1 << SWITCHES.len()) - 1;
    let each = (0..SWITCHES.len()).flat_map(|bit| [1 << bit, all & !(1 << bit)]);
    [0, all].into_iter().chain(each).collect()
}

#[test]
fn combinations_are_planned_on_a_host_without_error() {
    let lab = Lab::new();
    let host = lab.up("plan", &["--preload"]);
    let project = Project::matrix_with(&[(&host, String::new())]);
    let mut units = BTreeSet::new();
    for (turn, number) in covering().into_iter().enumerate() {
        let tls = ["none", "self-signed", "acme"][turn % 3];
        project.describe(&[(&host, settings(number, tls))]);
        let events = project.events(&["--dry-run"]);
        units.extend(events.iter().flat_map(units_of));
    }
    assert!(units.len() > SWITCHES.len(), "{units:#?}");
    for (name, text) in units {
        let verified =
            format!("cat >/tmp/{name} <<'END'\n{text}END\nsystemd-analyze verify --man=no /tmp/{name} 2>&1");
        let said = host.sh(&verified);
        assert_eq!(said, "", "{name}: {text}");
    }
}

/// The units that a change would write: name and text.
fn units_of(event: &Value) -> Vec<(String, String)> {
    let changes = event["changes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let unit = |change: &Value| {
        let name = change["title"].as_str()?.strip_prefix("/etc/systemd/system/")?.to_owned();
        Some((name, change["text"]["after"].as_str()?.to_owned()))
    };
    changes.iter().filter_map(unit).collect()
}
