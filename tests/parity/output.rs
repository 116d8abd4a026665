//! What a run printed, without what differs from one run to the next.

use serde_json::Value;

/// Fields of results that are never twice the same, or that only Python has, or some program that a host may have or not.
const FLEETING: &[&str] = &[
    "delta",
    "start",
    "end",
    "discovered_interpreter_python",
    "atime",
    "ctime",
    "mtime",
    "inode",
    "dev",
    "device_type",
    "attr_flags",
    "attributes",
    "charset",
    "mimetype",
    "cache_update_time",
    "cache_updated",
    "extract_results",
    "ansible_job_id",
    "results_file",
];
/// With these words the part of one host begins.
const RESULTS: &[&str] =
    &["ok: [", "changed: [", "skipping: [", "fatal: [", "failed: [", "FAILED - RETRYING: [", "included: "];

/// The text of a run that can be compared: the parts of a task's hosts are sorted by host, and within one host they keep
/// their order.
pub fn comparable(text: &str, unordered: bool) -> String {
    let text = without_explanations(text);
    let mut sections: Vec<String> = text.split("\n\n").map(section).collect();
    if unordered {
        sections = sections.iter().flat_map(|section| section.lines()).flat_map(each_host).collect();
        sections.retain(|line| !line.starts_with("TASK [") && !line.starts_with("RUNNING HANDLER ["));
        sections.sort();
        return sections.join("\n") + "\n";
    }
    sections.join("\n\n") + "\n"
}

/// Without what is said of the program, and without the lines that explain a failure in each one's own way.
fn without_explanations(text: &str) -> String {
    let mut explains = false;
    let kept = text.lines().filter(|line| {
        let result = RESULTS.iter().any(|start| line.starts_with(start));
        explains = !result && (explains || line.starts_with("[ERROR]: "));
        !explains && !is_of_the_program(line)
    });
    kept.collect::<Vec<_>>().join("\n")
}

fn is_of_the_program(line: &str) -> bool {
    line.starts_with("No config file found")
        || line.starts_with("Using inventory plugin ")
        || line.starts_with("ASYNC POLL ")
        || line.starts_with("Using ") && line.ends_with(" as config file")
}

fn section(text: &str) -> String {
    let mut parts: Vec<Vec<String>> = vec![Vec::new()];
    for line in text.lines() {
        if RESULTS.iter().any(|start| line.starts_with(start)) {
            parts.push(Vec::new());
        }
        parts.last_mut().unwrap().push(included(&result(line)));
    }
    let head = parts.remove(0);
    parts.sort_by_key(|part| host(&part[0]).to_owned());
    [head].into_iter().chain(parts).flatten().collect::<Vec<_>>().join("\n")
}

/// Whose inclusions are told in one line is a matter of time: one for each host.
fn each_host(line: &str) -> Vec<String> {
    let found = line.strip_prefix("included: ").and_then(|line| line.rsplit_once(" for "));
    let Some((file, hosts)) = found else { return vec![line.to_owned()] };
    let (hosts, label) = hosts.split_once(" => ").unwrap_or((hosts, ""));
    hosts.split(", ").map(|host| format!("included: {file} for {} {label}", host.trim_end())).collect()
}

/// The hosts that a file was included for are in the order in which they came.
fn included(line: &str) -> String {
    let found = line.strip_prefix("included: ").and_then(|line| line.rsplit_once(" for "));
    let Some((file, rest)) = found else { return line.to_owned() };
    let (hosts, label) = rest.split_once(" => ").unwrap_or((rest, ""));
    let mut hosts: Vec<&str> = hosts.split(", ").collect();
    hosts.sort_unstable();
    format!("included: {file} for {} {label}", hosts.join(", "))
}

fn host(line: &str) -> &str {
    if let Some((_, hosts)) = line.strip_prefix("included: ").and_then(|line| line.rsplit_once(" for ")) {
        return hosts.split([' ', ',']).next().unwrap_or_default();
    }
    let name = line.split_once('[').map_or("", |(_, rest)| rest);
    name.split([']', ' ']).next().unwrap_or_default()
}

/// A line whose result, if it has one, lacks what is fleeting.
fn result(line: &str) -> String {
    let Some((before, after)) = line.split_once(" => {") else { return timeless(line) };
    match serde_json::from_str::<Value>(&format!("{{{after}")) {
        Ok(mut value) => {
            settle(&mut value);
            format!("{before} => {value}")
        }
        Err(_) => line.to_owned(),
    }
}

fn settle(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let unreachable = fields.get("unreachable") == Some(&Value::Bool(true));
            // Of a unit, its moments and lists without an order.
            fields.retain(|name, value| name != "status" || value.get("ActiveState").is_none());
            // Of a tree, where it lies on this machine; of what was not valid, the sum of what was not kept.
            let tree = fields.get("dest").and_then(Value::as_str).is_some_and(|dest| dest.ends_with('/'));
            let invalid = fields.contains_key("exit_status");
            fields.retain(|name, _| !(tree && name == "src" || invalid && name == "checksum"));
            fields.retain(|_, value| !value.as_str().is_some_and(|text| text.contains("/.ansible/tmp/")));
            fields.retain(|name, _| !FLEETING.contains(&name.as_str()));
            let empty = |value: &Value| value.as_object().is_some_and(serde_json::Map::is_empty);
            fields.retain(|name, value| name != "ansible_facts" || !empty(value));
            // Each says in its own words why a host cannot be reached.
            fields.retain(|name, _| name != "msg" || !unreachable);
            fields.sort_keys();
            fields.values_mut().for_each(settle);
        }
        Value::Array(items) => items.iter_mut().for_each(settle),
        Value::String(text) => *text = timeless(text),
        _ => {}
    }
}

/// A line without the moment at which a backup was made, `name.PROCESS.DATE@TIME~`, and without the names of jobs.
pub fn timeless(line: &str) -> String {
    let words =
        line.split(' ').map(|word| match word.strip_suffix('~').and_then(|word| word.rsplit_once('@')) {
            Some((before, _)) => before.rsplitn(3, '.').last().unwrap_or_default().to_owned() + ".BACKUP~",
            None if word.starts_with("jid=") => "jid=JOB".to_owned(),
            None => word.to_owned(),
        });
    words.collect::<Vec<_>>().join(" ")
}
