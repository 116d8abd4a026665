//! What a template may say of the file that it is written in, and of the time.

use super::lookups::owner_name;
use super::python::datetime::{self, Moment};
use crate::source::Span;
use crate::vars::{Value, trusted_text};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The variables that a template has of its file, and the text that stands for `ansible_managed`: what the setting says, in it the
/// time when the template was written.
pub fn variables(name: &str, path: &Path, managed: Option<&str>) -> Vec<(&'static str, Value)> {
    let found = file_facts(path);
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let text = managed.map(|text| managed_text(text, &found.modified));
    vec![
        ("template_path", Value::text(name)),
        ("template_fullpath", Value::text(path.display().to_string())),
        ("template_host", Value::text(machine.trim())),
        ("template_uid", found.owner),
        ("template_mtime", found.modified),
        ("template_run_date", Value::object(datetime::now(false))),
        ("template_destpath", Value::none()),
        ("ansible_managed", text.unwrap_or_else(|| Value::text("Ansible managed"))),
    ]
}

fn managed_text(text: &str, modified: &Value) -> Value {
    let places = [
        ("{host}", "{{ template_host }}"),
        ("{uid}", "{{ template_uid }}"),
        ("{file}", "{{ template_path }}"),
    ];
    // Doubled braces are single ones, as in all that Python's `format` fills.
    let (open, close) = ("\u{1}", "\u{2}");
    let text = text.replace("{{", open).replace("}}", close);
    let text = places.iter().fold(text, |text, (place, variable)| text.replace(place, variable));
    let text = text.replace(open, "{").replace(close, "}");
    let dated = datetime::known::<Moment>(modified).and_then(|moment| moment.strftime(&text).ok());
    trusted_text(dated.unwrap_or(text), Span::NONE)
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
    use super::managed_text;
    use crate::vars::Value;

    #[test]
    fn doubled_braces_of_the_setting_are_single_ones() {
        let text = managed_text("{{{{ 1 + 1 }}}} on {host}", &Value::none());
        assert_eq!(text.as_str(), Some("{{ 1 + 1 }} on {{ template_host }}"));
    }
}
