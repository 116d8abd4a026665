# shellcheck shell=bash disable=SC2034,SC2154
# What the lab needs on this machine: Debian packages, keys, and the order in which `lab setup` builds.

machine_packages=(mmdebstrap debian-archive-keyring systemd-container iproute2 util-linux openssh-client openssl jq pigz
  docker-registry apt-cacher-ng dnsmasq-base busybox-static)

lab_setup() {
  need_root
  local start
  start=$(now)
  with_lock setup lab_setup_locked
  say "the lab is ready" "$start"
}

lab_setup_locked() {
  machine_install
  keys_make
  layers_build
  registry_build
  seed_build
}

# True when everything that `lab up` needs is there; cheap enough to ask each time.
lab_is_set_up() {
  [[ -f $lab_key && -d $(layer_dir host-docker) && -d $(registry_dir) && -d $(seed_dir) ]]
}

# Every systemd watches some hundred files: Debian's 128 watchers are used up by a dozen hosts.
machine_makes_room() {
  local setting=/proc/sys/fs/inotify/max_user_instances
  [[ $(<"$setting") -ge 4096 ]] || echo 4096 >"$setting"
}

machine_is_installed() {
  local installed
  # shellcheck disable=SC2016
  installed=$(dpkg-query -W -f '${db:Status-Abbrev}\n' "${machine_packages[@]}" 2>/dev/null) || return 1
  ! grep -qv '^ii' <<<"$installed"
}

machine_install() {
  machine_is_installed && return
  local start
  start=$(now)
  services_forbidden_while machine_apt
  say "installed ${machine_packages[*]} on this machine" "$start"
}

machine_apt() {
  local log=$lab_cache/apt.log
  { apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
    apt-get -qq install -y --no-install-recommends "${machine_packages[@]}"; } >"$log" 2>&1 </dev/null ||
    die "apt-get failed, see $log: $(tail -3 "$log")"
}

# Debian starts a daemon as soon as it is installed, unless this file says no: the lab starts its own, on its bridge.
services_forbidden_while() {
  local policy=/usr/sbin/policy-rc.d
  if [[ -e $policy ]]; then
    "$@"
    return
  fi
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  local status=0
  ("$@") || status=$?
  rm -f "$policy"
  return "$status"
}

# The key that may log in to every host, an RSA host key (slow to make, so all hosts share it), and the registry's
# certificate authority, which every host trusts.
keys_make() {
  local keys=$lab_cache/keys
  mkdir -p "$keys"
  chmod 700 "$keys"
  [[ -f $lab_key ]] || ssh-keygen -q -t ed25519 -N '' -C provision-lab -f "$lab_key"
  [[ -f $keys/ssh_host_rsa_key ]] || ssh-keygen -q -t rsa -N '' -C provision-lab -f "$keys/ssh_host_rsa_key"
  [[ -f $keys/ca.crt ]] || certificate_authority_make "$keys"
  registry_certificate_make "$keys"
}

certificate_authority_make() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj '/CN=provision lab' \
    -keyout "$1/ca.key" -out "$1/ca.part" 2>/dev/null
  mv "$1/ca.part" "$1/ca.crt"
}

# Named by the names in it, so that it is made again when the list changes.
registry_certificate() { printf '%s/keys/registry-%s' "$lab_cache" "$(md5sum <<<"${registry_names[*]}" | cut -c1-12)"; }

registry_certificate_make() {
  local file names
  file=$(registry_certificate)
  [[ -f $file.crt ]] && return
  names=$(printf ',DNS:%s' "${registry_names[@]}")
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=registry.lab' \
    -keyout "$file.key" -out "$file.csr" 2>/dev/null
  openssl x509 -req -in "$file.csr" -CA "$1/ca.crt" -CAkey "$1/ca.key" -CAcreateserial -days 3650 \
    -extfile <(printf 'subjectAltName=%s' "${names#,}") -out "$file.part" 2>/dev/null
  mv "$file.part" "$file.crt"
}
