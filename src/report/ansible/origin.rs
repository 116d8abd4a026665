//! Failures with the lines of the user's files that they come from.

use super::dump::{short, was_carried_out};
use crate::host::Data;
use crate::report::{Result, Status, TaskInfo};
use crate::source::{Sources, Span};
use std::fmt::Write;

/// Actions whose failures are found out by the controller.
const OF_THE_CONTROLLER: [&str; 15] = [
    "add_host",
    "assert",
    "debug",
    "fail",
    "group_by",
    "import_role",
    "import_tasks",
    "include_role",
    "include_tasks",
    "include_vars",
    "meta",
    "pause",
    "set_fact",
    "set_stats",
    "validate_argument_spec",
];

/// The block that stands before the line of a failed result.
pub fn error(task: &TaskInfo, result: &Result, sources: &Sources) -> String {
    let message = message(result);
    let said_so = matches!(short(&task.action), "assert" | "fail") || was_carried_out(result);
    let at_task = origin(task.span, sources);
    match result.diagnostic.as_ref().filter(|_| !said_so) {
        Some(found) => {
            let cause = origin(found.span(), sources);
            let (outer, inner) = levels(&message);
            format!(
                "[ERROR]: Task failed: {message}\n\n{outer}.\n{at_task}\n<<< caused by >>>\n\n{inner}\n{cause}"
            )
        }
        None => format!("[ERROR]: Task failed: {}\n{at_task}", said(task, result, &message)),
    }
}

/// What is said of the task, and what of the cause in it.
fn levels(message: &str) -> (String, &str) {
    let arguments = message.strip_prefix("Finalization of task args for ");
    match arguments.and_then(|rest| rest.split_once(" failed: ")) {
        Some((action, cause)) => {
            (format!("Task failed: Finalization of task args for {action} failed"), cause)
        }
        None => ("Task failed".to_owned(), message),
    }
}

fn message(result: &Result) -> String {
    let field = match &result.data {
        Data::Map(fields) => match fields.get("msg") {
            Some(Data::Text(text)) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    };
    let message = field.or_else(|| result.message.clone()).unwrap_or_default();
    let message = message.strip_prefix("Task failed: ").unwrap_or(&message);
    let failed = ["Action failed: ", "Module failed: "].into_iter().find_map(|who| message.strip_prefix(who));
    failed.unwrap_or(message).to_owned()
}

/// The message behind who found the failure.
fn said(task: &TaskInfo, result: &Result, message: &str) -> String {
    let verdict =
        matches!(&result.data, Data::Map(fields) if fields.get("failed_when_result") == Some(&true.into()));
    let acted = verdict || OF_THE_CONTROLLER.contains(&short(&task.action));
    match (result.status, message) {
        (Status::Unreachable, message) => message.to_owned(),
        _ if !result.data.entry("timedout").is_null() => message.to_owned(),
        (_, "") => "Action failed.".to_owned(),
        _ if acted || message == "Unknown error." => format!("Action failed: {message}"),
        _ => format!("Module failed: {message}"),
    }
}

/// The place, and the line with the two before it.
fn origin(span: Span, sources: &Sources) -> String {
    let Some(source) = sources.source(span.file) else { return String::new() };
    let (line, column) = source.position(span.start);
    let mut out = format!("Origin: {}:{line}:{column}\n\n", source.path.display());
    if source.secret {
        return out;
    }
    let width = line.to_string().len();
    for number in line.saturating_sub(2).max(1)..=line {
        let text = format!("{number:>width$} {}", source.line(number));
        let _ = writeln!(out, "{}", text.trim_end());
    }
    let _ = writeln!(out, "{:width$} {:indent$}^ column {column}", "", "", indent = column - 1);
    out
}
