//! The evaluator: walks the tree in a scope.

mod access;
pub mod arguments;
mod call;
mod expression;
mod frames;
mod inherit;
pub mod lazy;
mod loops;
mod macros;
pub mod output;
mod place;
pub mod secret;
mod statement;

pub use arguments::{Args, Bound, Call};
pub use call::{hint, nearest};
pub use loops::Loop;
pub use place::Place;

use super::context::{Choice, Context, Language};
use super::syntax::tree::{Block, Name, Part, Template};
use super::{Answer, Engine, Error, Scope};
use crate::source::{Diagnostic, Span};
use crate::vars::Value;
use frames::Frames;
use output::Output;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How deep macros, loops and includes may call one another.
const DEEPEST: usize = 60;

/// One evaluation in one scope.
pub struct Evaluator<'s> {
    pub engine: &'s Engine,
    pub scope: &'s dyn Scope,
    pub context: &'s Context,
    /// Tells this evaluation's macros from those of another.
    id: u64,
    place: Place,
    frames: Frames,
    forcing: Vec<lazy::Forcing>,
    /// Copies of variables that the template may change.
    private: Option<HashMap<Name, Value>>,
    reached: HashMap<(usize, u32), u32>,
    /// Whether anything secret was touched: only then results are looked through.
    secrets: bool,
    /// Whether the classic language turns text back into data: not in template files.
    converts: bool,
    /// Whether constant strings are templates too, as old playbooks rely on in conditions.
    opens: bool,
    /// Whether encrypted values stay so, for whoever only asks whether they are.
    sealed: bool,
    captured: Vec<Value>,
    blocks: HashMap<Name, Vec<(Arc<Block>, Place)>>,
    parent: Option<(Arc<Template>, Place)>,
    depth: usize,
}

static EVALUATIONS: AtomicU64 = AtomicU64::new(0);

impl<'s> Evaluator<'s> {
    /// An evaluation that has not begun.
    pub fn new(engine: &'s Engine, scope: &'s dyn Scope) -> Evaluator<'s> {
        Evaluator {
            engine,
            scope,
            context: scope.context(),
            id: EVALUATIONS.fetch_add(1, Ordering::Relaxed),
            place: Place { text: engine.no_text(), span: Span::NONE },
            frames: Frames::default(),
            forcing: Vec::new(),
            private: None,
            reached: HashMap::new(),
            secrets: false,
            converts: false,
            opens: false,
            sealed: false,
            captured: Vec::new(),
            blocks: HashMap::new(),
            parent: None,
            depth: 0,
        }
    }

    /// The meaning that results have.
    pub fn language(&self) -> Language {
        self.context.surroundings.language
    }

    /// Where a part of the current template was written.
    pub fn span(&self, part: Part) -> Span {
        self.place.locate(part, &self.context.surroundings.sources)
    }

    /// Evaluates a parsed template into `out`.
    ///
    /// # Errors
    /// Whatever fails in it.
    pub fn run(&mut self, template: &Arc<Template>, place: Place, out: &mut Output) -> Answer<()> {
        let outer = std::mem::replace(&mut self.place, place);
        let result = self.root(template, out);
        self.place = outer;
        result
    }

    /// Evaluates a parsed expression.
    ///
    /// # Errors
    /// Whatever fails in it.
    pub fn run_expression(&mut self, template: &Arc<Template>, place: Place) -> Answer<Value> {
        let outer = std::mem::replace(&mut self.place, place);
        self.prepare(template);
        let result = template.only_expression().map_or(Ok(Value::none()), |expr| self.eval(expr));
        self.place = outer;
        result
    }

    /// Runs the expression of a condition: templates in its strings are evaluated.
    pub fn run_condition(&mut self, template: &Arc<Template>, place: Place) -> Answer<Value> {
        let outer = std::mem::replace(&mut self.opens, true);
        let result = self.run_expression(template, place);
        self.opens = outer;
        result
    }

    /// A template that changes lists and dicts gets its own copies of all variables.
    pub(super) fn prepare(&mut self, template: &Template) {
        if template.mutates && self.private.is_none() {
            self.private = Some(HashMap::new());
        }
    }

    /// Evaluates something nested, unless it is nested too deep.
    fn nested<T>(&mut self, part: Part, run: impl FnOnce(&mut Self) -> Answer<T>) -> Answer<T> {
        if self.depth >= DEEPEST {
            return Err(Error::failed("macros, loops or includes nest too deep").at(self.span(part)));
        }
        self.depth += 1;
        let result = run(self);
        self.depth -= 1;
        result
    }

    /// Makes a choice that stays the same when this evaluation is repeated: a random number, a
    /// salt, the time.
    ///
    /// # Errors
    /// If the choice fails.
    pub fn once(&mut self, part: Part, choose: impl FnOnce() -> Answer<Value>) -> Answer<Value> {
        let text = match self.place.span.is_known() {
            true => (self.place.span.start as usize) << 20,
            false => Arc::as_ptr(&self.place.text).cast::<u8>().addr(),
        };
        let reached = self.reached.entry((text, part.start)).or_insert(0);
        let choice: Choice = (text, part.start, *reached);
        *reached += 1;
        self.context.memo.once(choice, choose)
    }

    /// Renders a template file for an expression of this evaluation, in a scope of its own.
    ///
    /// # Errors
    /// Whatever fails in it.
    pub fn render_below(
        &self,
        text: &str,
        span: Span,
        overrides: &super::Overrides,
        scope: &dyn Scope,
    ) -> Answer<Value> {
        let depth = self.depth + self.forcing.len() + 1;
        if depth >= DEEPEST {
            return Err(Error::failed("templates nest too deep"));
        }
        let mut below = Evaluator::new(self.engine, scope);
        below.depth = depth;
        self.engine.render(text, span, overrides, &mut below)
    }

    /// Tells the user something that does not fail, at the current template.
    pub fn warn(&self, warning: Diagnostic) {
        self.context.surroundings.services.warn(warning);
    }
}
