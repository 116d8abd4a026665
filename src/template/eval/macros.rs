//! Macros, `call` blocks, and other objects that can be called.

use super::loops::Loop;
use super::output::Output;
use super::{Args, Evaluator};
use crate::template::objects::{BlockCall, Joiner, MacroObject, known};
use crate::template::python::iterate;
use crate::template::syntax::tree::{Expr, Kind, Macro, Name, Part};
use crate::template::syntax::{name, tree::Applied};
use crate::template::{Answer, Error};
use crate::vars::Value;
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl Evaluator<'_> {
    fn macro_object(&mut self, definition: &Arc<Macro>) -> Value {
        let frame = self.frames.keep();
        let (definition, place) = (definition.clone(), self.place.clone());
        Value::object(MacroObject { definition, place, frame, evaluation: self.id })
    }

    pub(super) fn define_macro(&mut self, definition: &Arc<Macro>) {
        let object = self.macro_object(definition);
        self.frames.bind(&definition.name, object);
    }

    pub(super) fn call_block(&mut self, call: &Expr, caller: &Arc<Macro>, out: &mut Output) -> Answer<()> {
        let Kind::Call(applied) = &call.kind else { return Ok(()) };
        let caller = self.macro_object(caller);
        let value = self.call_with_caller(applied, caller, call.part);
        let value = value.map_err(|error| self.placed(error, call.part))?;
        self.put(value, call.part, out)
    }

    fn call_with_caller(&mut self, applied: &Applied, caller: Value, part: Part) -> Answer<Value> {
        let callee = self.operand(&applied.input)?;
        let mut args = self.arguments(&applied.arguments)?;
        args.keyword.push((name("caller"), caller));
        self.call_value(&callee, args, part)
    }

    /// Calls a macro, a block, `loop` or a joiner; nothing if the value is none of them.
    pub(super) fn call_object(&mut self, callee: &Value, args: Args, part: Part) -> Option<Answer<Value>> {
        if let Some(object) = known::<MacroObject>(callee) {
            return Some(self.nested(part, |ev| ev.call_macro(&object, args)));
        }
        if let Some(block) = known::<BlockCall>(callee) {
            return Some(self.call_block_of(&block.name, block.level));
        }
        if let Some(state) = known::<Loop>(callee) {
            return Some(self.call_loop(&state, &args));
        }
        let joiner = known::<Joiner>(callee)?;
        let first = joiner.used.fetch_add(1, Ordering::Relaxed) == 0;
        Some(Ok(if first { "".into() } else { joiner.separator.clone() }))
    }

    fn call_loop(&mut self, state: &Loop, args: &Args) -> Answer<Value> {
        let Some(statement) = &state.recursive else {
            return Err(Error::failed("`loop` can only be called in a loop marked `recursive`"));
        };
        let items = iterate::items(args.positional.first().unwrap_or(&Value::none()))?;
        let mut out = Output::default();
        self.walk(statement, items, state.depth() + 1, &mut out)?;
        out.into_text()
    }

    fn call_block_of(&mut self, block: &Name, level: usize) -> Answer<Value> {
        let mut out = Output::default();
        self.block(block, level, &mut out)?;
        out.into_text()
    }

    fn call_macro(&mut self, object: &MacroObject, args: Args) -> Answer<Value> {
        if object.evaluation != self.id {
            return Err(Error::failed("a macro cannot be called outside of its template"));
        }
        let outer = std::mem::replace(&mut self.place, object.place.clone());
        let mark = self.frames.enter_below(object.frame);
        let result = self.macro_body(&object.definition, args);
        self.frames.leave(mark);
        self.place = outer;
        result
    }

    fn macro_body(&mut self, definition: &Macro, args: Args) -> Answer<Value> {
        self.bind_parameters(definition, args)?;
        let mut out = Output::default();
        self.body(&definition.body, &mut out)?;
        self.result(out)
    }

    fn bind_parameters(&mut self, definition: &Macro, args: Args) -> Answer<()> {
        let mut positional = args.positional.into_iter();
        let mut keyword = args.keyword;
        for (parameter, default) in &definition.parameters {
            let named = keyword.iter().position(|(key, _)| key == parameter);
            let value = match (positional.next(), named) {
                (Some(_), Some(_)) => {
                    let message = format!("`{parameter}` of the macro `{}` is given twice", definition.name);
                    return Err(Error::failed(message));
                }
                (Some(value), None) => value,
                (None, Some(index)) => keyword.remove(index).1,
                (None, None) => match default {
                    Some(default) => self.eval(default)?,
                    None => missing(definition, parameter),
                },
            };
            self.frames.bind(parameter, value);
        }
        self.bind_rest(definition, positional.collect(), keyword)
    }

    fn bind_rest(
        &mut self,
        definition: &Macro,
        more: Vec<Value>,
        mut keyword: Vec<(Name, Value)>,
    ) -> Answer<()> {
        if definition.takes_caller && !definition.parameters.iter().any(|(known, _)| &**known == "caller") {
            let index = keyword.iter().position(|(key, _)| &**key == "caller");
            let caller = index.map(|index| keyword.remove(index).1);
            let caller = caller.unwrap_or_else(|| missing(definition, &name("caller")));
            self.frames.bind(&name("caller"), caller);
        }
        match more.first() {
            None => {}
            Some(_) if definition.takes_more => {}
            Some(_) => {
                let (name, most) = (&definition.name, definition.parameters.len());
                return Err(Error::failed(format!("the macro `{name}` takes at most {most} arguments")));
            }
        }
        if definition.takes_more {
            self.frames.bind(&name("varargs"), Value::tuple(more));
        }
        if definition.takes_keywords {
            let entries = keyword.into_iter().map(|(key, value)| (Value::text(key), value));
            self.frames.bind(&name("kwargs"), Value::dict(entries.collect()));
            return Ok(());
        }
        match keyword.first() {
            None => Ok(()),
            Some((key, _)) => {
                Err(Error::failed(format!("the macro `{}` has no argument `{key}`", definition.name)))
            }
        }
    }
}

fn missing(definition: &Macro, parameter: &Name) -> Value {
    let message = format!("the argument `{parameter}` of the macro `{}` was not given", definition.name);
    super::lazy::undefined_because(parameter, crate::source::Diagnostic::error(message))
}
