//! What can be known to be wrong before any host is touched: words, arguments, templates.

use super::Run;
use super::frame::Frame;
use super::handlers::handlers_of;
use super::own_modules::InPython;
use super::reach::Reach;
use super::roles::{groups_of, roles_of};
use crate::control;
use crate::host::{Data, nearest, nearest_within};
use crate::modules::ArgumentError;
use crate::playbook::{Argument, Entry, Keyword, Keywords, Play, Playbook, Task};
use crate::source::{Diagnostic, Diagnostics, Severity};
use crate::template::{Context, Engine};
use crate::vars::{Value, Vars};
use std::collections::HashSet;
use std::sync::Arc;

/// Checks everything that playbooks reach without a host.
pub fn check(run: &Arc<Run>, playbooks: &[Playbook], found: &mut Diagnostics) {
    let mut seen = HashSet::new();
    let mut of_variables = Vec::new();
    let mut in_python = InPython::default();
    for play in playbooks.iter().flat_map(|playbook| &playbook.plays) {
        let context = Context { surroundings: run.surroundings.clone(), ..Context::default() };
        let reach = Reach::new(run, play);
        let (engine, seen, of_variables) = (&run.engine, &mut seen, &mut of_variables);
        let (variable, in_python) = (None, &mut in_python);
        Checker {
            engine,
            context,
            found,
            seen,
            run,
            handled: false,
            reach,
            variable,
            of_variables,
            in_python,
        }
        .play(play);
    }
    found.all.extend(in_python.warnings());
    if !of_variables.is_empty() {
        keep_of_variables(run, playbooks, of_variables, found);
    }
}

/// Keeps mistakes in variables: as warnings where nothing reads them.
fn keep_of_variables(
    run: &Run,
    playbooks: &[Playbook],
    mistakes: Vec<(Arc<str>, Diagnostic)>,
    found: &mut Diagnostics,
) {
    let unread = super::lint::unread(run, playbooks, mistakes.iter().map(|(name, _)| name));
    for (name, mistake) in &mistakes {
        match unread.contains(&**name) {
            true => found.push(doubted(mistake.clone(), &format!("nothing reads `{name}`"))),
            false => found.push(mistake.clone()),
        }
    }
}

struct Checker<'a> {
    engine: &'a Engine,
    context: Context,
    found: &'a mut Diagnostics,
    /// Templates that were checked, by where they are written: roles are used more than once.
    seen: &'a mut HashSet<(crate::source::FileId, u32, bool)>,
    run: &'a Run,
    /// Whether a failure of what is being checked is awaited by those who wrote it.
    handled: bool,
    /// Whether any host comes to what is being checked.
    reach: Reach,
    /// The variable whose value is being checked.
    variable: Option<Arc<str>>,
    /// Mistakes in the values of variables, which matter only where something reads them.
    of_variables: &'a mut Vec<(Arc<str>, Diagnostic)>,
    in_python: &'a mut InPython,
}

impl Checker<'_> {
    fn play(&mut self, play: &Play) {
        self.handled = forgives(&play.keywords);
        self.keywords(&play.keywords);
        self.reach.enter(&play.keywords);
        for entry in play.pre_tasks.iter().chain(&play.tasks).chain(&play.post_tasks) {
            self.entry(entry);
        }
        let groups = groups_of(play);
        self.entries(&groups);
        self.reach.turn_to_handlers();
        let frame = Frame::play(Keywords::default());
        for (role, _) in groups.iter().flat_map(|group| roles_of(group, &frame)) {
            [&role.defaults, &role.vars, &role.params].into_iter().for_each(|vars| self.vars(vars));
            role.handlers.get().into_iter().flatten().for_each(|entry| self.entry(entry));
        }
        handlers_of(&play.handlers, &frame).iter().for_each(|handler| self.task(&handler.task));
    }

    fn entry(&mut self, entry: &Entry) {
        match entry {
            Entry::Task(task) => self.task(task),
            Entry::Block(block) => self.inside(&block.keywords, |checker| {
                checker.keywords(&block.keywords);
                checker.within(!block.rescue.is_empty(), |checker| checker.entries(&block.tasks));
                checker.entries(&block.rescue);
                checker.entries(&block.always);
            }),
            Entry::Group(group) => self.inside(&group.keywords, |checker| {
                checker.keywords(&group.keywords);
                checker.entries(&group.entries);
            }),
        }
    }

    fn entries(&mut self, entries: &[Entry]) {
        entries.iter().for_each(|entry| self.entry(entry));
    }

    /// Checks what these keywords are for.
    fn inside(&mut self, keywords: &Keywords, check: impl FnOnce(&mut Self)) {
        let around = self.reach.enter(keywords);
        self.within(forgives(keywords), check);
        self.reach.leave(around);
    }

    /// Checks what stands where failures are handled, if so or if they are around it.
    fn within(&mut self, handled: bool, check: impl FnOnce(&mut Self)) {
        let around = self.handled;
        self.handled |= handled;
        check(self);
        self.handled = around;
    }

    /// Keeps a mistake: as a warning where the failure that it will be is handled, or where no host comes to it.
    fn keep(&mut self, mistake: Diagnostic) {
        let hint = match mistake.severity {
            Severity::Error if self.handled => {
                "the task will fail; its failure is handled, so the run goes on to it"
            }
            Severity::Error if self.reach.nobody() => "no host comes to it, as tags and conditions are now",
            Severity::Error if let Some(name) = &self.variable => {
                return self.of_variables.push((name.clone(), mistake));
            }
            _ => return self.found.push(mistake),
        };
        self.doubt(mistake, hint);
    }

    fn task(&mut self, task: &Task) {
        let handled = !task.own.failed_when.is_empty();
        self.within(handled, |checker| checker.inside(&task.keywords, |checker| checker.parts(task)));
    }

    fn parts(&mut self, task: &Task) {
        self.keywords(&task.keywords);
        self.word(task);
        task.conditions().for_each(|condition| self.condition(condition));
        task.templates().for_each(|value| self.value(value));
    }

    fn keywords(&mut self, keywords: &Keywords) {
        self.vars(&keywords.vars);
        keywords.when.iter().for_each(|condition| self.condition(condition));
        keywords.templates().for_each(|value| self.value(value));
    }

    fn vars(&mut self, vars: &Vars) {
        for (name, value) in vars.iter() {
            self.variable = Some(name.clone());
            self.value(value);
        }
        self.variable = None;
    }

    fn value(&mut self, value: &Value) {
        value.each_template(&mut |value, text| {
            if self.is_new(value) {
                let found = self.engine.check_template(text, value.span(), &self.context);
                found.all.into_iter().for_each(|diagnostic| self.keep(diagnostic));
            }
        });
    }

    fn condition(&mut self, condition: &Value) {
        let Some(text) = condition.as_str() else { return };
        if condition.is_lazy() {
            self.value(condition);
        } else if self.is_new(condition) {
            let found = self.engine.check_expression(text, condition.span(), &self.context);
            found.all.into_iter().for_each(|diagnostic| self.keep(diagnostic));
        }
    }

    fn is_new(&mut self, value: &Value) -> bool {
        let span = value.span();
        !span.is_known() || self.seen.insert((span.file, span.start, self.handled))
    }

    fn word(&mut self, task: &Task) {
        let word = task.action.word();
        if task.action.is_template() {
            return self.value(&crate::vars::trusted_text(word.to_owned(), task.action.span));
        }
        let is_known = crate::modules::spec(word).is_some() || control::is_word(word);
        if let Some(raw) = task.action.raw.as_ref().filter(|_| is_known && !task.action.is_free_form()) {
            let message = format!("`{}` takes no free text", task.action.written);
            let hint = "write `name: value` lines below the module";
            self.keep(Diagnostic::error(message).at(raw.span()).hint(hint));
        }
        if let Some(known) = control::arguments(word) {
            self.control_arguments(task, known);
        } else if let Some(path) = self.run.own_module(word) {
            // It judges its arguments itself.
            if !self.reach.nobody() {
                self.in_python.note(&path, &task.action);
            }
        } else if crate::modules::spec(word).is_some() {
            self.module_arguments(task);
        } else if !control::is_word(word) {
            self.unknown(task);
        }
    }

    /// A module that is not there: likely one for other systems, where a condition stands before it.
    fn unknown(&mut self, task: &Task) {
        let word = task.action.word();
        let names = || crate::modules::names().chain(control::names());
        let near = nearest(word, names()).map(|near| format!("did you mean `{near}`?"));
        let is_slip = nearest_within(word, names(), 1).is_some();
        let message = format!("there is no module `{}`", task.action.written);
        let mistake = Diagnostic::error(message).at(task.action.span);
        match is_slip || self.handled || self.reach.somebody() {
            true => self.keep(mistake.maybe_hint(near)),
            false => self.doubt(mistake, "the task fails on a host for which its conditions hold"),
        }
    }

    /// Keeps as a warning what is a mistake for some hosts only.
    fn doubt(&mut self, mistake: Diagnostic, hint: &str) {
        self.found.push(doubted(mistake, hint));
    }

    fn control_arguments(&mut self, task: &Task, known: &[&str]) {
        for argument in &task.action.arguments {
            if !known.contains(&&*argument.name) {
                let unknown = control::unknown(&task.action.written, &argument.name);
                let hint = nearest(&argument.name, known.iter().copied())
                    .map(|near| format!("did you mean `{near}`?"));
                let unknown = unknown.at(argument.span).maybe_hint(hint);
                match control::is_lenient(task.action.word()) {
                    true => self.doubt(unknown, "it is passed over"),
                    false => self.keep(unknown),
                }
            }
        }
    }

    fn module_arguments(&mut self, task: &Task) {
        let word = task.action.word();
        let given = task.action.arguments.iter().map(|argument| &*argument.name);
        for error in crate::modules::check_names(word, given) {
            self.refuse(task, error);
        }
        for Argument { name, value, .. } in &task.action.arguments {
            if value.is_lazy() || value.is_omit() {
                continue;
            }
            if let Some(error) = crate::modules::check_value(word, name, &value.to_data()) {
                self.refuse_value(value, error);
            }
        }
        self.missing(task);
    }

    /// Required arguments that are not given, where all that is given can be seen.
    fn missing(&mut self, task: &Task) {
        let action = &task.action;
        if !action.whole.is_empty() || !task.keywords.module_defaults.is_empty() {
            return;
        }
        let Some(spec) = crate::modules::spec(action.word()) else { return };
        let given =
            |arg: &crate::modules::Arg| action.arguments.iter().any(|argument| arg.is(&argument.name));
        for arg in spec.args().filter(|arg| arg.required && !given(arg)) {
            if arg.name == "_raw_params" && action.raw.is_some() {
                continue;
            }
            let message = format!("`{}` wants `{}`", action.written, arg.name);
            self.found.push(
                Diagnostic::warning(message).at(action.span).hint("it may come from `module_defaults`"),
            );
        }
    }

    fn refuse(&mut self, task: &Task, error: ArgumentError) {
        let named = task
            .action
            .arguments
            .iter()
            .find(|argument| Some(&*argument.name) == error.path.first().map(String::as_str));
        let span = named.map_or(task.action.span, |argument| argument.span);
        let mistake = Diagnostic::error(error.message).at(span).maybe_hint(error.hint);
        match named.is_some_and(|argument| may_be_omitted(&argument.value)) {
            true => self.doubt(mistake, "the task fails where it is not omitted"),
            false => self.keep(mistake),
        }
    }

    fn refuse_value(&mut self, value: &Value, error: ArgumentError) {
        debug_assert!(value.to_data() != Data::Null);
        self.keep(Diagnostic::error(error.message).at(value.span()).maybe_hint(error.hint));
    }
}

/// A mistake that matters less than it seems.
fn doubted(mistake: Diagnostic, hint: &str) -> Diagnostic {
    Diagnostic { severity: Severity::Warning, ..mistake }.hint(hint)
}

/// Whether it is a template that speaks of `omit`, so that what it is for may not be there in the end.
fn may_be_omitted(value: &Value) -> bool {
    value.is_lazy() && value.as_str().is_some_and(|text| text.contains("omit"))
}

/// Whether failures within these keywords are handled, or nothing in them is ever done.
fn forgives(keywords: &Keywords) -> bool {
    let ignored = keywords.own(Keyword::IgnoreErrors).is_some_and(|ignored| ignored.as_bool() != Some(false));
    ignored || keywords.when.iter().any(|condition| condition.as_bool() == Some(false))
}
