//! What a Matrix server is for, and how its parts stand alone.

use crate::client::{Client, element_answers, homeserver_answers, status};
use crate::containers::COMPONENTS;
use crate::lab::{Host, until};
use crate::project::Project;
use serde_json::json;

/// Two people meet in a room, and one reads what the other wrote.
pub fn two_people_talk(project: &Project, host: &Host) {
    for user in ["alice", "bob"] {
        let account =
            project.write("account.json", &json!({ "username": user, "password": word(user) }).to_string());
        let account = format!("@{}", account.display());
        let run = project.run(&["--tags", "register-user", "-e", &account]).fine();
        assert!(!run.said().contains(&word(user)), "the password is shown: {}", run.said());
    }
    let (alice, bob) =
        (Client::login(host, "alice", &word("alice")), Client::login(host, "bob", &word("bob")));
    let room = alice.ask("POST", "v3/createRoom", Some(&json!({ "invite": ["@bob:lab.test"] })));
    let room = room["room_id"].as_str().unwrap_or_else(|| panic!("{room}")).to_owned();
    let joined = bob.ask("POST", &format!("v3/join/{room}"), Some(&json!({})));
    assert_eq!(joined["room_id"], room.as_str(), "{joined}");
    let message = json!({ "msgtype": "m.text", "body": "good morning, Bob" });
    let sent = alice.ask("PUT", &format!("v3/rooms/{room}/send/m.room.message/1"), Some(&message));
    assert!(sent["event_id"].is_string(), "{sent}");
    let read = bob.ask("GET", &format!("v3/rooms/{room}/event/{}", sent["event_id"].as_str().unwrap()), None);
    assert_eq!(read["content"]["body"], "good morning, Bob", "{read}");
    assert_eq!(read["sender"], "@alice:lab.test", "{read}");
}

fn word(user: &str) -> String {
    format!("a long password of {user}")
}

/// Everything answers.
pub fn is_up(host: &Host) {
    for component in COMPONENTS {
        until(&format!("{component} runs"), || {
            host.holds(&format!("systemctl is-active --quiet {component}"))
        });
    }
    until("the homeserver answers", || homeserver_answers(host));
    until("the web client is served", || element_answers(host));
}

/// nginx and Element go on without Synapse, and nginx finds it when it is back.
pub fn nginx_outlives_synapse(host: &Host) {
    host.sh("systemctl stop matrix-synapse");
    assert!(host.holds("systemctl is-active --quiet matrix-nginx-proxy"));
    assert!(element_answers(host));
    assert_eq!(status(host, "matrix.lab.test", "/_matrix/client/versions"), "502");
    host.sh("systemctl start matrix-synapse");
    until("the homeserver answers", || homeserver_answers(host));
}

/// nginx starts though nobody stands behind it yet.
pub fn nginx_starts_first(host: &Host) {
    host.sh("systemctl stop matrix-nginx-proxy matrix-synapse matrix-client-element");
    host.sh("systemctl start matrix-nginx-proxy");
    until("nginx answers", || status(host, "matrix.lab.test", "/_matrix/client/versions") == "502");
    host.sh("systemctl start matrix-client-element matrix-synapse");
    is_up(host);
}

/// There is no Python outside of the containers.
pub fn has_no_python(host: &Host) {
    let programs = host.sh(
        "find / -xdev \\( -path /var/lib/docker -o -path /proc \\) -prune -o -type f -perm /111 -name 'python*' -print",
    );
    assert_eq!(programs, "");
}
