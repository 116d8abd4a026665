//! Lookups: values from outside of the variables. One file a family.

mod commands;
mod dependent;
mod files;
mod ini;
mod lists;
mod merged;
mod passwords;
mod random_string;
mod rendered;
mod sequence;
mod table;
mod trees;
mod urls;
mod variables;

pub use trees::owner_name;

use super::eval::{Args, Call, lazy};
use super::filters::short;
use super::python::{iterate, types};
use super::{Answer, Error, Language};
use crate::source::Diagnostic;
use crate::vars::{Data, Marks, Value, lazy_marks};
use std::collections::HashMap;
use std::sync::LazyLock;

/// What a lookup does: its terms are the positional arguments.
pub type Run = fn(&mut Call) -> Answer<Vec<Value>>;

/// Names and functions of a family.
pub type Table = &'static [(&'static str, Run)];

const FAMILIES: &[Table] = &[
    commands::TABLE,
    dependent::TABLE,
    files::TABLE,
    ini::TABLE,
    lists::TABLE,
    merged::TABLE,
    passwords::TABLE,
    random_string::TABLE,
    rendered::TABLE,
    sequence::TABLE,
    table::TABLE,
    trees::TABLE,
    urls::TABLE,
    variables::TABLE,
];

/// Lookups that read files of the controller, or run programs that may.
const READS_CONTROLLER: &[&str] =
    &["csvfile", "file", "fileglob", "first_found", "ini", "lines", "pipe", "template", "unvault"];

static LOOKUPS: LazyLock<HashMap<&'static str, Run>> =
    LazyLock::new(|| FAMILIES.iter().flat_map(|table| table.iter()).copied().collect());

/// The lookup of a name, with or without its collection.
pub fn find(name: &str) -> Option<Run> {
    LOOKUPS.get(short(name)).copied()
}

/// All names, for "did you mean".
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = LOOKUPS.keys().copied().collect();
    names.sort_unstable();
    names
}

/// The function `lookup`: one result as itself, several texts joined by commas.
pub fn lookup(call: &mut Call) -> Answer<Value> {
    let as_list = call.keyword("wantlist").map_or(Ok(false), |want| types::is_true(&want))?;
    match found(call)? {
        Err(undefined) => Ok(undefined),
        Ok(None) if as_list => Ok(Value::list(Vec::new())),
        Ok(None) => Ok(Value::none()),
        Ok(Some(values)) if as_list => Ok(Value::list(values)),
        Ok(Some(values)) => joined(values),
    }
}

/// The function `query`: a list.
pub fn query(call: &mut Call) -> Answer<Value> {
    call.keyword("wantlist");
    Ok(match found(call)? {
        Err(undefined) => undefined,
        Ok(values) => Value::list(values.unwrap_or_default()),
    })
}

fn joined(mut values: Vec<Value>) -> Answer<Value> {
    if values.len() == 1 {
        return Ok(values.pop().unwrap_or_else(Value::none));
    }
    let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
    match texts.filter(|texts| !texts.is_empty()) {
        Some(texts) => {
            let secret = Marks::SECRET.when(values.iter().any(Value::is_secret));
            Ok(Value::from(texts.join(",")).marked(secret))
        }
        None => Ok(Value::list(values)),
    }
}

/// Lookups that see for themselves whether something undefined matters: a candidate or a default that is not needed does not.
const TAKES_UNDEFINED: &[&str] = &["env", "first_found"];

/// What a lookup finds: the outer error is an undefined value that was passed on, nothing means
/// that it failed and was to be ignored.
fn found(call: &mut Call) -> Answer<Result<Option<Vec<Value>>, Value>> {
    let name = types::text(&call.first())?;
    let errors = call.keyword("errors").map_or(Ok("strict".to_owned()), |errors| types::text(&errors))?;
    let Some(run) = find(&name) else { return Err(unknown(&name)) };
    if READS_CONTROLLER.contains(&short(&name)) {
        call.ev.context.reads_controller()?;
    }
    let args = std::mem::take(&mut call.args);
    let args = embedded(call, args)?;
    let all = args.positional.iter().chain(args.keyword.iter().map(|(_, value)| value));
    for value in all.filter(|_| !TAKES_UNDEFINED.contains(&short(&name))) {
        if value.is_undefined() {
            return Ok(Err(value.clone()));
        }
    }
    let part = call.part;
    match (run(&mut Call { ev: &mut *call.ev, name: &name, args, part }), errors.as_str()) {
        (Ok(values), _) => Ok(Ok(Some(values))),
        (Err(Error::Pending(promise)), _) => Err(Error::Pending(promise)),
        (Err(_), "ignore") => Ok(Ok(None)),
        (Err(error), "warn") => {
            let warning = error.at(call.ev.span(part)).into_diagnostic();
            call.ev.warn(Diagnostic { severity: crate::source::Severity::Warning, ..warning });
            Ok(Ok(None))
        }
        (Err(error), _) => Err(error),
    }
}

/// Lookups that are not there where Python's dnspython is not. Playbooks read its name in the failure and run the
/// program `dig` instead.
const DNSPYTHON: &[&str] = &["dig", "dnstxt"];

fn unknown(name: &str) -> Error {
    let without = if DNSPYTHON.contains(&short(name)) { ", as without dnspython" } else { "" };
    let error = Error::failed(format!("there is no lookup `{name}`{without}"));
    match super::eval::hint(name, names().into_iter()) {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// Constant strings with templates inside are evaluated when they are passed to a lookup, as old
/// playbooks rely on.
fn embedded(call: &mut Call, mut args: Args) -> Answer<Args> {
    for value in &mut args.positional {
        let Some(text) = value.as_str() else { continue };
        if value.marks().has(Marks::TRUSTED) && lazy_marks(text).has(Marks::LAZY) {
            let lazy = value.clone().marked(Marks::LAZY).at(call.ev.span(call.part));
            let forced = call.ev.force(lazy)?;
            *value = call.ev.deep(forced)?;
        }
    }
    Ok(args)
}

/// Lookups that the classic language lets fail where their keyword has a dict.
const LISTS_ONLY: &[&str] = &["flattened", "indexed_items", "list"];

/// Lookups of which a dict is a term.
const READS_DICTS: &[&str] = &["dict", "first_found"];

/// The terms of `with_NAME`: a value that is no list is the only one. In the classic language the keys of a dict are
/// terms, except for lookups that read dicts.
///
/// # Errors
/// Where the lookup fails with a dict.
pub fn terms_of_keyword(name: &str, value: &Value, language: Language) -> Answer<Vec<Value>> {
    let name = short(name);
    let is_plain = language == Language::Native || value.as_str().is_some() || READS_DICTS.contains(&name);
    match (value.as_items(), iterate::items(value)) {
        (Some(items), _) => Ok(items.to_vec()),
        (None, Ok(_)) if !is_plain && LISTS_ONLY.contains(&name) => {
            Err(Error::failed(format!("with_{name} expects a list")))
        }
        (None, Ok(keys)) if !is_plain => Ok(keys.to_vec()),
        _ => Ok(vec![value.clone()]),
    }
}

/// Runs a lookup for `with_NAME`: the terms are the value of that keyword.
///
/// # Errors
/// If there is no such lookup, or it fails.
pub fn run_with(ev: &mut super::eval::Evaluator, name: &str, terms: Vec<Value>) -> Answer<Vec<Value>> {
    let Some(run) = find(name) else { return Err(unknown(name)) };
    if READS_CONTROLLER.contains(&short(name)) {
        ev.context.reads_controller()?;
    }
    let first_found = short(name) == "first_found";
    let mut positional = Vec::new();
    for term in terms {
        if first_found {
            positional.extend(defined(ev, term)?);
            continue;
        }
        let term = ev.deep(term)?;
        match term.data() {
            Data::Undefined(undefined) => return Err(Error::undefined(undefined)),
            _ => positional.push(term),
        }
    }
    let part = super::syntax::tree::Part::default();
    run(&mut Call { ev, name, args: Args::of(positional), part })
}

/// A value without what is undefined in it: among the candidates of `first_found` that does not count.
fn defined(ev: &mut super::eval::Evaluator, value: Value) -> Answer<Option<Value>> {
    let value = match ev.force(value) {
        Err(Error::Undefined(_)) => return Ok(None),
        value => value?,
    };
    if value.is_undefined() {
        return Ok(None);
    }
    if let Some(entries) = lazy::entries(&value) {
        let mut known = crate::vars::Map::new();
        for (key, entry) in entries.iter() {
            known.extend(defined(ev, entry.clone())?.map(|entry| (key.clone(), entry)));
        }
        return Ok(Some(Value::dict(known)));
    }
    let Some(items) = value.as_items() else { return ev.deep(value).map(Some) };
    let mut known = Vec::new();
    for item in items.iter() {
        known.extend(defined(ev, item.clone())?);
    }
    Ok(Some(Value::list(known)))
}

/// Old-style settings inside of a term: `key file=x delimiter=,`. The words without `=` are the
/// term, with their quotes; the others are added to the keyword arguments.
fn inline_settings(term: &str) -> Answer<(String, Vec<(String, String)>)> {
    let open = || {
        let message = "failed at splitting arguments, either an unbalanced jinja2 block or quotes";
        Error::failed(format!("{message}: {term}"))
    };
    let (mut words, mut settings) = (Vec::new(), Vec::new());
    for word in super::shell_words(term).ok_or_else(open)? {
        match word.split_once('=') {
            Some((key, value)) if !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_') => {
                settings.push((key.to_owned(), super::unquoted(value).to_owned()));
            }
            _ => words.push(word),
        }
    }
    Ok((words.join(" "), settings))
}

/// Refuses settings inside of a term that a lookup does not know.
fn refuse_others(settings: &[(String, String)], known: &[&str]) -> Answer<()> {
    match settings.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => Err(Error::failed(format!("'{name}' is not a valid option."))),
        None => Ok(()),
    }
}

/// Named arguments of a lookup, by name.
struct Settings(Vec<(String, Value)>);

impl Settings {
    fn of(args: &Args) -> Settings {
        Settings(args.keyword.iter().map(|(name, value)| (name.to_string(), value.clone())).collect())
    }

    /// These, overruled by what stands in a term.
    fn with(&self, inline: Vec<(String, String)>) -> Settings {
        let inline = inline.into_iter().map(|(name, value)| (name, Value::from(value)));
        Settings(inline.chain(self.0.iter().cloned()).collect())
    }

    fn value(&self, name: &str) -> Option<&Value> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
            .filter(|value| !value.is_none())
    }

    fn text(&self, name: &str, default: &str) -> Answer<String> {
        self.value(name).map_or_else(|| Ok(default.to_owned()), types::text)
    }

    fn bool(&self, name: &str, default: bool) -> bool {
        self.value(name).map_or(default, |value| {
            super::filters::truth::meant_loosely(value)
                .unwrap_or_else(|| types::is_true(value).unwrap_or(default))
        })
    }

    fn int(&self, name: &str, default: i64) -> Answer<i64> {
        let Some(value) = self.value(name) else { return Ok(default) };
        let int = value.as_int().or_else(|| value.as_str()?.trim().parse().ok());
        int.ok_or_else(|| Error::failed(format!("`{name}` must be a number, not `{value}`")))
    }

    /// The default that is used where nothing is found.
    fn default(&self) -> Option<Value> {
        self.0.iter().find(|(known, _)| known == "default").map(|(_, value)| value.clone())
    }
}

/// Terms as texts.
fn texts(call: &Call) -> Answer<Vec<String>> {
    let mut texts = Vec::new();
    for term in &call.args.positional {
        match term.as_items() {
            Some(items) => {
                for item in items.iter() {
                    texts.push(types::text(item)?);
                }
            }
            None => texts.push(types::text(term)?),
        }
    }
    Ok(texts)
}

/// The entries of a term that must be a dict.
fn dict_term(term: &Value, of: &str) -> Answer<std::sync::Arc<crate::vars::Map>> {
    let wrong = || {
        Error::failed(format!(
            "the '{of}' lookup plugin expects a dictionary, not '{}'",
            types::type_name(term)
        ))
    };
    lazy::entries(term).ok_or_else(wrong)
}
