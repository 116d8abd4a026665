//! Questions for Apache about itself.

use super::answer::{ask, output_of};
use super::{Effect, Failure, Fields, Probe};

/// The modules that Apache loads, as `apache2ctl -M` lists them, or what it complains of in its settings.
pub fn modules(host: &dyn Probe, program: &str) -> Result<Result<String, String>, Failure> {
    let said = ask(host, &[program, "-M"])?;
    Ok(if said.rc == 0 { Ok(said.stdout) } else { Err(said.stderr) })
}

/// For a dry run: this would be the list.
pub fn modules_effect(program: &str, list: &str) -> Effect {
    let answer = Fields::new().with("rc", 0).with("stdout", list);
    Effect::Set(output_of(&[program, "-M"]).subject().clone(), answer.into())
}

/// Whether its processes have threads, which some modules cannot bear.
pub fn is_threaded(host: &dyn Probe, program: &str) -> Result<bool, Failure> {
    let said = ask(host, &[program, "-V"])?.stdout;
    let threaded = said.lines().find_map(|line| line.trim().strip_prefix("threaded:"));
    Ok(threaded.is_some_and(|word| word.trim_start().starts_with("yes")))
}
