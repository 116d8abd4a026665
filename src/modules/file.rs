//! `file`

mod link;
mod times;

use super::argument::PathText;
use super::{ArgumentError, FileAttributes, Module, files};
use crate::host::{Carried, Change, Content, Failure, Fields, Plan, Probe, Report, Stat, Write, text};
use std::path::{Path, PathBuf};

choices! {
    /// What is to be there.
    State {
        Absent = "absent", Directory = "directory", File = "file", Hard = "hard", Link = "link", Touch = "touch",
    }
}

module! {
    /// Sets attributes of files, directories and links; makes and removes them.
    ///
    /// Directories on the way are made too, with the same owner and permissions.
    ///
    /// ```yaml
    /// - file: { path: /srv/app, state: directory, owner: root, mode: "0750" }
    /// - file: { path: /srv/current, src: /srv/app, state: link }
    /// - file: { path: /srv/old, state: absent }
    /// - file: { path: /srv/app, mode: "u=rwX,g=rX,o=", recurse: true, state: directory }
    /// ```
    File "file" local {
        /// What it is about.
        path ["dest", "name"]: PathText;
        /// What is to be there: what is there already, if nothing is said.
        state: Option<State>;
        /// What a link leads to.
        src: Option<String>;
        /// Sets the attributes of all that is in a directory too.
        recurse: bool = false;
        /// Makes links to what does not exist, and replaces files by links.
        force: bool = false;
        /// Follows a link at the path.
        follow: bool = true;
        /// When the content was changed: `preserve`, `now`, or a time.
        modification_time: Option<String>;
        /// How that time is written.
        modification_time_format: String = "%Y%m%d%H%M.%S";
        /// When it was read: `preserve`, `now`, or a time.
        access_time: Option<String>;
        /// How that time is written.
        access_time_format: String = "%Y%m%d%H%M.%S";
    } with { attributes: FileAttributes }
}

impl Module for File {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let path = self.place(host)?;
        let found = host.stat(&path)?;
        match self.state(found.as_ref()) {
            State::Absent => Ok(self.remove(path, found)),
            State::Directory => self.directory(host, path),
            State::File => self.existing(host, path),
            State::Touch => self.touch(host, path),
            State::Link => link::symbolic(self, host, path, found),
            State::Hard => link::hard(self, host, path, found),
        }
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        let said =
            result.get("path").or(result.get("dest")).and_then(|path| path.as_text()).map(text::to_path);
        // Of a link that leads nowhere, nothing more is told.
        let dangles = |path: &PathBuf| -> Result<bool, Failure> {
            Ok(host.stat(path)?.is_some_and(|stat| stat.is_link()) && host.follow(path)?.is_none())
        };
        if let Some(path) = said
            && !dangles(&path)?
        {
            files::describe(host, &path, &mut result)?;
        }
        Ok(result.into())
    }

    fn check(&self) -> Vec<ArgumentError> {
        let is_link = matches!(self.state, Some(State::Link | State::Hard));
        let message = match self.state {
            Some(state) if self.recurse && state != State::Directory => "`recurse` is for directories only",
            Some(State::Hard) if self.src.is_none() => "`src` is missing: what the link leads to",
            Some(State::Link) if self.src.is_none() && !self.follow => {
                "`src` is missing: what the link leads to"
            }
            Some(State::Absent) if self.src.is_some() => "`src` means nothing when the file is to be absent",
            Some(_) if self.src.is_some() && !is_link => return Vec::new(),
            _ => return Vec::new(),
        };
        vec![ArgumentError::new("", message)]
    }
}

impl File {
    /// The path; in a directory that is there, the name of what is linked.
    fn place(&self, host: &dyn Probe) -> Result<PathBuf, Failure> {
        let path = self.path.on(host)?;
        let inside = !matches!(self.state, Some(State::Link | State::Absent));
        let name = self.src.as_deref().and_then(|src| Path::new(src).file_name());
        match name {
            Some(name) if inside && host.is_directory(&path)? => Ok(path.join(name)),
            _ => Ok(path),
        }
    }

    fn state(&self, found: Option<&Stat>) -> State {
        let found_state = found.map(|stat| match files::state_word(stat) {
            "directory" => State::Directory,
            "link" => State::Link,
            "hard" => State::Hard,
            _ => State::File,
        });
        let otherwise = if self.recurse { State::Directory } else { State::File };
        // What is there already is kept: a hard link is as good as a file.
        let kept = found_state.map(|state| if state == State::Hard { State::File } else { state });
        self.state.or(kept).unwrap_or(otherwise)
    }

    fn remove(&self, path: PathBuf, found: Option<Stat>) -> Plan {
        let result = Fields::new().with("path", text::from_path(&path)).with("state", "absent");
        let changes = found.map(|stat| Change::Remove { path, kind: stat.kind });
        Plan { changes: changes.into_iter().collect(), result, again: false }
    }

    fn directory(&self, host: &dyn Probe, path: PathBuf) -> Result<Plan, Failure> {
        let path = if self.follow { host.resolve_to_write(&path)? } else { path };
        let result = Fields::new().with("path", text::from_path(&path));
        let changes = match host.stat(&path)? {
            None => files::directories(host, &path, &self.attributes)?,
            Some(stat) if stat.is_directory() => {
                let mut changes = self.attributes.changes(host, &path, &stat)?;
                changes.extend(times::changes(self, &path, &stat, "preserve")?);
                if self.recurse {
                    self.recurse(host, &path, &mut changes)?;
                }
                changes
            }
            Some(stat) => {
                let kind = files::state_word(&stat);
                let failure = Failure::new(format!("{} already exists as a {kind}", path.display()));
                return Err(described(host, &path, failure)?);
            }
        };
        Ok(Plan { changes, result, again: false })
    }

    fn recurse(&self, host: &dyn Probe, directory: &Path, changes: &mut Vec<Change>) -> Result<(), Failure> {
        for name in host.list(directory)? {
            let path = directory.join(name);
            let Some(stat) = host.stat(&path)? else { continue };
            changes.extend(self.attributes.changes(host, &path, &stat)?);
            if stat.is_directory() {
                self.recurse(host, &path, changes)?;
            } else if stat.is_link() && self.follow {
                self.recurse_through(host, &path, changes)?;
            }
        }
        Ok(())
    }

    /// What a link in the tree leads to gets the attributes too, unless somebody else made the link to what is not theirs; a
    /// directory is not entered twice.
    fn recurse_through(
        &self,
        host: &dyn Probe,
        link: &Path,
        changes: &mut Vec<Change>,
    ) -> Result<(), Failure> {
        let Ok(target) = host.resolve_to_write(link) else { return Ok(()) };
        let Some(stat) = host.stat(&target)? else { return Ok(()) };
        let inside = link.ancestors().any(|above| above == target);
        let more = self.attributes.changes(host, &target, &stat)?;
        changes.extend(more.into_iter().filter(|change| !changes.contains(change)).collect::<Vec<_>>());
        if stat.is_directory() && !inside {
            self.recurse(host, &target, changes)?;
        }
        Ok(())
    }

    fn existing(&self, host: &dyn Probe, path: PathBuf) -> Result<Plan, Failure> {
        let path = if self.follow { host.resolve_to_write(&path)? } else { path };
        let result = Fields::new().with("path", text::from_path(&path));
        match host.stat(&path)? {
            Some(stat) if !stat.is_directory() && !stat.is_link() => {
                let mut plan = self.attributes.plan(host, &path, &stat)?;
                plan.changes.extend(times::changes(self, &path, &stat, "preserve")?);
                Ok(Plan { result, ..plan })
            }
            Some(stat) => {
                let kind = files::state_word(&stat);
                let failure = Failure::new(format!("file ({}) is {kind}, cannot continue", path.display()));
                Err(described(host, &path, failure)?)
            }
            None => match host.missing(format!("file ({}) is absent, cannot continue", path.display())) {
                failure @ Failure::Failed { .. } => {
                    Err(failure.with("path", text::from_path(&path)).with("state", "absent"))
                }
                other => Err(other),
            },
        }
    }

    fn touch(&self, host: &dyn Probe, path: PathBuf) -> Result<Plan, Failure> {
        let path = if self.follow { host.resolve_to_write(&path)? } else { path };
        let result = Fields::new().with("dest", text::from_path(&path));
        if let Some(stat) = host.stat(&path)? {
            let mut plan = self.attributes.plan(host, &path, &stat)?;
            plan.changes.extend(times::changes(self, &path, &stat, "now")?);
            return Ok(Plan { result, ..plan });
        }
        let parent = path.parent().unwrap_or(Path::new("/"));
        if !host.is_directory(parent)? {
            return Err(host.missing(format!("the directory `{}` does not exist", parent.display())));
        }
        let mut plan = Plan::one(Change::Write(Write {
            mode: self.attributes.new_mode(host),
            owner: self.attributes.owner(host, files::owner_of_new(host, &path)?)?,
            content: Content::inline(Vec::new()),
            path: path.clone(),
            before: None,
            validate: None,
            in_place: false,
            modified: None,
        }));
        plan.changes.extend(times::for_new(self, &path)?);
        Ok(Plan { result, ..plan })
    }
}

/// A failure that tells what is there.
fn described(host: &dyn Probe, path: &Path, failure: Failure) -> Result<Failure, Failure> {
    let mut found = Fields::new().with("path", text::from_path(path));
    files::describe(host, path, &mut found)?;
    Ok(found.into_iter().fold(failure, |failure, (name, value)| failure.with(&name, value)))
}
