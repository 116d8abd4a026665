//! Plays and playbooks.

use super::block::{Entry, Group, read_entries};
use super::keyword::{self, Keyword};
use super::keywords::{Keywords, read_vars};
use super::loader::{Loader, Statics};
use super::paths;
use super::role::read_use;
use crate::source::{Diagnostic, Span};
use crate::vars::{Value, Vars, value_of};
use crate::yaml::Node;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A playbook file with all that it imports.
#[derive(Debug)]
pub struct Playbook {
    pub path: PathBuf,
    pub plays: Vec<Arc<Play>>,
}

/// One play.
#[derive(Debug)]
pub struct Play {
    pub span: Span,
    pub name: Option<Value>,
    /// A pattern, or a list of them.
    pub hosts: Value,
    pub keywords: Keywords,
    /// What only a play may have, by its name: `serial`, `gather_facts`, `strategy`, ...
    settings: HashMap<&'static str, Value>,
    /// From `vars_files`: each element is a file name, or a list of which the first that is there counts.
    pub vars_files: Vec<Value>,
    pub prompts: Vec<Prompt>,
    pub pre_tasks: Vec<Entry>,
    pub roles: Vec<Group>,
    /// Roles that are not run, while what they have by default counts as if they were.
    pub idle_roles: Vec<Group>,
    pub tasks: Vec<Entry>,
    pub post_tasks: Vec<Entry>,
    pub handlers: Vec<Entry>,
    /// The directory of the playbook file that holds the play.
    pub dir: Arc<Path>,
}

/// One element of `vars_prompt`.
#[derive(Clone, Debug, Default)]
pub struct Prompt {
    pub name: String,
    pub fields: Vars,
}

impl Play {
    /// The files of `vars_files` that can be known without a host, and are there now.
    pub fn known_vars_files(&self) -> impl Iterator<Item = PathBuf> {
        let file = |name: &str| {
            [self.dir.join("vars").join(name), self.dir.join(name)].into_iter().find(|path| path.is_file())
        };
        self.vars_files.iter().filter_map(move |written| {
            let names = written.as_items().unwrap_or_else(|| Arc::new(vec![written.clone()]));
            let mut known = names.iter().map_while(|name| name.as_str().filter(|_| !name.is_lazy()));
            known.find_map(file)
        })
    }

    /// The names of the roles in `roles`.
    pub fn role_names(&self) -> Vec<Arc<str>> {
        self.roles.iter().flat_map(names).collect()
    }

    /// A play on these hosts that says nothing else.
    pub fn without_tasks(hosts: Value, dir: &Path) -> Play {
        Play {
            span: Span::NONE,
            name: None,
            hosts,
            keywords: Keywords::default(),
            settings: HashMap::new(),
            vars_files: Vec::new(),
            prompts: Vec::new(),
            pre_tasks: Vec::new(),
            roles: Vec::new(),
            idle_roles: Vec::new(),
            tasks: Vec::new(),
            post_tasks: Vec::new(),
            handlers: Vec::new(),
            dir: dir.into(),
        }
    }

    /// A keyword that only plays have.
    pub fn setting(&self, name: &str) -> Option<&Value> {
        self.settings.get(name)
    }
}

impl Loader {
    /// Reads a playbook and those that it imports.
    pub fn playbook(&self, path: &Path, vars: &Arc<Vars>) -> Playbook {
        let path = super::import::clean(path);
        let mut statics = Statics::new(path.parent().unwrap_or(Path::new("")));
        statics.vars.push(vars.clone());
        let plays = read_file(self, &path, &statics, &Keywords::default());
        Playbook { path, plays }
    }

    /// Reads a playbook that stands in no file; `path` is where it would be.
    pub fn typed(&self, path: &Path, text: &str, vars: &Arc<Vars>) -> Playbook {
        self.keep(path, text);
        self.playbook(path, vars)
    }

    /// A play that runs these roles on all hosts, with the keywords of `like`.
    pub fn roles_alone(&self, roles: &[String], like: &Play) -> Play {
        let named =
            |group: &&Group| names(group).iter().any(|name| roles.iter().any(|role| **role == **name));
        let (kept, idle): (Vec<&Group>, Vec<&Group>) = like.roles.iter().partition(named);
        Play {
            span: like.span,
            name: like.name.clone(),
            hosts: like.hosts.clone(),
            keywords: like.keywords.clone(),
            settings: like.settings.clone(),
            vars_files: like.vars_files.clone(),
            prompts: like.prompts.clone(),
            pre_tasks: Vec::new(),
            roles: kept.into_iter().map(Group::shallow).collect(),
            idle_roles: idle.into_iter().map(Group::shallow).collect(),
            tasks: Vec::new(),
            post_tasks: Vec::new(),
            handlers: like.handlers.clone(),
            dir: like.dir.clone(),
        }
    }
}

/// The names of the roles that an element of `roles` runs itself, without their dependencies.
fn names(group: &Group) -> Vec<Arc<str>> {
    let own = group.entries.last().into_iter().filter_map(|entry| match entry {
        Entry::Group(group) => group.role.as_ref().map(|role| role.name.clone()),
        _ => None,
    });
    own.collect()
}

fn read_file(loader: &Loader, path: &Path, statics: &Statics, outer: &Keywords) -> Vec<Arc<Play>> {
    let Some(node) = loader.node(path) else { return Vec::new() };
    let mut inner = statics.clone();
    inner.dir = path.parent().unwrap_or(Path::new("")).into();
    inner.playbook_dir = inner.dir.clone();
    loader.library.add(&inner.dir);
    inner.collections = paths::collection(path).into_iter().collect();
    inner.trail.push(path.to_owned());
    let Some(items) = node.as_seq() else {
        if !node.is_null() {
            let message = format!("a playbook is a list of plays, this is {}", node.kind());
            loader.refuse(Diagnostic::error(message).at(node.span).hint("put `- ` before `hosts:`"));
        }
        return Vec::new();
    };
    items.iter().flat_map(|item| read_element(loader, item, &inner, outer)).collect()
}

fn read_element(loader: &Loader, node: &Node, statics: &Statics, outer: &Keywords) -> Vec<Arc<Play>> {
    let names =
        ["import_playbook", "ansible.builtin.import_playbook", "ansible.legacy.import_playbook", "include"];
    if let Some((word, file)) = names.iter().find_map(|name| node.pair(name)) {
        if word.as_str() == Some("include") {
            let message = "`include` is a word of old Ansible versions";
            loader.refuse(Diagnostic::warning(message).at(word.span).hint("write `import_playbook`"));
        }
        return import(loader, node, file, statics, outer);
    }
    if node.as_map().is_none() {
        let message = format!("a play is a mapping, this is {}", node.kind());
        loader.refuse(Diagnostic::error(message).at(node.span));
        return Vec::new();
    }
    read_play(loader, node, statics, outer).into_iter().map(Arc::new).collect()
}

fn import(loader: &Loader, node: &Node, file: &Node, statics: &Statics, outer: &Keywords) -> Vec<Arc<Play>> {
    let mut keywords = outer.clone();
    for (key, value) in node.as_map().unwrap_or_default() {
        let word = key.as_str().unwrap_or_default();
        let own = matches!(word, "include" | "name") || word.ends_with("import_playbook");
        if !own && !keywords.read(loader, word, value) {
            loader.unknown("`import_playbook`", word, key.span, ["name", "vars", "when", "tags"]);
        }
    }
    let inner = statics.inside(&keywords);
    let Some(name) = loader.text(&value_of(file), &inner) else { return Vec::new() };
    let path = loader.paths.playbook(&name);
    let path = path.unwrap_or_else(|| super::import::clean(&statics.dir.join(&name)));
    if statics.trail.contains(&path) {
        loader.refuse(Diagnostic::error(format!("`{name}` imports itself")).at(file.span));
        return Vec::new();
    }
    if !path.is_file() {
        let message = format!("there is no playbook `{name}`");
        loader.refuse(
            Diagnostic::error(message).at(file.span).hint(format!("looked for `{}`", path.display())),
        );
        return Vec::new();
    }
    read_file(loader, &path, &inner, &keywords)
}

fn read_play(loader: &Loader, node: &Node, statics: &Statics, outer: &Keywords) -> Option<Play> {
    let entries = node.as_map()?;
    let mut play = Play {
        span: node.span,
        name: None,
        hosts: Value::none(),
        keywords: outer.clone(),
        settings: HashMap::new(),
        vars_files: Vec::new(),
        prompts: Vec::new(),
        pre_tasks: Vec::new(),
        roles: Vec::new(),
        tasks: Vec::new(),
        idle_roles: Vec::new(),
        post_tasks: Vec::new(),
        handlers: Vec::new(),
        dir: statics.dir.clone(),
    };
    for (key, value) in entries {
        play.read(loader, key, value);
    }
    // What `import_playbook` gives counts more than what the play says itself.
    play.keywords.vars.extend(outer.vars.clone());
    let mut inner = statics.clone();
    inner.vars.insert(0, Arc::new(play.keywords.vars.clone()));
    inner.trail.truncate(1);
    inner.search(&play.keywords.collections);
    play.read_lists(loader, node, &inner);
    if node.entry("hosts").is_none() {
        loader.refuse(Diagnostic::error("this play has no `hosts`").at(node.span));
        return None;
    }
    Some(play)
}

impl Play {
    fn read(&mut self, loader: &Loader, key: &Node, value: &Node) {
        let word = key.as_str().unwrap_or_default();
        match word {
            "name" => self.name = Some(value_of(value)),
            "hosts" => self.hosts = value_of(value),
            "vars_files" => self.vars_files = super::keywords::each(value),
            "vars_prompt" => self.prompts = read_prompts(loader, value),
            "pre_tasks" | "roles" | "tasks" | "post_tasks" | "handlers" => {}
            "user" => self.keywords.set(Keyword::RemoteUser, value_of(value)),
            _ if self.keywords.read(loader, word, value) || self.keywords.read_old(loader, key, value) => {}
            _ => self.read_setting(loader, word, key, value),
        }
    }

    fn read_setting(&mut self, loader: &Loader, word: &str, key: &Node, value: &Node) {
        if let Some(name) = keyword::PLAY.iter().find(|name| **name == word) {
            self.settings.insert(name, value_of(value));
        } else {
            let shared = Keyword::names().chain(keyword::COLLECTED.iter().copied());
            loader.unknown("a play", word, key.span, shared.chain(keyword::PLAY.iter().copied()));
        }
    }

    fn read_lists(&mut self, loader: &Loader, node: &Node, statics: &Statics) {
        let list =
            |part| node.entry(part).map(|part| read_entries(loader, part, statics)).unwrap_or_default();
        self.pre_tasks = list("pre_tasks");
        self.tasks = list("tasks");
        self.post_tasks = list("post_tasks");
        self.handlers = list("handlers");
        if let Some(roles) = node.entry("roles") {
            if roles.as_seq().is_none() && !roles.is_null() {
                let message = format!("`roles` is a list, this is {}", roles.kind());
                loader.refuse(Diagnostic::error(message).at(roles.span));
            }
            let roles = roles.as_seq().unwrap_or_default().iter();
            self.roles = roles.filter_map(|role| read_use(loader, role, statics)).collect();
        }
    }
}

fn read_prompts(loader: &Loader, node: &Node) -> Vec<Prompt> {
    let items = node.as_seq().unwrap_or_default().iter();
    let prompts = items.filter_map(|item| {
        let fields = read_vars(loader, item);
        let name = item.entry("name").and_then(Node::text);
        if name.is_none() {
            loader.refuse(Diagnostic::error("this prompt has no `name`").at(item.span));
        }
        Some(Prompt { name: name?.to_owned(), fields })
    });
    prompts.collect()
}
