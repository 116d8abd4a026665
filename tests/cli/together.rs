//! Hosts that wait for one another: what one brings in for all, what only some bring in, and turns.

use crate::project::{Project, words};

const HOSTS: [&str; 4] = ["--connection", "local", "-i", "a,b,c,"];

#[test]
fn nobody_runs_ahead_of_an_include_that_others_could_see() {
    let for_all = "- include_tasks: {file: made.yml, apply: {run_once: true}}\n      run_once: true";
    let for_some = "- include_tasks: outer.yml\n      when: inventory_hostname == 'a'";
    for include in [for_all, for_some] {
        let play = format!(
            "- hosts: all\n  gather_facts: false\n  tasks:\n    {include}\n    \
             - assert: {{that: \"made + said.stdout + lookup('file', playbook_dir ~ '/made') == '123'\"}}\n"
        );
        let made = "- shell: sleep 1; printf 3 > {{ playbook_dir }}/made\n  delegate_to: localhost\n\
                    - set_fact: {made: '1'}\n  run_once: true\n- command: printf 2\n  register: said\n  run_once: true\n";
        let project = Project::new(&[
            ("site.yml", &play),
            ("outer.yml", "- block:\n    - include_tasks: {file: made.yml}\n"),
            ("made.yml", made),
        ]);
        let said = project.say(&words(&["site.yml"], &HOSTS));
        assert_eq!(said.code, 0, "{include}\n{}{}", said.out, said.err);
    }
}

#[test]
fn forks_and_a_computed_order_say_who_is_next() {
    let play = "- hosts: all
  gather_facts: false
  order: '{{ sorting }}'
  tasks:
    - shell: sleep 0.{{ groups.all.index(inventory_hostname) }}; echo {{ inventory_hostname }} >> {{ playbook_dir }}/came
";
    let project = Project::new(&[("site.yml", play)]);
    let said = project.say(&words(&["site.yml", "--forks", "1", "-e", "sorting=reverse_sorted"], &HOSTS));
    assert_eq!((said.code, &*project.read("came")), (0, "c\nb\na\n"), "{}{}", said.out, said.err);
}

#[test]
fn too_many_failures_may_be_computed() {
    let play = "- hosts: all
  gather_facts: false
  max_fail_percentage: '{{ most }}'
  tasks:
    - fail: {}
      when: inventory_hostname == 'a'
    - debug: {msg: went on}
";
    let project = Project::new(&[("site.yml", play)]);
    let went_on =
        |most: &str| project.say(&words(&["site.yml", "-e", most], &HOSTS)).out.matches("went on").count();
    assert_eq!((went_on("most=10"), went_on("most=50")), (0, 2));
}

/// Looking for what others could see tells of no mistakes, and ends.
#[test]
fn files_that_nobody_brings_in_may_be_broken_and_name_themselves() {
    let play = "- hosts: all
  gather_facts: false
  tasks:
    - include_tasks: broken.yml
      when: never | default(false)
    - include_tasks: around.yml
    - debug: {msg: \"{{ hostvars['c'].out.stdout }}\"}
";
    let again = "- {include_tasks: around.yml, when: false}\n";
    let project = Project::new(&[
        ("site.yml", play),
        ("broken.yml", "- debug: {msg: a: b\n"),
        (
            "around.yml",
            &format!("{}- command: echo {{{{ inventory_hostname }}}}\n  register: out\n", again.repeat(6)),
        ),
    ]);
    let began = std::time::Instant::now();
    let said = project.say(&words(&["site.yml", "--output", "ansible"], &HOSTS));
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert_eq!(said.out.matches("\"msg\": \"c\"").count(), 3, "{}", said.out);
    assert!(began.elapsed().as_secs() < 30, "{:?}", began.elapsed());
}
