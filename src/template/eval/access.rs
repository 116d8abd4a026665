//! `x.name`, `x[key]`: attributes and items, by Jinja2's rules.

use super::Evaluator;
use super::expression::marks;
use super::lazy::explained;
use crate::template::methods;
use crate::template::objects::BoundMethod;
use crate::template::python::{slice, types};
use crate::template::syntax::tree::{Expr, Kind, Name, Part};
use crate::template::{Answer, Error};
use crate::vars::{Data, Marks, Undefined, Value};
use std::sync::Arc;

impl Evaluator<'_> {
    pub(super) fn attribute(&mut self, object: &Expr, name: &Name, part: Part) -> Answer<Value> {
        if let Some(value) = self.variable_of_vars(object, name) {
            return self.used(value, part);
        }
        let value = self.eval(object)?;
        let found = self.attribute_of(&value, name);
        self.found(found, &value, &Value::text(name.clone()), part)
    }

    pub(super) fn item(&mut self, pair: &(Expr, Expr), part: Part) -> Answer<Value> {
        let (object, key) = pair;
        let key = self.operand(key)?;
        if let Some(name) = key.as_str()
            && let Some(value) = self.variable_of_vars(object, name)
        {
            return self.raw_in_classic(value, part);
        }
        let value = self.eval(object)?;
        let found = self.item_of(&value, &key);
        self.found(found, &value, &key, part)
    }

    /// `vars.x` and `vars['x']` without a dict of all variables.
    fn variable_of_vars(&self, object: &Expr, name: &str) -> Option<Value> {
        let Kind::Name(vars) = &object.kind else { return None };
        if &**vars != "vars"
            || !self.frames.sees_variables()
            || self.frames.value(vars).is_some()
            || self.scope.value("vars").is_some()
        {
            return None;
        }
        self.scope.value(name)
    }

    /// Classic Ansible gives the text of `vars['x']` as it is written.
    fn raw_in_classic(&mut self, value: Value, part: Part) -> Answer<Value> {
        match (self.language(), value.as_str()) {
            (crate::template::Language::Classic, Some(_)) => Ok(value.unmarked(Marks::LAZY)),
            _ => self.used(value, part),
        }
    }

    /// What was found, evaluated; else an undefined value that names the expression.
    fn found(&mut self, found: Option<Value>, of: &Value, key: &Value, part: Part) -> Answer<Value> {
        match (found, of.data()) {
            (Some(value), _) => self.used(value.marked(text_marks(of)), part),
            (None, Data::Undefined(undefined)) if undefined.is_no_choice() => Ok(explained(of.clone())),
            // What is undefined stays undefined, however far it is followed.
            (None, Data::Undefined(_)) => Ok(of.clone()),
            (None, _) => {
                let mut undefined = Undefined::new(self.place.slice(part), self.span(part));
                undefined.lacking = Some(Box::new((types::type_name(of), types::repr(key)?)));
                Ok(Value::new(Data::Undefined(Arc::new(undefined))).at(self.span(part)))
            }
        }
    }

    /// The attribute of a value: a method, else an item of that name.
    pub fn attribute_of(&mut self, value: &Value, name: &str) -> Option<Value> {
        if methods::exists(value, name) {
            return Some(Value::object(BoundMethod { receiver: value.clone(), method: name.into() }));
        }
        match value.data() {
            Data::Dict(dict) => dict.get(name),
            Data::Object(object) => object.get(&Value::from(name)),
            Data::Bool(bool) if matches!(name, "real" | "numerator") => Some(i64::from(*bool).into()),
            Data::Int(_) if matches!(name, "real" | "numerator") => Some(value.clone()),
            Data::Int(_) | Data::Bool(_) if name == "imag" => Some(0_i64.into()),
            Data::Int(_) | Data::Bool(_) if name == "denominator" => Some(1_i64.into()),
            Data::Float(_) if name == "real" => Some(value.clone()),
            Data::Float(_) if name == "imag" => Some(0.0.into()),
            _ => None,
        }
    }

    /// The item of a value, else an attribute of that name.
    pub fn item_of(&mut self, value: &Value, key: &Value) -> Option<Value> {
        let item = match (value.data(), integer(key)) {
            (Data::Dict(dict), _) => dict.get(key),
            (Data::Object(object), _) => object.get(key),
            (Data::List(list), Some(index)) => {
                let items = list.items();
                slice::index(items.len(), index).and_then(|index| items.get(index).cloned())
            }
            (Data::Tuple(items), Some(index)) => {
                slice::index(items.len(), index).and_then(|index| items.get(index).cloned())
            }
            (Data::Text(text), Some(index)) => character(text, index),
            _ => None,
        };
        match (item, key.as_str()) {
            (None, Some(name)) if !value.is_undefined() => self.attribute_of(value, name),
            (item, _) => item,
        }
    }

    /// Follows a dotted path as `map(attribute=...)` and `sort(attribute=...)` do: each part is a
    /// key, an index or an attribute. What is not there is undefined.
    ///
    /// # Errors
    /// If something on the way is lazy and fails.
    pub fn path(&mut self, value: &Value, path: &Value, part: Part) -> Answer<Value> {
        let Some(text) = path.as_str() else {
            let found = self.item_of(value, path);
            return self.element(found, value, path, part);
        };
        let mut value = value.clone();
        for step in text.split('.') {
            let key = match step.parse::<i64>() {
                Ok(index) if step.bytes().all(|byte| byte.is_ascii_digit()) => Value::from(index),
                _ => Value::from(step),
            };
            let found = self.item_of(&value, &key);
            value = self.element(found, &value, &key, part)?;
        }
        Ok(value)
    }

    fn element(&mut self, found: Option<Value>, of: &Value, key: &Value, part: Part) -> Answer<Value> {
        match found {
            Some(value) => self.used(value, part),
            None if of.is_undefined() => Ok(of.clone()),
            None => {
                let what = types::type_name(of);
                let told = format!("object of type '{what}' has no attribute {}", types::repr(key)?);
                let because = crate::source::Diagnostic::error(format!("`{what}` has no attribute `{key}`"));
                Ok(super::lazy::undefined_because(&key.to_string(), because.told(told).at(self.span(part))))
            }
        }
    }

    /// A part of a value for `str.format`.
    pub fn format_part(&mut self, value: &Value, key: &str, is_item: bool, part: Part) -> Answer<Value> {
        let index = key.parse::<i64>().ok().filter(|_| is_item).map(Value::from);
        let found = match is_item {
            true => self.item_of(value, &index.unwrap_or_else(|| key.into())),
            false => self.attribute_of(value, key),
        };
        match found {
            Some(found) => self.used(found, part),
            None => Err(Error::failed(format!("`{}` has no `{key}`", types::type_name(value)))),
        }
    }
}

/// Characters of secret text are secret; elements of containers tell it themselves.
fn text_marks(value: &Value) -> Marks {
    match value.data() {
        Data::Text(_) => marks(value),
        _ => Marks::NONE,
    }
}

fn integer(key: &Value) -> Option<i64> {
    match key.data() {
        Data::Int(int) => Some(*int),
        Data::Bool(bool) => Some(i64::from(*bool)),
        _ => None,
    }
}

fn character(text: &Arc<str>, index: i64) -> Option<Value> {
    let length = if text.is_ascii() { text.len() } else { text.chars().count() };
    let index = slice::index(length, index)?;
    text.chars().nth(index).map(|char| char.to_string().into())
}
