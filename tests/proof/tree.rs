//! A host as it is, in lines: to compare two that must be the same.

use crate::lab::Host;
use std::collections::BTreeSet;

/// What is made up anew on every host, so its content is not compared; that it is there is.
const RANDOM: [&str; 2] = ["/matrix/synapse/keys/signing.key", "/matrix/postgres/config/superuser-password"];

/// Listings with modes, owners, targets and hashes of content; users, units, networks and containers. The files of the
/// database are its own matter.
const QUESTION: &str = r#"
cd /
trees="matrix etc/systemd/system etc/provision"
find $trees -path matrix/postgres/data -prune -o -path matrix/synapse/media -prune -o -printf '/%p %M %U:%G %l\n'
find $trees -path matrix/postgres/data -prune -o -type f -print | while read -r f; do
  echo "/$f $(sed 's/ADDRESS/its own address/g' "$f" | sha256sum)"; done
find / -xdev -path /var/lib/docker -prune -o -path /proc -prune -o -name '.*provision*' -print
getent passwd matrix; getent group matrix
systemctl list-unit-files --no-legend 'matrix*'
for u in /etc/systemd/system/matrix*.service; do
  u=${u##*/}; echo "$u $(systemctl is-active $u) $(systemctl show -p NeedDaemonReload $u)"; done
docker network ls --format '{{.Name}} {{.Driver}} {{.Scope}} {{.Labels}}'
docker ps -a --format '{{.Names}} {{.Image}} {{.Networks}} {{.Ports}}' | sort
docker inspect --format '{{.Name}} {{json .HostConfig}} {{json .Config.Cmd}} {{json .Config.User}} {{json .Config.Labels}}' $(docker ps -aq) | sort
"#;

/// All of the host that a run answers for.
pub fn of(host: &Host) -> BTreeSet<String> {
    let random = |line: &str| RANDOM.iter().any(|file| line.starts_with(file) && line.ends_with("  -"));
    let said = host.sh(&QUESTION.replace("ADDRESS", &host.address));
    said.lines().filter(|line| !random(line)).map(str::to_owned).collect()
}

/// Fails with the lines that only one of the two has.
pub fn assert_same(left: &BTreeSet<String>, right: &BTreeSet<String>) {
    assert!(left.len() > 50, "{left:#?}");
    let (only_left, only_right): (Vec<_>, Vec<_>) =
        (left.difference(right).collect(), right.difference(left).collect());
    assert!(
        only_left.is_empty() && only_right.is_empty(),
        "undisturbed: {only_left:#?}\nkilled: {only_right:#?}"
    );
}
