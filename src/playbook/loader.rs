//! Reads files into trees, keeps what was read, and collects what is wrong with it.

use super::block::{Entry, read_entries};
use super::keywords::Keywords;
use super::role::Role;
use super::{Library, RolePaths, paths};
use crate::host::nearest;
use crate::source::{Diagnostic, Diagnostics, FileId, Sources, Span};
use crate::vars::{Value, Vars};
use crate::yaml::Node;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

/// What reading needs of those who evaluate and decrypt.
pub trait Resolve: Send + Sync {
    /// The text of a value that may be a template over these variables, the last list counting most.
    ///
    /// # Errors
    ///
    /// Where it needs what only a host can tell, or cannot be evaluated.
    fn text(&self, value: &Value, vars: &[Arc<Vars>]) -> Result<String, Box<Diagnostic>>;

    /// The plain text of an encrypted file; nothing for one that is not encrypted.
    ///
    /// # Errors
    ///
    /// Where no password fits.
    fn decrypt(&self, path: &Path, text: &str) -> Result<Option<String>, Box<Diagnostic>>;
}

/// What is known around a list of tasks without a host.
#[derive(Clone)]
pub struct Statics {
    /// The directory of the file that is read.
    pub dir: Arc<Path>,
    pub playbook_dir: Arc<Path>,
    pub role: Option<Arc<Role>>,
    /// Variables known without a host, the last list counting most.
    pub vars: Vec<Arc<Vars>>,
    /// The files that led here, so that a file that imports itself is found out.
    pub trail: Vec<PathBuf>,
    /// The roles that led here, each with its file of tasks, so that one that brings in itself is found out.
    pub inside: Vec<(Arc<Path>, String)>,
    /// Collections in which roles are looked for that are named without one.
    pub collections: Vec<Arc<str>>,
    /// Whether this is read while the play runs.
    pub at_run: bool,
}

impl Statics {
    /// At the top of a playbook in this directory.
    pub fn new(playbook_dir: &Path) -> Statics {
        let dir: Arc<Path> = playbook_dir.into();
        let (vars, trail, inside) = (Vec::new(), Vec::new(), Vec::new());
        let collections = paths::collection(&dir).into_iter().collect();
        Statics {
            dir: dir.clone(),
            playbook_dir: dir,
            role: None,
            vars,
            trail,
            inside,
            collections,
            at_run: false,
        }
    }

    /// Within something that has these keywords.
    pub(super) fn inside(&self, keywords: &Keywords) -> Statics {
        let mut inner = self.clone();
        if !keywords.vars.is_empty() {
            inner.vars.push(Arc::new(keywords.vars.clone()));
        }
        inner.search(&keywords.collections);
        inner
    }

    /// What variables tell of the places.
    fn places(&self) -> Vars {
        let path = |path: &Path| Value::text(path.display().to_string());
        let mut places = Vars::from([("playbook_dir".into(), path(&self.playbook_dir))]);
        if let Some(role) = &self.role {
            places.insert("role_path".into(), path(&role.path));
            places.insert("role_name".into(), Value::text(role.short_name()));
        }
        places
    }

    /// Looks for roles in these collections first.
    pub(super) fn search(&mut self, collections: &[Arc<str>]) {
        self.collections.splice(..0, collections.iter().cloned());
    }
}

/// Reads playbooks, roles and task files.
pub struct Loader {
    pub sources: Arc<Sources>,
    pub paths: RolePaths,
    /// Modules of the project.
    pub library: Library,
    resolve: Arc<dyn Resolve>,
    found: Mutex<Diagnostics>,
    nodes: Mutex<HashMap<PathBuf, Option<Node>>>,
}

impl Loader {
    pub fn new(sources: Arc<Sources>, paths: RolePaths, resolve: Arc<dyn Resolve>) -> Loader {
        let library = Library::default();
        Loader { sources, paths, library, resolve, found: Mutex::default(), nodes: Mutex::default() }
    }

    /// Takes all that was found wrong or doubtful so far.
    pub fn take_diagnostics(&self) -> Diagnostics {
        std::mem::take(&mut *self.found())
    }

    /// Reads a file of tasks.
    pub fn tasks(&self, path: &Path, statics: &Statics) -> Vec<Entry> {
        let Some(node) = self.node(path) else { return Vec::new() };
        let mut inner = statics.clone();
        inner.dir = path.parent().unwrap_or(Path::new("")).into();
        inner.trail.push(path.to_owned());
        read_entries(self, &node, &inner)
    }

    /// The variables in a file.
    pub fn variables(&self, path: &Path) -> Vars {
        self.node(path).map(|node| super::keywords::read_file_of_vars(self, &node)).unwrap_or_default()
    }

    /// Reports what is wrong in a file that is read where the play comes to it, as it is then.
    pub fn try_out(&self, path: &Path) {
        self.read(path);
    }

    /// The variables in a mapping.
    pub fn variables_in(&self, node: &Node) -> Vars {
        super::keywords::read_vars(self, node)
    }

    /// The tree of a YAML file, read once; nothing where it could not be read, which is then reported.
    pub fn node(&self, path: &Path) -> Option<Node> {
        let key = path.to_owned();
        if let Some(known) = self.nodes().get(&key) {
            return known.clone();
        }
        let node = self.read(path);
        self.nodes().insert(key, node.clone());
        node
    }

    fn read(&self, path: &Path) -> Option<Node> {
        let added = std::fs::read(path)
            .map_err(|error| Diagnostic::error(format!("cannot read `{}`: {error}", path.display())))
            .and_then(|bytes| crate::yaml::decode(path, bytes))
            .and_then(|text| self.added(path, text));
        match added {
            Ok(file) => self.parse(file),
            Err(diagnostic) => {
                self.refuse(diagnostic);
                None
            }
        }
    }

    fn added(&self, path: &Path, text: String) -> Result<FileId, Diagnostic> {
        match self.resolve.decrypt(path, &text).map_err(|diagnostic| *diagnostic)? {
            Some(plain) => Ok(self.sources.add_secret(path, plain)),
            None => Ok(self.sources.add(path, text)),
        }
    }

    fn parse(&self, file: FileId) -> Option<Node> {
        let parsed =
            crate::yaml::parse_source(&self.sources, file).map_err(|diagnostic| self.refuse(diagnostic));
        let (node, warnings) = parsed.ok()?;
        warnings.into_iter().for_each(|warning| self.refuse(warning));
        Some(node)
    }

    /// Takes a text for that of a file.
    pub(super) fn keep(&self, path: &Path, text: &str) {
        let node = self.parse(self.sources.add(path, text));
        self.nodes().insert(path.to_owned(), node);
    }

    /// Keeps a mistake or a warning.
    pub(super) fn refuse(&self, diagnostic: Diagnostic) {
        self.found().push(diagnostic);
    }

    /// Reports an unknown name with the nearest known one.
    pub(super) fn unknown<'a>(
        &self,
        place: &str,
        name: &str,
        span: Span,
        known: impl IntoIterator<Item = &'a str>,
    ) {
        let hint = nearest(name, known.into_iter()).map(|near| format!("did you mean `{near}`?"));
        self.refuse(Diagnostic::error(format!("{place} has no `{name}`")).at(span).maybe_hint(hint));
    }

    /// The text of a value that must be known without a host.
    pub(super) fn text(&self, value: &Value, statics: &Statics) -> Option<String> {
        let vars: Vec<_> = statics.vars.iter().cloned().chain([Arc::new(statics.places())]).collect();
        let text = self.resolve.text(value, &vars);
        text.map_err(|diagnostic| self.refuse(*diagnostic)).ok()
    }

    fn found(&self) -> MutexGuard<'_, Diagnostics> {
        self.found.lock().unwrap_or_else(|broken| broken.into_inner())
    }

    fn nodes(&self) -> MutexGuard<'_, HashMap<PathBuf, Option<Node>>> {
        self.nodes.lock().unwrap_or_else(|broken| broken.into_inner())
    }
}
