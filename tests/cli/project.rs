//! Questions about a project that touch no host.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A project of a test.
pub struct Project {
    folder: tempfile::TempDir,
}

/// What a command printed and how it ended.
pub struct Said {
    pub out: String,
    pub err: String,
    pub code: i32,
}

impl Project {
    pub fn new(files: &[(&str, &str)]) -> Project {
        let project = Project { folder: tempfile::tempdir().unwrap() };
        let usual = [
            ("hosts.yml", "web:\n  hosts:\n    web1: {ansible_host: 192.0.2.1}\n    web2:\n"),
            ("site.yml", "- hosts: web\n  gather_facts: false\n  roles: [greet]\n"),
            ("roles/greet/defaults/main.yml", "greet_name: nobody\ngreet_text: \"hello {{ greet_name }}\"\n"),
            ("roles/greet/tasks/main.yml", "- debug: {msg: \"{{ greet_text }}\"}\n"),
            ("roles/greet/templates/greet.j2", "{{ greet_text }} in {{ role_name }}\n"),
            ("group_vars/web.yml", "greet_name: \"the {{ inventory_hostname }}\"\n"),
            ("password", "let me in\n"),
        ];
        usual.iter().chain(files).for_each(|(path, text)| project.write(path, text));
        project
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn has(&self, path: &str) -> bool {
        self.path(path).exists()
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap()
    }

    pub fn say(&self, words: &[&str]) -> Said {
        self.said(&[], words, "")
    }

    /// With these variables in the environment.
    pub fn say_under(&self, variables: &[(&str, &str)], words: &[&str]) -> Said {
        self.said(variables, words, "")
    }

    /// With this text at the standard input.
    pub fn hear(&self, words: &[&str], input: &str) -> Said {
        self.said(&[], words, input)
    }

    /// What a command says that has no terminal.
    fn said(&self, variables: &[(&str, &str)], words: &[&str], input: &str) -> Said {
        self.write("input", input);
        let mut command = Command::new("setsid");
        command.arg("--wait").arg(env!("CARGO_BIN_EXE_provision")).args(words);
        command.current_dir(self.folder.path()).stdin(File::open(self.path("input")).unwrap());
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.folder.path())
            .env("ANSIBLE_CONFIG", "/dev/null");
        command.env("EDITOR", "sed -i s/old/new/").envs(variables.iter().copied());
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Said {
            out: text(&output.stdout),
            err: text(&output.stderr),
            code: output.status.code().unwrap_or(-1),
        }
    }

    /// What a command prints that ends well and has nothing to complain of.
    pub fn ask(&self, words: &[&str]) -> String {
        let said = self.say(words);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{words:?}");
        said.out
    }
}

pub const INVENTORY: [&str; 2] = ["-i", "hosts.yml"];
pub const PASSWORD: [&str; 2] = ["--vault-password-file", "password"];

pub fn words<'a>(first: &[&'a str], then: &[&'a str]) -> Vec<&'a str> {
    first.iter().chain(then).copied().collect()
}

#[test]
fn every_level_of_a_variable_is_told() {
    let project = Project::new(&[]);
    let said = project.ask(&words(&["explain", "greet_name", "--host", "web1"], &INVENTORY));
    let expected = "greet_name on web1
  = the web1
>  7 group_vars beside the playbook  the {{ inventory_hostname }}  group_vars/web.yml:1:13
   2 role defaults                   nobody                        roles/greet/defaults/main.yml:1:13
";
    assert_eq!(said, expected);
}

#[test]
fn a_variable_is_told_as_roles_see_it_and_where_tasks_set_it() {
    let project = Project::new(&[
        ("site.yml", "- hosts: web\n  roles: [{role: greet, greet_name: friend}]\n"),
        ("roles/greet/tasks/main.yml", "- include_tasks: more.yml\n"),
        ("roles/greet/tasks/more.yml", "- {command: id, register: who}\n- set_fact: {who: me}\n"),
        ("roles/greet/vars/other.yml", "who: you\n"),
    ]);
    let said = |name| project.ask(&words(&["explain", name, "--host", "web1"], &INVENTORY));
    let expected = "
greet_name on web1 in role `greet`
  = friend
> 20 role parameters                 friend                        site.yml:2:37
";
    assert!(said("greet_name").contains(expected), "{}", said("greet_name"));
    let expected = "who on web1
  may be set in a run by
    register      roles/greet/tasks/more.yml:1:27
    set_fact      roles/greet/tasks/more.yml:2:19
    include_vars  roles/greet/vars/other.yml:1:6
";
    assert_eq!(said("who"), expected);
}

#[test]
fn each_play_has_the_variables_beside_its_own_file() {
    let project = Project::new(&[
        ("site.yml", "- {hosts: web, name: here}\n- import_playbook: sub/main.yml\n"),
        ("sub/main.yml", "- {hosts: web, name: there}\n"),
        ("group_vars/all.yml", "place: beside site.yml\n"),
        ("sub/group_vars/all.yml", "place: beside sub/main.yml\n"),
    ]);
    let said = project.ask(&words(&["explain", "place", "--host", "web1"], &INVENTORY));
    let expected = "place on web1 in play `here`
  = beside site.yml
>  5 group_vars/all beside the playbook  beside site.yml  group_vars/all.yml:1:8

place on web1 in play `there`
  = beside sub/main.yml
>  5 group_vars/all beside the playbook   beside sub/main.yml  sub/group_vars/all.yml:1:8
   4 group_vars/all beside the inventory  beside site.yml      group_vars/all.yml:1:8
";
    assert_eq!(said, expected);
}

#[test]
fn an_inventory_whose_variables_have_become_unreadable_fails_the_task() {
    let spoils = "{{ lookup('pipe', 'echo [ > ' ~ playbook_dir ~ '/group_vars/all.yml') }}";
    let play = format!(
        "- hosts: web\n  gather_facts: false\n  tasks:\n    - debug: {{msg: \"{spoils}\"}}\n    - meta: refresh_inventory\n"
    );
    let project = Project::new(&[("site.yml", &play), ("group_vars/all.yml", "a: 1\n")]);
    let said = project.say(&words(&["site.yml"], &INVENTORY));
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.out.contains("a value was expected"), "{}", said.out);
}

#[test]
fn the_machine_of_whoever_runs_it_has_its_own_python() {
    let task = "debug: { msg: \"{{ ansible_python_interpreter == ansible_playbook_python }}\" }";
    let play = format!("- hosts: localhost\n  gather_facts: false\n  tasks:\n    - {task}\n");
    let said =
        Project::new(&[("local.yml", &play)]).say(&words(&["local.yml", "--output", "ansible"], &INVENTORY));
    assert!(said.out.contains("\"msg\": true"), "{}{}", said.out, said.err);
}

#[test]
fn a_name_that_nothing_sets_is_refused_with_a_hint() {
    let project = Project::new(&[]);
    let said = project.say(&words(&["explain", "greet_nmae", "--host", "web1"], &INVENTORY));
    assert_eq!(said.code, 4);
    assert!(
        said.err.starts_with(
            "error: nothing sets `greet_nmae` on `web1`\n  = hint: did you mean `greet_name`?\n"
        )
    );
    let said = project.say(&words(&["explain", "greet_name", "--host", "wbe1"], &INVENTORY));
    assert!(
        said.err.contains("there is no host `wbe1`") && said.err.contains("did you mean `web1`?"),
        "{}",
        said.err
    );
}

#[test]
fn values_and_templates_are_those_of_the_host() {
    let project = Project::new(&[]);
    let eval = |text| project.ask(&words(&["eval", text, "--host", "web2"], &INVENTORY));
    assert_eq!(eval("{{ greet_text | upper }}"), "HELLO THE WEB2\n");
    assert_eq!(eval("groups['web'] | length"), "2\n");
    assert_eq!(eval("{{ {'a': [1, none, true]} }}"), "{\n  \"a\": [\n    1,\n    null,\n    true\n  ]\n}\n");
    assert_eq!(eval("{{ hostvars['web1'].ansible_host }}"), "192.0.2.1\n");
    let render = words(&["render", "roles/greet/templates/greet.j2", "--host", "web1"], &INVENTORY);
    assert_eq!(project.ask(&render), "hello the web1 in greet\n");
}

/// A server of one page, and its address.
fn one_page(page: &'static str) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut asked = [0; 1024];
            std::io::Read::read(&mut stream, &mut asked).unwrap();
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{page}", page.len());
            std::io::Write::write_all(&mut stream, answer.as_bytes()).unwrap();
        }
    });
    address
}

#[test]
fn lookups_ask_servers_and_settings() {
    let project = Project::new(&[("ansible.cfg", "[defaults]\nforks = 7\n")]);
    let eval = |text: &str| project.ask(&words(&["eval", text, "--host", "web2"], &INVENTORY));
    let address = one_page("one\ntwo\n");
    assert_eq!(eval(&format!("query('url', '{address}') | length")), "2\n");
    assert_eq!(eval(&format!("lookup('url', '{address}', split_lines=false)")), "one\ntwo\n");
    assert_eq!(
        eval("lookup('config', 'DEFAULT_REMOTE_USER', 'DEFAULT_BECOME_METHOD')"),
        "[\n  null,\n  \"sudo\"\n]\n"
    );
    let said =
        project.say(&words(&["eval", "lookup('url', 'http://127.0.0.1:1/')", "--host", "web1"], &INVENTORY));
    assert!(said.err.contains("`http://127.0.0.1:1/` cannot be fetched"), "{}", said.err);
}

#[test]
fn what_only_a_host_can_tell_is_said_to_be_so() {
    let project = Project::new(&[]);
    let said = project.say(&words(&["eval", "{{ ansible_facts.os_family }}", "--host", "web1"], &INVENTORY));
    assert_eq!(said.code, 4);
    assert!(said.err.contains("facts and registered results are known in a run only"), "{}", said.err);
}

#[test]
fn extra_vars_win_and_secrets_are_hidden() {
    let project = Project::new(&[]);
    let said =
        project.ask(&words(&["vault", "encrypt-string", "--name", "greet_name", "hidden one"], &PASSWORD));
    project.write("host_vars/web2.yml", &said);
    let ask =
        |host| project.ask(&words(&words(&["explain", "greet_name", "--host", host], &INVENTORY), &PASSWORD));
    let said = ask("web2");
    assert!(
        !said.contains("hidden") && said.contains("********") && said.contains("host_vars/web2.yml:1:"),
        "{said}"
    );
    let said =
        project.ask(&words(&["explain", "greet_name", "--host", "web1", "-e", "greet_name=me"], &INVENTORY));
    assert!(said.lines().nth(2).unwrap().starts_with("> 22 extra vars"), "{said}");
}

#[test]
fn lint_tells_what_is_likely_to_be_wrong() {
    let project = Project::new(&[
        (
            "roles/greet/tasks/main.yml",
            "- debug: {msg: \"{{ greet_txet }}\"}\n- debug: {msg: \"{{ maybe }}\"}\n  when: maybe is defined\n",
        ),
        ("host_vars/web1.yml", "greet_nam: somebody\n"),
    ]);
    let said = project.say(&words(&["lint"], &INVENTORY));
    assert_eq!((said.code, said.out.as_str()), (0, "no mistakes in 1 play, 2 warnings\n"));
    assert!(
        said.err.contains("warning: nothing sets `greet_txet`\n --> roles/greet/tasks/main.yml:1:20\n"),
        "{}",
        said.err
    );
    assert!(
        said.err.contains("warning: nothing reads `greet_nam`\n --> host_vars/web1.yml:1:12\n"),
        "{}",
        said.err
    );
    assert!(!said.err.contains("maybe"));
}

#[test]
fn lint_tells_of_files_that_are_nowhere_and_of_odd_permissions() {
    let project = Project::new(&[(
        "roles/greet/tasks/main.yml",
        "- template: {src: greet.j2, dest: /x, mode: 644}\n- copy: {src: none.txt, dest: /x, mode: 0644}\n\
         - copy: {src: /none, dest: /x, remote_src: true}\n- include_tasks: none.yml\n",
    )]);
    let said = project.say(&words(&["lint"], &INVENTORY));
    assert_eq!((said.code, said.out.as_str()), (0, "no mistakes in 1 play, 3 warnings\n"));
    for found in [
        "warning: `644` as permissions is 01204, since it is a decimal number\n --> roles/greet/tasks/main.yml:1:45\n",
        "warning: there is no file `none.txt`\n --> roles/greet/tasks/main.yml:2:15\n",
        "warning: there is no file `none.yml`\n --> roles/greet/tasks/main.yml:4:18\n",
    ] {
        assert!(said.err.contains(found), "{found}: {}", said.err);
    }
}

#[test]
fn lint_tells_of_notifications_that_nobody_hears() {
    let project = Project::new(&[
        (
            "roles/greet/tasks/main.yml",
            "- command: \"true\"\n  notify: [restart wbe, \"greet : restart web\", topic]\n- command: \"true\"\n  notify: nobody\n",
        ),
        ("roles/greet/handlers/main.yml", "- name: restart web\n  command: \"true\"\n  listen: topic\n"),
    ]);
    let said = project.say(&words(&["lint"], &INVENTORY));
    assert_eq!(
        said.err,
        "\
warning: there is no handler `restart wbe`
 --> roles/greet/tasks/main.yml:2:12
  |
2 |   notify: [restart wbe, \"greet : restart web\", topic]
  |            ^^^^^^^^^^^
  = hint: did you mean `restart web`?

warning: there is no handler `nobody`
 --> roles/greet/tasks/main.yml:4:11
  |
4 |   notify: nobody
  |           ^^^^^^
"
    );
}

#[test]
fn lint_tells_all_mistakes_at_once() {
    let project = Project::new(&[(
        "roles/greet/tasks/main.yml",
        "- debg: {}\n- file: {pth: /x}\n- debug: {msg: \"{{ 1 | fo }}\"}\n",
    )]);
    let said = project.say(&words(&["lint"], &INVENTORY));
    assert_eq!((said.code, said.out.as_str()), (4, ""));
    for found in ["there is no module `debg`", "`file` has no argument `pth`", "there is no filter `fo`"] {
        assert!(said.err.contains(found), "{found}: {}", said.err);
    }
}

#[test]
fn what_no_host_comes_to_may_be_wrong() {
    let project = Project::new(&[(
        "site.yml",
        "- hosts: all\n  gather_facts: false\n  vars: {cloud: false}\n  tasks:\n    \
         - block: [no_such_module: {a: 1}]\n      when: cloud | bool\n    \
         - copy: {pth: a}\n      tags: never\n    \
         - debug: {msg: '{{ 1 | fo }}'}\n      tags: later\n    \
         - elsewhere.system.packages: {a: 1}\n      when: ansible_os_family == 'Elsewhere'\n",
    )]);
    let check = |more: &[&'static str]| project.say(&words(&words(&["--syntax-check"], more), &INVENTORY));
    let now = check(&["--tags", "now"]);
    assert_eq!((now.code, now.err.as_str()), (0, ""));
    let all = check(&["--tags", "never,all", "-e", "cloud=true"]);
    assert_eq!((all.code, all.err.matches("error: ").count()), (4, 3), "{}", all.err);
}

#[test]
fn what_needs_python_is_told_with_its_tasks() {
    let project = Project::new(&[
        ("site.yml", "- hosts: all\n  tasks:\n    - queue: {}\n    - shelf: {}\n    - queue: {}\n"),
        ("library/queue.py", "from ansible.module_utils.basic import AnsibleModule\n"),
        ("library/shelf", "#!/bin/sh\n"),
    ]);
    let said = project.say(&words(&["lint", "site.yml"], &INVENTORY));
    let said = said.out + &said.err;
    assert_eq!(said.matches("is in Python").count(), 1, "{said}");
    assert!(said.contains("site.yml:3:7") && said.contains("site.yml:5:7"), "{said}");
}

#[test]
fn a_variable_that_nothing_reads_may_be_wrong() {
    let project = Project::new(&[(
        "site.yml",
        "- hosts: all\n  gather_facts: false\n  vars: {idle: '{{ 1 | fo }}', busy: '{{ 1 | fa }}'}\n  tasks:\n    \
         - debug: {msg: '{{ busy }}'}\n",
    )]);
    let said = project.say(&words(&["--syntax-check"], &INVENTORY));
    let told = ["warning: there is no filter `fo`", "error: there is no filter `fa`"];
    assert_eq!((said.code, told.map(|told| said.err.matches(told).count())), (4, [1, 1]), "{}", said.err);
}

#[test]
fn an_unknown_argument_may_be_omitted() {
    let project = Project::new(&[(
        "site.yml",
        "- hosts: all\n  gather_facts: false\n  tasks:\n    \
         - ping: {dta: '{{ nothing | d(omit) }}'}\n",
    )]);
    let said = project.say(&words(&["lint"], &INVENTORY));
    assert_eq!(
        (said.code, said.err.matches("warning: `ping` has no argument `dta`").count()),
        (0, 1),
        "{}",
        said.err
    );
}

#[test]
fn the_inventory_is_shown_as_a_list_a_tree_and_one_host() {
    let project = Project::new(&[]);
    let ask = |more: &[&'static str]| project.ask(&words(&words(&["inventory"], more), &INVENTORY));
    assert_eq!(ask(&["--graph"]), "@all:\n  |--@ungrouped:\n  |--@web:\n  |  |--web1\n  |  |--web2\n");
    let list: serde_json::Value = serde_json::from_str(&ask(&["--list"])).unwrap();
    assert_eq!(list["web"]["hosts"], serde_json::json!(["web1", "web2"]));
    assert_eq!(list["_meta"]["hostvars"]["web1"]["ansible_host"], "192.0.2.1");
    assert_eq!(
        (ask(&["--list", "--output", "list"]), project.read("list")),
        (String::new(), ask(&["--list"]))
    );
    let host: serde_json::Value = serde_json::from_str(&ask(&["--host", "web1"])).unwrap();
    assert_eq!(host["greet_name"], "the {{ inventory_hostname }}");
    assert_eq!(project.say(&words(&["inventory", "--host", "web9"], &INVENTORY)).code, 4);
}

#[test]
fn tasks_are_listed_as_they_would_be_told() {
    let project = Project::new(&[(
        "site.yml",
        "- hosts: \"{{ target | default('web') }}\"\n  tags: \"{{ 'all' ~ 1 }}\"\n  roles: [greet]\n  tasks:\n    - {name: Greet, debug: {}}\n",
    )]);
    let tasks = "- debug: {}\n- {name: Hello, debug: {}}\n- {name: More, include_role: {name: greet}}\n";
    project.write("roles/greet/tasks/main.yml", tasks);
    let listed = project.ask(&words(&INVENTORY, &["site.yml", "--list-tasks"]));
    let wanted = "
playbook: site.yml

  play #1 (web): web\tTAGS: [all1]
    tasks:
      debug\tTAGS: [all1]
      greet : Hello\tTAGS: [all1]
      More\tTAGS: [all1]
      Greet\tTAGS: [all1]
";
    assert_eq!(listed, wanted);
}

#[test]
fn the_inventory_is_written_to_a_file_with_what_is_beside_a_directory() {
    let project = Project::new(&[("plays/group_vars/web.yml", "greet_name: beside\n")]);
    let typed =
        ["inventory", "--host", "web2", "--output", "out", "--playbook-dir", "plays", "--flush-cache"];
    assert_eq!(project.ask(&words(&typed, &INVENTORY)), "");
    assert_eq!(project.read("out"), "{\n    \"greet_name\": \"beside\"\n}\n");
}

#[test]
fn what_is_not_a_mistake_in_ansible_is_none_here_and_what_is_one_is() {
    let project = Project::new(&[("empty.yml", "---\n")]);
    let eval = words(&["eval", "ansible_inventory_sources[0] is abs", "--host", "web1"], &INVENTORY);
    let said = project.say(&words(&eval, &["-e", "novalue"]));
    assert_eq!((said.code, said.out.as_str()), (0, "true\n"), "{}", said.err);
    assert!(
        said.err.starts_with("warning: `--extra-vars` wants `name=value`, not `novalue`"),
        "{}",
        said.err
    );
    assert_eq!(project.say(&words(&eval, &["-e", "a: b"])).code, 4);
    let said = project.say(&words(&["empty.yml"], &INVENTORY));
    assert!(
        said.code == 4 && said.err.contains("empty.yml` is empty: there is nothing to do"),
        "{}",
        said.err
    );
}

#[test]
fn modules_that_are_said_to_be_missing_are() {
    let text =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("COMPATIBILITY.md")).unwrap();
    let (_, list) = text.split_once("- Modules: there is none of the names ").unwrap();
    let (list, _) = list.split_once('.').unwrap();
    let there: Vec<&str> =
        list.split('`').skip(1).step_by(2).filter(|name| provision::modules::spec(name).is_some()).collect();
    assert!(there.is_empty(), "take these out of COMPATIBILITY.md: {there:?}");
}

#[test]
fn an_unknown_module_has_a_hint() {
    let project = Project::new(&[]);
    let said = project.say(&["modules", "cpoy"]);
    assert_eq!(
        (said.code, said.err.as_str()),
        (4, "error: there is no module `cpoy`\n  = hint: did you mean `copy`?\n")
    );
}
