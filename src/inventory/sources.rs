//! From what stands behind `-i` to the graph: files, directories, programs, lists of hosts.

use super::constructed;
use super::graph::Graph;
use super::options::Options;
use super::{ini, script, toml_file, yaml_file};
use crate::source::{Diagnostic, Diagnostics, FileId, Severity, Sources};
use crate::vault::is_encrypted;
use crate::yaml::{self, Parsed};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Names that are never inventories in a directory of them.
const NEVER: [&str; 3] = ["host_vars", "group_vars", "vars_plugins"];

/// Reads files of the controller, decrypting those that are vaults.
#[derive(Clone)]
pub struct Reader {
    pub sources: Arc<Sources>,
    pub options: Arc<Options>,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        out.write_str("Reader")
    }
}

impl Reader {
    /// Adds a file to the sources.
    ///
    /// # Errors
    ///
    /// Where it cannot be read or decrypted.
    pub fn add(&self, path: &Path) -> Result<FileId, Diagnostic> {
        let shown = path.display();
        let bytes = std::fs::read(path)
            .map_err(|error| Diagnostic::error(format!("cannot read `{shown}`: {error}")))?;
        let encrypted = is_encrypted(&bytes);
        let text = yaml::decode(path, bytes)?;
        let plain = match &self.options.decrypt {
            Some(decrypt) if encrypted => decrypt(path, &text).map_err(|error| *error)?,
            _ => None,
        };
        match plain {
            Some(plain) => Ok(self.sources.add_secret(path, plain)),
            None if encrypted => {
                Err(Diagnostic::error(format!("`{shown}` is encrypted, and no password was given")))
            }
            None => Ok(self.sources.add(path, text)),
        }
    }

    /// The document in a file.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, or is no YAML.
    pub fn node(&self, path: &Path) -> Result<Parsed, Diagnostic> {
        yaml::parse_source(&self.sources, self.add(path)?)
    }
}

/// Reads all sources in their order.
pub struct Loading<'a> {
    pub reader: &'a Reader,
    pub graph: Graph,
    pub found: Diagnostics,
}

impl Loading<'_> {
    /// Reads one source; whether anything was there. `named` says that the user named it, and not a directory.
    pub fn source(&mut self, input: &str, named: bool) -> bool {
        let path = absolute(Path::new(input));
        let read = match (path.is_dir(), path.exists()) {
            (true, _) => return self.directory(&path),
            (_, true) => self.file(&path),
            _ if input.contains(',') && self.enabled("host_list") => {
                self.host_list(input, false);
                return true;
            }
            _ if input.contains(',') && self.enabled("advanced_host_list") => {
                self.host_list(input, true);
                return true;
            }
            _ => Err(Diagnostic::error(format!("there is no inventory `{input}`"))),
        };
        match read {
            Ok(()) => true,
            Err(error) => {
                let fatal = self.reader.options.any_unparsed_is_failed || (named && path.exists());
                let severity = if fatal { Severity::Error } else { Severity::Warning };
                self.found.push(Diagnostic { severity, ..error });
                false
            }
        }
    }

    /// Hosts between commas, with ranges of them if so. What is no name of hosts is one as it is.
    fn host_list(&mut self, input: &str, ranges: bool) {
        for text in input.split(',').map(str::trim).filter(|text| !text.is_empty()) {
            let address = super::address::address(text).filter(|found| ranges || !found.name.contains('['));
            let (name, port) = address.map_or((text, None), |address| (address.name, address.port));
            let names = if ranges { super::range::expand(name) } else { Ok(vec![name.to_owned()]) };
            let (names, port) = names.map_or_else(
                |why| {
                    self.found.push(Diagnostic::warning(why));
                    (vec![text.to_owned()], None)
                },
                |names| (names, port),
            );
            for name in names {
                if !self.graph.hosts.contains_key(&*name) {
                    self.graph.add_host(&name, Some("ungrouped"), port);
                }
            }
        }
    }

    fn directory(&mut self, path: &Path) -> bool {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
        names.sort();
        let kept: Vec<PathBuf> =
            names.iter().filter(|name| !self.is_ignored(name)).map(|name| path.join(name)).collect();
        // Every one is read, so no stopping at the first.
        kept.iter().filter(|entry| self.source(&entry.to_string_lossy(), false)).count() > 0
    }

    fn is_ignored(&self, name: &OsStr) -> bool {
        let name = name.to_string_lossy();
        let options = &self.reader.options;
        name.starts_with('.')
            || NEVER.contains(&&*name)
            || options.ignored_endings.iter().any(|ending| name.ends_with(ending.as_str()))
            || options.ignored_patterns.iter().any(|pattern| pattern.is_match(&name).unwrap_or(false))
    }

    fn enabled(&self, kind: &str) -> bool {
        let kinds = &self.reader.options.enabled;
        kinds.is_empty() || kinds.iter().any(|enabled| enabled.rsplit('.').next() == Some(kind))
    }

    /// Reads a file in the first form that fits. What does not fit leaves nothing behind.
    fn file(&mut self, path: &Path) -> Result<(), Diagnostic> {
        let before = self.graph.clone();
        self.graph.source = Some(path.into());
        let read = self.forms(path, &before);
        if read.is_err() {
            self.graph = before;
        }
        self.graph.source = None;
        read
    }

    fn forms(&mut self, path: &Path, before: &Graph) -> Result<(), Diagnostic> {
        if is_executable(path) && self.enabled("script") {
            return script::read(self.reader, path, &mut self.graph, &mut self.found);
        }
        let file = self.reader.add(path)?;
        let ending = path.extension().map(|ending| ending.to_string_lossy().into_owned());
        if ending.as_deref() == Some("toml") && self.enabled("toml") {
            return self.toml(file);
        }
        let maybe_yaml =
            ending.as_deref().is_none_or(|ending| ["yml", "yaml", "json", "config"].contains(&ending));
        let as_yaml = (maybe_yaml && self.enabled("yaml")).then(|| self.yaml(file, path));
        if let Some(Ok(())) = as_yaml {
            return Ok(());
        }
        self.graph = Graph { source: self.graph.source.clone(), ..before.clone() };
        let as_ini = match self.reader.sources.source(file) {
            Some(source) if self.enabled("ini") => ini::read(&source, file, &mut self.graph),
            _ => Err(Diagnostic::error(format!("`{}` has no known form of an inventory", path.display()))),
        };
        match (as_ini, as_yaml) {
            (Ok(()), _) => Ok(()),
            (Err(_), Some(Err(error))) if ending.is_some() || self.looks_like_yaml(file) => Err(error),
            (Err(error), _) => Err(error),
        }
    }

    fn toml(&mut self, file: FileId) -> Result<(), Diagnostic> {
        let Some(source) = self.reader.sources.source(file) else { return Ok(()) };
        toml_file::read(&source, file, &mut self.graph, &mut self.found)
    }

    fn yaml(&mut self, file: FileId, path: &Path) -> Result<(), Diagnostic> {
        let (node, warnings) = yaml::parse_source(&self.reader.sources, file)?;
        let mut found = Diagnostics::default();
        match node.pair("plugin") {
            Some((_, plugin)) if !plugin.is_null() => {
                constructed::read(self.reader, (&node, plugin), path, &mut self.graph, &mut found)?;
            }
            _ => yaml_file::read(&node, &mut self.graph, &mut found)?,
        }
        warnings.into_iter().chain(found.all).for_each(|warning| self.found.push(warning));
        Ok(())
    }

    fn looks_like_yaml(&self, file: FileId) -> bool {
        let Some(source) = self.reader.sources.source(file) else { return false };
        let mut lines =
            source.text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.next().is_some_and(|first| first == "---" || first.ends_with(':') || first.starts_with('{'))
    }
}

pub(super) fn is_executable(path: &Path) -> bool {
    path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}

/// The path from the root, with `~` for the home directory.
pub(super) fn absolute(path: &Path) -> PathBuf {
    let home = path.strip_prefix("~").ok().and_then(|rest| Some(std::env::home_dir()?.join(rest)));
    let path = home.unwrap_or_else(|| path.to_owned());
    std::path::absolute(&path).unwrap_or(path)
}
