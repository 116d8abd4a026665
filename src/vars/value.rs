//! The one value type of variables and templates.

use super::{Dict, List, Map, Marks, Object, Promise, Undefined};
use crate::source::Span;
use num_bigint::BigInt;
use std::sync::Arc;

/// The data of a value: Python's types, and what stands for a value that is not there.
#[derive(Clone, Debug)]
pub enum Data {
    Undefined(Arc<Undefined>),
    None,
    Bool(bool),
    Int(i64),
    /// Only what does not fit an `Int`.
    Big(Arc<BigInt>),
    Float(f64),
    Text(Arc<str>),
    List(Arc<List>),
    Tuple(Arc<[Value]>),
    Dict(Arc<Dict>),
    Object(Arc<dyn Object>),
    /// A registered result that may not be in yet.
    Promise(Arc<Promise>),
    /// Ansible's `omit`: an argument with this value counts as not given.
    Omit,
}

/// Data with three marks that nothing can lose: where it came from, whether it is trusted to be a
/// template, whether it is secret.
#[derive(Clone, Debug)]
pub struct Value {
    data: Data,
    marks: Marks,
    span: Span,
}

impl Value {
    /// A computed value: of no place, not trusted, not secret.
    pub fn new(data: Data) -> Value {
        let marks = match &data {
            Data::List(list) => List::marks(&list.items()),
            Data::Dict(dict) => Dict::marks(&dict.entries()),
            Data::Tuple(items) => List::marks(items),
            // Whoever needs the full depth of a value has to look at it.
            Data::Promise(_) => Marks::LAZY,
            _ => Marks::NONE,
        };
        Value { data, marks, span: Span::NONE }
    }

    /// The value of what is not defined, written as `name` at `span`.
    pub fn undefined(name: impl Into<String>, span: Span) -> Value {
        Value::new(Data::Undefined(Arc::new(Undefined::new(name, span)))).at(span)
    }

    pub fn none() -> Value {
        Value::new(Data::None)
    }

    pub fn text(text: impl Into<Arc<str>>) -> Value {
        Value::new(Data::Text(text.into()))
    }

    pub fn list(items: Vec<Value>) -> Value {
        Value::new(Data::List(Arc::new(items.into())))
    }

    pub fn tuple(items: Vec<Value>) -> Value {
        Value::new(Data::Tuple(items.into()))
    }

    pub fn dict(entries: Map) -> Value {
        Value::new(Data::Dict(Arc::new(entries.into())))
    }

    pub fn object(object: impl Object + 'static) -> Value {
        Value::new(Data::Object(Arc::new(object)))
    }

    pub fn promise(promise: Arc<Promise>) -> Value {
        Value::new(Data::Promise(promise))
    }

    /// The data, for those who must tell the types apart.
    pub fn data(&self) -> &Data {
        &self.data
    }

    pub fn marks(&self) -> Marks {
        self.marks
    }

    /// Where it was written; unknown for what was computed.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The same value, known to come from `span`.
    #[must_use]
    pub fn at(self, span: Span) -> Value {
        Value { span, ..self }
    }

    /// The same value with these marks too.
    #[must_use]
    pub fn marked(self, marks: Marks) -> Value {
        Value { marks: self.marks.and(marks), ..self }
    }

    /// The same value without these marks.
    #[must_use]
    pub fn unmarked(self, marks: Marks) -> Value {
        Value { marks: self.marks.without(marks), ..self }
    }

    /// The value with all that is in its containers changed, at every depth; one that is no container is changed itself.
    #[must_use]
    pub fn map_leaves(&self, change: &impl Fn(&Value) -> Value) -> Value {
        let all = |items: &[Value]| items.iter().map(|item| item.map_leaves(change)).collect();
        let mapped = match &self.data {
            Data::List(list) => Value::list(all(&list.items())),
            Data::Tuple(items) => Value::tuple(all(items)),
            Data::Dict(dict) => {
                let entries = dict.entries();
                let pairs = entries.iter().map(|(key, value)| (key.clone(), value.map_leaves(change)));
                Value::dict(pairs.collect())
            }
            _ => return change(self),
        };
        mapped.marked(self.marks.without(Marks::HOLDS_SECRET.and(Marks::LAZY))).at(self.span)
    }

    pub fn is_secret(&self) -> bool {
        self.marks.has(Marks::SECRET)
    }

    /// Whether template text is still to be evaluated, here or inside.
    pub fn is_lazy(&self) -> bool {
        self.marks.has(Marks::LAZY)
    }

    /// Every text in the value, at any depth, that is a template.
    pub fn each_template(&self, found: &mut dyn FnMut(&Value, &str)) {
        if !self.is_lazy() {
            return;
        }
        if let Some(entries) = self.as_entries() {
            entries.values().for_each(|value| value.each_template(found));
        } else if let Some(items) = self.as_items() {
            items.iter().for_each(|value| value.each_template(found));
        } else if let Some(text) = self.as_str() {
            found(self, text);
        }
    }

    pub fn is_undefined(&self) -> bool {
        matches!(self.data, Data::Undefined(_))
    }

    /// Whether this is the value of an `if` that does not hold and has no `else`.
    pub fn is_no_choice(&self) -> bool {
        matches!(&self.data, Data::Undefined(undefined) if undefined.is_no_choice())
    }

    pub fn is_none(&self) -> bool {
        matches!(self.data, Data::None)
    }

    /// Whether this is a promise that is not settled yet.
    pub fn is_pending(&self) -> bool {
        matches!(&self.data, Data::Promise(promise) if promise.value().is_none())
    }

    pub fn is_omit(&self) -> bool {
        matches!(self.data, Data::Omit)
    }

    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self.data {
            Data::Bool(bool) => Some(bool),
            _ => None,
        }
    }

    /// A number without a fraction that is no bool.
    pub fn as_int(&self) -> Option<i64> {
        match self.data {
            Data::Int(int) => Some(int),
            _ => None,
        }
    }

    /// A snapshot of the items of a list or a tuple.
    pub fn as_items(&self) -> Option<Arc<Vec<Value>>> {
        match &self.data {
            Data::List(list) => Some(list.items()),
            Data::Tuple(items) => Some(Arc::new(items.to_vec())),
            _ => None,
        }
    }

    /// A snapshot of the entries of a dict.
    pub fn as_entries(&self) -> Option<Arc<Map>> {
        match &self.data {
            Data::Dict(dict) => Some(dict.entries()),
            _ => None,
        }
    }

    /// The value of a text key of a dict.
    pub fn entry(&self, key: &str) -> Option<Value> {
        match &self.data {
            Data::Dict(dict) => dict.get(key),
            _ => None,
        }
    }
}

impl From<bool> for Value {
    fn from(bool: bool) -> Value {
        Value::new(Data::Bool(bool))
    }
}

impl From<i64> for Value {
    fn from(int: i64) -> Value {
        Value::new(Data::Int(int))
    }
}

impl From<usize> for Value {
    fn from(count: usize) -> Value {
        i64::try_from(count).map_or_else(|_| BigInt::from(count).into(), Value::from)
    }
}

impl From<f64> for Value {
    fn from(float: f64) -> Value {
        Value::new(Data::Float(float))
    }
}

impl From<BigInt> for Value {
    fn from(big: BigInt) -> Value {
        match i64::try_from(&big) {
            Ok(int) => int.into(),
            Err(_) => Value::new(Data::Big(Arc::new(big))),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::text(text)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Value {
        Value::list(items)
    }
}

impl From<Map> for Value {
    fn from(entries: Map) -> Value {
        Value::dict(entries)
    }
}

impl<K: Into<Value>, V: Into<Value>> FromIterator<(K, V)> for Value {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Value {
        let entries = entries.into_iter().map(|(key, value)| (key.into(), value.into()));
        Value::dict(entries.collect())
    }
}

impl<V: Into<Value>> FromIterator<V> for Value {
    fn from_iter<I: IntoIterator<Item = V>>(items: I) -> Value {
        Value::list(items.into_iter().map(Into::into).collect())
    }
}
