# shellcheck shell=bash disable=SC2034,SC2154
# A host: an overlay on a base tree, booted by systemd-nspawn. Everything about host NAME is in $lab_run/hosts/NAME:
# address, kind, user, key: one word each · root: the mounted tree · upper, work: its overlay · docker: /var/lib/docker ·
# console.log · known_hosts.

host_dir() { printf '%s/hosts/%s' "$lab_run" "$1"; }
host_fact() { cat "$(host_dir "$1")/$2" 2>/dev/null || true; }
need_host() { [[ -f $(host_dir "$1")/address ]] || die "there is no host '$1'; 'lab list' shows those there are"; }

host_up() {
  need_root
  lab_is_set_up || lab_setup
  machine_makes_room
  host_start "$@"
}

host_start() {
  local name='' kind=host preload=no user=root sudo_password='' key='' noexec_tmp=no noexec_home=no memory=0
  host_parse_options "$@"
  [[ $name =~ ^[a-z][a-z0-9-]{0,47}$ ]] || die "a host name is made of a-z, 0-9 and -, and starts with a letter: '$name'"
  layer_build "$kind"
  mkdir -p "$lab_run/hosts"
  mkdir "$(host_dir "$name")" 2>/dev/null || die "there is a host '$name' already; 'lab down $name' removes it"
  network_ensure
  with_lock "addresses-$lab_number" host_take_address "$name"
  host_make_tree
  echo "$memory" >"$(host_dir "$name")/memory"
  host_boot "$name"
  printf '%s %s\n' "$name" "$(host_fact "$name" address)"
}

host_parse_options() {
  while [[ $# -gt 0 ]]; do
    case $1 in
      --docker) kind=host-docker ;;
      --light) kind=host ;;
      --python) kind=host-python ;;
      --preload) kind=host-docker preload=yes ;;
      --user) user=${2:?--user needs a name} && shift ;;
      --sudo-password) sudo_password=${2:?--sudo-password needs a password} && shift ;;
      --key) key=$(readlink -e "${2:?--key needs a file}") || die "there is no key file $2"; shift ;;
      --noexec-tmp) noexec_tmp=yes ;;
      --noexec-home) noexec_home=yes ;;
      --memory) memory=${2:?--memory needs a size} && shift ;;
      -*) die "'lab up' has no option $1" ;;
      *) [[ -z $name ]] || die "one host at a time: '$name' or '$1'?"; name=$1 ;;
    esac
    shift
  done
}

host_take_address() {
  local last directory
  directory=$(host_dir "$1")
  for ((last = 10; last < 250; last++)); do
    grep -qsx "$lab_subnet.$last" "$lab_run"/hosts/*/address && continue
    echo "$lab_subnet.$last" >"$directory/address"
    # The address may have been another host's, with another MAC, a moment ago.
    ip neigh del "$lab_subnet.$last" dev "$lab_bridge" 2>/dev/null || true
    return
  done
  die "no address left in $lab_subnet.0/24"
}

# Uses the options of host_up.
host_make_tree() {
  local directory root
  directory=$(host_dir "$name")
  root=$directory/root
  mkdir -p "$directory"/{root,upper,work}
  echo "$kind" >"$directory/kind"
  mount -t overlay -o "lowerdir=$(layer_lowerdirs "$kind"),upperdir=$directory/upper,workdir=$directory/work,$overlay_options" \
    "$lab_bridge-$name" "$root"
  host_write_identity
  host_write_mounts
  host_write_access
  if [[ $preload == yes ]]; then seed_copy "$directory/docker"; else mkdir -p "$directory/docker"; fi
}

host_write_identity() {
  local address
  address=$(<"$directory/address")
  echo "$name" >"$root/etc/hostname"
  tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
  printf '127.0.0.1 localhost\n%s %s.lab.test %s\n' "$address" "$name" "$name" >"$root/etc/hosts"
  printf "$lab_address %s\n" "${registry_names[@]}" >>"$root/etc/hosts"
  echo "nameserver $lab_address" >"$root/etc/resolv.conf"
  echo "$address $name $name.lab.test matrix.$name.lab.test element.$name.lab.test chat.$name.other.test" >"$lab_run/names/$name"
  printf '[Match]\nName=host0\n[Network]\nAddress=%s/24\nGateway=%s\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n' \
    "$address" "$lab_address" >"$root/etc/systemd/network/10-lab.network"
  printf 'Acquire::http::Proxy "http://%s:3142";\nAcquire::Check-Valid-Until "false";\nAcquire::Check-Date "false";\n' \
    "$lab_address" >"$root/etc/apt/apt.conf.d/90lab"
  install -D -m 644 "$lab_cache/keys/ca.crt" "$root/usr/local/share/ca-certificates/provision-lab.crt"
  cat "$lab_cache/keys/ca.crt" >>"$root/etc/ssl/certs/ca-certificates.crt"
}

host_write_mounts() {
  [[ $noexec_tmp == no ]] || echo '/tmp /tmp none bind,noexec,nosuid,nodev 0 0' >>"$root/etc/fstab"
  [[ $noexec_home == no ]] ||
    printf '%s %s none bind,noexec,nosuid,nodev 0 0\n' /home /home /root /root >>"$root/etc/fstab"
}

host_boot() {
  [[ $(host_fact "$1" memory) == 0 ]] || cgroup_limit_memory "$1" "$(host_fact "$1" memory)"
  setsid "$lab_source/lab" keep-host "$1" </dev/null >>"$(host_dir "$1")/console.log" 2>&1 &
  host_wait "$1"
}

# Stays beside the host: starts it, and starts it again when it reboots (nspawn then exits with 133).
keep_host() {
  local name=$1 status=0
  close_descriptors
  cgroup_enter "$name/keeper"
  while true; do
    status=0
    (nspawn "$name") || status=$?
    [[ $status == 133 ]] || break
  done
  echo "the host stopped with status $status"
}

nspawn() {
  local directory
  directory=$(host_dir "$1")
  cgroup_enter "$1/host"
  SYSTEMD_SECCOMP=0 SYSTEMD_NSPAWN_TMPFS_TMP=0 exec systemd-nspawn --register=no --keep-unit -q -D "$directory/root" --boot \
    --machine="$1-$lab_number" --hostname="$1" --network-bridge="$lab_bridge" --capability=all --resolv-conf=off --timezone=off --link-journal=no \
    --rlimit=NOFILE=1024:1048576 \
    --bind="$directory/docker:/var/lib/docker"
}

# Until the user can log in (sshd answers before users other than root may), and dockerd is up where there is one.
host_wait() {
  local name=$1 tries command=true
  [[ $(host_fact "$name" kind) != host-docker ]] || command='systemctl start docker'
  for ((tries = 0; tries < 300; tries++)); do
    if port_open "$(host_fact "$name" address)" 22 && host_login "$name" "$command" 2>/dev/null; then return; fi
    ((tries < 40)) || [[ -n $(cgroup_processes "$name") ]] || break
    sleep 0.05
  done
  tail -20 "$(host_dir "$name")/console.log" >&2
  host_down "$name"
  die "the host '$name' did not come up"
}

# --hard: as when the power fails, and also for a host that is off.
host_reboot() {
  need_root
  if [[ ${1:-} == --hard ]]; then
    need_host "${2:-}"
    cgroup_remove "$2"
    host_boot "$2"
  else
    need_host "${1:-}"
    host_reboot_softly "$1"
  fi
}

host_reboot_softly() {
  local before tries
  before=$(host_exec "$1" cat /proc/sys/kernel/random/boot_id)
  host_exec "$1" systemctl --no-block reboot 2>/dev/null || true # the line may be cut before the answer
  for ((tries = 0; tries < 300; tries++)); do
    [[ $(host_exec "$1" cat /proc/sys/kernel/random/boot_id 2>/dev/null || echo "$before") == "$before" ]] || break
    sleep 0.1
  done
  host_wait "$1"
}

# Works on a host in any state: half made, half booted, hanging.
host_down() {
  local directory
  directory=$(host_dir "$1")
  cgroup_remove "$1"
  umount -R "$directory/root" 2>/dev/null || umount -R -l "$directory/root" 2>/dev/null || true
  rm -rf --one-file-system "$directory" "$lab_run/names/$1"
}

hosts_down() {
  need_root
  [[ $# -gt 0 ]] || die "which host? 'lab list' shows those there are"
  local pattern directory
  for pattern in "$@"; do
    # The pattern is meant to match as one.
    # shellcheck disable=SC2231
    for directory in "$lab_run"/hosts/$pattern; do host_down "$(basename "$directory")"; done
  done
}

hosts_list() {
  local directory name state
  for directory in "$lab_run"/hosts/*; do
    name=$(basename "$directory")
    state=down
    [[ -z $(cgroup_processes "$name/host") ]] || state=up
    printf '%s %s %s %s %s\n' "$name" "$(host_fact "$name" address)" "$(host_fact "$name" kind)" \
      "$(host_fact "$name" user)" "$state"
  done
}

host_log() {
  need_host "$1"
  cat "$(host_dir "$1")/console.log"
}

lab_clean() {
  need_root
  local directory
  for directory in "$lab_run"/hosts/*; do host_down "$(basename "$directory")"; done
  cgroup_remove ''
  bridge_remove
  rm -rf --one-file-system "$lab_run"
  [[ ${1:-} != --cache ]] || cache_remove
}

# The cache is what all labs stand on, so labs of other numbers go first.
cache_remove() {
  local directory
  for directory in "$lab_cache"/run-*; do PROVISION_LAB_NUMBER=${directory##*-} "$lab_source/lab" clean; done
  rm -rf --one-file-system "$lab_cache"
}
