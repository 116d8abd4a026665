//! `template`: a template file, rendered.

use super::files::{located, read};
use super::{Settings, Table, dict_term, texts};
use crate::source::Span;
use crate::template::context::{Context, Language};
use crate::template::eval::Call;
use crate::template::{Answer, Overrides, Scope, classic, variables_of_file};
use crate::vars::{Map, Marks, Value};
use std::sync::Arc;

pub const TABLE: Table = &[("template", template)];

/// A scope with a few variables more.
pub struct Layered<'s> {
    pub below: &'s dyn Scope,
    pub added: Arc<Map>,
    pub context: Context,
}

impl Scope for Layered<'_> {
    fn value(&self, name: &str) -> Option<Value> {
        self.added.get(name).cloned().or_else(|| self.below.value(name))
    }

    fn names(&self) -> Vec<Arc<str>> {
        let added = self.added.keys().filter_map(Value::as_str).map(Arc::from);
        added.chain(self.below.names()).collect()
    }

    fn context(&self) -> &Context {
        &self.context
    }
}

fn overrides(settings: &Settings) -> Answer<Overrides> {
    let text = |name: &str| settings.value(name).map(|value| value.to_string());
    Ok(Overrides {
        variable_start_string: text("variable_start_string"),
        variable_end_string: text("variable_end_string"),
        comment_start_string: text("comment_start_string"),
        comment_end_string: text("comment_end_string"),
        block_start_string: text("block_start_string"),
        block_end_string: text("block_end_string"),
        trim_blocks: settings.value("trim_blocks").map(|_| settings.bool("trim_blocks", true)),
        lstrip_blocks: settings.value("lstrip_blocks").map(|_| settings.bool("lstrip_blocks", false)),
        ..Overrides::default()
    })
}

fn template(call: &mut Call) -> Answer<Vec<Value>> {
    let settings = Settings::of(&call.args);
    let overrides = overrides(&settings)?;
    let added = match settings.value("template_vars") {
        Some(vars) => dict_term(vars, "template")?,
        None => Arc::default(),
    };
    let convert = settings.bool("convert_data", true);
    let mut rendered = Vec::new();
    for name in texts(call)? {
        let path = located(call, "templates", &name)?;
        let text = read(&path, call.ev.context)?;
        let source = text.as_str().unwrap_or_default();
        let sources = &call.ev.context.surroundings.sources;
        let file = match text.is_secret() {
            true => sources.add_secret(&path, source),
            false => sources.add(&path, source),
        };
        let span = Span::new(file, 0, source.len());
        let context = Context { resolved: Arc::default(), ..call.ev.context.clone() };
        let services = &call.ev.context.surroundings.services;
        let managed = services.setting("DEFAULT_MANAGED_STR").and_then(|text| text.str().ok());
        let own = variables_of_file(&name, &path, managed.as_deref(), call.ev.scope);
        let mut visible: Map = own.into_iter().map(|(name, value)| (Value::text(name), value)).collect();
        visible.extend(added.iter().map(|(name, value)| (name.clone(), value.clone())));
        let scope = Layered { below: call.ev.scope, added: Arc::new(visible), context };
        let value = call.ev.render_below(source, span, &overrides, &scope)?;
        rendered.push(match (call.ev.language(), convert) {
            (Language::Classic, true) => classic::converted(value),
            (Language::Classic, false) => value.marked(Marks::STAYS_TEXT),
            (Language::Native, _) => value,
        });
    }
    Ok(rendered)
}
