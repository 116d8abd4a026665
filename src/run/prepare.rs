//! Everything before the first host is touched: inventory, playbooks, variables, and all mistakes in them at once.

use super::Run;
use super::brought::has_task;
use super::include::WORDS;
use super::magic::RunMagic;
use super::services::{Desk, Events, Reading, RunServices};
use super::start_at::StartAt;
use super::tags::Tags;
use crate::inventory::{Inventory, Mismatch, Options};
use crate::playbook::{COLLECTIONS, Library, Loader, Pair, Playbook, Resolve, RolePaths, split_pairs};
use crate::settings::{Execution, ExtraVars, PatternMismatch, Settings, Templates};
use crate::source::{Diagnostic, Diagnostics, Sources, Span};
use crate::ssh::{Dialer, Secret};
use crate::template::{Engine, Language, Surroundings};
use crate::vars::{Value, Vars, trusted_text};
use crate::wire::Limits;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// The version of Ansible whose language this is.
pub const ANSIBLE_VERSION: &str = "2.19.0";

/// Passwords that were asked for before the run.
#[derive(Clone, Debug, Default)]
pub struct Passwords {
    pub connection: Option<Secret>,
    pub becoming: Option<Secret>,
}

/// A run that is ready, with what it will run.
pub struct Prepared {
    pub run: Arc<Run>,
    pub playbooks: Vec<Playbook>,
    pub warnings: Vec<Diagnostic>,
}

/// What a run is made of.
pub struct Parts {
    pub settings: Arc<Settings>,
    pub sources: Arc<Sources>,
    pub desk: Arc<dyn Desk>,
    pub events: Events,
    pub dialer: Dialer,
    pub passwords: Passwords,
}

/// Reads everything that can be read without a host.
///
/// # Errors
///
/// All mistakes that were found, with the warnings among them.
pub fn prepare(parts: Parts) -> Result<Prepared, Diagnostics> {
    let mut found = Diagnostics::default();
    let run = Arc::new_cyclic(|me| make(parts, me.clone(), &mut found));
    let typed = run.settings.typed.iter().map(|(path, text)| run.loader.typed(path, text, &run.extra));
    let mut playbooks: Vec<Playbook> = typed.collect();
    for path in &run.settings.playbooks {
        let path = run.settings.directory.join(path);
        if path.is_file() {
            playbooks.push(run.loader.playbook(&path, &run.extra));
        } else {
            let message = format!("there is no playbook `{}`", path.display());
            found.push(
                Diagnostic::error(message).hint("name one, or go to the directory that holds `site.yml`"),
            );
        }
    }
    let plays = playbooks.iter().flat_map(|playbook| &playbook.plays);
    let files: BTreeSet<PathBuf> = plays.flat_map(|play| play.known_vars_files()).collect();
    files.iter().for_each(|path| run.loader.try_out(path));
    run.loader.take_diagnostics().all.into_iter().for_each(|diagnostic| found.push(diagnostic));
    if !found.has_errors() {
        refuse_empty(&playbooks, &mut found);
    }
    start_and_limit(&run, &playbooks, &mut found);
    super::check::check(&run, &playbooks, &mut found);
    read_variables(&run, &playbooks, &mut found);
    super::lint::refuse_misspelt(&run, &playbooks, &mut found);
    let playbooks = match run.settings.selection.roles.is_empty() {
        true => playbooks,
        false => roles_only(&run, playbooks, &mut found),
    };
    if found.has_errors() {
        return Err(found);
    }
    Ok(Prepared { run, playbooks, warnings: found.all })
}

/// A playbook without a play is hardly what was meant.
fn refuse_empty(playbooks: &[Playbook], found: &mut Diagnostics) {
    for playbook in playbooks.iter().filter(|playbook| playbook.plays.is_empty()) {
        let message = format!("the playbook `{}` is empty: there is nothing to do", playbook.path.display());
        found.push(Diagnostic::error(message));
    }
}

/// What the command line picks must be there.
fn start_and_limit(run: &Run, playbooks: &[Playbook], found: &mut Diagnostics) {
    if let Some(limit) = &run.settings.selection.limit {
        let inventory = run.inventory.read().unwrap_or_else(|broken| broken.into_inner());
        inventory.check_limit(limit).unwrap_or_else(|mistake| found.push(mistake));
    }
    let start = match &run.settings.selection.start_at_task {
        Some(pattern) => StartAt::find(pattern, playbooks),
        None => Ok(StartAt::default()),
    };
    match start {
        Ok(start) => drop(run.start_at.set(start)),
        Err(mistake) => found.push(mistake),
    }
}

/// Reads the variable files of all hosts that the plays name, so that what is wrong in them is told now.
fn read_variables(run: &Run, playbooks: &[Playbook], found: &mut Diagnostics) {
    if run.settings.facts.flush {
        run.host_names().iter().for_each(|host| super::fact_cache::forget(&run.settings.facts, host));
    }
    let mut may_grow = false;
    for play in playbooks.iter().flat_map(|playbook| &playbook.plays) {
        run.stand_beside(play);
        let hosts = run.hosts_of(play).unwrap_or_default();
        let unmatched = run.inventory().take_diagnostics();
        // What an earlier play may add is told where it is not there when its play begins.
        found.all.extend(unmatched.all.into_iter().filter(|_| !may_grow));
        hosts.iter().for_each(|host| drop(run.host(host)));
        may_grow |= has_task(play, WORDS) || has_task(play, &["add_host", "group_by"]);
    }
    found.all.extend(run.inventory().take_diagnostics().all);
}

/// This run, as a host's lock tells of it, and the runs that it is a part of.
fn runs(execution: &Execution, machine: &str) -> Vec<String> {
    let who = std::env::var("USER").unwrap_or_else(|_| "somebody".to_owned());
    let own = format!("a run by {who} on {machine} (process {})", std::process::id());
    std::iter::once(own).chain(execution.within.iter().cloned()).collect()
}

fn make(parts: Parts, me: std::sync::Weak<Run>, found: &mut Diagnostics) -> Run {
    let Parts { settings, sources, desk, events, dialer, passwords } = parts;
    let engine = Engine::default();
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned();
    let services = Arc::new(RunServices {
        desk,
        events: events.clone(),
        engine: engine.clone(),
        configured: super::configured::values(&settings),
        runs: runs(&settings.execution, &machine),
        interrupted: tokio::sync::watch::Sender::new(false),
        surroundings: OnceLock::new(),
        told: std::sync::Mutex::default(),
        run: me.clone(),
    });
    let surroundings = Arc::new(Surroundings {
        sources: sources.clone(),
        language: match settings.language.templates {
            Templates::Classic if !settings.language.native_types => Language::Classic,
            Templates::Classic | Templates::Native => Language::Native,
        },
        playbook_dir: settings.directory.clone(),
        services: services.clone(),
    });
    let _ = services.surroundings.set(Arc::downgrade(&surroundings));
    let paths = RolePaths { roles: settings.paths.roles.clone(), collections: collections(&settings) };
    let mut loader = Loader::new(sources.clone(), paths, Arc::new(Reading { services: services.clone() }));
    loader.library = Library::new(settings.paths.modules.clone());
    let extra = Arc::new(extra_vars(&settings, &sources, &loader, found));
    let inventory = read_inventory(&settings, &sources, &services).unwrap_or_else(|mistakes| {
        mistakes.all.into_iter().for_each(|mistake| found.push(mistake));
        Inventory::default()
    });
    inventory.take_diagnostics().all.into_iter().for_each(|warning| found.push(warning));
    let magic = Arc::new(RunMagic { values: magic_values(&settings), reached: reached(&settings) });
    Run {
        tags: Tags::new(&settings.selection.tags, &settings.selection.skip_tags),
        limits: limits(&settings),
        inject_facts: !settings.language.facts_only_in_dict,
        merge: settings.language.merge_dicts,
        machine,
        settings,
        sources,
        engine,
        loader,
        events,
        extra,
        surroundings,
        magic,
        contents: Arc::default(),
        passwords,
        services,
        dialer,
        inventory: std::sync::RwLock::new(inventory),
        hosts: std::sync::RwLock::default(),
        connections: std::sync::Mutex::default(),
        stoppers: std::sync::Mutex::default(),
        templates: std::sync::Mutex::default(),
        built_in: std::sync::Mutex::default(),
        tasks: std::sync::atomic::AtomicUsize::new(1),
        requests: std::sync::atomic::AtomicU64::new(1),
        epochs: std::sync::atomic::AtomicU32::new(1),
        plays: std::sync::atomic::AtomicUsize::new(1),
        start_at: OnceLock::new(),
        steps: super::step::Steps::default(),
        me,
    }
}

/// Reads the inventory that the settings name.
///
/// # Errors
///
/// Where it cannot be read.
pub fn read_inventory(
    settings: &Settings,
    sources: &Arc<Sources>,
    services: &Arc<RunServices>,
) -> Result<Inventory, Diagnostics> {
    let wanted = &settings.inventory;
    let reading = Arc::new(Reading { services: services.clone() });
    let decrypting = reading.clone();
    let mut options = Options {
        playbook_dir: playbook_dir(settings),
        decrypt: Some(Arc::new(move |path, text| decrypting.decrypt(path, text))),
        expressions: Some(reading),
        enabled: wanted.enabled.clone(),
        any_unparsed_is_failed: wanted.any_unparsed_is_failed,
        unparsed_is_failed: wanted.unparsed_is_failed,
        merge_dicts: settings.language.merge_dicts,
        mismatch: match wanted.mismatch {
            PatternMismatch::Warning => Mismatch::Warning,
            PatternMismatch::Error => Mismatch::Error,
            PatternMismatch::Ignore => Mismatch::Ignore,
        },
        ..Options::default()
    };
    if !wanted.ignored_extensions.is_empty() {
        options.ignored_endings = wanted.ignored_extensions.clone();
    }
    let patterns = wanted.ignored_patterns.iter().filter_map(|pattern| fancy_regex::Regex::new(pattern).ok());
    options.ignored_patterns = patterns.collect();
    Inventory::load(sources, &wanted.sources, options)
}

/// Where the inventory is from: whole paths, and lists of hosts as they are.
fn inventory_sources(settings: &Settings) -> Vec<String> {
    let whole = |source: &String| settings.directory.join(source).display().to_string();
    let sources = settings.inventory.sources.iter();
    sources.map(|source| if source.contains(',') { source.clone() } else { whole(source) }).collect()
}

/// The Python of this machine, which playbooks give to `localhost`; the usual place where there is none.
fn python() -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).map(|directory| directory.join("python3"));
    let found = places.find(|place| place.is_file());
    found.map_or_else(|| "/usr/bin/python3".to_owned(), |place| place.display().to_string())
}

/// Where the first playbook is.
fn playbook_dir(settings: &Settings) -> Option<PathBuf> {
    playbook_dirs(settings).next()
}

/// Where the playbooks are that were named, or the one that stands in no file, or would be.
fn playbook_dirs(settings: &Settings) -> impl Iterator<Item = PathBuf> {
    let named = settings.playbooks.iter().map(|path| settings.directory.join(path));
    let typed = settings.typed.iter().map(|(path, _)| path.clone());
    named.chain(typed).map(|path| folder_of(&path)).chain(settings.inventory.beside.clone())
}

/// The folders of collections: beside the playbooks, then those of the settings, which may name what is in them.
fn collections(settings: &Settings) -> Vec<PathBuf> {
    let beside = playbook_dirs(settings).map(|dir| dir.join("collections"));
    let named = settings.paths.collections.iter().map(|dir| match dir.ends_with(COLLECTIONS) {
        true => folder_of(dir),
        false => dir.clone(),
    });
    beside.chain(named).collect()
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).to_owned()
}

/// Only the named roles, in the plays that use them.
fn roles_only(run: &Run, playbooks: Vec<Playbook>, found: &mut Diagnostics) -> Vec<Playbook> {
    let wanted = &run.settings.selection.roles;
    let mut known: Vec<String> = Vec::new();
    let kept = playbooks.into_iter().map(|playbook| {
        let plays = playbook.plays.iter().map(|play| {
            known.extend(play.role_names().iter().map(|name| name.to_string()));
            run.loader.roles_alone(wanted, play)
        });
        let plays = plays.filter(|play| !play.roles.is_empty()).map(Arc::new).collect();
        Playbook { path: playbook.path, plays }
    });
    let kept: Vec<Playbook> = kept.collect();
    for name in wanted.iter().filter(|name| !known.contains(name)) {
        let hint = crate::host::nearest(name, known.iter().map(String::as_str))
            .map(|near| format!("did you mean `{near}`?"));
        found.push(Diagnostic::error(format!("no play uses the role `{name}`")).maybe_hint(hint));
    }
    kept
}

/// The variables of `-e`, in the order typed.
fn extra_vars(settings: &Settings, sources: &Sources, loader: &Loader, found: &mut Diagnostics) -> Vars {
    let mut all = Vars::new();
    for given in &settings.extra_vars {
        match given {
            ExtraVars::File(path) => all.extend(loader.variables(&settings.directory.join(path))),
            ExtraVars::Yaml { text, span } => {
                match crate::yaml::parse(sources, Path::new("<command line>"), text.as_str()) {
                    Ok((node, _)) if node.as_map().is_some() => all.extend(loader.variables_in(&node)),
                    Ok(_) => found.push(
                        Diagnostic::error("`--extra-vars` wants a mapping of names to values").at(*span),
                    ),
                    Err(diagnostic) => found.push(diagnostic),
                }
            }
            ExtraVars::Pairs { text, span } => all.extend(typed_pairs(text, *span, found)),
        }
    }
    all
}

/// What is said of a word that sets nothing: a mistake only where something was meant to be set, as in `a: b`.
fn no_pair(word: &str, text: &str) -> Diagnostic {
    let message = format!("`--extra-vars` wants `name=value`, not `{word}`");
    if text.contains(':') { Diagnostic::error(message) } else { Diagnostic::warning(message) }
}

fn typed_pairs(text: &str, span: Span, found: &mut Diagnostics) -> Vars {
    let pairs = match split_pairs(text) {
        Ok(pairs) => pairs,
        Err((open, at)) => {
            found.push(
                Diagnostic::error(format!("{open} is not closed in `--extra-vars`"))
                    .at(span.part(at, text.len())),
            );
            return Vars::new();
        }
    };
    let mut vars = Vars::new();
    for pair in pairs {
        match pair {
            Pair::Named { key, value, start, end } => {
                vars.insert(key.into(), trusted_text(value, span.part(start, end)));
            }
            Pair::Word { text: word, start, end } => {
                found.push(no_pair(&word, text).at(span.part(start, end)).hint("for a file write `@FILE`"));
            }
        }
    }
    vars
}

/// How much may be under way on a line.
fn limits(settings: &Settings) -> Limits {
    let usual = Limits::default();
    let window = settings.execution.window.and_then(|window| u32::try_from(window).ok());
    Limits { window: window.unwrap_or(usual.window), ..usual }
}

/// How hosts are reached where no variable and no keyword says so.
fn reached(settings: &Settings) -> Vec<(&'static str, Value)> {
    let connection = &settings.connection;
    let kind = connection.kind.as_deref().unwrap_or("ssh");
    let mut known = vec![("ansible_connection", Value::from(kind))];
    known.push(("ansible_timeout", i64::try_from(connection.timeout.unwrap_or(10)).unwrap_or(10).into()));
    known.extend(connection.user.as_deref().map(|user| ("ansible_user", user.into())));
    known.extend(connection.port.map(|port| ("ansible_port", i64::from(port).into())));
    known
}

/// Variables that are the same for the whole run.
fn magic_values(settings: &Settings) -> Vec<(&'static str, Value)> {
    let texts = |list: &[String]| list.iter().map(String::as_str).collect::<Value>();
    let tags = if settings.selection.tags.is_empty() {
        vec!["all".to_owned()]
    } else {
        settings.selection.tags.clone()
    };
    let version: Value = [
        ("full", Value::from(ANSIBLE_VERSION)),
        ("major", 2_i64.into()),
        ("minor", 19_i64.into()),
        ("revision", 0_i64.into()),
        ("string", ANSIBLE_VERSION.into()),
    ]
    .into_iter()
    .collect();
    let optional = |text: Option<String>| text.map_or_else(Value::none, Value::from);
    let limit = settings.selection.limit.iter().map(|limit| ("ansible_limit", Value::from(limit.as_str())));
    let always = [
        ("ansible_check_mode", settings.execution.dry_run.into()),
        ("ansible_diff_mode", settings.execution.diff.into()),
        ("ansible_forks", Value::from(settings.execution.forks.unwrap_or(5))),
        ("ansible_inventory_sources", texts(&inventory_sources(settings))),
        ("ansible_run_tags", texts(&tags)),
        ("ansible_skip_tags", texts(&settings.selection.skip_tags)),
        ("provision_prune", settings.execution.prune.into()),
        ("ansible_verbosity", Value::from(i64::from(settings.output.verbosity))),
        ("ansible_version", version),
        ("ansible_playbook_python", python().into()),
        (
            "ansible_config_file",
            optional(settings.config_file.as_ref().map(|path| path.display().to_string())),
        ),
    ];
    always.into_iter().chain(limit).collect()
}
