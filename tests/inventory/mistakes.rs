//! What is said of inventories that cannot be read.

use provision::inventory::{Inventory, Mismatch, Options};
use provision::source::{Diagnostics, Sources, Span};
use std::sync::Arc;

/// Every message with its place and hints, one a line.
fn told(sources: &Sources, found: &Diagnostics) -> String {
    let one = |found: &provision::source::Diagnostic| {
        let place = sources.place(found.span());
        let place =
            place.map_or(String::new(), |place| format!("{}: ", place.rsplit('/').next().unwrap_or("")));
        let hints: String = found.hints.iter().map(|hint| format!("; {hint}")).collect();
        format!("{place}{}{hints}", found.message)
    };
    found.all.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn read(name: &str, text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let sources = Arc::new(Sources::default());
    match Inventory::load(&sources, &[path.display().to_string()], Options::default()) {
        Ok(inventory) => format!("read: {}", told(&sources, &inventory.take_diagnostics())),
        Err(found) => told(&sources, &found),
    }
}

#[test]
fn mistakes_are_told_with_their_place() {
    let cases = [
        ("hosts", "[web\nh1\n", "hosts:1:1: the `[` in `[web` is not closed"),
        (
            "hosts",
            "[web vars]\n",
            "hosts:1:1: `[web vars]` is no section; a section is `[group]`, `[group:vars]` or `[group:children]`, without blanks",
        ),
        ("hosts", "[web:var]\n", "hosts:1:1: a section cannot be `var`; it is `hosts`, `children` or `vars`"),
        (
            "hosts",
            "[web]\nh1 a=1 b\n",
            "hosts:2:8: `b` is no variable of the host; behind the host only `name=value` may follow",
        ),
        ("h.toml", "[web\nh1 = 1\n", "h.toml:1:5: this is no TOML: unclosed table, expected `]`"),
        (
            "h.toml",
            "[web]\nchildren = { db = 1 }\n",
            "h.toml:2:12: `children` must be a list of names, not a mapping",
        ),
        (
            "h.toml",
            "plugin = 'constructed'\n",
            "h.toml:1:1: this is no inventory: it names a plugin; a file for an inventory plugin is written in YAML",
        ),
        ("h.toml", "", "h.toml:1:1: the inventory is empty"),
        ("hosts", "[web]\nh1 a='1\n", "hosts:2:1: this host line cannot be read: a `'` is not closed"),
        ("hosts", "[web]\nh1\n[wbe:vars]\na=1\n", "hosts:3:1: there is no group `wbe`; did you mean `web`?"),
        (
            "hosts",
            "[all:children]\nwww\n",
            "hosts:2:1: there is no group `www`; define it with a line `[www]`",
        ),
        (
            "hosts",
            "[web:vars]\na\n[web]\n",
            "hosts:2:1: `a` is no variable; in a `vars` section every line is `name=value`",
        ),
        (
            "hosts",
            "[a:children]\nb\n[b:children]\na\n",
            "hosts:4:1: the group `b` is in `a` already, so `a` cannot be in it",
        ),
        (
            "hosts",
            "web[3:a]\n",
            "hosts:1:1: `[3:a]` is no range of hosts: `a` is neither a number nor a letter",
        ),
        ("hosts", "h1:\n", "read: "),
        (
            "h.yml",
            "web:\n  hosts:\n    - h1\n",
            "h.yml:3:5: `hosts` of the group `web` must be a mapping, not a list; write `h1:` without the dash",
        ),
        (
            "h.yml",
            "web:\n  host:\n    h1:\n",
            "read: h.yml:2:3: `host` in the group `web` means nothing and is skipped; did you mean `hosts`?; a group has `hosts`, `vars` and `children`; groups inside of it stand below `children`",
        ),
        (
            "h.yml",
            "web:\n  hosts: {1: }\n",
            "h.yml:2:11: the name of a host must be text, not a number; quote it: \"1\"",
        ),
        (
            "h.yml",
            "web:\n  hosts: {h1: }\n  vars: [a]\n",
            "h.yml:3:9: `vars` of the group `web` must be a mapping, not a list",
        ),
        (
            "h.yml",
            "web:\n hosts:\n  h1:\n   a: {{ b }}\n",
            "h.yml:4:7: a value that starts with `{{` must be quoted; write \"{{ b }}\"",
        ),
        ("h.yml", "- web\n", "h.yml:1:1: an inventory is a mapping of groups, not a list"),
        (
            "h.yml",
            "plugin: aws_ec2\n",
            "h.yml:1:9: the inventory plugin `aws_ec2` is not known here; `constructed` is; for others, write an inventory program, or save what `ansible-inventory --list` prints",
        ),
        (
            "h.yml",
            "a:\n  children:\n    b: {children: {a: }}\n",
            "h.yml:3:5: the group `a` is in `b` already, so `b` cannot be in it",
        ),
        (
            "h.yml",
            "a: 5\nb: {hosts: h1}\n",
            "read: h.yml:1:4: the group `a` is a number, not a mapping, and is skipped",
        ),
    ];
    let wrong: Vec<_> = cases
        .iter()
        .map(|(name, text, wanted)| (read(name, text), *wanted, *text))
        .filter(|(found, wanted, _)| found != wanted)
        .map(|(found, wanted, text)| format!("{text:?}\n  wanted {wanted}\n  found  {found}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn programs_that_fail_are_told() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        ("#!/bin/sh\necho oops >&2\nexit 3\n", "failed: exit status: 3; it said: oops"),
        ("#!/bin/sh\necho no json\n", "this is no JSON"),
        ("#!/bin/sh\necho '{\"web\": {\"hosts\": 1}}'\n", "`hosts` of `web` must be a list, not a number"),
    ];
    for (number, (text, wanted)) in cases.iter().enumerate() {
        let path = folder.path().join(format!("p{number}"));
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        let sources = Arc::new(Sources::default());
        let found = Inventory::load(&sources, &[path.display().to_string()], Options::default()).unwrap_err();
        assert!(told(&sources, &found).ends_with(wanted), "{}", told(&sources, &found));
    }
}

#[test]
fn what_is_not_there_is_warned_of_unless_it_must_be() {
    let sources = Arc::new(Sources::default());
    let load = |options| Inventory::load(&sources, &["/not/there".into()], options);
    let inventory = load(Options::default()).unwrap();
    assert_eq!(told(&sources, &inventory.take_diagnostics()), "there is no inventory `/not/there`");
    assert!(inventory.host("localhost").unwrap().is_implicit);
    assert!(load(Options { any_unparsed_is_failed: true, ..Options::default() }).is_err());
    assert!(load(Options { unparsed_is_failed: true, ..Options::default() }).is_err());
}

#[test]
fn patterns_and_limits_that_match_nothing() {
    let sources = Arc::new(Sources::default());
    let load = |mismatch| {
        let options = Options { mismatch, ..Options::default() };
        Inventory::load(&sources, &["web1,web2,".into()], options).unwrap()
    };
    let inventory = load(Mismatch::Warning);
    assert_eq!(inventory.select("db", None, Span::NONE), Ok(vec![]));
    assert_eq!(told(&sources, &inventory.take_diagnostics()), "no host and no group matches `db`");
    assert!(load(Mismatch::Error).select("db", None, Span::NONE).is_err());
    assert_eq!(inventory.select("all", Some("web2"), Span::NONE), Ok(vec!["web2".into()]));
    let error = inventory.check_limit("web3").unwrap_err();
    assert_eq!(error.message, "the limit `web3` leaves no host of the inventory");
    assert_eq!(inventory.check_limit("web*:!web1"), Ok(()));
}

#[test]
fn a_limit_is_no_directory() {
    let (inventory, folder) = (Inventory::default(), tempfile::tempdir().unwrap());
    let limit = format!("@{}", folder.path().display());
    let error = inventory.select("all", Some(&limit), Span::NONE).unwrap_err();
    assert!(error.message.ends_with("must be a file, this is a directory"), "{}", error.message);
}

#[test]
fn a_list_of_hosts_may_hold_ranges_where_that_is_asked_for() {
    let typed = ["web[1:3],db[1:x],".to_owned()];
    let options = Options { enabled: vec!["advanced_host_list".to_owned()], ..Options::default() };
    let inventory = Inventory::load(&Arc::default(), &typed, options).unwrap();
    assert_eq!(inventory.host_names().join(" "), "web1 web2 web3 db[1:x]");
    assert_eq!(inventory.take_diagnostics().all.len(), 1);
}

#[test]
fn a_limit_may_be_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("limit");
    std::fs::write(&path, "web1\n\n web3 \n").unwrap();
    let sources = Arc::new(Sources::default());
    let inventory = Inventory::load(&sources, &["web1,web2,web3".into()], Options::default()).unwrap();
    let limit = format!("@{}", path.display());
    let selected = inventory.select("all", Some(&limit), Span::NONE).unwrap();
    assert_eq!(selected, ["web1".into(), "web3".into()]);
    assert!(inventory.select("all", Some("@/not/there"), Span::NONE).is_err());
}
