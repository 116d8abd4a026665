//! Descriptions of arguments, as `meta/argument_specs.yml` and `validate_argument_spec` have them, and what does not fit them.

use crate::template::type_name;
use crate::vars::{Data, Map, Value};

/// Everything that does not fit in `given`, in the words of Ansible and in its order.
pub fn mistakes(spec: &Map, given: &Map) -> Vec<String> {
    let mut checker = Checker { found: Vec::new(), within: Vec::new() };
    checker.options(spec, given);
    checker.found
}

fn is_required(about: &Value) -> bool {
    about.entry("required").is_some_and(|on| super::truth(&on))
}

/// Finds what does not fit.
struct Checker {
    found: Vec<String>,
    /// The options around, the outermost first.
    within: Vec<String>,
}

impl Checker {
    fn options(&mut self, spec: &Map, given: &Map) {
        let given = &by_first_name(spec, given);
        self.missing(spec, given);
        let known = spec.iter().filter_map(|(name, about)| Some((name.as_str()?, about, given.get(name)?)));
        let known: Vec<(&str, &Value, &Value)> =
            known.filter(|(_, about, value)| !value.is_none() || is_required(about)).collect();
        for (name, about, value) in &known {
            self.kind(name, about, value);
        }
        for (name, about, value) in &known {
            self.choice(name, about, value);
        }
        for (name, about, value) in &known {
            self.inside(name, about, value);
        }
        self.unknown(spec, given);
    }

    fn missing(&mut self, spec: &Map, given: &Map) {
        let required = spec.iter().filter(|(_, about)| is_required(about));
        let mut missing: Vec<String> = required
            .filter(|(name, _)| !given.contains_key(*name))
            .map(|(name, _)| name.to_string())
            .collect();
        missing.sort();
        if !missing.is_empty() {
            let message = format!("missing required arguments: {}{}", missing.join(", "), self.place());
            self.found.push(message);
        }
    }

    fn kind(&mut self, name: &str, about: &Value, value: &Value) {
        let wanted = text(about, "type").unwrap_or_else(|| "str".to_owned());
        if let Err(why) = fits(&wanted, value) {
            let place = self.quoted_place();
            self.found.push(format!(
                "argument '{name}' is of type {}{place} and we were unable to convert to {wanted}: {why}",
                type_name(value)
            ));
        } else if let (Some(wanted), Some(items)) = (text(about, "elements"), value.as_items()) {
            let misfit = items.iter().find_map(|item| Some((item, fits(&wanted, item).err()?)));
            if let Some((item, why)) = misfit {
                let place = self.quoted_place();
                self.found.push(format!(
                    "Elements value for option '{name}'{place} is of type {} and we were unable to convert to {wanted}: {why}",
                    type_name(item)
                ));
            }
        }
    }

    fn choice(&mut self, name: &str, about: &Value, value: &Value) {
        let Some(choices) = about.entry("choices").and_then(|choices| choices.as_items()) else { return };
        let known = |value: &Value| choices.iter().any(|choice| choice.to_string() == value.to_string());
        let shown = list(choices.iter());
        match value.as_items() {
            Some(items) => {
                let others: Vec<&Value> = items.iter().filter(|item| !known(item)).collect();
                if !others.is_empty() {
                    let others = list(others.into_iter());
                    let message = format!(
                        "value of {name} must be one or more of: {shown}. Got no match for: {others}"
                    );
                    self.found.push(message + &self.place());
                }
            }
            None if known(value) => {}
            None => {
                let message = format!("value of {name} must be one of: {shown}, got: {value}");
                self.found.push(message + &self.place());
            }
        }
    }

    /// The options of a dict, or of each dict in a list.
    fn inside(&mut self, name: &str, about: &Value, value: &Value) {
        let Some(spec) = about.entry("options").and_then(|spec| spec.as_entries()) else { return };
        self.within.push(name.to_owned());
        let single = [value.clone()];
        let items = value.as_items();
        for item in items.as_deref().map_or(&single[..], |items| &items[..]) {
            match item.as_entries() {
                Some(given) => {
                    self.options(&spec, &given);
                    self.relations(about, &given);
                }
                None => self.found.push(format!("value of '{name}' must be of type dict or list of dicts")),
            }
        }
        self.within.pop();
    }

    /// What options want of each other.
    fn relations(&mut self, about: &Value, given: &Map) {
        let has = |name: &str| given.get(&Value::from(name)).is_some_and(|value| !value.is_none());
        for group in groups(about, "mutually_exclusive") {
            if group.iter().filter(|name| has(name)).count() > 1 {
                self.say(format!(exclusive!("{}"), group.join("|")));
            }
        }
        for group in groups(about, "required_together") {
            if group.iter().any(|name| has(name)) && !group.iter().all(|name| has(name)) {
                self.say(format!("parameters are required together: {}", group.join(", ")));
            }
        }
        for group in groups(about, "required_one_of") {
            if !group.iter().any(|name| has(name)) {
                self.say(format!(one_of!("{}"), group.join(", ")));
            }
        }
        self.required_if(about, given);
        let required_by = about.entry("required_by").and_then(|by| by.as_entries()).unwrap_or_default();
        for (name, wanted) in required_by.iter().filter(|(name, _)| has(&name.to_string())) {
            let missing: Vec<String> =
                super::split_list(wanted).into_iter().filter(|wanted| !has(wanted)).collect();
            if !missing.is_empty() {
                self.say(format!("missing parameter(s) required by '{name}': {}", missing.join(", ")));
            }
        }
    }

    /// Each is a name, a value, the names that are wanted then, and whether one of them is enough.
    fn required_if(&mut self, about: &Value, given: &Map) {
        let rules = about.entry("required_if").and_then(|rules| rules.as_items()).unwrap_or_default();
        for rule in rules.iter().filter_map(|rule| rule.as_items()) {
            let [name, value, wanted, rest @ ..] = &rule[..] else { continue };
            let holds = given.get(name).is_some_and(|given| given.to_string() == value.to_string());
            let any = rest.first().is_some_and(super::truth);
            let wanted = super::split_list(wanted);
            let missing: Vec<&String> =
                wanted.iter().filter(|wanted| !given.contains_key(&Value::from(wanted.as_str()))).collect();
            if holds && if any { missing.len() == wanted.len() } else { !missing.is_empty() } {
                let which = if any { "any" } else { "all" };
                let missing: Vec<&str> = missing.into_iter().map(String::as_str).collect();
                self.say(format!(
                    "{name} is {value} but {which} of the following are missing: {}",
                    missing.join(", ")
                ));
            }
        }
    }

    fn unknown(&mut self, spec: &Map, given: &Map) {
        let mut prefix = self.within.join(".");
        prefix.extend((!prefix.is_empty()).then_some('.'));
        let unknown = given.keys().filter(|name| !spec.contains_key(*name));
        let mut unknown: Vec<String> = unknown.map(|name| format!("{prefix}{name}")).collect();
        if !unknown.is_empty() {
            unknown.sort();
            let mut known: Vec<String> = spec.keys().map(ToString::to_string).collect();
            known.sort();
            let aliases = spec.values().filter_map(|about| about.entry("aliases"));
            let mut aliases: Vec<String> = aliases.flat_map(|names| super::split_list(&names)).collect();
            aliases.sort();
            let aliases =
                if aliases.is_empty() { String::new() } else { format!(" ({})", aliases.join(", ")) };
            self.found.push(format!(
                "{}. Supported parameters include: {}{aliases}.",
                unknown.join(", "),
                known.join(", ")
            ));
        }
    }

    fn say(&mut self, message: String) {
        let message = message + &self.place();
        self.found.push(message);
    }

    fn place(&self) -> String {
        if self.within.is_empty() { String::new() } else { format!(" found in {}", self.within.join(" -> ")) }
    }

    fn quoted_place(&self) -> String {
        if self.within.is_empty() {
            String::new()
        } else {
            format!(" found in '{}'", self.within.join(" -> "))
        }
    }
}

/// What is given, with the first name of each option in place of its other names.
fn by_first_name(spec: &Map, given: &Map) -> Map {
    let first = |name: &Value| {
        let has = |about: &Value| {
            about
                .entry("aliases")
                .is_some_and(|names| names.as_items().is_some_and(|names| names.contains(name)))
        };
        spec.iter().find(|(_, about)| has(about)).map_or_else(|| name.clone(), |(first, _)| first.clone())
    };
    given.iter().map(|(name, value)| (first(name), value.clone())).collect()
}

/// Whether a value is of a type, or can be made so.
fn fits(wanted: &str, value: &Value) -> Result<(), String> {
    let cannot = |what: &str| Err(format!("<class '{}'> cannot be converted to {what}", type_name(value)));
    let written = value.as_str().map(str::trim);
    match (wanted, value.data()) {
        ("bool", Data::Bool(_)) => Ok(()),
        ("bool", Data::Text(_) | Data::Int(_) | Data::Float(_)) => boolean(value),
        ("bool", _) => cannot("a bool"),
        ("int", Data::Int(_) | Data::Big(_) | Data::Bool(_)) => Ok(()),
        ("int", _) if written.is_some_and(|text| text.parse::<i128>().is_ok()) => Ok(()),
        ("int", _) => Err(format!("\"{}\" cannot be converted to an int", value.repr().unwrap_or_default())),
        ("float", Data::Int(_) | Data::Big(_) | Data::Float(_)) => Ok(()),
        ("float", _) if written.is_some_and(|text| text.parse::<f64>().is_ok()) => Ok(()),
        ("float", _) => cannot("a float"),
        ("list", Data::List(_) | Data::Tuple(_) | Data::Text(_) | Data::Int(_) | Data::Float(_)) => Ok(()),
        ("list", _) => cannot("a list"),
        ("dict", Data::Dict(_) | Data::Object(_)) => Ok(()),
        ("dict", Data::Text(text)) if text.trim_start().starts_with('{') || text.contains('=') => Ok(()),
        ("dict", Data::Text(_)) => Err("dictionary requested, could not parse JSON or key=value".to_owned()),
        ("dict", _) => cannot("a dict"),
        _ => Ok(()),
    }
}

fn boolean(value: &Value) -> Result<(), String> {
    const MEANT: &[&str] = &["0", "1", "f", "false", "n", "no", "off", "on", "t", "true", "y", "yes"];
    if MEANT.contains(&value.to_string().to_lowercase().as_str()) {
        return Ok(());
    }
    let shown = value.repr().unwrap_or_default();
    let meant: Vec<String> = MEANT.iter().map(|word| format!("'{word}'")).collect();
    Err(format!("The value {shown} is not a valid boolean. Valid booleans include: {}", meant.join(", ")))
}

fn groups(about: &Value, name: &str) -> Vec<Vec<String>> {
    let groups = about.entry(name).and_then(|groups| groups.as_items()).unwrap_or_default();
    groups.iter().map(super::split_list).collect()
}

fn text(about: &Value, name: &str) -> Option<String> {
    about.entry(name).and_then(|value| value.str().ok())
}

fn list<'a>(values: impl Iterator<Item = &'a Value>) -> String {
    values.map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
