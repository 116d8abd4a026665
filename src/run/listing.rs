//! What would be run, in place of running it: `--list-hosts`, `--list-tasks`, `--list-tags`.

use super::Run;
use super::frame::{Frame, FrameKind};
use super::prepare::Prepared;
use super::tags::{split, tags_around};
use crate::playbook::{Entry, Play, Task};
use crate::settings::Listing;
use crate::vars::Value;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

/// The lists that are asked for, as text.
pub fn listing(prepared: &Prepared, wanted: Listing) -> String {
    let mut out = String::new();
    for playbook in &prepared.playbooks {
        let _ = writeln!(out, "\nplaybook: {}", shown(&prepared.run, &playbook.path));
        if wanted.hosts || wanted.tasks || wanted.tags {
            for (index, play) in playbook.plays.iter().enumerate() {
                list_play(&mut out, &prepared.run, play, index + 1, wanted);
            }
        }
    }
    out
}

fn shown(run: &Run, path: &std::path::Path) -> String {
    path.strip_prefix(&run.settings.directory).unwrap_or(path).display().to_string()
}

fn list_play(out: &mut String, run: &Run, play: &Play, number: usize, wanted: Listing) {
    let said = |value: &Value| run.without_host(play, value).unwrap_or_else(|_| value.clone());
    let pattern = text(&said(&play.hosts));
    let name = play.name.as_ref().map_or_else(|| pattern.clone(), |name| text(&said(name)));
    let tags: Vec<String> = play.keywords.tags.iter().flat_map(|tag| split(&said(tag))).collect();
    let _ = writeln!(out, "\n  play #{number} ({pattern}): {name}\tTAGS: [{}]", tags.join(","));
    if wanted.hosts {
        let hosts = run.hosts_of(play).unwrap_or_default();
        let _ = writeln!(out, "    pattern: ['{pattern}']\n    hosts ({}):", hosts.len());
        for host in hosts {
            let _ = writeln!(out, "      {host}");
        }
    }
    let frame = Frame::play(play.keywords.clone());
    let tasks: Vec<Listed> = entries(play).iter().flat_map(|entry| tasks_in(entry, &frame, &said)).collect();
    let chosen = tasks.iter().filter(|task| run.tags.choose(&task.tags));
    if wanted.tasks {
        let _ = writeln!(out, "    tasks:");
        for task in chosen.clone() {
            let _ = writeln!(out, "      {}\tTAGS: [{}]", task.name, task.tags.join(", "));
        }
    }
    if wanted.tags {
        let all: BTreeSet<&str> = chosen.flat_map(|task| task.tags.iter().map(String::as_str)).collect();
        let all: Vec<&str> = all.into_iter().collect();
        let _ = writeln!(out, "      TASK TAGS: [{}]", all.join(", "));
    }
}

/// A task as it is listed.
struct Listed {
    name: String,
    tags: Vec<String>,
}

fn entries(play: &Play) -> Vec<Entry> {
    let roles = play.roles.iter().map(|group| Entry::Group(Arc::new(group.shallow())));
    play.pre_tasks
        .iter()
        .cloned()
        .chain(roles)
        .chain(play.tasks.iter().chain(&play.post_tasks).cloned())
        .collect()
}

/// The tasks in an entry, with what their tags mean before there is a host.
fn tasks_in(entry: &Entry, frame: &Arc<Frame>, said: &dyn Fn(&Value) -> Value) -> Vec<Listed> {
    match entry {
        Entry::Task(task) => vec![listed(task, frame, said)],
        Entry::Block(block) => {
            let inner = frame.keywords(&block.keywords);
            block.tasks.iter().flat_map(|entry| tasks_in(entry, &inner, said)).collect()
        }
        Entry::Group(group) => {
            let mut inner = frame.keywords(&group.keywords);
            if let Some(role) = &group.role {
                inner = inner.inside(FrameKind::Role(role.clone()));
            }
            group.entries.iter().flat_map(|entry| tasks_in(entry, &inner, said)).collect()
        }
    }
}

fn listed(task: &Task, frame: &Arc<Frame>, said: &dyn Fn(&Value) -> Value) -> Listed {
    let frame = frame.keywords(&task.keywords);
    let role = frame.role().filter(|_| !task.is(&["include_role"]));
    let name = match (&task.name, role) {
        (Some(name), Some(role)) => format!("{} : {}", role.name, text(name)),
        (Some(name), None) => text(name),
        (None, _) => task.action.written.to_string(),
    };
    let tags: BTreeSet<String> = tags_around(&frame).iter().flat_map(|tag| split(&said(tag))).collect();
    Listed { name, tags: tags.into_iter().collect() }
}

fn text(value: &Value) -> String {
    match value.as_items() {
        Some(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        None => crate::control::as_written(value).str().unwrap_or_default(),
    }
}
