//! A project that was read, for those who run it and for those who only ask about it.

use super::desk::Desk;
use super::interrupts;
use super::start::Project;
use crate::playbook::Playbook;
use crate::report::Event;
use crate::run::{self, Parts, Passwords, Prepared, Run, View};
use crate::settings::Settings;
use crate::source::{Diagnostic, Diagnostics};
use crate::ssh::{AgentBinaries, Dialer, Origin, PACE, Secret};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

/// A project that was read, with no reporter: what is to be told of it waits here until the answer is printed.
pub struct Ready {
    pub run: Arc<Run>,
    pub playbooks: Vec<Playbook>,
    pub desk: Arc<Desk>,
    warnings: Vec<Diagnostic>,
    events: Receiver<Event>,
}

impl Ready {
    /// Reads the inventory and the playbooks that the settings name.
    ///
    /// # Errors
    /// All mistakes in them.
    pub fn of(project: &Project) -> Result<Ready, Diagnostics> {
        let (sender, events) = channel();
        let desk = Arc::new(Desk::new(interrupts::asker(), project.redactor.clone(), sender.clone()));
        let settings = Arc::new(project.settings.clone());
        let prepared = prepare(project, &settings, desk.clone(), Passwords::default(), sender)?;
        let Prepared { run, playbooks, warnings } = prepared;
        Ok(Ready { run, playbooks, desk, warnings, events })
    }

    /// How a host sees its variables in the plays that it takes part in, at least one; as a task of a role sees
    /// them where one is named.
    ///
    /// # Errors
    /// There is no such host, or none of its plays has the role.
    pub fn views(&self, host: &str, role: Option<&str>) -> Result<Vec<View>, Diagnostic> {
        let views = self.run.views(&self.playbooks, host)?;
        let Some(role) = role else { return Ok(views) };
        let inside: Vec<View> = views.iter().filter_map(|view| view.inside(role)).collect();
        if inside.is_empty() {
            let known: Vec<Arc<str>> = views.iter().flat_map(View::role_names).collect();
            let near = crate::host::nearest(role, known.iter().map(|name| &**name));
            return Err(Diagnostic::error(format!("no play of `{host}` has the role `{role}`"))
                .maybe_hint(near.map(|near| format!("did you mean `{near}`?"))));
        }
        Ok(inside)
    }

    /// Warnings that came up so far.
    pub fn warnings(&self) -> Vec<Diagnostic> {
        let later = self.events.try_iter().filter_map(|event| match event {
            Event::Warning(warning) => Some(*warning),
            _ => None,
        });
        let mut found = Diagnostics::default();
        self.warnings.iter().cloned().chain(later).for_each(|warning| found.push(warning));
        found.all
    }
}

/// Reads a project; whatever is to be told of it later goes to `events`.
///
/// # Errors
/// All mistakes that can be found before a host is touched.
pub fn prepare(
    project: &Project,
    settings: &Arc<Settings>,
    desk: Arc<Desk>,
    passwords: Passwords,
    events: Sender<Event>,
) -> Result<Prepared, Diagnostics> {
    desk.open_vaults(&settings.vaults).map_err(one)?;
    run::prepare(Parts {
        settings: settings.clone(),
        sources: project.sources.clone(),
        dialer: dialer(settings, desk.clone())?,
        desk,
        events: run::Events::new(events),
        passwords,
    })
}

/// Who opens connections.
///
/// # Errors
/// The agents beside the program cannot be read.
pub fn dialer(settings: &Settings, desk: Arc<Desk>) -> Result<Dialer, Diagnostics> {
    let unreadable = |error| Diagnostic::error(format!("cannot read the agents beside the program: {error}"));
    let agents = AgentBinaries::find().map_err(unreadable).map_err(one)?;
    Ok(Dialer::new(Origin::here(), agents, desk, settings.execution.forks.unwrap_or(PACE)))
}

/// Asks for the passwords that are wanted before the run.
///
/// # Errors
/// One cannot be asked for or read.
pub fn passwords(settings: &Settings, desk: &Desk) -> Result<Passwords, Diagnostic> {
    let typed = |prompt: &str| -> Result<Secret, Diagnostic> {
        let typed = desk.asker.password(prompt)?;
        desk.redactor.add(&typed);
        Ok(Secret::new(typed.as_str()))
    };
    let mut passwords = Passwords::default();
    if settings.connection.ask_password {
        passwords.connection = Some(typed("SSH password")?);
    }
    if settings.becoming.ask_password {
        let prompt = if passwords.connection.is_some() {
            "BECOME password (empty: as for SSH)"
        } else {
            "BECOME password"
        };
        let typed = typed(prompt)?;
        let empty = typed.reveal().is_empty();
        passwords.becoming = if empty { passwords.connection.clone() } else { Some(typed) };
    }
    for (file, password) in [
        (&settings.connection.password_file, &mut passwords.connection),
        (&settings.becoming.password_file, &mut passwords.becoming),
    ] {
        if let Some(path) = file {
            let text = std::fs::read_to_string(path)
                .map_err(|error| Diagnostic::error(format!("cannot read `{}`: {error}", path.display())))?;
            let text = text.trim_end_matches(['\r', '\n']);
            desk.redactor.add(text);
            *password = Some(Secret::new(text));
        }
    }
    Ok(passwords)
}

/// Diagnostics of one.
pub fn one(diagnostic: Diagnostic) -> Diagnostics {
    Diagnostics { all: vec![diagnostic] }
}
