//! The keywords that plays, roles, blocks and tasks share, read and kept unevaluated.

use super::keyword::{self, Keyword};
use super::loader::Loader;
use crate::source::Diagnostic;
use crate::vars::{Value, Vars, value_of};
use crate::yaml::Node;
use std::sync::Arc;

/// What stands on one play, role, block or task; what is inherited is found by whoever walks the tree.
#[derive(Clone, Debug, Default)]
pub struct Keywords {
    values: Vec<(Keyword, Value)>,
    pub vars: Vars,
    /// Each may be a template that gives one tag, several with commas, or a list.
    pub tags: Vec<Value>,
    pub when: Vec<Value>,
    pub environment: Vec<Value>,
    pub notify: Vec<Value>,
    pub module_defaults: Vec<Value>,
    /// Where roles are looked for that are named without a collection.
    pub collections: Vec<Arc<str>>,
}

impl Keywords {
    /// The value that stands here for an inherited keyword.
    pub fn own(&self, keyword: Keyword) -> Option<&Value> {
        self.values.iter().find(|(known, _)| *known == keyword).map(|(_, value)| value)
    }

    /// All values that may hold templates, but variables and conditions.
    pub fn templates(&self) -> impl Iterator<Item = &Value> {
        let inherited = self.values.iter().map(|(_, value)| value);
        self.tags.iter().chain(&self.environment).chain(&self.notify).chain(inherited)
    }

    /// Sets an inherited keyword.
    pub fn set(&mut self, keyword: Keyword, value: Value) {
        self.values.retain(|(known, _)| *known != keyword);
        self.values.push((keyword, value));
    }

    /// Whether nothing is set, so that whoever is inside need not look here.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
            && self.vars.is_empty()
            && self.tags.is_empty()
            && self.when.is_empty()
            && self.environment.is_empty()
            && self.notify.is_empty()
            && self.module_defaults.is_empty()
            && self.collections.is_empty()
    }

    /// From an evaluated mapping, as `apply` has it.
    ///
    /// # Errors
    ///
    /// Where it is no mapping, or has a name that is no keyword.
    pub fn of_value(value: &Value) -> Result<Keywords, String> {
        let entries = value.as_entries().ok_or("wanted a mapping of keywords")?;
        let mut keywords = Keywords::default();
        for (name, value) in entries.iter() {
            let name = name.as_str().unwrap_or_default();
            let list = || value.as_items().map_or_else(|| vec![value.clone()], |items| items.to_vec());
            match name {
                "vars" => keywords.vars.extend(vars_of(value)),
                "tags" => keywords.tags.extend(list()),
                "when" => keywords.when.extend(list()),
                "environment" => keywords.environment.extend(list()),
                "notify" => keywords.notify.extend(list()),
                "module_defaults" => keywords.module_defaults.extend(list()),
                "name" | "collections" => {}
                _ => keywords.set(
                    Keyword::named(name).ok_or_else(|| format!("`{name}` is no keyword"))?,
                    value.clone(),
                ),
            }
        }
        Ok(keywords)
    }

    /// Reads a word that Ansible dropped, with a warning where it is known what is meant; false if it is none.
    pub(super) fn read_old(&mut self, loader: &Loader, key: &Node, node: &Node) -> bool {
        let Some((word, new)) = keyword::OLD.iter().find(|(word, _)| key.as_str() == Some(word)) else {
            return false;
        };
        let message = format!("`{word}` is a keyword of old Ansible versions");
        let meant = meant_by(word, node);
        let found = if meant.is_none() { Diagnostic::error(message) } else { Diagnostic::warning(message) };
        loader.refuse(found.at(key.span).hint(format!("write `{new}`")));
        meant.into_iter().flatten().for_each(|(keyword, value)| self.set(keyword, value));
        true
    }

    /// Reads one key of a mapping; false if it is no keyword that may be shared.
    pub(super) fn read(&mut self, loader: &Loader, name: &str, node: &Node) -> bool {
        if let Some(keyword) = Keyword::named(name) {
            self.set(keyword, value_of(node));
            return true;
        }
        match name {
            "vars" => self.vars.extend(read_vars(loader, node)),
            "tags" => self.tags.extend(each(node)),
            "when" => self.when.extend(each(node)),
            "environment" => self.environment.extend(each(node)),
            "notify" => self.notify.extend(each(node)),
            "module_defaults" => self.module_defaults.extend(each(node)),
            "collections" => self.collections.extend(texts(node)),
            "debugger" => refuse_debugger(loader, node),
            _ => return false,
        }
        true
    }
}

/// What the words for becoming another user meant before there was `become`, and a plain `always_run`; none of other words.
fn meant_by(word: &str, node: &Node) -> Option<Vec<(Keyword, Value)>> {
    let method = |method: &str| (Keyword::BecomeMethod, Value::text(method).at(node.span));
    Some(match word {
        "sudo" => vec![method("sudo"), (Keyword::Become, value_of(node))],
        "sudo_user" => vec![method("sudo"), (Keyword::BecomeUser, value_of(node))],
        "su" => vec![method("su"), (Keyword::Become, value_of(node))],
        "su_user" => vec![method("su"), (Keyword::BecomeUser, value_of(node))],
        "always_run" => match node.as_bool()? {
            true => vec![(Keyword::CheckMode, Value::from(false).at(node.span))],
            false => Vec::new(),
        },
        _ => return None,
    })
}

/// The items of a list, or the one value that stands for a list of one; nothing for null.
pub(super) fn each(node: &Node) -> Vec<Value> {
    match node.as_seq() {
        Some(items) => items.iter().map(value_of).collect(),
        None if node.is_null() => Vec::new(),
        None => vec![value_of(node)],
    }
}

/// The texts in a list, or the one that stands for a list of one.
pub(super) fn texts(node: &Node) -> Vec<Arc<str>> {
    let items = node.as_seq().unwrap_or(std::slice::from_ref(node));
    items.iter().filter_map(Node::text).map(Arc::from).collect()
}

/// Reads `vars`: a mapping, or the list of mappings of older playbooks.
pub(super) fn read_vars(loader: &Loader, node: &Node) -> Vars {
    if let Some(items) = node.as_seq() {
        return items.iter().flat_map(|item| read_vars(loader, item)).collect();
    }
    let Some(entries) = node.as_map() else {
        if !node.is_null() {
            loader.refuse(Diagnostic::error("`vars` wants a mapping of names to values").at(node.span));
        }
        return Vars::new();
    };
    entries.iter().filter_map(|(key, value)| Some((variable_name(loader, key)?, value_of(value)))).collect()
}

/// Reads a file of variables. There a name may be any text: what no template can name is found through `vars`.
pub(super) fn read_file_of_vars(loader: &Loader, node: &Node) -> Vars {
    let Some(entries) = node.as_map() else { return read_vars(loader, node) };
    entries.iter().filter_map(|(key, value)| Some((key.as_str()?.into(), value_of(value)))).collect()
}

fn vars_of(value: &Value) -> Vars {
    let entries = value.as_entries().unwrap_or_default();
    entries.iter().filter_map(|(name, value)| Some((name.as_str()?.into(), value.clone()))).collect()
}

/// A name that a variable may have: letters, digits and underscores, no digit first.
pub(super) fn variable_name(loader: &Loader, key: &Node) -> Option<std::sync::Arc<str>> {
    let name = key.as_str().unwrap_or_default();
    if is_identifier(name) {
        return Some(name.into());
    }
    let shown = key.as_str().map_or_else(|| "this key".to_owned(), |name| format!("`{name}`"));
    let message = format!("{shown} is no name for a variable");
    let hint = "a name has letters, digits and underscores, and starts with no digit";
    loader.refuse(Diagnostic::error(message).at(key.span).hint(hint));
    None
}

/// Words of templates that mean something else than a variable of that name.
const WORDS_OF_TEMPLATES: &[&str] = &["true", "false", "none", "True", "False", "None", "not"];

/// Whether a name may be that of a variable.
pub fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    let first = chars.next().is_some_and(|first| first == '_' || first.is_ascii_alphabetic());
    let rest = chars.all(|rest| rest == '_' || rest.is_ascii_alphanumeric());
    first && rest && !WORDS_OF_TEMPLATES.contains(&name)
}

fn refuse_debugger(loader: &Loader, node: &Node) {
    if node.as_str() != Some("never") {
        let message = "the interactive debugger of `debugger` is not supported";
        let hint = "take the line out, or set it to `never`; `-vvv` and `provision eval` show values";
        loader.refuse(Diagnostic::error(message).at(node.span).hint(hint));
    }
}
