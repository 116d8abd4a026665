//! What a module of the project printed, read.

use crate::host::{Data, Failure, Fields, Output, Report, json};

/// The result that a module printed, with what it says of itself.
pub fn report(name: &str, output: &Output) -> Result<Report, Failure> {
    let Some(mut result) = result(&output.stdout()) else { return Err(no_result(name, output)) };
    let changed = truth(result.remove("changed").as_ref());
    let status = result
        .get("rc")
        .is_some_and(|rc| !matches!(rc, Data::Int(0) | Data::Null) && rc.as_text() != Some("0"));
    let failed = result.remove("failed").map_or(status, |failed| truth(Some(&failed)));
    let skipped = truth(result.remove("skipped").as_ref());
    let message = result.get("msg").and_then(Data::as_text).unwrap_or("the module failed").to_owned();
    if failed {
        return Err(Failure::Failed { message, result: result.with("changed", changed) });
    }
    if skipped {
        return Err(Failure::Skipped { because: message, result });
    }
    Ok(Report { result, changed: Some(changed), unknown: None })
}

/// The JSON object among what was printed; lines before and behind it do not count.
fn result(printed: &str) -> Option<Fields> {
    let lines: Vec<&str> = printed.lines().collect();
    let first = lines.iter().position(|line| line.trim_start().starts_with('{'))?;
    let last = lines.iter().rposition(|line| line.trim_end().ends_with('}'))?;
    match json::parse(&lines.get(first..=last)?.join("\n")).ok()? {
        Data::Map(fields) => Some(fields),
        _ => None,
    }
}

fn no_result(name: &str, output: &Output) -> Failure {
    let said = output.stderr();
    let missing = said.lines().rev().find(|line| line.contains("No module named"));
    let raised =
        said.lines().rev().find(|line| !line.is_empty()).filter(|_| said.contains("Traceback (most"));
    let why = match (missing, raised) {
        (Some(missing), _) => format!("it needs Python code that is not there: {}", missing.trim()),
        (None, Some(raised)) => raised.trim().to_owned(),
        (None, None) => "it printed no JSON".to_owned(),
    };
    Failure::new(format!("the module `{name}` gave no result: {why}"))
        .with("changed", false)
        .with("module_stdout", output.stdout())
        .with("module_stderr", said)
        .with("rc", output.status)
}

fn truth(data: Option<&Data>) -> bool {
    match data {
        Some(Data::Bool(value)) => *value,
        Some(Data::Int(value)) => *value != 0,
        Some(Data::Text(text)) => {
            matches!(text.to_ascii_lowercase().as_str(), "yes" | "on" | "true" | "1" | "y" | "t")
        }
        _ => false,
    }
}
