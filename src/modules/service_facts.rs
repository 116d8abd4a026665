//! `service_facts`

use super::Module;
use crate::host::{Failure, Fields, Plan, Probe, facts, services};
use std::path::Path;

module! {
    /// Finds all services of the host and tells them as the fact `services`.
    ///
    /// ```yaml
    /// - service_facts: {}
    /// ```
    ServiceFacts "service_facts" {}
}

/// What systemd says of a service that is worse than whether it starts at boot.
const BAD: [&str; 3] = ["not-found", "masked", "failed"];

impl Module for ServiceFacts {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let mut found = Fields::new();
        if facts::program(host, "service")?.is_some() && host.is_directory(Path::new("/etc/init.d"))? {
            scripts(&services::scripts(host)?, &mut found);
        }
        if host.exists(Path::new("/run/systemd/system"))? {
            loaded(&services::units(host)?, &mut found);
            with_files(host, &mut found)?;
        }
        let facts = Fields::new().with("services", found);
        Ok(Plan::say(Fields::new().with("ansible_facts", facts)))
    }
}

fn service(name: &str, state: &str, status: &str) -> Fields {
    let service = Fields::new().with("name", name).with("state", state);
    service.with("status", status).with("source", "systemd")
}

/// ` [ + ]  cron`
fn scripts(list: &str, found: &mut Fields) {
    for line in list.lines() {
        let Some((mark, name)) = line.trim().strip_prefix("[ ").and_then(|rest| rest.split_once(" ]")) else {
            continue;
        };
        let state = match mark {
            "+" => "running",
            "-" => "stopped",
            _ => continue,
        };
        let name = name.trim();
        found.set(name, Fields::new().with("name", name).with("state", state).with("source", "sysv"));
    }
}

/// `cron.service loaded active running Regular background ...`
fn loaded(list: &str, found: &mut Fields) {
    for line in list.lines() {
        let fields: Vec<&str> = line.trim_start_matches(['●', ' ', '*']).split_whitespace().collect();
        let [name, _, active, sub, ..] = fields.as_slice() else { continue };
        let bad = BAD.into_iter().find(|bad| fields.get(..fields.len() - 1).is_some_and(|f| f.contains(bad)));
        let state = if *sub == "running" { "running" } else { "stopped" };
        found.set(*name, service(name, state, bad.unwrap_or(active)));
    }
}

/// Services that have a file: whether they start at boot, and those that are not loaded.
fn with_files(host: &dyn Probe, found: &mut Fields) -> Result<(), Failure> {
    let list = services::unit_files(host)?;
    let mut others = Vec::new();
    for line in list.lines() {
        let mut words = line.split_whitespace();
        let (Some(name), Some(status)) = (words.next(), words.next()) else { continue };
        match found.get(name).and_then(|known| known.as_map()).cloned() {
            None => others.push((name.to_owned(), status)),
            Some(known)
                if !BAD.contains(&known.get("status").and_then(|s| s.as_text()).unwrap_or_default()) =>
            {
                found.set(name, known.with("status", status));
            }
            Some(_) => {}
        }
    }
    let names: Vec<String> = others.iter().map(|(name, _)| name.clone()).collect();
    let states = if names.is_empty() { Vec::new() } else { services::active_states(host, &names)? };
    for (name, status) in others {
        let state = states.iter().find(|(known, _)| *known == name).map_or("unknown", |(_, state)| state);
        found.set(name.as_str(), service(&name, state, status));
    }
    Ok(())
}
