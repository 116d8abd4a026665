//! Settings that are typed.

use super::{Pretend, settings};
use crate::report::{Format, Switch};
use crate::settings::{ExtraVars, Templates, VaultIdentity, VaultSecret};
use std::path::{Path, PathBuf};

#[test]
fn a_run_of_nothing_typed_has_the_usual_settings() {
    let settings = settings("");
    assert_eq!(settings.playbooks, [PathBuf::from("site.yml")]);
    assert_eq!(settings.directory, Path::new("/project"));
    assert_eq!(settings.selection.tags, ["all"]);
    assert_eq!(settings.execution.forks, None);
    assert_eq!(settings.output.format, Format::Auto);
    assert!(settings.inventory.sources.is_empty() && !settings.inventory.given);
    assert!(!settings.execution.dry_run && !settings.execution.diff && !settings.listing.is_asked_for());
    assert!(settings.warnings.is_empty());
}

#[test]
fn the_usual_inventory_counts_where_it_is() {
    let place = Pretend::new().with("/etc/ansible/hosts", "");
    assert_eq!(place.settings("").unwrap().inventory.sources, ["/etc/ansible/hosts"]);
    assert_eq!(place.settings("-i a -i ~/b -i ~x,").unwrap().inventory.sources, ["a", "/home/me/b", "~x,"]);
}

#[test]
fn hosts_and_tasks_are_selected() {
    let settings = settings(
        "-l a -l b:c -t x,y --tags z --skip-tags q,_r --role one,two --role three --start-at-task t",
    );
    assert_eq!(settings.selection.limit.as_deref(), Some("b:c"));
    assert_eq!(settings.selection.tags, ["x", "y", "z"]);
    assert_eq!(settings.selection.skip_tags, ["q", "r"]);
    assert_eq!(settings.selection.roles, ["one", "two", "three"]);
    assert_eq!(settings.selection.start_at_task.as_deref(), Some("t"));
}

#[test]
fn a_dry_run_shows_differences_unless_they_are_not_wanted() {
    for (line, dry_run, diff) in [
        ("-C", true, true),
        ("--check", true, true),
        ("--dry-run --no-diff", true, false),
        ("-D", false, true),
        ("--no-diff -D", false, true),
        ("-C -D --no-diff", true, false),
    ] {
        let settings = settings(line);
        assert_eq!((settings.execution.dry_run, settings.execution.diff), (dry_run, diff), "{line}");
        assert_eq!((settings.output.dry_run, settings.output.diff), (dry_run, diff), "{line}");
    }
    let drift = settings("drift").execution;
    assert!(drift.dry_run && drift.exit_code && drift.diff);
    let planned = settings("-C --exit-code").execution;
    assert!(planned.exit_code);
}

#[test]
fn extra_variables_are_told_apart_and_kept_as_they_are() {
    let settings = settings("-e a=1_b='x_y' -e @~/v.yml -e {a:_1} -e [1] -e @v.json");
    let kinds: Vec<(&str, String)> = settings
        .extra_vars
        .iter()
        .map(|vars| match vars {
            ExtraVars::File(path) => ("file", path.display().to_string()),
            ExtraVars::Yaml { text, .. } => ("yaml", text.clone()),
            ExtraVars::Pairs { text, .. } => ("pairs", text.clone()),
        })
        .collect();
    let expected = [
        ("pairs", "a=1 b='x y'".to_owned()),
        ("file", "/home/me/v.yml".to_owned()),
        ("yaml", "{a: 1}".to_owned()),
        ("yaml", "[1]".to_owned()),
        ("file", "/project/v.json".to_owned()),
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn a_file_of_variables_without_its_sign_is_refused() {
    let expected = "\
error: `-e` takes variables, found what looks like a path
 --> <command line>:1:1
  |
1 | ./v.yml
  | ^^^^^^^
  = hint: for a file of variables, write `-e @./v.yml`
";
    assert_eq!(Pretend::new().said("-e ./v.yml"), expected);
}

#[test]
fn hosts_are_reached_as_typed() {
    let line = "-u me -c local --private-key ~/k -T 7 -f 3 -k --ssh-common-args -o_A=b --ssh-extra-args -v";
    let settings = settings(line);
    let connection = settings.connection;
    assert_eq!(connection.user.as_deref(), Some("me"));
    assert_eq!(connection.kind.as_deref(), Some("local"));
    assert_eq!(connection.private_key, Some(PathBuf::from("/home/me/k")));
    assert_eq!(connection.timeout, Some(7));
    assert_eq!(connection.ssh_common_args.as_deref(), Some("-o A=b"));
    assert_eq!(connection.ssh_extra_args.as_deref(), Some("-v"));
    assert!(connection.ask_password && !connection.accept_unknown_hosts);
    assert_eq!(settings.execution.forks, Some(3));
}

#[test]
fn users_are_become_as_typed() {
    let becoming = settings("-b --become-user you --become-method doas --become-password-file p").becoming;
    assert!(becoming.on && !becoming.ask_password);
    assert_eq!(becoming.user.as_deref(), Some("you"));
    assert_eq!(becoming.method.as_deref(), Some("doas"));
    assert_eq!(becoming.password_file, Some(PathBuf::from("/project/p")));
    assert!(settings("-K").becoming.ask_password);
}

#[test]
fn vault_secrets_are_tried_configured_ids_first_and_the_question_last() {
    let place = Pretend::new()
        .exporting("ANSIBLE_VAULT_PASSWORD_FILE", "~/env")
        .config("[defaults]\nvault_identity_list = dev@d, q@prompt\nvault_password_file = never\n");
    let settings = place.settings("--vault-password-file f --vault-id p@prompt --vault-id g").unwrap();
    let file =
        |id: &str, path: &str| VaultIdentity { id: id.to_owned(), secret: VaultSecret::File(path.into()) };
    let prompt = |id: &str| VaultIdentity { id: id.to_owned(), secret: VaultSecret::Prompt };
    let expected = [
        file("dev", "/project/d"),
        prompt("q"),
        prompt("p"),
        file("default", "/project/g"),
        file("default", "/project/f"),
        file("default", "/home/me/env"),
    ];
    assert_eq!(settings.vaults.identities, expected);
    let asked = place.settings("vault view x -J").unwrap().vaults.identities;
    assert_eq!(asked.last(), Some(&prompt("default")));
}

#[test]
fn the_id_to_encrypt_with_is_typed_or_configured() {
    let place = Pretend::new().config("[defaults]\nvault_encrypt_identity = a\n");
    assert_eq!(place.settings("vault encrypt f").unwrap().vaults.encrypt_with.as_deref(), Some("a"));
    let typed = place.settings("vault encrypt f --encrypt-vault-id b").unwrap();
    assert_eq!(typed.vaults.encrypt_with.as_deref(), Some("b"));
}

#[test]
fn the_rest_of_a_run_is_as_typed() {
    let settings = settings(
        "a.yml b.yml --list-hosts --list-tags --syntax-check --step --force-handlers --flush-cache -M x:~/y -M z \
         --language classic --window 4 --output json -vvv --no-color",
    );
    assert_eq!(settings.playbooks, [PathBuf::from("a.yml"), PathBuf::from("b.yml")]);
    assert!(settings.listing.hosts && settings.listing.tags && settings.listing.syntax_check);
    assert!(!settings.listing.tasks && settings.listing.is_asked_for());
    assert!(settings.execution.step && settings.execution.force_handlers && settings.facts.flush);
    let modules = ["/project/x", "/home/me/y", "/project/z"].map(PathBuf::from);
    assert_eq!(settings.paths.modules, modules);
    assert_eq!(settings.language.templates, Templates::Classic);
    assert_eq!(settings.execution.window, Some(4));
    assert_eq!(settings.output.format, Format::Json);
    assert_eq!((settings.output.verbosity, settings.output.colour), (3, Switch::Off));
}

#[test]
fn options_without_a_meaning_give_one_warning() {
    let expected = "\
warning: options without a meaning here: `--sftp-extra-args`, `--scp-extra-args`
  = hint: neither sftp nor scp is used
";
    assert_eq!(Pretend::new().said("--sftp-extra-args -l --scp-extra-args -l"), expected);
}

#[test]
fn the_options_of_sudo_are_still_understood() {
    let settings = settings("-s -U app --ask-sudo-pass");
    assert!(settings.becoming.on && settings.becoming.ask_password);
    assert_eq!(settings.becoming.user.as_deref(), Some("app"));
    assert_eq!(settings.becoming.method, None);
    assert_eq!(settings.warnings.len(), 1);
    let settings = self::settings("-S -R app");
    assert_eq!(
        (settings.becoming.user.as_deref(), settings.becoming.method.as_deref()),
        (Some("app"), Some("su"))
    );
}
