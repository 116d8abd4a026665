//! Facts: gathered by the first call of a play, and awaited only by those who read them.

use super::halt::{Halt, Trouble};
use super::interpreter::Interpreter;
use super::task_scope::At;
use crate::control::truth;
use crate::playbook::Task;
use crate::settings::Gathering;
use crate::source::{Diagnostic, Severity};
use crate::vars::{Value, Vars};
use std::path::Path;
use std::sync::Arc;

impl Interpreter {
    /// Sends the call that gathers facts, if this play wants them.
    pub async fn gather_facts(&mut self) -> Result<(), Halt> {
        if !self.wants_facts().await? {
            return Ok(());
        }
        self.position.push(0);
        let task = Arc::new(Task::gather_facts(&self.play.play));
        let at = At::new(self.play.frame.keywords(&task.keywords), self.play.play.dir.clone());
        if !self.run.tags.choose(&["always".to_owned()]) {
            return Ok(());
        }
        self.perform(&task, &at).await
    }

    async fn wants_facts(&mut self) -> Result<bool, Halt> {
        let at = At::new(self.play.frame.clone(), self.play.play.dir.clone());
        let written = self.play.gathers_facts.clone();
        if !written.is_none() {
            return match self.evaluate(&at, |engine, scope| engine.resolve(&written, scope)).await {
                Ok(value) => Ok(truth(&value)),
                Err(Trouble::Halt(halt)) => Err(halt),
                Err(_) => Ok(true),
            };
        }
        Ok(match self.run.settings.facts.gathering {
            Gathering::Implicit => true,
            Gathering::Explicit => false,
            Gathering::Smart => self.host.store.snapshot().facts.names().next().is_none(),
        })
    }

    /// Loads `vars_files` whose names, or whose being there, this host decides.
    pub async fn load_vars_files(&mut self) -> Result<(), Halt> {
        let files = self.play.play.vars_files.clone();
        if files.is_empty() {
            return Ok(());
        }
        let at = At::new(self.play.frame.clone(), self.play.play.dir.clone());
        for written in files {
            match self.vars_file(&written, &at).await {
                Ok(Some(vars)) => {
                    let mut all = (*self.play.vars_of(&self.host)).clone();
                    all.files.push(Arc::new(vars));
                    self.play.set_vars(&self.host, all);
                }
                Ok(None) => {}
                Err(Trouble::Halt(halt)) => return Err(halt),
                Err(trouble) => return Err(self.refuse_play(trouble)),
            }
        }
        Ok(())
    }

    /// Ends this host because the play itself cannot be carried out on it.
    fn refuse_play(&self, trouble: Trouble) -> Halt {
        let diagnostic = match trouble {
            Trouble::Halt(halt) => return halt,
            Trouble::Mistake { diagnostic, .. } | Trouble::Unreachable(diagnostic) => *diagnostic,
            Trouble::Depends(because) => Diagnostic::error(because),
        };
        self.run.fail_host(&self.host.name, diagnostic);
        Halt::EndHost
    }

    /// The variables of one element of `vars_files`: of several names, the first that is there. The play goes on without those
    /// that are not, as in Ansible, and says so.
    async fn vars_file(&mut self, written: &Value, at: &At) -> Result<Option<Vars>, Trouble> {
        let names = written.as_items().unwrap_or_else(|| Arc::new(vec![written.clone()]));
        let mut tried = Vec::new();
        for name in names.iter() {
            let evaluated = self.evaluate(at, |engine, scope| engine.resolve(name, scope)).await;
            let file = match evaluated {
                Ok(value) => value.str().unwrap_or_default(),
                Err(Trouble::Mistake { undefined: true, diagnostic }) => {
                    let message = format!("passed over in `vars_files`: {}", diagnostic.message);
                    self.run.warn(Diagnostic { severity: Severity::Warning, message, ..*diagnostic });
                    continue;
                }
                Err(trouble) => return Err(trouble),
            };
            let dirs = [self.play.play.dir.join("vars"), self.play.play.dir.to_path_buf()];
            for path in dirs.iter().map(|dir: &std::path::PathBuf| dir.join(Path::new(&file))) {
                if path.is_file() {
                    return Ok(self.run.variables_of(&path)?);
                }
                tried.push(path);
            }
        }
        if !tried.is_empty() {
            let missing =
                crate::playbook::no_file(&written.str().unwrap_or_default(), written.span(), &tried);
            self.run.warn(Diagnostic { severity: Severity::Warning, ..missing });
        }
        Ok(None)
    }
}
