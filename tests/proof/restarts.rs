//! How long it takes to restart twelve components: in the start loop, and one by one.

use crate::lab::Lab;
use crate::project::Project;
use serde_json::Value;

/// Twelve that need half a second to be there and half a second to end.
const PLAYBOOK: &str = r#"
- hosts: all
  gather_facts: false
  vars:
    twelve: [one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve]
  tasks:
    - docker_network: {name: twelve}
    - component:
        name: "{{ item }}"
        image: docker.io/library/busybox:latest
        user: "4321:4321"
        networks: [twelve]
        command: [sh, -c, "trap 'sleep 0.5; exit' TERM; sleep 0.5; mkdir /tmp/www; touch /tmp/www/index.html; httpd -f -p 8080 -h /tmp/www & wait"]
        health: {http: "http://:8080/", interval: 0.1}
      loop: "{{ twelve }}"
    - components: {}
    - name: In the loop
      components: {restart: true}
    - name: One by one
      components: {names: ["{{ item }}"], restart: true}
      loop: "{{ twelve }}"
    - name: One by one, and nobody looks whether they work
      service: {name: "{{ item }}", state: restarted}
      loop: "{{ twelve }}"
"#;

#[test]
fn twelve_are_restarted_faster_in_the_loop() {
    let lab = Lab::new();
    let host = lab.up("twelve", &["--preload"]);
    let events = Project::of_playbook(PLAYBOOK, &[&host]).events(&[]);
    let [together, apart, blindly] =
        ["In the loop", "One by one", "One by one, and nobody looks whether they work"]
            .map(|task| seconds(&events, task));
    println!(
        "twelve components: {together:.1} s in the loop, {apart:.1} s one by one, {blindly:.1} s with `service` alone"
    );
    assert!(together * 2.0 < apart, "the loop is not much faster");
    let told = |event: &&Value| event["activity"] == "doing";
    let told: Vec<&str> = events.iter().filter(told).filter_map(|event| event["what"].as_str()).collect();
    assert!(told.contains(&"waiting for seven"), "what is waited for is not told: {told:?}");
    let restarted = events.iter().find(|event| result_of(event, "In the loop")).unwrap();
    let components = restarted["result"]["components"].as_object().unwrap();
    assert_eq!(components.len(), 12, "{restarted}");
    assert!(components.values().all(|one| one["restarted"] == true), "{restarted}");
}

fn result_of(event: &Value, task: &str) -> bool {
    event["event"] == "result" && event["task"]["name"] == task
}

fn seconds(events: &[Value], task: &str) -> f64 {
    let result = events.iter().find(|event| result_of(event, task));
    result.and_then(|event| event["seconds"].as_f64()).unwrap_or_else(|| panic!("{task}: {events:#?}"))
}
