//! What users see of a change.

use super::{Change, Write};
use crate::host::{Content, Owner, Probe, Shown, TextChange, Time, text, users};
use std::path::Path;

/// Texts longer than this are not shown.
const MOST_SHOWN: u64 = 512 << 10;

impl Change {
    /// What users see of the change, before it is made; `None` for what is no change of the host. Texts only if asked.
    pub fn shown(&self, host: &dyn Probe, with_text: bool) -> Option<Shown> {
        let title = |path: &Path| text::from_path(path);
        Some(match self {
            Change::Write(write) => show_write(host, write, with_text),
            Change::Directory { path, mode, owner } => Shown::new("directory", title(path))
                .attribute("mode", None, Some(octal(*mode)))
                .attribute("owner", None, Some(owner_name(host, *owner))),
            Change::Mode { path, before, after } => {
                Shown::new("mode", title(path)).attribute("mode", Some(octal(*before)), Some(octal(*after)))
            }
            Change::Owner { path, before, after } => {
                let (before, after) = (owner_name(host, *before), owner_name(host, *after));
                Shown::new("owner", title(path)).attribute("owner", Some(before), Some(after))
            }
            Change::Times { path, accessed, modified } => Shown::new("times", title(path))
                .attribute("accessed", None, accessed.map(seconds))
                .attribute("modified", None, modified.map(seconds)),
            Change::Flags { path, before, after } => {
                Shown::new("flags", title(path)).attribute("flags", Some(before.clone()), Some(after.clone()))
            }
            Change::Context { path, before, after } => Shown::new("context", title(path)).attribute(
                "context",
                Some(before.clone()),
                Some(after.clone()),
            ),
            Change::Link { path, target, before } => Shown::new("link", title(path)).attribute(
                "target",
                before.as_deref().map(title),
                Some(title(target)),
            ),
            Change::HardLink { path, target } => {
                Shown::new("hard link", title(path)).attribute("target", None, Some(title(target)))
            }
            Change::Remove { path, kind } => {
                Shown::new("remove", title(path)).attribute("kind", Some(kind.name().to_owned()), None)
            }
            Change::Rename { from, to } => {
                Shown::new("rename", title(from)).attribute("name", Some(title(from)), Some(title(to)))
            }
            Change::Backup { path, copy } => {
                Shown::new("backup", title(path)).attribute("copy", None, Some(title(copy)))
            }
            Change::Run(run) if !run.counts => return None,
            Change::Run(run) => Shown {
                text: run
                    .text
                    .clone()
                    .filter(|_| with_text)
                    .map(|(before, after)| TextChange::Text { before, after }),
                ..Shown::new(run.kind(), run.shown())
            },
            Change::Docker(order) if !order.counts() => return None,
            Change::Docker(order) => {
                Shown { attributes: order.attributes.clone(), ..Shown::new("do", order.title.as_str()) }
            }
            Change::Start(start) => start.shown(),
            Change::Request(_) | Change::Wait(_) => return None,
        })
    }
}

fn show_write(host: &dyn Probe, write: &Write, with_text: bool) -> Shown {
    let kind = if write.before.is_some() { "write" } else { "create" };
    let before = write.before.as_ref();
    let mut shown = Shown::new(kind, text::from_path(&write.path));
    if before.is_none_or(|before| before.mode != write.mode) {
        shown = shown.attribute("mode", before.map(|before| octal(before.mode)), Some(octal(write.mode)));
    }
    if before.is_none_or(|before| before.owner != write.owner) {
        let name = |owner| owner_name(host, owner);
        shown = shown.attribute("owner", before.map(|before| name(before.owner)), Some(name(write.owner)));
    }
    if before.is_none_or(|before| !before.same_content) {
        shown.text = Some(text_change(host, write, with_text));
        shown.content = Some(write.content.hash());
    }
    shown
}

fn text_change(host: &dyn Probe, write: &Write, with_text: bool) -> TextChange {
    let before_size = write.before.as_ref().map(|before| before.size);
    let hidden = |reason: &str| TextChange::Hidden {
        reason: reason.to_owned(),
        before_size,
        after_size: Some(write.content.size()),
    };
    if !with_text {
        return hidden("not asked for");
    }
    if before_size.unwrap_or(0) > MOST_SHOWN || write.content.size() > MOST_SHOWN {
        return hidden("large");
    }
    let before = if before_size.is_some() { host.read(&write.path).ok() } else { Some(Vec::new()) };
    match (before.and_then(as_text), content_text(host, &write.content)) {
        (Some(before), Some(after)) => TextChange::Text { before, after },
        _ => hidden("binary"),
    }
}

fn content_text(host: &dyn Probe, content: &Content) -> Option<String> {
    host.content(content).ok().and_then(as_text)
}

fn as_text(bytes: Vec<u8>) -> Option<String> {
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

fn octal(mode: u32) -> String {
    format!("{mode:04o}")
}

fn seconds(time: Time) -> String {
    format!("{:.6}", time.as_seconds())
}

fn owner_name(host: &dyn Probe, owner: Owner) -> String {
    let user = users::user_with(host, owner.uid).ok().flatten();
    let group = users::group_with(host, owner.gid).ok().flatten();
    let user = user.map_or_else(|| owner.uid.to_string(), |user| user.name);
    let group = group.map_or_else(|| owner.gid.to_string(), |group| group.name);
    format!("{user}:{group}")
}
