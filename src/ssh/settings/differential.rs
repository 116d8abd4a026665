//! Our reading of `ssh_config` means what OpenSSH's means, for every file and host of a small collection.

use super::openssh::OpenSsh;
use super::options::Options;
use super::{Settings, arguments, config, openssh, read};
use crate::ssh::{Origin, Target};
use std::path::{Path, PathBuf};
use std::process::Command;

fn origin() -> Origin {
    Origin { agent_socket: None, ssh: None, ..Origin::here() }
}

/// The configuration with its directory filled in, and the hosts that its first line names.
fn prepared(path: &Path, directory: &Path) -> (PathBuf, Vec<String>) {
    let text = std::fs::read_to_string(path).unwrap();
    let hosts = text.lines().next().unwrap().strip_prefix("# hosts: ").unwrap();
    let hosts = hosts.split(' ').map(str::to_owned).collect();
    let copy = directory.join("config");
    std::fs::write(&copy, text.replace("{dir}", path.parent().unwrap().to_str().unwrap())).unwrap();
    (copy, hosts)
}

fn by_openssh(words: &[String], host: &str) -> Options {
    let output = Command::new("ssh").arg("-G").args(words).arg("--").arg(host).output().unwrap();
    assert!(output.status.success(), "{host}: {}", String::from_utf8_lossy(&output.stderr));
    openssh::parse(&String::from_utf8_lossy(&output.stdout))
}

/// What both must agree on. OpenSSH says the default methods and the default time limits in words of its own.
fn shown(options: &Options, host: &str, baseline: Option<&Options>) -> String {
    let Settings {
        address,
        port,
        user,
        identities,
        certificates,
        identities_only,
        key_agent,
        alias,
        strict,
        known_hosts,
        hash_names,
        forward,
        jumps,
        proxy,
        timeout,
        attempts,
        alive,
        family,
        bind,
        methods,
        compression,
        ..
    } = read(options, host, &origin(), baseline).unwrap();
    // Not every version of OpenSSH still tries these.
    let gone = |path: &PathBuf| path.ends_with("id_xmss") || path.ends_with("id_dsa");
    let identities: Vec<_> = identities.into_iter().filter(|path| !gone(path)).collect();
    format!(
        "{address:?} {port} {user:?} {identities:?} {certificates:?} {identities_only} {key_agent:?} {alias:?}\n\
         {strict:?} {known_hosts:?} {hash_names} {forward:?} {jumps:?} {proxy:?}\n\
         {timeout:?} {attempts} {alive:?} {family:?} {bind:?} {methods:?} {compression}"
    )
}

#[test]
fn settings_are_those_of_openssh() {
    if Command::new("ssh").arg("-V").output().is_err() {
        return;
    }
    let collection = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ssh/config");
    let baseline = by_openssh(&["-F".to_owned(), "none".to_owned()], "localhost");
    let mut seen = 0;
    for entry in std::fs::read_dir(collection).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "conf") {
            continue;
        }
        let directory = tempfile::tempdir().unwrap();
        let (file, hosts) = prepared(&path, directory.path());
        for host in hosts {
            let target = Target { config: Some(file.clone()), ..Target::named(&host) };
            let flags = arguments::words_of(&target).unwrap();
            let ours = config::read(&flags, &host, &origin()).unwrap();
            let theirs = by_openssh(&arguments::to_words(&flags), &host);
            let (ours, theirs) = (shown(&ours, &host, None), shown(&theirs, &host, Some(&baseline)));
            assert_eq!(ours, theirs, "{} {host}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 15, "{seen}");
}

#[test]
fn arguments_mean_what_they_mean_to_openssh() {
    if Command::new("ssh").arg("-V").output().is_err() {
        return;
    }
    let baseline = by_openssh(&["-F".to_owned(), "none".to_owned()], "localhost");
    for arguments in [
        "-p 77 -l me -i /etc/passwd -i /etc/group -4 -C",
        "-o Port=5 -oUser=x -o 'IdentityFile \"/a b\"' -J a,b",
        "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ControlMaster=auto -o ControlPersist=60s",
        "-o 'ProxyCommand=ssh -q -W %h:%p \"jump host\"' -vvv -6 -A",
        "-o IdentitiesOnly=yes -o PreferredAuthentications=publickey -o ServerAliveInterval=30 -b 127.0.0.1",
    ] {
        let target = Target {
            arguments: vec![arguments.to_owned()],
            config: Some("none".into()),
            ..Target::named("web1")
        };
        let flags = arguments::words_of(&target).unwrap();
        let ours = config::read(&flags, "web1", &origin()).unwrap();
        let theirs = by_openssh(&arguments::to_words(&flags), "web1");
        assert_eq!(shown(&ours, "web1", None), shown(&theirs, "web1", Some(&baseline)), "{arguments}");
    }
}

#[tokio::test]
async fn openssh_is_asked_only_in_doubt() {
    let origin = Origin { ssh: Some("/bin/false".into()), ..origin() };
    for (arguments, is_asked) in [("-o Port=5 -C", false), ("-i /a", true), ("-o RekeyLimit=1G", true)] {
        let target = Target {
            arguments: vec![arguments.to_owned()],
            config: Some("none".into()),
            ..Target::named("web1")
        };
        let flags = arguments::words_of(&target).unwrap();
        let options = OpenSsh::default().options(&flags, "web1", &origin).await;
        assert_eq!(options.is_err(), is_asked, "{arguments}: {options:?}");
    }
}
