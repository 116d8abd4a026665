//! A Matrix client, through nginx.

use crate::lab::Host;
use serde_json::{Value, json};
use std::process::Command;

/// Somebody who talks to the server, logged in or not yet.
pub struct Client<'a> {
    host: &'a Host<'a>,
    token: Option<String>,
}

impl<'a> Client<'a> {
    pub fn of(host: &'a Host<'a>) -> Client<'a> {
        Client { host, token: None }
    }

    /// Logs in with a password.
    pub fn login(host: &'a Host<'a>, user: &str, password: &str) -> Client<'a> {
        let identifier = json!({ "type": "m.id.user", "user": user });
        let body = json!({ "type": "m.login.password", "identifier": identifier, "password": password });
        let said = Client::of(host).ask("POST", "v3/login", Some(&body));
        let token = said["access_token"].as_str().map(str::to_owned);
        assert!(token.is_some(), "{said}");
        Client { host, token }
    }

    /// What the client API answers.
    pub fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let mut more = vec!["-X".to_owned(), method.to_owned()];
        let authorization = self.token.iter().map(|token| format!("Authorization: Bearer {token}"));
        more.extend(authorization.flat_map(|line| ["-H".to_owned(), line]));
        more.extend(body.iter().flat_map(|body| ["-d".to_owned(), body.to_string()]));
        let said = curl(self.host, "matrix.lab.test", &format!("/_matrix/client/{path}"), &more);
        serde_json::from_str(&said).unwrap_or_else(|_| panic!("{path}: {said}"))
    }
}

/// Whether the homeserver answers.
pub fn homeserver_answers(host: &Host) -> bool {
    curl(host, "matrix.lab.test", "/_matrix/client/versions", &[]).contains("\"versions\"")
}

/// Whether the web client is served.
pub fn element_answers(host: &Host) -> bool {
    status(host, "element.lab.test", "/") == "200"
        && curl(host, "element.lab.test", "/", &[]).to_lowercase().contains("<!doctype html>")
}

/// The status of the answer to a request.
pub fn status(host: &Host, site: &str, path: &str) -> String {
    curl(
        host,
        site,
        path,
        &["-o".to_owned(), "/dev/null".to_owned(), "-w".to_owned(), "%{http_code}".to_owned()],
    )
}

fn curl(host: &Host, site: &str, path: &str, more: &[String]) -> String {
    let mut command = Command::new("curl");
    command.args(["--silent", "--noproxy", "*", "--max-time", "20", "-H", &format!("Host: {site}")]);
    let output = command.args(more).arg(format!("http://{}{path}", host.address)).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}
