//! What a server finds outside in the lab: an authority that makes certificates, and a mail server that takes everything.

use crate::lab::{Host, until};

/// Starts both on a host, whose name is `world`.
pub fn begin(host: &Host) {
    let gateway = host.address.rsplit_once('.').unwrap().0.to_owned() + ".1";
    host.sh(&format!("{AUTHORITY} -dnsserver {gateway}:53"));
    host.sh("docker run -d --name sink --network host docker.io/provision-lab/smtp-sink:latest");
    until("the authority answers", || host.holds("curl -sk https://127.0.0.1:15000/roots/0 | grep -q BEGIN"));
}

const AUTHORITY: &str = r#"set -e; mkdir -p /srv/ca; cd /srv/ca
curve='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
openssl req -x509 $curve -days 30 -subj '/CN=test authority' -keyout ca.key -out ca.pem 2>/dev/null
openssl req -new $curve -subj /CN=world.lab.test -keyout server.key -out server.csr 2>/dev/null
echo subjectAltName=DNS:world.lab.test >names
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile names -out server.pem 2>/dev/null
cat >pebble.json <<'END'
{"pebble": {"listenAddress": "0.0.0.0:14000", "managementListenAddress": "0.0.0.0:15000", "httpPort": 80, "tlsPort": 443,
  "certificate": "/ca/server.pem", "privateKey": "/ca/server.key"}}
END
chmod 644 *
docker run -d --name pebble --network host -v /srv/ca:/ca:ro -e PEBBLE_VA_NOSLEEP=1 ghcr.io/letsencrypt/pebble:latest \
  pebble -config /ca/pebble.json"#;

/// The certificate by which the authority itself is known when it is asked.
pub fn own_certificate(host: &Host) -> String {
    host.sh("cat /srv/ca/ca.pem")
}

/// The certificate that all others lead to which the authority makes.
pub fn root_certificate(host: &Host) -> String {
    host.sh("curl -sk https://127.0.0.1:15000/roots/0")
}

/// All mail that came so far.
pub fn mail(host: &Host) -> String {
    host.sh("docker logs sink 2>&1")
}
