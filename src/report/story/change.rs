//! Changes: in a few words, or with all that is different.

use crate::host::{Attribute, Shown, TextChange};
use crate::report::style::{Line, Style};
use similar::{ChangeTag, TextDiff};

/// What changed, in one line: the first change and how many more there are.
pub fn summary(changes: &[Shown]) -> Line {
    let Some(first) = changes.first() else { return Line::new() };
    let line = Line::of(Style::Faint, &first.kind).text(" ").text(&first.title);
    let line = first
        .attributes
        .iter()
        .fold(line, |line, attribute| line.add(Style::Faint, ", ").join(attribute_line(attribute)));
    match changes.len() - 1 {
        0 => line,
        more => line.add(Style::Faint, format!(" and {more} more")),
    }
}

/// Everything about a change: attributes, and the text before and after as a diff.
pub fn detail(change: &Shown, context: usize) -> Vec<Line> {
    let head = Line::of(Style::Faint, &change.kind).text(" ").text(&change.title);
    let mut lines = vec![head];
    lines.extend(
        change.attributes.iter().map(|attribute| Line::new().text("  ").join(attribute_line(attribute))),
    );
    match &change.text {
        Some(TextChange::Text { before, after }) => lines.extend(diff(before, after, context)),
        Some(TextChange::Hidden { reason, .. }) => {
            lines.push(Line::of(Style::Faint, format!("  content not shown: {reason}")));
        }
        None => {}
    }
    lines
}

fn attribute_line(attribute: &Attribute) -> Line {
    let name = Line::of(Style::Faint, format!("{} ", attribute.name));
    match (&attribute.before, &attribute.after) {
        (Some(before), Some(after)) => {
            name.add(Style::Removed, before).add(Style::Faint, " → ").add(Style::Added, after)
        }
        (None, Some(after)) => name.add(Style::Added, after),
        (Some(before), None) => name.add(Style::Removed, before).add(Style::Faint, " → none"),
        (None, None) => name,
    }
}

/// A unified diff.
pub fn diff(before: &str, after: &str, context: usize) -> Vec<Line> {
    let diff = TextDiff::from_lines(before, after);
    let mut lines = Vec::new();
    for hunk in diff.unified_diff().context_radius(context).iter_hunks() {
        lines.push(Line::of(Style::Hunk, hunk.header().to_string().trim_end()));
        for change in hunk.iter_changes() {
            let (mark, style) = match change.tag() {
                ChangeTag::Delete => ("-", Style::Removed),
                ChangeTag::Insert => ("+", Style::Added),
                ChangeTag::Equal => (" ", Style::Plain),
            };
            let text = change.value().trim_end_matches('\n');
            lines.push(Line::of(style, format!("{mark}{text}")));
            if change.missing_newline() {
                lines.push(Line::of(Style::Faint, "\\ no line break at the end of the file"));
            }
        }
    }
    lines
}
