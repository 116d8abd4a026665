//! Requests to a server over TLS, with certificates that must be good.

use crate::lab::Host;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::Command;

/// A Matrix server, as others see it: its domain is `HOST.lab.test`.
pub struct Site<'a> {
    pub host: &'a Host<'a>,
    /// The certificate that all others must lead to.
    pub root: PathBuf,
}

impl Site<'_> {
    pub fn domain(&self) -> String {
        format!("{}.lab.test", self.host.name)
    }

    /// What curl prints that asks the site with this beginning of its name (`matrix.`, `element.`, nothing).
    pub fn curl(&self, beginning: &str, path: &str, more: &[&str]) -> String {
        self.curl_name(&format!("{beginning}{}", self.domain()), path, more)
    }

    /// The same for a whole name, which may be of another domain.
    pub fn curl_name(&self, name: &str, path: &str, more: &[&str]) -> String {
        let mut command = Command::new("curl");
        command.args(["--silent", "--noproxy", "*", "--max-time", "30", "--cacert"]).arg(&self.root);
        command.args(["--resolve", &format!("{name}:443:{}", self.host.address)]).args(more);
        let output = command.arg(format!("https://{name}{path}")).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The status of an answer; 000 where there was none, as with a certificate that is not good.
    pub fn status(&self, beginning: &str, path: &str) -> String {
        self.curl(beginning, path, &["-o", "/dev/null", "-w", "%{http_code}"])
    }

    /// What the client API answers.
    pub fn ask(&self, token: Option<&str>, method: &str, path: &str, body: &Value) -> Value {
        let authorization = format!("Authorization: Bearer {}", token.unwrap_or_default());
        let body = body.to_string();
        let mut more = vec!["-X", method, "-H", &authorization];
        if method != "GET" {
            more.extend(["-d", &body]);
        }
        let said = self.curl("matrix.", &format!("/_matrix/client/v3/{path}"), &more);
        serde_json::from_str(&said).unwrap_or_else(|_| panic!("{path}: {said}"))
    }

    /// The token of somebody who logs in.
    pub fn login(&self, user: &str, password: &str) -> String {
        let who = json!({ "type": "m.id.user", "user": user });
        let said = self.ask(
            None,
            "POST",
            "login",
            &json!({ "type": "m.login.password", "identifier": who, "password": password }),
        );
        said["access_token"].as_str().unwrap_or_else(|| panic!("{said}")).to_owned()
    }
}
