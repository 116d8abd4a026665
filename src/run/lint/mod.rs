//! Mistakes that no single file shows: variables that nothing sets, variables that nobody reads, notifications
//! that no handler hears.
//!
//! What is told here is likely and not certain, so all of it is warnings. A name counts as set where anything in the project
//! could set it, and as tolerated where anything asks whether it is defined.

mod files;
mod handlers;
mod sources;
mod walk;

pub use files::setters;

use super::Run;
use super::magic::Magic;
use super::prepare::Prepared;
use crate::host::nearest_within;
use crate::playbook::{Playbook, Role, Task};
use crate::source::{Diagnostic, Diagnostics};
use crate::template::{Context, NameUsed, Overrides};
use crate::vars::{HEADER, Value, Vars};
use handlers::Notes;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

/// How many letters a misspelt name differs from the one that was meant.
const SLIP: usize = 2;

/// Beginnings of names that modules set as facts.
const FACTS: &[&str] = &["ansible_", "getent_", "facter_", "ohai_"];

/// Names that are set where no task says so.
const USUAL: &[&str] = &[
    "item",
    "services",
    "packages",
    "template_path",
    "template_fullpath",
    "template_host",
    "component",
    "provision_prune",
];

/// Everything that a project sets and reads.
struct Lint<'a> {
    run: &'a Run,
    context: Context,
    /// Names that something sets.
    set: HashSet<Arc<str>>,
    /// Names of the defaults of roles.
    defaults: HashSet<Arc<str>>,
    used: Vec<NameUsed>,
    /// Words of all files of roles and playbooks, and how often they stand there: whatever is in none of them is read by none of them.
    words: HashMap<String, usize>,
    templates: HashSet<PathBuf>,
    folders: HashSet<PathBuf>,
    /// Files that tasks name.
    wanted: Vec<sources::Wanted>,
    /// Of the play that is looked at.
    notes: Notes,
    found: Diagnostics,
}

/// Looks for what is likely to be a mistake in what was read without one.
pub fn lint(prepared: &Prepared) -> Diagnostics {
    let run = &*prepared.run;
    let mut lint = Lint::of(run, &prepared.playbooks);
    let inventory = inventory_of(run, &prepared.playbooks);
    inventory.iter().for_each(|vars| lint.vars(vars));
    lint.unread(&inventory, Diagnostic::warning);
    lint.undefined();
    lint.missing_files();
    lint.found
}

/// Refuses variables that nothing reads and whose names are nearly those of a role's defaults, where a play wants that:
/// where its `vars` say `provision_refuse_misspelt: true`.
pub fn refuse_misspelt(run: &Run, playbooks: &[Playbook], found: &mut Diagnostics) {
    let strict = playbooks.iter().flat_map(|playbook| &playbook.plays).any(|play| {
        play.keywords.vars.get("provision_refuse_misspelt").and_then(Value::as_bool).unwrap_or(false)
    });
    if strict {
        let mut lint = Lint::of(run, playbooks);
        let mut given = inventory_of(run, playbooks);
        given.push(run.extra.clone());
        given.iter().for_each(|vars| lint.vars(vars));
        lint.unread(&given, Diagnostic::error);
        lint.found.all.into_iter().for_each(|mistake| found.push(mistake));
    }
}

/// Of these variables of plays, roles and tasks, those that nothing reads: their names stand nowhere but where they are set.
pub fn unread<'n>(
    run: &Run,
    playbooks: &[Playbook],
    names: impl Iterator<Item = &'n Arc<str>>,
) -> HashSet<&'n str> {
    let mut lint = Lint::of(run, playbooks);
    inventory_of(run, playbooks).iter().chain([&run.extra]).for_each(|vars| lint.vars(vars));
    let read: HashSet<&str> = lint.used.iter().map(|used| &*used.name).collect();
    let is_read = |name: &str| {
        // The program reads these itself.
        let is_own = name.starts_with("ansible_") || name.starts_with("provision_");
        is_own || read.contains(name) || lint.words.get(name).is_some_and(|times| *times > 1)
    };
    names.map(|name| &**name).filter(|name| !is_read(name)).collect()
}

/// The variables of all hosts that the plays name, each layer once.
fn inventory_of(run: &Run, playbooks: &[Playbook]) -> Vec<Arc<Vars>> {
    let mut known = HashSet::new();
    let mut all = Vec::new();
    for play in playbooks.iter().flat_map(|playbook| &playbook.plays) {
        run.stand_beside(play);
        let hosts = run.hosts_of(play).unwrap_or_default();
        for host in hosts.iter().filter_map(|name| run.host(name)) {
            all.extend(
                host.vars()
                    .iter()
                    .map(|(_, vars)| vars)
                    .filter(|vars| known.insert(Arc::as_ptr(vars)))
                    .cloned(),
            );
        }
    }
    all
}

impl<'a> Lint<'a> {
    fn of(run: &'a Run, playbooks: &[Playbook]) -> Lint<'a> {
        let mut lint = Lint {
            run,
            context: Context { surroundings: run.surroundings.clone(), ..Context::default() },
            set: USUAL.iter().chain(Magic::NAMES).map(|name| Arc::from(*name)).collect(),
            defaults: HashSet::new(),
            used: Vec::new(),
            words: HashMap::new(),
            templates: HashSet::new(),
            folders: HashSet::new(),
            wanted: Vec::new(),
            notes: Notes::default(),
            found: Diagnostics::default(),
        };
        lint.set.extend(run.extra.keys().cloned());
        playbooks.iter().flat_map(|playbook| &playbook.plays).for_each(|play| lint.play(play));
        lint
    }
}

impl Lint<'_> {
    fn role(&mut self, role: &Role) {
        self.defaults.extend(role.defaults.keys().cloned());
        [&role.defaults, &role.vars, &role.params].into_iter().for_each(|vars| self.vars(vars));
        self.folder(&role.path);
    }

    /// Variables that are set, and what their values read.
    fn vars(&mut self, vars: &Vars) {
        self.set.extend(vars.keys().cloned());
        vars.values().for_each(|value| self.value(value));
    }

    fn value(&mut self, value: &Value) {
        value.each_template(&mut |value, text| {
            self.used.extend(self.run.engine.names_used(text, value.span(), &self.context));
        });
    }

    fn condition(&mut self, condition: &Value) {
        match condition.as_str() {
            Some(text) if !condition.is_lazy() => {
                let names = self.run.engine.names_used_by_expression(text, condition.span(), &self.context);
                self.used.extend(names);
            }
            _ => self.value(condition),
        }
    }

    /// The template that a task names, if its name is written out.
    fn template(&mut self, task: &Task, role: Option<&Role>) {
        let src = task.action.argument("src").filter(|src| task.is(&["template"]) && !src.is_lazy());
        let Some(src) = src.and_then(Value::as_str) else { return };
        let dirs = role.map(|role| role.path.join("templates")).into_iter();
        let dirs = dirs.chain([task.dir.join("templates"), task.dir.to_path_buf()]);
        let path = dirs.map(|dir: PathBuf| dir.join(src)).find(|path| path.is_file());
        let Some(path) = path.filter(|path| self.templates.insert(path.clone())) else { return };
        let Ok((text, span)) = self.run.template_source(&path) else { return };
        let found = self.run.engine.check_file(&text, span, &Overrides::default(), &self.context);
        found.all.into_iter().for_each(|diagnostic| self.found.push(diagnostic));
        if !text.starts_with(HEADER) && !text.contains("{% import") && !text.contains("{% extends") {
            self.used.extend(self.run.engine.names_used(&text, span, &self.context));
        }
    }

    /// Names that are read without a doubt and that nothing sets.
    fn undefined(&mut self) {
        let forgiven: HashSet<Arc<str>> =
            self.used.iter().filter(|used| used.forgiven).map(|used| used.name.clone()).collect();
        let mut told = HashSet::new();
        for used in std::mem::take(&mut self.used) {
            let name = &*used.name;
            let known = self.set.contains(name)
                || forgiven.contains(name)
                || FACTS.iter().any(|fact| name.starts_with(fact))
                || !told.insert(used.name.clone());
            if known {
                continue;
            }
            let near = nearest_within(name, self.set.iter().map(|name| &**name), SLIP);
            let near = near.map(|near| format!("did you mean `{near}`?"));
            let message = format!("nothing sets `{name}`");
            self.found.push(Diagnostic::warning(message).at(used.span).maybe_hint(near));
        }
    }

    /// Variables that nothing reads, and whose names are nearly those of a role's defaults.
    fn unread(&mut self, given: &[Arc<Vars>], diagnostic: fn(String) -> Diagnostic) {
        let read: HashSet<Arc<str>> = self.used.iter().map(|used| used.name.clone()).collect();
        let mut told = HashSet::new();
        for (name, value) in given.iter().flat_map(|vars| vars.iter()) {
            if self.defaults.contains(name) || read.contains(name) || self.words.contains_key(&**name) {
                continue;
            }
            if let Some(near) = nearest_within(name, self.defaults.iter().map(|name| &**name), SLIP) {
                let message = format!("nothing reads `{name}`");
                let hint = format!("did you mean `{near}`, which a role has a default for?");
                if told.insert(value.span()) {
                    self.found.push(diagnostic(message).at(value.span()).hint(hint));
                }
            }
        }
    }
}
