//! The codes that the program exits with: those of `ansible-playbook`, and one more.

/// All went well.
pub const FINE: u8 = 0;
/// A task failed on a host.
pub const FAILED: u8 = 2;
/// `--dry-run --exit-code`, and something would change.
pub const WOULD_CHANGE: u8 = 3;
/// A host could not be reached.
pub const UNREACHABLE: u8 = 4;
/// There is a mistake in the user's files; no host was touched.
pub const MISTAKE: u8 = 4;
/// What was typed means nothing.
pub const OPTIONS: u8 = 5;
/// The user stopped the run.
pub const INTERRUPTED: u8 = 99;
/// The program itself is wrong.
pub const BUG: u8 = 250;
