//! A test in chapters: they share hosts, so one that fails does not hide those that follow.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// What has been told so far.
#[derive(Default)]
pub struct Story {
    failed: Vec<&'static str>,
}

impl Story {
    /// Tells a chapter, which panics if what its title says is not so.
    pub fn chapter(&mut self, title: &'static str, tell: impl FnOnce()) {
        let start = Instant::now();
        let told = catch_unwind(AssertUnwindSafe(tell));
        let word = if told.is_ok() { "ok    " } else { "FAILED" };
        println!("{word} {:5.1} s  {title}", start.elapsed().as_secs_f64());
        if told.is_err() {
            self.failed.push(title);
        }
    }

    /// Fails if a chapter did.
    pub fn end(self) {
        assert!(self.failed.is_empty(), "not so: {:#?}", self.failed);
    }
}
