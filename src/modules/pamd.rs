//! `pamd`

use super::argument::PathText;
use super::edit::{self, Rewriting, bare};
use super::files::FileAttributes;
use super::{ArgumentError, Module};
use crate::host::{Failure, Plan, Probe};

choices! {
    /// What a rule is about; with `-`, nobody is told where its module is not there.
    Kind {
        Account = "account", QuietAccount = "-account", Auth = "auth", QuietAuth = "-auth",
        Password = "password", QuietPassword = "-password", Session = "session", QuietSession = "-session",
    }
}

choices! {
    /// What is done about the rule.
    State {
        Absent = "absent", Before = "before", After = "after", ArgsAbsent = "args_absent",
        ArgsPresent = "args_present", Updated = "updated",
    }
}

module! {
    /// Changes the rules of a service of PAM, or puts one beside them.
    ///
    /// ```yaml
    /// - pamd: { name: sshd, type: session, control: optional, module_path: pam_motd.so, state: absent }
    /// - pamd: { name: su, type: auth, control: sufficient, module_path: pam_rootok.so, new_type: auth, new_control: required, new_module_path: pam_wheel.so, module_arguments: use_uid, state: after }
    /// ```
    Pamd "pamd" local {
        /// The service, which is the name of its file.
        name: String;
        /// What the rule is about.
        r#type: Kind;
        /// What its result means: a word, or several of `name=action` in brackets.
        control: String;
        /// Its module.
        module_path: String;
        /// What the rule, or a new one beside it, is to be about.
        new_type: Option<Kind>;
        /// What the result of it is to mean.
        new_control: Option<String>;
        /// The module it is to have.
        new_module_path: Option<String>;
        /// Arguments of the module: all that it is to have, or which are to come or go.
        module_arguments: Option<Vec<String>>;
        /// What is done about the rule.
        state: State = "updated";
        /// The directory of the services.
        path: PathText = "/etc/pam.d";
        /// Keeps a copy of what is replaced.
        backup: bool = false;
    }
}

const CONTROLS: [&str; 7] =
    ["required", "requisite", "sufficient", "optional", "include", "substack", "definitive"];

impl Module for Pamd {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let path = self.path.on(host)?.join(&self.name);
        let original = edit::read(host, &path)?;
        let Some(before) = &original.text else {
            return Err(host.missing(format!("Unable to open/read PAM module file {}", path.display())));
        };
        let (after, count) = self.edited(&edit::lines(before));
        let attributes = FileAttributes::none();
        let how = Rewriting { attributes: &attributes, backup: self.backup, validate: None, message: "" };
        let mut plan = original.rewrite(host, &after, &how)?;
        plan.result.remove("msg");
        let copy = plan.result.remove("backup_file").unwrap_or_else(|| "".into());
        Ok(plan.with("change_count", count).with("backupdest", copy))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        let mut need = |missing: bool, name: &str| {
            if missing {
                let message = format!("`state: {}` needs `{name}`", self.state.word());
                wrong.push(ArgumentError::new("", message));
            }
        };
        let beside = matches!(self.state, State::Before | State::After);
        need(beside && self.new_type.is_none(), "new_type");
        need(beside && self.new_control.is_none(), "new_control");
        need(beside && self.new_module_path.is_none(), "new_module_path");
        let of_arguments = matches!(self.state, State::ArgsAbsent | State::ArgsPresent);
        need(of_arguments && self.module_arguments.is_none(), "module_arguments");
        if self.state == State::ArgsPresent && self.arguments().iter().any(|word| word.starts_with('[')) {
            let message = "arguments in brackets come with `state: updated` only";
            wrong.push(ArgumentError::new("module_arguments", message));
        }
        if let Some(control) = self.new_control.as_deref().filter(|control| !is_control(control)) {
            wrong.push(ArgumentError::new("new_control", format!("`{control}` is no control of PAM")));
        }
        wrong
    }
}

fn is_control(text: &str) -> bool {
    CONTROLS.contains(&text) || text.starts_with('[') && text.ends_with(']')
}

impl Pamd {
    fn arguments(&self) -> Vec<String> {
        self.module_arguments.iter().flatten().flat_map(|text| words(text)).collect()
    }

    /// The file with the change, and how many of its rules are concerned.
    fn edited(&self, lines: &[String]) -> (String, usize) {
        let (mut after, mut count) = (String::new(), 0);
        let wanted = Rule::new(self.r#type, &self.control, &self.module_path);
        for (index, line) in lines.iter().enumerate() {
            let rule = Rule::read(line).filter(|rule| rule.is_like(&wanted));
            let new = rule.and_then(|rule| self.in_place_of(rule, lines, index));
            count += usize::from(new.is_some());
            after.push_str(new.as_ref().unwrap_or(line));
        }
        (after, count)
    }

    /// What takes the place of a rule; nothing where it is as wished.
    fn in_place_of(&self, rule: Rule, lines: &[String], index: usize) -> Option<String> {
        let mut new = rule.clone();
        if let Some(kind) = self.new_type {
            kind.word().clone_into(&mut new.kind);
        }
        if let Some(control) = &self.new_control {
            new.control = words(control).join(" ");
        }
        new.module = self.new_module_path.clone().unwrap_or(new.module);
        match self.state {
            State::Absent => return Some(String::new()),
            State::Before | State::After => return self.beside(new, lines, index),
            State::Updated if self.module_arguments.is_some() => new.arguments = self.arguments(),
            State::Updated => {}
            State::ArgsAbsent => {
                new = rule.clone();
                new.arguments.retain(|known| !self.arguments().contains(known));
            }
            State::ArgsPresent => {
                new = rule.clone();
                self.arguments().into_iter().for_each(|word| new.add(word));
            }
        }
        (new != rule).then(|| new.line())
    }

    /// A rule and the new one beside it, if that is not there.
    fn beside(&self, mut new: Rule, lines: &[String], index: usize) -> Option<String> {
        new.arguments = self.arguments();
        let counts = |line: &&String| !line.trim().is_empty() && !line.trim_start().starts_with('#');
        let neighbour = match self.state {
            State::Before => lines.iter().take(index).rev().find(counts),
            _ => lines.iter().skip(index + 1).find(counts),
        };
        if neighbour.and_then(|line| Rule::read(line)).is_some_and(|there| there.is_like(&new)) {
            return None;
        }
        let (known, new) = (format!("{}\n", lines.get(index)?.trim_end_matches('\n')), new.line());
        Some(if self.state == State::Before { new + &known } else { known + &new })
    }
}

/// A line that says which module is asked.
#[derive(Clone, PartialEq)]
struct Rule {
    kind: String,
    control: String,
    module: String,
    arguments: Vec<String>,
}

impl Rule {
    fn new(kind: Kind, control: &str, module: &str) -> Rule {
        let control = words(control).join(" ");
        Rule { kind: kind.word().to_owned(), control, module: module.to_owned(), arguments: Vec::new() }
    }

    /// Nothing for comments, empty lines and `@include`.
    fn read(line: &str) -> Option<Rule> {
        let mut words = words(line).into_iter();
        let kind = words.next().filter(|word| !word.starts_with(['#', '@']))?;
        Some(Rule { kind, control: words.next()?, module: words.next()?, arguments: words.collect() })
    }

    fn is_like(&self, other: &Rule) -> bool {
        (&self.kind, &self.control, &self.module) == (&other.kind, &other.control, &other.module)
    }

    /// Adds an argument, or gives the one of its name its value.
    fn add(&mut self, word: String) {
        let name = word.split_inclusive('=').next().filter(|name| name.ends_with('='));
        let is_it = |known: &&mut String| name.map_or(**known == word, |name| known.starts_with(name));
        match self.arguments.iter_mut().find(is_it) {
            Some(known) => *known = word,
            None => self.arguments.push(word),
        }
    }

    fn line(&self) -> String {
        let mut line = format!("{:<11}{} {}", self.kind, self.control, self.module);
        self.arguments.iter().for_each(|word| line.extend([" ", word]));
        line + "\n"
    }
}

/// The words of a text; what is in brackets is one.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut is_open = false;
    for part in bare(text).split_whitespace() {
        match words.last_mut().filter(|_| is_open) {
            Some(word) => word.extend([" ", part]),
            None => words.push(part.to_owned()),
        }
        is_open = (is_open || part.starts_with('[')) && !part.ends_with(']');
    }
    words.into_iter().map(|word| word.replace(" = ", "=")).collect()
}
