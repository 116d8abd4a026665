//! Certificates without an authority: made on the host, or one's own. New ones make nginx reload, and nothing else.

use crate::lab::{Host, Lab, until};
use crate::project::{Project, changed};
use crate::story::Story;

const NAME: &str = "chat.tls.other.test";

/// The web client alone, under a domain of its own: the homeserver's name needs no certificate then.
fn settings(more: &str) -> String {
    let off = ["postgres", "mailer", "coturn", "synapse"];
    let off: String = off.iter().map(|name| format!("matrix_{name}_enabled: false\n")).collect();
    format!("{off}matrix_element_hostname: {NAME}\n{more}")
}

#[test]
fn certificates_are_made_or_brought() {
    let lab = Lab::new();
    let host = lab.up("tls", &["--preload"]);
    let project = Project::matrix_with(&[(&host, settings("matrix_nginx_proxy_tls: self-signed\n"))]);
    let mut story = Story::default();
    story.chapter("self-signed ones are made, for names that are served", || {
        project.run(&[]).fine();
        assert_eq!(host.sh("ls /matrix/nginx-proxy/certificates").trim(), NAME);
        assert!(asked(&host, "/matrix/nginx-proxy/certificates/chat.tls.other.test/fullchain.pem"));
        assert_eq!(changed(&project.events(&[]), host.name), 0);
    });
    let files = [("certificate", "one.pem"), ("key", "one.key")]
        .map(|(word, file)| format!("{word}: {}", project.path(file).display()));
    let files = format!("[{{name: {NAME}, {}}}]", files.join(", "));
    let own =
        settings(&format!("matrix_nginx_proxy_tls: files\nmatrix_nginx_proxy_certificate_files: {files}\n"));
    project.describe(&[(&host, own)]);
    story.chapter("one's own take their place", || {
        bring(&host, &project);
        project.run(&[]).fine();
        assert!(asked(&host, "/srv/ca.pem"));
    });
    story.chapter("new ones are taken up by a reload", || {
        let processes =
            "docker inspect --format '{{.Name}} {{.State.Pid}} {{.State.StartedAt}}' $(docker ps -q) | sort";
        let (before, shown) = (host.sh(processes), serial(&host));
        bring(&host, &project);
        let events = project.events(&[]);
        assert!(changed(&events, host.name) > 0);
        until("the new certificate is shown", || serial(&host) != shown);
        assert!(asked(&host, "/srv/ca.pem"));
        assert_eq!(host.sh(processes), before);
        assert!(host.holds(
            "journalctl -q -o cat -u matrix-nginx-proxy | grep -q 'Reloaded matrix-nginx-proxy.service'"
        ));
    });
    story.chapter("a run after that changes nothing", || {
        assert_eq!(changed(&project.events(&[]), host.name), 0);
    });
    story.end();
}

/// Whether Element answers with a certificate that this one vouches for.
fn asked(host: &Host, authority: &str) -> bool {
    host.holds(&format!(
        "curl -fs --cacert {authority} --resolve {NAME}:443:127.0.0.1 https://{NAME}/config.json"
    ))
}

fn serial(host: &Host) -> String {
    host.sh(&format!(
        "echo | openssl s_client -connect 127.0.0.1:443 -servername {NAME} 2>/dev/null | openssl x509 -noout -serial"
    ))
}

/// Makes a certificate and its key, and lays them beside the inventory.
fn bring(host: &Host, project: &Project) {
    host.sh(&format!(
        "set -e; cd /srv; curve='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
         test -e ca.pem || openssl req -x509 $curve -days 2 -subj '/CN=mine' -keyout ca.key -out ca.pem
         openssl req -new $curve -subj /CN={NAME} -keyout one.key -out one.csr; echo subjectAltName=DNS:{NAME} >names
         openssl x509 -req -in one.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out one.pem"
    ));
    for file in ["one.pem", "one.key"] {
        project.write(file, &host.sh(&format!("cat /srv/{file}")));
    }
}
