//! Lazy values: evaluated when used, to the depth that is needed.

use super::output::Output;
use super::{Evaluator, Place};
use crate::source::{Diagnostic, Span};
use crate::template::context::Language;
use crate::template::syntax::tree::Part;
use crate::template::{Answer, Error, Services, classic, newline};
use crate::vars::{Data, Encrypted, Kind, Map, Marks, Undefined, Value, lazy_marks};
use std::sync::Arc;

/// How deep lazy values may refer to one another.
const DEEPEST: usize = 60;

/// Lazy text that is being evaluated.
pub(super) struct Forcing {
    text: Arc<str>,
    span: Span,
    name: String,
}

impl Evaluator<'_> {
    /// Evaluates a value itself; the elements of a container stay lazy. What is undefined in it
    /// becomes an undefined value that remembers why.
    pub fn force(&mut self, value: Value) -> Answer<Value> {
        if !value.is_lazy() {
            return Ok(value);
        }
        match value.data() {
            Data::Text(text) => self.evaluate_lazy(&text.clone(), &value, ""),
            Data::Promise(promise) => match promise.value() {
                Some(settled) => {
                    let marks = value.marks().without(Marks::LAZY);
                    self.force(settled.clone().marked(marks))
                }
                None => Err(Error::Pending(promise.clone())),
            },
            Data::Object(_) => self.decrypted(value),
            _ => Ok(value),
        }
    }

    /// The text of an encrypted value, which is learnt as a secret; the value itself where it is to stay as it is.
    fn decrypted(&self, value: Value) -> Answer<Value> {
        let Some(encrypted) = Encrypted::of(&value).filter(|_| !self.sealed) else { return Ok(value) };
        let services = &self.context.surroundings.services;
        let plain = encrypted.reveal(|text| {
            let bytes = services.decrypt(text)?;
            std::str::from_utf8(&bytes).iter().for_each(|text| services.secret(text));
            Ok(bytes)
        });
        plain.map_err(|why| Error::failed(why).at(value.span()))
    }

    /// Notes that secrets go into this template, which are learnt before anything else is made of them.
    fn take_note(&mut self, value: &Value) {
        if value.marks().meets(Marks::SECRET.and(Marks::HOLDS_SECRET)) {
            self.secrets = true;
            learn(value, &*self.context.surroundings.services);
        }
    }

    /// Evaluates the value of a name or element that is used at a part of the current template.
    pub(super) fn used(&mut self, value: Value, part: Part) -> Answer<Value> {
        self.take_note(&value);
        if !value.is_lazy() {
            return Ok(value);
        }
        let forced = match value.data() {
            Data::Text(text) => {
                let name = self.place.slice(part).to_owned();
                self.evaluate_lazy(&text.clone(), &value, &name)
            }
            _ => self.force(value),
        };
        match forced {
            Ok(value) if value.is_undefined() && !value.is_no_choice() => Ok(self.needed(value, part)),
            Ok(value) => {
                self.take_note(&value);
                Ok(value)
            }
            Err(error) => Err(error.needed(self.span(part))),
        }
    }

    /// An undefined value that came out of another template, with the place of its use.
    fn needed(&self, value: Value, part: Part) -> Value {
        let Data::Undefined(undefined) = value.data() else { return value };
        let Error::Undefined(because) = Error::undefined(undefined).needed(self.span(part)) else {
            return value;
        };
        undefined_because(&undefined.name, *because)
    }

    fn evaluate_lazy(&mut self, text: &Arc<str>, value: &Value, name: &str) -> Answer<Value> {
        if let Some(known) = self.context.resolved.value(text) {
            return Ok(known);
        }
        if self.forcing.iter().any(|forcing| Arc::ptr_eq(&forcing.text, text)) {
            return Err(self.cycle(text, name));
        }
        if self.forcing.len() >= DEEPEST {
            return Err(Error::failed("variables refer to one another too deep").at(value.span()));
        }
        self.forcing.push(Forcing { text: text.clone(), span: value.span(), name: name.to_owned() });
        let sealed = std::mem::take(&mut self.sealed);
        let result = self.evaluate_text(text, value.span());
        self.sealed = sealed;
        self.forcing.pop();
        let result = match result {
            Ok(result) if result.is_undefined() && !result.is_no_choice() => return Ok(explained(result)),
            Err(Error::Undefined(because)) => return Ok(undefined_because("", *because)),
            other => other?,
        };
        let result = match self.is_handed_on(text, value) {
            true => self.finished(result, value).marked(Marks::TRUSTED),
            false => self.finished(result, value),
        };
        self.context.resolved.keep(text, &result);
        Ok(result)
    }

    /// Whether a text only names a variable whose text the user wrote: that is still the user's.
    fn is_handed_on(&self, text: &Arc<str>, value: &Value) -> bool {
        let place = Place { text: text.clone(), span: value.span() };
        let name =
            self.engine.parsed(&place, self.context).ok().and_then(|template| template.lone_name.clone());
        let named = name.and_then(|name| self.scope.value(&name));
        named.is_some_and(|named| named.marks().has(Marks::TRUSTED) && !named.is_lazy())
    }

    /// What a lazy text gave, with the marks it inherits: secret text makes secret results.
    fn finished(&self, result: Value, value: &Value) -> Value {
        let result = match self.language() {
            Language::Native => result.unmarked(Marks::TRUSTED),
            Language::Classic => result,
        };
        let result = if value.is_secret() { super::secret::hidden(result) } else { result };
        if result.span().is_known() { result } else { result.at(value.span()) }
    }

    /// Evaluates template text apart from the template that uses it.
    pub(super) fn evaluate_text(&mut self, text: &Arc<str>, span: Span) -> Answer<Value> {
        let place = Place { text: text.clone(), span };
        let template = self.engine.parsed(&place, self.context)?;
        if self.language() == Language::Classic
            && let Some(value) = template.lone_name.as_ref().and_then(|name| self.scope.value(name))
            && classic::is_kept(text, &value)
        {
            return Ok(value);
        }
        let outer = std::mem::replace(&mut self.converts, true);
        let value = self.apart(place, |ev| {
            let mut out = Output::default();
            match template.only_expression().filter(|_| ev.language() == Language::Native) {
                // Who uses it asks for as much of it as is needed.
                Some(expr) => {
                    ev.prepare(&template);
                    out.push(ev.eval(expr)?)?;
                }
                None => ev.root(&template, &mut out)?,
            }
            ev.result(out)
        });
        self.converts = outer;
        Ok(newline::restored(value?, text, "\n"))
    }

    /// What was put out, as the language has it.
    pub fn result(&self, out: Output) -> Answer<Value> {
        match self.language() {
            Language::Native => out.finish(),
            Language::Classic if self.converts => classic::result(out),
            Language::Classic => out.into_text(),
        }
    }

    /// Runs something at another place, seeing none of the names bound here.
    fn apart<T>(&mut self, place: Place, run: impl FnOnce(&mut Self) -> Answer<T>) -> Answer<T> {
        let outer = std::mem::replace(&mut self.place, place);
        let mark = self.frames.hide();
        let blocks = std::mem::take(&mut self.blocks);
        let private = self.private.take();
        let opens = std::mem::take(&mut self.opens);
        let result = run(self);
        self.opens = opens;
        self.private = private;
        self.blocks = blocks;
        self.frames.leave(mark);
        self.place = outer;
        result
    }

    /// A constant string of a condition: a template in it is evaluated, with a word about it.
    pub(super) fn opened(&mut self, value: &Value, part: Part) -> Answer<Value> {
        let is_template = value.as_str().is_some_and(|text| lazy_marks(text).has(Marks::LAZY));
        if !is_template || !value.marks().has(Marks::TRUSTED) {
            return Ok(value.clone());
        }
        let span = self.span(part);
        let message = "a string of a condition holds a template, which will be taken as it stands one day";
        let warning = Diagnostic::warning(message).at(span);
        self.context.surroundings.services.warn(warning.hint("write the variable without quotes and braces"));
        self.force(value.clone().marked(Marks::LAZY).at(span))
    }

    fn cycle(&self, text: &Arc<str>, name: &str) -> Error {
        let start = self.forcing.iter().position(|forcing| Arc::ptr_eq(&forcing.text, text)).unwrap_or(0);
        let cycle = &self.forcing[start..];
        let names: Vec<&str> = cycle.iter().map(|forcing| forcing.name.as_str()).chain([name]).collect();
        let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
        let chain = names.join("` → `");
        let message = format!("`{name}` is defined by itself: `{chain}`");
        let spans = cycle.iter().map(|forcing| forcing.span);
        let diagnostic = spans.fold(Diagnostic::error(message), |diagnostic, span| {
            let text = if diagnostic.labels.is_empty() { "" } else { "which is used here" };
            diagnostic.label(span, text)
        });
        diagnostic.into()
    }

    /// Evaluates a value to its full depth. What is undefined inside of a container stays an
    /// undefined element, which fails when it is used.
    pub fn deep(&mut self, value: Value) -> Answer<Value> {
        if !value.is_lazy() {
            return Ok(value);
        }
        match value.data() {
            Data::Object(_) => self.decrypted(value),
            Data::Text(text) => {
                let (text, span) = (text.clone(), value.span());
                let forced = self.force(value)?;
                self.deep_within(forced, text, span)
            }
            Data::Promise(_) => {
                let forced = self.force(value)?;
                self.deep(forced)
            }
            Data::List(list) => {
                let (list, marks) = (list.clone(), value.marks().without(Marks::LAZY));
                let items = self.deep_items(&list.items())?;
                Ok(Value::list(items).marked(marks).at(value.span()))
            }
            Data::Tuple(items) => {
                let items = self.deep_items(items)?;
                Ok(Value::tuple(items).marked(value.marks().without(Marks::LAZY)).at(value.span()))
            }
            Data::Dict(dict) => {
                let mut entries = Map::with_capacity(dict.entries().len());
                for (key, element) in dict.entries().iter() {
                    // Keys are never templates.
                    entries.insert(key.clone().unmarked(Marks::LAZY), self.deep(element.clone())?);
                }
                Ok(Value::dict(entries).marked(value.marks().without(Marks::LAZY)).at(value.span()))
            }
            _ => Ok(value),
        }
    }

    /// The full depth of what a text gave; the text may not come again in it.
    fn deep_within(&mut self, forced: Value, text: Arc<str>, span: Span) -> Answer<Value> {
        if !forced.is_lazy() {
            return Ok(forced);
        }
        if self.forcing.iter().any(|forcing| Arc::ptr_eq(&forcing.text, &text)) {
            return Err(self.cycle(&text, &text));
        }
        self.forcing.push(Forcing { name: text.as_ref().to_owned(), text, span });
        let whole = self.deep(forced);
        self.forcing.pop();
        whole
    }

    /// A variable as the classic language has it: evaluated whole, and undefined if anything in it is.
    pub(super) fn whole(&mut self, value: Value) -> Answer<Value> {
        if !value.is_lazy() {
            return Ok(value);
        }
        let value = self.deep(value)?;
        Ok(undefined_in(&value).map_or(value, explained))
    }

    fn deep_items(&mut self, items: &[Value]) -> Answer<Vec<Value>> {
        items.iter().map(|item| self.deep(item.clone())).collect()
    }

    /// A copy that shares nothing with its original, for templates that change their values.
    pub(super) fn private_copy(&mut self, value: &Value) -> Answer<Value> {
        let value = self.deep(value.clone())?;
        Ok(copied(&value))
    }
}

/// The first undefined element of a container, however deep.
fn undefined_in(value: &Value) -> Option<Value> {
    match value.data() {
        Data::Undefined(undefined) if !undefined.is_no_choice() => Some(value.clone()),
        Data::List(list) => list.items().iter().find_map(undefined_in),
        Data::Tuple(items) => items.iter().find_map(undefined_in),
        Data::Dict(dict) => dict.entries().values().find_map(undefined_in),
        _ => None,
    }
}

fn copied(value: &Value) -> Value {
    let copy = match value.data() {
        Data::List(list) => Value::list(list.items().iter().map(copied).collect()),
        Data::Dict(dict) => {
            Value::dict(dict.entries().iter().map(|(key, value)| (key.clone(), copied(value))).collect())
        }
        _ => return value.clone(),
    };
    copy.marked(value.marks()).at(value.span())
}

/// An undefined result keeps its own message when it is used elsewhere.
pub(super) fn explained(value: Value) -> Value {
    match value.data() {
        Data::Undefined(undefined) => undefined_because(&undefined.name, undefined.diagnostic()),
        _ => value,
    }
}

/// An undefined value with a message of its own.
pub fn undefined_because(name: &str, because: Diagnostic) -> Value {
    let name = if name.is_empty() { "value" } else { name };
    let span = because.span();
    let undefined =
        Undefined { name: name.to_owned(), span, because: Some(Box::new(because)), lacking: None };
    Value::new(Data::Undefined(Arc::new(undefined)))
}

/// The entries of a dict or of an object that is a mapping.
pub fn entries(value: &Value) -> Option<Arc<Map>> {
    match value.data() {
        Data::Dict(dict) => Some(dict.entries()),
        Data::Object(object) if object.kind() == Kind::Mapping => {
            let entry = |key: Value| object.get(&key).map(|value| (key, value));
            Some(Arc::new(object.items().into_iter().filter_map(entry).collect()))
        }
        Data::Promise(promise) => entries(promise.value()?),
        _ => None,
    }
}

/// The shortest number that is hidden wherever it stands: those of ports and the like are everywhere.
const DIGITS: usize = 6;

/// Has what stands in encrypted files hidden in all output, where a value holds it as it stands there.
fn learn(value: &Value, services: &dyn Services) {
    match value.data() {
        _ if value.is_lazy() => {}
        Data::Text(text) if value.span().is_secret() => services.secret(text),
        Data::Int(_) | Data::Big(_) | Data::Float(_) if value.span().is_secret() => {
            let digits = value.str().unwrap_or_default();
            if digits.len() >= DIGITS {
                services.secret(&digits);
            }
        }
        Data::List(list) => list.items().iter().for_each(|item| learn(item, services)),
        Data::Dict(dict) => dict.entries().values().for_each(|value| learn(value, services)),
        _ => {}
    }
}
