//! How hosts are reached: keys that are known or not, users with and without passwords, disks without programs.

use crate::lab::{Host, Lab};
use crate::project::{Project, changed};
use crate::story::Story;
use serde_json::Value;

const PLAYBOOK: &str = r#"
- hosts: matrix_servers
  become: true
  gather_facts: false
  tasks:
    - name: Make a directory
      file: {path: /srv/proof, state: directory, mode: "0750", owner: root}
    - name: Write a file
      copy: {content: "of {{ inventory_hostname }}\n", dest: /srv/proof/file, mode: "0600"}
    - name: Ask who we are
      command: id -u
      register: who
      changed_when: false
    - name: Be root
      assert: {that: who.stdout == '0'}
"#;

#[test]
fn hosts_are_reached_as_they_are() {
    let lab = Lab::new();
    let free = lab.up("free", &["--user", "deploy"]);
    let asking = lab.up("asking", &["--user", "deploy", "--sudo-password", "it's secret"]);
    let home = lab.up("home", &["--user", "deploy", "--noexec-home"]);
    let nowhere = lab.up("nowhere", &["--user", "deploy", "--noexec-home", "--noexec-tmp"]);
    let mut story = Story::default();
    story.chapter("an unknown key is refused before anything", || refuses_unknown_keys(&free));
    story.chapter("another key than the known one is refused", || refuses_other_keys(&free, &asking));
    story.chapter("sudo that asks nothing", || works(&free));
    story.chapter("sudo that asks for a password", || works(&asking));
    story.chapter("sudo with a wrong password", || refuses_wrong_passwords(&asking));
    story.chapter("a password that looks like a template", || takes_passwords_as_they_are(&asking));
    story.chapter("no programs in homes", || works(&home));
    story.chapter("no programs in homes and /tmp", || works(&nowhere));
    story.chapter("an agent that dies in the middle of a loop", || dies_in_a_loop(&free));
    story.chapter("all of them at once", || {
        let project = Project::of_playbook(PLAYBOOK, &[&free, &asking, &home, &nowhere]);
        let events = project.events(&[]);
        assert_eq!(changed(&events, "free") + changed(&events, "nowhere"), 0);
    });
    story.end();
}

fn works(host: &Host) {
    let project = Project::of_playbook(PLAYBOOK, &[host]);
    assert_eq!(changed(&project.events(&["--dry-run"]), host.name), 2);
    assert!(!host.holds("test -e /srv/proof"));
    assert_eq!(changed(&project.events(&[]), host.name), 2);
    assert_eq!(changed(&project.events(&[]), host.name), 0);
    let said = host.sh("stat -c '%a %U' /srv/proof /srv/proof/file; cat /srv/proof/file");
    assert_eq!(said, format!("750 root\n600 root\nof {}\n", host.name));
}

fn refuses_unknown_keys(host: &Host) {
    let project = Project::of_playbook(PLAYBOOK, &[host]);
    project.know(&[]);
    let before = logins(host);
    let run = project.run(&[]).ends_with(4);
    assert!(run.said().contains(&format!("the host key of `{}` is not known", host.name)), "{}", run.said());
    assert!(run.said().contains(&format!("provision trust {}", host.name)), "{}", run.said());
    assert_eq!(logins(host), before);
    assert!(!host.holds("test -e /srv/proof || test -e /home/deploy/.cache"));
}

fn refuses_other_keys(host: &Host, other: &Host) {
    let project = Project::of_playbook(PLAYBOOK, &[host]);
    project.write(
        "known_hosts",
        &other.known_hosts().replace(other.name, host.name).replace(&other.address, &host.address),
    );
    let before = logins(host);
    let run = project.run(&[]).ends_with(4);
    assert!(run.said().contains("has changed"), "{}", run.said());
    assert_eq!(logins(host), before);
}

fn refuses_wrong_passwords(host: &Host) {
    let project = Project::of_playbook(PLAYBOOK, &[host]);
    let run = project.run(&["-e", "ansible_become_password=wrong-one"]);
    assert!([2, 4].contains(&run.code), "{}", run.said());
    assert!(run.said().contains("password"), "{}", run.said());
    assert!(!run.said().contains("wrong-one"), "{}", run.said());
}

/// CVE-2019-10206: what somebody types is no template.
fn takes_passwords_as_they_are(host: &Host) {
    host.sh("echo 'deploy:{{ 7*7 }}' | chpasswd");
    let project = Project::of_playbook(PLAYBOOK, &[host]);
    let known: String = project
        .connection(host)
        .lines()
        .filter(|line| !line.contains("become_pass"))
        .map(|line| format!("{line}\n"))
        .collect();
    project.write("hosts.yml", &format!("matrix_servers:\n  hosts:\n    {}:\n{known}", host.name));
    let file = project.write("password", "{{ 7*7 }}\n");
    let run = project.run(&["--become-password-file", &file.display().to_string()]);
    host.sh("echo \"deploy:it's secret\" | chpasswd");
    run.fine();
}

const DYING: &str = r#"
- hosts: matrix_servers
  become: true
  gather_facts: false
  tasks:
    - name: Die with the second
      command: {argv: [sh, -c, "test {{ item }} = two && kill -KILL $PPID; true"]}
      loop: [one, two, three]
    - name: Be told that all went well
      debug: {}
"#;

fn dies_in_a_loop(host: &Host) {
    let run = Project::of_playbook(DYING, &[host]).run(&["--output", "json"]).ends_with(4);
    let events = run.events();
    let items = events.iter().filter(|event| event["event"] == "item");
    let items: Vec<_> = items.map(|event| (event["label"].clone(), event["status"].clone())).collect();
    assert_eq!(items, [("one".into(), "changed".into()), ("two".into(), "unreachable".into())]);
    let told =
        |event: &&Value| event["event"] == "result" && event["task"]["name"] == "Be told that all went well";
    assert_eq!(events.iter().find(told), None);
    assert!(run.stdout.contains(r#""unreachable":1"#), "{}", run.stdout);
}

/// How often the login user was let in.
fn logins(host: &Host) -> String {
    host.sh("journalctl -q -o cat _COMM=sshd | grep -c 'Accepted publickey for deploy' || true")
}
