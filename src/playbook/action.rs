//! What a task does: its word and its arguments, in all the ways to write them.

use super::free_form::{Pair, split_pairs};
use super::loader::Loader;
use crate::source::{Diagnostic, Span};
use crate::vars::{Value, value_of};
use crate::yaml::Node;
use std::sync::Arc;

/// Collections whose words are ours too: the prefix says nothing more.
const COLLECTIONS: &[&str] = &[
    "ansible.builtin.",
    "ansible.legacy.",
    "ansible.posix.",
    "ansible.utils.",
    "ansible.netcommon.",
    "community.crypto.",
    "community.docker.",
    "community.general.",
    "community.mysql.",
    "community.postgresql.",
];

/// Words that take free text: the command, the file, the name.
const FREE_FORM: &[&str] = &[
    "command",
    "expect",
    "group_by",
    "import_playbook",
    "import_role",
    "import_tasks",
    "include",
    "include_role",
    "include_tasks",
    "include_vars",
    "meta",
    "raw",
    "script",
    "set_fact",
    "shell",
];

/// Arguments that stand beside a command in its free text; any other `a=b` belongs to the command.
const BESIDE_COMMAND: &[&str] = &[
    "_raw_params",
    "_uses_shell",
    "argv",
    "chdir",
    "creates",
    "executable",
    "expand_argument_vars",
    "removes",
    "stdin",
    "stdin_add_newline",
    "strip_empty_ends",
    "warn",
];

/// The word of a task with its arguments, unevaluated.
#[derive(Clone, Debug)]
pub struct Action {
    /// As the user wrote it: `ansible.builtin.copy`.
    pub written: Arc<str>,
    /// Where it is written.
    pub span: Span,
    pub arguments: Vec<Argument>,
    /// Free text that is no argument of a name: a command, a file name.
    pub raw: Option<Value>,
    /// A template that gives all arguments as a mapping: `copy: "{{ parameters }}"`, `args: "{{ more }}"`.
    pub whole: Vec<Value>,
    /// Written as `local_action`.
    pub local: bool,
}

/// One named argument.
#[derive(Clone, Debug)]
pub struct Argument {
    pub name: Arc<str>,
    /// Where the name is written.
    pub span: Span,
    pub value: Value,
}

impl Action {
    /// The word without the prefix of a collection that is ours.
    pub fn word(&self) -> &str {
        word(&self.written)
    }

    /// Whether the word is a template, known only when the task is carried out.
    pub fn is_template(&self) -> bool {
        self.written.contains("{{")
    }

    /// Whether the word takes free text.
    pub fn is_free_form(&self) -> bool {
        self.is_template() || FREE_FORM.contains(&self.word())
    }

    /// The same arguments for another word.
    #[must_use]
    pub fn renamed(&self, written: &str) -> Action {
        let mut action = Action { written: written.trim().into(), ..self.clone() };
        if !action.is_free_form() && action.raw.as_ref().and_then(Value::as_str).is_some_and(is_one_template)
        {
            action.whole.extend(action.raw.take());
        }
        action
    }

    /// The word with its collection: of those who name none, that of Ansible itself.
    pub fn full_name(&self) -> String {
        if self.written.contains('.') {
            self.written.to_string()
        } else {
            format!("ansible.builtin.{}", self.written)
        }
    }

    /// The argument with this name.
    pub fn argument(&self, name: &str) -> Option<&Value> {
        self.arguments.iter().find(|argument| &*argument.name == name).map(|argument| &argument.value)
    }

    /// Finds the one action among the keys of a task that are no keywords.
    pub(super) fn choose(
        loader: &Loader,
        task: &Node,
        found: &[(&Node, &Node)],
        args: Option<&Value>,
    ) -> Option<Action> {
        let (key, value) = match found {
            [one] => *one,
            [] => return no_action(loader, task),
            [first, second, ..] => return two_actions(loader, first.0, second.0),
        };
        let mut action = match key.as_str() {
            Some("action") => Action::wrapped(loader, key, value, false)?,
            Some("local_action") => Action::wrapped(loader, key, value, true)?,
            name => Action::named(name.unwrap_or_default(), key.span),
        };
        if !matches!(key.as_str(), Some("action" | "local_action")) {
            action.read(loader, value);
        }
        action.take_args(args);
        Some(action)
    }

    /// A word without arguments.
    pub(super) fn named(written: &str, span: Span) -> Action {
        let written = Arc::from(written.trim());
        Action { written, span, arguments: Vec::new(), raw: None, whole: Vec::new(), local: false }
    }

    /// `action: copy src=a dest=b`, or `action: { module: copy src=a, dest: b }`.
    fn wrapped(loader: &Loader, key: &Node, value: &Node, local: bool) -> Option<Action> {
        let written = if value.as_str().is_some() { Some(value) } else { value.entry("module") };
        let Some((written, text)) = written.and_then(|written| Some((written, written.as_str()?))) else {
            let message = format!("`{}` names no module", key.as_str().unwrap_or_default());
            loader.refuse(Diagnostic::error(message).at(value.span).hint("write `module: NAME` inside"));
            return None;
        };
        let (start, end) = super::free_form::first_word(text);
        let (name, rest) = (text.get(start..end), text.get(end..));
        let mut action = Action::named(name.unwrap_or_default(), written.part(start, end));
        if value.as_str().is_none() {
            action.read(loader, value);
            action.arguments.retain(|argument| !matches!(&*argument.name, "module" | "args"));
            action.take_args(value.entry("args").map(value_of).as_ref());
        }
        action.read_text(loader, written, rest.unwrap_or_default(), end);
        action.local = local;
        Some(action)
    }

    fn read(&mut self, loader: &Loader, value: &Node) {
        if let Some(entries) = value.as_map() {
            for (key, value) in entries {
                let name = key.text().unwrap_or_default();
                self.push(name, key.span, value_of(value));
            }
        } else if let Some(text) = value.text().filter(|_| !value.is_null() && value.tag.is_none()) {
            self.read_text(loader, value, text, 0);
        } else if value.as_seq().is_some() && self.is_free_form() {
            self.raw = Some(value_of(value));
        } else if !value.is_null() {
            let message =
                format!("`{}` wants a mapping of arguments, this is {}", self.written, value.kind());
            loader.refuse(Diagnostic::error(message).at(value.span));
        }
    }

    pub(super) fn push(&mut self, name: &str, span: Span, value: Value) {
        if name == "_raw_params" {
            self.raw = Some(value);
            return;
        }
        self.arguments.retain(|argument| &*argument.name != name);
        self.arguments.push(Argument { name: name.into(), span, value });
    }

    /// Reads `text`, which is the part of `node` from byte `offset`.
    fn read_text(&mut self, loader: &Loader, node: &Node, text: &str, offset: usize) {
        if is_one_template(text) && !self.is_free_form() {
            let span = node.part(offset, offset + text.len());
            self.whole.push(crate::vars::trusted_text(text.trim().to_owned(), span));
            return;
        }
        let pairs = match split_pairs(text) {
            Ok(pairs) => pairs,
            Err((open, at)) => {
                let message = format!("{open} is not closed");
                loader.refuse(Diagnostic::error(message).at(node.part(offset + at, offset + text.len())));
                return;
            }
        };
        let mut words = Vec::new();
        let mut joints = Vec::new();
        for pair in pairs {
            match pair {
                Pair::Word { text, start, .. } if text == "\\" => joints.push(start),
                pair => self.take(node, offset, pair, &mut words),
            }
        }
        self.take_words(node, (&joined(text, &joints), text, offset), &words);
    }

    /// Keeps the words that are no arguments as free text: with the white space between them where nothing was taken out.
    fn take_words(
        &mut self,
        node: &Node,
        (joined, text, offset): (&str, &str, usize),
        words: &[(usize, usize)],
    ) {
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return };
        let span = node.part(offset + first.0, offset + last.1);
        let words = || words.iter().filter_map(|(start, end)| text.get(*start..*end)).collect::<Vec<_>>();
        let raw = match self.word() {
            _ if !self.arguments.is_empty() => words().join(" "),
            // The last newline is told as part of the command.
            "shell" => joined.trim_start().to_owned(),
            _ => joined.trim().to_owned(),
        };
        self.raw = Some(crate::vars::trusted_text(raw, span));
    }

    fn take(&mut self, node: &Node, offset: usize, pair: Pair, words: &mut Vec<(usize, usize)>) {
        match pair {
            Pair::Named { key, value, start, end } if self.is_argument(&key) => {
                let span = node.part(offset + start, offset + end);
                let name_end = (offset + start).saturating_sub(1);
                let name = node.part(name_end.saturating_sub(key.len()), name_end);
                self.push(&key, name, crate::vars::trusted_text(value, span));
            }
            Pair::Named { key, start, end, .. } => words.push((start.saturating_sub(key.len() + 2), end)),
            Pair::Word { start, end, .. } => words.push((start, end)),
        }
    }

    fn is_argument(&self, key: &str) -> bool {
        match self.word() {
            "command" | "shell" | "raw" | "script" | "expect" => BESIDE_COMMAND.contains(&key),
            _ => true,
        }
    }

    fn take_args(&mut self, args: Option<&Value>) {
        let Some(args) = args else { return };
        match args.as_entries() {
            Some(entries) => {
                for (name, value) in entries.iter() {
                    let name = name.as_str().unwrap_or_default();
                    if self.argument(name).is_none() {
                        self.push(name, value.span(), value.clone());
                    }
                }
            }
            None if args.is_none() => {}
            None => self.whole.insert(0, args.clone()),
        }
    }
}

/// The word without the prefix of a collection that is ours.
pub(super) fn word(written: &str) -> &str {
    COLLECTIONS.iter().find_map(|prefix| written.strip_prefix(prefix)).unwrap_or(written)
}

/// A text less the backslashes that stand alone: at the end of a line they join it with the next.
fn joined(text: &str, joints: &[usize]) -> String {
    let mut joined = text.to_owned();
    for at in joints.iter().rev() {
        let joint = ["\\\n ", "\\\n", "\\"].into_iter().find(|joint| text[*at..].starts_with(joint));
        joined.replace_range(*at..at + joint.map_or(0, str::len), "");
    }
    joined
}

fn is_one_template(text: &str) -> bool {
    let text = text.trim();
    text.starts_with("{{") && text.ends_with("}}") && text.matches("{{").count() == 1
}

fn no_action(loader: &Loader, task: &Node) -> Option<Action> {
    let message = "this task names no module";
    loader.refuse(
        Diagnostic::error(message).at(task.span).hint("a task is keywords and one module, such as `copy:`"),
    );
    None
}

fn two_actions(loader: &Loader, first: &Node, second: &Node) -> Option<Action> {
    let name = |node: &Node| node.text().unwrap_or_default().to_owned();
    let known = super::Keyword::names()
        .chain(super::keyword::TASK.iter().copied())
        .chain(super::keyword::COLLECTED.iter().copied());
    let known: Vec<&str> = known.collect();
    let slip = [first, second]
        .into_iter()
        .find_map(|node| Some((node, crate::host::nearest(node.text()?, known.iter().copied())?)));
    let message = format!("a task has one module, this one has `{}` and `{}`", name(first), name(second));
    let mut diagnostic = Diagnostic::error(message).at(second.span).label(first.span, "the other");
    if let Some((node, meant)) = slip {
        diagnostic = diagnostic.hint(format!("for the keyword `{meant}`, mend `{}`", name(node)));
    }
    loader.refuse(diagnostic);
    None
}
