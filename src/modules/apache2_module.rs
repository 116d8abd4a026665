//! `apache2_module`

use super::{ArgumentError, Module};
use crate::host::{Change, Effect, Failure, Plan, Probe, Run, apache, facts};

choices! {
    /// Whether a module is on.
    State { Present = "present", Absent = "absent" }
}

/// What Apache calls modules whose name is not made of that for `a2enmod`.
const IDENTIFIERS: [(&str, &str); 5] = [
    ("dump_io", "dumpio_module"),
    ("evasive", "evasive20_module"),
    ("php8", "php_module"),
    ("shib", "mod_shib"),
    ("shib2", "mod_shib"),
];

module! {
    /// Switches modules of Apache on and off, with `a2enmod` and `a2dismod`.
    ///
    /// ```yaml
    /// - apache2_module: { name: rewrite }
    /// - apache2_module: { name: autoindex, state: absent, force: true }
    /// - apache2_module: { name: mpm_event, state: absent, ignore_configcheck: true }
    /// ```
    Apache2Module "apache2_module" {
        /// The module, as `a2enmod` knows it.
        name: String;
        /// What Apache calls it, where that is not the name with `_module` behind.
        identifier: Option<String>;
        /// Whether it is on.
        state: State = "present";
        /// Switches off what Debian takes for needed.
        force: bool = false;
        /// Goes on where Apache cannot read its settings.
        ignore_configcheck: bool = false;
        /// Warns where that is for want of an `mpm` module.
        warn_mpm_absent: bool = true;
    }
}

impl Module for Apache2Module {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let program = match facts::program(host, "apache2ctl")? {
            Some(program) => program,
            None => facts::needed_program(host, "apachectl")?,
        };
        let wanted = self.state == State::Present;
        if wanted && self.name == "cgi" && apache::is_threaded(host, &program)? {
            return Err("Apache has threads, so `cgi` cannot be enabled; `cgid` can".into());
        }
        let word = if wanted { "enabled" } else { "disabled" };
        let mut plan = Plan::nothing().with("result", format!("Module {} {word}", self.name));
        let list = match apache::modules(host, &program)? {
            Ok(list) => list,
            Err(complaint) if self.ignore_configcheck => {
                if self.warn_mpm_absent || !is_for_want_of_mpm(&self.name, &complaint) {
                    plan.result.set("warnings", vec![complaint]);
                }
                String::new()
            }
            Err(complaint) => return Err(host.missing(format!("Error executing {program}: {complaint}"))),
        };
        if self.is_in(&list) != wanted {
            let effects = vec![apache::modules_effect(&program, &self.after(&list)), Effect::Anything];
            plan.push(Change::Run(Run {
                argv: self.command(host)?,
                effects,
                counts: true,
                ..Run::default()
            }));
        }
        Ok(plan)
    }

    fn check(&self) -> Vec<ArgumentError> {
        ArgumentError::option("name", "name of a module", &self.name).into_iter().collect()
    }
}

impl Apache2Module {
    fn identifier(&self) -> String {
        let plain = self.name.split('.').next().unwrap_or_default();
        let known = IDENTIFIERS.iter().find(|(name, _)| [plain, &self.name].contains(name));
        let usual = || match plain.starts_with("php") {
            true => format!("{plain}_module"),
            false => format!("{}_module", self.name),
        };
        self.identifier.clone().or_else(|| known.map(|(_, known)| (*known).to_owned())).unwrap_or_else(usual)
    }

    fn is_in(&self, list: &str) -> bool {
        let identifier = self.identifier();
        list.lines().any(|line| line.split_whitespace().next() == Some(&identifier))
    }

    /// The list of modules when this one has been switched.
    fn after(&self, list: &str) -> String {
        let identifier = self.identifier();
        let others = list.lines().filter(|line| line.split_whitespace().next() != Some(&identifier));
        let own = (self.state == State::Present).then(|| format!(" {identifier} (shared)"));
        others.map(str::to_owned).chain(own).map(|line| line + "\n").collect()
    }

    fn command(&self, host: &dyn Probe) -> Result<Vec<String>, Failure> {
        let absent = self.state == State::Absent;
        let program = facts::needed_program(host, if absent { "a2dismod" } else { "a2enmod" })?;
        let force = (absent && self.force).then(|| "-f".to_owned());
        Ok([program].into_iter().chain(force).chain([self.name.clone()]).collect())
    }
}

fn is_for_want_of_mpm(name: &str, complaint: &str) -> bool {
    name.contains("mpm_") && complaint.contains("AH00534")
}
