# shellcheck shell=bash disable=SC2034,SC2154
# What can be set from outside, and the paths and names that follow from it.

lab_cache=${PROVISION_LAB_DIR:-/var/cache/provision-lab}
lab_number=${PROVISION_LAB_NUMBER:-0} # labs of different numbers, 0 to 255, do not see each other
lab_mirror=${PROVISION_LAB_MIRROR:-http://deb.debian.org/debian}
lab_security_mirror=${PROVISION_LAB_SECURITY_MIRROR:-http://deb.debian.org/debian-security}
lab_suite=bookworm

lab_run=$lab_cache/run-$lab_number
lab_locks=$lab_cache/locks
lab_key=$lab_cache/keys/id_ed25519
lab_cgroup=provision-lab-$lab_number
lab_bridge=plab$lab_number
lab_subnet=10.213.$lab_number
lab_address=$lab_subnet.1

# Every name here resolves to the lab's own registry inside a host, so image names are the real ones.
registry_names=(registry-1.docker.io docker.io ghcr.io quay.io gcr.io registry.gitlab.com docker.element.io dock.mau.dev registry.lab)

die() {
  printf 'lab: %s\n' "$*" >&2
  exit 1
}

# One progress line: what was done, and how long it took since $2 (from `now`).
say() { printf 'lab: %s (%s s)\n' "$1" "$(seconds_since "$2")" >&2; }
now() { date +%s%N; }
seconds_since() { awk -v ns=$(($(now) - $1)) 'BEGIN { printf "%.1f", ns / 1e9 }'; }

# with_lock NAME COMMAND...: run the command while nobody else holds the lock.
with_lock() {
  local name=$1
  shift
  mkdir -p "$lab_locks"
  (
    flock 9
    "$@"
  ) 9>"$lab_locks/$name"
}

need_root() { [[ $EUID -eq 0 ]] || die "the lab makes mounts, bridges and cgroups, so it must run as root"; }
