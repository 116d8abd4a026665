//! `hostname`

use super::Module;
use crate::host::{Change, Content, Effect, Failure, Fields, Plan, Probe, Run, Write, facts, text};
use std::path::Path;

module! {
    /// Gives the host its name.
    ///
    /// ```yaml
    /// - hostname: { name: web1.example.org }
    /// ```
    Hostname "hostname" {
        /// The name.
        name: String;
        /// How; found out if nothing is said.
        r#use: Option<String>;
    }
}

impl Module for Hostname {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let mut plan = Plan::say(self.said());
        let path = Path::new("/etc/hostname");
        let kept = if host.exists(path)? { text::from_bytes(&host.read(path)?) } else { String::new() };
        if kept.trim() != self.name {
            let content = Content::inline(text::to_bytes(&format!("{}\n", self.name)));
            let before = Write::before(host, path, &content)?;
            plan.push(Change::Write(Write {
                mode: before.as_ref().map_or(0o644, |before| before.mode),
                owner: before.as_ref().map_or(host.me(), |before| before.owner),
                path: path.to_owned(),
                content,
                before,
                validate: None,
                in_place: true,
                modified: None,
            }));
        }
        if facts::host_name(host)? != self.name {
            let effect = Effect::Set(facts::host_name_subject(), self.name.as_str().into());
            plan.push(Change::Run(Run::changing(&["hostname", "--", &self.name]).with_effects(vec![effect])));
        }
        Ok(plan)
    }
}

impl Hostname {
    /// The name, and the facts that follow from it.
    fn said(&self) -> Fields {
        let (short, domain) = self.name.split_once('.').unwrap_or((&self.name, ""));
        let facts = Fields::new()
            .with("ansible_hostname", short)
            .with("ansible_nodename", self.name.as_str())
            .with("ansible_fqdn", self.name.as_str())
            .with("ansible_domain", domain);
        Fields::new().with("name", self.name.as_str()).with("ansible_facts", facts)
    }
}
