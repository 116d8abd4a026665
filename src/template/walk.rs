//! Walks through a syntax tree.

use super::filters::short;
use super::syntax::tree::{
    Applied, Arguments, Body, Expr, For, Imported, Kind, Macro, Name, Part, Stmt, Target, Template,
};

/// Shows every expression of a template, the outer ones first.
pub fn expressions(template: &Template, see: &mut dyn FnMut(&Expr)) {
    let mut walker = Walker { bound: Vec::new(), see, name: &mut |_, _, _| {}, forgiving: false };
    walker.body(&template.body);
}

/// Shows every name that the template reads and does not bind itself, and whether the use
/// tolerates that it is undefined.
pub fn free_names(template: &Template, name: &mut dyn FnMut(&Name, Part, bool)) {
    let mut walker = Walker { bound: Vec::new(), see: &mut |_| {}, name, forgiving: false };
    walker.body(&template.body);
}

struct Walker<'w> {
    bound: Vec<Name>,
    see: &'w mut dyn FnMut(&Expr),
    name: &'w mut dyn FnMut(&Name, Part, bool),
    forgiving: bool,
}

impl Walker<'_> {
    fn scoped(&mut self, walk: impl FnOnce(&mut Self)) {
        let length = self.bound.len();
        walk(self);
        self.bound.truncate(length);
    }

    fn body(&mut self, body: &Body) {
        body.iter().for_each(|statement| self.statement(statement));
    }

    fn scoped_body(&mut self, body: &Body) {
        self.scoped(|walker| walker.body(body));
    }

    fn bind_words(&mut self, words: &[&str]) {
        self.bound.extend(words.iter().map(|word| super::syntax::name(word)));
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Text(_) | Stmt::Break | Stmt::Continue => {}
            Stmt::Emit(expr) | Stmt::Extends(expr) | Stmt::Do(expr) => self.expr(expr),
            Stmt::If(branches, otherwise) => {
                for (condition, body) in branches {
                    self.expr(condition);
                    self.body(body);
                }
                self.body(otherwise);
            }
            Stmt::For(statement) => self.for_loop(statement),
            Stmt::With(assigned, body) => {
                assigned.iter().for_each(|(_, expr)| self.expr(expr));
                self.scoped(|walker| {
                    assigned.iter().for_each(|(target, _)| walker.target(target));
                    walker.body(body);
                });
            }
            Stmt::Set(target, expr) => {
                self.expr(expr);
                self.target(target);
            }
            Stmt::SetBlock(target, filters, body) => {
                self.scoped_body(body);
                self.optional(filters);
                self.target(target);
            }
            Stmt::FilterBlock(filters, body) => {
                self.expr(filters);
                self.scoped_body(body);
            }
            Stmt::Block(block) => self.scoped(|walker| {
                walker.bind_words(&["super", "self"]);
                walker.body(&block.body);
            }),
            Stmt::Include(include) => self.expr(&include.template),
            Stmt::Import(import) => {
                self.expr(&import.template);
                match &import.names {
                    Imported::Module(name) => self.bound.push(name.clone()),
                    Imported::Names(names) => self.bound.extend(names.iter().map(|(_, alias)| alias.clone())),
                }
            }
            Stmt::Macro(definition) => {
                self.bound.push(definition.name.clone());
                self.macro_body(definition);
            }
            Stmt::CallBlock(call, caller) => {
                self.expr(call);
                self.macro_body(caller);
            }
            Stmt::Scoped(body) => self.scoped_body(body),
        }
    }

    fn for_loop(&mut self, statement: &For) {
        self.expr(&statement.iterated);
        self.scoped(|walker| {
            walker.bind_words(&["loop"]);
            walker.target(&statement.target);
            walker.optional(&statement.condition);
            walker.body(&statement.body);
        });
        self.scoped_body(&statement.otherwise);
    }

    fn macro_body(&mut self, definition: &Macro) {
        self.scoped(|walker| {
            walker.bind_words(&["varargs", "kwargs", "caller"]);
            for (name, default) in &definition.parameters {
                walker.optional(default);
                walker.bound.push(name.clone());
            }
            walker.body(&definition.body);
        });
    }

    fn target(&mut self, target: &Target) {
        match target {
            Target::Name(name) => self.bound.push(name.clone()),
            Target::Attribute(name, _, part) => self.read(name, *part),
            Target::Tuple(targets, _) => targets.iter().for_each(|target| self.target(target)),
        }
    }

    fn read(&mut self, name: &Name, part: Part) {
        if !self.bound.contains(name) {
            (self.name)(name, part, self.forgiving);
        }
    }

    fn optional(&mut self, expr: &Option<Expr>) {
        if let Some(expr) = expr {
            self.expr(expr);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        (self.see)(expr);
        let forgiving = std::mem::take(&mut self.forgiving);
        match &expr.kind {
            Kind::Const(_) | Kind::Captured => {}
            Kind::Name(name) => {
                self.forgiving = forgiving;
                self.read(name, expr.part);
            }
            Kind::List(items) | Kind::Tuple(items) | Kind::Concat(items) => {
                items.iter().for_each(|item| self.expr(item));
            }
            Kind::Dict(entries) => entries.iter().for_each(|(key, value)| {
                self.expr(key);
                self.expr(value);
            }),
            Kind::Unary(_, operand) | Kind::Not(operand) => self.expr(operand),
            Kind::Binary(_, pair) | Kind::And(pair) | Kind::Or(pair) => {
                self.expr(&pair.0);
                self.expr(&pair.1);
            }
            Kind::Compare(first, others) => {
                self.expr(first);
                others.iter().for_each(|(_, other)| self.expr(other));
            }
            Kind::If(choice) => {
                self.expr(&choice.condition);
                self.expr(&choice.yes);
                self.optional(&choice.no);
            }
            Kind::Filter(applied) => self.applied(applied, matches!(short(&applied.name), "default" | "d")),
            Kind::Test(applied) => self.applied(applied, matches!(&*applied.name, "defined" | "undefined")),
            Kind::Attribute(object, _) => {
                self.forgiving = forgiving;
                self.expr(object);
            }
            Kind::Item(pair) => {
                self.expr(&pair.1);
                self.forgiving = forgiving;
                self.expr(&pair.0);
            }
            Kind::Slice(slice) => {
                self.expr(&slice.sliced);
                [&slice.start, &slice.stop, &slice.step].into_iter().for_each(|bound| self.optional(bound));
            }
            Kind::Call(applied) => self.applied(applied, false),
        }
        self.forgiving = false;
    }

    fn applied(&mut self, applied: &Applied, forgiving: bool) {
        self.forgiving = forgiving;
        self.expr(&applied.input);
        self.forgiving = false;
        let Arguments { positional, keyword, star, double_star } = &applied.arguments;
        positional.iter().for_each(|expr| self.expr(expr));
        keyword.iter().for_each(|(_, expr)| self.expr(expr));
        self.optional(star);
        self.optional(double_star);
    }
}
