//! `assemble`

use super::argument::PathText;
use super::place::{self, Placement};
use super::{ArgumentError, FileAttributes, Module, Need, Source};
use crate::host::regex::{Flags, Regex};
use crate::host::{Carried, Content, Failure, Plan, Probe, Report, Store, Stored, text};
use std::io::{self, Write};
use std::sync::Arc;

module! {
    /// Makes one file of the files of a directory, in the order of their names.
    ///
    /// ```yaml
    /// - assemble: { src: /etc/app.d, dest: /etc/app.conf, delimiter: "### next", regexp: '\.conf$' }
    /// ```
    Assemble "assemble" local {
        /// The directory, of the host or with `remote_src: false` of the controller.
        src: String;
        /// The file.
        dest: PathText;
        /// Takes `src` from the host.
        remote_src: bool = true;
        /// What stands between two parts.
        delimiter: Option<String>;
        /// Which files count.
        regexp: Option<String>;
        /// Leaves out names that begin with a dot.
        ignore_hidden: bool = false;
        /// Keeps a copy of what is replaced.
        backup: bool = false;
        /// A command that must succeed before the file is put in place; `%s` is the file.
        validate: Option<String>;
        /// Decrypts files of the controller that are encrypted.
        decrypt: bool = true;
    } with { attributes: FileAttributes } attached { parts: Option<Arc<Source>> }
}

impl Module for Assemble {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let placement = Placement {
            dest: self.dest.on(host)?,
            content: self
                .join(self.parts(host)?)
                .map_err(|error| format!("the parts cannot be put together: {error}"))?,
            attributes: &self.attributes,
            preserved: None,
            backup: self.backup,
            force: true,
            follow: false,
            validate: self.validate.clone(),
        };
        Ok(placement.plan(host)?.with("src", self.src.as_str()).with("msg", "OK"))
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        result.remove("path");
        place::report(host, result).map(Report::from)
    }

    fn check(&self) -> Vec<ArgumentError> {
        let wrong = self.regexp.as_ref().and_then(|regexp| Regex::new(regexp, Flags::default()).err());
        wrong.map(|message| ArgumentError::new("regexp", message)).into_iter().collect()
    }

    fn need(&self) -> Option<Need> {
        (!self.remote_src)
            .then(|| Need::File { src: format!("{}/", self.src.trim_end_matches('/')), directory: true })
    }

    fn attach(&mut self, source: Arc<Source>) -> Result<(), String> {
        self.parts = Some(source);
        Ok(())
    }
}

impl Assemble {
    fn parts(&self, host: &dyn Probe) -> Result<Vec<Stored>, Failure> {
        let regex = self.regexp.as_ref().map(|regexp| Regex::new(regexp, Flags::default())).transpose()?;
        let counts = |name: &str| {
            !(self.ignore_hidden && name.starts_with('.'))
                && regex.as_ref().is_none_or(|regex| regex.is_match(name))
        };
        if let Some(Source::Tree { entries, .. }) = self.parts.as_deref() {
            let mut entries: Vec<_> =
                entries.iter().filter(|entry| !entry.path.contains('/') && counts(&entry.path)).collect();
            entries.sort_by(|a, b| a.path.cmp(&b.path));
            let contents = entries.into_iter().filter_map(|entry| match &entry.kind {
                super::EntryKind::File(content) => Some(host.stored(content)),
                _ => None,
            });
            return contents.collect();
        }
        let directory = PathText(self.src.clone()).on(host)?;
        if !host.is_directory(&directory)? {
            return Err(host.missing(format!("Source ({}) does not exist", self.src)));
        }
        let mut parts = Vec::new();
        for name in host.list(&directory)? {
            let path = directory.join(&name);
            if counts(&text::from_os(&name)) && host.follow(&path)?.is_some_and(|stat| stat.is_file()) {
                parts.push(host.open(&path)?);
            }
        }
        Ok(parts)
    }

    /// The parts behind one another: in memory what is short, in a file of the agent's own what is long.
    fn join(&self, parts: Vec<Stored>) -> io::Result<Content> {
        let delimiter = self.delimiter();
        let mut whole = Store::new()?;
        for (index, part) in parts.into_iter().enumerate() {
            if index > 0 {
                if !ends_line(&whole.since(0))? {
                    whole.write_all(b"\n")?;
                }
                whole.write_all(&delimiter)?;
            }
            io::copy(&mut part.reader(), &mut whole)?;
        }
        whole.since(0).short_or_stored(MOST_INLINE)
    }

    fn delimiter(&self) -> Vec<u8> {
        let Some(delimiter) = &self.delimiter else { return Vec::new() };
        let plain = delimiter.replace("\\n", "\n").replace("\\t", "\t");
        let end = if plain.ends_with('\n') { "" } else { "\n" };
        format!("{plain}{end}").into_bytes()
    }
}

/// So many bytes are held in memory, and can be compared line by line.
const MOST_INLINE: u64 = 1 << 20;

fn ends_line(bytes: &Stored) -> io::Result<bool> {
    Ok(bytes.bytes(bytes.size.saturating_sub(1), 1)? == b"\n")
}
