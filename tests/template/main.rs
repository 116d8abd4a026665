//! Tests of the template engine: its contract, its robustness, and probes: templates whose results ansible-core has told, see `record.py`.

mod contract;
mod probes;
mod robust;

use provision::template::Language;

fn run(name: &str) -> Vec<String> {
    let path = probes::folder().join("probes").join(name).with_extension("expected");
    let expected = std::fs::read_to_string(path).unwrap();
    probes::differences(&probes::probes(name), &expected, Language::Native)
}

#[test]
fn every_probe_gives_what_ansible_gives() {
    let wrong: Vec<String> = probes::names()
        .iter()
        .flat_map(|name| run(name).into_iter().map(move |wrong| format!("{name}: {wrong}")))
        .collect();
    assert!(wrong.is_empty(), "{} probes differ:\n{}", wrong.len(), wrong.join("\n"));
}
