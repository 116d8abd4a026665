//! Putting a directory with all that is in it in place.

use super::argument::Mode;
use super::place::Placement;
use super::synchronize::Filter;
use super::{Entry, EntryKind, FileAttributes, Origin, Source, files};
use crate::host::{Change, Content, Failure, Plan, Probe, Stat, text, users};
use std::path::{Path, PathBuf};

/// A directory tree and where and how it is to be put.
pub struct Tree<'a> {
    pub top: &'a Path,
    pub entries: &'a [Entry],
    pub files: &'a FileAttributes,
    pub directories: &'a FileAttributes,
    /// The mode of the source's own directory, where what has no wished mode gets that of its source.
    pub source_mode: Option<u32>,
    pub backup: bool,
    pub force: bool,
    pub follow: bool,
}

impl Tree<'_> {
    /// What must be done. Directories come first; what is in new ones is planned when they are there.
    pub fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let missing = self.missing_directories(host)?;
        if !missing.is_empty() {
            return Ok(Plan::from(missing).and_again());
        }
        let mut plan = Plan::nothing();
        for entry in self.entries {
            let path = self.top.join(text::to_path(&entry.path));
            match &entry.kind {
                EntryKind::Directory => {}
                EntryKind::File(content) => {
                    let attributes = self.attributes_for(entry);
                    let placement = Placement {
                        dest: path,
                        content: content.clone(),
                        attributes: &attributes,
                        preserved: Some(entry.mode),
                        backup: self.backup,
                        force: self.force,
                        follow: self.follow,
                        validate: None,
                    };
                    plan.changes.append(&mut placement.plan(host)?.changes);
                }
                EntryKind::Link(target) => {
                    plan.changes.extend(self.link(host, path, text::to_path(target))?)
                }
            }
        }
        Ok(plan)
    }

    fn missing_directories(&self, host: &dyn Probe) -> Result<Vec<Change>, Failure> {
        let is_directory = |entry: &&Entry| entry.kind == EntryKind::Directory;
        let inner = self.entries.iter().filter(is_directory);
        let inner = inner.map(|entry| (self.top.join(text::to_path(&entry.path)), entry.mode));
        let mut made: Vec<Change> = Vec::new();
        let top = (self.top.to_owned(), self.source_mode.unwrap_or_default());
        for (path, source_mode) in std::iter::once(top).chain(inner) {
            for mut change in files::directories(host, &path, self.directories)? {
                let Change::Directory { path: missing, mode, .. } = &mut change else { continue };
                if *missing == path && self.keeps_modes_of_directories() {
                    *mode = source_mode;
                }
                let is_same =
                    |known: &Change| matches!(known, Change::Directory { path, .. } if path == missing);
                if !made.iter().any(is_same) {
                    made.push(change);
                }
            }
        }
        Ok(made)
    }

    fn keeps_modes_of_directories(&self) -> bool {
        self.source_mode.is_some() && self.directories.mode.is_none()
    }

    fn attributes_for(&self, entry: &Entry) -> FileAttributes {
        let mode = match &self.files.mode {
            None if self.source_mode.is_some() => Some(Mode::Octal(entry.mode)),
            mode => mode.clone(),
        };
        FileAttributes { mode, ..self.files.clone() }
    }

    fn link(&self, host: &dyn Probe, path: PathBuf, target: PathBuf) -> Result<Option<Change>, Failure> {
        let before = host.link_at(&path)?;
        Ok((before.as_ref() != Some(&target)).then_some(Change::Link { path, target, before }))
    }
}

/// A directory of the host with all that is in it. `follow`: what links lead to, unless that is nothing or on the way to
/// them.
pub fn read(host: &dyn Probe, top: &Path, follow: bool) -> Result<Vec<Entry>, Failure> {
    let mut walk = Walk { host, top, follow, way: Vec::new(), entries: Vec::new() };
    walk.read(Path::new(""))?;
    Ok(walk.entries)
}

/// Reads a tree as it is.
struct Walk<'a> {
    host: &'a dyn Probe,
    top: &'a Path,
    follow: bool,
    /// The directories that it is in, from the top, as they are without links.
    way: Vec<PathBuf>,
    entries: Vec<Entry>,
}

impl Walk<'_> {
    fn read(&mut self, inside: &Path) -> Result<(), Failure> {
        let directory = self.top.join(inside);
        self.way.push(self.host.resolve(&directory)?);
        for name in self.host.list(&directory)? {
            self.add(&inside.join(&name))?;
        }
        self.way.pop();
        Ok(())
    }

    fn add(&mut self, relative: &Path) -> Result<(), Failure> {
        let path = self.top.join(relative);
        let Some(stat) = self.host.stat(&path)? else { return Ok(()) };
        let stat = if self.follow && stat.is_link() { self.behind(&path)?.unwrap_or(stat) } else { stat };
        let kind = match stat.kind.name() {
            "directory" => EntryKind::Directory,
            "link" => EntryKind::Link(text::from_path(&self.host.read_link(&path)?)),
            "file" => EntryKind::File(self.host.file_content(&path)?),
            _ => return Ok(()),
        };
        let is_directory = kind == EntryKind::Directory;
        self.entries.push(Entry { path: text::from_path(relative), mode: stat.mode, kind, origin: None });
        if is_directory { self.read(relative) } else { Ok(()) }
    }

    /// What a link leads to, where following it comes to an end.
    fn behind(&self, link: &Path) -> Result<Option<Stat>, Failure> {
        let Ok(target) = self.host.resolve(link) else { return Ok(None) };
        let leads_back = self.way.iter().any(|directory| directory.starts_with(&target));
        if leads_back { Ok(None) } else { self.host.stat(&target) }
    }
}

/// Gives the content of a file.
pub type ContentOf<'a> = dyn FnMut(&Path) -> Result<Content, Failure> + 'a;

/// A tree with times and owners, as far as the filter takes it. The top itself has no name; it may be a file.
pub fn read_filtered(
    host: &dyn Probe,
    top: &Path,
    filter: &Filter,
    content: &mut ContentOf,
) -> Result<Source, Failure> {
    let name = top.file_name().map(text::from_os).unwrap_or_default();
    let mut reader = Reader { host, top, name: &name, filter, content, entries: Vec::new() };
    let Some(stat) = host.follow(top)? else {
        return Err(host.missing(format!("`{}` does not exist", top.display())));
    };
    match (stat.is_directory(), filter.directories) {
        (true, true) => reader.read(Path::new(""))?,
        (true, false) => {}
        (false, _) => reader.add(Path::new(""), &stat)?,
    }
    Ok(Source::Tree { entries: reader.entries, name })
}

/// Reads a tree.
struct Reader<'a, 'c> {
    host: &'a dyn Probe,
    top: &'a Path,
    name: &'a str,
    filter: &'a Filter,
    content: &'a mut ContentOf<'c>,
    entries: Vec<Entry>,
}

impl Reader<'_, '_> {
    fn read(&mut self, inside: &Path) -> Result<(), Failure> {
        let path = self.top.join(inside);
        let Some(stat) = self.host.follow(&path)? else { return Ok(()) };
        self.add(inside, &stat)?;
        if !self.filter.recursive {
            return Ok(());
        }
        for name in self.host.list(&path)? {
            let inner = inside.join(name);
            let place = self.top.join(&inner);
            let stat = match self.filter.copy_links {
                true => self.host.follow(&place)?,
                false => self.host.stat(&place)?,
            };
            let Some(stat) = stat else { continue };
            if self.filter.excludes(self.name, &text::from_path(&inner), stat.is_directory()) {
                continue;
            }
            match stat.is_directory() {
                true => self.read(&inner)?,
                false => self.add(&inner, &stat)?,
            }
        }
        Ok(())
    }

    fn add(&mut self, inside: &Path, stat: &Stat) -> Result<(), Failure> {
        let unnamed = inside.as_os_str().is_empty();
        let path = if unnamed { self.top.to_owned() } else { self.top.join(inside) };
        let kind = match stat.kind.name() {
            "directory" => EntryKind::Directory,
            "file" => EntryKind::File((self.content)(&path)?),
            "link" => EntryKind::Link(text::from_path(&self.host.read_link(&path)?)),
            _ => return Ok(()),
        };
        let origin = Some(self.origin(stat)?);
        self.entries.push(Entry { path: text::from_path(inside), mode: stat.mode, kind, origin });
        Ok(())
    }

    fn origin(&self, stat: &Stat) -> Result<Origin, Failure> {
        let user = users::user_with(self.host, stat.owner.uid)?;
        let group = users::group_with(self.host, stat.owner.gid)?;
        Ok(Origin {
            modified: stat.modified,
            user: user.map_or_else(|| stat.owner.uid.to_string(), |user| user.name),
            group: group.map_or_else(|| stat.owner.gid.to_string(), |group| group.name),
        })
    }
}
