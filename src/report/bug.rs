//! When the program itself is wrong.

use super::{complain, exit};
use std::panic::PanicHookInfo;

/// From now on a panic anywhere tells that it is a bug of ours and ends the program with [`exit::BUG`]. Only what
/// stands in the program itself is told: a message that was made at run time may hold a secret.
pub fn confess() {
    std::panic::set_hook(Box::new(|panic| {
        complain(&confession(panic));
        std::process::exit(exit::BUG.into());
    }));
}

fn confession(panic: &PanicHookInfo) -> String {
    let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
    let said = panic.payload().downcast_ref::<&'static str>().map(|said| format!(" ({said})"));
    format!(
        "error: provision {} has a bug and cannot go on{}{}\n  = hint: this is a bug of ours; please report it with \
         this line and what you typed\n",
        env!("CARGO_PKG_VERSION"),
        place.unwrap_or_default(),
        said.unwrap_or_default(),
    )
}
