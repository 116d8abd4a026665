//! `include_vars`, and the check of a role's arguments.

use super::halt::Trouble;
use super::interpreter::Interpreter;
use super::result::{Ended, WITHOUT_WORDS};
use super::task_scope::At;
use crate::control::{Arguments, argument_mistakes, split_list, truth};
use crate::report::Status;
use crate::source::Diagnostic;
use crate::vars::{Map, Moment, Part, Value, Vars, merged_over};
use std::path::{Path, PathBuf};
use std::sync::Arc;

impl Interpreter {
    /// Reads variables from a file or a directory.
    pub async fn include_vars(&mut self, arguments: &Arguments, at: &At) -> Result<Ended, Trouble> {
        self.controller_settles().await?;
        let files = match self.variable_files(arguments, at) {
            Ok(files) => files,
            Err(Trouble::Mistake { diagnostic, .. }) => return Ok(not_included(diagnostic, &[])),
            Err(other) => return Err(other),
        };
        let mut vars = Vars::new();
        for (index, file) in files.iter().enumerate() {
            match self.run.variables_of(file) {
                Ok(found) => vars.extend(found.unwrap_or_default()),
                Err(mistake) => {
                    return Ok(not_included(mistake.into(), files.get(..index).unwrap_or_default()));
                }
            }
        }
        if let Some(name) = arguments.value("name").and_then(|name| name.str().ok()) {
            let inner: Map = vars.into_iter().map(|(name, value)| (Value::text(name), value)).collect();
            vars = [(Arc::from(name), Value::dict(inner))].into();
        }
        if arguments.value("hash_behaviour").is_some_and(|how| how.as_str() == Some("merge")) {
            let layers = self.scope(at).layers;
            for (name, value) in &mut vars {
                *value = layers.value(name).map_or(value.clone(), |below| merged_over(&below, value));
            }
        }
        let moment = Moment { place: &self.position, after: self.pipeline.newest() };
        let mut facts = Map::new();
        for (name, value) in vars {
            facts.insert(Value::text(name.clone()), crate::control::as_written(&value));
            self.host.store.set(Part::Included, name, value, moment);
        }
        let fields = [
            ("ansible_facts".into(), Value::dict(facts)),
            ("ansible_included_var_files".into(), shown(&files)),
        ];
        Ok(Ended::new(Status::Ok, fields.into()))
    }

    fn variable_files(&self, arguments: &Arguments, at: &At) -> Result<Vec<PathBuf>, Trouble> {
        let text = |name: &str| arguments.value(name).and_then(|value| value.str().ok());
        let Some(dir) = text("dir") else {
            let raw = arguments.raw.as_ref().and_then(|raw| raw.str().ok());
            let Some(file) = text("file").or(raw) else {
                return Err(Diagnostic::error("`include_vars` names no file").at(arguments.span).into());
            };
            let span = arguments.raw.as_ref().map_or(arguments.span_of("file"), Value::span);
            return match self.find(&file, "vars", at) {
                Ok(path) => Ok(vec![path]),
                Err(tried) => {
                    let told = super::files::not_found(&file, &tried);
                    Err(crate::playbook::no_file(&file, span, &tried).told_alone(told).into())
                }
            };
        };
        let span = arguments.span_of("dir");
        let root = self.root_of_variables(&dir, at);
        if !root.is_dir() {
            let missing = crate::playbook::no_file(&dir, span, std::slice::from_ref(&root));
            return Err(missing.told_alone(format!("{} directory does not exist", root.display())).into());
        }
        let wanted = Wanted::new(arguments);
        let mut files = Vec::new();
        wanted.below(&root, 1, &mut files);
        files.sort();
        if let Some(odd) = files.iter().find(|file| !wanted.is_known(file) && !wanted.ignore_unknown) {
            let message = format!("`{}` has no ending of a variables file", odd.display());
            let hint = "list its ending in `extensions`, or set `ignore_unknown_extensions: true`";
            let known = wanted.extensions.join(", ");
            let told = format!("{} does not have a valid extension: {known}", odd.display());
            return Err(Diagnostic::error(message).at(span).hint(hint).told(told).into());
        }
        files.retain(|file| wanted.is_known(file));
        Ok(files)
    }

    /// The directory that `include_vars` reads: of the role, or seen from the file of the task.
    fn root_of_variables(&self, dir: &str, at: &At) -> PathBuf {
        let given = self.run.expand(dir);
        match at.frame.role() {
            Some(role) if given.starts_with("vars") => {
                Some(role.path.join(&given)).filter(|own| own.exists()).unwrap_or(given)
            }
            Some(role) => role.path.join("vars").join(given),
            None => at.dir.join(given),
        }
    }

    /// Checks variables, and what is given beside them, against a description of arguments.
    pub async fn validate_arguments(&mut self, arguments: &Arguments, at: &At) -> Result<Ended, Trouble> {
        let entries = |name: &str| arguments.value(name).and_then(Value::as_entries).unwrap_or_default();
        let spec = entries("argument_spec");
        let mut given = Map::new();
        for name in spec.keys() {
            let known = self.evaluate(at, |engine, scope| {
                let written = name.as_str().and_then(|name| scope.layers.value(name));
                written.map(|written| engine.resolve(&written, scope)).transpose()
            });
            given.extend(known.await?.map(|value| (name.clone(), value)));
        }
        given.extend((*entries("provided_arguments")).clone());
        let context = Value::dict((*entries("validate_args_context")).clone());
        let mut fields = Map::from([("validate_args_context".into(), context)]);
        let mistakes = argument_mistakes(&spec, &given);
        if mistakes.is_empty() {
            fields.insert("msg".into(), "The arg spec validation passed".into());
            return Ok(Ended::new(Status::Ok, fields));
        }
        let message = format!("Validation of arguments failed:\n{}", mistakes.join("\n"));
        fields.insert("argument_errors".into(), mistakes.into_iter().map(Value::from).collect());
        fields.insert("argument_spec_data".into(), Value::dict((*spec).clone()));
        Ok(Ended::failed(message, fields))
    }
}

fn shown(files: &[PathBuf]) -> Value {
    files.iter().map(|file| Value::from(file.display().to_string())).collect()
}

/// The result where a file cannot be had: those before it were read.
fn not_included(mistake: Box<Diagnostic>, before: &[PathBuf]) -> Ended {
    let message = mistake.words().to_owned();
    let mut ended = Ended::mistake(mistake);
    ended.set("msg", WITHOUT_WORDS);
    ended.set("message", message);
    ended.set("ansible_facts", Value::dict(Map::new()));
    ended.set("ansible_included_var_files", shown(before));
    ended
}

/// Endings of files, without their point; the empty one is that of files without any.
fn endings(value: &Value) -> Vec<String> {
    match value.as_items() {
        Some(items) => items.iter().filter_map(|item| item.str().ok()).collect(),
        None => split_list(value),
    }
}

/// Which files of a directory `include_vars` takes.
struct Wanted {
    depth: usize,
    extensions: Vec<String>,
    ignored: Vec<fancy_regex::Regex>,
    matching: Option<fancy_regex::Regex>,
    ignore_unknown: bool,
}

impl Wanted {
    fn new(arguments: &Arguments) -> Wanted {
        let text = |name: &str| arguments.value(name).and_then(|value| value.str().ok());
        let extensions = arguments.value("extensions").map(endings);
        let ignored = arguments.value("ignore_files").map(split_list).unwrap_or_default();
        Wanted {
            depth: text("depth").and_then(|depth| depth.parse().ok()).unwrap_or(0),
            extensions: extensions.unwrap_or_else(|| ["yaml", "yml", "json"].map(str::to_owned).into()),
            ignored: ignored
                .iter()
                .filter_map(|name| fancy_regex::Regex::new(&format!("{name}$")).ok())
                .collect(),
            matching: text("files_matching").and_then(|pattern| fancy_regex::Regex::new(&pattern).ok()),
            ignore_unknown: arguments.value("ignore_unknown_extensions").is_some_and(truth),
        }
    }

    fn below(&self, dir: &Path, level: usize, files: &mut Vec<PathBuf>) {
        let Ok(entries) = std::fs::read_dir(dir) else { return };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() && (self.depth == 0 || level < self.depth) {
                self.below(&path, level + 1, files);
            } else if path.is_file() && self.is_wanted(&path) {
                files.push(path);
            }
        }
    }

    fn is_wanted(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let ignored = self.ignored.iter().any(|ignored| ignored.is_match(&name).unwrap_or(false));
        let matches = self.matching.as_ref().is_none_or(|matching| matching.is_match(&name).unwrap_or(false));
        !ignored && matches
    }

    fn is_known(&self, path: &Path) -> bool {
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        self.extensions.iter().any(|known| *known == ending)
    }
}
