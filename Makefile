# make demo: a throwaway host with a working Matrix server.   make test: every test there is.
SHELL := /bin/bash
LAB := tests/lab/lab

.PHONY: build demo test unit lab-test check lint fmt deny bench clean

build:
	cargo build --release

demo: build
	tests/lab/demo

# Everything that CI checks.
test: check lab
	cargo nextest run --release --all-targets --no-fail-fast

# Base trees and images of the lab; nothing to do when they are cached.
lab:
	$(LAB) setup

check: fmt lint deny
	cargo build --release
	cargo build --release --no-default-features --bin provision-agent --target-dir target/agent-alone

fmt:
	cargo fmt --check

lint:
	cargo clippy --release --all-targets -- -D warnings

deny:
	@command -v cargo-deny >/dev/null || cargo install --locked cargo-deny
	cargo deny --log-level error check

bench: build
	tests/bench/run

clean:
	cargo clean
	$(LAB) clean --cache
