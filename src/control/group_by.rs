//! `group_by`: puts the host into a group named by its own variables.

use super::{Act, Desk, Effect};
use crate::template::Answer;
use crate::vars::Value;

pub(super) fn act(desk: &Desk) -> Answer<Act> {
    let key = desk.text("key").ok_or_else(|| desk.missing("key"))?;
    let name = key.replace(' ', "-");
    let mut parents: Vec<String> =
        desk.list("parents").iter().map(|parent| parent.replace(' ', "-")).collect();
    if parents.is_empty() {
        parents.push("all".to_owned());
    }
    let shown = [
        ("add_group".into(), Value::from(name.as_str())),
        ("parent_groups".into(), parents.iter().map(String::as_str).collect()),
    ];
    Ok(Act { fields: shown.into(), effects: vec![Effect::AddGroup { name, parents }], ..Act::default() })
}
