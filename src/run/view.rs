//! What a host sees, for those who ask and run nothing: variables with their levels, values, templates, how it is reached.

use super::Run;
use super::frame::Frame;
use super::host::Host;
use super::play::PlayRun;
use super::roles::play_roles;
use super::scope::Layers;
use super::task_scope::{At, TaskScope};
use crate::host::nearest;
use crate::playbook::{Play, Playbook, Role};
use crate::source::{Diagnostic, Span};
use crate::ssh::{Kind, Target};
use crate::template::{Error, Overrides};
use crate::vars::{Data, Level, Value, Vars, trusted_text};
use indexmap::IndexSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A host in one play before its first task, or outside of every play. Facts and results are not known here.
#[derive(Clone)]
pub struct View {
    run: Arc<Run>,
    play: Arc<PlayRun>,
    host: Arc<Host>,
    at: At,
    /// The name of the play, if it is in one.
    pub name: Option<String>,
}

/// One level at which a variable is set.
#[derive(Clone, Debug)]
pub struct Layer {
    pub level: Level,
    /// As it is written.
    pub value: Value,
    /// `file:line:column`.
    pub place: Option<String>,
}

impl Run {
    /// How a host sees its variables in every play that it takes part in; where it is in none, outside of plays.
    ///
    /// # Errors
    /// There is no such host.
    pub fn views(self: &Arc<Run>, playbooks: &[Playbook], host: &str) -> Result<Vec<View>, Diagnostic> {
        let known = self.host(host).ok_or_else(|| self.no_host(host))?;
        let plays = playbooks.iter().flat_map(|playbook| &playbook.plays);
        let takes_part = |play: &&Arc<Play>| {
            self.hosts_of(play).is_ok_and(|hosts| hosts.iter().any(|name| *name == known.name))
        };
        let mut views: Vec<View> =
            plays.filter(takes_part).map(|play| self.view(play, &known, true)).collect();
        if views.is_empty() {
            let dir = playbooks.first().and_then(|playbook| playbook.path.parent());
            let play = Play::without_tasks(host.into(), dir.unwrap_or(&self.settings.directory));
            views.push(self.view(&Arc::new(play), &known, false));
        }
        Ok(views)
    }

    /// How every host of a play sees its variables.
    pub fn views_in(self: &Arc<Run>, play: &Arc<Play>) -> Vec<View> {
        let hosts = self.hosts_of(play).unwrap_or_default();
        hosts.iter().filter_map(|host| self.host(host)).map(|host| self.view(play, &host, true)).collect()
    }

    /// The hosts of the inventory that a name or a pattern means.
    pub fn hosts_named(&self, pattern: &str) -> Vec<crate::report::HostName> {
        if let Some(host) = self.host(pattern) {
            return vec![host.name.clone()];
        }
        self.inventory().select(pattern, None, Span::NONE).unwrap_or_default()
    }

    /// The inventory as it is now.
    pub fn inventory(&self) -> std::sync::RwLockReadGuard<'_, crate::inventory::Inventory> {
        self.inventory.read().unwrap_or_else(|broken| broken.into_inner())
    }

    /// What is said of a host that is not there.
    pub fn no_host(&self, host: &str) -> Diagnostic {
        let names = self.host_names();
        let near =
            nearest(host, names.iter().map(|name| &**name)).map(|near| format!("did you mean `{near}`?"));
        Diagnostic::error(format!("there is no host `{host}` in the inventory")).maybe_hint(near)
    }

    fn view(self: &Arc<Run>, play: &Arc<Play>, host: &Arc<Host>, named: bool) -> View {
        let name = self.play_name(play);
        let all = self.hosts_of(play).unwrap_or_else(|_| vec![host.name.clone()]);
        let vars = Arc::new(self.play_vars(play, Vars::new()));
        let batch = self.batch(play, &name, 0, all.clone(), (&all, &all, &vars));
        let at = At::new(batch.frame.clone(), play.dir.clone());
        let play = Arc::new(PlayRun::new(batch));
        let view = View { run: self.clone(), play, host: host.clone(), at, name: named.then_some(name) };
        view.load_vars_files();
        view
    }
}

impl View {
    /// As a task of a role sees it; nothing where the play does not have the role.
    #[must_use]
    pub fn inside(&self, role: &str) -> Option<View> {
        let (role, frame) = self.roles().into_iter().find(|(known, _)| *known.name == *role)?;
        Some(self.as_in(&role, frame))
    }

    fn as_in(&self, role: &Role, frame: Arc<Frame>) -> View {
        let at = At::new(frame, role.path.join("tasks").into());
        let View { run, play, host, name, .. } = self;
        View { run: run.clone(), play: play.clone(), host: host.clone(), name: name.clone(), at }
    }

    /// As a task of each role sees it, each time that the play uses the role.
    pub fn uses(&self) -> Vec<View> {
        self.roles().into_iter().map(|(role, frame)| self.as_in(&role, frame)).collect()
    }

    /// The role whose tasks see it so.
    pub fn role(&self) -> Option<&str> {
        self.at.frame.role().map(|role| &*role.name)
    }

    /// The places in the play's files where tasks set a variable, and the words by which they do.
    pub fn setters(&self, name: &str) -> Vec<(String, &'static str)> {
        let roles = self.roles().into_iter().map(|(role, _)| role.path.clone());
        let folders: IndexSet<Arc<Path>> = roles.chain([self.play.play.dir.clone()]).collect();
        let sources = &self.run.sources;
        let found = folders.iter().flat_map(|folder| super::lint::setters(sources, folder, name));
        found.filter_map(|(by, span)| Some((sources.place(span)?, by))).collect()
    }

    /// The names of the play's roles, dependencies too.
    pub fn role_names(&self) -> Vec<Arc<str>> {
        self.roles().into_iter().map(|(role, _)| role.name.clone()).collect()
    }

    /// The role whose folder holds a file.
    pub fn role_of_file(&self, path: &Path) -> Option<Arc<str>> {
        let path = path.canonicalize().ok()?;
        let holds = |role: &Role| role.path.canonicalize().is_ok_and(|folder| path.starts_with(folder));
        self.roles().into_iter().find(|(role, _)| holds(role)).map(|(role, _)| role.name.clone())
    }

    fn roles(&self) -> Vec<(Arc<Role>, Arc<Frame>)> {
        play_roles(&self.play.play, &self.play.frame)
    }

    /// Every level at which a variable is set, the winner first.
    pub fn explain(&self, name: &str) -> Vec<Layer> {
        let mut told: Vec<Layer> = Vec::new();
        for (level, value) in self.layers().explain(name) {
            let place = self.run.sources.place(value.span());
            // A role that is used more than once, or a file that is beside the inventory and the playbook, is told of once.
            let again = |known: &Layer| place.is_some() && known.place == place;
            if !told.iter().any(again) {
                told.push(Layer { level, value, place });
            }
        }
        told
    }

    /// Every name that has a value here, sorted.
    pub fn names(&self) -> Vec<Arc<str>> {
        let mut names = self.layers().names();
        names.sort();
        names
    }

    /// Whether nobody sets the name and it has a value all the same.
    pub fn is_magic(&self, name: &str) -> bool {
        let layers = self.layers();
        layers.magic.value(name, &layers).is_some()
    }

    /// The value of a variable, evaluated.
    ///
    /// # Errors
    /// It cannot be evaluated.
    pub fn value(&self, name: &str) -> Result<Option<Value>, Diagnostic> {
        let scope = self.scope(&self.at);
        let Some(value) = scope.layers.value(name) else { return Ok(None) };
        self.run.engine.resolve(&value, &scope).map(Some).map_err(|error| error.into_diagnostic())
    }

    /// The value of a template, or of a bare expression, that is written at `span`.
    ///
    /// # Errors
    /// It cannot be evaluated.
    pub fn evaluate(&self, text: &str, span: Span) -> Result<Value, Diagnostic> {
        let scope = self.scope(&self.at);
        let written = trusted_text(text.to_owned(), span);
        let value = match written.is_lazy() {
            true => self.run.engine.resolve(&written, &scope),
            false => self.run.engine.expression(text, span, &scope).and_then(|value| match value.data() {
                Data::Undefined(undefined) => Err(Error::undefined(undefined)),
                _ => Ok(value),
            }),
        };
        value.map_err(|error| error.into_diagnostic())
    }

    /// Whether a condition holds.
    ///
    /// # Errors
    /// It cannot be evaluated.
    pub fn holds(&self, condition: &Value) -> Result<bool, Diagnostic> {
        let answer = self.run.engine.condition(condition, &self.scope(&self.at));
        answer.map_err(|error| error.into_diagnostic())
    }

    /// The text that a template file gives.
    ///
    /// # Errors
    /// It cannot be read or evaluated.
    pub fn render(&self, path: &Path) -> Result<Value, Diagnostic> {
        let (text, span) = self.run.template_source(path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let at = At { dir: path.parent().unwrap_or(Path::new("")).into(), ..self.at.clone() };
        let at = self.run.template_variables(&at, &self.scope(&at), &name, path);
        let text = self.run.engine.template_text(&text, span, &Overrides::default(), &self.scope(&at));
        text.map_err(|error| error.into_diagnostic())
    }

    /// How the variables and settings say that the host is reached: name, address, port, arguments.
    ///
    /// # Errors
    /// A variable that matters for it cannot be evaluated.
    pub fn target(&self) -> Result<Target, Diagnostic> {
        let settings = &self.run.settings.connection;
        let first = |names: &[&str]| -> Result<Option<String>, Diagnostic> {
            let values = names.iter().map(|name| self.value(name)).collect::<Result<Vec<_>, _>>()?;
            let value = values.into_iter().flatten().find(|value| !value.is_none() && !value.is_omit());
            Ok(value.and_then(|value| value.str().ok()))
        };
        let mut target = Target::named(&*self.host.name);
        let kind = first(&["ansible_connection"])?.or_else(|| settings.kind.clone());
        let local = kind.as_deref().map_or(self.host.is_implicit_localhost, |kind| kind.ends_with("local"));
        target.kind = if local { Kind::Local } else { Kind::Ssh };
        target.address = first(&["ansible_host", "ansible_ssh_host"])?;
        target.user = first(&["ansible_user", "ansible_ssh_user"])?.or_else(|| settings.user.clone());
        let port = first(&["ansible_port", "ansible_ssh_port"])?;
        target.port = port.and_then(|port| port.parse().ok()).or(settings.port);
        for (name, setting) in [
            ("ansible_ssh_args", &settings.ssh_args),
            ("ansible_ssh_common_args", &settings.ssh_common_args),
            ("ansible_ssh_extra_args", &settings.ssh_extra_args),
        ] {
            let given = first(&[name])?.or_else(|| setting.clone());
            target.arguments.extend(given.filter(|given| !given.trim().is_empty()));
        }
        Ok(target)
    }

    fn scope(&self, at: &At) -> TaskScope {
        self.run.stand_beside(&self.play.play);
        let layers = Layers::of(&self.run, &self.play, &self.host, at);
        TaskScope::new(layers, at, &self.play.surroundings)
    }

    fn layers(&self) -> Layers {
        self.scope(&self.at).layers
    }

    /// `vars_files` whose names can be known without facts.
    fn load_vars_files(&self) {
        for written in &self.play.play.vars_files {
            let Some(vars) = self.vars_file(written) else { continue };
            let mut all = (*self.play.vars_of(&self.host)).clone();
            all.files.push(Arc::new(vars));
            self.play.set_vars(&self.host, all);
        }
    }

    fn vars_file(&self, written: &Value) -> Option<Vars> {
        let scope = self.scope(&self.at);
        let names = written.as_items().unwrap_or_else(|| Arc::new(vec![written.clone()]));
        let names = names.iter().filter_map(|name| self.run.engine.resolve(name, &scope).ok()?.str().ok());
        let dir = &self.play.play.dir;
        let mut paths = names.flat_map(|name| [dir.join("vars").join(&name), dir.join(&name)]);
        let path: PathBuf = paths.find(|path| path.is_file())?;
        self.run.variables_of(&path).ok().flatten()
    }
}
