//! Templates, YAML and encrypted files against the real thing: ansible-core, Jinja2 and PyYAML from PyPI, over what
//! is invented anew for every seed. `make parity` runs it; `PROVISION_SEED` chooses what is invented.

mod manifest;
#[path = "../template/probes.rs"]
mod probes;
mod python;
#[path = "../yaml/show.rs"]
mod show;
mod templates;
mod vault;
mod yaml;
