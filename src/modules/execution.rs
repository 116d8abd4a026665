//! Running commands: what `command`, `shell`, `script` and `raw` have in common.

use super::argument::{PathText, expand};
use crate::host::{
    Bytes, Carried, Change, Data, Effect, Failure, Fields, Output, Plan, Probe, Report, Run, Time, clock,
    glob, text,
};
use std::path::{Path, PathBuf};

/// A command and when it is run.
pub struct Execution<'a> {
    pub run: Run,
    /// What `cmd` of the result says.
    pub said: crate::host::Data,
    pub creates: Option<&'a str>,
    pub removes: Option<&'a str>,
    pub chdir: Option<&'a PathText>,
}

impl Execution<'_> {
    /// Runs the command, unless `creates` or `removes` says that it has been run.
    pub fn plan(self, host: &dyn Probe) -> Result<Plan, Failure> {
        let directory = self.chdir.map(|path| path.on(host)).transpose()?;
        if let Some(directory) = &directory
            && !host.is_directory(directory)?
        {
            let message = "Unable to change directory before execution.".to_owned();
            let failure = host.missing(message).with("cmd", self.said).with("stdout", "").with("stderr", "");
            return Err(["rc", "start", "end", "delta"]
                .into_iter()
                .fold(failure, |failure, name| failure.with(name, Data::Null)));
        }
        let result = Fields::new().with("cmd", self.said.clone());
        if let Some(creates) = self.creates
            && is_there(host, directory.as_deref(), creates)?
        {
            return Ok(Plan::say(not_run(result, creates, "exists")));
        }
        if let Some(removes) = self.removes
            && !is_there(host, directory.as_deref(), removes)?
        {
            return Ok(Plan::say(not_run(result, removes, "does not exist")));
        }
        let effects = self.effects(host, directory.as_deref())?;
        let run = Run { directory, any_status: true, counts: true, effects, ..self.run };
        Ok(Plan { changes: vec![Change::Run(run)], result, again: false })
    }

    /// For a dry run: what `creates` names would be there, what `removes` names would be gone, and who knows what else.
    fn effects(&self, host: &dyn Probe, directory: Option<&Path>) -> Result<Vec<Effect>, Failure> {
        let mut effects = Vec::new();
        if let Some(creates) = self.creates.filter(|path| !glob::is_pattern(path)) {
            let (path, owner) = (place(host, directory, creates)?, host.me());
            effects.push(Effect::File { path, mode: 0o666 & !host.umask(), owner });
        }
        if let Some(removes) = self.removes.filter(|path| !glob::is_pattern(path)) {
            effects.push(Effect::Gone(place(host, directory, removes)?));
        }
        if !effects.is_empty() {
            effects.push(Effect::Anything);
        }
        Ok(effects)
    }
}

fn place(host: &dyn Probe, directory: Option<&Path>, path: &str) -> Result<PathBuf, Failure> {
    let expanded = text::to_path(&expand(path, host)?);
    match directory {
        Some(directory) => Ok(directory.join(expanded)),
        None => PathText(path.to_owned()).on(host),
    }
}

fn is_there(host: &dyn Probe, directory: Option<&Path>, path: &str) -> Result<bool, Failure> {
    Ok(!glob::expand(host, &place(host, directory, path)?)?.is_empty())
}

fn not_run(result: Fields, path: &str, state: &str) -> Fields {
    let now = clock::today().plain();
    result
        .with("rc", 0)
        .with("msg", format!("Did not run command since '{path}' {state}"))
        .with("stdout", format!("skipped, since {path} {state}"))
        .with("stderr", "")
        .with("start", now.clone())
        .with("end", now)
        .with("delta", "0:00:00")
}

/// What is said in the end of a command that was run; a status other than 0 is a failure.
pub fn report(carried: &Carried, strip: bool) -> Result<Report, Failure> {
    let Some(output) = carried.output() else { return Ok(carried.result.clone().into()) };
    let mut result = carried.result.clone();
    said(output, strip, &mut result);
    result.set("msg", "");
    judged(result)
}

/// A result with a status other than 0 is a failure.
pub fn judged(mut result: Fields) -> Result<Report, Failure> {
    if result.get("rc").is_none_or(|rc| *rc == Data::Int(0)) {
        return Ok(result.into());
    }
    result.set("msg", "non-zero return code");
    Err(Failure::Failed { message: "non-zero return code".to_owned(), result })
}

/// The same for one that runs a line as it is: Ansible then tells neither the line nor an empty message.
pub fn report_bare(carried: &Carried) -> Result<Report, Failure> {
    match report(carried, false) {
        Ok(mut report) => {
            let names: &[&str] =
                if report.result.get("msg") == Some(&"".into()) { &["cmd", "msg"] } else { &["cmd"] };
            names.iter().for_each(|name| drop(report.result.remove(name)));
            Ok(report)
        }
        Err(Failure::Failed { message, mut result }) => {
            result.remove("cmd");
            Err(Failure::Failed { message, result })
        }
        Err(other) => Err(other),
    }
}

/// Puts what a command printed, and how long it took, into a result.
pub fn said(output: &Output, strip: bool, result: &mut Fields) {
    let clean = |text: String| if strip { text.trim_end_matches(['\r', '\n']).to_owned() } else { text };
    let (stdout, stderr) = (clean(output.stdout()), clean(output.stderr()));
    let cmd = result.remove("cmd");
    result.set("stdout", stdout);
    result.set("stderr", stderr);
    result.set("rc", output.status);
    if let Some(cmd) = cmd {
        result.set("cmd", cmd);
    }
    result.set("start", moment(output.start));
    result.set("end", moment(output.end));
    result.set("delta", delta(output.start, output.end));
}

fn moment(time: Time) -> String {
    format!("{}.{:06}", clock::local(time.seconds).plain(), time.nanoseconds / 1000)
}

fn delta(start: Time, end: Time) -> String {
    let micros = |time: Time| time.seconds * 1_000_000 + i64::from(time.nanoseconds / 1000);
    let between = (micros(end) - micros(start)).max(0);
    let (seconds, micros) = (between / 1_000_000, between % 1_000_000);
    format!("{}:{:02}:{:02}.{micros:06}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// The input of a command, with the line end that is added where asked.
pub fn input(stdin: Option<&String>, add_newline: bool) -> Option<Bytes> {
    stdin.map(|text| {
        let mut bytes = text::to_bytes(text);
        if add_newline && !bytes.ends_with(b"\n") {
            bytes.push(b'\n');
        }
        Bytes(bytes)
    })
}
