# shellcheck shell=bash disable=SC2034,SC2154
# Who may log in to a host, and what a client needs to know to do so.

# Uses the options of host_up.
host_write_access() {
  local kind_of_key authorized
  echo "$user" >"$directory/user"
  echo "$sudo_password" >"$directory/sudo_password"
  echo "${key:-$lab_key.pub}" >"$directory/key"
  for kind_of_key in ed25519 ecdsa; do
    ssh-keygen -q -t "$kind_of_key" -N '' -C "$name" -f "$root/etc/ssh/ssh_host_${kind_of_key}_key"
  done
  cp -p "$lab_cache"/keys/ssh_host_rsa_key{,.pub} "$root/etc/ssh/"
  cat "$root"/etc/ssh/ssh_host_*_key.pub | cut -d' ' -f1,2 | sed "s/^/$name,$(<"$directory/address") /" >"$directory/known_hosts"
  authorized=$(cat "$lab_key.pub" ${key:+"$key"})
  install -d -m 700 "$root/root/.ssh"
  echo "$authorized" >"$root/root/.ssh/authorized_keys"
  [[ $user == root ]] || host_make_user
}

host_make_user() {
  local password='*'
  [[ -z $sudo_password ]] || password=$(openssl passwd -6 -stdin <<<"$sudo_password")
  chroot "$root" useradd --create-home --shell /bin/bash --groups sudo --password "$password" "$user"
  [[ -n $sudo_password ]] || echo "$user ALL=(ALL:ALL) NOPASSWD: ALL" >"$root/etc/sudoers.d/lab"
  install -d -m 700 "$root/home/$user/.ssh"
  echo "$authorized" >"$root/home/$user/.ssh/authorized_keys"
  chroot "$root" chown -R "$user:" "/home/$user/.ssh"
}

port_open() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

# host_ssh NAME USER COMMAND...
host_ssh() {
  local name=$1 user=$2
  shift 2
  ssh -F none -i "$lab_key" -o IdentitiesOnly=yes -o BatchMode=yes -o ConnectTimeout=5 -o StrictHostKeyChecking=yes \
    -o LogLevel=ERROR -o UserKnownHostsFile="$(host_dir "$name")/known_hosts" -o GlobalKnownHostsFile=/dev/null \
    "$user@$(host_fact "$name" address)" "$@"
}

host_exec() {
  local name=$1
  shift
  need_host "$name"
  host_ssh "$name" root "$@"
}

# The host's own user logs in first, then root does what is asked.
host_login() {
  local user
  user=$(host_fact "$1" user)
  [[ $user == root ]] || host_ssh "$1" "$user" true || return
  host_ssh "$1" root "$2"
}

print_known_hosts() {
  local name
  for name in "$@"; do
    need_host "$name"
    host_fact "$name" known_hosts
  done
}

# The private half of the key that the host was started with.
host_private_key() {
  local key
  key=$(host_fact "$1" key)
  echo "${key%.pub}"
}

print_ssh_config() {
  local name
  for name in "$@"; do
    need_host "$name"
    cat <<CONFIG
Host $name
  HostName $(host_fact "$name" address)
  User $(host_fact "$name" user)
  IdentityFile $(host_private_key "$name")
  IdentitiesOnly yes
  UserKnownHostsFile $(host_dir "$name")/known_hosts
  StrictHostKeyChecking yes
CONFIG
  done
}

print_inventory() {
  local name
  printf 'all:\n  hosts:\n'
  for name in "$@"; do
    need_host "$name"
    printf '    %s:\n      ansible_host: %s\n      ansible_user: %s\n      ansible_ssh_private_key_file: %s\n' \
      "$name" "$(host_fact "$name" address)" "$(host_fact "$name" user)" "$(host_private_key "$name")"
    print_become "$name"
  done
}

print_become() {
  local password
  [[ $(host_fact "$1" user) != root ]] || return 0
  printf '      ansible_become: true\n'
  password=$(host_fact "$1" sudo_password)
  [[ -z $password ]] || printf "      ansible_become_password: '%s'\n" "${password//\'/\'\'}"
}
