//! What the roles promise of themselves, read from their text: none of them knows another one, and all that can be set
//! is documented where it has its default.

mod chain;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A role: its name, the beginning of its variables' names, its directory.
struct Role {
    name: String,
    prefix: String,
    path: PathBuf,
}

fn roles() -> Vec<Role> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("roles");
    let mut roles: Vec<Role> = entries(&folder).into_iter().map(role).collect();
    roles.sort_by(|a, b| a.name.cmp(&b.name));
    roles
}

fn role(path: PathBuf) -> Role {
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    Role { prefix: format!("{}_", name.replace('-', "_")), name, path }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// Every file below the folder, with its text.
fn texts(folder: &Path) -> Vec<(PathBuf, String)> {
    let below = |path: PathBuf| match path.is_dir() {
        true => texts(&path),
        false => vec![(path.clone(), fs::read_to_string(&path).unwrap())],
    };
    entries(folder).into_iter().flat_map(below).collect()
}

/// Everything in the text that could be the name of a variable or, with dashes, of a role or component.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')
}

/// The names that have a value in lines such as `name: value`, at any depth.
fn defined(text: &str) -> BTreeSet<&str> {
    text.lines().filter_map(|line| line.trim_start().split_once(':')).map(|(name, _)| name).collect()
}

#[test]
fn there_are_roles() {
    assert!(roles().len() >= 5);
}

#[test]
fn no_role_names_another_or_reads_its_variables() {
    let roles = roles();
    for role in &roles {
        for (path, text) in texts(&role.path) {
            let others = roles.iter().filter(|other| other.name != role.name);
            let strange =
                |other: &Role| words(&text).any(|word| word == other.name || word.starts_with(&other.prefix));
            let named: Vec<&str> =
                others.filter(|other| strange(other)).map(|other| other.name.as_str()).collect();
            assert!(named.is_empty(), "{} names {named:?}", path.display());
        }
    }
}

#[test]
fn every_default_carries_the_prefix_of_its_role() {
    for role in roles() {
        let text = fs::read_to_string(role.path.join("defaults/main.yml")).unwrap();
        let names = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()));
        for name in names {
            assert!(name.starts_with(&role.prefix), "{}: `{name}`", role.name);
        }
    }
}

#[test]
fn every_default_stands_below_a_comment() {
    for role in roles() {
        let text = fs::read_to_string(role.path.join("defaults/main.yml")).unwrap();
        for paragraph in text.trim_start_matches("---\n").split("\n\n") {
            assert!(paragraph.starts_with("# "), "{}: no comment above\n{paragraph}", role.name);
        }
    }
}

#[test]
fn every_variable_that_a_role_uses_is_one_that_it_gives_a_value() {
    for role in roles() {
        let files = texts(&role.path);
        let mut known: BTreeSet<&str> = files.iter().flat_map(|(_, text)| defined(text)).collect();
        let registered =
            files.iter().flat_map(|(_, text)| text.lines()).filter_map(|line| line.split_once("register: "));
        known.extend(registered.map(|(_, name)| name.trim()));
        for (path, text) in &files {
            let unknown: Vec<&str> =
                words(text).filter(|word| word.starts_with(&role.prefix) && !known.contains(word)).collect();
            assert!(unknown.is_empty(), "{} uses {unknown:?}", path.display());
        }
    }
}

#[test]
fn every_role_can_be_switched_off_and_is_on() {
    for role in roles() {
        let text = fs::read_to_string(role.path.join("defaults/main.yml")).unwrap();
        assert!(text.contains(&format!("\n{}enabled: true\n", role.prefix)), "{}", role.name);
    }
}

/// Every container is limited by settings of its role, and taken by its digest where one is set.
#[test]
fn every_container_can_be_limited_and_locked() {
    let mut seen = 0;
    for role in roles() {
        for (path, text) in texts(&role.path.join("tasks")) {
            for task in text
                .split("\n- name: ")
                .filter(|task| task.contains("  component:\n") && task.contains("    image: "))
            {
                let own = |argument: &str| {
                    let line = task.lines().find_map(|line| line.strip_prefix(&format!("    {argument}: ")));
                    line.is_some_and(|value| value.contains(&role.prefix) && value.contains(argument))
                };
                for argument in ["memory", "pids", "image_digests", "stop_timeout"] {
                    assert!(own(argument), "{}: {argument}: {task}", path.display());
                }
                seen += 1;
            }
        }
    }
    assert!(seen >= 12, "{seen}");
}
