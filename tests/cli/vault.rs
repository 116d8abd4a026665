//! Encrypted files and values, and where their passwords come from.

use crate::project::{INVENTORY, PASSWORD, Project, words};

#[test]
fn files_are_encrypted_shown_edited_and_decrypted() {
    let project = Project::new(&[("secret.yml", "a: old\n")]);
    let vault = |word, more: &[&'static str]| project.ask(&words(&words(&["vault", word], more), &PASSWORD));
    vault("encrypt", &["secret.yml"]);
    assert!(project.read("secret.yml").starts_with("$ANSIBLE_VAULT;1.1;AES256\n"));
    assert_eq!(vault("view", &["secret.yml"]), "a: old\n");
    vault("edit", &["secret.yml"]);
    assert_eq!(vault("view", &["secret.yml"]), "a: new\n");
    let before = project.read("secret.yml");
    vault("edit", &["secret.yml"]);
    assert_eq!(project.read("secret.yml"), before, "what was not changed is not written");
    project.write("other", "another");
    vault("rekey", &["--new-vault-password-file", "other", "secret.yml"]);
    let said = project.say(&words(&["vault", "view", "secret.yml"], &PASSWORD));
    assert!(said.code == 4 && said.err.contains("no vault password opens this"), "{}", said.err);
    project.ask(&["vault", "decrypt", "secret.yml", "--vault-password-file", "other"]);
    assert_eq!(project.read("secret.yml"), "a: new\n");
    let said = project.say(&words(&["vault", "decrypt", "secret.yml"], &PASSWORD));
    assert!(said.code == 4 && said.err.contains("`secret.yml` is not encrypted"));
}

#[test]
fn single_values_are_edited_in_place() {
    let project = Project::new(&[]);
    let value =
        |name, text| project.ask(&words(&["vault", "encrypt-string", "--name", name, text], &PASSWORD));
    let written = format!("# kept\n{}b: 1  # too\n\n{}", value("a", "old one"), value("c", "same"));
    project.write("vars.yml", &written);
    project.ask(&words(&["vault", "edit", "vars.yml"], &PASSWORD));
    let shown = project.ask(&words(&["vault", "view", "vars.yml"], &PASSWORD));
    assert_eq!(shown, "# kept\na: !decrypted 'new one'\nb: 1  # too\n\nc: !decrypted 'same'\n");
    let tail = |text: &str| text.split_once("b: 1").unwrap().1.to_owned();
    assert_eq!(
        tail(&project.read("vars.yml")),
        tail(&written),
        "a value that did not change stays as it was"
    );
}

#[test]
fn which_of_several_passwords_encrypts_must_be_said() {
    let project = Project::new(&[("secret.yml", "a: old\n")]);
    let words = ["vault", "encrypt", "--vault-id", "a@password", "--vault-id", "b@password", "secret.yml"];
    let said = project.say(&words);
    let expected = "error: there are several passwords to encrypt with: `a`, `b`
  = hint: say which one with `--encrypt-vault-id`
";
    assert_eq!((said.err.as_str(), project.read("secret.yml").as_str()), (expected, "a: old\n"));
    project.ask(&[&words[..], &["--encrypt-vault-id", "b"]].concat());
    assert!(project.read("secret.yml").starts_with("$ANSIBLE_VAULT;1.2;AES256;b\n"));
}

#[test]
fn a_file_of_variables_that_does_not_open_is_told_before_the_run() {
    let project = Project::new(&[
        ("site.yml", "- {hosts: web, vars_files: [secret.yml], tasks: []}\n"),
        ("vars/secret.yml", "a: 1\n"),
        ("other", "another"),
    ]);
    project.ask(&words(&["vault", "encrypt", "vars/secret.yml"], &PASSWORD));
    let said = project.say(&words(&["site.yml", "--vault-password-file", "other"], &INVENTORY));
    assert_eq!((said.code, said.out.as_str()), (4, ""));
    assert!(
        said.err.ends_with("secret.yml`: no vault password opens this; tried: `default`\n"),
        "{}",
        said.err
    );
}

#[test]
fn the_options_and_the_input_of_ansible_vault_are_taken() {
    let project = Project::new(&[("new.yml", "a: old\n")]);
    project.ask(&words(&["vault", "-v", "encrypt", "new.yml"], &PASSWORD));
    project.ask(&words(&["vault", "edit", "-vv", "--skip-tty-check", "new.yml"], &PASSWORD));
    let words = words(&["vault", "view", "-v", "-"], &PASSWORD);
    let said = project.hear(&words, &project.read("new.yml"));
    assert_eq!((said.err.as_str(), said.out.as_str()), ("", "a: new\n"));
}

#[test]
fn without_a_terminal_passwords_are_lines_of_the_input() {
    let project = Project::new(&[("site.yml", "- {hosts: web, vars_prompt: [{name: a}], tasks: []}\n")]);
    let said = project.hear(&["vault", "encrypt-string", "one"], "let me in\nlet me in\n");
    assert!(said.out.starts_with("!vault |\n"), "{}", said.err);
    project.write("group_vars/web.yml", &format!("secret: {}", said.out));
    let asks = words(&["eval", "secret is eq('one')", "--host", "web1", "-J"], &INVENTORY);
    assert_eq!(project.hear(&asks, "let me in\n").out, "true\n");
    let refused = project.hear(&asks, "").err;
    assert!(refused.contains("error: cannot ask for `Vault password`: there is no terminal"), "{refused}");
}
