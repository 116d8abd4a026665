//! What evaluation and reading ask of the run: decryption, warnings, secrets, questions.

use super::Run;
use crate::host::{BETWEEN_RUNS, RUNS};
use crate::inventory::Expressions;
use crate::playbook::Resolve;
use crate::report::Event;
use crate::source::{Diagnostic, Span};
use crate::template::{Engine, Fetch, Services, Surroundings, Variables};
use crate::vars::{Value, Vars};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, OnceLock, Weak};
use tokio::sync::watch;

/// Where events go.
#[derive(Clone, Debug)]
pub struct Events {
    sender: Sender<Event>,
}

impl Events {
    pub fn new(sender: Sender<Event>) -> Events {
        Events { sender }
    }

    /// Sends an event. Nobody listens any more when a run is torn down, and that is fine.
    pub fn send(&self, event: Event) {
        let _ = self.sender.send(event);
    }
}

/// What only the command line can do for a run.
pub trait Desk: Send + Sync {
    /// Decrypts vault text.
    ///
    /// # Errors
    ///
    /// Why no secret fits.
    fn decrypt(&self, text: &str) -> Result<Vec<u8>, String>;
    /// Learns a text that must never be shown.
    fn secret(&self, text: &str);
    /// Asks the person at the terminal.
    fn ask(&self, question: &str, echo: bool) -> Option<String>;
}

/// The run's services.
pub struct RunServices {
    pub desk: Arc<dyn Desk>,
    pub events: Events,
    pub engine: Engine,
    /// Settings by the names that they have in Ansible.
    pub configured: HashMap<&'static str, Value>,
    /// This run and those that it is a part of, for the locks of hosts.
    pub runs: Vec<String>,
    /// Becomes true when the user asks to stop.
    pub interrupted: watch::Sender<bool>,
    /// Set when all is ready, for those who evaluate without a host. Weak, because these services are part of it.
    pub surroundings: OnceLock<Weak<Surroundings>>,
    /// The warnings that were told.
    pub told: Mutex<HashSet<(Span, String)>>,
    /// The run that these services are part of.
    pub run: Weak<Run>,
}

impl RunServices {
    /// Tells a warning, once for each place: many hosts may come to it.
    pub fn tell(&self, warning: Diagnostic) {
        let mut told = self.told.lock().unwrap_or_else(|broken| broken.into_inner());
        if !told.insert((warning.span(), warning.message.clone())) {
            return;
        }
        self.events.send(Event::Warning(Box::new(warning)));
    }

    pub fn ask(&self, question: &str, echo: bool) -> Option<String> {
        self.desk.ask(question, echo)
    }
}

impl Services for RunServices {
    fn decrypt(&self, text: &str) -> Result<Vec<u8>, String> {
        self.desk.decrypt(text)
    }

    fn secret(&self, text: &str) {
        self.desk.secret(text);
    }

    fn warn(&self, warning: Diagnostic) {
        self.tell(warning);
    }

    fn setting(&self, name: &str) -> Option<Value> {
        self.configured.get(name).cloned()
    }

    fn hosts_matching(&self, pattern: &str) -> Vec<String> {
        let Some(run) = self.run.upgrade() else { return Vec::new() };
        let hosts = run.inventory().select(pattern, None, Span::NONE).unwrap_or_default();
        hosts.iter().map(|host| host.to_string()).collect()
    }

    fn prepare_command(&self, command: &mut Command) {
        command.env(RUNS, self.runs.join(BETWEEN_RUNS));
    }

    fn is_interrupted(&self) -> bool {
        *self.interrupted.borrow()
    }

    fn fetch(&self, request: &Fetch) -> Result<Vec<u8>, String> {
        super::fetch::page(request)
    }

    fn parse_yaml(&self, text: &str) -> Result<Vec<Value>, String> {
        crate::vars::data_from_yaml(text)
    }
}

/// Evaluates and decrypts for those who read playbooks.
pub struct Reading {
    pub services: Arc<RunServices>,
}

impl Resolve for Reading {
    fn text(&self, value: &Value, vars: &[Arc<Vars>]) -> Result<String, Box<Diagnostic>> {
        if !value.is_lazy() {
            return value.str().map_err(|_| Box::new(Diagnostic::error("this is no text").at(value.span())));
        }
        let mut scope = Variables::default();
        if let Some(surroundings) = self.services.surroundings.get().and_then(Weak::upgrade) {
            scope.context.surroundings = surroundings;
        }
        vars.iter().for_each(|list| {
            scope.all.extend(list.iter().map(|(name, value)| (name.clone(), value.clone())))
        });
        let resolved = self.services.engine.resolve(value, &scope);
        let resolved = resolved.map_err(|error| Box::new(error.into_diagnostic()))?;
        resolved.str().map_err(|_| Box::new(Diagnostic::error("this gives no text").at(value.span())))
    }

    fn decrypt(&self, path: &Path, text: &str) -> Result<Option<String>, Box<Diagnostic>> {
        if !text.starts_with("$ANSIBLE_VAULT;") {
            return Ok(None);
        }
        let failed =
            |why: String| Box::new(Diagnostic::error(format!("cannot decrypt `{}`: {why}", path.display())));
        let plain = self.services.desk.decrypt(text).map_err(failed)?;
        String::from_utf8(plain).map(Some).map_err(|_| failed("it holds no text".to_owned()))
    }
}

impl Reading {
    fn scope(&self, vars: &Vars) -> Variables {
        let mut scope = Variables::default();
        if let Some(surroundings) = self.services.surroundings.get().and_then(Weak::upgrade) {
            scope.context.surroundings = surroundings;
        }
        scope.all.extend(vars.iter().map(|(name, value)| (name.clone(), value.clone())));
        scope
    }
}

impl Expressions for Reading {
    fn evaluate(&self, expression: &Value, vars: &Vars) -> Result<Value, Box<Diagnostic>> {
        let (scope, engine) = (self.scope(vars), &self.services.engine);
        let value = match expression.as_str() {
            Some(_) if expression.is_lazy() => engine.resolve(expression, &scope),
            Some(text) => engine.expression(text, expression.span(), &scope),
            None => return Ok(expression.clone()),
        };
        value.map_err(|error| Box::new(error.into_diagnostic()))
    }

    fn holds(&self, condition: &Value, vars: &Vars) -> Result<bool, Box<Diagnostic>> {
        let holds = self.services.engine.condition(condition, &self.scope(vars));
        holds.map_err(|error| Box::new(error.into_diagnostic()))
    }
}
