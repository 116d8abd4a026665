//! Results of tasks: `failed`, `changed`, `skipped`, ...

use super::Table;
use crate::template::eval::{Call, lazy};
use crate::template::python::types;
use crate::template::{Answer, Error};
use crate::vars::Value;

pub const TABLE: Table = &[
    ("failed", |call| part(call, "failed")),
    ("failure", |call| part(call, "failed")),
    ("succeeded", |call| part(call, "failed").map(|failed| !failed)),
    ("success", |call| part(call, "failed").map(|failed| !failed)),
    ("successful", |call| part(call, "failed").map(|failed| !failed)),
    ("unreachable", |call| part(call, "unreachable")),
    ("reachable", |call| part(call, "unreachable").map(|unreachable| !unreachable)),
    ("skipped", |call| part(call, "skipped")),
    ("skip", |call| part(call, "skipped")),
    ("started", |call| part_or_true(call, "started")),
    ("finished", |call| part_or_true(call, "finished")),
    ("timedout", timed_out),
    ("changed", changed),
    ("change", changed),
];

fn result(call: &mut Call) -> Answer<Value> {
    let value = call.only()?;
    match lazy::entries(&value) {
        Some(entries) => Ok(Value::dict((*entries).clone())),
        None => {
            let what = types::type_name(&value);
            Err(Error::failed(format!("`{}` tests the result of a task, not `{what}`", call.name)))
        }
    }
}

fn truth(value: Option<Value>) -> Answer<bool> {
    value.map_or(Ok(false), |value| types::is_true(&value))
}

fn part(call: &mut Call, name: &str) -> Answer<bool> {
    truth(result(call)?.entry(name))
}

fn part_or_true(call: &mut Call, name: &str) -> Answer<bool> {
    result(call)?.entry(name).map_or(Ok(true), |value| types::is_true(&value))
}

fn timed_out(call: &mut Call) -> Answer<bool> {
    let found = result(call)?.entry("timedout");
    truth(found.and_then(|timed_out| timed_out.entry("period")))
}

/// A result without `changed` has changed if one of its loop's results has.
fn changed(call: &mut Call) -> Answer<bool> {
    let result = result(call)?;
    if let Some(changed) = result.entry("changed") {
        return types::is_true(&changed);
    }
    let results = result.entry("results").and_then(|results| results.as_items()).unwrap_or_default();
    for item in results.iter() {
        if truth(item.entry("changed"))? {
            return Ok(true);
        }
    }
    Ok(false)
}
