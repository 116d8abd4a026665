# shellcheck shell=bash disable=SC2154
registry_dir() { echo "$lab_cache/registry-none"; }
registry_build() { mkdir -p "$(registry_dir)"; }
