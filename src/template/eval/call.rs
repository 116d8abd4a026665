//! Calls: filters, tests, functions, methods, macros.

use super::expression::marks;
use super::{Args, Call, Evaluator};
use crate::source::Diagnostic;
use crate::template::context::Language;
use crate::template::filters::Filter;
use crate::template::objects::{BoundMethod, Function, known};
use crate::template::python::{iterate, types};
use crate::template::syntax::tree::{Applied, Arguments, Expr, Kind, Name, Part};
use crate::template::tests::{self, Test};
use crate::template::{Answer, Error, classic, filters, globals, methods};
use crate::vars::{Data, Marks, Value};

impl Evaluator<'_> {
    pub(super) fn filter(&mut self, applied: &Applied, part: Part) -> Answer<Value> {
        let Some(filter) = filters::find(&applied.name) else {
            return match tests::was_filter(&applied.name) {
                true => self.test(applied, part),
                false => Err(self.unknown("filter", &applied.name, filters::names(), applied.name_part)),
            };
        };
        let input = self.eval(&applied.input)?;
        let mut args = self.arguments(&applied.arguments)?;
        args.positional.insert(0, input);
        if !filter.takes_undefined
            && let Some(undefined) = undefined_among(&args)
        {
            let is_defined = !args.positional.first().is_some_and(is_missing);
            if !(self.language() == Language::Classic && filter.hands_on && is_defined) {
                return self.undefined_given(undefined);
            }
        }
        let result = self.apply(filter, &applied.name, args, part);
        self.forgiven(result, part)
    }

    /// Something undefined that was given to a filter, a test or a call: it goes through, so that
    /// `x | upper | default('')` gives the default. In the classic language it fails at once.
    fn undefined_given(&self, value: Value) -> Answer<Value> {
        match (value.data(), self.language()) {
            (Data::Undefined(undefined), Language::Classic) => Err(Error::undefined(undefined)),
            _ => Ok(value),
        }
    }

    /// A result in which something undefined was met; whoever uses it fails.
    fn forgiven(&self, result: Answer<Value>, part: Part) -> Answer<Value> {
        match result {
            Err(error @ Error::Undefined(_)) if self.language() == Language::Native => {
                match self.placed(error, part) {
                    Error::Undefined(because) => Ok(super::lazy::undefined_because("", *because)),
                    other => Err(other),
                }
            }
            other => other,
        }
    }

    pub(super) fn test(&mut self, applied: &Applied, part: Part) -> Answer<Value> {
        let Some(test) = tests::find(&applied.name) else {
            return Err(self.unknown("test", &applied.name, tests::names(), applied.name_part));
        };
        if test.keeps_sealed {
            let kept = std::mem::replace(&mut self.sealed, true);
            let result = self.tested(test, applied, part);
            self.sealed = kept;
            return result;
        }
        self.tested(test, applied, part)
    }

    fn tested(&mut self, test: Test, applied: &Applied, part: Part) -> Answer<Value> {
        let input = self.eval(&applied.input)?;
        let mut args = self.arguments(&applied.arguments)?;
        args.positional.insert(0, input);
        let is_taken = test.takes_undefined || test.looks_only && self.language() == Language::Classic;
        if !is_taken && let Some(undefined) = undefined_among(&args) {
            return self.undefined_given(undefined);
        }
        self.deepen(&mut args)?;
        let result = (test.run)(&mut Call { ev: self, name: &applied.name, args, part });
        self.forgiven(result.map(Value::from), part)
    }

    fn unknown(&self, what: &str, name: &str, known: Vec<&'static str>, part: Part) -> Error {
        let hint = hint(name, known.into_iter());
        let diagnostic = Diagnostic::error(format!("there is no {what} `{name}`")).at(self.span(part));
        diagnostic.maybe_hint(hint).into()
    }

    /// Applies a filter to arguments, which are evaluated to their full depth.
    ///
    /// # Errors
    /// Whatever the filter finds wrong.
    pub fn apply(&mut self, filter: Filter, name: &str, mut args: Args, part: Part) -> Answer<Value> {
        self.deepen(&mut args)?;
        let inherited = self.marks_of(&args);
        let values = args.positional.iter().chain(args.keyword.iter().map(|(_, value)| value));
        let own = self.own(values);
        let result = (filter.run)(&mut Call { ev: self, name, args, part })?;
        let own = result.as_str().filter(|_| !filter.looks_outside).map_or(Marks::NONE, |_| own);
        let result = self.inherited(result, inherited).marked(own);
        Ok(result.marked(Marks::STAYS_TEXT.when(filter.stays_text)))
    }

    /// Applies a filter by its name, as `map` does.
    ///
    /// # Errors
    /// If there is none of that name, or it fails.
    pub fn apply_named(&mut self, name: &str, args: Args, part: Part) -> Answer<Value> {
        let Some(filter) = filters::find(name) else {
            return match tests::was_filter(name) {
                true => self.test_named(name, args, part).map(Value::from),
                false => Err(self.unknown("filter", name, filters::names(), part)),
            };
        };
        if !filter.takes_undefined
            && let Some(undefined) = undefined_among(&args)
        {
            return Ok(undefined);
        }
        self.apply(filter, name, args, part)
    }

    /// Applies a test by its name, as `select` does.
    ///
    /// # Errors
    /// If there is none of that name, or it fails.
    pub fn test_named(&mut self, name: &str, args: Args, part: Part) -> Answer<bool> {
        let Some(test) = tests::find(name) else {
            return Err(self.unknown("test", name, tests::names(), part));
        };
        if let (false, Some(Data::Undefined(undefined))) = (
            test.takes_undefined,
            args.positional.first().filter(|value| !value.is_no_choice()).map(Value::data),
        ) {
            return Err(Error::undefined(undefined));
        }
        (test.run)(&mut Call { ev: self, name, args, part })
    }

    fn marks_of(&self, args: &Args) -> Marks {
        if !self.secrets {
            return Marks::NONE;
        }
        let values = args.positional.iter().chain(args.keyword.iter().map(|(_, value)| value));
        values.fold(Marks::NONE, |all, value| all.and(marks(value)))
    }

    pub(super) fn deepen(&mut self, args: &mut Args) -> Answer<()> {
        let keyword = args.keyword.iter_mut().map(|(_, value)| value);
        for value in args.positional.iter_mut().chain(keyword).filter(|value| value.is_lazy()) {
            *value = self.deep(value.clone())?;
        }
        Ok(())
    }

    /// Evaluates the arguments of a call.
    pub(super) fn arguments(&mut self, arguments: &Arguments) -> Answer<Args> {
        let mut args = Args::default();
        args.positional.reserve(arguments.positional.len() + 1);
        for expr in &arguments.positional {
            let value = self.eval(expr)?;
            args.positional.push(value);
        }
        for (name, expr) in &arguments.keyword {
            let value = self.eval(expr)?;
            args.keyword.push((name.clone(), value));
        }
        if let Some(expr) = &arguments.star {
            let items =
                iterate::items(&self.operand(expr)?).map_err(|error| self.placed(error, expr.part))?;
            args.positional.extend(items.iter().cloned());
        }
        if let Some(expr) = &arguments.double_star {
            self.keywords(expr, &mut args)?;
        }
        Ok(args)
    }

    fn keywords(&mut self, expr: &Expr, args: &mut Args) -> Answer<()> {
        let value = self.operand(expr)?;
        let Some(entries) = super::lazy::entries(&value) else {
            let what = types::type_name(&value);
            return Err(self.placed(Error::failed(format!("`**` needs a dict, not `{what}`")), expr.part));
        };
        for (key, value) in entries.iter() {
            args.keyword.push((crate::template::syntax::name(&types::text(key)?), value.clone()));
        }
        Ok(())
    }

    pub(super) fn call(&mut self, applied: &Applied, part: Part) -> Answer<Value> {
        match &applied.input.kind {
            Kind::Attribute(object, name) => self.call_method(applied, object, name, part),
            Kind::Name(name) => {
                // A built-in function that nothing hides needs no object.
                let is_hidden = self.frames.value(name).is_some() || self.scope.value(name).is_some();
                match globals::find(name).filter(|_| !is_hidden) {
                    Some(function) => {
                        let args = self.arguments(&applied.arguments)?;
                        let result = self.call_global(function, name, args, part);
                        self.forgiven(result, part)
                    }
                    None => self.call_any(applied, part),
                }
            }
            _ => self.call_any(applied, part),
        }
    }

    fn call_any(&mut self, applied: &Applied, part: Part) -> Answer<Value> {
        let callee = self.eval(&applied.input)?;
        if callee.is_undefined() {
            return self.undefined_given(callee);
        }
        let args = self.arguments(&applied.arguments)?;
        let result = self.call_value(&callee, args, part);
        self.forgiven(result, part)
    }

    fn call_method(&mut self, applied: &Applied, object: &Expr, name: &Name, part: Part) -> Answer<Value> {
        let receiver = self.eval(object)?;
        if receiver.is_undefined() {
            return self.undefined_given(receiver);
        }
        if methods::exists(&receiver, name) {
            let args = self.arguments(&applied.arguments)?;
            let result = self.method(&receiver, name, args, part);
            return self.forgiven(result, part);
        }
        let callee = match self.attribute_of(&receiver, name) {
            Some(callee) => self.used(callee, applied.input.part)?,
            None => {
                let what = types::type_name(&receiver);
                let because = Diagnostic::error(format!("`{what}` has no method `{name}`"));
                let because = because.at(self.span(applied.input.part));
                return self.undefined_given(super::lazy::undefined_because("", because));
            }
        };
        if callee.is_undefined() {
            return self.undefined_given(callee);
        }
        let args = self.arguments(&applied.arguments)?;
        let result = self.call_value(&callee, args, part);
        self.forgiven(result, part)
    }

    fn method(&mut self, receiver: &Value, name: &str, mut args: Args, part: Part) -> Answer<Value> {
        self.deepen(&mut args)?;
        self.no_undefined(&args)?;
        let receiver = match receiver.data() {
            // Most methods of a dict leave its values alone.
            Data::Dict(_) if receiver.is_lazy() => receiver.clone(),
            _ if receiver.is_lazy() => self.deep(receiver.clone())?,
            _ => receiver.clone(),
        };
        let inherited = self.marks_of(&args).and(marks(&receiver));
        let text = receiver.as_str().is_some();
        let keyword = args.keyword.iter().map(|(_, value)| value);
        let own =
            text && self.own(args.positional.iter().chain(keyword).chain([&receiver])).has(Marks::TRUSTED);
        let result = methods::call(&receiver, &mut Call { ev: self, name, args, part })?;
        let result = if result.is_lazy() { self.used(result, part)? } else { result };
        let result = if text { self.inherited(result, inherited) } else { result };
        Ok(if own { classic::own(&result) } else { result })
    }

    fn no_undefined(&self, args: &Args) -> Answer<()> {
        let keyword = args.keyword.iter().map(|(_, value)| value);
        for value in args.positional.iter().chain(keyword) {
            if let Data::Undefined(undefined) = value.data()
                && !undefined.is_no_choice()
            {
                return Err(Error::undefined(undefined));
            }
        }
        Ok(())
    }

    fn call_global(
        &mut self,
        function: globals::Run,
        name: &str,
        mut args: Args,
        part: Part,
    ) -> Answer<Value> {
        self.deepen(&mut args)?;
        let inherited = self.marks_of(&args);
        let result = function(&mut Call { ev: self, name, args, part })?;
        self.secrets |= result.marks().meets(Marks::SECRET.and(Marks::HOLDS_SECRET));
        Ok(self.inherited(result, inherited))
    }

    /// Calls a value.
    ///
    /// # Errors
    /// If it cannot be called, or whatever fails in it.
    pub fn call_value(&mut self, callee: &Value, args: Args, part: Part) -> Answer<Value> {
        if let Some(method) = known::<BoundMethod>(callee) {
            return self.method(&method.receiver, &method.method, args, part);
        }
        if let Some(function) = known::<Function>(callee) {
            return self.call_global(function.run, function.name, args, part);
        }
        match self.call_object(callee, args, part) {
            Some(result) => result,
            None => Err(Error::failed(format!("`{}` cannot be called", types::type_name(callee)))),
        }
    }
}

/// The first argument that is undefined.
fn undefined_among(args: &Args) -> Option<Value> {
    let keyword = args.keyword.iter().map(|(_, value)| value);
    args.positional.iter().chain(keyword).find(|value| is_missing(value)).cloned()
}

/// Whether it is undefined; an `if` without `else` is something to be given, with neither text nor items.
fn is_missing(value: &Value) -> bool {
    value.is_undefined() && !value.is_no_choice()
}

/// What to say of a filter, test or lookup that is not there.
pub fn hint<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<String> {
    let near = || nearest(name, known).map(|near| format!("did you mean `{near}`?"));
    crate::template::absent::hint(name).or_else(near)
}

/// The known name that is nearest to a misspelt one.
pub fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<String> {
    let limit = (name.chars().count() / 3).clamp(1, 3);
    let near = known.map(|candidate| (distance(name, candidate), candidate));
    let (_, best) = near.filter(|(distance, _)| *distance <= limit).min()?;
    Some(best.to_owned())
}

/// How many letters must be changed, added, removed or swapped.
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    if left.len().abs_diff(right.len()) > 3 {
        return usize::MAX;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let mut best = (row[j] + usize::from(a != b)).min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                best = best.min(before[j - 1] + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(usize::MAX)
}
