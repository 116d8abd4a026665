//! Functions of the language.

use super::evaluate::{evaluate, items};
use super::parse::Node;
use crate::template::data::json;
use crate::template::eval::lazy;
use crate::template::filters::order;
use crate::template::python::number::{self, Number};
use crate::template::{Answer, Error};
use crate::vars::{Data, Map, Value};
use std::cmp::Ordering;

/// Calls a function on the results of its arguments.
pub fn call(name: &str, arguments: &[Node], value: &Value) -> Answer<Value> {
    let args = arguments.iter().map(|node| evaluate(node, value)).collect::<Answer<Vec<_>>>()?;
    let call = Call { name, nodes: arguments, args: &args };
    match name {
        "length" | "reverse" | "to_string" | "to_number" | "to_array" | "type" | "not_null" => call.any(),
        "abs" | "ceil" | "floor" | "sum" | "avg" => call.numeric(),
        "starts_with" | "ends_with" | "contains" | "join" => call.textual(),
        "keys" | "values" | "merge" | "items" | "from_items" => call.mapping(),
        "sort" | "max" | "min" | "sort_by" | "max_by" | "min_by" | "map" | "group_by" => call.by_expression(),
        _ => Err(Error::failed(format!("JMESPath has no function `{name}`"))),
    }
}

struct Call<'c> {
    name: &'c str,
    nodes: &'c [Node],
    args: &'c [Value],
}

impl Call<'_> {
    fn arg(&self, index: usize) -> Answer<&Value> {
        let missing = || Error::failed(format!("`{}` of JMESPath needs more arguments", self.name));
        self.args.get(index).ok_or_else(missing)
    }

    fn wrong(&self, wanted: &str) -> Error {
        Error::failed(format!("`{}` of JMESPath needs {wanted}", self.name))
    }

    fn text(&self, index: usize) -> Answer<&str> {
        self.arg(index)?.as_str().ok_or_else(|| self.wrong("text"))
    }

    fn list(&self, index: usize) -> Answer<Vec<Value>> {
        Ok(items(self.arg(index)?).ok_or_else(|| self.wrong("a list"))?.to_vec())
    }

    fn any(&self) -> Answer<Value> {
        let first = self.arg(0)?;
        Ok(match self.name {
            "length" => match (first.as_str(), items(first), lazy::entries(first)) {
                (Some(text), _, _) => text.chars().count().into(),
                (_, Some(items), _) => items.len().into(),
                (_, _, Some(entries)) => entries.len().into(),
                _ => return Err(self.wrong("text, a list or a dict")),
            },
            "reverse" => match first.as_str() {
                Some(text) => text.chars().rev().collect::<String>().into(),
                None => self.list(0)?.into_iter().rev().collect(),
            },
            "to_string" if first.as_str().is_some() => first.clone(),
            "to_string" => {
                let separators = (",".to_owned(), ":".to_owned());
                json::write(first, &json::Layout { separators, ..json::Layout::default() })?.into()
            }
            "to_number" => match (first.as_str(), number::number(first)) {
                (Some(text), _) => number::parse_int(text, 10)
                    .or_else(|| number::parse_float(text).map(Value::from))
                    .unwrap_or_else(Value::none),
                (None, Some(_)) if first.as_bool().is_none() => first.clone(),
                _ => Value::none(),
            },
            "to_array" if items(first).is_some() => first.clone(),
            "to_array" => Value::list(vec![first.clone()]),
            "type" => kind(first).into(),
            _ => self.args.iter().find(|value| !value.is_none()).cloned().unwrap_or_else(Value::none),
        })
    }

    fn numeric(&self) -> Answer<Value> {
        let needed = |value: &Value| number::number(value).ok_or_else(|| self.wrong("numbers"));
        let total = || -> Answer<(Number, usize)> {
            let numbers = self.list(0)?.iter().map(needed).collect::<Answer<Vec<_>>>()?;
            Ok((numbers.iter().fold(Number::Int(0), |sum, next| number::add(&sum, next)), numbers.len()))
        };
        Ok(match self.name {
            "sum" => total()?.0.into(),
            "avg" => match total()? {
                (_, 0) => Value::none(),
                (sum, count) => (sum.float() / count as f64).into(),
            },
            "abs" => {
                let number = needed(self.arg(0)?)?;
                let negative = number.compare(&Number::Int(0)).is_some_and(Ordering::is_lt);
                if negative { number::negate(&number) } else { number }.into()
            }
            name => {
                let float = needed(self.arg(0)?)?.float();
                let rounded = if name == "ceil" { float.ceil() } else { float.floor() };
                number::truncated(rounded).map_or_else(Value::none, Value::from)
            }
        })
    }

    fn textual(&self) -> Answer<Value> {
        Ok(match self.name {
            "starts_with" => self.text(0)?.starts_with(self.text(1)?).into(),
            "ends_with" => self.text(0)?.ends_with(self.text(1)?).into(),
            "contains" => match self.arg(0)?.as_str() {
                Some(text) => self.arg(1)?.as_str().is_some_and(|part| text.contains(part)).into(),
                None => self.list(0)?.contains(self.arg(1)?).into(),
            },
            _ => {
                let glue = self.text(0)?;
                let list = self.list(1)?;
                let texts: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
                texts.ok_or_else(|| self.wrong("texts"))?.join(glue).into()
            }
        })
    }

    fn mapping(&self) -> Answer<Value> {
        let entries = |index: usize| lazy::entries(self.arg(index)?).ok_or_else(|| self.wrong("a dict"));
        Ok(match self.name {
            "keys" => entries(0)?.keys().cloned().collect(),
            "values" => entries(0)?.values().cloned().collect(),
            "items" => entries(0)?.iter().map(|(k, v)| Value::list(vec![k.clone(), v.clone()])).collect(),
            "from_items" => Value::dict(crate::template::methods::pairs(self.arg(0)?)?),
            _ => {
                let mut merged = Map::new();
                for index in 0..self.args.len() {
                    merged.extend(entries(index)?.iter().map(|(key, value)| (key.clone(), value.clone())));
                }
                Value::dict(merged)
            }
        })
    }

    fn by_expression(&self) -> Answer<Value> {
        let of = |node: usize, value: &Value| match self.nodes.get(node) {
            Some(Node::Reference(inner)) => evaluate(inner, value),
            _ => Err(self.wrong("an expression `&...`")),
        };
        if self.name == "map" {
            return self.list(1)?.iter().map(|item| of(0, item)).collect::<Answer<Vec<_>>>().map(Value::list);
        }
        let by = self.name.ends_with("_by");
        let key = |item: &Value| if by { of(1, item) } else { Ok(item.clone()) };
        let mut list = self.list(0)?;
        if self.name == "group_by" {
            let mut groups: indexmap::IndexMap<Value, Vec<Value>> = indexmap::IndexMap::new();
            for item in &list {
                groups.entry(key(item)?).or_default().push(item.clone());
            }
            return Ok(Value::dict(
                groups.into_iter().map(|(key, items)| (key, Value::list(items))).collect(),
            ));
        }
        order::sort(&mut list, false, key)?;
        Ok(match self.name {
            "sort" | "sort_by" => Value::list(list),
            "min" | "min_by" => list.first().cloned().unwrap_or_else(Value::none),
            _ => list.last().cloned().unwrap_or_else(Value::none),
        })
    }
}

fn kind(value: &Value) -> &'static str {
    match value.data() {
        Data::None => "null",
        Data::Bool(_) => "boolean",
        Data::Int(_) | Data::Big(_) | Data::Float(_) => "number",
        Data::Text(_) => "string",
        Data::List(_) | Data::Tuple(_) => "array",
        _ => "object",
    }
}
