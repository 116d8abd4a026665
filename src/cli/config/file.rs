//! The text of an `ansible.cfg`: sections of `key = value`, as Python's reader of such files takes them.

use crate::source::{Diagnostic, Diagnostics, FileId, Span};

/// One setting.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// `section.key`, in lower case but for the section.
    pub name: String,
    pub text: String,
    pub span: Span,
}

/// The settings of a file in order. A line that is none is told and left out.
pub fn entries(text: &str, file: FileId, found: &mut Diagnostics) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut section = None;
    let mut start = 0;
    // The entry before can go on in an indented line.
    let mut open = false;
    for line in text.split_inclusive('\n') {
        let span = Span::new(file, start, start + line.trim_end().len());
        start += line.len();
        let content = without_comment(line);
        let trimmed = content.trim();
        if trimmed.is_empty() {
            continue;
        }
        match entries.last_mut() {
            Some(entry) if open && line.starts_with([' ', '\t']) => {
                entry.text.push('\n');
                entry.text.push_str(trimmed);
                continue;
            }
            _ => {}
        }
        open = false;
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            section = Some(name.0.to_owned());
        } else if let (Some(section), Some((key, value))) = (&section, trimmed.split_once(['=', ':'])) {
            let name = format!("{section}.{}", key.trim().to_lowercase());
            entries.push(Entry { name, text: value.trim().to_owned(), span });
            open = true;
        } else {
            let message =
                if section.is_none() { "a setting before any `[section]`" } else { "not a `key = value`" };
            found.push(Diagnostic::error(message).at(span));
        }
    }
    entries
}

/// The line without a comment: `#` and `;` at its beginning, `;` after a space also further on.
fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with(['#', ';']) {
        return "";
    }
    let end = line
        .match_indices(';')
        .map(|(index, _)| index)
        .find(|index| line[..*index].ends_with(char::is_whitespace));
    &line[..end.unwrap_or(line.len())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;
    use std::path::Path;

    fn read(text: &str) -> (Vec<(String, String)>, usize) {
        let mut found = Diagnostics::default();
        let file = Sources::default().add(Path::new("ansible.cfg"), text);
        let entries = entries(text, file, &mut found);
        (entries.into_iter().map(|entry| (entry.name, entry.text)).collect(), found.all.len())
    }

    fn pair(name: &str, text: &str) -> (String, String) {
        (name.to_owned(), text.to_owned())
    }

    #[test]
    fn entries_have_comments_other_signs_and_further_lines() {
        let text =
            "# c\n[defaults]\nForks=7 ; seven\ninventory : a,\n  b\n; c\nempty =\nurl = a;b\n[x] \nk=v=w\n";
        let expected = vec![
            pair("defaults.forks", "7"),
            pair("defaults.inventory", "a,\nb"),
            pair("defaults.empty", ""),
            pair("defaults.url", "a;b"),
            pair("x.k", "v=w"),
        ];
        assert_eq!(read(text), (expected, 0));
    }

    #[test]
    fn what_is_no_setting_is_told() {
        assert_eq!(read("a = b\n[defaults]\nnonsense\nforks = 1\n"), (vec![pair("defaults.forks", "1")], 2));
    }
}
