# make demo: a throwaway host with a working Matrix server.   make test: the tests, on real hosts too.
SHELL := /bin/bash
LAB := tests/lab/lab

.PHONY: build demo test lab check fmt lint deny agent clean

build: rust
	cargo build --release --bin provision --bin provision-https
	$(MAKE) small

# The agent once more, as small as it gets, in place of the one of the ordinary build, which does the same: it travels to
# every new host. Built with musl where Rust has it, without what unwinds a stack, which it never does, and packed by xz
# for hosts that can unpack that.
stack := Backtrace DeleteException FindEnclosingFunction GetCFA GetDataRelBase GetIP GetIPInfo GetLanguageSpecificData \
  GetRegionStart GetTextRelBase RaiseException Resume SetGR SetIP
no_stack := $(stack:%=-C link-arg=-Wl,--defsym=_Unwind_%=abort)
.PHONY: small
small: rust
	@host=$$(rustc -vV | sed -n 's/^host: //p'); small=$${host%-gnu}-musl; out=target/$$host/release; \
	rustup target add "$$small" 2>/dev/null || small=$$host; \
	case "$$small" in *-musl) flags='$(no_stack)';; *) flags=;; esac; \
	cargo rustc --profile agent --no-default-features --bin provision-agent --target "$$small" -- $$flags && \
	install -m 755 "target/$$small/agent/provision-agent" "$$out/provision-agent" && \
	rm -f "$$out"/provision-agent.*.xz && \
	if command -v objcopy >/dev/null; then \
	  objcopy -R .eh_frame -R .eh_frame_hdr -R .gcc_except_table -R .comment "$$out/provision-agent"; \
	fi && \
	if command -v xz >/dev/null; then \
	  case "$$host" in x86_64-*) filter=--x86;; *) filter=;; esac; \
	  xz $$filter --lzma2=preset=9e,lc=4,pb=0 -c "$$out/provision-agent" >"$$out/provision-agent.$$(sha256sum "$$out/provision-agent" | cut -d' ' -f1).xz"; \
	fi; ls -l "$$out"/provision-agent*

demo: build
	tests/lab/demo

# Everything that CI checks; `make proof` is the part with hosts of the lab.
test: rust check lab
	cargo nextest run --no-fail-fast -E 'not (binary(differential) or binary(parity))'

# What the whole program promises, on hosts of the lab.
.PHONY: proof
proof: rust lab
	cargo nextest run --no-fail-fast -E 'binary(proof) or test(/^lab::/)'

# The same playbooks with ansible-core, which comes from PyPI, and with us (`CASE=name` picks some); and all of `differential`.
.PHONY: parity
parity: rust
	cargo nextest run --no-fail-fast -E 'binary(parity) or binary(differential)'

# Templates and YAML against ansible-core, Jinja2 and PyYAML from PyPI.
.PHONY: differential
differential: rust
	cargo nextest run --no-fail-fast -E 'binary(differential)'

# Base trees and images of the lab; nothing to do when they are cached.
lab:
	$(LAB) setup

check: fmt lint deny agent

fmt:
	cargo fmt --check

lint:
	cargo clippy --all-targets -- -D warnings

# Known holes are looked up where the list of them can be fetched.
deny:
	@command -v cargo-deny >/dev/null || cargo install --locked cargo-deny
	cargo deny --log-level error check bans licenses sources
	@if git ls-remote -q https://github.com/RustSec/advisory-db HEAD >/dev/null 2>&1; then \
	  cargo deny --log-level error check advisories; \
	else echo "the list of known holes is out of reach: advisories were not checked"; fi

# The compiler proves that the agent needs nothing of the controller.
agent:
	cargo check --no-default-features --bin provision-agent

# provision beside Ansible, Mitogen and pyinfra: tests/bench/README.md.   ROUNDS=5 BENCH='--delays 0' make bench
.PHONY: bench
ROUNDS ?= 3
bench: build lab
	cargo build --release --example delay --example expressions --example handshakes
	tests/bench/run.py --rounds $(ROUNDS) $(BENCH)

.PHONY: rust
rust:
	@command -v cargo >/dev/null || { echo "Rust is needed; this installs it, and rust-toolchain.toml says which one:" >&2; \
	  echo "  curl -sSf https://sh.rustup.rs | sh -s -- -y && . ~/.cargo/env" >&2; exit 1; }
	@command -v cc >/dev/null || { echo "a linker is needed: apt-get install build-essential" >&2; exit 1; }

clean:
	cargo clean
	$(LAB) clean --cache
