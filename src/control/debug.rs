//! `debug`: shows a message, or the value of an expression.

use super::{Act, Desk};
use crate::playbook::is_identifier;
use crate::source::Diagnostic;
use crate::template::{Answer, Error, Language};
use crate::vars::{Data, Marks, Value};

pub(super) fn act(desk: &Desk) -> Answer<Act> {
    let asked = desk.value("verbosity").and_then(|value| value.str().ok()?.parse().ok()).unwrap_or(0);
    if desk.verbosity < asked {
        return Ok(Act { skipped: Some("Verbosity threshold not met.".to_owned()), ..Act::default() });
    }
    if let (Some(var), Some(_)) = (desk.value("var"), desk.value("msg")) {
        let both = Diagnostic::error("`debug` shows `msg` or `var`, not both").at(var.span());
        return Err(both.told_alone(exclusive!("msg|var")).into());
    }
    let Some(var) = desk.value("var") else {
        let message = desk.arguments.value("msg").cloned().unwrap_or_else(|| "Hello world!".into());
        return Ok(Act { fields: [("msg".into(), message)].into(), ..Act::default() });
    };
    let Some(name) = var.as_str() else {
        // What was written as a template is a value already.
        let name = Value::from(var.str().unwrap_or_default());
        return Ok(Act { fields: [(name, var.clone())].into(), ..Act::default() });
    };
    let is_own = var.marks().has(Marks::TRUSTED);
    let evaluated = match desk.scope.context().surroundings.language {
        Language::Native if is_own => desk.engine.expression(name, var.span(), desk.scope),
        Language::Native => {
            Err(Error::failed("Encountered untrusted template or expression.").at(var.span()))
        }
        Language::Classic => return classic(desk, name, var),
    };
    let because = match evaluated {
        Ok(value) => match value.data() {
            Data::Undefined(undefined) => undefined.diagnostic(),
            _ => return Ok(shown(name, value)),
        },
        Err(Error::Undefined(because)) => *because,
        Err(error) => return Err(error.during("Error while resolving `var` expression")),
    };
    Ok(not_defined(name, because.words()))
}

fn shown(name: &str, value: Value) -> Act {
    Act { fields: [(Value::from(name), value)].into(), ..Act::default() }
}

/// What the classic language shows: the value of the template `{{ name }}`. What others wrote may name a variable, no more.
fn classic(desk: &Desk, name: &str, var: &Value) -> Answer<Act> {
    let template = Value::from(format!("{{{{ {name} }}}}")).marked(Marks::LAZY.and(Marks::TRUSTED));
    let is_named = var.marks().has(Marks::TRUSTED) || is_identifier(name);
    let value = is_named.then(|| desk.engine.resolve(&template.at(var.span()), desk.scope)).transpose();
    match value {
        Ok(Some(value)) => Ok(shown(name, value)),
        Ok(None) | Err(Error::Undefined(_)) => Ok(shown(name, "VARIABLE IS NOT DEFINED!".into())),
        Err(error) => Err(error.during("Error while resolving `var` expression")),
    }
}

/// What stands in the place of what is not defined, with a warning.
fn not_defined(name: &str, because: &str) -> Act {
    let shown = format!("<< error 1 - {because} >>");
    let warning = format!("Encountered 1 template error.\nerror 1 - {because}");
    let fields =
        [(Value::from(name), Value::from(shown)), ("warnings".into(), Value::list(vec![warning.into()]))];
    Act { fields: fields.into(), ..Act::default() }
}
