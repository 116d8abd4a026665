//! Questions for Debian's own bookkeeping: answers to questions of packages, and what dpkg is to do with them.

use super::answer::ask;
use super::{Data, Effect, Failure, Fields, Probe, Subject, text};
use std::path::Path;

/// Where debconf keeps passwords, readable for root alone.
const PASSWORDS: &str = "/var/cache/debconf/passwords.dat";

/// The answers that debconf knows to the questions of a package.
pub fn answers(host: &dyn Probe, package: &str) -> Result<Fields, Failure> {
    let said = ask(host, &["debconf-show", package])?;
    let Some(list) = said.well() else { return Ok(Fields::new()) };
    let entry = |line: &str| {
        let (question, answer) = line.split_once(':')?;
        let question = question.trim_start_matches(['*', ' ']).trim();
        Some((question.to_owned(), Data::from(answer.trim())))
    };
    Ok(list.lines().filter_map(entry).collect())
}

/// For a dry run: debconf would know these answers.
pub fn answers_effect(package: &str, answers: &Fields) -> Effect {
    let line = |(question, answer): (&str, &Data)| {
        format!("* {question}: {}\n", answer.as_text().unwrap_or_default())
    };
    let list: String = answers.iter().map(line).collect();
    let subject = Subject::Output(["debconf-show", package].map(str::to_owned).to_vec());
    Effect::Set(subject, Fields::new().with("rc", 0).with("stdout", list).into())
}

/// The password that debconf keeps as the answer to a question.
pub fn password(host: &dyn Probe, question: &str) -> Result<Option<String>, Failure> {
    let name = format!("Name: {question}");
    let kept = kept_passwords(host)?;
    let stanza = kept.split("\n\n").find(|stanza| stanza.lines().any(|line| line == name));
    let value = stanza.and_then(|stanza| stanza.lines().find_map(|line| line.strip_prefix("Value:")));
    Ok(value.map(|value| value.trim().to_owned()))
}

/// For a dry run: debconf would keep this password.
pub fn password_effect(host: &dyn Probe, question: &str, password: &str) -> Result<Effect, Failure> {
    let name = format!("Name: {question}");
    let kept = kept_passwords(host)?;
    let others = kept.split("\n\n").filter(|stanza| !stanza.lines().any(|line| line == name));
    let others: String =
        others.filter(|stanza| !stanza.trim().is_empty()).map(|stanza| format!("{stanza}\n\n")).collect();
    let text = format!("{others}{name}\nTemplate: {question}\nValue: {password}\n\n");
    Ok(Effect::Text { path: text::to_path(PASSWORDS), text })
}

fn kept_passwords(host: &dyn Probe) -> Result<String, Failure> {
    let path = Path::new(PASSWORDS);
    if host.exists(path)? { host.read(path).map(|bytes| text::from_bytes(&bytes)) } else { Ok(String::new()) }
}

/// What dpkg is to do with a package: `install`, `hold`, ...; `None` where it has no entry.
pub fn selection(host: &dyn Probe, package: &str) -> Result<Option<String>, Failure> {
    let said = ask(host, &["dpkg", "--get-selections", package])?;
    let line = said.stdout.lines().next().map(str::to_owned).unwrap_or_default();
    Ok(line.split_whitespace().nth(1).map(str::to_owned))
}

/// For a dry run: dpkg would have this to do with the package.
pub fn selection_effect(package: &str, selection: &str) -> Effect {
    let subject = Subject::Output(["dpkg", "--get-selections", package].map(str::to_owned).to_vec());
    Effect::Set(
        subject,
        Fields::new().with("rc", 0).with("stdout", format!("{package}\t{selection}\n")).into(),
    )
}
