//! Modules that the project brings along.

use super::Run;
use super::halt::Trouble;
use super::interpreter::Interpreter;
use super::task_scope::At;
use crate::control::Arguments;
use crate::host::Fields;
use crate::modules::{Call, Source};
use crate::playbook::{Action, Keyword};
use crate::source::{Diagnostic, Span};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What modules in Python say that use Ansible's own code.
const ANSIBLE_CODE: &[u8] = b"ansible.module_utils";

/// Modules of the project in Python, each with the tasks that use it.
#[derive(Default)]
pub struct InPython(BTreeMap<Arc<str>, Vec<Span>>);

impl InPython {
    /// Notes that a task uses the module in this file, if that is in Python.
    pub fn note(&mut self, path: &Path, action: &Action) {
        let code = std::fs::read(path).unwrap_or_default();
        let first = code.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if contains(first, b"python") || contains(&code, ANSIBLE_CODE) {
            let tasks = self.0.entry(action.written.clone()).or_default();
            if !tasks.contains(&action.span) {
                tasks.push(action.span);
            }
        }
    }

    /// What is to be known of them before a host is touched.
    pub fn warnings(self) -> impl Iterator<Item = Diagnostic> {
        self.0.into_iter().map(|(name, tasks)| {
            let message = format!("the module `{name}` is in Python, which the hosts of its tasks need");
            let mut tasks = tasks.into_iter();
            let warning = Diagnostic::warning(message).at(tasks.next().unwrap_or(Span::NONE));
            let warning = tasks.fold(warning, |warning, task| warning.label(task, "and here"));
            warning.hint("where it uses `ansible.module_utils`, they need Ansible's code, too: `pip install ansible-core`")
        })
    }
}

impl Run {
    /// The file of a module of the project. One that has the name of a built-in module counts only if it needs nothing of
    /// Ansible on the host.
    pub fn own_module(&self, word: &str) -> Option<PathBuf> {
        if crate::control::is_word(word) {
            return None;
        }
        let path = self.loader.library.find(word)?;
        if crate::modules::spec(word).is_none() {
            return Some(path);
        }
        let code = std::fs::read(&path).ok()?;
        (!contains(&code, ANSIBLE_CODE)).then_some(path)
    }
}

fn contains(code: &[u8], words: &[u8]) -> bool {
    code.windows(words.len()).any(|window| window == words)
}

impl Interpreter {
    /// The call that a task with the name of an own module means.
    pub(super) async fn own_call(&mut self, arguments: &Arguments, at: &At) -> Result<Call, Trouble> {
        let mut told = arguments.fields();
        for (name, value) in self.internals(arguments, at).await? {
            told.set(name, value);
        }
        let fields = Fields::new().with("name", &*arguments.word).with("arguments", told);
        let call = crate::modules::parse("own_module", &fields);
        call.map_err(|_| Diagnostic::error("the arguments do not fit").at(arguments.span).into())
    }

    /// What Ansible tells modules of how they are run.
    async fn internals(&mut self, arguments: &Arguments, at: &At) -> Result<Fields, Trouble> {
        let settings = self.run.settings.clone();
        let diff = match at.frame.keyword(Keyword::Diff) {
            Some(_) => self.flag(at, Keyword::Diff).await?,
            None => settings.execution.diff,
        };
        let no_log = self.flag_or_setting(at, Keyword::NoLog).await?;
        Ok(Fields::new()
            .with("_ansible_check_mode", false)
            .with("_ansible_no_log", no_log)
            .with("_ansible_debug", false)
            .with("_ansible_diff", diff)
            .with("_ansible_verbosity", u32::from(settings.output.verbosity))
            .with("_ansible_version", super::prepare::ANSIBLE_VERSION)
            .with("_ansible_module_name", &*arguments.word)
            .with("_ansible_syslog_facility", "LOG_USER")
            .with("_ansible_selinux_special_fs", Vec::<String>::new())
            .with("_ansible_keep_remote_files", false)
            .with("_ansible_socket", crate::host::Data::Null)
            .with("_ansible_shell_executable", "/bin/sh")
            .with("_ansible_tmpdir", crate::host::Data::Null)
            .with("_ansible_remote_tmp", "/tmp"))
    }

    /// The file of a module of the project.
    pub(super) fn own_module(&self, arguments: &Arguments, name: &str) -> Result<Source, Trouble> {
        let path = self.run.loader.library.find(name).ok_or_else(|| {
            Diagnostic::error(format!("there is no module `{name}` in any `library`")).at(arguments.span)
        })?;
        let content = self.content(arguments, &path)?;
        Ok(Source::File { name: name.to_owned(), content, mode: None })
    }
}
