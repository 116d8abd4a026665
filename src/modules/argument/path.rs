//! Paths: `~` and `$VAR` are expanded on the host.

use super::Argument;
use crate::host::{Data, Failure, Probe, text, users};
use std::path::PathBuf;

/// A path as it was written.
#[derive(Clone, PartialEq, Debug)]
pub struct PathText(pub String);

impl Argument for PathText {
    fn kind() -> &'static str {
        "path"
    }

    fn parse(data: &Data) -> Result<PathText, String> {
        match data {
            Data::Text(text) if text.contains('\0') => Err("must not hold a zero byte".to_owned()),
            data => String::parse(data).map(PathText),
        }
    }
}

impl PathText {
    /// The path on the host. A relative one starts in the home of the agent's user, where commands start too.
    pub fn on(&self, host: &dyn Probe) -> Result<PathBuf, Failure> {
        // Slashes at the end and names such as `.` say nothing.
        let path: PathBuf = text::to_path(&expand(&self.0, host)?).components().collect();
        if path.is_absolute() {
            return Ok(path);
        }
        let home = host.variable("PWD").or_else(|| host.variable("HOME")).unwrap_or_else(|| "/".to_owned());
        Ok(text::to_path(&home).join(path))
    }

    /// Whether it was written with a slash at its end.
    pub fn ends_with_slash(&self) -> bool {
        self.0.ends_with('/')
    }
}

/// The text with `~`, `~user`, `$VAR` and `${VAR}` expanded; what is not known stays as it is.
pub fn expand(text: &str, host: &dyn Probe) -> Result<String, Failure> {
    variables(&home(text, host)?, host)
}

fn home(text: &str, host: &dyn Probe) -> Result<String, Failure> {
    let Some(rest) = text.strip_prefix('~') else { return Ok(text.to_owned()) };
    let (user, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let home = match user {
        "" => host.variable("HOME"),
        user => users::user(host, user)?.map(|found| found.home),
    };
    Ok(home.map_or_else(|| text.to_owned(), |home| format!("{}{rest}", home.trim_end_matches('/'))))
}

fn variables(text: &str, host: &dyn Probe) -> Result<String, Failure> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let (name, length) = variable_name(after);
        match host.variable(name).filter(|_| length > 0) {
            Some(value) => out.push_str(&value),
            None => out.extend(["$", after.get(..length).unwrap_or_default()]),
        }
        rest = after.get(length..).unwrap_or_default();
    }
    Ok(out + rest)
}

/// The name after a dollar sign, and how long its spelling is.
fn variable_name(text: &str) -> (&str, usize) {
    if let Some((name, _)) = text.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        return (name, name.len() + 2);
    }
    let end =
        text.find(|scalar: char| !scalar.is_ascii_alphanumeric() && scalar != '_').unwrap_or(text.len());
    (text.get(..end).unwrap_or_default(), end)
}
