//! What can be known of a template without evaluating it.

use super::engine::NameUsed;
use super::eval::{Place, hint};
use super::syntax::tree::{Expr, Kind, Name, Part, Template};
use super::{Answer, Context, filters, globals, lookups, tests, walk};
use crate::source::{Diagnostic, Diagnostics};
use std::sync::Arc;

/// Syntax errors, unknown filters, tests and lookups.
pub fn checked(template: Answer<Arc<Template>>, place: &Place, context: &Context) -> Diagnostics {
    let mut found = Diagnostics::default();
    let template = match template {
        Ok(template) => template,
        Err(error) => {
            found.push(error.into_diagnostic());
            return found;
        }
    };
    walk::expressions(&template, &mut |expr| {
        if let Some((name, part)) = test_as_filter(expr) {
            let message = format!("`{name}` is a test, and was a filter in old Ansible versions");
            let span = place.locate(part, &context.surroundings.sources);
            found.push(Diagnostic::warning(message).at(span).hint(format!("write `is {name}`")));
            return;
        }
        if let Some((what, name, part, known)) = unknown(expr) {
            let hint = hint(&name, known.into_iter());
            let span = place.locate(part, &context.surroundings.sources);
            found.push(Diagnostic::error(format!("there is no {what} `{name}`")).at(span).maybe_hint(hint));
        }
    });
    found
}

/// The name of a test that stands as a filter.
fn test_as_filter(expr: &Expr) -> Option<(Name, Part)> {
    let Kind::Filter(applied) = &expr.kind else { return None };
    let (name, part) = match filters::short(&applied.name) {
        "map" => constant_text(applied.arguments.positional.first()?)?,
        _ => (applied.name.clone(), applied.name_part),
    };
    let is_test = filters::find(&name).is_none() && tests::was_filter(&name);
    is_test.then_some((name, part))
}

/// The name in an expression that nothing is known by.
fn unknown(expr: &Expr) -> Option<(&'static str, Name, Part, Vec<&'static str>)> {
    match &expr.kind {
        Kind::Filter(applied) if filters::find(&applied.name).is_none() => {
            Some(("filter", applied.name.clone(), applied.name_part, filters::names()))
        }
        Kind::Filter(applied) => named_inside(applied.name.as_ref(), &applied.arguments.positional),
        Kind::Test(applied) if tests::find(&applied.name).is_none() => {
            Some(("test", applied.name.clone(), applied.name_part, tests::names()))
        }
        Kind::Call(applied) => {
            let Kind::Name(function) = &applied.input.kind else { return None };
            let is_lookup = matches!(&**function, "lookup" | "query" | "q");
            let first = applied.arguments.positional.first().filter(|_| is_lookup)?;
            let (name, part) = constant_text(first)?;
            lookups::find(&name).is_none().then(|| ("lookup", name, part, lookups::names()))
        }
        _ => None,
    }
}

/// Filters and tests that are named by text: `map('upper')`, `select('defined')`.
fn named_inside(filter: &str, arguments: &[Expr]) -> Option<(&'static str, Name, Part, Vec<&'static str>)> {
    let index = match filters::short(filter) {
        "map" | "select" | "reject" => 0,
        "selectattr" | "rejectattr" => 1,
        _ => return None,
    };
    let (name, part) = constant_text(arguments.get(index)?)?;
    match filters::short(filter) {
        "map" => filters::find(&name).is_none().then(|| ("filter", name, part, filters::names())),
        _ => tests::find(&name).is_none().then(|| ("test", name, part, tests::names())),
    }
}

fn constant_text(expr: &Expr) -> Option<(Name, Part)> {
    match &expr.kind {
        Kind::Const(value) => value.as_str().map(|text| (text.into(), expr.part)),
        _ => None,
    }
}

/// The free variables of a template, in the order of their first use.
pub fn names_used(template: Answer<Arc<Template>>, place: &Place, context: &Context) -> Vec<NameUsed> {
    let Ok(template) = template else { return Vec::new() };
    let mut used: Vec<NameUsed> = Vec::new();
    walk::free_names(&template, &mut |name, part, forgiven| {
        if globals::value(name).is_some() {
            return;
        }
        match used.iter_mut().find(|known| *known.name == **name) {
            Some(known) => known.forgiven |= forgiven,
            None => {
                let span = place.locate(part, &context.surroundings.sources);
                used.push(NameUsed { name: name.clone(), span, forgiven });
            }
        }
    });
    used
}
