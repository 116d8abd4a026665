//! Every combination of components, on and off: how they are wired, and what the programs say that read what is rendered.

use crate::lab::{Host, Lab, root};
use crate::project::Project;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::symlink;

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

/// A combination by its number: a bit for each switch.
#[derive(Clone, Copy)]
pub struct Combination(usize);

impl Combination {
    pub fn all() -> Vec<Combination> {
        (0..1 << SWITCHES.len()).map(Combination).collect()
    }

    pub fn number(self) -> usize {
        self.0
    }

    pub fn on(self, name: &str) -> bool {
        let bit = SWITCHES.iter().position(|switch| *switch == name).unwrap();
        self.0 >> bit & 1 == 1
    }

    /// Workers need a homeserver with Postgres.
    fn can_have_workers(self) -> bool {
        self.on("synapse") && self.on("postgres")
    }

    /// Its entry in an inventory, with these lines before its own.
    pub fn host(self, lines: &str, tls: &str, workers: bool) -> String {
        let mut own = format!("matrix_nginx_proxy_tls: {tls}\n{SETTINGS}");
        for name in SWITCHES {
            own.push_str(&format!("matrix_{name}_enabled: {}\n", self.on(name)));
        }
        if workers && self.can_have_workers() {
            own.push_str("matrix_synapse_workers: 2\n");
        }
        let own = lines.lines().chain(own.lines()).map(|line| format!("      {}\n", line.trim()));
        format!("    c{:04}:\n{}", self.0, own.collect::<String>())
    }
}

const SETTINGS: &str = "\
matrix_domain: lab.test
matrix_secret: 3f9c1e7a5b2d8046f1a3c5e7092b4d6f8a0c2e4f6b8d0a1c
matrix_nginx_proxy_version: '1.22'
matrix_bridge_mautrix_telegram_api_id: 1
matrix_bridge_mautrix_telegram_api_hash: some
";

/// Templates that depend on who else is there, and the component that they are for.
const TEMPLATES: [(&str, &str); 4] = [
    ("nginx_proxy", "matrix-nginx-proxy/templates/nginx.conf.j2"),
    ("synapse", "matrix-synapse/templates/homeserver.yaml.j2"),
    ("client_element", "matrix-client-element/templates/config.json.j2"),
    ("identity", "matrix-identity/templates/sydent.conf.j2"),
];

/// A playbook that says on this machine what each host would get, after all that is checked before a run; no host is asked.
/// What it says are lines of YAML.
fn saying(what: &str) -> String {
    let roles = fs::read_dir(root().join("roles")).unwrap();
    let roles: BTreeSet<String> =
        roles.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let checked =
        roles.iter().filter(|role| root().join("roles").join(role).join("tasks/check.yml").exists());
    let checks: String =
        checked.map(|role| format!("    - {{import_role: {{name: {role}, tasks_from: check}}}}\n")).collect();
    let never: String = roles.iter().map(|role| format!("    - {{role: {role}, tags: never}}\n")).collect();
    let what: String = what.lines().map(|line| format!("          {line}\n")).collect();
    format!(
        "- hosts: matrix_servers\n  gather_facts: false\n  pre_tasks:\n{checks}  roles:\n{never}  post_tasks:\n    \
         - name: said\n      debug:\n        msg:\n{what}"
    )
}

/// What is said for every combination, whose hosts these are.
fn said_for_all(what: &str, hosts: impl Fn(Combination) -> String) -> Vec<(Combination, Value)> {
    let project = Project::of_playbook(&saying(what), &[]);
    for folder in ["roles", "group_vars", "templates"] {
        symlink(root().join(folder), project.path("project").join(folder)).unwrap();
    }
    let hosts: String = Combination::all().into_iter().map(hosts).collect();
    project.write("hosts.yml", &format!("matrix_servers:\n  hosts:\n{hosts}"));
    let of_host = |event: Value| {
        let number = event["host"].as_str().unwrap().trim_start_matches('c').parse().unwrap();
        (Combination(number), event["result"]["msg"].clone())
    };
    let events = project.events(&[]).into_iter();
    let said = events.filter(|event| event["event"] == "result" && event["task"]["name"] == "said");
    let said: Vec<(Combination, Value)> = said.map(of_host).collect();
    assert_eq!(said.len(), Combination::all().len());
    said
}

/// Those combinations in which some component gets settings that it gets in none of those before, by their inventory.
///
/// A role reads its own variables and no others (`tests/roles`), and a combination sets those of the glue. So when these
/// have been planned, each component has been planned with all that any combination gives it.
pub fn telling(hosts: impl Fn(Combination) -> String) -> Vec<Combination> {
    let mut seen = BTreeSet::new();
    let mut new = |(_, given): &(Combination, Value)| {
        let each = given.as_object().unwrap().iter().filter(|(_, settings)| **settings != Value::Null);
        each.filter(|(component, settings)| seen.insert(format!("{component} {settings}"))).count() > 0
    };
    let mut all = said_for_all(&given(), hosts);
    // Those with most on come first, so fewer tell it all.
    all.sort_by_key(|(one, _)| (usize::MAX - one.0.count_ones() as usize, one.0));
    all.retain(|one| new(one));
    all.into_iter().map(|(one, _)| one).collect()
}

/// For each component, what the glue sets for it: nothing where it is off.
fn given() -> String {
    SWITCHES
        .iter()
        .map(|name| {
            let glue =
                root().join("group_vars/matrix_servers").join(format!("{}.yml", name.replace('_', "-")));
            let text = fs::read_to_string(glue).unwrap();
            let names: Vec<&str> = text
                .lines()
                .filter(|line| line.starts_with(&format!("matrix_{name}_")))
                .filter_map(|line| line.split(':').next())
                .chain(
                    ["matrix_nginx_proxy_tls", "matrix_synapse_workers"]
                        .into_iter()
                        .filter(|one| one.contains(name)),
                )
                .collect();
            assert!(names.len() > 5, "{name}: {names:?}");
            format!("{name}: \"{{{{ [{}] if matrix_{name}_enabled else none }}}}\"\n", names.join(", "))
        })
        .collect()
}

/// What one combination gets: an empty text for what is off.
struct Rendered {
    combination: Combination,
    texts: BTreeMap<&'static str, String>,
}

/// What every combination gets, with more settings for all of them.
fn render(tls: &str, workers: bool, more: &str) -> Vec<Rendered> {
    let texts = TEMPLATES.iter().map(|(name, path)| {
        format!(
            "{name}: \"{{{{ lookup('template', '{}/roles/{path}') if matrix_{name}_enabled else '' }}}}\"\n",
            root().display()
        )
    });
    let said = said_for_all(&texts.collect::<String>(), |one| one.host(more, tls, workers));
    said.into_iter().map(rendered).collect()
}

fn rendered((combination, said): (Combination, Value)) -> Rendered {
    let text = |name: &str| said[name].as_str().unwrap_or_else(|| panic!("{said}")).to_owned();
    Rendered { combination, texts: TEMPLATES.iter().map(|(name, _)| (*name, text(name))).collect() }
}

impl Rendered {
    /// Whether the text of this component has these words.
    fn has(&self, component: &str, words: &str) -> bool {
        self.texts[component].contains(words)
    }

    /// Who is on and off decides how the others are set.
    fn is_wired(&self, ours: &str, public_identity_server: &str) {
        let on = |name: &str| self.combination.on(name);
        let identity = if on("identity") { ours } else { public_identity_server };
        let bound = |component: &str, words: &str, wanted: bool| {
            let wanted = wanted && on(component);
            assert_eq!(
                self.has(component, words),
                wanted,
                "{words}: {}: {:#?}",
                self.combination.0,
                self.texts
            );
        };
        bound("synapse", &format!("default_identity_server: \"{identity}\""), !identity.is_empty());
        bound("synapse", "default_identity_server", !identity.is_empty());
        bound("client_element", "\"m.identity_server\"", !identity.is_empty());
        bound("client_element", &format!("\"base_url\": \"{identity}\""), !identity.is_empty());
        bound("client_element", "\"base_url\": \"https://matrix-client.matrix.org\"", !on("synapse"));
        bound("nginx_proxy", "http://matrix-identity:8090", on("identity"));
        bound("nginx_proxy", "http://matrix-corporal:41080", on("corporal") && on("synapse"));
        bound("nginx_proxy", "http://matrix-synapse:8008", on("synapse"));
        bound("nginx_proxy", "http://matrix-client-element:8080", on("client_element"));
        bound("synapse", "name: psycopg2", on("postgres"));
        bound("synapse", "smtp_host: \"matrix-mailer\"", on("mailer"));
        bound("identity", "email.smtphost = matrix-mailer", on("mailer"));
        bound("synapse", "turn_uris", on("coturn"));
        bound("synapse", "web_client_location", on("client_element"));
        bound("synapse", "app-service-telegram", on("bridge_mautrix_telegram"));
        bound("synapse", "app-service-whatsapp", on("bridge_mautrix_whatsapp"));
    }
}

/// The different texts for a component.
fn texts<'a>(all: impl Iterator<Item = &'a Rendered>, component: &str) -> BTreeSet<String> {
    all.map(|rendered| rendered.texts[component].clone()).filter(|text| !text.is_empty()).collect()
}

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
    let plain = render("none", false, "");
    plain.iter().for_each(|rendered| {
        let scheme = if rendered.combination.on("nginx_proxy") { "http" } else { "https" };
        rendered.is_wired(&format!("{scheme}://matrix.lab.test"), "");
    });
    let public = "https://identity.example";
    let more = format!("matrix_identity_public_server_url: {public}");
    let tls = render("self-signed", true, &more);
    tls.iter().for_each(|rendered| rendered.is_wired("https://matrix.lab.test", public));

    let both = |component| texts(plain.iter().chain(&tls), component);
    let (nginx, synapse) = (both("nginx_proxy"), both("synapse"));
    assert!(nginx.len() >= 32 && synapse.len() > 256, "{} and {}", nginx.len(), synapse.len());
    both("client_element").iter().for_each(|text| drop(serde_json::from_str::<Value>(text).unwrap()));
    let lab = Lab::new();
    let host = lab.up("judge", &["--preload"]);
    lay(&host, &[("nginx", &nginx), ("synapse", &synapse)]);
    host.sh(CERTIFICATES);
    let said = host.sh(JUDGE_NGINX);
    assert_eq!(said.matches("test is successful").count(), nginx.len(), "{said}");
    let said = host.sh(JUDGE_SYNAPSE);
    assert_eq!(said.matches("good").count(), synapse.len(), "{said}");
    assert!(said.contains("good, and so are its workers"), "{said}");
}

const CERTIFICATES: &str = "for name in matrix element; do mkdir -p /srv/certificates/$name.lab.test; \
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=$name \
    -keyout /srv/certificates/$name.lab.test/privkey.pem -out /srv/certificates/$name.lab.test/fullchain.pem 2>/dev/null; done; \
    chmod -R a+rX /srv/certificates";

const JUDGE_NGINX: &str = "docker run --rm --network none -v /srv/certificates:/certificates:ro -v /srv/texts/nginx:/texts:ro \
    --entrypoint sh docker.io/library/nginx:1.22 -c 'for file in /texts/*; do nginx -t -e stderr -c $file; done' 2>&1";

/// Synapse's own reading of its configuration, with files for all that it refers to; where there are workers, as they read it.
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
pathlib.Path("/data/worker.yaml").write_text("worker_app: synapse.app.generic_worker\nworker_name: matrix-synapse-worker-1\n")
write_signing_keys(open("/keys/signing.key", "w"), [generate_signing_key("a")])
for file in sorted(os.listdir("/texts")):
    path = ["--config-path", f"/texts/{file}"]
    HomeServerConfig.load_config("check", path)
    if "instance_map" in pathlib.Path("/texts", file).read_text():
        worker = HomeServerConfig.load_config("check", path + ["--config-path", "/data/worker.yaml"])
        assert worker.worker.worker_replication_secret and worker.redis.redis_enabled
        print("good, and so are its workers", flush=True)
    else:
        print("good", flush=True)
END"#;
