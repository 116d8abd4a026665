//! Modules that the project brings along.

use super::Run;
use super::halt::Trouble;
use super::interpreter::Interpreter;
use super::task_scope::At;
use crate::control::Arguments;
use crate::host::Fields;
use crate::modules::{Call, Source};
use crate::playbook::Keyword;
use crate::source::Diagnostic;
use std::path::PathBuf;

/// What modules in Python say that use Ansible's own code.
const ANSIBLE_CODE: &[u8] = b"ansible.module_utils";

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
        let is_of_ansible = code.windows(ANSIBLE_CODE.len()).any(|window| window == ANSIBLE_CODE);
        (!is_of_ansible).then_some(path)
    }
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
