//! Texts before and after, as `ansible-playbook --diff` shows them.

use super::matching::{Step, groups};
use super::paint::{Paint, Tone};
use super::written::Written;
use crate::host::{Attribute, Data, Fields, Shown, TextChange};
use crate::report::{Output, Result};

/// The differences of a result, as the settings of the output want them.
pub fn differences(result: &Result, output: &Output, paint: &Paint) -> String {
    diffs(result, output.diff_context.unwrap_or(3), &Pen { paint, written: Written::of(output) })
}

/// How differences are put on paper.
pub struct Pen<'p> {
    pub paint: &'p Paint,
    pub written: Written,
}

/// Both sides of a change, with the names of their files.
struct Sides {
    before: String,
    after: String,
    before_header: String,
    after_header: String,
}

/// All diffs of a result, each with an empty line after it.
pub fn diffs(result: &Result, context: usize, pen: &Pen) -> String {
    let given = match &result.data {
        Data::Map(fields) => fields.get("diff"),
        _ => None,
    };
    match given {
        Some(Data::List(all)) => all.iter().map(|one| given_diff(one, context, pen)).collect(),
        Some(one @ Data::Map(fields)) if !fields.is_empty() => given_diff(one, context, pen),
        _ => result.changes.iter().map(|change| change_diff(change, context, pen)).collect(),
    }
}

/// A diff in the shape that modules return.
fn given_diff(data: &Data, context: usize, pen: &Pen) -> String {
    let Data::Map(fields) = data else { return String::new() };
    let mut out = String::new();
    for (name, which) in [("dst_binary", "destination"), ("src_binary", "source")] {
        if fields.get(name).is_some() {
            out.push_str(&format!("diff skipped: {which} file appears to be binary\n"));
        }
    }
    for (name, which) in [("dst_larger", "destination"), ("src_larger", "source")] {
        if let Some(Data::Int(size)) = fields.get(name) {
            out.push_str(&format!("diff skipped: {which} file size is greater than {size}\n"));
        }
    }
    if let (Some(before), Some(after)) = (fields.get("before"), fields.get("after")) {
        let header = |name: &str, side: &str| match fields.get(name) {
            Some(Data::Text(text)) => format!("{side}: {text}"),
            _ => side.to_owned(),
        };
        let sides = Sides {
            before: side(before, pen.written),
            after: side(after, pen.written),
            before_header: header("before_header", "before"),
            after_header: header("after_header", "after"),
        };
        out.push_str(&unified(&sides, context, pen));
    }
    if let Some(Data::Text(prepared)) = fields.get("prepared") {
        out.push_str(prepared);
    }
    out
}

fn side(data: &Data, written: Written) -> String {
    match data {
        Data::Null => String::new(),
        Data::Text(text) => text.clone(),
        other => written.side(other),
    }
}

/// A change of ours in the shape of theirs.
fn change_diff(change: &Shown, context: usize, pen: &Pen) -> String {
    match &change.text {
        Some(TextChange::Text { before, after }) => {
            let new = before.is_empty();
            let sides = Sides {
                before: before.clone(),
                after: after.clone(),
                before_header: if new { "before".to_owned() } else { format!("before: {}", change.title) },
                after_header: format!("after: {}", change.title),
            };
            unified(&sides, context, pen)
        }
        Some(TextChange::Hidden { reason, .. }) => format!("diff skipped: {reason}\n"),
        None if change.attributes.is_empty() => String::new(),
        None => {
            let sides = Sides {
                before: attributes(change, pen.written, |attribute| attribute.before.as_ref()),
                after: attributes(change, pen.written, |attribute| attribute.after.as_ref()),
                before_header: "before".to_owned(),
                after_header: "after".to_owned(),
            };
            unified(&sides, context, pen)
        }
    }
}

fn attributes(change: &Shown, written: Written, side: fn(&Attribute) -> Option<&String>) -> String {
    let given =
        change.attributes.iter().filter_map(|one| Some((one.name.clone(), side(one)?.clone().into())));
    let fields: Fields = given.chain([("path".to_owned(), change.title.clone().into())]).collect();
    written.side(&fields.into())
}

fn unified(sides: &Sides, context: usize, pen: &Pen) -> String {
    let (before, after) = (lines(&sides.before), lines(&sides.after));
    let before: Vec<&str> = before.iter().map(String::as_str).collect();
    let after: Vec<&str> = after.iter().map(String::as_str).collect();
    let groups = groups(&before, &after, context);
    if groups.is_empty() {
        return String::new();
    }
    let paint = pen.paint;
    let mut out = paint.paint(Tone::DiffRemove, &format!("--- {}\n", sides.before_header));
    out.push_str(&paint.paint(Tone::DiffAdd, &format!("+++ {}\n", sides.after_header)));
    for group in groups {
        out.push_str(&paint.paint(Tone::DiffLines, &format!("@@ {} @@\n", range(&group))));
        for step in group {
            out.push_str(&step_lines(&step, &before, &after, paint));
        }
    }
    out + "\n"
}

/// With their ends; a last one without an end says so. No host speaks to the terminal.
fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> =
        text.split_inclusive('\n').map(|line| line.replace('\x1b', "\\x1b")).collect();
    if let Some(last) = lines.last_mut().filter(|last| !last.ends_with('\n')) {
        last.push_str("\n\\ No newline at end of file\n");
    }
    lines
}

fn step_lines(step: &Step, before: &[&str], after: &[&str], paint: &Paint) -> String {
    let of = |lines: &[&str], range: std::ops::Range<usize>, mark: char| -> Vec<String> {
        lines.get(range).into_iter().flatten().map(|line| format!("{mark}{line}")).collect()
    };
    if step.equal {
        return of(before, step.before.clone(), ' ').concat();
    }
    let removed = of(before, step.before.clone(), '-');
    let added = of(after, step.after.clone(), '+');
    let removed = removed.iter().map(|line| paint.paint(Tone::DiffRemove, line));
    removed.chain(added.iter().map(|line| paint.paint(Tone::DiffAdd, line))).collect()
}

/// Where a group stands in both texts: `-1,3 +1,4`.
fn range(group: &[Step]) -> String {
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return String::new() };
    let side = |start: usize, end: usize| match end - start {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        length => format!("{},{length}", start + 1),
    };
    let before = side(first.before.start, last.before.end);
    format!("-{before} +{}", side(first.after.start, last.after.end))
}
