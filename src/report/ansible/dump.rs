//! Results as text: what is left of them for the reader, in Python's JSON.

use crate::host::{Data, Fields};
use crate::report::{Result, Status};

/// Fields of a result that are told elsewhere or to nobody.
const TOLD_ELSEWHERE: [&str; 5] = ["exception", "warnings", "deprecations", "failed", "skipped"];
/// Fields that are no part of what `debug: var=` was asked to show.
const BESIDE_DEBUG: [&str; 8] = [
    "changed",
    "failed",
    "skipped",
    "invocation",
    "skip_reason",
    "ansible_loop_var",
    "ansible_index_var",
    "ansible_loop",
];

/// Whether a result is always shown, and over several lines: what an action has to say, not what kept it from it.
pub fn is_spoken(action: &str, result: &Result) -> bool {
    let fields = match &result.data {
        Data::Map(fields) => fields,
        _ => return false,
    };
    let skipped = matches!(result.status, Status::Skipped | Status::Depends);
    let ended = result.diagnostic.is_none() || was_carried_out(result);
    let by_items = fields.get("results").is_some();
    let said = short(action) == "debug" && !skipped && !by_items && ended && !result.no_log;
    said || fields.get("_ansible_verbose_always") == Some(&Data::Bool(true))
}

/// Whether it was only the verdict that failed: the task itself came to its end.
pub fn was_carried_out(result: &Result) -> bool {
    let verdicts = ["failed_when_result", "changed_when_result"];
    matches!(&result.data, Data::Map(fields) if verdicts.iter().any(|verdict| fields.get(verdict).is_some()))
}

/// Whether results of this action are too long to be shown with `-v`.
pub fn is_quiet(action: &str) -> bool {
    matches!(short(action), "setup" | "gather_facts")
}

/// The name of an action without its collection.
pub fn short(action: &str) -> &str {
    let bare = action.strip_prefix("ansible.builtin.").or_else(|| action.strip_prefix("ansible.legacy."));
    bare.unwrap_or(action)
}

/// What is shown of a result.
pub fn abridged(data: &Data, action: &str, verbosity: u8) -> Fields {
    let Data::Map(fields) = data else { return Fields::new() };
    let debug = short(action) == "debug";
    let says = debug && fields.get("msg").is_some();
    let kept = fields.iter().filter(|(name, _)| {
        let internal = name.starts_with("_ansible_");
        let beside = match (debug, says) {
            (true, true) => *name != "msg",
            (true, false) => BESIDE_DEBUG.contains(name),
            _ => false,
        };
        let long = verbosity < 3 && matches!(*name, "invocation" | "diff");
        !internal && !beside && !long && !TOLD_ELSEWHERE.contains(name)
    });
    kept.map(|(name, value)| (name.to_owned(), without_internal(value))).collect()
}

fn without_internal(data: &Data) -> Data {
    match data {
        Data::List(items) => Data::List(items.iter().map(without_internal).collect()),
        Data::Map(fields) => {
            let kept = fields.iter().filter(|(name, _)| !name.starts_with("_ansible_"));
            kept.map(|(name, value)| (name.to_owned(), without_internal(value))).collect::<Fields>().into()
        }
        other => other.clone(),
    }
}

/// As Python's `json.dumps` writes it with sorted keys; over several lines where there is an indent.
pub fn json(data: &Data, indent: Option<usize>) -> String {
    let mut writer = Writer { out: String::new(), indent, depth: 0 };
    writer.data(data);
    writer.out
}

struct Writer {
    out: String,
    indent: Option<usize>,
    depth: usize,
}

impl Writer {
    fn data(&mut self, data: &Data) {
        match data {
            Data::Null => self.out.push_str("null"),
            Data::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Data::Int(value) => self.out.push_str(&value.to_string()),
            Data::Big(digits) => self.out.push_str(digits),
            Data::Float(value) => self.out.push_str(&float(*value)),
            Data::Text(text) => self.out.push_str(&quoted(text)),
            Data::List(items) => self.group(['[', ']'], items.iter(), Writer::data),
            Data::Map(fields) => {
                let mut sorted: Vec<(&str, &Data)> = fields.iter().collect();
                sorted.sort_by_key(|(name, _)| *name);
                self.group(['{', '}'], sorted.into_iter(), |writer, (name, value)| {
                    writer.out.push_str(&quoted(name));
                    writer.out.push_str(": ");
                    writer.data(value);
                });
            }
        }
    }

    fn group<T>(
        &mut self,
        brackets: [char; 2],
        items: impl ExactSizeIterator<Item = T>,
        mut each: impl FnMut(&mut Writer, T),
    ) {
        self.out.push(brackets[0]);
        let count = items.len();
        self.depth += 1;
        for (index, item) in items.enumerate() {
            self.line_break();
            each(self, item);
            if index + 1 < count {
                self.out.push_str(if self.indent.is_some() { "," } else { ", " });
            }
        }
        self.depth -= 1;
        if count > 0 {
            self.line_break();
        }
        self.out.push(brackets[1]);
    }

    fn line_break(&mut self) {
        if let Some(indent) = self.indent {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(' ', indent * self.depth));
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// As Python prints it.
pub fn float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) || value == 0.0 {
        let text = value.to_string();
        return if text.contains('.') { text } else { text + ".0" };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_printed_as_python_prints_them() {
        let cases = [
            (1.0, "1.0"),
            (1e16, "1e+16"),
            (1e15, "1000000000000000.0"),
            (0.00001, "1e-05"),
            (0.0001, "0.0001"),
        ];
        for (value, expected) in cases {
            assert_eq!(float(value), expected);
        }
        assert_eq!(float(1.5e300), "1.5e+300");
        assert_eq!(float(-0.0), "-0.0");
    }

    #[test]
    fn json_is_that_of_python() {
        let fields = Fields::new().with("b", vec![1_i64, 2]).with("a", Data::Null).with("e", Fields::new());
        let data = Data::from(fields.with("c", "ü\u{1b}\"").with("d", Data::List(Vec::new())));
        assert_eq!(json(&data, None), r#"{"a": null, "b": [1, 2], "c": "ü\u001b\"", "d": [], "e": {}}"#);
        let expected = "{\n    \"a\": null,\n    \"b\": [\n        1,\n        2\n    ],\n    \"c\": \"ü\\u001b\\\"\",\n    \"d\": [],\n    \"e\": {}\n}";
        assert_eq!(json(&data, Some(4)), expected);
    }
}
