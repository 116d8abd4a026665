//! `openssl_dhparam`

use super::{State, anew, parent_there, removal};
use crate::host::openssl::Question;
use crate::host::{Carried, Change, Effect, Failure, Plan, Probe, Report, Run, text};
use crate::modules::argument::PathText;
use crate::modules::{ArgumentError, FileAttributes, Module};
use std::path::Path;

choices! {
    /// What makes them; here the host's `openssl` does.
    Backend { Auto = "auto", Cryptography = "cryptography", Openssl = "openssl" }
}

module! {
    /// Makes parameters for Diffie-Hellman.
    ///
    /// 4096 bits take minutes.
    ///
    /// ```yaml
    /// - openssl_dhparam: { path: /etc/ssl/dhparams.pem, size: 2048 }
    /// ```
    OpensslDhparam "openssl_dhparam" {
        /// Whether the file is to be there.
        state: State = "present";
        /// Their bits.
        size: i64 = 4096;
        /// Makes them anew each time.
        force: bool = false;
        /// The file.
        path: PathText;
        /// Keeps a copy of what is replaced.
        backup: bool = false;
        /// Means nothing here.
        select_crypto_backend: Backend = "auto";
        /// Tells the parameters in the result.
        return_content: bool = false;
    } with { attributes: FileAttributes }
}

impl Module for OpensslDhparam {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let path = self.path.on(host)?;
        if self.state == State::Absent {
            return removal(host, &path, self.backup);
        }
        parent_there(host, &path)?;
        let name = text::from_path(&path);
        if host.stage() == 0 && (self.force || !self.is_as_wished(host, &path, &name)?) {
            return anew(host, &path, self.backup, self.generation(host, &path, &name));
        }
        let Some(stat) = host.follow(&path)? else { return Ok(Plan::nothing()) };
        Ok(self.attributes.plan(host, &path, &stat)?.with("filename", name))
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone().with("size", self.size);
        if self.return_content && !carried.dry && self.state == State::Present {
            result.set("dhparams", text::from_bytes(&host.read(&self.path.on(host)?)?));
        }
        Ok(result.into())
    }

    fn check(&self) -> Vec<ArgumentError> {
        let wrong = self.size < 512;
        wrong.then(|| ArgumentError::new("size", "`size` must be 512 at least")).into_iter().collect()
    }
}

impl OpensslDhparam {
    fn is_as_wished(&self, host: &dyn Probe, path: &Path, name: &str) -> Result<bool, Failure> {
        if !host.exists(path)? {
            return Ok(false);
        }
        let about = question(name).ask(host)?.unwrap_or_default();
        let bits = about.split(['(', ' ', '\n']).find_map(|word| word.parse::<i64>().ok());
        Ok(bits == Some(self.size))
    }

    /// Makes them beside their place and puts them there.
    fn generation(&self, host: &dyn Probe, path: &Path, name: &str) -> Change {
        let line =
            r#"openssl dhparam -out "$1.new" "$2" && mv -f "$1.new" "$1"; s=$?; rm -f "$1.new"; exit $s"#;
        let argv = ["/bin/sh", "-c", line, "sh", name, &self.size.to_string()].map(str::to_owned).to_vec();
        let foreseen = format!("DH Parameters: ({} bit)\n", self.size);
        let effects = vec![
            Effect::File { path: path.to_owned(), mode: 0o666 & !host.umask(), owner: host.me() },
            question(name).becomes(&foreseen),
            Effect::Anything,
        ];
        let run = Run { argv, effects, counts: true, ..Run::default() };
        Change::Run(run.titled(format!("make the parameters {name}")))
    }
}

fn question(name: &str) -> Question<'_> {
    Question { words: vec!["dhparam", "-in", name, "-noout", "-text"], ..Question::default() }
}
