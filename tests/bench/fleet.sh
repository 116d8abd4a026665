#!/bin/bash
# fleet.sh COUNT PORT: light hosts with sshd on 127.0.0.1, from PORT on, each with a tree, a process table and mounts of
# its own. Prints the host key that all share, then `ready`; they end when the standard input ends.
set -euo pipefail
count=$1 first=$2
lab_source=$(cd "$(dirname "$0")/../lab" && pwd)
# shellcheck source=/dev/null
source "$lab_source/settings.sh"
# shellcheck source=/dev/null
source "$lab_source/layers.sh"

work=$(mktemp -d "$lab_cache/fleet.XXXXXX")
lower=$(layer_lowerdirs host-python)
ssh-keygen -q -t ed25519 -N '' -f "$work/key"

# Runs in namespaces of its own, so that everything ends with it.
host() {
  local root=$work/$1/root
  mkdir -p "$work/$1"/{root,upper,work}
  mount -t overlay -o "lowerdir=$lower,upperdir=$work/$1/upper,workdir=$work/$1/work,$overlay_options" fleet "$root"
  mount --bind /dev "$root/dev"
  mount -t proc proc "$root/proc"
  mkdir -p "$root/run/sshd" "$root/root/.ssh"
  cp "$lab_cache/keys/id_ed25519.pub" "$root/root/.ssh/authorized_keys"
  cp "$work/key" "$root/etc/ssh/ssh_host_ed25519_key"
  exec chroot "$root" /usr/sbin/sshd -D -p "$((first + $1))" -o ListenAddress=127.0.0.1 -o UsePAM=no -o StrictModes=no \
    -o MaxStartups=100
}
export -f host
export work lower first overlay_options lab_cache

started=()
for ((n = 0; n < count; n++)); do
  unshare --mount --pid --fork --kill-child --propagation private bash -c "host $n" </dev/null >/dev/null 2>&1 &
  started+=($!)
done
trap 'exec 2>/dev/null; kill -KILL "${started[@]}"; wait; rm -rf "$work"' EXIT
for ((n = 0; n < count; n++)); do
  until (exec 3<>"/dev/tcp/127.0.0.1/$((first + n))") 2>/dev/null; do sleep 0.05; done
done
cut -d' ' -f1,2 "$work/key.pub"
echo ready
cat >/dev/null
