//! `set_stats`: data for the end of the run.

use super::{Act, Desk, Effect};
use crate::source::Diagnostic;
use crate::template::Answer;

pub(super) fn act(desk: &Desk) -> Answer<Act> {
    let data = desk.value("data").ok_or_else(|| desk.missing("data"))?;
    let Some(entries) = data.as_entries() else {
        let message = "The 'data' option needs to be a dictionary/hash";
        let error = Diagnostic::error(message).told_alone(message);
        return Err(error.at(desk.arguments.span_of("data")).into());
    };
    for (name, _) in entries.iter() {
        super::require_name(&name.str().unwrap_or_default(), name.span())?;
    }
    let aggregate = desk.value("aggregate").is_none_or(super::truth);
    let per_host = desk.flag("per_host");
    let effects = vec![Effect::Stats { data: data.to_data(), per_host, aggregate }];
    let shown = [("data", data.clone()), ("per_host", per_host.into()), ("aggregate", aggregate.into())];
    let fields = [("ansible_stats".into(), shown.into_iter().collect())].into();
    Ok(Act { fields, effects, ..Act::default() })
}
