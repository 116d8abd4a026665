//! `find`

mod content;
mod filter;

use super::argument::{Needed, PathText, Size};
use super::stat::{Algorithm, checksum};
use super::{ArgumentError, Module};
use crate::host::{Data, Failure, Fields, Plan, Probe, Stat, Time, text, users};
use filter::Filter;
use std::path::{Path, PathBuf};

choices! {
    /// What is looked for.
    FileType { Any = "any", Directory = "directory", File = "file", Link = "link" }
}

choices! {
    /// Which time counts.
    AgeStamp { Accessed = "atime", Changed = "ctime", Modified = "mtime" }
}

module! {
    /// Finds files by name, age, size, content.
    ///
    /// ```yaml
    /// - find: { paths: /var/log, patterns: "*.gz,*.old", age: 1w, recurse: true }
    /// - find: { paths: [/srv], file_type: directory, use_regex: true, patterns: ['^app-\d+$'] }
    /// ```
    Find "find" local {
        /// Where to look.
        paths ["name", "path"]: Needed<Vec<PathText>>;
        /// What names are like; all if nothing is said.
        patterns ["pattern"]: Option<Vec<String>>;
        /// What names are not like.
        excludes ["exclude"]: Option<Vec<String>>;
        /// Patterns are regular expressions.
        use_regex: bool = false;
        /// What a line of the content is like.
        contains: Option<String>;
        /// The whole content counts, not each line.
        read_whole_file: bool = false;
        /// What is looked for.
        file_type: FileType = "file";
        /// How old it is, at least; with a minus, at most: `2d`, `-1w`.
        age: Option<String>;
        /// Which time counts.
        age_stamp: AgeStamp = "mtime";
        /// How large it is, at least; with a minus, at most.
        size: Option<String>;
        /// Looks into directories.
        recurse: bool = false;
        /// How deep.
        depth: Option<i64>;
        /// Finds names that begin with a dot.
        hidden: bool = false;
        /// Follows links.
        follow: bool = false;
        /// Hashes what is found.
        get_checksum: bool = false;
        /// How.
        checksum_algorithm ["checksum", "checksum_algo"]: Algorithm = "sha1";
        /// Permissions that it has.
        mode: Option<super::argument::Mode>;
        /// Has exactly these.
        exact_mode: bool = true;
        /// Stops when so many are found.
        limit: Option<i64>;
        /// How content is encoded: UTF-8 if nothing is said, `ascii` or `latin-1`. What is not encoded so ends the search in its place.
        encoding: Option<String>;
    }
}

impl Module for Find {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let filter = Filter::of(self)?;
        let mut search = Search {
            find: self,
            filter,
            host,
            files: Vec::new(),
            examined: 0,
            skipped: Fields::new(),
            gave_up: false,
        };
        for path in &self.paths.0 {
            search.path(&path.on(host)?)?;
        }
        let message = search.message();
        let matched = search.files.len();
        let result = Fields::new()
            .with("files", Data::List(search.files))
            .with("matched", matched)
            .with("examined", search.examined)
            .with("skipped_paths", search.skipped)
            .with("msg", message);
        Ok(Plan::say(result))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let limit = self.limit.filter(|limit| *limit <= 0);
        let limit = limit.map(|limit| format!("limit cannot be {limit} (use None for unlimited)"));
        let wrong = limit.or_else(|| Filter::of(self).err().map(|failure| failure.to_string()));
        wrong.map(|wrong| ArgumentError::new("", wrong)).into_iter().collect()
    }
}

struct Search<'a> {
    find: &'a Find,
    filter: Filter,
    host: &'a dyn Probe,
    files: Vec<Data>,
    examined: usize,
    skipped: Fields,
    /// Whether the search ended early in some place.
    gave_up: bool,
}

impl Search<'_> {
    fn is_full(&self) -> bool {
        self.find.limit.is_some_and(|limit| self.files.len() as i64 >= limit)
    }

    fn message(&self) -> &'static str {
        match (self.gave_up, self.is_full()) {
            (true, _) => "Not all paths examined, check warnings for details",
            (_, true) => "Limit of matches reached",
            _ => "All paths examined",
        }
    }

    /// Searches in one place; what goes wrong there ends the search in it.
    fn path(&mut self, path: &Path) -> Result<(), Failure> {
        let searched = match self.host.is_directory(path)? {
            true => self.directory(path, 1),
            false => Err(Failure::new(format!("'{}' is not a directory", path.display()))),
        };
        if let Err(failure) = searched {
            self.skipped.set(text::from_path(path), failure.to_string());
            self.gave_up = true;
        }
        Ok(())
    }

    /// What is in a directory; what lies deeper than asked for is counted, and not looked at.
    fn directory(&mut self, directory: &Path, depth: i64) -> Result<(), Failure> {
        let names = match self.host.list(directory) {
            Ok(names) => names,
            Err(failure) => {
                self.skipped.set(text::from_path(directory), failure.to_string());
                return Ok(());
            }
        };
        self.examined += names.len();
        if self.find.depth.is_some_and(|most| most != 0 && depth > most) {
            return Ok(());
        }
        let mut deeper: Vec<PathBuf> = Vec::new();
        for name in names {
            let path = directory.join(&name);
            let hidden = name.as_encoded_bytes().starts_with(b".") && !self.find.hidden;
            let Some(stat) = self.host.stat(&path)? else { continue };
            if !hidden && !self.is_full() {
                self.consider(&path, &text::from_os(&name), &stat)?;
            }
            // Also into those that are hidden themselves.
            if self.find.recurse && self.leads_on(&path, &stat)? {
                deeper.push(path);
            }
        }
        for path in deeper {
            if !self.is_full() {
                self.directory(&path, depth + 1)?;
            }
        }
        Ok(())
    }

    /// Whether there is something below: in a directory, and in a link to one where links are followed.
    fn leads_on(&self, path: &Path, stat: &Stat) -> Result<bool, Failure> {
        let follows = self.find.follow && stat.is_link();
        Ok(stat.is_directory() || follows && self.host.follow(path)?.is_some_and(|stat| stat.is_directory()))
    }

    fn consider(&mut self, path: &Path, name: &str, stat: &Stat) -> Result<(), Failure> {
        let kind = match self.find.file_type {
            FileType::Any => true,
            FileType::Directory => stat.is_directory(),
            FileType::File => stat.is_file(),
            FileType::Link => stat.is_link(),
        };
        if !kind || !self.filter.fits(name, stat) || !self.content_fits(path)? {
            return Ok(());
        }
        let mut said = self.describe(path, stat)?;
        if self.find.get_checksum && stat.is_file() {
            said.set("checksum", checksum(self.find.checksum_algorithm, &self.host.open(path)?)?);
        }
        self.files.push(Data::Map(said));
        Ok(())
    }

    /// Whether a file holds what is asked for; of other things nothing is asked.
    fn content_fits(&self, path: &Path) -> Result<bool, Failure> {
        match &self.filter.contains {
            Some(contains) if self.find.file_type == FileType::File => {
                content::fits(self.find, contains, path, &self.host.open(path)?)
            }
            _ => Ok(true),
        }
    }

    fn describe(&self, path: &Path, stat: &Stat) -> Result<Fields, Failure> {
        let is = |kind: &str| stat.kind.name() == kind;
        let bit = |bit: u32| stat.mode & bit != 0;
        let mut said = Fields::new()
            .with("path", text::from_path(path))
            .with("mode", stat.octal())
            .with("isdir", is("directory"))
            .with("ischr", is("char"))
            .with("isblk", is("block"))
            .with("isreg", is("file"))
            .with("isfifo", is("fifo"))
            .with("islnk", is("link"))
            .with("issock", is("socket"))
            .with("uid", stat.owner.uid)
            .with("gid", stat.owner.gid)
            .with("size", stat.size)
            .with("inode", stat.inode)
            .with("dev", stat.device)
            .with("nlink", stat.links)
            .with("atime", stat.accessed.as_seconds())
            .with("mtime", stat.modified.as_seconds())
            .with("ctime", stat.changed.as_seconds());
        let user = users::user_with(self.host, stat.owner.uid)?.map(|user| user.name);
        let group = users::group_with(self.host, stat.owner.gid)?.map(|group| group.name);
        said.set("pw_name", user.unwrap_or_default());
        said.set("gr_name", group.unwrap_or_default());
        let bits = [
            ("rusr", 0o400),
            ("wusr", 0o200),
            ("xusr", 0o100),
            ("rgrp", 0o40),
            ("wgrp", 0o20),
            ("xgrp", 0o10),
            ("roth", 0o4),
            ("woth", 0o2),
            ("xoth", 0o1),
            ("isuid", 0o4000),
            ("isgid", 0o2000),
        ];
        bits.iter().for_each(|(name, mask)| said.set(*name, bit(*mask)));
        Ok(said)
    }
}

/// Seconds of an age such as `2d`; negative for at most.
fn age(text: &str) -> Option<i64> {
    let lower = text.trim().to_ascii_lowercase();
    let end = lower.find(|scalar: char| scalar.is_ascii_alphabetic()).unwrap_or(lower.len());
    let (number, unit) = lower.split_at(end);
    let factor = match unit.chars().next() {
        None | Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3600,
        Some('d') => 86_400,
        Some('w') => 604_800,
        _ => return None,
    };
    number.parse::<i64>().ok().map(|number| number * factor)
}

/// Bytes of a size such as `10m`; negative for at most.
fn size(text: &str) -> Option<i64> {
    let (sign, rest) = text.trim().strip_prefix('-').map_or((1, text.trim()), |rest| (-1, rest));
    <Size as super::Argument>::parse(&rest.into()).ok().map(|size| sign * size.0)
}

/// The time of a file that counts.
fn stamp(kind: AgeStamp, stat: &Stat) -> Time {
    match kind {
        AgeStamp::Accessed => stat.accessed,
        AgeStamp::Changed => stat.changed,
        AgeStamp::Modified => stat.modified,
    }
}
