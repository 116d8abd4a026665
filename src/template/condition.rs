//! Conditions: `when`, `failed_when`, `until`, `that`.

use super::context::{Context, Language};
use super::engine::{lone_name, no_boolean};
use super::eval::{Evaluator, Place};
use super::python::types;
use super::syntax::tree::Kind;
use super::{Answer, Engine, Error, Scope};
use crate::source::{Diagnostic, Span};
use crate::vars::{Data, Marks, Value};
use std::sync::Arc;

/// Whether a condition holds.
pub fn holds(engine: &Engine, condition: &Value, scope: &dyn Scope) -> Answer<bool> {
    match condition.data() {
        Data::Text(text) => text_holds(engine, text, condition, scope, 0),
        Data::None => Err(Error::failed("the condition is empty").at(condition.span())),
        _ => value_holds(condition, condition.span(), scope),
    }
}

/// Whether the text is one or more tags from its start: no bare expression.
pub fn is_braced(text: &str) -> bool {
    let text = text.trim();
    text.starts_with("{{") || text.starts_with("{%")
}

/// Whether a condition is to be rendered before it can be read: so it is where braces begin it, and before 2.19 wherever they are.
pub fn is_template(engine: &Engine, place: &Place, context: &Context) -> bool {
    let old = context.surroundings.language == Language::Classic && place.text.contains("{{");
    is_braced(&place.text) || (old && engine.parsed_expression(place, context).is_err())
}

fn text_holds(
    engine: &Engine,
    text: &Arc<str>,
    condition: &Value,
    scope: &dyn Scope,
    depth: u32,
) -> Answer<bool> {
    let span = condition.span();
    if text.trim().is_empty() && scope.context().surroundings.language == Language::Classic {
        return Ok(true);
    }
    if text.trim().is_empty() {
        return Err(Error::failed("the condition is empty").at(span));
    }
    if !condition.marks().has(Marks::TRUSTED) {
        return untrusted_holds(text, span);
    }
    let context = scope.context();
    let place = Place { text: text.clone(), span };
    if is_template(engine, &place, context) {
        return braced_holds(engine, text, condition, scope, depth);
    }
    let template = engine.parsed_expression(&place, context)?;
    let mut ev = Evaluator::new(engine, scope);
    let value = ev.run_condition(&template, place.clone())?;
    let value = settled(&mut ev, value, scope)?;
    if let Some(name) = lone_name(&template)
        && let Some(again) = bare_condition(name, &value, scope)
        && engine.parsed_expression(&Place { text: again.0.clone(), span: again.1.span() }, context).is_ok()
        && depth < 3
    {
        match text_holds(engine, &again.0, &again.1, scope, depth + 1) {
            // The name of a domain or of a file, and no condition.
            Err(Error::Undefined(_)) => {}
            meant => return meant,
        }
    }
    value_holds(&value, span, scope)
}

/// The value of a condition; in 2.19 nothing in it may be undefined.
fn settled(ev: &mut Evaluator, value: Value, scope: &dyn Scope) -> Answer<Value> {
    match (value.data(), ev.language()) {
        (Data::Undefined(undefined), Language::Classic) if undefined.is_no_choice() => Ok(value),
        (Data::Undefined(undefined), _) => Err(Error::undefined(undefined)),
        (_, Language::Classic) => Ok(value),
        (_, Language::Native) => ev.deep(value).and_then(|value| super::finish::finished(&value, scope)),
    }
}

/// Text that the user did not write is data: it may say yes or no, and nothing else.
fn untrusted_holds(text: &str, span: Span) -> Answer<bool> {
    match super::filters::truth::meant(&text.into()) {
        Some(meant) => Ok(meant),
        None => {
            let hint =
                "conditions are written in the playbook, its variables or its inventory: other text is data";
            Err(Error::failed("Encountered untrusted template or expression.").at(span).hint(hint))
        }
    }
}

/// A bare variable whose text is itself a condition, as old playbooks have it: only text that the
/// user wrote counts.
fn bare_condition(name: &str, value: &Value, scope: &dyn Scope) -> Option<(Arc<str>, Value)> {
    let written = scope.value(name)?;
    let text = value.as_str()?;
    let is_expression = written.marks().has(Marks::TRUSTED)
        && !written.is_lazy()
        && text.contains([' ', '(', '.', '='])
        && scope.context().surroundings.language == Language::Classic;
    let Data::Text(text) = written.data() else { return None };
    is_expression.then(|| (text.clone(), written.clone()))
}

/// A condition in braces: taken as the expression inside of them, with a warning.
fn braced_holds(
    engine: &Engine,
    text: &Arc<str>,
    condition: &Value,
    scope: &dyn Scope,
    depth: u32,
) -> Answer<bool> {
    let (span, services) = (condition.span(), &scope.context().surroundings.services);
    let warning = Diagnostic::warning("a condition is an expression and needs no braces").at(span);
    services.warn(warning);
    let lazy = condition.clone().marked(Marks::LAZY);
    let value = Evaluator::new(engine, scope).force(lazy)?;
    let Data::Text(result) = value.data() else {
        return match value.data() {
            Data::Undefined(undefined) => Err(Error::undefined(undefined)),
            _ => value_holds(&value, span, scope),
        };
    };
    match result.trim() {
        "True" | "true" => return Ok(true),
        "False" | "false" | "" | "None" => return Ok(false),
        _ => {}
    }
    // The text of a variable that the user wrote may be a condition of its own.
    let place = Place { text: text.clone(), span };
    let template = engine.parsed(&place, scope.context())?;
    let written = template.lone_name.as_ref().and_then(|name| scope.value(name));
    match written.filter(|written| written.marks().has(Marks::TRUSTED) && !written.is_lazy() && depth < 3) {
        Some(written) => text_holds(engine, result, &written, scope, depth + 1),
        None if scope.context().surroundings.language == Language::Classic => {
            rendered_holds(engine, result, span, scope)
        }
        None => untrusted_holds(result, span),
    }
}

/// The text that braces gave, as a condition of its own: so it was before 2.19. Texts of hosts may be in it, so it calls nothing.
fn rendered_holds(engine: &Engine, text: &Arc<str>, span: Span, scope: &dyn Scope) -> Answer<bool> {
    let place = Place { text: text.clone(), span };
    let template = engine.parsed_expression(&place, scope.context())?;
    let mut calls = false;
    super::walk::expressions(&template, &mut |expr| calls |= matches!(expr.kind, Kind::Call(_)));
    if calls {
        return untrusted_holds(text, span);
    }
    let value = Evaluator::new(engine, scope).run_condition(&template, place)?;
    match value.data() {
        Data::Undefined(undefined) => Err(Error::undefined(undefined)),
        _ => value_holds(&value, span, scope),
    }
}

fn value_holds(value: &Value, span: Span, scope: &dyn Scope) -> Answer<bool> {
    let surroundings = &scope.context().surroundings;
    let holds = types::is_true(value).map_err(|error| error.at(span))?;
    if let Some(warning) = no_boolean(value, span, surroundings.language) {
        surroundings.services.warn(warning);
    }
    Ok(holds)
}
