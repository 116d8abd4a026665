# shellcheck shell=bash disable=SC2154
seed_dir() { echo "$lab_cache/seed-none"; }
seed_build() { mkdir -p "$(seed_dir)"; }
