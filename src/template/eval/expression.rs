//! Expressions.

use super::{Evaluator, secret};
use crate::source::Diagnostic;
use crate::template::context::Language;
use crate::template::python::{compare, operate, slice, types};
use crate::template::syntax::tree::{Binary, Choice, Comparison, Expr, Kind, Name, Part, Slice};
use crate::template::{Answer, Error, globals};
use crate::vars::{Data, Map, Marks, Undefined, Value};
use std::sync::Arc;

impl Evaluator<'_> {
    /// Evaluates an expression: never lazy itself, perhaps undefined.
    pub fn eval(&mut self, expr: &Expr) -> Answer<Value> {
        let result = match &expr.kind {
            Kind::Const(value) if self.opens => return self.opened(value, expr.part),
            Kind::Const(value) => return Ok(value.clone()),
            Kind::Name(name) => self.name(name, expr.part),
            Kind::Captured => Ok(self.captured.last().cloned().unwrap_or_else(Value::none)),
            Kind::List(items) => self.eval_all(items).map(Value::list),
            Kind::Tuple(items) => self.eval_all(items).map(Value::tuple),
            Kind::Dict(entries) => self.dict(entries),
            Kind::Unary(operator, operand) => self
                .operand(operand)
                .and_then(|value| Ok(operate::unary(*operator, &value)?.marked(marks(&value)))),
            Kind::Binary(operator, pair) => self.binary(*operator, pair),
            Kind::And(pair) => self.and(pair),
            Kind::Or(pair) => self.or(pair),
            Kind::Not(negated) => self.truth(negated).map(|truth| (!truth).into()),
            Kind::Compare(first, others) => self.comparison(first, others).map(Value::from),
            Kind::Concat(parts) => self.concatenation(parts),
            Kind::If(choice) => self.choice(choice, expr.part),
            Kind::Filter(applied) => self.filter(applied, expr.part),
            Kind::Test(applied) => self.test(applied, expr.part),
            Kind::Attribute(object, name) => self.attribute(object, name, expr.part),
            Kind::Item(pair) => self.item(pair, expr.part),
            Kind::Slice(slice) => self.slice(slice, expr.part),
            Kind::Call(applied) => self.call(applied, expr.part),
        };
        match result {
            Ok(value) => Ok(value),
            Err(error) => Err(self.placed(error, expr.part)),
        }
    }

    /// An error with its place, if it has none.
    pub(super) fn placed(&self, error: Error, part: Part) -> Error {
        match error.diagnostic() {
            Some(diagnostic) if diagnostic.labels.is_empty() => error.at(self.span(part)),
            _ => error,
        }
    }

    fn eval_all(&mut self, items: &[Expr]) -> Answer<Vec<Value>> {
        items.iter().map(|item| self.eval(item)).collect()
    }

    /// Evaluates an expression whose value is used: undefined fails, and the value is deep.
    pub(super) fn operand(&mut self, expr: &Expr) -> Answer<Value> {
        let value = self.seen(expr)?;
        match value.data() {
            Data::Undefined(undefined) => Err(self.placed(Error::undefined(undefined), expr.part)),
            _ => Ok(value),
        }
    }

    /// Evaluates an expression whose value is printed or compared, which an `if` without `else` may be.
    fn seen(&mut self, expr: &Expr) -> Answer<Value> {
        let value = self.eval(expr)?;
        let value = if value.is_lazy() { self.deep(value)? } else { value };
        match value.data() {
            Data::Undefined(undefined) if !undefined.is_no_choice() => {
                Err(self.placed(Error::undefined(undefined), expr.part))
            }
            _ => Ok(value),
        }
    }

    /// Whether an expression holds; only the value itself is looked at.
    pub(super) fn truth(&mut self, expr: &Expr) -> Answer<bool> {
        let value = self.eval(expr)?;
        types::is_true(&value).map_err(|error| self.placed(error, expr.part))
    }

    /// The value of a variable: bound in the template, of the scope, or built in.
    pub(super) fn name(&mut self, name: &Name, part: Part) -> Answer<Value> {
        if let Some(value) = self.frames.value(name) {
            let value = value.clone();
            return self.used(value, part);
        }
        if !self.frames.sees_variables() {
            return Ok(globals::value(name).unwrap_or_else(|| self.out_of_sight(name, part)));
        }
        if let Some(value) = self.variable(name)? {
            let value = self.used(value, part)?;
            return if self.language() == Language::Classic { self.whole(value) } else { Ok(value) };
        }
        Ok(match globals::value(name) {
            Some(value) => value,
            None if &**name == "vars" => self.all_variables(),
            None => Value::undefined(name.to_string(), self.span(part)),
        })
    }

    /// A variable that a template without context does not see.
    fn out_of_sight(&self, name: &Name, part: Part) -> Value {
        let undefined = Undefined::new(name.to_string(), self.span(part)).diagnostic();
        let hint = "a template that is taken in without context sees no variables; `with context` behind its name shows them";
        super::lazy::undefined_because(name, undefined.hint(hint))
    }

    /// The raw value of a variable; a private copy where the template may change it.
    fn variable(&mut self, name: &Name) -> Answer<Option<Value>> {
        if self.private.is_none() {
            return Ok(self.scope.value(name));
        }
        if let Some(value) = self.private.as_ref().and_then(|private| private.get(name)) {
            return Ok(Some(value.clone()));
        }
        let Some(value) = self.scope.value(name) else { return Ok(None) };
        if value.as_str().is_some() && !value.is_lazy() {
            return Ok(Some(value));
        }
        let copy = self.private_copy(&value)?;
        if let Some(private) = &mut self.private {
            private.insert(name.clone(), copy.clone());
        }
        Ok(Some(copy))
    }

    /// All variables as one dict, each as lazy as it is.
    fn all_variables(&self) -> Value {
        let entry = |name: Arc<str>| self.scope.value(&name).map(|value| (Value::text(name), value));
        Value::dict(self.scope.names().into_iter().filter_map(entry).collect())
    }

    fn dict(&mut self, entries: &[(Expr, Expr)]) -> Answer<Value> {
        let mut map = Map::with_capacity(entries.len());
        for (key, value) in entries {
            let found = self.operand(key)?;
            let hashable = !matches!(found.data(), Data::List(_) | Data::Dict(_));
            if !hashable {
                let what = types::type_name(&found);
                return Err(self.placed(Error::failed(format!("`{what}` cannot be a key")), key.part));
            }
            map.insert(found, self.eval(value)?);
        }
        Ok(Value::dict(map))
    }

    fn binary(&mut self, operator: Binary, pair: &(Expr, Expr)) -> Answer<Value> {
        let (left, right) = (self.operand(&pair.0)?, self.operand(&pair.1)?);
        let result = operate::binary(operator, &left, &right)?;
        let own = result.as_str().map_or(Marks::NONE, |_| self.own([&left, &right].into_iter()));
        Ok(self.inherited(result, marks(&left).and(marks(&right))).marked(own))
    }

    /// A result with what it has of its arguments' secrets.
    pub(super) fn inherited(&self, result: Value, arguments: Marks) -> Value {
        if self.secrets { secret::inherited(result, arguments) } else { result }
    }

    fn and(&mut self, pair: &(Expr, Expr)) -> Answer<Value> {
        let left = self.eval(&pair.0)?;
        let holds = types::is_true(&left).map_err(|error| self.placed(error, pair.0.part))?;
        if holds { self.eval(&pair.1) } else { Ok(left) }
    }

    fn or(&mut self, pair: &(Expr, Expr)) -> Answer<Value> {
        let left = self.eval(&pair.0)?;
        let holds = types::is_true(&left).map_err(|error| self.placed(error, pair.0.part))?;
        if holds { Ok(left) } else { self.eval(&pair.1) }
    }

    fn comparison(&mut self, first: &Expr, others: &[(Comparison, Expr)]) -> Answer<bool> {
        let mut left = self.seen(first)?;
        for (operator, expr) in others {
            let right = self.seen(expr)?;
            if !compare::compare(*operator, &left, &right)? {
                return Ok(false);
            }
            left = right;
        }
        Ok(true)
    }

    fn concatenation(&mut self, parts: &[Expr]) -> Answer<Value> {
        let (mut text, mut secret) = (String::new(), false);
        let mut own = self.own(std::iter::empty());
        for part in parts {
            let value = self.seen(part)?;
            secret |= value.marks().meets(Marks::SECRET.and(Marks::HOLDS_SECRET));
            own = if own.has(Marks::TRUSTED) { self.own(std::iter::once(&value)) } else { own };
            value.write_str(&mut text).map_err(types::unprintable)?;
        }
        Ok(Value::text(text).marked(Marks::SECRET.when(secret)).marked(own))
    }

    fn choice(&mut self, choice: &Choice, part: Part) -> Answer<Value> {
        if self.truth(&choice.condition)? {
            return self.eval(&choice.yes);
        }
        match &choice.no {
            Some(no) => self.eval(no),
            None => Ok(Value::new(Data::Undefined(Arc::new(Undefined::no_choice(self.span(part)))))),
        }
    }

    /// In the classic language what cannot be sliced has no such part, as for a missing key.
    fn slice(&mut self, cut: &Slice, part: Part) -> Answer<Value> {
        let sliced = self.operand(&cut.sliced)?;
        let bounds = [self.bound(&cut.start)?, self.bound(&cut.stop)?, self.bound(&cut.step)?];
        match slice::slice(&sliced, bounds)? {
            Some(result) => {
                let own = result.as_str().map_or(Marks::NONE, |_| self.own(std::iter::once(&sliced)));
                Ok(self.inherited(result, marks(&sliced)).marked(own))
            }
            None if self.language() == Language::Native => {
                Err(Error::failed(format!("`{}` cannot be sliced", types::type_name(&sliced))))
            }
            None => {
                let message = format!("`{}` cannot be sliced", types::type_name(&sliced));
                let because = Diagnostic::error(message).at(self.span(part));
                Ok(super::lazy::undefined_because("", because))
            }
        }
    }

    fn bound(&mut self, bound: &Option<Expr>) -> Answer<Option<i64>> {
        let Some(expr) = bound else { return Ok(None) };
        let value = self.operand(expr)?;
        match value.data() {
            Data::None => Ok(None),
            Data::Int(int) => Ok(Some(*int)),
            Data::Bool(bool) => Ok(Some(i64::from(*bool))),
            _ => {
                let what = types::type_name(&value);
                Err(self.placed(Error::failed(format!("a slice needs integers, not `{what}`")), expr.part))
            }
        }
    }
}

/// The marks that results inherit.
pub(super) fn marks(value: &Value) -> Marks {
    let secret = Marks::SECRET.and(Marks::HOLDS_SECRET);
    match value.marks().meets(secret) {
        true => value.marks().without(Marks::TRUSTED.and(Marks::LAZY)),
        false => Marks::NONE,
    }
}
