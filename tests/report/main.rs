//! What every reporter prints of the same events, compared in full.

mod tape;

use provision::report::{Format, Output, Screen};
use tape::matrix;

#[test]
fn show() {
    let o = Output { format: Format::Plain, ..Output::default() };
    println!("{}", matrix().plain(&o));
    println!("{}", matrix().plain(&Output { dry_run: true, diff: true, ..o.clone() }));
    println!("{}", matrix().plain(&Output { verbosity: 1, ..o.clone() }));
    println!("{}", matrix().plain(&Output { format: Format::Json, ..o.clone() }));
    println!("{}", matrix().plain(&Output { format: Format::Ansible, diff: true, ..o.clone() }));
}
