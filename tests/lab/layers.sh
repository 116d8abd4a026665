# shellcheck shell=bash disable=SC2034,SC2154
# Layers: the trees that hosts and images are made of. A layer is what one recipe adds to the layer it is `from`, kept as
# a plain directory and stacked with overlayfs. Its name ends in a hash of its recipe and of all layers below it.
#
#   layers/NAME/recipe    from=PARENT, and build(), which fills the tree "$root"
#   layers/NAME/files/    copied into the tree after build()
#   layers/NAME/image.json  makes it an image as well (see images.sh)

layer_format=1 # raise it when the code below changes what comes out

layer_parent() { sed -n 's/^from=//p' "$lab_source/layers/$1/recipe"; }

layer_hash() {
  local parent
  parent=$(layer_parent "$1")
  {
    echo "$layer_format $lab_mirror $lab_security_mirror $lab_suite"
    [[ $parent == scratch ]] || layer_hash "$parent"
    (cd "$lab_source/layers/$1" && find . -type f -printf '%m ' -exec sha256sum {} + | LC_ALL=C sort)
  } | sha256sum | cut -c1-16
}

layer_dir() { printf '%s/layers/%s-%s' "$lab_cache" "$1" "$(layer_hash "$1")"; }

# The layer and all below it, topmost first, one a line.
layer_chain() {
  local name=$1
  while [[ $name != scratch ]]; do
    echo "$name"
    name=$(layer_parent "$name")
  done
}

# The same as directories, joined with colons, as overlayfs wants them.
layer_lowerdirs() {
  local name dirs=()
  for name in $(layer_chain "$1"); do dirs+=("$(layer_dir "$name")"); done
  (
    IFS=:
    echo "${dirs[*]}"
  )
}

overlay_options=redirect_dir=off,metacopy=off,index=off,xino=off

layers_build() {
  local recipe
  for recipe in $(grep -L '^on_demand=yes' "$lab_source"/layers/*/recipe); do layer_build "$(basename "$(dirname "$recipe")")"; done
}

layer_build() {
  local name=$1 dir parent start
  dir=$(layer_dir "$name")
  [[ -d $dir ]] && return
  parent=$(layer_parent "$name")
  [[ $parent == scratch ]] || layer_build "$parent"
  start=$(now)
  rm -rf "$dir.part"
  mkdir -p "$dir.part"/{upper,work,root}
  # A mount and process namespace of its own: whatever happens, no mount and no daemon is left behind.
  unshare --mount --pid --fork --kill-child --propagation private \
    "$lab_source/lab" build-layer "$name" "$dir.part" >"$dir.log" 2>&1 </dev/null ||
    die "building the layer $name failed, see $dir.log: $(tail -5 "$dir.log")"
  mv "$dir.part/upper" "$dir"
  rm -rf "$dir.part"
  say "built the layer $name, $(du -sh "$dir" | cut -f1)" "$start"
}

# Runs inside the namespace: mounts the tree, lets the recipe fill it, leaves the result in PART/upper.
layer_build_inside() {
  local name=$1 part=$2 from='' keep_lists=no root
  # shellcheck source=/dev/null
  source "$lab_source/layers/$name/recipe"
  root=$part/root
  if [[ $from == scratch ]]; then
    mount --bind "$part/upper" "$root"
  else
    mount -t overlay -o "lowerdir=$(layer_lowerdirs "$from"),upperdir=$part/upper,workdir=$part/work,$overlay_options" lab "$root"
    layer_mount_surroundings
  fi
  build
  [[ ! -d $lab_source/layers/$name/files ]] || cp -r --preserve=mode "$lab_source/layers/$name/files/." "$root/"
  rm -f "$root/usr/sbin/policy-rc.d"
  umount -R "$root"
  # The package lists are shared between builds and not part of a layer, unless a recipe wants them.
  [[ $keep_lists == no ]] || cp -a "$lab_cache/apt/lists/." "$part/upper/var/lib/apt/lists/"
  return 0
}

layer_mount_surroundings() {
  mkdir -p "$lab_cache"/apt/lists/partial "$lab_cache"/apt/cache/archives/partial
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
  mount --bind "$lab_cache/apt/lists" "$root/var/lib/apt/lists"
  mount --bind "$lab_cache/apt/cache" "$root/var/cache/apt"
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod +x "$root/usr/sbin/policy-rc.d"
}

# For recipes: install packages in the tree, without what is merely recommended.
install_packages() {
  in_tree apt-get -qq -o APT::Sandbox::User=root install -y --no-install-recommends "$@"
}

# For recipes: install packages from PyPI in the tree, which has Python and pip.
pip_install() { pip_in_tree install --quiet --root-user-action=ignore --break-system-packages "$@"; }

# For recipes: fetch one package from PyPI to a directory, with the machine's own pip.
pip_download() { python3 -m pip download --quiet --no-deps --only-binary=:all: --dest "$2" "$1"; }

pip_in_tree() {
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/tmp/ca.crt"
  in_tree env PIP_CERT=/tmp/ca.crt PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 python3 -m pip "$@"
  rm "$root/tmp/ca.crt"
}

# For recipes: bring the shared package lists up to date when they are older than an hour.
refresh_lists() {
  [[ -n $(find "$lab_cache/apt/lists" -maxdepth 1 -name '*_InRelease' -mmin -60) ]] && return
  in_tree apt-get -qq -o APT::Sandbox::User=root update
  find "$lab_cache/apt/lists" -maxdepth 1 -name '*_InRelease' -exec touch {} +
}

in_tree() {
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" chroot "$root" "$@"
}
