//! `tempfile`

use super::Module;
use super::argument::PathText;
use crate::host::{Carried, Change, Content, Failure, Fields, Plan, Probe, Report, Write, text};

choices! {
    /// What is made.
    State { File = "file", Directory = "directory" }
}

module! {
    /// Makes a file or a directory that nobody else has, for passing things.
    ///
    /// ```yaml
    /// - tempfile: { state: directory, prefix: build. }
    /// ```
    Tempfile "tempfile" local {
        /// What is made.
        state: State = "file";
        /// The directory that it is made in.
        path: Option<PathText>;
        /// How its name begins.
        prefix: String = "ansible.";
        /// How its name ends.
        suffix: String = "";
    }
}

impl Module for Tempfile {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let inside = match &self.path {
            Some(path) => path.on(host)?,
            None => text::to_path(&host.variable("TMPDIR").unwrap_or_else(|| "/tmp".to_owned())),
        };
        if !host.is_directory(&inside)? {
            return Err(host.missing(format!("the directory `{}` does not exist", inside.display())));
        }
        let name = format!("{}{}{}", self.prefix, crate::host::random_word()?, self.suffix);
        if name.contains('/') {
            return Err("a prefix or suffix must not hold a slash".into());
        }
        let path = inside.join(text::to_path(&name));
        let plan = Plan::say(Fields::new().with("path", text::from_path(&path)));
        let change = match self.state {
            State::Directory => Change::Directory { path, mode: 0o700, owner: host.me() },
            State::File => Change::Write(Write {
                path,
                content: Content::inline(Vec::new()),
                mode: 0o600,
                owner: host.me(),
                before: None,
                validate: None,
                in_place: false,
                modified: None,
            }),
        };
        Ok(Plan { changes: vec![change], ..plan })
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        if let Some(path) = result.get("path").and_then(|path| path.as_text()).map(text::to_path) {
            super::files::describe(host, &path, &mut result)?;
        }
        // In a dry run the name is one that no later run will choose.
        let unknown = carried.dry.then(|| "a name that is chosen only when it is made".to_owned());
        Ok(Report { unknown, ..Report::from(result) })
    }
}
