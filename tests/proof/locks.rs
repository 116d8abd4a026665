//! Images by digest: a file of locks is written, and what a name stands for later is nobody's concern.

use crate::lab::{Host, Lab, until};
use crate::project::{Project, changed};
use std::fs;

/// Element alone, of which no one else needs to know.
const ALONE: &str = "\
matrix_postgres_enabled: false
matrix_mailer_enabled: false
matrix_coturn_enabled: false
matrix_synapse_enabled: false
matrix_nginx_proxy_enabled: false
";

const IMAGE: &str = "docker.io/provision-lab/element-web-stand-in:latest";

#[test]
fn an_image_that_is_locked_stays_what_it_was() {
    let lab = Lab::new();
    let host = lab.up("locked", &["--preload"]);
    let project = Project::matrix_with(&[(&host, ALONE.to_owned())]);
    project.run(&[]).fine();
    assert!(!image(&host).contains('@'), "it is taken by its name");

    project.run(&["--tags", "lock-images"]).fine();
    let lock = project.path("group_vars/matrix_servers/images.lock.yml");
    let text = fs::read_to_string(&lock).unwrap();
    let digest = host.sh(&format!("docker image inspect --format '{{{{index .RepoDigests 0}}}}' {IMAGE}"));
    let digest = digest.trim().split_once('@').unwrap().1;
    assert!(text.contains(&format!("{IMAGE}: {digest}")), "{text}");

    project.run(&[]).fine();
    assert_eq!(image(&host), format!("docker.io/provision-lab/element-web-stand-in@{digest}"));
    // The name stands for something else now, which is not taken.
    host.sh(&format!(
        "docker pull -q docker.io/library/busybox:latest; docker tag docker.io/library/busybox:latest {IMAGE}"
    ));
    let events = project.events(&[]);
    assert_eq!(changed(&events, host.name), 0, "{:#?}", crate::changes::of(&events));
    host.sh("systemctl restart matrix-client-element");
    until("Element answers", || host.holds("curl -fs http://127.0.0.1:8765/config.json"));

    // A digest that the registry does not have.
    fs::write(&lock, text.replace(digest, &format!("sha256:{}", "0".repeat(64)))).unwrap();
    let said = project.run(&[]).ends_with(2).said();
    assert!(said.contains(&format!("element-web-stand-in@sha256:{}", "0".repeat(64))), "{said}");
    assert!(host.holds("curl -fs http://127.0.0.1:8765/config.json"), "it went down");
}

/// What the container was made of, as Docker was told.
fn image(host: &Host) -> String {
    host.sh("docker inspect --format '{{.Config.Image}}' matrix-client-element").trim().to_owned()
}
