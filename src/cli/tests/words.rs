//! Which command words ask for, and what is said of words that mean nothing.

use super::{Pretend, words};
use crate::cli::{Asked, read, refusal};
use crate::source::{Palette, Sources, render};

#[test]
fn the_first_word_that_is_no_option_is_the_command() {
    let cases = [
        ("", "run"),
        ("site.yml", "run"),
        ("-i x site.yml -C", "run"),
        ("run site.yml", "run"),
        ("lint", "lint"),
        ("-i x lint", "lint"),
        ("-ix lint", "lint"),
        ("--inventory x lint", "lint"),
        ("--inv x lint", "lint"),
        ("--inventory=x lint", "lint"),
        ("-vv -b lint", "lint"),
        ("-vvi x lint", "lint"),
        ("-i lint", "run"),
        ("--limit trust site.yml", "run"),
        ("site.yml lint", "run"),
        ("-- lint", "run"),
        ("drift -i x", "drift"),
        ("vault view x", "vault"),
        ("module web -m ping -a data=x", "module"),
        ("-i x module all -a uptime", "module"),
    ];
    for (line, expected) in cases {
        assert_eq!(Pretend::new().command(line).word(), expected, "{line}");
    }
}

#[test]
fn a_command_wins_over_a_file_of_its_name() {
    let place = Pretend::new().with("/project/inventory", "web\n");
    assert_eq!(place.command("inventory -i inventory --list").word(), "inventory");
    assert_eq!(place.command("./inventory").word(), "run");
}

#[test]
fn everything_that_ansible_playbook_takes_is_taken_in_any_order() {
    for line in [
        "site.yml -i x --check --diff",
        "--diff -i x site.yml --check",
        "-i a -i b, --inventory-file c -l web:!db -l x s.yml t.yml",
        "-t a,b --tags c --skip-tags d -e a=1 --extra-vars @f.yml",
        "-f 5 -u me -b --become-user you --become-method su -K",
        "--ask-become-pass --ask-pass --ask-vault-password --ask-vault-pass",
        "--become-password-file f --connection-password-file g",
        "--become-pass-file f --conn-pass-file g --vault-pass-file h --vault-password-file i",
        "--private-key k --key-file l -c local -T 3 --timeout 4",
        "--ssh-common-args -o_A=b --ssh-extra-args=-v --sftp-extra-args -l --scp-extra-args -l",
        "--vault-id a@b --vault-id c@prompt -J -C -D --list-hosts --list-tasks --list-tags",
        "--syntax-check --start-at-task x_y --step --force-handlers --flush-cache -M a:b -vvvv -v",
        "-b -b -C -C --dry-run --check",
        "--inv x --lim y",
    ] {
        let read = read(&words(line));
        assert!(matches!(read, Ok(Asked::Command(_))), "{line}: {read:?}");
    }
}

#[test]
fn words_that_mean_nothing_are_refused_with_what_was_wanted() {
    let help = "  = hint: `provision --help` lists what can be typed\n";
    let cases = [
        ("--chek", "error: unknown option `--chek`\n  = hint: did you mean `--check`?\n".to_owned()),
        ("-f x", format!("error: `--forks` takes a number, found `x`\n{help}")),
        ("-f 0", format!("error: `--forks` takes a number, found `0`\n{help}")),
        ("-i", format!("error: `--inventory` needs a value\n{help}")),
        ("--output jsn", "error: `--output` takes one of auto, terminal, plain, json, ansible, found `jsn`\n  = hint: did you mean `json`?\n".to_owned()),
        ("-k --connection-password-file x", format!("error: `--ask-pass` and `--connection-password-file` cannot be used together\n{help}")),
        ("--exit-code", format!("error: `--dry-run` is missing\n{help}")),
        ("explain x", format!("error: `--host <HOST>` is missing\n{help}")),
        ("vault", format!("error: a command is missing\n{help}")),
        ("vault vew x", "error: unknown command `vew`\n  = hint: did you mean `view`?\n".to_owned()),
    ];
    for (line, expected) in cases {
        let error = read(&words(line)).expect_err(line);
        assert_eq!(render(&refusal(&error), &Sources::default(), Palette::PLAIN), expected, "{line}");
    }
}

#[test]
fn help_and_version_are_no_mistakes() {
    for line in ["--help", "-h", "vault --help", "trust -h"] {
        assert!(!read(&words(line)).expect_err(line).use_stderr(), "{line}");
    }
    for line in ["--version", "run --version", "inventory --version", "module --version", "vault --version"] {
        assert!(matches!(read(&words(line)), Ok(Asked::Version)), "{line}");
    }
}
