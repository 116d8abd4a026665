//! `archive`

use super::argument::PathText;
use super::place::Placement;
use super::{ArgumentError, FileAttributes, Module, files};
use crate::host::pack::{self, Packed, Packing};
use crate::host::{Carried, Change, Failure, Fields, Plan, Probe, Report, glob, text};
use std::path::{Path, PathBuf};

choices! {
    /// How an archive is packed.
    Format { Bz2 = "bz2", Gz = "gz", Tar = "tar", Xz = "xz", Zip = "zip" }
}

module! {
    /// Makes an archive of files and directories of the host, or compresses one file.
    ///
    /// The same files give the same archive: it is written only when something differs.
    ///
    /// ```yaml
    /// - archive: { path: /srv/app, dest: /var/backups/app.tgz, exclusion_patterns: ["*.log"] }
    /// - archive: { path: /var/log/app.log, format: xz, remove: true }
    /// ```
    Archive "archive" {
        /// What is packed: paths or patterns.
        path: Vec<String>;
        /// How it is packed. `bz2` and `xz` need the programs of these names on the host.
        format: Format = "gz";
        /// Where the archive is put; beside the file if it is one.
        dest: Option<PathText>;
        /// Paths or patterns that are left out of those in `path`.
        exclude_path: Vec<String>;
        /// Patterns of names in the archive that are left out.
        exclusion_patterns: Vec<String>;
        /// Makes an archive even of one file, where it would only be compressed.
        force_archive: bool = false;
        /// Removes what was packed.
        remove: bool = false;
    } with { attributes: FileAttributes }
}

impl Module for Archive {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let work = Work::new(self, host)?;
        let result = work.result();
        if work.targets.is_empty() {
            let found = host.stat(&work.dest)?;
            let state = if found.is_some() { "archive" } else { "absent" };
            let changes = match found {
                Some(stat) => self.attributes.changes(host, &work.dest, &stat)?,
                None => Vec::new(),
            };
            return Ok(Plan { changes, result: result.with("dest_state", state), again: false });
        }
        let (members, single) = work.members(host)?;
        let archived: Vec<String> = members.iter().map(|member| member.path.clone()).collect();
        let content = Packing { format: self.packing(), members, single }.content(host)?;
        let placement = Placement { follow: true, ..Placement::of(&work.dest, content, &self.attributes) };
        let mut plan = placement.plan(host)?;
        let result = result.with("archived", archived).with("dest_state", work.state(single));
        result.into_iter().for_each(|(name, value)| plan.result.set(name, value));
        if self.remove {
            plan.changes.extend(work.removals(host)?);
        }
        Ok(plan)
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        result.remove("path");
        if let Some(dest) = result.get("dest").and_then(|dest| dest.as_text()).map(text::to_path) {
            files::describe(host, &dest, &mut result)?;
        }
        Ok(result.into())
    }

    fn check(&self) -> Vec<ArgumentError> {
        match self.path.is_empty() {
            true => vec![ArgumentError::new("path", "`path` names nothing")],
            false => Vec::new(),
        }
    }
}

impl Archive {
    fn packing(&self) -> pack::Format {
        match self.format {
            Format::Bz2 => pack::Format::Bzip2,
            Format::Gz => pack::Format::Gzip,
            Format::Tar => pack::Format::Tar,
            Format::Xz => pack::Format::Xz,
            Format::Zip => pack::Format::Zip,
        }
    }
}

/// What is to be packed, and where it goes.
struct Work<'a> {
    wanted: &'a Archive,
    expanded: Vec<String>,
    excluded: Vec<String>,
    /// Those paths that are there.
    targets: Vec<PathBuf>,
    missing: Vec<String>,
    /// Names in the archive are relative to this.
    root: String,
    dest: PathBuf,
    /// Whether several names are packed, not one file compressed.
    several: bool,
}

impl<'a> Work<'a> {
    fn new(wanted: &'a Archive, host: &dyn Probe) -> Result<Work<'a>, Failure> {
        let (expanded, excluded) = (expanded(host, &wanted.path)?, expanded(host, &wanted.exclude_path)?);
        let mut paths: Vec<String> =
            expanded.iter().filter(|path| !excluded.contains(path)).cloned().collect();
        paths.sort();
        paths.dedup();
        let Some(first) = paths.first().map(|path| text::to_path(path)) else {
            return Err(host
                .missing("Error, no source paths were found".to_owned())
                .with("path", wanted.path.join(", "))
                .with("expanded_paths", expanded)
                .with("expanded_exclude_paths", excluded));
        };
        let patterns = wanted.path.iter().any(|path| glob::is_pattern(path));
        let several = wanted.force_archive || patterns || paths.len() > 1 || host.is_directory(&first)?;
        let dest = match &wanted.dest {
            Some(dest) => dest.on(host)?,
            None if several => {
                return Err("Error, must specify \"dest\" when archiving multiple files or trees".into());
            }
            None => text::to_path(&format!("{}.{}", text::from_path(&first), wanted.format.word())),
        };
        let root = common_root(&paths);
        let (mut targets, mut missing) = (Vec::new(), Vec::new());
        for path in &paths {
            match host.stat(&text::to_path(path))? {
                Some(_) => targets.push(text::to_path(path)),
                None => missing.push(path.clone()),
            }
        }
        let work = Work { wanted, expanded, excluded, targets, missing, root, dest, several };
        work.check_removal(host)?;
        Ok(work)
    }

    /// An archive inside of what is removed would go with it.
    fn check_removal(&self, host: &dyn Probe) -> Result<(), Failure> {
        for target in self.targets.iter().filter(|_| self.wanted.remove) {
            if self.dest.starts_with(target) && host.is_directory(target)? {
                return Err(
                    "Error, created archive can not be contained in source paths when remove=true".into()
                );
            }
        }
        Ok(())
    }

    /// All names, and whether it is one file that is only compressed.
    fn members(&self, host: &dyn Probe) -> Result<(Vec<Packed>, bool), Failure> {
        let mut members = Vec::new();
        for target in &self.targets {
            if host.is_directory(target)? {
                self.walk(host, target, &mut members)?;
            } else {
                self.add(target, &mut members);
            }
        }
        let compressed = !self.several && !matches!(self.wanted.format, Format::Zip | Format::Tar);
        Ok((members, compressed))
    }

    /// What is in a directory: its directories first, then its files, then what is deeper.
    fn walk(&self, host: &dyn Probe, directory: &Path, members: &mut Vec<Packed>) -> Result<(), Failure> {
        let (mut directories, mut others) = (Vec::new(), Vec::new());
        for name in host.list(directory)? {
            let path = directory.join(name);
            let Some(stat) = host.stat(&path)? else { continue };
            if stat.is_directory() { directories.push(path) } else { others.push(path) }
        }
        directories.iter().chain(&others).for_each(|path| self.add(path, members));
        directories.iter().try_for_each(|directory| self.walk(host, directory, members))
    }

    fn add(&self, path: &Path, members: &mut Vec<Packed>) {
        let path_text = text::from_path(path);
        let name =
            path_text.strip_prefix(&self.root).unwrap_or(&path_text).trim_start_matches('/').to_owned();
        let excluded = self.wanted.exclusion_patterns.iter().any(|pattern| glob::matches(pattern, &name));
        if !excluded && !name.is_empty() && *path != self.dest {
            members.push(Packed { path: path_text, name });
        }
    }

    fn removals(&self, host: &dyn Probe) -> Result<Vec<Change>, Failure> {
        let mut changes = Vec::new();
        for path in &self.targets {
            if let Some(stat) = host.stat(path)? {
                changes.push(Change::Remove { path: path.clone(), kind: stat.kind });
            }
        }
        Ok(changes)
    }

    fn state(&self, single: bool) -> &'static str {
        match (single, self.missing.is_empty()) {
            (true, _) => "compress",
            (false, true) => "archive",
            (false, false) => "incomplete",
        }
    }

    fn result(&self) -> Fields {
        Fields::new()
            .with("archived", Vec::<String>::new())
            .with("dest", text::from_path(&self.dest))
            .with("arcroot", self.root.as_str())
            .with("missing", self.missing.clone())
            .with("expanded_paths", self.expanded.clone())
            .with("expanded_exclude_paths", self.excluded.clone())
    }
}

/// Paths as they are, patterns as what they stand for.
fn expanded(host: &dyn Probe, paths: &[String]) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        let on_host = PathText(path.clone()).on(host)?;
        match glob::is_pattern(path) {
            true => found.extend(glob::expand(host, &on_host)?.iter().map(|path| text::from_path(path))),
            false => found.push(text::from_path(&on_host)),
        }
    }
    Ok(found)
}

/// The directory that all paths are in, with a slash at its end.
fn common_root(paths: &[String]) -> String {
    let parent = |path: &String| match path.rsplit_once('/') {
        Some((parent, _)) => format!("{parent}/"),
        None => String::new(),
    };
    let mut parents = paths.iter().map(parent);
    let mut common = parents.next().unwrap_or_default();
    for parent in parents {
        while !parent.starts_with(&common) {
            let shorter = common.trim_end_matches('/').rsplit_once('/').map_or("", |(shorter, _)| shorter);
            common = if shorter.is_empty() && !common.starts_with('/') {
                String::new()
            } else {
                format!("{shorter}/")
            };
            if common == "/" {
                break;
            }
        }
    }
    common
}
