# shellcheck shell=bash disable=SC2034,SC2154
# Control groups. Each host has one of its own under every hierarchy of this machine (cgroup v1, v2, or both), because
# two hosts in one group would kill each other's units, and because a group names all processes of a host for certain.
#
#   provision-lab-0/NAME/host     systemd-nspawn and the host
#   provision-lab-0/NAME/keeper   the process that starts the host again when it reboots
#   provision-lab-0/services      the registry and the package cache

cgroup_hierarchies() { awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/self/mounts | sort -u; }

# cgroup_enter PATH: move this process (a subshell too) into lab_cgroup/PATH.
cgroup_enter() {
  local hierarchy
  for hierarchy in $(cgroup_hierarchies); do
    cgroup_make "$hierarchy" "$lab_cgroup/$1"
    echo "$BASHPID" >"$hierarchy/$lab_cgroup/$1/cgroup.procs"
  done
}

# Make the group level by level: v2 wants each level to hand its controllers down, v1 cpusets start out empty.
cgroup_make() {
  local group=$1 level
  for level in ${2//\// }; do
    cgroup_hand_down "$group"
    group+=/$level
    mkdir -p "$group"
    [[ ! -e $group/cpuset.mems ]] || cgroup_copy_cpuset "$group"
    cgroup_weigh "$group"
  done
}

cgroup_hand_down() {
  local controller
  [[ -e $1/cgroup.subtree_control ]] || return 0
  for controller in $(<"$1/cgroup.controllers"); do
    echo "+$controller" 2>/dev/null >"$1/cgroup.subtree_control" || true
  done
}

# A group weighs as much as a single process where nothing is said: beside a build, whole hosts would starve.
cgroup_weigh() {
  [[ ! -e $1/cpu.shares ]] || echo 8192 >"$1/cpu.shares"
  [[ ! -e $1/cpu.weight ]] || echo 800 >"$1/cpu.weight"
}

# In v2 an empty cpuset means "as above", and writing it is not needed.
cgroup_copy_cpuset() {
  [[ -e $1/cpuset.effective_cpus ]] || return 0
  local file
  for file in cpuset.cpus cpuset.mems; do
    [[ -n $(<"$1/$file") ]] || cat "$(dirname "$1")/$file" >"$1/$file"
  done
}

# cgroup_limit_memory PATH SIZE (as in 512M)
cgroup_limit_memory() {
  local hierarchy bytes file
  bytes=$(numfmt --from=iec "$2")
  for hierarchy in $(cgroup_hierarchies); do
    cgroup_make "$hierarchy" "$lab_cgroup/$1"
    for file in memory.limit_in_bytes memory.max; do
      [[ ! -e $hierarchy/$lab_cgroup/$1/$file ]] || echo "$bytes" >"$hierarchy/$lab_cgroup/$1/$file"
    done
  done
}

# The processes in lab_cgroup/PATH and below, or in the whole lab for an empty PATH.
cgroup_processes() {
  local hierarchy
  for hierarchy in $(cgroup_hierarchies); do
    [[ ! -d $hierarchy/$lab_cgroup/$1 ]] ||
      find "$hierarchy/$lab_cgroup/$1" -name cgroup.procs -exec cat {} + 2>/dev/null || true
  done | sort -un
}

# Kill everything in the group, until nothing is left in it, then remove it.
cgroup_remove() {
  local hierarchy processes tries
  for ((tries = 0; tries < 200; tries++)); do
    processes=$(cgroup_processes "$1")
    [[ -n $processes ]] || break
    # shellcheck disable=SC2086
    kill -KILL $processes 2>/dev/null || true
    sleep 0.02
  done
  [[ -z $processes ]] || die "processes of $1 outlive SIGKILL: $processes"
  for hierarchy in $(cgroup_hierarchies); do
    [[ ! -d $hierarchy/$lab_cgroup/$1 ]] || find "$hierarchy/$lab_cgroup/$1" -depth -type d -exec rmdir {} \; 2>/dev/null || true
  done
}
