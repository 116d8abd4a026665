//! Variables by name: `vars`, `varnames`, `inventory_hostnames`.

use super::{Settings, Table, texts};
use crate::template::eval::Call;
use crate::template::python::regex::{Flags, Pattern};
use crate::template::python::types;
use crate::template::{Answer, Error};
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
    let mut names = call.ev.scope.names();
    names.push("vars".into());
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

/// Hosts by patterns of the inventory.
fn host_names(call: &mut Call) -> Answer<Vec<Value>> {
    let patterns = texts(call)?.join(",");
    // Where other hosts may still add some, they are waited for.
    if let Some(groups) = call.ev.scope.value("groups") {
        call.ev.force(groups)?;
    }
    let hosts = call.ev.context.surroundings.services.hosts_matching(&patterns);
    Ok(hosts.into_iter().map(Value::from).collect())
}
