//! Statements.

use super::output::Output;
use super::{Evaluator, Place};
use crate::template::objects::{Namespace, known};
use crate::template::python::iterate;
use crate::template::python::types;
use crate::template::syntax::tree::{Body, Expr, Name, Part, Stmt, Target, Template};
use crate::template::{Answer, Error, Language, finish};
use crate::vars::Value;
use std::sync::Arc;

/// How a body ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Normal,
    Break,
    Continue,
}

impl Evaluator<'_> {
    /// Runs a whole template at the current place, and the templates that it extends.
    pub(super) fn root(&mut self, template: &Arc<Template>, out: &mut Output) -> Answer<()> {
        self.prepare(template);
        let outer = self.parent.take();
        let mark = self.frames.enter();
        self.add_blocks(template);
        let result = self.root_body(template, out);
        self.frames.leave(mark);
        self.parent = outer;
        result
    }

    fn root_body(&mut self, template: &Arc<Template>, out: &mut Output) -> Answer<()> {
        for statement in &template.body {
            match &self.parent {
                // What follows `extends` is only looked at for what it defines.
                Some(_) if matches!(statement, Stmt::Text(_) | Stmt::Emit(_) | Stmt::Block(_)) => {}
                Some(_) => drop(self.statement(statement, &mut Output::default())?),
                None => drop(self.statement(statement, out)?),
            }
        }
        match self.parent.take() {
            Some((parent, place)) => self.run_parent(&parent, place, out),
            None => Ok(()),
        }
    }

    fn run_parent(&mut self, parent: &Arc<Template>, place: Place, out: &mut Output) -> Answer<()> {
        let outer = std::mem::replace(&mut self.place, place);
        self.prepare(parent);
        self.add_blocks(parent);
        let result = self.nested(Part::default(), |ev| ev.root_body(parent, out));
        self.place = outer;
        result
    }

    pub(super) fn body(&mut self, body: &Body, out: &mut Output) -> Answer<Flow> {
        for statement in body {
            let flow = self.statement(statement, out)?;
            if flow != Flow::Normal {
                return Ok(flow);
            }
        }
        Ok(Flow::Normal)
    }

    /// Runs a body in a frame of its own.
    pub(super) fn scoped(&mut self, body: &Body, out: &mut Output) -> Answer<Flow> {
        let mark = self.frames.enter();
        let result = self.body(body, out);
        self.frames.leave(mark);
        result
    }

    fn statement(&mut self, statement: &Stmt, out: &mut Output) -> Answer<Flow> {
        match statement {
            Stmt::Text(text) => out.push_text(text)?,
            Stmt::Emit(expr) => self.emit(expr, out)?,
            Stmt::If(branches, otherwise) => return self.branch(branches, otherwise, out),
            Stmt::For(for_loop) => self.for_loop(for_loop, out)?,
            Stmt::With(assigned, body) => return self.with(assigned, body, out),
            Stmt::Set(target, expr) => {
                let value = self.eval(expr)?;
                self.assign(target, value)?;
            }
            Stmt::SetBlock(target, filters, body) => {
                let value = self.captured_body(body, filters.as_ref())?;
                self.assign(target, value)?;
            }
            Stmt::FilterBlock(filters, body) => {
                let value = self.captured_body(body, Some(filters))?;
                self.put(value, filters.part, out)?;
            }
            Stmt::Block(block) => self.block(&block.name, 0, out)?,
            Stmt::Extends(expr) => self.extends(expr)?,
            Stmt::Include(include) => self.include(include, out)?,
            Stmt::Import(import) => self.import(import)?,
            Stmt::Macro(definition) => self.define_macro(definition),
            Stmt::CallBlock(call, caller) => self.call_block(call, caller, out)?,
            Stmt::Do(expr) => drop(self.operand(expr)?),
            Stmt::Scoped(body) => return self.scoped(body, out),
            Stmt::Break => return Ok(Flow::Break),
            Stmt::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Normal)
    }

    fn emit(&mut self, expr: &Expr, out: &mut Output) -> Answer<()> {
        let value = self.eval(expr)?;
        self.put(value, expr.part, out)
    }

    /// Puts a value out. Text of a container needs all of it.
    pub(super) fn put(&mut self, value: Value, part: Part, out: &mut Output) -> Answer<()> {
        let value = if value.is_lazy() { self.deep(value)? } else { value };
        let value = match self.language() {
            Language::Native => finish::without_tuples(value),
            Language::Classic => value,
        };
        out.push(value).map_err(|error| self.placed(error, part))
    }

    fn branch(&mut self, branches: &[(Expr, Body)], otherwise: &Body, out: &mut Output) -> Answer<Flow> {
        for (condition, body) in branches {
            if self.truth(condition)? {
                return self.body(body, out);
            }
        }
        self.body(otherwise, out)
    }

    fn with(&mut self, assigned: &[(Target, Expr)], body: &Body, out: &mut Output) -> Answer<Flow> {
        let mut values = Vec::with_capacity(assigned.len());
        for (_, expr) in assigned {
            values.push(self.eval(expr)?);
        }
        let mark = self.frames.enter();
        let bound =
            assigned.iter().zip(values).try_for_each(|((target, _), value)| self.assign(target, value));
        let result = bound.and_then(|()| self.body(body, out));
        self.frames.leave(mark);
        result
    }

    /// What a body puts out, run through filters.
    fn captured_body(&mut self, body: &Body, filters: Option<&Expr>) -> Answer<Value> {
        let mut captured = Output::default();
        self.scoped(body, &mut captured)?;
        let value = self.result(captured)?;
        let Some(filters) = filters else { return Ok(value) };
        self.captured.push(value);
        let result = self.eval(filters);
        self.captured.pop();
        result
    }

    /// Binds a value to a target.
    pub(super) fn assign(&mut self, target: &Target, value: Value) -> Answer<()> {
        match target {
            Target::Name(name) => {
                self.frames.bind(name, value);
                Ok(())
            }
            Target::Attribute(name, attribute, part) => self.set_attribute(name, attribute, value, *part),
            Target::Tuple(targets, part) => self.unpack(targets, value, *part),
        }
    }

    fn set_attribute(&mut self, name: &Name, attribute: &Name, value: Value, part: Part) -> Answer<()> {
        let object = self.name(name, part)?;
        match known::<Namespace>(&object) {
            Some(namespace) => {
                namespace.set(attribute, value);
                Ok(())
            }
            None => {
                let what = types::type_name(&object);
                let error = Error::failed(format!("`{name}` is no namespace but `{what}`"));
                Err(error.at(self.span(part)).hint("`set ns = namespace(...)` makes one"))
            }
        }
    }

    fn unpack(&mut self, targets: &[Target], value: Value, part: Part) -> Answer<()> {
        let items = iterate::items(&value).map_err(|error| self.placed(error, part))?;
        if items.len() != targets.len() {
            let (found, wanted) = (items.len(), targets.len());
            let error = Error::failed(format!("{found} values cannot be unpacked into {wanted} names"));
            return Err(error.at(self.span(part)));
        }
        for (target, item) in targets.iter().zip(items.iter()) {
            self.assign(target, item.clone())?;
        }
        Ok(())
    }
}
