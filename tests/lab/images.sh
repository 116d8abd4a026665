# shellcheck shell=bash disable=SC2034,SC2154
# Images: layers with an image.json (the image's configuration: Env, Cmd, ...) and names=(...) in the recipe. They are
# written straight into the registry's directory, in the layout that docker-registry reads, so no dockerd is needed.
#
#   $lab_cache/blobs/NAME-HASH.{tar.gz,facts}   a layer as images carry it: packed, digest, digest of what is packed, size
#   $lab_cache/registry-HASH                    the registry's directory, of hard links to those

image_layers() {
  local file
  for file in "$lab_source"/layers/*/image.json; do basename "$(dirname "$file")"; done
}

# shellcheck source=/dev/null
image_names() { (source "$lab_source/layers/$1/recipe" && printf '%s\n' "${names[@]}"); }

image_names_all() {
  local layer
  for layer in $(image_layers); do image_names "$layer"; done
}

registry_hash() {
  local layer
  {
    echo "$layer_format"
    for layer in $(image_layers); do layer_hash "$layer"; done
  } | sha256sum | cut -c1-16
}

registry_dir() { printf '%s/registry-%s' "$lab_cache" "$(registry_hash)"; }

registry_build() {
  local final registry layer start
  final=$(registry_dir)
  [[ -d $final ]] && return
  start=$(now)
  registry=$final.part
  rm -rf "$registry"
  for layer in $(image_layers); do image_push "$layer"; done
  mv "$registry" "$final"
  say "filled the registry with $(image_names_all | wc -l) image names, $(du -sh "$final" | cut -f1)" "$start"
}

# Pack the layer, unless that was done before. Sets nothing; `layer_facts` tells the digests.
layer_pack() {
  local dir blob digest diff_id start
  dir=$(layer_dir "$1")
  blob=$lab_cache/blobs/$(basename "$dir")
  [[ -f $blob.facts ]] && return
  start=$(now)
  mkdir -p "$lab_cache/blobs"
  layer_tar "$dir" | tee >(sha256sum | cut -d' ' -f1 >"$blob.diff") | pigz -1 -n >"$blob.tar.gz"
  digest=$(sha256sum <"$blob.tar.gz" | cut -d' ' -f1)
  until [[ -s $blob.diff ]]; do sleep 0.01; done
  diff_id=$(<"$blob.diff")
  rm "$blob.diff"
  echo "$digest $diff_id $(stat -c %s "$blob.tar.gz")" >"$blob.facts"
  say "packed the layer $1, $(du -h "$blob.tar.gz" | cut -f1)" "$start"
}

# What overlayfs writes as a character device 0:0 ("removed here") is a file .wh.NAME in an image's layer.
layer_tar() {
  local removed staging arguments
  staging=$(mktemp -d)
  arguments=(--sort=name --numeric-owner '--exclude=./dev/*' '--exclude=./proc/*' -C "$1")
  while IFS= read -r removed; do
    mkdir -p "$staging/$(dirname "$removed")"
    : >"$staging/$(dirname "$removed")/.wh.$(basename "$removed")"
    arguments+=("--exclude=$removed")
  done < <(cd "$1" && find . -type c ! -path './dev/*')
  arguments+=(.)
  [[ -z $(ls -A "$staging") ]] || arguments+=(-C "$staging" .)
  tar -c "${arguments[@]}"
  rm -rf "$staging"
}

layer_facts() { cat "$lab_cache/blobs/$(basename "$(layer_dir "$1")").facts"; }

# Uses $registry. The layers first, then the configuration and the manifest that name them by digest.
image_push() {
  local image=$1 name layer digest diff_id size layers='[]' diff_ids='[]' configuration manifest blobs
  for layer in $(layer_chain "$image" | tac); do
    layer_pack "$layer"
    read -r digest diff_id size < <(layer_facts "$layer")
    blob_put "$lab_cache/blobs/$(basename "$(layer_dir "$layer")").tar.gz" "$digest"
    layers=$(jq -c --arg d "sha256:$digest" --argjson s "$size" \
      '. + [{mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip", size: $s, digest: $d}]' <<<"$layers")
    diff_ids=$(jq -c --arg d "sha256:$diff_id" '. + [$d]' <<<"$diff_ids")
  done
  configuration=$(jq -c --argjson ids "$diff_ids" \
    '{architecture: "amd64", os: "linux", created: "2024-01-01T00:00:00Z", config: ., rootfs: {type: "layers", diff_ids: $ids}, history: []}' \
    "$lab_source/layers/$image/image.json")
  configuration=$(blob_put_text "$configuration")
  manifest=$(jq -nc --arg d "sha256:${configuration% *}" --argjson s "${configuration#* }" --argjson layers "$layers" \
    '{schemaVersion: 2, mediaType: "application/vnd.docker.distribution.manifest.v2+json",
      config: {mediaType: "application/vnd.docker.container.image.v1+json", size: $s, digest: $d}, layers: $layers}')
  manifest=$(blob_put_text "$manifest")
  mapfile -t blobs < <(jq -r '.[].digest | ltrimstr("sha256:")' <<<"$layers")
  for name in $(image_names "$image"); do
    image_tag "$name" "${manifest% *}" "${configuration% *}" "${blobs[@]}"
  done
}

# blob_put FILE DIGEST
blob_put() {
  local directory=$registry/docker/registry/v2/blobs/sha256/${2:0:2}/$2
  mkdir -p "$directory"
  ln -f "$1" "$directory/data"
}

# Store the text, print its digest and size.
blob_put_text() {
  local file digest
  file=$(mktemp -p "$lab_cache/blobs")
  printf '%s' "$1" >"$file"
  digest=$(sha256sum <"$file" | cut -d' ' -f1)
  blob_put "$file" "$digest"
  echo "$digest $(stat -c %s "$file")"
  rm -f "$file"
}

# image_tag NAME MANIFEST BLOB...: the registry does not ask for which host it is addressed, so only the path counts.
image_tag() {
  local path=${1#*/} manifest=$2 repository tag blob
  tag=${path##*:}
  repository=$registry/docker/registry/v2/repositories/${path%:*}
  shift 2
  registry_link "$repository/_manifests/revisions/sha256/$manifest" "$manifest"
  registry_link "$repository/_manifests/tags/$tag/current" "$manifest"
  registry_link "$repository/_manifests/tags/$tag/index/sha256/$manifest" "$manifest"
  for blob in "$@"; do registry_link "$repository/_layers/sha256/$blob" "$blob"; done
}

registry_link() {
  mkdir -p "$1"
  printf 'sha256:%s' "$2" >"$1/link"
}
