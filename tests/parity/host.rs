//! What a host is like, in lines, and which of them a run changes.

use crate::lab::Host;
use crate::output::timeless;
use std::collections::BTreeSet;

/// All files with mode, owner and target, and what is in those that administrators write; accounts, units, packages, mounts and settings of
/// the kernel. What programs keep for themselves is left out.
const QUESTION: &str = r#"
cd /
find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./run -o -path ./var/log -o -path ./var/cache -o -path ./var/lib/apt \
  -o -path ./var/lib/dpkg -o -path ./var/lib/systemd -o -path ./var/lib/provision -o -path './tmp/systemd-private-*' -o -path './var/tmp/systemd-private-*' -o -path './var/tmp/provision-*' \
  -o -name .ansible -o -name .cache -o -name __pycache__ -o -name 'ld.so.cache*' -o -name .sudo_as_admin_successful -o -path '*/.local' \) -prune \
  -o -printf 'file %p %M %U:%G %l\n'
for tree in etc srv home root opt usr/local var/spool var/www; do
  find ./$tree -xdev \( -name .ansible -o -name .cache -o -name .sudo_as_admin_successful -o -path '*/.local' -o -name 'ld.so.cache*' -o -name 'passwd*' -o -name 'group*' -o -name 'shadow*' -o -name 'gshadow*' \) -prune \
    -o -type f -print 2>/dev/null
done | while read -r path; do echo "content $path $(grep -av ' installed on ' "$path" | sha256sum) $(test "$(wc -c <"$path")" -gt 400 || grep -av ' installed on ' "$path" | tr '\n' '|' | tr -d '\0')"; done
for name in passwd group shadow gshadow; do sed "s/^/$name /" /etc/$name; done
systemctl list-unit-files --no-legend | grep -v ^session | sed 's/^/unit file /'
systemctl list-units --all --plain --no-legend --type=service,timer,socket,path,mount | grep -v '^user\|^run-user\|^session' |
  awk '{ print "unit", $1, $2, $3, $4 }'
dpkg-query -W -f 'package ${Package} ${Version} ${db:Status-Abbrev}\n'
findmnt -rno TARGET,FSTYPE | grep -v ^/run/user | sed 's/^/mount /'
sysctl -a 2>/dev/null | grep '^net.ipv4.\(ip_\|conf.all\|tcp_\)' | sed 's/^/kernel /'
echo "name $(hostname)"
"#;

/// All of the host that a run may change.
pub fn lines(host: &Host) -> BTreeSet<String> {
    host.sh(QUESTION).lines().map(timeless).collect()
}

/// What is there that was not, and what is not there any more.
pub fn changes(host: &Host, before: &BTreeSet<String>) -> String {
    let after = lines(host);
    let gone = before.difference(&after).map(|line| format!("{} lost {line}\n", host.name));
    let new = after.difference(before).map(|line| format!("{} has {line}\n", host.name));
    gone.chain(new).collect()
}
