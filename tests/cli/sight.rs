//! What a task sees and goes by: defaults of roles around it, facts, settings.

use crate::project::{INVENTORY, Project, words};

#[test]
fn a_role_sees_the_defaults_of_those_that_bring_it_in() {
    let project = Project::new(&[
        (
            "site.yml",
            "- hosts: web1\n  gather_facts: false\n  tasks:\n    - include_role: {name: outer}\n    - include_role: {name: inner}\n",
        ),
        ("roles/outer/defaults/main.yml", "inherited: 'yes, {{ own }}'\nown: outer\n"),
        ("roles/outer/tasks/main.yml", "- include_role: {name: middle}\n"),
        ("roles/middle/tasks/main.yml", "- import_role: {name: inner}\n"),
        ("roles/inner/defaults/main.yml", "own: inner\n"),
        (
            "roles/inner/tasks/main.yml",
            "- debug: {msg: \"inherited {{ inherited | default('nothing') }}\"}\n",
        ),
    ]);
    let said = project.say(&words(&["site.yml", "--connection", "local"], &INVENTORY));
    let told = ["inherited yes, inner", "inherited nothing"].map(|text| said.out.matches(text).count());
    assert_eq!((said.code, told), (0, [1, 1]), "{}{}", said.out, said.err);
}

#[test]
fn each_host_has_facts_of_its_own_where_a_play_does_all_else_once() {
    let play =
        "- hosts: all\n  run_once: true\n  gather_subset: '!all'\n  tasks:\n    - debug: {msg: it ran}\n";
    let project = Project::new(&[("site.yml", play)]);
    let said = project.say(&words(&["site.yml", "--connection", "local", "--output", "ansible"], &INVENTORY));
    let told = ["ok: [web", "it ran"].map(|text| said.out.matches(text).count());
    assert_eq!(told, [3, 1], "{}{}", said.out, said.err);
}

#[test]
fn what_a_module_of_the_project_finds_out_is_there_at_once() {
    let play = "- hosts: web1\n  gather_facts: false\n  tasks:\n    - own_facts:\n    \
                - debug: {msg: \"{{ found | default('nothing') }} and {{ ansible_facts.other | default('nothing') }}\"}\n";
    let module =
        "#!/bin/sh\necho '{\"ansible_facts\": {\"found\": \"some\", \"ansible_other\": \"more\"}}'\n";
    let project = Project::new(&[("site.yml", play), ("library/own_facts", module)]);
    let said = project.say(&words(&["site.yml", "--connection", "local"], &INVENTORY));
    assert!(said.out.contains("some and more"), "{}{}", said.out, said.err);
}

#[test]
fn a_task_may_say_otherwise_than_the_settings() {
    let play = "- hosts: web1\n  gather_facts: false\n  tasks:\n    - {debug: {msg: one}, no_log: false}\n    - debug: {msg: two}\n";
    let project = Project::new(&[("site.yml", play)]);
    let said = project.say_under(&[("ANSIBLE_NO_LOG", "1")], &words(&["site.yml"], &INVENTORY));
    assert_eq!(
        (said.out.contains("one"), said.out.contains("two")),
        (true, false),
        "{}{}",
        said.out,
        said.err
    );
}

#[test]
fn a_task_that_shows_all_variables_does_not_wait_for_its_own_result() {
    let play = "- hosts: all\n  gather_facts: false\n  tasks:\n    - {debug: {msg: \"{{ hostvars }}\"}, register: shown, no_log: true}\n    \
                - debug: {msg: \"{{ shown.msg.web2.inventory_hostname }} {{ 'shown' in shown.msg[inventory_hostname] }}\"}\n";
    let project = Project::new(&[("site.yml", play)]);
    let said = project.say(&words(&["site.yml"], &INVENTORY));
    assert_eq!(said.out.matches("web2 False").count(), 2, "{}{}", said.out, said.err);
}

#[test]
fn of_the_facts_two_are_variables_as_they_are() {
    let play = "- hosts: web1\n  gather_subset: '!all'\n  tasks:\n    - debug: {msg: \"{{ gather_subset }} {{ module_setup }}\"}\n";
    let project = Project::new(&[("site.yml", play)]);
    let said = project.say(&words(&["site.yml", "--connection", "local"], &INVENTORY));
    assert!(said.out.contains("['!all'] True"), "{}{}", said.out, said.err);
}

#[test]
fn variables_are_named_in_the_order_of_their_levels() {
    let play = "- hosts: web1\n  gather_facts: false\n  vars: {user_z: 1, user_b: 2}\n  tasks:\n    \
                - debug: {msg: \"{{ lookup('varnames', '^user_') }}\"}\n      vars: {user_a: 3}\n";
    let project = Project::new(&[("site.yml", play), ("host_vars/web1.yml", "user_y: 4\nuser_b: 5\n")]);
    let said = project.say(&words(&["site.yml"], &INVENTORY));
    assert!(said.out.contains("user_y,user_b,user_z,user_a"), "{}{}", said.out, said.err);
}

#[test]
fn variables_of_a_file_are_no_facts() {
    let play = "- hosts: web1\n  gather_facts: false\n  tasks:\n    - include_vars: more.yml\n    \
                - debug: {msg: \"{{ more }} {{ 'more' in ansible_facts }} {{ lookup('varnames', 'more') }}\"}\n";
    let project = Project::new(&[("site.yml", play), ("more.yml", "more: yes it is\n")]);
    let said = project.say(&words(&["site.yml"], &INVENTORY));
    assert!(said.out.contains("yes it is False more\n"), "{}{}", said.out, said.err);
}

#[test]
fn an_inner_loop_over_what_is_not_defined_is_a_failure() {
    let play = "- hosts: web1\n  gather_facts: false\n  tasks:\n    - debug: {msg: '{{ item }}'}\n      \
                with_community.general.dependent: [{a: [1]}, {b: nobody}]\n";
    let project = Project::new(&[("site.yml", play)]);
    let said = project.say(&words(&["site.yml"], &INVENTORY));
    assert_eq!((said.code, said.out.contains("Caught")), (2, true), "{}{}", said.out, said.err);
}

#[test]
fn a_question_about_what_only_a_role_has_names_the_role() {
    let play = "- hosts: web1\n  roles: [{role: inner, own: given}]\n";
    let tasks = ("roles/inner/tasks/main.yml", "- debug: {var: own}\n");
    let project = Project::new(&[("site.yml", play), tasks]);
    let asked = words(&["eval", "own", "--host", "web1"], &INVENTORY);
    let said = project.say(&asked);
    assert_eq!((said.code, said.err.contains("`--role inner`")), (4, true), "{}{}", said.out, said.err);
    assert_eq!(project.ask(&[&*asked, &["--role", "inner"]].concat()), "given\n");
}

#[test]
fn roles_are_found_where_ansible_galaxy_installs_them() {
    let files = |play: &'static str, collections: &'static str| {
        [("site.yml", play), (collections, "- debug: {msg: of a collection}\n")]
    };
    let play = "- hosts: web1\n  gather_facts: false\n  roles: [acme.role, acme.tools.web]\n";
    let role = (".ansible/roles/acme.role/tasks/main.yml", "- debug: {msg: of a user}\n");
    let usual = files(play, ".ansible/collections/ansible_collections/acme/tools/roles/web/tasks/main.yml");
    let named = files(play, "own/ansible_collections/acme/tools/roles/web/tasks/main.yml");
    let config = ("ansible.cfg", "[defaults]\ncollections_path = own/ansible_collections\n");
    for project in
        [Project::new(&[&usual[..], &[role]].concat()), Project::new(&[&named[..], &[role, config]].concat())]
    {
        let said = project.say(&words(&["site.yml", "--connection", "local"], &INVENTORY));
        let told = ["of a user", "of a collection"].map(|text| said.out.matches(text).count());
        assert_eq!((said.code, told), (0, [1, 1]), "{}{}", said.out, said.err);
    }
}
