//! `extends`, `block`, `include`, `import`: templates made of templates.

use super::output::Output;
use super::{Evaluator, Place};
use crate::source::Diagnostic;
use crate::template::objects::{BlockCall, Module, OwnBlocks};
use crate::template::python::types;
use crate::template::syntax::tree::{Expr, Import, Imported, Include, Name, Part, Template};
use crate::template::syntax::{Escapes, name};
use crate::template::{Answer, Error};
use crate::vars::{Data, Value};
use std::sync::Arc;

impl Evaluator<'_> {
    /// Adds the blocks of a template behind those of the templates that extend it.
    pub(super) fn add_blocks(&mut self, template: &Template) {
        if template.blocks.is_empty() {
            return;
        }
        for block in &template.blocks {
            let place = self.place.clone();
            self.blocks.entry(block.name.clone()).or_default().push((block.clone(), place));
        }
        self.frames.bind(&name("self"), Value::object(OwnBlocks));
    }

    /// Puts out a block as the template at a level of the chain has it.
    pub(super) fn block(&mut self, block_name: &Name, level: usize, out: &mut Output) -> Answer<()> {
        let Some(chain) = self.blocks.get(block_name) else {
            return Err(Error::failed(format!("there is no block `{block_name}`")));
        };
        let has_parent = chain.len() > level + 1;
        let Some((block, place)) = chain.get(level).cloned() else {
            return Err(Error::failed(format!("no template above has a block `{block_name}`")));
        };
        if block.required && level == 0 {
            return Err(Error::failed(format!(
                "the block `{block_name}` must be filled by another template"
            )));
        }
        let outer = std::mem::replace(&mut self.place, place);
        let mark = self.frames.enter();
        let above = match has_parent {
            true => Value::object(BlockCall { name: block_name.clone(), level: level + 1 }),
            false => no_parent(block_name),
        };
        self.frames.bind(&name("super"), above);
        let result = self.nested(Part::default(), |ev| ev.body(&block.body, out));
        self.frames.leave(mark);
        self.place = outer;
        result.map(drop)
    }

    pub(super) fn extends(&mut self, expr: &Expr) -> Answer<()> {
        let found = self.template_of(expr)?;
        let Some(found) = found else { return Err(self.no_template(expr)?) };
        self.parent = Some(found);
        Ok(())
    }

    pub(super) fn include(&mut self, include: &Include, out: &mut Output) -> Answer<()> {
        let Some((template, place)) = self.template_of(&include.template)? else {
            return if include.ignore_missing { Ok(()) } else { Err(self.no_template(&include.template)?) };
        };
        let part = include.template.part;
        let blocks = std::mem::take(&mut self.blocks);
        let mark = if include.with_context { self.frames.enter() } else { self.frames.enter_alone() };
        let result = self.nested(part, |ev| {
            let mut inner = Output::default();
            ev.run(&template, place, &mut inner)?;
            inner.into_text()
        });
        self.frames.leave(mark);
        self.blocks = blocks;
        let text = result.map_err(|error| error.needed(self.span(part)))?;
        out.push(text)
    }

    pub(super) fn import(&mut self, import: &Import) -> Answer<()> {
        let Some((template, place)) = self.template_of(&import.template)? else {
            return Err(self.no_template(&import.template)?);
        };
        let module = self.module(&template, place, import)?;
        match &import.names {
            Imported::Module(alias) => self.frames.bind(alias, Value::object(module)),
            Imported::Names(names) => {
                for (wanted, alias) in names {
                    let found = module.names.iter().find(|(known, _)| known == wanted);
                    let value = match found {
                        Some((_, value)) => value.clone(),
                        None => self.not_exported(wanted, import.template.part),
                    };
                    self.frames.bind(alias, value);
                }
            }
        }
        Ok(())
    }

    fn not_exported(&self, wanted: &Name, part: Part) -> Value {
        let message = format!("the imported template does not define `{wanted}`");
        super::lazy::undefined_because(wanted, Diagnostic::error(message).at(self.span(part)))
    }

    /// Runs a template for what it defines.
    fn module(&mut self, template: &Arc<Template>, place: Place, import: &Import) -> Answer<Module> {
        let part = import.template.part;
        let outer = std::mem::replace(&mut self.place, place);
        let blocks = std::mem::take(&mut self.blocks);
        let mark = if import.with_context { self.frames.enter() } else { self.frames.enter_alone() };
        self.prepare(template);
        let result = self.nested(part, |ev| {
            ev.body(&template.body, &mut Output::default())?;
            let mut names = ev.frames.own();
            names.retain(|(name, _)| !name.starts_with('_'));
            Ok(Module { names })
        });
        self.frames.leave(mark);
        self.blocks = blocks;
        self.place = outer;
        result.map_err(|error| error.needed(self.span(part)))
    }

    /// The first template of those named that exists.
    fn template_of(&mut self, expr: &Expr) -> Answer<Option<(Arc<Template>, Place)>> {
        for name in self.template_names(expr)? {
            let Some(place) = self.engine.template_file(&name, &self.place, self.context)? else { continue };
            let mut rules = self.engine.file_rules();
            rules.escapes = Escapes::Python;
            let template = self.engine.parsed_by(&place, &rules, self.context)?;
            return Ok(Some((template, place)));
        }
        Ok(None)
    }

    fn template_names(&mut self, expr: &Expr) -> Answer<Vec<String>> {
        let value = self.operand(expr)?;
        match value.data() {
            Data::List(list) => list.items().iter().map(types::text).collect(),
            Data::Tuple(items) => items.iter().map(types::text).collect(),
            _ => Ok(vec![types::text(&value)?]),
        }
    }

    fn no_template(&mut self, expr: &Expr) -> Answer<Error> {
        let names = self.template_names(expr)?.join("`, `");
        let searched = crate::template::search::folders(self.context, "templates");
        let error = Error::failed(format!("there is no template `{names}`")).at(self.span(expr.part));
        Ok(error.hint(format!("searched {}", crate::template::search::listed(&searched))))
    }
}

fn no_parent(block: &Name) -> Value {
    let message = format!("no template above has a block `{block}`");
    super::lazy::undefined_because("super", Diagnostic::error(message))
}
