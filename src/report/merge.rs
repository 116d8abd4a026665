//! Several runs as one: what each wrote with `--output json`, put together again.

use super::{Counts, HostName, HostRecap, Recap, Status, TaskInfo, TaskKind, Trouble};
use crate::source::Span;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// Adds a run to a recap, from its lines. A run without an end was cut off, and counts as interrupted.
///
/// # Errors
/// The number of a line that is no JSON, from 1 on.
pub fn merge(lines: &str, into: &mut Recap) -> Result<(), usize> {
    let mut ended = false;
    for (index, line) in lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let event: Value = serde_json::from_str(line).map_err(|_| index + 1)?;
        match text(&event, "event") {
            "item" => changes(&event, text(&event, "label"), into),
            "result" => result(&event, into),
            "recap" => {
                ended = true;
                recap(&event, into);
            }
            _ => {}
        }
    }
    into.interrupted |= !ended;
    Ok(())
}

fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn flag(object: &Value, field: &str) -> bool {
    object.get(field).and_then(Value::as_bool).unwrap_or_default()
}

fn host<'a>(event: &Value, into: &'a mut Recap) -> &'a mut HostRecap {
    into.hosts.entry(HostName::from(text(event, "host"))).or_default()
}

fn result(event: &Value, into: &mut Recap) {
    let task = event.get("task").unwrap_or(&Value::Null);
    if !flag(event, "looped") {
        changes(event, text(task, "name"), into);
    }
    let status = match text(event, "status") {
        "failed" => Status::Failed,
        "unreachable" => Status::Unreachable,
        _ => return,
    };
    if flag(event, "ignored") {
        return;
    }
    let place = text(task, "at");
    let place = if place.is_empty() { String::new() } else { format!(" ({place})") };
    let message = format!("{}{place}", text(event, "message"));
    host(event, into).troubles.push(Trouble { status, task: info(task), message, place: Span::NONE });
}

/// What a task or an item changed, by the titles of its changes.
fn changes(event: &Value, otherwise: &str, into: &mut Recap) {
    if text(event, "status") != "changed" {
        return;
    }
    let titles = event.get("changes").and_then(Value::as_array).into_iter().flatten();
    let mut titles: Vec<String> = titles.map(|change| text(change, "title").to_owned()).collect();
    titles.dedup();
    if titles.is_empty() {
        titles.push(otherwise.to_owned());
    }
    host(event, into).changed.extend(titles);
}

fn info(task: &Value) -> Arc<TaskInfo> {
    Arc::new(TaskInfo {
        number: 0,
        kind: TaskKind::Task,
        name: text(task, "name").to_owned(),
        action: text(task, "action").to_owned(),
        role: task.get("role").and_then(Value::as_str).map(Arc::from),
        check_mode: false,
        span: Span::NONE,
        position: Vec::new(),
    })
}

fn recap(event: &Value, into: &mut Recap) {
    into.dry_run |= flag(event, "dry_run");
    into.interrupted |= flag(event, "interrupted");
    // The runs were side by side: the longest is how long it took.
    let seconds = event.get("seconds").and_then(Value::as_f64).unwrap_or_default();
    into.took = into.took.max(Duration::try_from_secs_f64(seconds).unwrap_or_default());
    for (name, counts) in event.get("hosts").and_then(Value::as_object).into_iter().flatten() {
        let entry = into.hosts.entry(HostName::from(name.as_str())).or_default();
        entry.counts = entry.counts.and(read_counts(counts));
    }
}

fn read_counts(counts: &Value) -> Counts {
    let number = |field: &str| {
        counts.get(field).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok()).unwrap_or(0)
    };
    Counts {
        ok: number("ok"),
        changed: number("changed"),
        unreachable: number("unreachable"),
        failed: number("failed"),
        skipped: number("skipped"),
        rescued: number("rescued"),
        ignored: number("ignored"),
        depends: number("depends"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"{"event":"result","host":"a","status":"changed","looped":false,"task":{"name":"write"},"changes":[{"title":"/etc/x"}]}
{"event":"recap","hosts":{"a":{"ok":2,"changed":1}},"dry_run":false,"interrupted":false,"seconds":1.5}"#;
    const TWO: &str = r#"{"event":"result","host":"b","status":"failed","message":"no room","task":{"name":"write","at":"site.yml:3:7"}}
{"event":"recap","hosts":{"b":{"ok":1,"failed":1}},"dry_run":false,"interrupted":false,"seconds":4.0}"#;

    #[test]
    fn runs_side_by_side_are_one() {
        let mut whole = Recap::default();
        [ONE, TWO].into_iter().for_each(|lines| merge(lines, &mut whole).unwrap());
        let total = whole.total();
        assert_eq!((total.ok, total.changed, total.failed, whole.hosts.len()), (3, 1, 1, 2));
        assert_eq!(whole.hosts["a"].changed, ["/etc/x"]);
        assert_eq!(whole.hosts["b"].troubles[0].message, "no room (site.yml:3:7)");
        assert_eq!((whole.took.as_secs(), whole.interrupted, whole.exit_code(false)), (4, false, 2));
    }

    #[test]
    fn a_run_without_an_end_was_cut_off() {
        let mut whole = Recap::default();
        merge(ONE.lines().next().unwrap(), &mut whole).unwrap();
        assert!(whole.interrupted);
        assert_eq!(merge("{}\nnonsense", &mut whole), Err(2));
    }
}
