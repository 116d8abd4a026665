//! What the components of a server are for, tried from outside.

use crate::lab::{Host, until};
use crate::project::Project;
use crate::web::Site;
use crate::world;
use serde_json::json;

/// The names, of which Element's may be of another domain, answer with certificates of the authority that hold one name each.
pub fn certificates_are_separate(site: &Site, element: &str) {
    let matrix = format!("matrix.{}", site.domain());
    for (name, path) in [
        (&*matrix, "/_matrix/client/versions"),
        (element, "/"),
        (&*site.domain(), "/.well-known/matrix/server"),
    ] {
        let status = site.curl_name(name, path, &["-o", "/dev/null", "-w", "%{http_code}"]);
        assert_eq!(status, "200", "{name}");
        let file = format!("/matrix/nginx-proxy/certificates/{name}/fullchain.pem");
        let names = site.host.sh(&format!("openssl x509 -noout -ext subjectAltName -in {file} | tail -1"));
        assert_eq!(names.trim(), format!("DNS:{name}"));
    }
}

/// The stand-in marks what went through it.
pub fn corporal_is_in_front(site: &Site) {
    let headers = |path: &str| site.curl("matrix.", path, &["-D", "-", "-o", "/dev/null"]).to_lowercase();
    assert!(headers("/_matrix/client/versions").contains("x-corporal-stand-in: passed"));
    let federation = headers("/_matrix/federation/v1/version");
    assert!(federation.contains(" 200") && !federation.contains("x-corporal"), "{federation}");
}

pub fn element_points_home(site: &Site) {
    let said = site.curl("element.", "/config.json", &[]);
    let configuration: serde_json::Value = serde_json::from_str(&said).unwrap();
    let servers = &configuration["default_server_config"];
    let address = format!("https://matrix.{}", site.domain());
    assert_eq!(servers["m.homeserver"]["base_url"], address.as_str(), "{said}");
    assert_eq!(servers["m.identity_server"]["base_url"], address.as_str(), "{said}");
}

/// Alice of the first server invites Bob of the second, who reads what she wrote.
pub fn two_servers_talk(project: &Project, first: &Site, second: &Site) {
    for (site, user) in [(first, "alice"), (second, "bob")] {
        let account = json!({ "username": user, "password": password(user) }).to_string();
        let account = format!("@{}", project.write("account.json", &account).display());
        project.run(&["-l", site.host.name, "--tags", "register-user", "-e", &account]).fine();
    }
    let (alice, bob) = (first.login("alice", &password("alice")), second.login("bob", &password("bob")));
    let invited = json!({ "invite": [format!("@bob:{}", second.domain())] });
    let made = first.ask(Some(&alice), "POST", "createRoom", &invited);
    let room = made["room_id"].as_str().unwrap_or_else(|| panic!("{made}"));
    let way = format!("join/{room}?server_name={}", first.domain());
    let joined = second.ask(Some(&bob), "POST", &way, &json!({}));
    assert_eq!(joined["room_id"], room, "{joined}");
    let message = json!({ "msgtype": "m.text", "body": "good morning from the other side" });
    let sent = first.ask(Some(&alice), "PUT", &format!("rooms/{room}/send/m.room.message/1"), &message);
    let event = sent["event_id"].as_str().unwrap_or_else(|| panic!("{sent}"));
    until("Bob reads it", || {
        let read = second.ask(Some(&bob), "GET", &format!("rooms/{room}/event/{event}"), &json!({}));
        read["content"]["body"] == "good morning from the other side"
    });
}

fn password(user: &str) -> String {
    format!("a long password of {user}")
}

/// The homeserver sends one through the mailer, which hands it on.
pub fn mail_arrives(site: &Site, world: &Host) {
    let wanted = json!({ "client_secret": "abcdef", "email": "carol@else.test", "send_attempt": 1 });
    let said = site.ask(None, "POST", "account/3pid/email/requestToken", &wanted);
    assert!(said["sid"].is_string(), "{said}");
    until("the mail arrives", || world::mail(world).contains("To: carol@else.test"));
    let mail = world::mail(world);
    let name = format!("matrix.{}", site.domain());
    assert!(mail.contains(&format!("From: Matrix <matrix@{name}>")), "{mail}");
}

/// With the account that the homeserver hands out, coturn relays between two clients.
pub fn a_call_is_relayed(site: &Site, from: &Host) {
    let token = site.login("alice", &password("alice"));
    let account = site.ask(Some(&token), "GET", "voip/turnServer", &json!({}));
    let (user, word) = (account["username"].as_str().unwrap(), account["password"].as_str().unwrap());
    let talk = format!(
        "docker run --rm --network host --entrypoint turnutils_uclient docker.io/coturn/coturn:4.6.1 \
         -y -c -n 5 -m 2 -u '{user}' -w '{word}' matrix.{} 2>&1",
        site.domain()
    );
    let said = from.sh(&talk);
    assert!(said.contains("Total lost packets 0 (0.000000%)"), "{said}");
    assert!(!from.holds(&talk.replace(word, "wrong")), "a wrong password is as good");
}

/// What workers can answer is sent to them and to nobody else: without them it is not answered, and the rest is.
pub fn workers_take_their_share(site: &Site) {
    let host = site.host;
    let token = site.login("bob", &password("bob"));
    let said = site.ask(Some(&token), "GET", "sync?timeout=0", &json!({}));
    assert!(said["next_batch"].is_string(), "{said}");
    let path = "/_matrix/federation/v1/event/%24none";
    assert_eq!(site.status("matrix.", path), "401", "it asks other servers to sign");
    let served = |unit: &str, text: &str| {
        host.holds(&format!(
            "journalctl -q -o cat -u '{unit}' | grep 'Processed request' | grep -qF '{text}'"
        ))
    };
    for text in ["GET /_matrix/client/v3/sync", "GET /_matrix/federation/v1/event/"] {
        until(text, || served("matrix-synapse-worker-*", text));
        assert!(!served("matrix-synapse.service", text), "{text}");
    }
    assert!(served("matrix-synapse.service", "POST /_matrix/client/v3/login"));
    host.sh("systemctl stop matrix-synapse-worker-1 matrix-synapse-worker-2");
    assert_eq!(site.status("matrix.", "/_matrix/client/v3/sync"), "502");
    assert_eq!(site.status("matrix.", "/_matrix/client/v3/login"), "200");
    host.sh("systemctl start matrix-synapse-worker-1 matrix-synapse-worker-2");
    until("workers answer", || site.status("matrix.", "/_matrix/client/v3/sync") == "401");
}

/// Telegram's bridge is the real one: it has made its account and got the homeserver's ping.
pub fn bridges_are_known(host: &Host) {
    let says =
        |unit: &str, text: &str| host.holds(&format!("journalctl -q -o cat -u {unit} | grep -qF '{text}'"));
    until("Telegram's bridge runs", || says("matrix-bridge-mautrix-telegram", "Startup actions complete"));
    assert!(says("matrix-bridge-mautrix-telegram", "Received ping from homeserver"));
    until("WhatsApp's is known", || {
        says("matrix-bridge-mautrix-whatsapp", "homeserver -> bridge connection works")
    });
    let users =
        host.sh("docker exec matrix-postgres psql -U postgres -d synapse -Atc 'SELECT name FROM users'");
    assert!(users.contains("@telegrambot:one.lab.test"), "{users}");
}

/// nginx and coturn show the new one, and every container is the one that it was.
pub fn renewal_restarts_nothing(host: &Host) {
    let processes =
        "docker inspect --format '{{.Name}} {{.State.Pid}} {{.State.StartedAt}}' $(docker ps -q) | sort";
    let shown = |port: u16| {
        host.sh(&format!(
            "echo | openssl s_client -connect 127.0.0.1:{port} -servername matrix.one.lab.test 2>/dev/null | \
             openssl x509 -noout -serial"
        ))
    };
    let (before, serial) = (host.sh(processes), shown(443));
    // The authority of the lab turns down some requests at random, as the real ones are asked again by the timer.
    let renew = "options=--force-renewal /matrix/nginx-proxy/acme/acme.sh";
    host.sh(&format!("{renew} || {renew} || {renew}"));
    for port in [443, 8448, 5349] {
        until("the new certificate is shown", || shown(port) != serial);
    }
    assert_eq!(host.sh(processes), before);
}

/// By the kernel's word for every container, and by Docker's.
pub fn nobody_has_power(host: &Host, components: &[&str]) {
    for component in components {
        let status =
            host.sh(&format!("cat /proc/$(docker inspect --format '{{{{.State.Pid}}}}' {component})/status"));
        for line in [
            "CapBnd:\t0000000000000000",
            "CapEff:\t0000000000000000",
            "NoNewPrivs:\t1",
            "Uid:\t350\t350\t350\t350",
        ] {
            assert!(status.contains(line), "{component}: {line}: {status}");
        }
        let networks = host.sh(&format!(
            "docker inspect --format '{{{{range $name, $_ := .NetworkSettings.Networks}}}}{{{{$name}}}} {{{{end}}}}{{{{.HostConfig.Links}}}} \
             {{{{.HostConfig.ReadonlyRootfs}}}} {{{{.HostConfig.LogConfig.Type}}}}' {component}"
        ));
        let network = if *component == "matrix-coturn" { component } else { "matrix" };
        assert_eq!(networks.trim(), format!("{network} [] true none"), "{component}");
    }
}
