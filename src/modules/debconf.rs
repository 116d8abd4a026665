//! `debconf`

use super::argument::{Argument, Raw};
use super::{ArgumentError, Module};
use crate::host::{Bytes, Change, Data, Effect, Failure, Fields, Plan, Probe, Run, debian, text};

choices! {
    /// What kind of answer a question wants.
    Vtype {
        Boolean = "boolean", Error = "error", Multiselect = "multiselect", Note = "note", Password = "password",
        Seen = "seen", Select = "select", String = "string", Text = "text", Title = "title",
    }
}

module! {
    /// Answers questions that packages ask when they are set up.
    ///
    /// Without a question, what is known of the package is told.
    ///
    /// ```yaml
    /// - debconf: { name: locales, question: locales/default_environment_locale, value: C.UTF-8, vtype: select }
    /// - debconf: { name: tzdata }
    /// ```
    Debconf "debconf" {
        /// The package.
        name ["pkg"]: String;
        /// The question.
        question ["selection", "setting"]: Option<String>;
        /// The kind of the answer.
        vtype: Option<Vtype>;
        /// The answer.
        value ["answer"]: Option<Raw>;
        /// Leaves the question to be asked still.
        unseen: bool = false;
    }
}

impl Module for Debconf {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let known = debian::answers(host, &self.name)?;
        let (Some(question), Some(vtype), Some(value)) = (&self.question, self.vtype, &self.value) else {
            return Ok(Plan::nothing().with("msg", "").with("current", known));
        };
        let wanted = wanted(vtype, &value.0);
        let found = match vtype {
            Vtype::Password => debian::password(host, question)?,
            _ => known.get(question).and_then(Data::as_text).map(str::to_owned),
        };
        if found
            .as_deref()
            .is_some_and(|found| is_same(vtype, matches!(value.0, Data::List(_)), found, &wanted))
        {
            return Ok(Plan::nothing().with("msg", "").with("current", known));
        }
        let shown =
            |answer: &str| if vtype == Vtype::Password { "********".to_owned() } else { answer.to_owned() };
        let said = |answer: &str| Fields::new().with(question.as_str(), shown(answer));
        let mut argv = vec!["debconf-set-selections"];
        argv.extend(Some("-u").filter(|_| self.unseen));
        let line = format!("{} {question} {} {wanted}\n", self.name, vtype.word());
        let effects = self.effects(host, known.with(question.as_str(), shown(&wanted)), &wanted)?;
        let title =
            format!("{question}: {} -> {}", shown(&found.clone().unwrap_or_default()), shown(&wanted));
        let run = Run { stdin: Some(Bytes(text::to_bytes(&line))), effects, ..Run::changing(&argv) };
        let plan = Plan::one(Change::Run(run.titled(title)));
        let previous = said(&found.unwrap_or_default());
        Ok(plan.with("msg", "").with("current", said(&wanted)).with("previous", previous))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let given = [self.question.is_some(), self.vtype.is_some(), self.value.is_some()];
        let mut errors = Vec::new();
        if given.contains(&true) && given.contains(&false) {
            errors.push(ArgumentError::new("", "parameters are required together: question, vtype, value"));
        }
        let items = match &self.value {
            Some(Raw(Data::List(items))) => items.as_slice(),
            _ => &[],
        };
        if self.vtype == Some(Vtype::Multiselect) && items.iter().any(|item| item.as_text().is_none()) {
            errors.push(ArgumentError::new("value", "Invalid value provided: choices are texts"));
        }
        if self.name.contains(char::is_whitespace) || self.name.starts_with('-') {
            errors.push(ArgumentError::new("name", format!("`{}` is no name of a package", self.name)));
        }
        errors
    }
}

impl Debconf {
    fn effects(&self, host: &dyn Probe, known: Fields, wanted: &str) -> Result<Vec<Effect>, Failure> {
        let mut effects = vec![debian::answers_effect(&self.name, &known)];
        if let (Some(Vtype::Password), Some(question)) = (self.vtype, &self.question) {
            effects.push(debian::password_effect(host, question, wanted)?);
        }
        Ok(effects)
    }
}

/// The answer as debconf writes it.
fn wanted(vtype: Vtype, value: &Data) -> String {
    let text = |value: &Data| String::parse(value).unwrap_or_default();
    match (vtype, value) {
        (Vtype::Boolean, value) => text(value).to_ascii_lowercase(),
        (Vtype::Multiselect, Data::List(items)) => {
            let mut items: Vec<String> = items.iter().map(text).collect();
            items.sort();
            items.join(", ")
        }
        (_, value) => text(value),
    }
}

/// Whether an answer is the wished one; a list of choices has no order, a text has that in which it is written.
fn is_same(vtype: Vtype, is_list: bool, found: &str, wanted: &str) -> bool {
    let choices = |text: &str| {
        let mut choices: Vec<String> = text.split(',').map(|choice| choice.trim().to_owned()).collect();
        choices.sort();
        choices
    };
    match vtype {
        Vtype::Boolean => found.eq_ignore_ascii_case(wanted),
        Vtype::Multiselect if is_list => choices(found) == choices(wanted),
        _ => found == wanted,
    }
}
