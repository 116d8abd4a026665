//! Variables by name: `vars`, `varnames`, `inventory_hostnames`.

use super::{Settings, Table, texts};
use crate::template::eval::{Call, lazy};
use crate::template::python::regex::{Flags, Pattern};
use crate::template::python::{iterate, types};
use crate::template::{Answer, Error, glob};
use crate::vars::{Data, Value};

pub const TABLE: Table = &[("vars", variables), ("varnames", names), ("inventory_hostnames", host_names)];

fn variables(call: &mut Call) -> Answer<Vec<Value>> {
    let default = Settings::of(&call.args).default();
    let mut found = Vec::new();
    if let Some(other) =
        call.args.positional.iter().find(|term| term.as_str().is_none() && term.as_items().is_none())
    {
        let kind = types::type_name(other);
        return Err(Error::failed(format!("Variable name must be 'str' not '{kind}'.")));
    }
    for name in texts(call)? {
        let value = match call.ev.scope.value(&name) {
            Some(value) => {
                let value = call.ev.force(value)?;
                call.ev.deep(value)?
            }
            None => default
                .clone()
                .ok_or_else(|| Error::failed(format!("No variable named '{name}' was found.")))?,
        };
        if let Data::Undefined(undefined) = value.data() {
            return Err(Error::undefined(undefined));
        }
        found.push(value);
    }
    Ok(found)
}

fn names(call: &mut Call) -> Answer<Vec<Value>> {
    let mut found = Vec::new();
    let names = call.ev.scope.names();
    for pattern in &call.args.positional.clone() {
        let Some(pattern) = pattern.as_str() else {
            let kind = types::type_name(pattern);
            return Err(Error::failed(format!(
                "Invalid setting identifier, '{pattern}' is not a string, it is '{kind}'"
            )));
        };
        for name in &names {
            let compiled = Pattern::new(pattern, Flags::default(), name)
                .map_err(|error| error.during(&format!("Unable to use '{pattern}' as a search parameter")))?;
            if compiled.search(name, 0)?.is_some() {
                found.push(Value::text(name.clone()));
            }
        }
    }
    Ok(found)
}

/// Hosts by a pattern of groups and names, as far as the variable `groups` tells.
fn host_names(call: &mut Call) -> Answer<Vec<Value>> {
    let patterns = texts(call)?.join(",");
    if let Some(hosts) = call.ev.context.surroundings.services.hosts_matching(&patterns) {
        return Ok(hosts.into_iter().map(Value::from).collect());
    }
    let groups = call.ev.scope.value("groups").unwrap_or_else(Value::none);
    let groups = lazy::entries(&call.ev.deep(groups)?).unwrap_or_default();
    let members = |pattern: &str| -> Vec<Value> {
        match groups.get(pattern) {
            Some(hosts) => iterate::items(hosts).map(|hosts| hosts.to_vec()).unwrap_or_default(),
            None => {
                let all = groups.get("all").and_then(|hosts| iterate::items(hosts).ok());
                let is_meant = |host: &&Value| host.as_str().is_some_and(|name| glob::matches(pattern, name));
                all.iter().flat_map(|hosts| hosts.iter()).filter(is_meant).cloned().collect()
            }
        }
    };
    let mut hosts: Vec<Value> = Vec::new();
    for pattern in patterns.split([',', ':']).map(str::trim).filter(|pattern| !pattern.is_empty()) {
        match pattern.split_at(1) {
            ("!", pattern) => {
                let members = members(pattern);
                hosts.retain(|host| !members.contains(host));
            }
            ("&", pattern) => {
                let members = members(pattern);
                hosts.retain(|host| members.contains(host));
            }
            _ => {
                let more = members(pattern);
                hosts.extend(
                    more.into_iter()
                        .filter(|host| host.as_str() != Some("localhost") || pattern == "localhost"),
                );
            }
        }
    }
    let mut seen = Vec::new();
    hosts.retain(|host| {
        !seen.contains(host) && {
            seen.push(host.clone());
            true
        }
    });
    Ok(hosts)
}
