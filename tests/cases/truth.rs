//! What dry runs foretell against what runs do: counted, case by case.

use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;

/// What the dry run of one case foretold, and what its run did.
pub struct Truth {
    name: String,
    foretold: BTreeSet<String>,
    made: BTreeSet<String>,
    /// Why the dry run cannot say all.
    reason: Option<String>,
}

impl Truth {
    pub fn new(name: &str, dry: &[Value], run: &[Value], reason: Option<String>) -> Truth {
        Truth { name: name.to_owned(), foretold: changes(dry), made: changes(run), reason }
    }

    /// What was foretold and not made, or made and not foretold, where nothing explains it.
    pub fn unexplained(&self) -> Option<String> {
        let wrong: Vec<&String> = self.foretold.difference(&self.made).collect();
        let missed: Vec<&String> = self.made.difference(&self.foretold).collect();
        if self.reason.is_some() || wrong.is_empty() && missed.is_empty() {
            return None;
        }
        Some(format!("{}: foretold and not made: {wrong:#?}\nmade and not foretold: {missed:#?}", self.name))
    }

    fn counts(&self) -> [usize; 3] {
        [self.foretold.len(), self.made.len(), self.foretold.intersection(&self.made).count()]
    }
}

/// Every change of every result: the task, its item, and all of the change.
fn changes(events: &[Value]) -> BTreeSet<String> {
    let results = events.iter().filter(|event| event["event"] == "result" || event["event"] == "item");
    let lines = |event: &Value| {
        let (place, label, host) = (&event["task"]["at"], &event["label"], &event["host"]);
        let changes = event["changes"].as_array().cloned().unwrap_or_default();
        changes.iter().map(|change| format!("{host} {place} {label} {change}")).collect::<Vec<_>>()
    };
    results.flat_map(lines).collect()
}

/// The table of all cases: how much of what was foretold came true, how much of what came was foretold.
pub fn table(all: &[Truth]) -> String {
    let mut text = format!(
        "{:<24} {:>8} {:>6} {:>5} {:>9} {:>7}  {}\n",
        "case", "foretold", "made", "both", "precision", "recall", "why not all"
    );
    let mut sum = [0; 3];
    for truth in all {
        let counts = truth.counts();
        sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        let _ = writeln!(text, "{}", row(&truth.name, counts, truth.reason.as_deref().unwrap_or_default()));
    }
    text + &row("all", sum, "") + "\n"
}

fn row(name: &str, [foretold, made, both]: [usize; 3], reason: &str) -> String {
    let ratio = |of: usize| if of == 0 { 1.0 } else { both as f64 / of as f64 };
    let (precision, recall) = (ratio(foretold), ratio(made));
    format!("{name:<24} {foretold:>8} {made:>6} {both:>5} {precision:>9.3} {recall:>7.3}  {reason}")
}

#[test]
fn misses_are_counted() {
    let event = |title: &str| serde_json::json!({"event": "result", "changes": [title]});
    let (dry, run) = ([event("a"), event("b")], [event("a"), event("c"), event("d")]);
    let truth = Truth::new("x", &dry, &run, None);
    assert_eq!(truth.counts(), [2, 3, 1]);
    assert!(truth.unexplained().unwrap().contains("made and not foretold"));
    assert!(Truth::new("x", &dry, &run, Some("why".to_owned())).unexplained().is_none());
    assert!(table(&[truth]).contains("    0.500   0.333"));
}
