//! `apt_repository`

use super::apt::index::{self, Reading};
use super::argument::Mode;
use super::files::FileAttributes;
use super::place::Placement;
use super::{ArgumentError, Module};
use crate::host::{Change, Content, Data, Failure, Fields, Kind, Plan, Probe, text};
use std::path::{Path, PathBuf};

const LIST: &str = "/etc/apt/sources.list";
const PARTS: &str = "/etc/apt/sources.list.d";

choices! {
    /// Whether the repository is to be there.
    State { Present = "present", Absent = "absent" }
}

module! {
    /// Sees to a line in the lists of sources that apt takes packages from.
    ///
    /// The index is read again when a list has changed since, by whomever. Addresses `ppa:...` are not known: name the
    /// repository itself, and its key with `deb822_repository` or `signed-by`.
    ///
    /// ```yaml
    /// - apt_repository: { repo: "deb [signed-by=/etc/apt/keyrings/x.gpg] https://example.org/debian bookworm main" }
    /// - apt_repository: { repo: "deb http://example.org/debian stable main", state: absent, filename: example }
    /// ```
    AptRepository "apt_repository" {
        /// The line.
        repo: String;
        /// Whether it is to be there.
        state: State = "present";
        /// Permissions of a new list.
        mode: Option<Mode>;
        /// Reads the index of packages after a change.
        update_cache ["update-cache"]: bool = true;
        /// How often reading the index is tried.
        update_cache_retries: i64 = 5;
        /// Seconds between two tries, at most.
        update_cache_retry_max_delay: i64 = 12;
        /// Means nothing here: keys are not fetched.
        validate_certs: bool = true;
        /// The name of the list, without its ending; made of the address if nothing is said.
        filename: Option<String>;
        /// Means something for `ppa:` only.
        codename: Option<String>;
        /// Means nothing here: no Python is needed.
        install_python_apt: bool = true;
    }
}

/// A line of a list of sources.
#[derive(Clone, PartialEq, Debug)]
struct Line {
    /// The line as it is.
    text: String,
    enabled: bool,
    /// The source, blanks made one; `None` for a line that names none.
    source: Option<String>,
    comment: String,
}

impl Module for AptRepository {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let mut plan = Plan::say(self.said());
        if host.stage() > 0 {
            return self.and_index(host, plan);
        }
        let wanted = Line::read(&self.repo).source.unwrap_or_default();
        let lists = lists(host)?;
        let known = lists.iter().flat_map(|(_, lines)| lines);
        let is_known = known.into_iter().any(|line| line.source.as_deref() == Some(&wanted));
        match self.state {
            State::Present if !is_known => self.add(host, &lists, &wanted, &mut plan)?,
            state => {
                for (path, lines) in &lists {
                    let after = edited(lines, &wanted, state);
                    plan.changes.extend(rewritten(host, path, lines, &after, &FileAttributes::none())?);
                    if after.is_empty() && !lines.is_empty() {
                        plan.result.set("sources_removed", vec![text::from_path(path)]);
                    }
                }
            }
        }
        if plan.is_empty() { self.and_index(host, plan) } else { Ok(plan.and_again()) }
    }

    fn check(&self) -> Vec<ArgumentError> {
        let wrong = |message: String| vec![ArgumentError::new("repo", message)];
        let line = Line::read(&self.repo);
        match line.source {
            _ if self.repo.trim_start().starts_with("ppa:") => wrong(
                "`ppa:` addresses are not known; write the line `deb https://...` and its key".to_owned(),
            ),
            Some(source) if line.enabled && source.split(' ').count() > 2 => Vec::new(),
            _ => wrong(format!(
                "`{}` is no line such as `deb https://example.org/debian bookworm main`",
                self.repo
            )),
        }
    }
}

impl AptRepository {
    fn said(&self) -> Fields {
        let none = || Data::List(Vec::new());
        let result = Fields::new().with("repo", self.repo.as_str()).with("state", self.state.word());
        result.with("sources_added", none()).with("sources_removed", none())
    }

    /// Reads the index where a list is newer than it.
    fn and_index(&self, host: &dyn Probe, mut plan: Plan) -> Result<Plan, Failure> {
        if self.update_cache && index::is_behind(host)? {
            let (tries, longest) = (self.update_cache_retries, self.update_cache_retry_max_delay);
            plan.push(Reading { lock_timeout: 60, tries, longest }.change(host)?);
        }
        if host.stage() > 0 {
            plan.result = Fields::new();
        }
        Ok(plan)
    }

    fn add(
        &self,
        host: &dyn Probe,
        lists: &[(PathBuf, Vec<Line>)],
        wanted: &str,
        plan: &mut Plan,
    ) -> Result<(), Failure> {
        let path = match self.filename.clone().unwrap_or_else(|| suggested(wanted)) {
            name if name.contains('/') => PathBuf::from(format!("{name}.list")),
            name => Path::new(PARTS).join(format!("{name}.list")),
        };
        let found = lists.iter().find(|(known, _)| *known == path).map(|(_, lines)| lines.clone());
        let before = found.clone().unwrap_or_default();
        let mut after = before.clone();
        after.push(Line::read(wanted));
        let mode = self.mode.clone().unwrap_or(Mode::Octal(0o644));
        let attributes = FileAttributes { mode: Some(mode), ..FileAttributes::none() };
        plan.changes = rewritten(host, &path, &before, &after, &attributes)?;
        if found.is_none() {
            plan.result.set("sources_added", vec![text::from_path(&path)]);
        }
        Ok(())
    }
}

/// All lists of sources of the old kind, with their lines.
fn lists(host: &dyn Probe) -> Result<Vec<(PathBuf, Vec<Line>)>, Failure> {
    let mut paths = vec![PathBuf::from(LIST)];
    let parts = Path::new(PARTS);
    if host.is_directory(parts)? {
        let names = host.list(parts)?.into_iter().map(|name| parts.join(name));
        paths.extend(names.filter(|path| path.extension().is_some_and(|end| end == "list")));
    }
    let mut lists = Vec::new();
    for path in paths {
        if host.exists(&path)? {
            let lines = text::from_bytes(&host.read(&path)?).lines().map(Line::read).collect();
            lists.push((host.resolve(&path)?, lines));
        }
    }
    Ok(lists)
}

/// The lines with the source switched on, or taken out.
fn edited(lines: &[Line], wanted: &str, state: State) -> Vec<Line> {
    let is_wanted = |line: &Line| line.source.as_deref() == Some(wanted);
    match state {
        State::Absent => lines.iter().filter(|line| !(is_wanted(line) && line.enabled)).cloned().collect(),
        State::Present => {
            let enabled = |line: &Line| if is_wanted(line) { line.switched_on() } else { line.clone() };
            lines.iter().map(enabled).collect()
        }
    }
}

/// Puts a list in place; one without any line goes.
fn rewritten(
    host: &dyn Probe,
    path: &Path,
    before: &[Line],
    after: &[Line],
    attributes: &FileAttributes,
) -> Result<Vec<Change>, Failure> {
    if before == after {
        return Ok(Vec::new());
    }
    if after.is_empty() {
        return Ok(vec![Change::Remove { path: path.to_owned(), kind: Kind::File }]);
    }
    let lines: String = after.iter().map(|line| format!("{}\n", line.text)).collect();
    let content = Content::inline(text::to_bytes(&lines));
    Ok(Placement::of(path, content, attributes).plan(host)?.changes)
}

/// The name of a list for a source: its address, in letters and digits.
fn suggested(source: &str) -> String {
    let without_options = match (source.find('['), source.find(']')) {
        (Some(open), Some(close)) if open < close => {
            format!(
                "{} {}",
                source.get(..open).unwrap_or_default(),
                source.get(close + 1..).unwrap_or_default()
            )
        }
        _ => source.to_owned(),
    };
    let words = without_options.split_whitespace();
    let address = words.into_iter().find(|word| !is_kind(word)).unwrap_or_default();
    let address = address.split_once("://").map_or(address, |(_, rest)| rest);
    let address = address.split_once('@').map_or(address, |(_, rest)| rest);
    let spaced: String = address.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join("_")
}

fn is_kind(word: &str) -> bool {
    word == "deb" || word == "deb-src"
}

impl Line {
    fn read(text: &str) -> Line {
        let trimmed = text.trim();
        let enabled = !trimmed.starts_with('#');
        let line = trimmed.strip_prefix('#').unwrap_or(trimmed);
        let (source, comment) = match line.split_once('#') {
            Some((source, comment)) if !source.is_empty() => (source, comment.trim()),
            _ => (line, ""),
        };
        let words: Vec<&str> = source.split_whitespace().collect();
        let source = words.first().is_some_and(|word| is_kind(word)).then(|| words.join(" "));
        Line { text: text.to_owned(), enabled, source, comment: comment.to_owned() }
    }

    /// The same line, not commented out.
    fn switched_on(&self) -> Line {
        if self.enabled {
            return self.clone();
        }
        let source = self.source.clone().unwrap_or_default();
        let comment = if self.comment.is_empty() { String::new() } else { format!(" # {}", self.comment) };
        Line { text: format!("{source}{comment}"), enabled: true, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_named_by_their_address() {
        assert_eq!(
            suggested("deb [arch=amd64] https://me:pw@dl.example.org/linux/ stable x"),
            "dl_example_org_linux"
        );
        assert_eq!(suggested("deb-src http://a.b/c d e"), "a_b_c");
    }

    #[test]
    fn lines_are_read() {
        let line = Line::read("#  deb   http://a b c # why");
        assert_eq!((line.enabled, line.source.as_deref()), (false, Some("deb http://a b c")));
        assert_eq!(line.switched_on().text, "deb http://a b c # why");
        assert_eq!(Line::read("# just words").source, None);
    }
}
