//! Runs of small projects: handlers of earlier runs, hosts that wait for one another, what a dry run takes for granted.

use crate::project::{INVENTORY, PASSWORD, Project, words};

#[test]
fn a_handler_that_failed_in_the_run_before_fails_no_run_that_mends_it() {
    let play = "- hosts: web1\n  gather_facts: false\n  pre_tasks:\n    - {command: 'true', changed_when: false}\n  tasks:\n    \
                - {copy: {dest: '{{ playbook_dir }}/conf', content: '{{ conf }}'}, notify: restart}\n  handlers:\n    \
                - {name: restart, command: 'grep good {{ playbook_dir }}/conf'}\n";
    let project = Project::new(&[("site.yml", play)]);
    let run = |conf| project.say(&words(&["site.yml", "--connection", "local", "-e", conf], &INVENTORY));
    assert_eq!((run("conf=bad").code, run("conf=bad").code), (2, 2));
    let mended = run("conf=good");
    assert_eq!(mended.code, 0, "{}", mended.out);
    assert!(!run("conf=good").out.contains("restart"));
}

#[test]
fn of_what_an_earlier_run_notified_only_what_failed_is_tried_again() {
    let play = "- hosts: web1
  gather_facts: false
  tasks:
    - {command: 'true', notify: [bad, good], changed_when: first}
    - {fail: {}, when: first}
    - meta: flush_handlers
    - {command: 'true', changed_when: false}
    - meta: flush_handlers
  post_tasks:
    - {copy: {dest: '{{ playbook_dir }}/conf', content: good}}
  handlers:
    - {name: bad, shell: 'echo tried >> {{ playbook_dir }}/tried; grep good {{ playbook_dir }}/conf'}
    - {name: good, shell: 'echo done >> {{ playbook_dir }}/done'}
";
    let project = Project::new(&[("site.yml", play)]);
    let run = |first| {
        let extra = format!("{{first: {first}}}");
        project.say(&words(&["site.yml", "--connection", "local", "-e", &extra], &INVENTORY))
    };
    assert_eq!(run(true).code, 2);
    let mended = run(false);
    assert_eq!(mended.code, 0, "{}", mended.out);
    let lines = |name| project.read(name).lines().count();
    assert_eq!((lines("tried"), lines("done")), (2, 1), "{}", mended.out);
}

#[test]
fn the_role_that_a_handler_brings_in_has_its_own_handlers() {
    let play = "- hosts: web1\n  gather_facts: false\n  tasks:\n    - {command: 'true', notify: top}\n  handlers:\n    \
                - {name: top, include_role: {name: inner}}\n";
    let tasks = "- {command: 'true', notify: below}\n";
    let handlers = "- {name: below, debug: {msg: it ran}}\n";
    let project = Project::new(&[
        ("site.yml", play),
        ("roles/inner/tasks/main.yml", tasks),
        ("roles/inner/handlers/main.yml", handlers),
    ]);
    let said = project.say(&words(&["site.yml", "--connection", "local"], &INVENTORY));
    assert_eq!((said.code, said.out.matches("it ran").count()), (0, 1), "{}{}", said.out, said.err);
}

/// A host that comes late to a file that its name does not tell before is waited for as in any other.
#[test]
fn hosts_wait_for_one_another_in_what_they_include() {
    let inside = "- command: \"{{ 'sleep 1' if inventory_hostname == 'web2' else 'true' }}\"
- include_role: {name: inner}
  when: inventory_hostname == 'web2'
- set_fact: {later: 1}
- debug: {msg: \"late {{ hostvars['web2'].later | default('never') }} {{ role_names | join }}\"}
- command: 'true'
  notify: below
  when: inventory_hostname == 'web1'
- meta: flush_handlers
";
    let play = "- hosts: web1,web2\n  gather_facts: false\n  tasks:\n    - {include_tasks: '{{ file }}.yml', vars: {file: inside}}\n";
    let handlers = "- {name: below, debug: {msg: it ran}}\n";
    let project = Project::new(&[
        ("site.yml", play),
        ("inside.yml", inside),
        ("roles/inner/tasks/main.yml", "- {command: 'true', changed_when: false}\n"),
        ("roles/inner/handlers/main.yml", handlers),
    ]);
    let said = project.say(&words(&["site.yml", "--connection", "local"], &INVENTORY));
    let told = (said.out.matches("late 1 inner").count(), said.out.matches("it ran").count());
    assert_eq!((said.code, told), (0, (2, 1)), "{}{}", said.out, said.err);
}

#[test]
fn arguments_that_fetch_passes_over_are_no_mistake() {
    let task = "- fetch: {src: /etc/hostname, dest: '{{ playbook_dir }}/', mode: 0644}\n";
    let play = format!("- hosts: all\n  gather_facts: false\n  tasks:\n    {task}");
    let project = Project::new(&[("site.yml", &play)]);
    let said = project.say(&words(&["site.yml", "--connection", "local"], &INVENTORY));
    let told = said.out.matches("warning: `fetch` has no argument `mode`").count();
    assert_eq!((said.code, told), (0, 1), "{}", said.out);
}

#[test]
fn a_dry_run_takes_it_that_facts_read_again_hold_what_is_missing() {
    let tell = "    - copy: {dest: '{{ playbook_dir }}/own.fact', content: 'echo [80]', mode: '0755'}\n";
    let read = "    - setup: {gather_subset: '!all', fact_path: '{{ playbook_dir }}'}\n";
    let run = |tasks: &str| {
        let play = "- hosts: all\n  gather_facts: false\n  tasks:\n";
        let project = Project::new(&[("site.yml", &format!("{play}{tasks}"))]);
        project.say(&words(&["site.yml", "--dry-run", "--connection", "local"], &INVENTORY))
    };
    let ask = |name: &str| format!("{tell}{read}    - debug: {{msg: '{{{{ {name} }}}}'}}\n");
    let fact = run(&ask("ansible_local.own[0]"));
    assert_eq!((fact.code, fact.out.matches("\ndepends").count()), (0, 4), "{}", fact.out);
    assert_eq!(run(&ask("nobody_defines_it")).code, 2);
}

#[test]
fn a_dry_run_takes_it_that_an_earlier_task_makes_the_user() {
    let change = "    - copy: {dest: '{{ playbook_dir }}/new', content: x}\n";
    let become_it =
        "    - stat: {path: /}\n      become: true\n      become_method: su\n      become_user: no-one\n";
    let run = |tasks: &str| {
        let play = "- hosts: all\n  gather_facts: false\n  tasks:\n";
        let project = Project::new(&[("site.yml", &format!("{play}{tasks}"))]);
        project.say(&words(&["site.yml", "--dry-run", "--connection", "local"], &INVENTORY))
    };
    let depends = run(&format!("{change}{become_it}"));
    assert!(depends.out.contains("the user `no-one`, who is not there yet"), "{}", depends.out);
    assert_eq!((depends.code, run(become_it).code), (0, 2));
}

#[test]
fn a_task_that_says_no_time_has_that_of_the_settings() {
    let play = "- hosts: web1\n  gather_facts: false\n  tasks:\n    - {command: sleep 2, timeout: 0}\n    - command: sleep 30\n";
    let project = Project::new(&[("site.yml", play)]);
    let words = words(&["site.yml", "--connection", "local"], &INVENTORY);
    let said = project.say_under(&[("ANSIBLE_TASK_TIMEOUT", "1")], &words);
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.out.contains("Timed out after 1 second"), "{}", said.out);
    assert!(said.out.contains("run sleep 2"), "{}", said.out);
}

/// Which of the sides are large: that of the host, that of the controller.
#[test]
fn texts_of_large_files_are_not_compared() {
    let play = "- hosts: web1\n  gather_facts: false\n  tasks:\n    - copy: {dest: '{{ playbook_dir }}/file', content: '{{ text }}'}\n";
    let project = Project::new(&[("site.yml", play)]);
    let run = |text: &str, most| {
        let extra = format!("text={text}");
        let words = ["site.yml", "--connection", "local", "--output", "ansible", "--diff", "-e", &extra];
        project.say_under(&[("ANSIBLE_MAX_DIFF_SIZE", most)], &self::words(&words, &INVENTORY)).out
    };
    let (source, destination) =
        ("source file size is greater than 4\n", "destination file size is greater than 4\n");
    let first = run("short", "4");
    assert!(first.contains(source) && !first.contains(destination) && !first.contains("+short"), "{first}");
    let second = run("tiny", "4");
    assert!(!second.contains(source) && second.contains(destination), "{second}");
    assert!(run("short", "0").contains("+short"));
}

#[test]
fn a_key_that_stands_twice_is_what_the_settings_say() {
    let play = "- hosts: web1\n  gather_facts: false\n  vars: {a: 1, a: 2}\n  tasks: []\n";
    let project = Project::new(&[("site.yml", play)]);
    let run = |meaning| {
        let words = words(&["site.yml", "--connection", "local"], &INVENTORY);
        project.say_under(&[("ANSIBLE_DUPLICATE_YAML_DICT_KEY", meaning)], &words)
    };
    let told = "the key `a` is given twice";
    let (warned, ignored, refused) = (run("warn"), run("ignore"), run("error"));
    assert_eq!((warned.code, ignored.code, refused.code), (0, 0, 4), "{}", refused.err);
    assert!(warned.out.contains(told) && !ignored.out.contains(told), "{}", warned.out);
    assert!(refused.err.contains(told), "{}", refused.err);
}

/// The line to a host is that of what holds for the task, also where the host has one already.
#[test]
fn a_host_that_is_reached_differently_has_another_line() {
    let play = "- hosts: web1
  gather_facts: false
  connection: local
  vars: {ansible_host: 127.0.0.1, ansible_port: 1}
  tasks:
    - file: {path: '{{ playbook_dir }}/here', state: touch}
    - file: {path: '{{ playbook_dir }}/wrong', state: touch}
      connection: ssh
      ignore_unreachable: true
      register: away
    - assert: {that: away.unreachable}
    - file: {path: '{{ playbook_dir }}/again', state: touch}
    - set_fact: {ansible_connection: ssh}
    - file: {path: '{{ playbook_dir }}/wrong', state: touch}
      ignore_unreachable: true
- hosts: web2
  gather_facts: false
  connection: local
  tasks: [{command: 'true'}]
- hosts: web2
  gather_facts: false
  port: 1
  vars: {ansible_host: 127.0.0.1}
  tasks:
    - file: {path: '{{ playbook_dir }}/wrong', state: touch}
";
    let project = Project::new(&[("site.yml", play)]);
    let said = project.say(&words(&["site.yml"], &INVENTORY));
    assert_eq!(said.code, 4, "{}", said.out);
    assert!(project.has("here") && project.has("again") && !project.has("wrong"), "{}", said.out);
}

#[test]
fn what_is_read_of_vars_in_the_classic_language_is_what_it_was_settled_as() {
    let play = "- hosts: web1
  gather_facts: false
  vars: {raw: '{{ 1 + 1 }}'}
  tasks:
    - command: echo said
      register: out
    - debug: {msg: \"{{ vars['out']['stdout'] }} {{ vars.out.stdout | length }} {{ vars['raw'] | length }}\"}
";
    let project = Project::new(&[("site.yml", play)]);
    let said =
        project.say(&words(&["site.yml", "--connection", "local", "--language", "classic"], &INVENTORY));
    assert!(said.code == 0 && said.out.contains("said 4 11"), "{}{}", said.out, said.err);
}

#[test]
fn a_secret_is_hidden_within_larger_texts_too() {
    let play = "- hosts: web1
  gather_facts: false
  vars_files: secret.yml
  tasks:
    - command: echo -p{{ password }} \"x  y\"
    - shell: echo {{ password }} | rev | rev
    - debug: {msg: \"{{ pin }} and {{ [{'k': password}] | to_json }}\"}
    - debug: {msg: \"{{ [{'k': password}] | items2dict }}\"}
      ignore_errors: true
";
    let secret = "password: hunter3hunter3\npin: 73919273\n";
    let project = Project::new(&[("site.yml", play), ("secret.yml", secret)]);
    project.ask(&words(&["vault", "encrypt", "secret.yml"], &PASSWORD));
    let ways: [&[&str]; 3] = [&[], &["-vvv", "--output", "ansible"], &["--output", "json"]];
    for way in ways {
        let words = [&["site.yml", "--connection", "local"], way, &INVENTORY[..], &PASSWORD[..]].concat();
        let said = project.say(&words);
        assert_eq!(said.code, 0, "{}{}", said.out, said.err);
        for told in [&said.out, &said.err] {
            assert!(!told.contains("hunter3") && !told.contains("73919273"), "{told}");
        }
    }
}
