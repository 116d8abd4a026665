//! Where the results of tasks lie that go on in the background.

use super::text;
use std::path::PathBuf;

/// The directory that the environment names in `ANSIBLE_ASYNC_DIR`, or the usual one in the home.
pub fn job_directory(variable: &dyn Fn(&str) -> Option<String>) -> PathBuf {
    let home = text::to_path(&variable("HOME").unwrap_or_else(|| "/".to_owned()));
    let given = variable("ANSIBLE_ASYNC_DIR").filter(|given| !given.is_empty());
    match given.as_deref().map(|given| given.strip_prefix("~/").ok_or(given)) {
        None => home.join(".ansible_async"),
        Some(Ok(inside)) => home.join(text::to_path(inside)),
        Some(Err(path)) => text::to_path(path),
    }
}
