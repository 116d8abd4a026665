//! `apk`

use super::{ArgumentError, Module, execution};
use crate::host::{Carried, Change, Data, Effect, Failure, Plan, Probe, Report, Run, apk, text};

choices! {
    /// What packages are to be.
    State { Present = "present" | "installed", Absent = "absent" | "removed", Latest = "latest" }
}

module! {
    /// Manages packages of Alpine.
    ///
    /// What is going to happen is what `apk --simulate` says, and that is what a dry run shows.
    ///
    /// ```yaml
    /// - apk: { name: [curl, nginx], update_cache: true }
    /// - apk: { upgrade: true, available: true }
    /// ```
    Apk "apk" {
        /// Takes the versions of the repositories, older ones too, when all is upgraded.
        available: bool = false;
        /// Packages.
        name: Option<Vec<String>>;
        /// Keeps no index.
        no_cache: bool = false;
        /// The repositories to take packages from, in place of those of the host.
        repository: Option<Vec<String>>;
        /// What they are to be.
        state: State = "present";
        /// Reads the indexes of packages first.
        update_cache: bool = false;
        /// Upgrades all packages.
        upgrade: bool = false;
        /// The list of packages that somebody asked for.
        world: String = "/etc/apk/world";
    }
}

impl Module for Apk {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        if self.update_cache && host.stage() == 0 {
            let argv = [vec!["apk".to_owned()], self.options(), vec!["update".to_owned()]].concat();
            let update = Run { argv, effects: vec![Effect::Anything], ..Run::default() };
            return Ok(Plan::one(Change::Run(update.titled("apk update"))).and_again());
        }
        let words = if self.upgrade {
            let available = self.available.then(|| "--available".to_owned());
            Some(std::iter::once("upgrade".to_owned()).chain(available).collect())
        } else if self.state == State::Absent {
            self.removal(host)?
        } else {
            self.addition(host)?
        };
        let mut plan =
            Plan::nothing().with("packages", Data::List(Vec::new())).with("msg", self.idle_message());
        let Some(words) = words else { return Ok(plan) };
        let words: Vec<String> = [self.options(), words].concat();
        let said = apk::foresee(host, &words)?;
        let stdout = said.text("stdout").unwrap_or_default();
        if said.number::<i64>("rc") != Some(0) {
            let complaint = said.text("stderr").unwrap_or_default();
            let reasons = format!("{} {}", complaint.trim(), stdout.trim());
            return Err(host.missing(format!("apk refuses: {}", reasons.trim())));
        }
        let steps = steps(&stdout);
        if steps.is_empty() && self.upgrade {
            return Ok(plan);
        }
        let packages: Vec<&str> = steps.iter().map(|(_, name, _)| name.as_str()).collect();
        plan.result.set("packages", packages);
        plan.result.set("msg", "");
        plan.push(self.run(&words, &steps));
        Ok(plan)
    }

    fn report(&self, _host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        if let Some(output) = carried.output() {
            execution::said(output, false, &mut result);
            ["start", "end", "delta", "rc"].into_iter().for_each(|name| drop(result.remove(name)));
        }
        // Reading the indexes alone counts where nothing else is asked for.
        let alone = self.update_cache && self.name.is_none() && !self.upgrade;
        Ok(Report { changed: Some(carried.changed() || alone), ..Report::from(result) })
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        if self.name.is_some() && self.upgrade {
            wrong.push(ArgumentError::new("", exclusive!("name|upgrade")));
        }
        if self.name.is_none() && !self.upgrade && !self.update_cache {
            wrong.push(ArgumentError::new("", one_of!("name, update_cache, upgrade")));
        }
        for name in self.name.iter().flatten().filter(|name| name.trim().is_empty() || name.starts_with('-'))
        {
            wrong.push(ArgumentError::new("name", format!("`{name}` is no name of a package")));
        }
        wrong
    }
}

impl Apk {
    fn idle_message(&self) -> &'static str {
        match self.state {
            _ if self.upgrade => "packages already upgraded",
            State::Absent => "package(s) already removed",
            _ => "package(s) already installed",
        }
    }

    fn options(&self) -> Vec<String> {
        let mut options: Vec<String> = self.no_cache.then(|| "--no-cache".to_owned()).into_iter().collect();
        for address in self.repository.iter().flatten() {
            options.extend(["--repository", address, "--repositories-file", "/dev/null"].map(str::to_owned));
        }
        options
    }

    fn removal(&self, host: &dyn Probe) -> Result<Option<Vec<String>>, Failure> {
        let mut words = ["del", "--purge"].map(str::to_owned).to_vec();
        for name in self.name.iter().flatten() {
            if apk::is_installed(host, name)? {
                words.push(name.clone());
            }
        }
        Ok((words.len() > 2).then_some(words))
    }

    /// What is not in the list of wishes is added to it, though it may be installed; what is, is made newest if asked.
    fn addition(&self, host: &dyn Probe) -> Result<Option<Vec<String>>, Failure> {
        let path = text::to_path(&self.world);
        let world = if host.exists(&path)? { text::from_bytes(&host.read(&path)?) } else { String::new() };
        let bare = |wish: &str| wish.split(['@', '=', '<', '>', '~']).next().unwrap_or(wish).to_owned();
        let wishes: Vec<String> = world.split_whitespace().map(bare).collect();
        let mut names = Vec::new();
        for name in self.name.iter().flatten() {
            let there = wishes.contains(&bare(name)) && apk::is_installed(host, &bare(name))?;
            if !there || self.state == State::Latest && self.is_behind(host, name)? {
                names.push(name.clone());
            }
        }
        if names.is_empty() {
            return Ok(None);
        }
        let upgrade = (self.state == State::Latest).then(|| "--upgrade".to_owned());
        Ok(Some(std::iter::once("add".to_owned()).chain(upgrade).chain(names).collect()))
    }

    fn is_behind(&self, host: &dyn Probe, name: &str) -> Result<bool, Failure> {
        let words = [self.options(), ["add", "--upgrade", name].map(str::to_owned).to_vec()].concat();
        Ok(!steps(&apk::foresee(host, &words)?.text("stdout").unwrap_or_default()).is_empty())
    }

    fn run(&self, words: &[String], steps: &[(String, String, String)]) -> Change {
        let argv: Vec<String> = std::iter::once("apk".to_owned()).chain(words.iter().cloned()).collect();
        let foreseen =
            |(verb, name, _): &(String, String, String)| apk::installed_effect(name, verb != "Purging");
        let mut effects: Vec<Effect> = steps.iter().map(foreseen).collect();
        if self.state != State::Absent {
            effects.extend(self.name.iter().flatten().map(|name| apk::installed_effect(name, true)));
        }
        effects.push(Effect::Anything);
        let one = |(verb, name, version): &(String, String, String)| {
            format!("{} {name} ({version})", verb.to_ascii_lowercase())
        };
        let told = steps.iter().map(one).collect::<Vec<_>>().join(", ");
        let title = if told.is_empty() { format!("apk {}", words.join(" ")) } else { told };
        Change::Run(Run { argv, effects, counts: true, ..Run::default() }.titled(title))
    }
}

/// `(1/2) Installing musl (1.2.4-r2)`: verb, name, versions.
fn steps(text: &str) -> Vec<(String, String, String)> {
    let step = |line: &str| {
        let (_, rest) = line.strip_prefix('(')?.split_once(") ")?;
        let mut words = rest.splitn(3, ' ');
        let (verb, name, rest) = (words.next()?, words.next()?, words.next().unwrap_or_default());
        Some((verb.to_owned(), name.to_owned(), rest.trim_matches(['(', ')']).to_owned()))
    };
    text.lines().filter_map(step).collect()
}
