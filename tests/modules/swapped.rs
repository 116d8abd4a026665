//! A local user who puts something else in place between the look and the change leads nobody to what is not theirs
//! (CVE-2013-4259, CVE-2013-4260, CVE-2020-1733).
//! Needs root: the user is another one.

use provision::host::{Failure, Fields, NoContents, System, json};
use provision::modules::{self, Module};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown, symlink};
use std::path::Path;

const EVE: u32 = 1234;

/// What Eve does between the look and the change.
#[derive(Clone, Copy, Debug)]
enum Attack {
    /// This name becomes a link of hers to that.
    Link(&'static str, &'static str),
    /// This name becomes a directory of hers.
    Directory(&'static str),
    /// This name becomes a pipe, which keeps a reader waiting.
    Pipe(&'static str),
}

/// The module, its arguments, what Eve does, and what the failure says; nothing where the change is made all the same.
type Case = (&'static str, &'static str, Attack, Option<&'static str>);

const IN_A_DIRECTORY_OF_HERS: &str = "of user 1234 leads to a directory of somebody else";

const CASES: [Case; 17] = [
    (
        "copy",
        r#"{"dest": "/home/eve/sub/a", "content": "new"}"#,
        Attack::Link("home/eve/sub", "../../etc"),
        Some(IN_A_DIRECTORY_OF_HERS),
    ),
    (
        "copy",
        r#"{"dest": "/home/eve/file", "content": "new"}"#,
        Attack::Link("home/eve/file", "../../etc/secret"),
        None,
    ),
    (
        "copy",
        r#"{"dest": "/home/eve/file", "content": "new"}"#,
        Attack::Directory("home/eve/file"),
        Some("`/home/eve/file`: it is a directory"),
    ),
    (
        "copy",
        r#"{"dest": "/home/eve/file", "content": "new", "backup": true}"#,
        Attack::Pipe("home/eve/file"),
        Some("`/home/eve/file`: it is a pipe"),
    ),
    (
        "copy",
        r#"{"dest": "/home/eve/new", "src": "/home/eve/large", "remote_src": true}"#,
        Attack::Link("home/eve/large", "../../etc/large"),
        Some("`/home/eve/large`: it changed while it was read"),
    ),
    (
        "lineinfile",
        r#"{"path": "/home/eve/sub/list", "line": "new"}"#,
        Attack::Link("home/eve/sub", "../../etc"),
        Some(IN_A_DIRECTORY_OF_HERS),
    ),
    (
        "blockinfile",
        r#"{"path": "/home/eve/file", "block": "new"}"#,
        Attack::Link("home/eve/file", "../../etc/secret"),
        None,
    ),
    (
        "file",
        r#"{"path": "/home/eve/file", "mode": "0666"}"#,
        Attack::Link("home/eve/file", "../../etc/secret"),
        Some("`/home/eve/file`: it is a symbolic link"),
    ),
    (
        "file",
        r#"{"path": "/home/eve/file", "owner": "4321"}"#,
        Attack::Link("home/eve/file", "../../etc/secret"),
        None,
    ),
    (
        "file",
        r#"{"path": "/home/eve/sub/secret", "owner": "4321"}"#,
        Attack::Link("home/eve/sub", "../../etc"),
        Some(IN_A_DIRECTORY_OF_HERS),
    ),
    (
        "file",
        r#"{"path": "/home/eve/sub/secret", "mode": "0666"}"#,
        Attack::Link("home/eve/sub", "../../etc"),
        Some(IN_A_DIRECTORY_OF_HERS),
    ),
    (
        "file",
        r#"{"path": "/home/eve/sub/secret", "state": "absent"}"#,
        Attack::Link("home/eve/sub", "../../etc"),
        Some(IN_A_DIRECTORY_OF_HERS),
    ),
    (
        "file",
        r#"{"path": "/home/eve/sub", "state": "absent"}"#,
        Attack::Link("home/eve/sub", "../../etc"),
        None,
    ),
    (
        "file",
        r#"{"path": "/home/eve/sub/deep", "state": "directory", "owner": "1234"}"#,
        Attack::Link("home/eve/sub", "../../etc"),
        Some(IN_A_DIRECTORY_OF_HERS),
    ),
    (
        "file",
        r#"{"path": "/home/eve/sub/link", "state": "link", "src": "x", "force": true}"#,
        Attack::Link("home/eve/sub", "../../etc"),
        Some(IN_A_DIRECTORY_OF_HERS),
    ),
    (
        "file",
        r#"{"path": "/home/eve/sub/secret", "modification_time": "202001010000.00"}"#,
        Attack::Link("home/eve/sub", "../../etc"),
        Some(IN_A_DIRECTORY_OF_HERS),
    ),
    (
        "file",
        r#"{"path": "/home/eve/hard", "state": "hard", "src": "/home/eve/sub/secret"}"#,
        Attack::Link("home/eve/sub", "../../etc"),
        Some(IN_A_DIRECTORY_OF_HERS),
    ),
];

/// A host with a home of Eve's, and what is not hers.
fn host() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let path = |name: &str| root.path().join(name);
    fs::create_dir_all(path("etc")).unwrap();
    for (name, text) in
        [("etc/secret", "secret"), ("etc/list", "list"), ("etc/large", &"s".repeat(1_100_000))]
    {
        fs::write(path(name), text).unwrap();
        fs::set_permissions(path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }
    fs::create_dir_all(path("home/eve/sub")).unwrap();
    for (name, text) in
        [("file", "old"), ("large", &*"e".repeat(1_100_000)), ("sub/list", "list"), ("sub/secret", "hers")]
    {
        fs::write(path("home/eve").join(name), text).unwrap();
    }
    for name in ["home/eve", "home/eve/sub", "home/eve/file", "home/eve/large", "home/eve/sub/secret"] {
        lchown(path(name), Some(EVE), Some(EVE)).unwrap();
    }
    root
}

impl Attack {
    fn strike(self, root: &Path) {
        let (Attack::Link(name, _) | Attack::Directory(name) | Attack::Pipe(name)) = self;
        let place = root.join(name);
        if place.exists() {
            fs::rename(&place, root.join("home/eve/away")).unwrap();
        }
        match self {
            Attack::Link(_, target) => symlink(target, &place).unwrap(),
            Attack::Directory(_) => fs::create_dir(&place).unwrap(),
            Attack::Pipe(_) => drop(std::process::Command::new("mkfifo").arg(&place).status().unwrap()),
        }
        lchown(&place, Some(EVE), Some(EVE)).unwrap();
    }
}

/// All that is not hers: names, permissions, owners, times and contents.
fn not_hers(root: &Path) -> Vec<(String, u32, u32, i64, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root.join("etc")).unwrap().flatten() {
        let meta = entry.metadata().unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        found.push((name, meta.mode(), meta.uid(), meta.mtime(), fs::read(entry.path()).unwrap()));
    }
    found.sort();
    found
}

fn carry_out(root: &Path, (module, arguments, attack, _): Case) -> Result<(), Failure> {
    let fields: Fields = json::parse(arguments).unwrap().as_map().unwrap().clone();
    let call = modules::parse(module, &fields).unwrap();
    let system = System::below(root.to_owned(), Box::new(NoContents));
    let plan = call.plan(&system)?;
    assert!(!plan.is_empty(), "{module} {arguments}");
    attack.strike(root);
    plan.changes.iter().try_for_each(|change| change.apply(&system).map(drop))
}

#[test]
fn what_is_put_in_place_between_look_and_change_leads_nowhere() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    for case in CASES {
        let root = host();
        let before = not_hers(root.path());
        let done = carry_out(root.path(), case).map_err(|failure| failure.to_string());
        let (module, arguments, attack, wanted) = case;
        let at = format!("{module} {arguments} {attack:?}: {done:?}");
        match wanted {
            None => assert!(done.is_ok(), "{at}"),
            Some(wanted) => assert!(done.as_ref().is_err_and(|message| message.contains(wanted)), "{at}"),
        }
        assert!(not_hers(root.path()) == before, "{at}");
        let hers = fs::read_dir(root.path().join("home/eve")).unwrap().flatten();
        let left = hers.filter(|entry| entry.file_name().to_string_lossy().starts_with('.')).count();
        assert_eq!(left, 0, "{at}");
        assert!(!root.path().join("home/eve/hard").exists(), "{at}");
    }
}

/// What is there before the look: a link of hers is not written through to what is not hers.
#[test]
fn a_link_of_hers_is_not_written_through() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    for (module, arguments) in [
        ("lineinfile", r#"{"path": "/home/eve/link", "line": "new"}"#),
        ("replace", r#"{"path": "/home/eve/link", "regexp": "secret", "replace": "new"}"#),
        ("copy", r#"{"dest": "/home/eve/link", "content": "new", "follow": true}"#),
        ("copy", r#"{"dest": "/home/eve/etc/new", "content": "new"}"#),
        ("file", r#"{"path": "/home/eve/link", "mode": "0666"}"#),
        ("file", r#"{"path": "/home/eve/etc/secret", "state": "touch"}"#),
    ] {
        let root = host();
        Attack::Link("home/eve/link", "../../etc/secret").strike(root.path());
        Attack::Link("home/eve/etc", "../../etc").strike(root.path());
        let before = not_hers(root.path());
        let never = Attack::Directory("home/eve/other");
        let done =
            carry_out(root.path(), (module, arguments, never, None)).map_err(|failure| failure.to_string());
        assert!(
            done.as_ref().is_err_and(|message| message.contains("of user 1234 leads to")),
            "{arguments} {done:?}"
        );
        assert!(not_hers(root.path()) == before, "{arguments}");
    }
}

/// The attributes of a tree do not go where a link of hers leads.
#[test]
fn a_tree_is_not_left_by_a_link_of_hers() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let root = host();
    symlink("../../../etc", root.path().join("home/eve/sub/out")).unwrap();
    lchown(root.path().join("home/eve/sub/out"), Some(EVE), None).unwrap();
    let before = not_hers(root.path());
    let arguments = r#"{"path": "/home/eve/sub", "state": "directory", "recurse": true, "owner": "4321"}"#;
    carry_out(root.path(), ("file", arguments, Attack::Directory("home/eve/other"), None)).unwrap();
    assert!(not_hers(root.path()) == before);
    assert_eq!(fs::metadata(root.path().join("home/eve/sub/secret")).unwrap().uid(), 4321);
}
