//! `alternatives`

use super::argument::PathText;
use super::{ArgumentError, Module};
use crate::host::{Change, Failure, Plan, Probe, Run, facts, security, text};

choices! {
    /// What becomes of the alternative.
    State { Present = "present", Selected = "selected", Auto = "auto", Absent = "absent" }
}

arguments! {
    /// A link that goes with the chief one.
    Subcommand {
        /// Its name.
        name: String;
        /// Where it leads.
        path: String;
        /// The link itself.
        link: String;
    }
}

nested!(Subcommand);

module! {
    /// Chooses which of several programs goes by a name.
    ///
    /// ```yaml
    /// - alternatives: { name: editor, path: /usr/bin/vim.basic }
    /// - alternatives: { name: java, path: /opt/java/bin/java, link: /usr/bin/java, priority: 100, state: present }
    /// ```
    Alternatives "alternatives" {
        /// The name.
        name: String;
        /// The program.
        path: Option<PathText>;
        /// The family of programs, where the host knows families.
        family: Option<String>;
        /// The link, for a program that is not known yet.
        link: Option<PathText>;
        /// Of several programs, the one with the highest number is chosen.
        priority: Option<i64>;
        /// What becomes of the alternative.
        state: State = "selected";
        /// Links that go with it.
        subcommands ["slaves"]: Option<Vec<Subcommand>>;
    }
}

/// What a host knows of a name.
#[derive(Clone, Default, PartialEq, Debug)]
struct Known {
    manual: bool,
    current: Option<String>,
    link: Option<String>,
    choices: Vec<Choice>,
    /// Names of further links, and where they are.
    links: Vec<(String, String)>,
}

#[derive(Clone, Default, PartialEq, Debug)]
struct Choice {
    path: String,
    family: Option<String>,
    priority: i64,
    /// Names of further links, and where they lead.
    further: Vec<(String, String)>,
}

impl Module for Alternatives {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let program = facts::needed_program(host, "update-alternatives")?;
        let program = program.rsplit('/').next().unwrap_or(&program);
        let mut known = Known::read(&security::alternative(host, program, &self.name)?);
        let path =
            self.path.as_ref().map(|path| path.on(host)).transpose()?.map(|path| text::from_path(&path));
        let mut plan = Plan::nothing();
        let mut messages = Vec::new();
        for (message, words) in self.steps(host, &mut known, path.as_deref())? {
            let argv: Vec<String> = std::iter::once(program.to_owned()).chain(words).collect();
            let effects = vec![security::alternative_effect(program, &self.name, &known.show(&self.name))];
            plan.push(Change::Run(Run { argv, effects, counts: true, ..Run::default() }));
            messages.push(message);
        }
        Ok(plan.with("msg", messages.join(" ")))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        if self.path.is_none() && self.family.is_none() {
            wrong.push(ArgumentError::new("", one_of!("path, family")));
        }
        if self.name.starts_with('-') || self.name.contains('/') {
            wrong.push(ArgumentError::new("name", format!("`{}` is no name of an alternative", self.name)));
        }
        for sub in self.subcommands.iter().flatten() {
            for (what, text) in [("name of a link", &sub.name), ("path", &sub.link), ("path", &sub.path)] {
                wrong.extend(ArgumentError::option("subcommands", what, text));
            }
        }
        wrong
    }
}

impl Alternatives {
    /// What has to be done, in words and as arguments; what is known is brought to what it will be.
    fn steps(
        &self,
        host: &dyn Probe,
        known: &mut Known,
        path: Option<&str>,
    ) -> Result<Vec<(String, Vec<String>)>, Failure> {
        let name = &self.name;
        let mut steps = Vec::new();
        if self.state == State::Absent {
            let Some(path) = path.filter(|path| known.choice(path).is_some()) else { return Ok(steps) };
            known.choices.retain(|choice| choice.path != path);
            known.choose_best();
            let message = format!("Remove alternative '{path}' from '{name}'.");
            return Ok(vec![(message, words(&["--remove", name, path]))]);
        }
        let current = known.current.clone();
        let chosen = current.as_ref().and_then(|current| known.choice(current));
        let same_family = self.family.is_some() && chosen.is_some_and(|choice| choice.family == self.family);
        if let Some(path) = path.filter(|path| self.differs(known.choice(path))) {
            steps.push((
                format!("Install alternative '{path}' for '{name}'."),
                self.install(host, known, path)?,
            ));
        }
        let wanted = path.map(str::to_owned).or(self.family.clone()).unwrap_or_default();
        // What was not chosen before is chosen by hand, also where it is the best by now.
        if self.state == State::Selected && current.as_deref() != path && !same_family {
            known.current = Some(wanted.clone());
            known.manual = true;
            steps.push((
                format!("Set alternative '{wanted}' for '{name}'."),
                words(&["--set", name, &wanted]),
            ));
        }
        if self.state == State::Auto && known.manual {
            known.choose_best();
            steps.push((format!("Set alternative to auto for '{name}'."), words(&["--auto", name])));
        }
        Ok(steps)
    }

    /// Whether a choice has to be made known, for the first time or anew.
    fn differs(&self, choice: Option<&Choice>) -> bool {
        let Some(choice) = choice else { return true };
        let further = |wanted: &Vec<Subcommand>| {
            let pair = |sub: &Subcommand| (sub.name.clone(), sub.path.clone());
            let mut wanted: Vec<(String, String)> = wanted.iter().map(pair).collect();
            let mut found = choice.further.clone();
            wanted.sort();
            found.sort();
            wanted != found
        };
        self.priority.is_some_and(|priority| priority != choice.priority)
            || self.subcommands.as_ref().is_some_and(further)
    }

    fn install(&self, host: &dyn Probe, known: &mut Known, path: &str) -> Result<Vec<String>, Failure> {
        if !host.exists(&text::to_path(path))? {
            return Err(host.missing(format!("`{path}` does not exist")));
        }
        let given =
            self.link.as_ref().map(|link| link.on(host)).transpose()?.map(|link| text::from_path(&link));
        let Some(link) = given.or(known.link.clone()) else {
            return Err(Failure::new(format!("`{path}` is not known yet: `link` is missing")));
        };
        let before = known.choice(path).cloned().unwrap_or_default();
        let old = if before.path.is_empty() { 50 } else { before.priority };
        let priority = self.priority.unwrap_or(old);
        let mut argv = words(&["--install", &link, &self.name, path, &priority.to_string()]);
        argv.extend(self.family.iter().flat_map(|family| ["--family".to_owned(), family.clone()]));
        let mut further = Vec::new();
        match &self.subcommands {
            Some(subcommands) => {
                for sub in subcommands {
                    argv.extend(words(&["--slave", &sub.link, &sub.name, &sub.path]));
                    further.push((sub.name.clone(), sub.path.clone()));
                    known.links.retain(|(name, _)| *name != sub.name);
                    known.links.push((sub.name.clone(), sub.link.clone()));
                }
            }
            None => {
                for (name, place) in &before.further {
                    let link =
                        known.links.iter().find(|(known, _)| known == name).map(|(_, link)| link.clone());
                    argv.extend(words(&["--slave", &link.unwrap_or_default(), name, place]));
                }
                further = before.further;
            }
        }
        known.choices.retain(|choice| choice.path != path);
        known.choices.push(Choice { path: path.to_owned(), family: self.family.clone(), priority, further });
        known.link = Some(link);
        if !known.manual {
            known.choose_best();
        }
        Ok(argv)
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

impl Known {
    fn choice(&self, path: &str) -> Option<&Choice> {
        self.choices.iter().find(|choice| choice.path == path)
    }

    fn choose_best(&mut self) {
        self.manual = false;
        self.current =
            self.choices.iter().max_by_key(|choice| choice.priority).map(|choice| choice.path.clone());
    }

    /// Reads what `--display` shows, of Debian and of Fedora.
    fn read(text: &str) -> Known {
        let mut known = Known::default();
        for (index, line) in text.lines().enumerate() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let after = |prefix: &str| line.trim().strip_prefix(prefix).map(str::to_owned);
            if index == 0 {
                known.manual = line.contains("manual");
            } else if let Some(current) = after("link currently points to ") {
                known.current = Some(current);
            } else if line.starts_with('/') {
                known.choices.extend(choice(line));
            } else if let ["slave" | "follower", name, "is", link] = words.as_slice() {
                known.links.push(((*name).to_owned(), (*link).to_owned()));
            } else if let (["slave" | "follower", name, place], Some(choice)) =
                (words.as_slice(), known.choices.last_mut())
            {
                choice.further.push((name.trim_end_matches(':').to_owned(), (*place).to_owned()));
            } else if let ["link", name, "is", link] = words.as_slice() {
                known.link = Some((*link).to_owned()).filter(|_| *name != "best");
            }
        }
        known
    }

    /// The same, as `--display` would show it; nothing where there is no choice.
    fn show(&self, name: &str) -> String {
        if self.choices.is_empty() {
            return String::new();
        }
        let mode = if self.manual { "manual" } else { "auto" };
        let mut text = format!("{name} - {mode} mode\n");
        text.extend(self.current.iter().map(|current| format!("  link currently points to {current}\n")));
        text.extend(self.link.iter().map(|link| format!("  link {name} is {link}\n")));
        text.extend(self.links.iter().map(|(name, link)| format!("  slave {name} is {link}\n")));
        for choice in &self.choices {
            let family = choice.family.as_ref().map(|family| format!("family {family} ")).unwrap_or_default();
            text.push_str(&format!("{} - {family}priority {}\n", choice.path, choice.priority));
            text.extend(choice.further.iter().map(|(name, place)| format!("  slave {name}: {place}\n")));
        }
        text
    }
}

/// `/bin/nano - family x priority 40`
fn choice(line: &str) -> Option<Choice> {
    let (path, about) = line.split_once(" - ")?;
    let words: Vec<&str> = about.split_whitespace().collect();
    let after = |name: &str| {
        words.windows(2).find(|pair| pair.first() == Some(&name)).and_then(|pair| pair.get(1).copied())
    };
    Some(Choice {
        path: path.to_owned(),
        family: after("family").map(str::to_owned),
        priority: after("priority")?.parse().ok()?,
        further: Vec::new(),
    })
}
