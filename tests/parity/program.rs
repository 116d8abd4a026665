//! Who runs a playbook.

use crate::python;
use std::path::PathBuf;

/// The release whose meaning we have.
const RELEASE: &str = "2.19";

pub struct Program {
    pub path: PathBuf,
    /// What runs Ansible's modules on this machine.
    pub python: PathBuf,
}

/// Ansible and ours.
pub fn both() -> (Program, Program) {
    let python = python::interpreter(RELEASE);
    let of = |path: PathBuf| Program { path, python: python.clone() };
    (of(python.with_file_name("ansible-playbook")), of(env!("CARGO_BIN_EXE_provision").into()))
}
