//! Variables in files: their levels, their order, encrypted ones, many hosts.

use provision::inventory::{Inventory, Options};
use provision::source::{Severity, Sources};
use provision::vars::{Level, Marks, Value};
use std::path::Path;
use std::sync::Arc;

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn load(folder: &Path, options: Options) -> Inventory {
    let sources = Arc::new(Sources::default());
    Inventory::load(&sources, &[folder.join("inventory/hosts").display().to_string()], options).unwrap()
}

#[test]
fn layers_are_in_ansibles_order() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    write(
        dir,
        "inventory/hosts",
        "[inner]\nh1 v=host\n[outer:children]\ninner\n[outer:vars]\nv=outer\n[inner:vars]\nv=inner\n[all:vars]\nv=all\n",
    );
    for place in ["inventory", "play"] {
        for (file, value) in [
            ("group_vars/all", "all"),
            ("group_vars/inner.yml", "inner"),
            ("group_vars/outer", "outer"),
            ("host_vars/h1.json", "host"),
        ] {
            write(dir, &format!("{place}/{file}"), &format!("{{\"v\": \"{place} {value}\"}}"));
        }
    }
    let inventory = load(dir, Options { playbook_dir: Some(dir.join("play")), ..Options::default() });
    let layers = inventory.layers(&inventory.host("h1").unwrap());
    let found: Vec<(u8, String)> =
        layers.iter().map(|(level, vars)| (*level as u8, vars["v"].as_str().unwrap().to_owned())).collect();
    let expected = [
        (3, "all"),
        (3, "outer"),
        (3, "inner"),
        (4, "inventory all"),
        (5, "play all"),
        (6, "inventory outer"),
        (6, "inventory inner"),
        (7, "play outer"),
        (7, "play inner"),
        (8, "host"),
        (9, "inventory host"),
        (10, "play host"),
    ];
    assert_eq!(found, expected.map(|(level, value)| (level, value.to_owned())));
}

#[test]
fn the_implicit_localhost_has_the_variables_of_all() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "inventory/hosts", "h1\n[all:vars]\na=1\n");
    write(folder.path(), "inventory/group_vars/all.yml", "b: 2\n");
    write(folder.path(), "inventory/host_vars/localhost.yml", "c: 3\n");
    let inventory = load(folder.path(), Options::default());
    let vars = inventory.vars_of("localhost").unwrap();
    let names: Vec<&str> = vars.keys().map(|name| &**name).collect();
    assert_eq!(names, ["a", "b", "ansible_connection", "c"]);
    assert_eq!(inventory.host_names(), ["h1".into()]);
    assert!(inventory.host("h2").is_none());
}

#[test]
fn an_encrypted_file_is_read_only_for_its_host_and_is_secret() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "inventory/hosts", "h1\nh2\n");
    write(folder.path(), "inventory/host_vars/h1", "$ANSIBLE_VAULT;1.1;AES256\n00\n");
    let without = load(folder.path(), Options::default());
    assert!(without.layers(&without.host("h2").unwrap()).is_empty());
    assert!(!without.take_diagnostics().has_errors());
    assert!(without.layers(&without.host("h1").unwrap()).is_empty());
    assert!(without.take_diagnostics().has_errors());
    let decrypt = |_: &Path, _: &str| Ok(Some("password: hunter2\n".to_owned()));
    let inventory = load(folder.path(), Options { decrypt: Some(Arc::new(decrypt)), ..Options::default() });
    let vars = inventory.vars_of("h1").unwrap();
    assert!(vars["password"].marks().has(Marks::SECRET.and(Marks::TRUSTED)));
}

#[test]
fn a_file_that_is_no_mapping_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "inventory/hosts", "h1\n");
    write(folder.path(), "inventory/group_vars/all.yml", "- a\n");
    let inventory = load(folder.path(), Options::default());
    for _ in 0..2 {
        inventory.layers(&inventory.host("h1").unwrap());
    }
    let found = inventory.take_diagnostics().all;
    assert_eq!(found.len(), 1);
    assert!(found[0].severity == Severity::Error && found[0].message.ends_with("not a list"));
}

#[test]
fn hosts_and_groups_are_added_at_run_time() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "inventory/hosts", "h1\n");
    write(folder.path(), "inventory/group_vars/new.yml", "n: 1\n");
    let mut inventory = load(folder.path(), Options::default());
    let port = [("ansible_port".into(), Value::from(2222_i64))];
    assert!(inventory.add_host("h2", &["new".into()], &port));
    assert!(!inventory.add_host("h2", &["new".into()], &port));
    assert!(inventory.add_host("h2", &["new".into()], &[("ansible_port".into(), Value::from(22_i64))]));
    inventory.add_group("outer", &["all".into()]);
    inventory.add_group("new", &["outer".into()]);
    assert_eq!(inventory.groups_of("h2"), ["new".into(), "outer".into()]);
    let layers = inventory.layers(&inventory.host("h2").unwrap());
    let levels: Vec<Level> = layers.iter().map(|(level, _)| *level).collect();
    assert_eq!(levels, [Level::GroupVarsBesideInventory, Level::InventoryHostVars]);
    inventory.add_host("h1", &["new".into()], &[]);
    assert_eq!(inventory.groups_of("h1"), ["new".into(), "outer".into()]);
}

#[test]
fn thousands_of_hosts_are_cheap() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "inventory/hosts", "[web]\nh[1:4000] a=1\n[db]\nh[2000:6000]\n[all:vars]\nb=2\n");
    write(folder.path(), "inventory/group_vars/all.yml", "c: 3\n");
    let began = std::time::Instant::now();
    let inventory = load(folder.path(), Options::default());
    let count: usize = inventory
        .host_names()
        .iter()
        .map(|name| inventory.layers(&inventory.host(name).unwrap()).len())
        .sum();
    assert_eq!(count, 6000 * 2 + 4000);
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
}

/// They are the texts that dates in YAML are.
#[test]
fn dates_in_toml_are_those_of_yaml() {
    let folder = tempfile::tempdir().unwrap();
    let dates = ["2020-01-01T12:42:42-07:00", "2020-01-01T12:42:42.5", "2020-01-01", "2020-01-01 12:42:42"];
    for date in dates {
        write(
            folder.path(),
            "inventory/hosts/h.toml",
            &format!("[web.hosts.h1]\ndate = {date}\ntime = 12:42:42\n"),
        );
        write(folder.path(), "inventory/hosts/host_vars/h1.yml", &format!("wanted: {date}\n"));
        let vars = load(folder.path(), Options::default()).vars_of("h1").unwrap();
        assert_eq!(vars["date"], vars["wanted"]);
        assert_eq!(vars["time"].as_str(), Some("12:42:42"));
    }
}
