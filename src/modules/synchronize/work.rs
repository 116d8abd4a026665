//! Making one tree the same as another.

use super::Wishes;
use crate::host::{Change, Content, Failure, Kind, Owner, Plan, Probe, Stat, Time, Write, text, users};
use crate::modules::{Entry, EntryKind};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Making a tree the same, as far as it is planned.
pub(super) struct Work<'a> {
    host: &'a dyn Probe,
    wishes: &'a Wishes,
    top: PathBuf,
    changes: Vec<Change>,
    /// What rsync would print.
    lines: Vec<String>,
}

impl<'a> Work<'a> {
    pub fn new(host: &'a dyn Probe, wishes: &'a Wishes, top: PathBuf) -> Work<'a> {
        Work { host, wishes, top, changes: Vec::new(), lines: Vec::new() }
    }

    /// The changes that are needed, and the lines that rsync would print.
    pub fn plan(mut self, entries: &[Entry]) -> Result<(Plan, Vec<String>), Failure> {
        self.parents()?;
        if self.wishes.delete && self.wishes.recursive {
            self.delete_strangers(entries)?;
        }
        for entry in entries {
            self.put(&self.place(&entry.path), entry)?;
        }
        self.directory_times(entries)?;
        Ok((Plan::from(self.changes), self.lines))
    }

    /// Where a name of the tree is; the top itself has none.
    fn place(&self, inside: &str) -> PathBuf {
        if inside.is_empty() { self.top.clone() } else { self.top.join(text::to_path(inside)) }
    }

    /// The directories above, as far as they are missing.
    fn parents(&mut self) -> Result<(), Failure> {
        let mut missing = Vec::new();
        for above in self.top.ancestors().skip(1) {
            match self.host.follow(above)? {
                None => missing.push(above.to_owned()),
                Some(stat) if stat.is_directory() => break,
                Some(_) => return Err(Failure::new(format!("`{}` is no directory", above.display()))),
            }
        }
        for path in missing.into_iter().rev() {
            let (mode, owner) = (0o777 & !self.host.umask(), self.host.me());
            self.changes.push(Change::Directory { path, mode, owner });
        }
        Ok(())
    }

    fn put(&mut self, path: &Path, entry: &Entry) -> Result<(), Failure> {
        let found = self.host.stat(path)?;
        if found.is_none() && self.wishes.existing_only {
            return Ok(());
        }
        match &entry.kind {
            EntryKind::Directory => self.put_directory(path, entry, found),
            EntryKind::File(content) => self.put_file(path, entry, content, found),
            EntryKind::Link(target) if self.wishes.links => self.put_link(path, entry, target, found),
            EntryKind::Link(_) => Ok(()),
        }
    }

    fn put_directory(&mut self, path: &Path, entry: &Entry, found: Option<Stat>) -> Result<(), Failure> {
        let found = self.make_way(path, found, Stat::is_directory)?;
        match found {
            Some(stat) => self.attributes(path, entry, &stat, false),
            None => {
                let (mode, owner) = (self.mode(entry, None), self.owner(entry, self.host.me())?);
                self.changes.push(Change::Directory { path: path.to_owned(), mode, owner });
                self.lines.push(format!("cd+++++++++ {}/", shown(entry)));
                Ok(())
            }
        }
    }

    fn put_file(
        &mut self,
        path: &Path,
        entry: &Entry,
        content: &Content,
        found: Option<Stat>,
    ) -> Result<(), Failure> {
        let flag = |name: &str| self.wishes.options.flag(name).unwrap_or(false);
        let newer = |stat: &Stat| entry.origin.as_ref().is_some_and(|origin| stat.modified > origin.modified);
        if found.as_ref().is_some_and(|stat| flag("ignore_existing") || flag("update") && newer(stat)) {
            return Ok(());
        }
        let found = self.make_way(path, found, Stat::is_file)?;
        let before = match &found {
            Some(_) => Write::before(self.host, path, content)?,
            None => None,
        };
        if let (Some(stat), Some(true)) = (&found, before.as_ref().map(|before| before.same_content)) {
            return self.attributes(path, entry, stat, true);
        }
        let start = found.as_ref().map_or(self.host.me(), |stat| stat.owner);
        self.lines.push(match &found {
            Some(_) => format!(">fcst...... {}", entry.path),
            None => format!(">f+++++++++ {}", entry.path),
        });
        self.changes.push(Change::Write(Write {
            path: path.to_owned(),
            content: content.clone(),
            mode: self.mode(entry, found.as_ref()),
            owner: self.owner(entry, start)?,
            before,
            validate: None,
            in_place: false,
            modified: self.modified(entry),
        }));
        Ok(())
    }

    fn put_link(
        &mut self,
        path: &Path,
        entry: &Entry,
        target: &str,
        found: Option<Stat>,
    ) -> Result<(), Failure> {
        let found = self.make_way(path, found, |stat| !stat.is_directory())?;
        let target = text::to_path(target);
        let before = match found.filter(Stat::is_link) {
            Some(_) => Some(self.host.read_link(path)?),
            None => None,
        };
        if before.as_ref() != Some(&target) {
            self.lines.push(format!("cL+++++++++ {} -> {}", entry.path, target.display()));
            self.changes.push(Change::Link { path: path.to_owned(), target, before });
        }
        Ok(())
    }

    /// Removes what is of another kind; a directory only where things may be removed.
    fn make_way(
        &mut self,
        path: &Path,
        found: Option<Stat>,
        fits: impl Fn(&Stat) -> bool,
    ) -> Result<Option<Stat>, Failure> {
        let Some(stat) = found.filter(|stat| !fits(stat)) else { return self.host.stat(path) };
        if stat.is_directory() && !self.wishes.delete && !self.host.list(path)?.is_empty() {
            let message =
                format!("`{}` is a directory that is not empty, and `delete` is off", path.display());
            return Err(Failure::new(message));
        }
        self.changes.push(Change::Remove { path: path.to_owned(), kind: stat.kind });
        Ok(None)
    }

    /// Owner, permissions and, of files, times of what is there already.
    fn attributes(
        &mut self,
        path: &Path,
        entry: &Entry,
        stat: &Stat,
        with_times: bool,
    ) -> Result<(), Failure> {
        let before = self.changes.len();
        let owner = self.owner(entry, stat.owner)?;
        if owner != stat.owner {
            self.changes.push(Change::Owner { path: path.to_owned(), before: stat.owner, after: owner });
        }
        let mode = self.mode(entry, Some(stat));
        if mode != stat.mode {
            self.changes.push(Change::Mode { path: path.to_owned(), before: stat.mode, after: mode });
        }
        let modified =
            self.modified(entry).filter(|time| with_times && time.seconds != stat.modified.seconds);
        if modified.is_some() {
            self.changes.push(Change::Times { path: path.to_owned(), accessed: None, modified });
        }
        if self.changes.len() > before {
            let kind = if stat.is_directory() { 'd' } else { 'f' };
            self.lines.push(format!(".{kind}..tpog... {}", entry.path));
        }
        Ok(())
    }

    fn mode(&self, entry: &Entry, found: Option<&Stat>) -> u32 {
        let is_directory = entry.kind == EntryKind::Directory;
        let start = match found {
            _ if self.wishes.perms => entry.mode,
            Some(stat) => stat.mode,
            None => entry.mode & !self.host.umask(),
        };
        self.wishes.options.mode(start, is_directory)
    }

    /// The owner that is wished; only root can give files away.
    fn owner(&self, entry: &Entry, start: Owner) -> Result<Owner, Failure> {
        let mut owner = start;
        if self.host.me().uid != 0 {
            return Ok(owner);
        }
        let (options, origin) = (&self.wishes.options, entry.origin.as_ref());
        let user = options.user.as_ref().or(origin.map(|origin| &origin.user)).filter(|_| self.wishes.owner);
        if let Some(user) = user {
            let known = users::user(self.host, user)?.map(|user| user.uid);
            owner.uid = known.or_else(|| user.parse().ok()).unwrap_or(owner.uid);
        }
        let group =
            options.group.as_ref().or(origin.map(|origin| &origin.group)).filter(|_| self.wishes.group);
        if let Some(group) = group {
            let known = users::group(self.host, group)?.map(|group| group.gid);
            owner.gid = known.or_else(|| group.parse().ok()).unwrap_or(owner.gid);
        }
        Ok(owner)
    }

    fn modified(&self, entry: &Entry) -> Option<Time> {
        entry.origin.as_ref().filter(|_| self.wishes.times).map(|origin| origin.modified)
    }

    /// Times of directories come last: whatever is changed in a directory changes them.
    fn directory_times(&mut self, entries: &[Entry]) -> Result<(), Failure> {
        if self.wishes.options.flag("omit_directory_times").unwrap_or(false) {
            return Ok(());
        }
        let touched: BTreeSet<PathBuf> = self.changes.iter().flat_map(touched).collect();
        for entry in entries.iter().filter(|entry| entry.kind == EntryKind::Directory).rev() {
            let path = self.place(&entry.path);
            let Some(wanted) = self.modified(entry) else { continue };
            let found = self.host.stat(&path)?;
            if found.is_none() && self.wishes.existing_only {
                continue;
            }
            let differs = found.is_none_or(|stat| stat.modified.seconds != wanted.seconds);
            if differs || touched.contains(&path) {
                self.changes.push(Change::Times { path, accessed: None, modified: Some(wanted) });
                self.lines.push(format!(".d..t...... {}/", shown(entry)));
            }
        }
        Ok(())
    }

    /// Removes what the source does not have, in the directories that it has.
    fn delete_strangers(&mut self, entries: &[Entry]) -> Result<(), Failure> {
        let known: BTreeSet<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
        let inner = entries.iter().filter(|entry| entry.kind == EntryKind::Directory);
        let directories: BTreeSet<&str> = inner.map(|entry| entry.path.as_str()).collect();
        for directory in directories {
            let place = self.place(directory);
            if !self.host.stat(&place)?.is_some_and(|stat| stat.is_directory()) {
                continue;
            }
            for name in self.host.list(&place)? {
                let inside = text::from_path(&text::to_path(directory).join(&name));
                if !known.contains(inside.as_str()) {
                    self.remove(&inside)?;
                }
            }
        }
        Ok(())
    }

    /// Removes a name, but not what the rules protect; whether all of it goes.
    fn remove(&mut self, inside: &str) -> Result<bool, Failure> {
        let path = self.place(inside);
        let Some(stat) = self.host.stat(&path)? else { return Ok(true) };
        if self.is_protected(inside, stat.is_directory()) {
            return Ok(false);
        }
        if stat.is_directory() && !self.wishes.options.rules.is_empty() {
            let before = (self.changes.len(), self.lines.len());
            let mut all = true;
            for name in self.host.list(&path)? {
                all &= self.remove(&format!("{inside}/{}", text::from_os(&name)))?;
            }
            if !all {
                return Ok(false);
            }
            self.changes.truncate(before.0);
            self.lines.truncate(before.1);
        }
        let slash = if stat.kind == Kind::Directory { "/" } else { "" };
        self.lines.push(format!("*deleting   {inside}{slash}"));
        self.changes.push(Change::Remove { path, kind: stat.kind });
        Ok(true)
    }

    fn is_protected(&self, inside: &str, is_directory: bool) -> bool {
        if self.wishes.options.flag("delete_excluded").unwrap_or(false) {
            return false;
        }
        let name = self.top.file_name().map(text::from_os).unwrap_or_default();
        self.wishes.filter().excludes(&name, inside, is_directory)
    }
}

/// How rsync prints the name of a directory.
fn shown(entry: &Entry) -> &str {
    if entry.path.is_empty() { "." } else { &entry.path }
}

/// The directories whose times a change changes: the one around, and a new one itself.
fn touched(change: &Change) -> Vec<PathBuf> {
    let path = match change {
        Change::Directory { path, .. } => {
            return path.parent().into_iter().chain([path.as_path()]).map(Path::to_owned).collect();
        }
        Change::Write(Write { path, .. }) | Change::Remove { path, .. } | Change::Link { path, .. } => path,
        _ => return Vec::new(),
    };
    path.parent().map(Path::to_owned).into_iter().collect()
}
