//! `find`

mod filter;

use super::argument::{Needed, PathText, Size};
use super::stat::{Algorithm, checksum};
use super::{ArgumentError, Module};
use crate::host::regex::{Regex, Text};
use crate::host::{Data, Failure, Fields, Plan, Probe, Stat, Stored, Time, text, users};
use filter::Filter;
use std::io::{BufRead, Read};
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
        /// How content is encoded.
        encoding: Option<String>;
    }
}

impl Module for Find {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let filter = Filter::of(self)?;
        let mut search =
            Search { find: self, filter, host, files: Vec::new(), examined: 0, skipped: Fields::new() };
        for path in &self.paths.0 {
            let path = path.on(host)?;
            match host.is_directory(&path)? {
                true => search.directory(&path, 1)?,
                false => search
                    .skipped
                    .set(text::from_path(&path), format!("'{}' is not a directory", path.display())),
            }
        }
        let matched = search.files.len();
        let message = if search.skipped.is_empty() {
            "All paths examined"
        } else {
            "Not all paths examined, check warnings for details"
        };
        let result = Fields::new()
            .with("files", Data::List(search.files))
            .with("matched", matched)
            .with("examined", search.examined)
            .with("skipped_paths", search.skipped)
            .with("msg", message);
        Ok(Plan::say(result))
    }

    fn check(&self) -> Vec<ArgumentError> {
        Filter::of(self)
            .err()
            .map(|failure| ArgumentError::new("", failure.to_string()))
            .into_iter()
            .collect()
    }
}

struct Search<'a> {
    find: &'a Find,
    filter: Filter,
    host: &'a dyn Probe,
    files: Vec<Data>,
    examined: i64,
    skipped: Fields,
}

impl Search<'_> {
    fn is_full(&self) -> bool {
        self.find.limit.is_some_and(|limit| self.files.len() as i64 >= limit)
    }

    fn directory(&mut self, directory: &Path, depth: i64) -> Result<(), Failure> {
        if self.find.depth.is_some_and(|most| depth > most) {
            return Ok(());
        }
        let names = match self.host.list(directory) {
            Ok(names) => names,
            Err(failure) => {
                self.skipped.set(text::from_path(directory), failure.to_string());
                return Ok(());
            }
        };
        let mut deeper: Vec<PathBuf> = Vec::new();
        for name in names {
            let path = directory.join(&name);
            self.examined += 1;
            let hidden = name.as_encoded_bytes().starts_with(b".") && !self.find.hidden;
            let found = if self.find.follow { self.host.follow(&path)? } else { self.host.stat(&path)? };
            let Some(stat) = found else { continue };
            if !hidden && !self.is_full() {
                self.consider(&path, &text::from_os(&name), &stat)?;
            }
            if stat.is_directory() && self.find.recurse && !(hidden) {
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

    fn consider(&mut self, path: &Path, name: &str, stat: &Stat) -> Result<(), Failure> {
        let kind = match self.find.file_type {
            FileType::Any => true,
            FileType::Directory => stat.is_directory(),
            FileType::File => stat.is_file(),
            FileType::Link => stat.is_link(),
        };
        if !kind || !self.filter.fits(name, stat) || !self.content_fits(path, stat)? {
            return Ok(());
        }
        let mut said = self.describe(path, stat)?;
        if self.find.get_checksum && stat.is_file() {
            said.set("checksum", checksum(self.find.checksum_algorithm, &self.host.open(path)?)?);
        }
        self.files.push(Data::Map(said));
        Ok(())
    }

    fn content_fits(&self, path: &Path, stat: &Stat) -> Result<bool, Failure> {
        let Some(contains) = &self.filter.contains else { return Ok(true) };
        if !stat.is_file() {
            return Ok(self.find.file_type != FileType::File && self.find.file_type != FileType::Any);
        }
        let Ok(stored) = self.host.open(path) else { return Ok(false) };
        if !self.find.read_whole_file {
            return Ok(a_line_fits(contains, &stored).unwrap_or(false));
        }
        let bytes = stored.bytes(0, MOST_WHOLE + 1).unwrap_or_default();
        if bytes.len() > MOST_WHOLE {
            return Err(Failure::at(path, "read as a whole", format!("it has more than {MOST_WHOLE} bytes")));
        }
        Ok(contains.is_match(&text::from_bytes(&bytes)))
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

/// The most bytes of a file that is read as a whole.
const MOST_WHOLE: usize = 32 << 20;

/// The most bytes of one line; the rest of a longer one is read as another.
const MOST_LINE: u64 = 256 << 10;

/// Whether a line begins with what the pattern means.
fn a_line_fits(pattern: &Regex, stored: &Stored) -> std::io::Result<bool> {
    let mut reader = stored.reader();
    let mut line = Vec::new();
    while reader.by_ref().take(MOST_LINE).read_until(b'\n', &mut line)? > 0 {
        let text = text::from_bytes(&line);
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        if pattern.match_at(&Text::new(text), 0).is_some() {
            return Ok(true);
        }
        line.clear();
    }
    Ok(false)
}
