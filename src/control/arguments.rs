//! Evaluated arguments: what a control word reads, and what a module's call is made of.

use crate::host::Fields;
use crate::modules::{Arg, ArgumentError, Call, Spec};
use crate::source::{Diagnostic, Span};
use crate::vars::{Data, Value};
use std::sync::Arc;

/// Evaluated arguments, with the places where they are written.
#[derive(Clone, Debug)]
pub struct Arguments {
    pub word: Arc<str>,
    pub span: Span,
    values: Vec<(Arc<str>, Span, Value)>,
    pub raw: Option<Value>,
}

impl Arguments {
    /// No arguments yet, for this word.
    pub fn new(word: &str, span: Span) -> Arguments {
        Arguments { word: word.into(), span, values: Vec::new(), raw: None }
    }

    /// The value of an argument that is given and not omitted.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.values.iter().find(|(known, ..)| &**known == name).map(|(.., value)| value)
    }

    /// Where an argument is written, or the word if it is not.
    pub fn span_of(&self, name: &str) -> Span {
        self.values.iter().find(|(known, ..)| &**known == name).map_or(self.span, |(_, span, _)| *span)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Value)> {
        self.values.iter().map(|(name, _, value)| (name, value))
    }

    /// Sets an argument; one that is omitted is not given.
    pub fn set(&mut self, name: &str, span: Span, value: Value) {
        self.values.retain(|(known, ..)| &**known != name);
        if !value.is_omit() {
            self.values.push((name.into(), span, value));
        }
    }

    /// As plain data for a module.
    pub fn fields(&self) -> Fields {
        let mut fields: Fields =
            self.iter().map(|(name, value)| (name.to_string(), value.to_data())).collect();
        if let Some(raw) = &self.raw {
            fields.set("_raw_params", raw.to_data());
        }
        fields
    }

    /// The call of the module that the word names.
    ///
    /// # Errors
    ///
    /// Where an argument is unknown, missing or does not fit: at the place where it is written.
    pub fn call(&self) -> Result<Call, Diagnostic> {
        self.call_of(&self.word)
    }

    /// The call of a module with these arguments.
    ///
    /// # Errors
    ///
    /// As [`Arguments::call`].
    pub fn call_of(&self, module: &str) -> Result<Call, Diagnostic> {
        crate::modules::parse(module, &self.fields()).map_err(|errors| {
            let diagnostic = self.diagnostic(&errors);
            match crate::modules::spec(module).and_then(|spec| self.first_mistake(spec)) {
                Some(words) => diagnostic.told_alone(words),
                None => diagnostic,
            }
        })
    }

    /// What Ansible says of these arguments, where it is about names, types and choices: playbooks that handle a failure look
    /// for it.
    fn first_mistake(&self, spec: &Spec) -> Option<String> {
        let described = spec.args().map(|arg| (Value::from(arg.name), described(arg))).collect();
        let free = self.raw.iter().map(|raw| (Value::from("_raw_params"), raw.clone()));
        let named = self.iter().map(|(name, value)| (Value::from(&**name), value.clone()));
        let mistakes = super::argument_mistakes(&described, &named.chain(free).collect());
        let unknown = self.iter().any(|(name, _)| spec.arg(name).is_none());
        match &mistakes[..] {
            [only] if unknown => Some(format!("Unsupported parameters for ({}) module: {only}", self.word)),
            mistakes => mistakes.first().cloned(),
        }
    }

    /// All arguments of the module, those with their defaults too: `invocation.module_args` of results. Nothing where there is no
    /// module of this name.
    pub fn module_args(&self) -> Option<Value> {
        let spec = crate::modules::spec(&self.word)?;
        let told = spec.args().map(|arg| (Value::from(arg.name), self.told(arg)));
        let by_alias = spec.args().flat_map(|arg| arg.aliases.iter().map(move |alias| (alias, arg)));
        let by_alias = by_alias.filter(|(alias, _)| self.value(alias).is_some());
        let by_alias = by_alias.map(|(alias, arg)| (Value::from(*alias), self.told(arg)));
        let free = self.raw.iter().map(|raw| (Value::from("_raw_params"), raw.clone()));
        Some(told.chain(by_alias).chain(free).collect())
    }

    fn told(&self, arg: &Arg) -> Value {
        let mut names = [arg.name].into_iter().chain(arg.aliases.iter().copied());
        match names.find_map(|name| self.value(name)).filter(|value| !value.is_none()) {
            Some(_) if is_secret(arg.name) => "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER".into(),
            Some(value) if (arg.page.kind)() == "bool" => {
                switch(value).map_or_else(|| value.clone(), Value::from)
            }
            Some(value) => value.clone(),
            None => arg.value.map_or_else(Value::none, |default| Value::from(default())),
        }
    }

    fn diagnostic(&self, errors: &[ArgumentError]) -> Diagnostic {
        let Some((first, others)) = errors.split_first() else {
            return Diagnostic::error("the arguments do not fit").at(self.span);
        };
        let place = |error: &ArgumentError| error.path.first().map_or(self.span, |name| self.span_of(name));
        let mut diagnostic =
            Diagnostic::error(first.message.clone()).at(place(first)).maybe_hint(first.hint.clone());
        for other in others {
            diagnostic = diagnostic.label(place(other), other.message.clone());
        }
        diagnostic
    }
}

/// Whether results never tell the value of an argument.
fn is_secret(argument: &str) -> bool {
    ["password", "passphrase", "token"].iter().any(|word| argument.contains(word))
}

/// An argument as descriptions of arguments tell of it.
fn described(arg: &Arg) -> Value {
    let texts = |texts: &[&str]| texts.iter().map(|text| Value::from(*text)).collect::<Value>();
    let choices = (arg.page.choices)();
    let about = [
        ("type", Value::from((arg.page.kind)())),
        ("required", Value::from(arg.required)),
        ("aliases", texts(arg.aliases)),
    ];
    let choices = Some(("choices", texts(choices))).filter(|_| !choices.is_empty());
    about.into_iter().chain(choices).collect()
}

/// What Ansible takes for true.
pub fn truth(value: &Value) -> bool {
    match value.data() {
        Data::Bool(bool) => *bool,
        Data::Int(int) => *int == 1,
        Data::Text(text) => matches!(text.to_lowercase().as_str(), "yes" | "on" | "1" | "true" | "t" | "y"),
        _ => false,
    }
}

/// Whether a switch is on; nothing where the value says neither.
pub fn switch(value: &Value) -> Option<bool> {
    let off = |text: &str| matches!(text.to_lowercase().as_str(), "no" | "off" | "0" | "false" | "f" | "n");
    match value.data() {
        _ if truth(value) => Some(true),
        Data::Bool(_) | Data::Int(0) | Data::None | Data::Omit => Some(false),
        Data::Text(text) if off(text) => Some(false),
        Data::Float(float) => Some(*float != 0.0).filter(|_| [0.0, 1.0].contains(float)),
        _ => None,
    }
}

/// The items of a list, or those of a text with commas.
pub fn split_list(value: &Value) -> Vec<String> {
    if let Some(items) = value.as_items() {
        return items.iter().flat_map(split_list).collect();
    }
    let text = value.str().unwrap_or_default();
    text.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
}

/// A value as the user wrote it, to be shown and never evaluated.
pub fn as_written(value: &Value) -> Value {
    match value.data() {
        Data::Text(text) => Value::text(text.clone()),
        other => Value::new(other.clone()),
    }
}
