//! `own_module`

mod answer;
mod style;

use super::argument::Raw;
use super::{ArgumentError, Module, Need, Source};
use crate::host::{Aside, Carried, Content, Data, Failure, Fields, Plan, Probe, Report, Run, text};
use std::sync::Arc;
use style::Style;

module! {
    /// Runs a module of the project: a file of a `library` folder, beside the playbook or in a role.
    ///
    /// A task whose word is the name of such a file means this. The file may be any executable that the host can run: it
    /// takes a file of arguments as its first word, as `key=value` pairs, or as JSON if it is a program or says
    /// `WANT_JSON`, and prints its result as JSON. A dry run does not run it.
    ///
    /// ```yaml
    /// - own_module: { name: queue, arguments: { name: mails, state: present } }
    /// ```
    OwnModule "own_module" {
        /// The name of the file, with or without its ending.
        name: String;
        /// What the module is told.
        arguments: Option<Raw>;
    } attached { source: Option<Arc<Source>> }
}

impl Module for OwnModule {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let Some(Source::File { content, .. }) = self.source.as_deref() else {
            return Err("the module was not sent along".into());
        };
        let code = host.content(content)?;
        let style = Style::of(&code);
        let arguments = self.arguments()?;
        let mut argv = self.interpreter(host, &code, style)?;
        argv.push(Aside::PROGRAM.to_owned());
        let mut asides = vec![Aside::program(content.clone())];
        match style.file(&arguments) {
            Some(file) => {
                argv.push(Aside::ARGUMENTS.to_owned());
                asides.push(Aside::arguments(&file));
            }
            None => asides = vec![Aside::program(Content::inline(style::with_arguments(&code, &arguments)))],
        }
        let title = Some(format!("module {}", self.name));
        let run = Run { argv, asides, title, any_status: true, counts: true, ..Run::default() };
        Ok(Plan::from(vec![crate::host::Change::Run(run)]))
    }

    fn report(&self, _host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        match carried.output() {
            Some(output) => answer::report(&self.name, output),
            None => Ok(Report::default()),
        }
    }

    fn check(&self) -> Vec<ArgumentError> {
        match &self.arguments {
            Some(Raw(Data::Map(_) | Data::Null)) | None => Vec::new(),
            Some(_) => vec![ArgumentError::new("arguments", "`arguments` wants a mapping")],
        }
    }

    fn need(&self) -> Option<Need> {
        Some(Need::OwnModule { name: self.name.clone() })
    }

    fn attach(&mut self, source: Arc<Source>) -> Result<(), String> {
        self.source = Some(source);
        Ok(())
    }
}

impl OwnModule {
    fn arguments(&self) -> Result<Fields, Failure> {
        match &self.arguments {
            Some(Raw(Data::Map(fields))) => Ok(fields.clone()),
            _ => Ok(Fields::new()),
        }
    }

    /// What is started in place of the interpreter that the file names: nothing, or the Python that the host has. What uses
    /// Ansible's own Python code needs to name none.
    fn interpreter(&self, host: &dyn Probe, code: &[u8], style: Style) -> Result<Vec<String>, Failure> {
        let named = match style == Style::Wrapped && !code.starts_with(b"#!") {
            true => vec!["python3".to_owned()],
            false => crate::host::interpreter(code),
        };
        let Some((program, rest)) = named.split_first() else { return Ok(Vec::new()) };
        let through_env = program.ends_with("/env");
        let wanted = if through_env { rest.first().cloned().unwrap_or_default() } else { program.clone() };
        let is_python = wanted.rsplit('/').next().is_some_and(|name| name.starts_with("python"));
        let tried = if is_python { vec![wanted.clone(), "python3".to_owned()] } else { vec![wanted.clone()] };
        for candidate in tried {
            if let Some(found) = program_at(host, &candidate)? {
                let more = if through_env { rest.get(1..).unwrap_or_default() } else { rest };
                return Ok(std::iter::once(found).chain(more.iter().cloned()).collect());
            }
        }
        let message = format!("the module `{}` needs `{wanted}`, which is not there", self.name);
        Err(host.missing(message))
    }
}

/// The path of a program, looked for where programs are.
fn program_at(host: &dyn Probe, name: &str) -> Result<Option<String>, Failure> {
    let path = host.variable("PATH").unwrap_or_else(|| "/usr/sbin:/usr/bin:/sbin:/bin".to_owned());
    let places: Vec<String> = match name.contains('/') {
        true => vec![name.to_owned()],
        false => path.split(':').map(|folder| format!("{folder}/{name}")).collect(),
    };
    for place in places {
        if host.follow(&text::to_path(&place))?.is_some_and(|stat| stat.is_file() && stat.mode & 0o111 != 0) {
            return Ok(Some(place));
        }
    }
    Ok(None)
}
