//! Roles: found, read, and turned into groups of tasks.

use super::block::{Entry, Group, read_entries};
use super::import::clean;
use super::keywords::{Keywords, read_file_of_vars};
use super::loader::{Loader, Statics};
use super::task::Task;
use super::{keyword, keywords, paths};
use crate::source::{Diagnostic, Span};
use crate::vars::{Vars, value_of};
use crate::yaml::Node;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// One use of a role, with the variables that its tasks see.
#[derive(Clone, Debug)]
pub struct Role {
    pub name: Arc<str>,
    pub path: Arc<Path>,
    /// Where it is used.
    pub span: Span,
    /// Level "role defaults", those of the roles that it depends on beneath its own.
    pub defaults: Arc<Vars>,
    /// Level "role vars": those of its parents, of what it depends on, and its own.
    pub vars: Arc<Vars>,
    /// What roles that it brings in have beneath their own: the `vars` of its use, and above them what `vars/` holds.
    pub lent: Arc<Vars>,
    /// What `vars/` of the role itself holds: seen in the whole play when the role is public.
    pub exports: Arc<Vars>,
    /// Level "role params": other keys beside the name, and those of its parents.
    pub params: Arc<Vars>,
    /// Set once, when the role whose variables they see is complete.
    pub handlers: OnceLock<Vec<Entry>>,
    pub allow_duplicates: bool,
    /// Two uses with the same key run once.
    pub key: Arc<str>,
    /// Where roles are looked for that its tasks name without a collection: in its own, and those that its `meta` names.
    pub collections: Vec<Arc<str>>,
    /// The roles that brought this one in by depending on it, outermost first.
    pub parents: Vec<Arc<Role>>,
}

impl Role {
    /// The name without that of its collection.
    pub fn short_name(&self) -> &str {
        let collection = self.collections.first();
        let inside =
            collection.and_then(|collection| self.name.strip_prefix(&**collection)?.strip_prefix('.'));
        inside.unwrap_or(&self.name)
    }
}

/// Which files of a role are used.
#[derive(Clone, Debug)]
pub struct RoleParts {
    pub name: String,
    pub span: Span,
    pub tasks_from: String,
    pub vars_from: String,
    pub defaults_from: String,
    pub handlers_from: String,
    pub allow_duplicates: Option<bool>,
    pub validate: bool,
    /// Whether other roles and the play see its variables.
    pub public: bool,
}

impl RoleParts {
    /// The role with this name, with its main files.
    pub fn named(name: impl Into<String>, span: Span) -> RoleParts {
        let main = || "main".to_owned();
        RoleParts {
            name: name.into(),
            span,
            tasks_from: main(),
            vars_from: main(),
            defaults_from: main(),
            handlers_from: main(),
            allow_duplicates: None,
            validate: true,
            public: true,
        }
    }

    pub(super) fn of_task(loader: &Loader, task: &Task, statics: &Statics) -> Option<RoleParts> {
        let name = task.action.argument("name").or_else(|| task.action.argument("role"));
        let Some(name) = name.or(task.action.raw.as_ref()) else {
            let message = format!("`{}` names no role", task.action.written);
            loader.refuse(Diagnostic::error(message).at(task.action.span));
            return None;
        };
        let mut parts = RoleParts::named(loader.text(name, statics)?, name.span());
        parts.allow_duplicates = Some(true);
        for argument in &task.action.arguments {
            if !parts.set(&argument.name, &loader.text(&argument.value, statics)?) {
                let known = [
                    "name",
                    "tasks_from",
                    "vars_from",
                    "defaults_from",
                    "handlers_from",
                    "allow_duplicates",
                    "public",
                ];
                loader.unknown(&format!("`{}`", task.action.written), &argument.name, argument.span, known);
            }
        }
        Some(parts)
    }

    /// Sets what an argument of `import_role` or `include_role` says; false if it has no such argument.
    pub fn set(&mut self, argument: &str, text: &str) -> bool {
        let bool = matches!(text.to_lowercase().as_str(), "true" | "yes" | "on" | "1" | "y" | "t");
        match argument {
            "name" | "role" | "apply" => {}
            "tasks_from" => self.tasks_from = text.to_owned(),
            "vars_from" => self.vars_from = text.to_owned(),
            "defaults_from" => self.defaults_from = text.to_owned(),
            "handlers_from" => self.handlers_from = text.to_owned(),
            "allow_duplicates" => self.allow_duplicates = Some(bool),
            "public" => self.public = bool,
            "rolespec_validate" => self.validate = bool,
            _ => return false,
        }
        true
    }
}

/// Reads one element of `roles` or of a role's dependencies.
pub(super) fn read_use(loader: &Loader, node: &Node, statics: &Statics) -> Option<Group> {
    let mut keywords = Keywords::default();
    let mut params = Vars::new();
    let mut name = node.text().map(|_| value_of(node));
    for (key, value) in node.as_map().unwrap_or_default() {
        match key.as_str().unwrap_or_default() {
            "role" => name = Some(value_of(value)),
            "name" => name = name.or_else(|| Some(value_of(value))),
            word if keywords.read(loader, word, value) => {}
            word if keyword::PLAY.contains(&word) => {
                loader.unknown("a role", word, key.span, super::Keyword::names())
            }
            word => {
                params.insert(word.into(), value_of(value));
            }
        }
    }
    let Some(name) = name else {
        loader.refuse(Diagnostic::error("this names no role").at(node.span).hint("write `role: NAME`"));
        return None;
    };
    let vars = std::mem::take(&mut keywords.vars);
    let mut inner = statics.clone();
    inner.vars.extend([Arc::new(vars.clone()), Arc::new(params.clone())]);
    let parts = RoleParts::named(loader.text(&name, &inner)?, name.span());
    let group = Use { parts: &parts, vars, params }.load(loader, statics, &keywords)?;
    Some(Group { span: node.span, keywords, role: None, entries: group })
}

/// Loads a role that a task brings in.
pub(super) fn load(loader: &Loader, parts: &RoleParts, vars: Vars, statics: &Statics) -> Option<Group> {
    let entries = Use { parts, vars, params: Vars::new() }.load(loader, statics, &Keywords::default())?;
    Some(Group { span: parts.span, keywords: Keywords::default(), role: None, entries })
}

impl Loader {
    /// Loads a role that is brought in while the play runs: its dependencies and itself, as groups.
    pub fn role(&self, parts: &RoleParts, vars: Vars, statics: &Statics) -> Option<Group> {
        load(self, parts, vars, statics)
    }
}

struct Use<'a> {
    parts: &'a RoleParts,
    /// From `vars:` of the use.
    vars: Vars,
    /// Other keys of the use.
    params: Vars,
}

impl Use<'_> {
    fn load(self, loader: &Loader, statics: &Statics, keywords: &Keywords) -> Option<Vec<Entry>> {
        let (name, path) = self.find(loader, statics)?;
        let statics = &self.entered(loader, statics, &path)?;
        loader.library.add(&path);
        let meta = Meta::read(loader, &path);
        let parent = statics.role.as_deref();
        // Roles that tasks bring in have files of tasks around them.
        let wanting = statics.role.as_ref().filter(|_| statics.trail.is_empty());
        let base = Arc::new(self.without_tasks(loader, (name, &path), &meta, (parent, wanting), keywords));
        let dependencies = self.dependencies(loader, statics, &meta, base.clone());
        let role = Arc::new(with_dependencies(&base, inherited(parent), &self.vars, &dependencies));
        let mut inner = statics.clone();
        inner.vars.extend([role.defaults.clone(), role.vars.clone(), role.params.clone()]);
        inner.collections = role.collections.clone();
        inner.role = Some(role.clone());
        let _ = role.handlers.set(self.handlers(loader, &role, &inner));
        let entries = self.tasks(loader, &role, &meta, &inner);
        let own = Group { span: self.parts.span, keywords: Keywords::default(), role: Some(role), entries };
        Some(dependencies.into_iter().map(Entry::from).chain([Entry::from(own)]).collect())
    }

    fn find(&self, loader: &Loader, statics: &Statics) -> Option<(String, Arc<Path>)> {
        match loader.paths.find(&self.parts.name, statics) {
            Ok((name, path)) => Some((name, clean(&path).into())),
            Err(tried) => {
                let shown: Vec<String> = tried.iter().map(|path| format!("`{}`", path.display())).collect();
                let message = format!("there is no role `{}`", self.parts.name);
                let hint = format!("looked for {}", shown.join(", "));
                loader.refuse(Diagnostic::error(message).at(self.parts.span).hint(hint));
                None
            }
        }
    }

    /// What is known inside of this role.
    fn entered(&self, loader: &Loader, statics: &Statics, path: &Arc<Path>) -> Option<Statics> {
        let place = (path.clone(), self.parts.tasks_from.clone());
        if statics.inside.contains(&place) {
            let message = format!("the role `{}` brings in itself", self.parts.name);
            loader.refuse(Diagnostic::error(message).at(self.parts.span));
            return None;
        }
        let mut inner = statics.clone();
        inner.inside.push(place);
        Some(inner)
    }

    fn without_tasks(
        &self,
        loader: &Loader,
        (name, path): (String, &Arc<Path>),
        meta: &Meta,
        (parent, wanting): (Option<&Role>, Option<&Arc<Role>>),
        keywords: &Keywords,
    ) -> Role {
        let exports = file_vars(loader, &path.join("vars"), &self.parts.vars_from, self.parts.span);
        let (mut vars, mut lent) = (inherited(parent), inherited(parent));
        let mut params = parent.map(|parent| (*parent.params).clone()).unwrap_or_default();
        vars.extend(exports.clone());
        vars.extend(self.vars.clone());
        lent.extend(self.vars.clone());
        lent.extend(exports.clone());
        params.extend(self.params.clone());
        let mut parents = wanting.map(|parent| parent.parents.clone()).unwrap_or_default();
        parents.extend(wanting.cloned());
        Role {
            name: name.into(),
            path: path.clone(),
            span: self.parts.span,
            defaults: Arc::new(file_vars(
                loader,
                &path.join("defaults"),
                &self.parts.defaults_from,
                self.parts.span,
            )),
            vars: Arc::new(vars),
            lent: Arc::new(lent),
            exports: Arc::new(exports),
            params: Arc::new(params),
            handlers: OnceLock::new(),
            allow_duplicates: self.parts.allow_duplicates.unwrap_or(meta.allow_duplicates),
            key: self.key(path, keywords).into(),
            collections: paths::collection(path).into_iter().chain(meta.collections.clone()).collect(),
            parents,
        }
    }

    /// Equal for two uses that differ in nothing that matters.
    fn key(&self, path: &Path, keywords: &Keywords) -> String {
        let parts = (&self.parts.tasks_from, &self.parts.vars_from, &self.parts.defaults_from);
        let conditions = (&keywords.when, &keywords.tags);
        let shown = format!("{path:?} {parts:?} {:?} {:?} {conditions:?}", self.vars, self.params);
        without_spans(&shown)
    }

    fn dependencies(&self, loader: &Loader, statics: &Statics, meta: &Meta, role: Arc<Role>) -> Vec<Group> {
        let collections = role.collections.clone();
        let inner = Statics { role: Some(role), trail: Vec::new(), collections, ..statics.clone() };
        meta.dependencies.iter().filter_map(|node| read_use(loader, node, &inner)).collect()
    }

    fn tasks(&self, loader: &Loader, role: &Role, meta: &Meta, statics: &Statics) -> Vec<Entry> {
        let check = Some(meta).filter(|_| self.parts.validate);
        let check = check.and_then(|meta| meta.check(role, &self.parts.tasks_from));
        let tasks = self.file(loader, role, "tasks", &self.parts.tasks_from);
        let tasks = tasks.map(|path| loader.tasks(&path, statics)).unwrap_or_default();
        check.map(|task| Entry::Task(Arc::new(task))).into_iter().chain(tasks).collect()
    }

    fn handlers(&self, loader: &Loader, role: &Arc<Role>, statics: &Statics) -> Vec<Entry> {
        let Some(path) = self.file(loader, role, "handlers", &self.parts.handlers_from) else {
            return Vec::new();
        };
        let dir = path.parent().unwrap_or(Path::new("")).into();
        let inner = Statics { role: Some(role.clone()), dir, trail: vec![path.clone()], ..statics.clone() };
        loader.node(&path).map(|node| read_entries(loader, &node, &inner)).unwrap_or_default()
    }

    fn file(&self, loader: &Loader, role: &Role, part: &str, name: &str) -> Option<std::path::PathBuf> {
        let dir = role.path.join(part);
        let found = paths::with_ending(&dir, name);
        if found.is_none() && name != "main" {
            let message = format!("the role `{}` has no `{part}/{name}`", role.name);
            loader.refuse(Diagnostic::error(message).at(self.parts.span));
        }
        found
    }
}

impl From<Group> for Entry {
    fn from(group: Group) -> Entry {
        Entry::Group(Arc::new(group))
    }
}

/// Texts of values as `Debug` shows them hold places, which say nothing of whether two uses are the same.
fn without_spans(shown: &str) -> String {
    let mut out = String::with_capacity(shown.len());
    let mut rest = shown;
    while let Some(at) = rest.find("span: Span {") {
        out.push_str(&rest[..at]);
        rest = rest[at..].find('}').map_or("", |end| &rest[at + end + 1..]);
    }
    out.push_str(rest);
    out
}

/// What a role has of the one that brings it in.
fn inherited(parent: Option<&Role>) -> Vars {
    parent.map(|parent| (*parent.lent).clone()).unwrap_or_default()
}

/// Puts the variables of what a role depends on beneath its own, and those that it inherits beneath both.
fn with_dependencies(role: &Role, inherited: Vars, given: &Vars, dependencies: &[Group]) -> Role {
    let (mut defaults, mut vars) = (Vars::new(), inherited);
    beneath(dependencies, &mut defaults, &mut vars);
    defaults.extend((*role.defaults).clone());
    vars.extend((*role.exports).clone());
    vars.extend(given.clone());
    Role { defaults: Arc::new(defaults), vars: Arc::new(vars), ..role.clone() }
}

/// What all roles in these groups set, which are roles that depend on each other.
fn beneath(groups: &[Group], defaults: &mut Vars, vars: &mut Vars) {
    for below in groups.iter().flat_map(|group| &group.entries) {
        let Entry::Group(group) = below else { continue };
        match &group.role {
            Some(role) => {
                defaults.extend((*role.defaults).clone());
                vars.extend((*role.exports).clone());
            }
            None => beneath(std::slice::from_ref(group), defaults, vars),
        }
    }
}

/// The variables of a role's `defaults` or `vars`.
fn file_vars(loader: &Loader, dir: &Path, name: &str, span: Span) -> Vars {
    let files = paths::variables(dir, name);
    if files.is_empty() && name != "main" {
        let message = format!("there is no `{}`", dir.join(name).display());
        loader.refuse(Diagnostic::error(message).at(span));
    }
    let nodes = files.iter().filter_map(|file| loader.node(file));
    nodes.flat_map(|node| read_file_of_vars(loader, &node)).collect()
}

/// What `meta/` of a role says.
#[derive(Default)]
struct Meta {
    dependencies: Vec<Node>,
    allow_duplicates: bool,
    collections: Vec<Arc<str>>,
    specifications: Option<Node>,
}

impl Meta {
    fn read(loader: &Loader, path: &Path) -> Meta {
        let dir = path.join("meta");
        let node = |stem| paths::with_ending(&dir, stem).and_then(|file| loader.node(&file));
        let main = node("main");
        let specifications = node("argument_specs").or_else(|| main.clone());
        let entry = |name| main.as_ref().and_then(|main| main.entry(name));
        Meta {
            dependencies: entry("dependencies")
                .and_then(Node::as_seq)
                .map(<[Node]>::to_vec)
                .unwrap_or_default(),
            allow_duplicates: entry("allow_duplicates").and_then(Node::as_bool).unwrap_or(false),
            collections: entry("collections").map(keywords::texts).unwrap_or_default(),
            specifications: specifications.and_then(|node| node.entry("argument_specs").cloned()),
        }
    }

    /// The check of the arguments of an entry point, where they are described.
    fn check(&self, role: &Role, tasks_from: &str) -> Option<Task> {
        let entry_point = tasks_from.trim_end_matches(".yml").trim_end_matches(".yaml");
        let about = self.specifications.as_ref()?.entry(entry_point)?;
        Some(Task::validate(role, entry_point, about))
    }
}
