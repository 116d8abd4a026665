# make demo: a throwaway host with a working Matrix server.   make test: every test there is.
SHELL := /bin/bash
LAB := tests/lab/lab

.PHONY: build demo test lab check lint fmt deny agent bench clean cargo

build: cargo
	cargo build --release

demo: build
	tests/lab/demo

# Everything that CI checks, in one profile, so that nothing is built twice.
test: check lab
	PROVISION_LAB=$(CURDIR)/$(LAB) cargo nextest run --all-targets --no-fail-fast

# Base trees and images of the lab; nothing to do when they are cached.
lab:
	$(LAB) setup

check: fmt lint deny agent

fmt: cargo
	cargo fmt --check

lint: cargo
	cargo clippy --all-targets -- -D warnings

# The agent stands without the controller: no SSH, no templates, no YAML.
agent: cargo
	cargo check --no-default-features --bin provision-agent

# Known holes are looked up in a database from the network; without it, the rest is still checked.
deny: cargo
	cargo deny --log-level error check bans licenses sources
	@if cargo deny --log-level off fetch db >/dev/null 2>&1; \
	then cargo deny --log-level error check --disable-fetch advisories; \
	else echo "advisories: not checked, because their database cannot be fetched"; fi

bench: build
	tests/bench/run

cargo:
	@command -v cargo >/dev/null || { echo "Rust is needed; https://rustup.rs installs it, and rust-toolchain.toml says which:" >&2; \
	  echo "  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y && . ~/.cargo/env" >&2; exit 1; }
	@command -v cc >/dev/null || { echo "a linker is needed: apt-get install build-essential" >&2; exit 1; }

clean:
	cargo clean
	$(LAB) clean --cache
