//! Questions for firewalls: ufw and firewalld.

use super::answer::ask_about;
use super::{Dialogue, Effect, Failure, Fields, Probe};

/// What ufw says to a rule that it does not put in force. Only `--dry-run` makes it harmless, so it is put here and
/// nowhere else.
pub fn foresee_rule(host: &dyn Probe, words: &[String]) -> Result<String, Failure> {
    let said = ask_about(host, rule(words).query(), "ufw")?;
    match said.rc {
        0 => Ok(said.stdout),
        _ => Err(host.missing(format!("ufw refuses: {}{}", said.stderr.trim(), said.stdout.trim()))),
    }
}

/// For a dry run: the rule would be as it should be.
pub fn rule_effect(words: &[String]) -> Effect {
    let answer = Fields::new().with("rc", 0).with("stdout", "");
    Effect::Set(rule(words).query().subject().clone(), answer.into())
}

fn rule(words: &[String]) -> Dialogue {
    let fixed = ["ufw", "--dry-run"].map(str::to_owned);
    Dialogue::of(fixed.into_iter().chain(words.iter().cloned()).collect())
}

/// What firewalld answers to one of its questions; `words` must ask (`--query-...`, `--get-...`, `--list-...`).
pub fn ask_firewalld(host: &dyn Probe, program: &str, words: &[String]) -> Result<(i64, String), Failure> {
    if !words.iter().any(|word| is_question(word)) {
        return Err(Failure::new("this is no question for firewalld"));
    }
    let said = ask_about(host, firewalld(program, words).query(), program)?;
    // 252: the daemon does not run.
    match said.rc {
        252 => Err(host.missing("firewalld does not run; `offline: true` works on its files".to_owned())),
        rc if rc > 1 => Err(host.missing(format!("firewalld refuses: {}", said.stderr.trim()))),
        rc => Ok((rc, said.stdout.trim().to_owned())),
    }
}

fn is_question(word: &str) -> bool {
    ["--query-", "--get-", "--list-"].iter().any(|prefix| word.starts_with(prefix)) || word == "--state"
}

/// For a dry run: firewalld would answer this.
pub fn firewalld_effect(program: &str, words: &[String], rc: i64, text: &str) -> Effect {
    let answer = Fields::new().with("rc", rc).with("stdout", text);
    Effect::Set(firewalld(program, words).query().subject().clone(), answer.into())
}

fn firewalld(program: &str, words: &[String]) -> Dialogue {
    Dialogue::of(std::iter::once(program.to_owned()).chain(words.iter().cloned()).collect())
}
