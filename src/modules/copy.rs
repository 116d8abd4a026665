//! `copy`

use super::argument::{PathText, Raw};
use super::place::{self, Placement};
use super::stat::{Algorithm, checksum};
use super::tree::{self, Tree};
use super::{ArgumentError, FileAttributes, Module, Need, Source, files};
use crate::host::{Carried, Content, Data, Failure, Fields, Plan, Probe, Report, json, text};
use std::path::{Path, PathBuf};
use std::sync::Arc;

module! {
    /// Puts a file, a text or a directory with all that is in it in place.
    ///
    /// A directory is copied itself, unless `src` ends with a slash: then what is in it is.
    ///
    /// ```yaml
    /// - copy: { src: app.conf, dest: /etc/app.conf, mode: "0640", backup: true }
    /// - copy:
    ///     content: "hello\n"
    ///     dest: /etc/motd
    /// ```
    Copy "copy" local {
        /// A file or directory of the controller, searched for in the `files` folders; with `remote_src`, of the host.
        src: Option<String>;
        /// The text itself, instead of a file; data becomes JSON.
        content: Option<Raw>;
        /// Where it goes. A directory is made when it ends with a slash or `src` is a directory.
        dest: PathText;
        /// Keeps a copy of what is replaced.
        backup: bool = false;
        /// Replaces a file that is there with another content.
        force ["thirsty"]: bool = true;
        /// Takes `src` from the host itself.
        remote_src: bool = false;
        /// Writes through a link at `dest` instead of replacing it.
        follow: bool = false;
        /// Copies what links in a directory lead to, and not the links.
        local_follow: bool = true;
        /// Permissions of directories that are made.
        directory_mode: Option<super::argument::Mode>;
        /// The SHA-1 that the file must have.
        checksum: Option<String>;
        /// A command that must succeed before the file is put in place; `%s` is the file.
        validate: Option<String>;
        /// Decrypts a file of the controller that is encrypted.
        decrypt: bool = true;
    } with { attributes: FileAttributes } attached { source: Option<Arc<Source>> }
}

impl Module for Copy {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        match self.source(host)? {
            Source::File { name, content, mode } => self.plan_file(host, &name, content, mode),
            Source::Tree { name, entries } => self.plan_tree(host, &name, &entries),
        }
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        if let Some(src) = self.src.as_ref().filter(|_| self.remote_src) {
            result.set("src", src.as_str());
            result.remove("path");
        }
        let kept = !self.force && carried.changes.is_empty();
        if kept || self.is_tree(host)? {
            let only = result.iter().filter(|(name, _)| matches!(*name, "dest" | "src"));
            let mut only: Fields = only.map(|(name, value)| (name.to_owned(), value.clone())).collect();
            if self.remote_src && !kept {
                files::describe(host, &self.dest.on(host)?, &mut only)?;
                only.set("checksum", Data::Null);
                only.set("md5sum", Data::Null);
            }
            return Ok(only.into());
        }
        place::report(host, result).map(Report::from)
    }

    fn check(&self) -> Vec<ArgumentError> {
        let src = self.src.as_ref().filter(|src| !src.is_empty());
        let message = match (src, &self.content) {
            (Some(_), Some(_)) => "src and content are mutually exclusive",
            (None, None) => "`src` or `content` is missing",
            (None, Some(_)) if self.dest.ends_with_slash() => {
                "`content` needs the name of a file, not a directory"
            }
            _ => return Vec::new(),
        };
        vec![ArgumentError::new("", message)]
    }

    fn need(&self) -> Option<Need> {
        let src = self.src.as_ref().filter(|_| !self.remote_src)?;
        Some(Need::File { src: src.clone(), directory: true })
    }

    fn attach(&mut self, source: Arc<Source>) -> Result<(), String> {
        self.source = Some(source);
        Ok(())
    }
}

impl Copy {
    fn is_tree(&self, host: &dyn Probe) -> Result<bool, Failure> {
        Ok(matches!(self.source(host)?, Source::Tree { .. }))
    }

    fn source(&self, host: &dyn Probe) -> Result<Source, Failure> {
        if let Some(source) = &self.source {
            return Ok(source.as_ref().clone());
        }
        if let Some(Raw(data)) = &self.content {
            let content = Content::inline(text::to_bytes(&as_content(data)));
            return Ok(Source::File { name: String::new(), content, mode: None });
        }
        match &self.src {
            Some(src) if self.remote_src => from_host(host, &PathText(src.clone()), self.local_follow),
            _ => Err("the content was not sent along".into()),
        }
    }

    fn plan_file(
        &self,
        host: &dyn Probe,
        name: &str,
        content: Content,
        mode: Option<u32>,
    ) -> Result<Plan, Failure> {
        let (dest, parents) = self.destination(host, name)?;
        self.check_sum(host, &content)?;
        let placement = Placement {
            dest,
            content,
            attributes: &self.attributes,
            preserved: mode,
            backup: self.backup,
            force: self.force,
            follow: self.follow,
            validate: self.validate.clone(),
        };
        if parents.is_empty() {
            return placement.plan(host);
        }
        // The directory is made first; the file is planned when it is there.
        Ok(Plan::from(parents).and_again())
    }

    /// Where a file goes, and the directories that have to be made first.
    fn destination(
        &self,
        host: &dyn Probe,
        name: &str,
    ) -> Result<(PathBuf, Vec<crate::host::Change>), Failure> {
        let dest = self.dest.on(host)?;
        if self.dest.ends_with_slash() {
            let parents = files::directories(host, &dest, &self.directory_attributes())?;
            return Ok((dest.join(text::to_path(name)), parents));
        }
        if host.is_directory(&dest)? && !name.is_empty() {
            return Ok((dest.join(text::to_path(name)), Vec::new()));
        }
        Ok((dest, Vec::new()))
    }

    fn plan_tree(&self, host: &dyn Probe, name: &str, entries: &[super::Entry]) -> Result<Plan, Failure> {
        let dest = self.dest.on(host)?;
        let inside = self.src.as_deref().is_some_and(|src| src.ends_with('/'));
        let top = if inside { dest.clone() } else { dest.join(text::to_path(name)) };
        let directories = self.directory_attributes();
        let source = self.src.as_ref().filter(|_| self.remote_src);
        let source = source.map(|src| host.follow(&PathText(src.clone()).on(host)?)).transpose()?.flatten();
        let tree = Tree {
            top: &top,
            entries,
            files: &self.attributes,
            directories: &directories,
            source_mode: source.map(|stat| stat.mode),
            backup: self.backup,
            force: self.force,
            follow: self.follow,
        };
        let plan = tree.plan(host)?;
        let told = text::from_path(&dest);
        let told = told.trim_end_matches('/');
        Ok(plan.with("dest", if self.remote_src { told.to_owned() } else { format!("{told}/") }))
    }

    fn directory_attributes(&self) -> FileAttributes {
        FileAttributes { mode: self.directory_mode.clone(), ..self.attributes.clone() }
    }

    fn check_sum(&self, host: &dyn Probe, content: &Content) -> Result<(), Failure> {
        let Some(wanted) = &self.checksum else { return Ok(()) };
        let found = checksum(Algorithm::Sha1, &host.stored(content)?)?;
        if found == *wanted {
            return Ok(());
        }
        Err(Failure::new(format!("the content has checksum {found}, not {wanted}"))
            .with("expected_checksum", wanted.as_str())
            .with("checksum", found))
    }
}

/// Text as it is; data as JSON.
fn as_content(data: &Data) -> String {
    match data {
        Data::Text(text) => text.clone(),
        Data::List(_) | Data::Map(_) => json::print_spaced(data),
        other => <String as super::Argument>::parse(other).unwrap_or_default(),
    }
}

/// A file or directory of the host, as a source.
fn from_host(host: &dyn Probe, src: &PathText, follow: bool) -> Result<Source, Failure> {
    let path = src.on(host)?;
    let name = path.file_name().map(text::from_os).unwrap_or_default();
    match host.follow(&path)? {
        None => Err(host.missing(format!("`{}` does not exist", path.display()))),
        Some(stat) if stat.is_directory() => {
            Ok(Source::Tree { name, entries: tree::read(host, Path::new(&path), follow)? })
        }
        Some(stat) if stat.is_file() => {
            Ok(Source::File { name, content: host.file_content(&path)?, mode: Some(stat.mode) })
        }
        Some(_) => Err(Failure::new(format!("`{}` is not a file", path.display()))),
    }
}
