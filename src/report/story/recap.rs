//! The end of a run: what changed where, what failed, and what to do about it.

use super::{Look, title};
use crate::report::recap::{Counts, HostRecap, Recap, Trouble};
use crate::report::style::{Line, Style, columns, count, wrapped};
use crate::report::{HostName, Status};
use crate::source::Sources;
use std::collections::BTreeMap;
use std::time::Duration;

/// Up to this many hosts the calm ones stand in the table too.
const SMALL: usize = 12;
/// How many changes of a host are named.
const NAMED: usize = 4;
/// Up to this many hosts are named for `--limit`.
const LIMITED: usize = 20;

/// The recap in lines.
pub fn recap(recap: &Recap, look: &Look, sources: &Sources) -> Vec<Line> {
    let mut lines = vec![Line::new(), heading(recap)];
    if !recap.total().is_calm() || look.verbosity > 0 {
        lines.extend(table(recap));
        let words = words(recap);
        lines.extend(section(changed(recap, look, words)));
        lines.extend(section(troubles(recap, sources, words)));
    }
    if look.custom_stats {
        lines.extend(section(stats(recap)));
    }
    lines.extend(section(hints(recap, look)));
    lines
}

/// Lines with an empty one before them, if there are any.
fn section(lines: Vec<Line>) -> Vec<Line> {
    let gap = (!lines.is_empty()).then(Line::new);
    gap.into_iter().chain(lines).collect()
}

fn heading(recap: &Recap) -> Line {
    let total = recap.total();
    let hosts =
        |wanted: fn(&Counts) -> bool| recap.hosts.values().filter(|host| wanted(&host.counts)).count();
    let line = Line::of(Style::Heading, "recap  ").text(count(recap.hosts.len(), "host"));
    let dot = |line: Line| line.add(Style::Faint, " · ");
    let mut line = match (total.changed, recap.dry_run) {
        (0, true) => dot(line).add(Style::Good, "nothing would change"),
        (0, false) => dot(line).add(Style::Good, "nothing changed"),
        (number, true) => dot(line).add(Style::Changed, format!("{} would change", count(number, "task"))),
        (number, false) => dot(line).add(Style::Changed, format!("{} changed", count(number, "task"))),
    };
    for (number, word) in [(hosts(|c| c.failed > 0), "failed"), (hosts(|c| c.unreachable > 0), "unreachable")]
    {
        if number > 0 {
            line = dot(line).add(Style::Bad, format!("{} {word}", count(number, "host")));
        }
    }
    if recap.interrupted {
        line = dot(line).add(Style::Bad, "interrupted");
    }
    dot(line).add(Style::Faint, duration(recap.took))
}

/// A column of the table: its name, how it looks, what it counts.
type Column = (&'static str, Style, fn(&Counts) -> usize);

const COLUMNS: [Column; 8] = [
    ("ok", Style::Plain, |counts| counts.ok),
    ("changed", Style::Changed, |counts| counts.changed),
    ("failed", Style::Bad, |counts| counts.failed),
    ("unreachable", Style::Bad, |counts| counts.unreachable),
    ("depends", Style::Unsure, |counts| counts.depends),
    ("rescued", Style::Changed, |counts| counts.rescued),
    ("ignored", Style::Changed, |counts| counts.ignored),
    ("skipped", Style::Faint, |counts| counts.skipped),
];

fn table(recap: &Recap) -> Vec<Line> {
    let total = recap.total();
    let shown: Vec<&Column> =
        COLUMNS.iter().filter(|column| column.0 == "ok" || column.2(&total) > 0).collect();
    let few = recap.hosts.len() <= SMALL;
    let listed: Vec<_> = recap.hosts.iter().filter(|(_, host)| few || !host.counts.is_calm()).collect();
    let names = listed.iter().map(|(name, _)| columns(name)).max().unwrap_or(0);
    let head = shown.iter().fold(Line::new().text(" ".repeat(names + 2)), |line, (name, ..)| {
        line.text("  ").add(Style::Faint, name_column(recap, name))
    });
    let mut lines = vec![Line::new(), head];
    lines.extend(listed.iter().map(|(name, host)| row(recap, name, host, names, &shown)));
    let calm = recap.hosts.len() - listed.len();
    if calm > 0 {
        lines.push(Line::of(Style::Faint, format!("  and {} without a change", count(calm, "host"))));
    }
    lines
}

/// The heading of a column, as wide as its numbers.
fn name_column(recap: &Recap, name: &str) -> String {
    let name = if recap.dry_run && name == "changed" { "would change" } else { name };
    format!("{name:>5}")
}

fn row(recap: &Recap, name: &str, host: &HostRecap, names: usize, shown: &[&Column]) -> Line {
    let style = if host.counts.is_bad() { Style::Bad } else { Style::Strong };
    let start = Line::new().text("  ").column(style, name, names);
    shown.iter().fold(start, |line, (name, style, value)| {
        let width = columns(&name_column(recap, name));
        match value(&host.counts) {
            0 => line.text("  ").add(Style::Faint, format!("{:>width$}", "·")),
            number => line.text("  ").add(*style, format!("{number:>width$}")),
        }
    })
}

/// Columns of the words before the names of hosts.
fn words(recap: &Recap) -> usize {
    let total = recap.total();
    let changed = if recap.dry_run { "would change" } else { "changed" };
    let words = [(changed, total.changed), ("failed", total.failed), ("unreachable", total.unreachable)];
    words.iter().filter(|(_, number)| *number > 0).map(|(word, _)| word.len()).max().unwrap_or(0)
}

/// What changed where; hosts on which the same changed stand together.
fn changed(recap: &Recap, look: &Look, words: usize) -> Vec<Line> {
    let mut alike: Vec<(&[String], Vec<&str>)> = Vec::new();
    for (name, host) in recap.hosts.iter().filter(|(_, host)| !host.changed.is_empty()) {
        match alike.iter_mut().find(|(changed, _)| *changed == host.changed) {
            Some((_, names)) => names.push(name),
            None => alike.push((&host.changed, vec![name])),
        }
    }
    let word = if recap.dry_run { "would change" } else { "changed" };
    let lines = alike.iter().map(|(changed, names)| {
        let line = Line::new().text("  ").column(Style::Changed, word, words).text("  ");
        let line = line.add(Style::Strong, shortened(names));
        let line = line.text("  ").add(Style::Faint, things(changed, look.verbosity));
        look.width.map_or(line.clone(), |width| line.fit(width))
    });
    lines.collect()
}

fn shortened(names: &[&str]) -> String {
    match names.split_at_checked(3) {
        Some((first, rest)) if !rest.is_empty() => format!("{} and {} more", first.join(", "), rest.len()),
        _ => names.join(", "),
    }
}

fn things(changed: &[String], verbosity: u8) -> String {
    let named = if verbosity > 0 { changed.len() } else { NAMED };
    let first = changed.iter().take(named).cloned().collect::<Vec<_>>().join(", ");
    match changed.len().saturating_sub(named) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// What failed where; hosts on which the same failed for the same reason stand together.
fn troubles(recap: &Recap, sources: &Sources, words: usize) -> Vec<Line> {
    let mut alike: Vec<(&Trouble, Vec<&str>)> = Vec::new();
    for (name, host) in &recap.hosts {
        for trouble in &host.troubles {
            let same = |(other, _): &&mut (&Trouble, Vec<&str>)| {
                other.task.name == trouble.task.name && other.message == trouble.message
            };
            match alike.iter_mut().find(same) {
                Some((_, names)) => names.push(name),
                None => alike.push((trouble, vec![name])),
            }
        }
    }
    alike.iter().flat_map(|(trouble, names)| trouble_lines(trouble, names, sources, words)).collect()
}

fn trouble_lines(trouble: &Trouble, names: &[&str], sources: &Sources, words: usize) -> Vec<Line> {
    let lost = trouble.status == Status::Unreachable;
    let word = if lost { "unreachable" } else { "failed" };
    let line = Line::new().text("  ").column(Style::Bad, word, words).text("  ");
    let mut lines = vec![line.add(Style::Strong, shortened(names)).text("  ").text(title(&trouble.task))];
    let indent = " ".repeat(words + 4);
    if let Some(message) = trouble.message.lines().next().filter(|message| !message.is_empty()) {
        lines.push(Line::new().text(&indent).text(message));
    }
    if let Some(place) = sources.place(trouble.place).filter(|_| !lost) {
        lines.push(Line::of(Style::Faint, format!("{indent}at {place}")));
    }
    lines
}

/// What to do next.
fn hints(recap: &Recap, look: &Look) -> Vec<Line> {
    let of = |wanted: fn(&Counts) -> bool| -> Vec<&HostName> {
        recap.hosts.iter().filter(|(_, host)| wanted(&host.counts)).map(|(name, _)| name).collect()
    };
    let total = recap.total();
    let (lost, bad) = (of(|counts| counts.unreachable > 0), of(Counts::is_bad));
    let mut hints = Vec::new();
    if let Some(first) = lost.first() {
        hints.push(format!(
            "see whether `ssh {first}` gets through; `provision trust {first}` records a host key"
        ));
    }
    match bad.len() {
        0 => {}
        1..=LIMITED => {
            let names = bad.iter().map(|name| name.as_ref()).collect::<Vec<_>>().join(",");
            hints.push(format!("when that is mended, run what is left: `--limit {}`", quoted(&names)));
        }
        number => hints
            .push(format!("when that is mended, run it again: the {number} hosts go on where they stopped")),
    }
    if recap.interrupted && bad.is_empty() {
        hints.push("run it again to finish: what is done is not done twice".to_owned());
    }
    if total.depends > 0 {
        let tasks = count(total.depends, "task");
        hints.push(format!("{tasks} cannot be foretold: a dry run does not start the commands they hang on"));
    }
    if recap.dry_run && total.changed > 0 && bad.is_empty() {
        hints.push("nothing was changed; run it without `--dry-run` to make these changes".to_owned());
    }
    hints.iter().flat_map(|hint| hint_lines(hint, look.width)).collect()
}

/// Broken where the terminal ends.
fn hint_lines(hint: &str, width: Option<usize>) -> Vec<Line> {
    let start = Line::new().text("  ").add(Style::Hint, "hint").text(": ");
    let room = width.map_or(usize::MAX, |width| width.saturating_sub(start.width()));
    let indent = " ".repeat(start.width());
    let mut parts = wrapped(hint, room).into_iter();
    let first = start.text(parts.next().unwrap_or_default());
    std::iter::once(first).chain(parts.map(|part| Line::new().text(&indent).text(part))).collect()
}

fn quoted(names: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "-_.,:@".contains(character);
    if names.chars().all(plain) { names.to_owned() } else { format!("'{names}'") }
}

/// A time as one says it.
pub fn duration(took: Duration) -> String {
    let seconds = took.as_secs();
    match seconds {
        0..60 => format!("{:.1} s", took.as_secs_f64().min(59.9)),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// Data of `set_stats`, in lines.
fn stats(recap: &Recap) -> Vec<Line> {
    let named = recap.stats.all().map(|(host, fields)| (host.map_or("all hosts", |host| &**host), fields));
    let line = |(host, fields)| {
        let text = serde_json::to_string(fields).unwrap_or_default();
        Line::new().text("  ").add(Style::Strong, host).text("  ").text(text)
    };
    named.collect::<BTreeMap<&str, _>>().into_iter().map(line).collect()
}
