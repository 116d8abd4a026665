//! What a template may say of the file that it is written in, and of the time.

use super::lookups::owner_name;
use super::python::datetime::{self, Moment};
use super::{Language, Scope};
use crate::source::Span;
use crate::vars::{Value, trusted_text};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The variable that says who manages a file.
const MANAGED: &str = "ansible_managed";

/// The variables that a template has of its file, and the text that stands for `ansible_managed`: what the setting says, in it the
/// time when the template was written; in 2.19, a variable of that name in `scope` is left alone.
pub fn variables(
    name: &str,
    path: &Path,
    managed: Option<&str>,
    scope: &dyn Scope,
) -> Vec<(&'static str, Value)> {
    let found = file_facts(path);
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let text = managed.map(|text| managed_text(text, &found.modified));
    let is_set = scope.context().surroundings.language == Language::Native && scope.value(MANAGED).is_some();
    let managed = (!is_set).then(|| text.unwrap_or_else(|| Value::text("Ansible managed")));
    let variables = [
        ("template_path", Value::text(name)),
        ("template_fullpath", Value::text(path.display().to_string())),
        ("template_host", Value::text(machine.trim())),
        ("template_uid", found.owner),
        ("template_mtime", found.modified),
        ("template_run_date", Value::object(datetime::now(false))),
        ("template_destpath", Value::none()),
    ];
    variables.into_iter().chain(managed.map(|text| (MANAGED, text))).collect()
}

fn managed_text(text: &str, modified: &Value) -> Value {
    let text = formatted(text);
    let dated = datetime::known::<Moment>(modified).and_then(|moment| moment.strftime(&text).ok());
    trusted_text(dated.unwrap_or(text), Span::NONE)
}

/// What is written in the setting, and what comes in its place: Python's `format`, with variables for the values.
const PLACES: &[(&str, &str)] = &[
    ("{{", "{"),
    ("}}", "}"),
    ("{host}", "{{ template_host }}"),
    ("{uid}", "{{ template_uid }}"),
    ("{file}", "{{ template_path }}"),
];

fn formatted(mut text: &str) -> String {
    let mut formatted = String::new();
    while !text.is_empty() {
        let place = PLACES.iter().find(|(place, _)| text.starts_with(place));
        let plain = text.chars().next().map_or(0, char::len_utf8);
        let (read, written) = place.map_or((plain, &text[..plain]), |(place, with)| (place.len(), with));
        formatted.push_str(written);
        text = &text[read..];
    }
    formatted
}

/// Of the file of a template.
struct FileFacts {
    /// The name of the owner; the number where nobody has it.
    owner: Value,
    /// The time in which it was last written, as Python's `datetime` of no place.
    modified: Value,
}

/// What is known of a file; of one that is not there, as of one of nobody from 1970.
fn file_facts(path: &Path) -> FileFacts {
    let found = path.metadata().ok();
    let uid = found.as_ref().map_or(0, |found| found.uid());
    let owner = owner_name(uid).map_or_else(|| i64::from(uid).into(), Value::from);
    let stamp = found
        .and_then(|found| jiff::Timestamp::new(found.mtime(), i32::try_from(found.mtime_nsec()).ok()?).ok());
    let zoned = stamp.unwrap_or_default().to_zoned(jiff::tz::TimeZone::system());
    FileFacts { owner, modified: Value::object(Moment { time: zoned.datetime(), offset: None }) }
}

#[cfg(test)]
mod tests {
    use super::{MANAGED, managed_text, variables};
    use crate::template::{Context, Language, Surroundings, Variables};
    use crate::vars::Value;
    use std::path::Path;
    use std::sync::Arc;

    fn says_who_manages(language: Language) -> bool {
        let surroundings = Arc::new(Surroundings { language, ..Surroundings::default() });
        let context = Context { surroundings, ..Context::default() };
        let all = [(Arc::from(MANAGED), Value::text("by hand"))].into_iter().collect();
        let own = variables("t.j2", Path::new("/nowhere"), None, &Variables { all, context });
        own.iter().any(|(name, _)| *name == MANAGED)
    }

    #[test]
    fn what_the_project_says_of_who_manages_files_counts_as_of_2_19() {
        assert!(!says_who_manages(Language::Native));
        assert!(says_who_manages(Language::Classic));
    }

    #[test]
    fn doubled_braces_of_the_setting_are_single_ones() {
        let text = managed_text("{{{{ 1 + 1 }}}} on {host}", &Value::none());
        assert_eq!(text.as_str(), Some("{{ 1 + 1 }} on {{ template_host }}"));
    }
}
