# shellcheck shell=bash disable=SC2034,SC2154
# The seed: a /var/lib/docker in which every image of the lab is pulled already. A host started with --preload gets a
# copy, with the images' files as hard links: dockerd only ever reads those, so sharing them is safe, and quick.

seed_dir() { printf '%s/seed-%s-%s' "$lab_cache" "$(layer_hash host-docker)" "$(registry_hash)"; }

seed_build() {
  local final start host
  final=$(seed_dir)
  [[ -d $final ]] && return
  start=$(now)
  host=lab-seed
  host_down "$host"
  (host_start "$host" --docker) >/dev/null
  host_exec "$host" "for i in $(image_names_all | tr '\n' ' '); do docker pull -q \$i || exit; done; systemctl stop docker docker.socket" \
    >"$lab_cache/seed.log" 2>&1 || die "pulling the images failed: $(tail -5 "$lab_cache/seed.log")"
  rm -rf "$final"
  mv "$(host_dir "$host")/docker" "$final"
  rm -rf "$final"/{network,containers,tmp,runtimes}/*
  host_down "$host"
  say "pulled all images once, $(du -sh "$final" | cut -f1)" "$start"
}

seed_copy() {
  local seed
  seed=$(seed_dir)
  mkdir -p "$1"
  cp -al "$seed/overlay2" "$1/overlay2"
  (cd "$seed" && find . -mindepth 1 -maxdepth 1 ! -name overlay2 -exec cp -a -t "$1" {} +)
}
