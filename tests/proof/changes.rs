//! What a dry run foretells against what the run does.

use serde_json::Value;
use std::collections::BTreeSet;

/// Every change of every result, as one line each: task, item, kind, title, attributes, content.
pub fn of(events: &[Value]) -> BTreeSet<String> {
    let results = events.iter().filter(|event| event["event"] == "result" || event["event"] == "item");
    results.flat_map(of_result).collect()
}

fn of_result(event: &Value) -> Vec<String> {
    let changes = event["changes"].as_array().unwrap();
    let mut lines: Vec<String> = changes.iter().map(|change| line(event, change)).collect();
    if event["status"] == "changed" {
        lines.push(format!("{} changed", subject(event)));
    }
    lines
}

fn line(event: &Value, change: &Value) -> String {
    format!("{} {change}", subject(event))
}

fn subject(event: &Value) -> String {
    let task = &event["task"];
    format!("{} `{}` {}:", task["action"].as_str().unwrap(), task["name"].as_str().unwrap(), event["label"])
}

/// How well the one foretold the other. Misses that contain a text of the list have a reason and do not count.
pub fn compare(foretold: &BTreeSet<String>, made: &BTreeSet<String>, explained: &[(&str, &str)]) {
    let hits = foretold.intersection(made).count();
    let ratio = |all: usize| hits as f64 / all.max(1) as f64;
    println!(
        "       precision {:.3}, recall {:.3} of {} changes",
        ratio(foretold.len()),
        ratio(made.len()),
        made.len()
    );
    let open = |line: &&String| !explained.iter().any(|(part, _)| line.contains(part));
    let wrong: Vec<&String> = foretold.difference(made).filter(open).collect();
    let missed: Vec<&String> = made.difference(foretold).filter(open).collect();
    assert!(
        wrong.is_empty() && missed.is_empty(),
        "foretold and not made: {wrong:#?}\nmade and not foretold: {missed:#?}"
    );
    for (part, reason) in explained {
        let needed = foretold.symmetric_difference(made).any(|line| line.contains(part));
        assert!(needed, "nothing is missed any more for this reason: {part}: {reason}");
    }
}
