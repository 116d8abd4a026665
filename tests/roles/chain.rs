//! The chain of priority on settings of these roles: a role's defaults, then the glue, then what a host sets for itself.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A setting, the role that has a default for it, what that comes to, what the glue makes of it, and what a host sets.
const SETTINGS: [(&str, &str, &str, &str, &str); 4] = [
    ("matrix_corporal_enabled", "matrix-corporal", "true", "false", "true"),
    ("matrix_synapse_database", "matrix-synapse", "sqlite", "postgres", "sqlite"),
    ("matrix_coturn_realm", "matrix-coturn", "host", "matrix.example.com", "turn.example.com"),
    (
        "matrix_client_element_homeserver_url",
        "matrix-client-element",
        "https://matrix-client.matrix.org",
        "https://matrix.example.com",
        "https://elsewhere.example.com",
    ),
];

/// A project with our roles and a host of example.com, with the glue or without.
fn project(glue: bool, own: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared: &[&str] = if glue { &["roles", "group_vars", "site.yml"] } else { &["roles"] };
    for name in shared {
        symlink(root.join(name), folder.path().join(name)).unwrap();
    }
    let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).unwrap();
    if !glue {
        let roles: String = SETTINGS.iter().map(|(_, role, ..)| format!("    - {role}\n")).collect();
        write("site.yml", &format!("- hosts: matrix_servers\n  roles:\n{roles}"));
    }
    fs::create_dir_all(folder.path().join("inventory/host_vars/host")).unwrap();
    write("inventory/hosts.yml", "matrix_servers: {hosts: {host: }}\n");
    let own = format!("matrix_domain: example.com\nmatrix_scheme: https\n{own}");
    write("inventory/host_vars/host/main.yml", &own);
    folder
}

/// What `provision explain` says: the value, and the places of all layers, the winner first.
fn explained(project: &TempDir, setting: &str) -> (String, Vec<String>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_provision"));
    command.args(["explain", setting, "--host", "host", "-i", "inventory/hosts.yml"]);
    let output = command.current_dir(project.path()).env("HOME", project.path()).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let value = said.lines().nth(1).and_then(|line| line.trim().strip_prefix("= "));
    let layers = said.lines().skip(2).filter_map(|line| line.split_whitespace().last());
    let value = value.unwrap_or_else(|| panic!("{said}{}", String::from_utf8_lossy(&output.stderr)));
    (value.to_owned(), layers.map(str::to_owned).collect())
}

#[test]
fn a_host_wins_over_the_glue_and_the_glue_over_the_roles() {
    for (setting, role, default, glued, own) in SETTINGS {
        let (value, layers) = explained(&project(false, ""), setting);
        assert_eq!(value, default, "{setting} of the role alone");
        assert!(layers[0].starts_with(&format!("roles/{role}/defaults/main.yml:")), "{setting}: {layers:?}");

        let (value, layers) = explained(&project(true, ""), setting);
        assert_eq!(value, glued, "{setting} with the glue");
        assert!(layers[0].starts_with("group_vars/matrix_servers/"), "{setting}: {layers:?}");

        let (value, layers) = explained(&project(true, &format!("{setting}: {own}\n")), setting);
        assert_eq!(value, own, "{setting} of the host");
        assert!(layers[0].contains("inventory/host_vars/host/main.yml:"), "{setting}: {layers:?}");
        assert_eq!(layers.len(), 3, "{setting}: {layers:?}");
    }
}
