//! How long a large project takes until its first task is carried out: less than 0.3 seconds of one core, optimised.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const ROLES: usize = 50;

fn write(folder: &Path, path: &str, text: &str) -> usize {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    text.lines().count()
}

fn defaults(role: usize) -> String {
    (0..40).fold(String::new(), |mut text, index| {
        writeln!(text, "r{role}_path_{index}: \"{{{{ base_dir }}}}/r{role}/{index}\"").unwrap();
        writeln!(text, "r{role}_on_{index}: {}", index % 3 != 0).unwrap();
        text
    })
}

fn task(role: usize, index: usize) -> String {
    format!(
        "- name: Ensure that {index} of r{role} is there\n  ansible.builtin.file:\n    \
         path: \"{{{{ r{role}_path_{index} }}}}\"\n    state: directory\n    mode: 0750\n  \
         when: r{role}_on_{index} | bool and not skip_all | bool\n  register: r{role}_result_{index}\n  \
         notify: restart r{role}\n  tags: [setup-all, setup-r{role}]\n"
    )
}

/// Writes the project and gives the number of its lines.
fn project(folder: &Path) -> usize {
    let mut lines = write(folder, "hosts.yml", "all:\n  hosts:\n    here: {ansible_connection: local}\n");
    lines += write(folder, "group_vars/all", "base_dir: /srv\nskip_all: false\n");
    let mut play =
        "- hosts: all\n  gather_facts: false\n  pre_tasks:\n  - fail: {msg: enough}\n  roles:\n".to_owned();
    for role in 0..ROLES {
        writeln!(play, "  - r{role}").unwrap();
        let tasks: String = (0..24).map(|index| task(role, index)).collect();
        lines += write(folder, &format!("roles/r{role}/defaults/main.yml"), &defaults(role));
        lines += write(folder, &format!("roles/r{role}/tasks/main.yml"), &tasks);
        let handler = format!("- name: restart r{role}\n  debug: {{msg: restarted}}\n");
        lines += write(folder, &format!("roles/r{role}/handlers/main.yml"), &handler);
    }
    lines + write(folder, "site.yml", &play)
}

/// Seconds of processor time that children of this process took.
fn children() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<f64> =
        stat.rsplit(')').next().unwrap().split_whitespace().filter_map(|field| field.parse().ok()).collect();
    // The first field behind the name is a letter; ticks are hundredths of a second.
    (fields[12] + fields[13]) / 100.0
}

#[test]
fn the_first_task_of_a_large_project_comes_soon() {
    let folder = tempfile::tempdir().unwrap();
    assert!((14_500..16_000).contains(&project(folder.path())));
    let mut command = Command::new(env!("CARGO_BIN_EXE_provision"));
    command.current_dir(folder.path()).env("HOME", folder.path()).env("ANSIBLE_CONFIG", "/dev/null");
    command.args(["run", "-i", "hosts.yml", "site.yml"]).stdin(Stdio::null()).stderr(Stdio::null());
    let before = children();
    let said = command.output().unwrap();
    let took = children() - before;
    assert!(String::from_utf8_lossy(&said.stdout).contains("enough"), "the first task was not carried out");
    let limit = if cfg!(debug_assertions) { 1.5 } else { 0.3 };
    assert!(took < limit, "{took:.2} s of processor time");
}
