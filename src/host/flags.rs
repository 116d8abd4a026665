//! Attributes of files beyond owner and mode: the flags of `chattr`, the SELinux context.

use super::answer::output_of;
use super::{Failure, Probe, text};
use std::path::Path;

/// The flags that are set, as letters.
pub fn flags(host: &dyn Probe, path: &Path) -> Result<String, Failure> {
    let said = host.ask(&output_of(&["lsattr", "-d", "--", &text::from_path(path)]))?;
    let said = said.text("stdout").unwrap_or_default();
    let letters = said.split_whitespace().next().unwrap_or_default();
    Ok(letters.chars().filter(|letter| *letter != '-').collect())
}

/// The flags that `chattr` would leave.
pub fn wanted(argument: &str, before: &str) -> String {
    let (sign, letters) = match argument.split_at_checked(1) {
        Some((sign @ ("+" | "-" | "="), letters)) => (sign, letters),
        _ => ("=", argument),
    };
    match sign {
        "+" => before.chars().chain(letters.chars().filter(|letter| !before.contains(*letter))).collect(),
        "-" => before.chars().filter(|letter| !letters.contains(*letter)).collect(),
        // `e` says how the file is laid out and cannot be taken away.
        _ => letters
            .chars()
            .chain(before.chars().filter(|letter| *letter == 'e' && !letters.contains('e')))
            .collect(),
    }
}

/// Whether both are the same flags in any order.
pub fn same(left: &str, right: &str) -> bool {
    let sorted = |letters: &str| {
        let mut letters: Vec<char> = letters.chars().collect();
        letters.sort_unstable();
        letters
    };
    sorted(left) == sorted(right)
}

/// The SELinux context; `None` where SELinux is off.
pub fn context(host: &dyn Probe, path: &Path) -> Result<Option<String>, Failure> {
    if host.stat(Path::new("/sys/fs/selinux/enforce"))?.is_none() {
        return Ok(None);
    }
    let said = host.ask(&output_of(&["stat", "-c", "%C", "--", &text::from_path(path)]))?;
    Ok(said.text("stdout").map(|context| context.trim().to_owned()).filter(|context| context.contains(':')))
}
