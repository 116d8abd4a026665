# shellcheck shell=bash disable=SC2034,SC2154
# The lab's bridge and the services on it. Hosts reach each other, this machine, Debian packages through the package
# cache, images through the registry, and nothing else: what they send further is refused, and what they look up further
# does not exist.

network_ensure() { with_lock "network-$lab_number" network_ensure_locked; }

network_ensure_locked() {
  bridge_ensure
  registry_ensure
  package_cache_ensure
  names_ensure
}

bridge_ensure() {
  ip link show "$lab_bridge" >/dev/null 2>&1 && return
  ip link add "$lab_bridge" type bridge forward_delay 0 stp_state 0
  ip address add "$lab_address/24" dev "$lab_bridge"
  ip link set "$lab_bridge" up
  # The bridge is the hosts' default route (roles ask for the default address), but nothing is forwarded.
  echo 1 >"/proc/sys/net/ipv4/conf/$lab_bridge/forwarding"
  ip rule add iif "$lab_bridge" priority 100 unreachable
}

bridge_remove() {
  ip rule del iif "$lab_bridge" priority 100 2>/dev/null || true
  ip link del "$lab_bridge" 2>/dev/null || true
}

# service_start NAME COMMAND...: in the background, in the lab's cgroup for services, without any of our descriptors.
service_start() {
  local name=$1
  shift
  mkdir -p "$lab_run"
  (
    close_descriptors
    cgroup_enter services
    cd /
    exec setsid "$@"
  ) </dev/null >>"$lab_run/$name.log" 2>&1 &
}

# So that no daemon holds a lock of ours or a pipe of our caller's. 255 is bash's own.
close_descriptors() {
  local descriptor
  for descriptor in /proc/self/fd/*; do
    descriptor=${descriptor##*/}
    ((descriptor <= 2 || descriptor == 255)) || eval "exec $descriptor>&-"
  done
}

wait_for_port() {
  local tries
  for ((tries = 0; tries < 100; tries++)); do
    (exec 3<>"/dev/tcp/$lab_address/$1") 2>/dev/null && return
    sleep 0.05
  done
  die "nothing answers on $lab_address:$1; see the logs in $lab_run"
}

port_answers() { (exec 3<>"/dev/tcp/$lab_address/$1") 2>/dev/null; }

registry_configuration() {
  cat <<YAML
version: 0.1
log: { level: warn, accesslog: { disabled: true } }
storage:
  filesystem: { rootdirectory: $(registry_dir) }
  maintenance: { readonly: { enabled: true } }
http:
  addr: $lab_address:443
  tls: { certificate: $(registry_certificate).crt, key: $(registry_certificate).key }
YAML
}

# Started again when its images are others than those of the registry that runs.
registry_ensure() {
  local file=$lab_run/registry.yml wanted
  wanted=$(registry_configuration)
  [[ -f $file && $(<"$file") == "$wanted" ]] && port_answers 443 && return
  registry_stop
  mkdir -p "$lab_run"
  printf '%s\n' "$wanted" >"$file"
  service_start registry docker-registry serve "$file"
  wait_for_port 443
}

registry_stop() {
  local process
  for process in $(cgroup_processes services); do
    [[ $(readlink "/proc/$process/exe") != */docker-registry ]] || kill "$process"
  done
}

package_cache_configuration() {
  cat <<CONF
ForeGround: 1
CacheDir: $1/cache
LogDir: $1/log
BindAddress: $lab_address
Port: 3142
${http_proxy:+Proxy: $http_proxy}
CONF
}

package_cache_ensure() {
  port_answers 3142 && return
  local directory=$lab_cache/packages-$lab_number
  mkdir -p "$directory"/{etc,cache,log}
  package_cache_configuration "$directory" >"$directory/etc/lab.conf"
  service_start package-cache apt-cacher-ng -c "$directory/etc"
  wait_for_port 3142
}

# Every host is NAME and NAME.lab.test; other names do not exist, which is told at once.
names_ensure() {
  port_answers 53 && return
  mkdir -p "$lab_run/names"
  service_start names dnsmasq --no-resolv --no-hosts --keep-in-foreground --conf-file=/dev/null --pid-file= \
    --user=nobody --group=nogroup --bind-interfaces --listen-address="$lab_address" --except-interface=lo \
    --hostsdir="$lab_run/names" --address=/#/
  wait_for_port 53
}
