//! What a dry run foretells against what the run does.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Every change of every result, as one line each: role, task, item, kind, title, attributes, content.
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
    let (action, name) = (task["action"].as_str().unwrap(), task["name"].as_str().unwrap());
    format!("{} | {action} `{name}` {}:", task["role"].as_str().unwrap_or("-"), event["label"])
}

/// Role by role: how much of what was foretold came true, how much of what came was foretold.
fn table(foretold: &BTreeSet<String>, made: &BTreeSet<String>) -> String {
    let mut roles: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for line in foretold.union(made) {
        let (told, done) = (foretold.contains(line), made.contains(line));
        let role = line.split_once(" | ").map_or("-", |(role, _)| role);
        for name in [role, "~ all"] {
            let counts = roles.entry(name).or_default();
            counts
                .iter_mut()
                .zip([told, done, told && done])
                .for_each(|(count, flag)| *count += usize::from(flag));
        }
    }
    let ratio = |both: usize, of: usize| if of == 0 { 1.0 } else { both as f64 / of as f64 };
    let row = |(role, [foretold, made, both]): (&&str, &[usize; 3])| {
        let (precision, recall) = (ratio(*both, *foretold), ratio(*both, *made));
        format!("       {role:<32} {foretold:>8} {made:>6} {precision:>9.3} {recall:>7.3}\n")
    };
    let head =
        format!("       {:<32} {:>8} {:>6} {:>9} {:>7}\n", "role", "foretold", "made", "precision", "recall");
    head + &roles.iter().map(row).collect::<String>()
}

/// How well the one foretold the other. Misses that contain a text of the list have a reason and do not count.
pub fn compare(foretold: &BTreeSet<String>, made: &BTreeSet<String>, explained: &[(&str, &str)]) {
    print!("{}", table(foretold, made));
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
