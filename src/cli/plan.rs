//! Plans that are saved, and applied if every host still is as it was.

use super::args::{ApplyArgs, RunArgs, Saved};
use super::command::Command;
use super::play::{play, watched};
use super::ready::one;
use super::start::Project;
use super::surroundings::Surroundings;
use crate::report::{Recap, Reporter, exit};
use crate::settings::Settings;
use crate::source::{Diagnostic, Diagnostics};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The command, with what the file of its plan says where it has one.
///
/// # Errors
/// The file cannot be read, is no plan, or wants variables that were not given.
pub fn read(command: Command, place: &dyn Surroundings) -> Result<Command, Diagnostic> {
    let Command::Apply(mut apply) = command else { return Ok(command) };
    let wrong = |what: String| Diagnostic::error(format!("`{}` {what}", apply.file.display()));
    let text =
        std::fs::read_to_string(&apply.file).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    let mut saved: Saved = serde_json::from_str(&text)
        .map_err(|error| wrong(format!("is no plan: {error}")).hint("`--dry-run --plan FILE` saves one"))?;
    if saved.version != env!("CARGO_PKG_VERSION") {
        return Err(wrong(format!("was made by version {}, which may plan otherwise", saved.version))
            .hint("make it again"));
    }
    if saved.directory != place.directory() {
        return Err(wrong(format!("was made in `{}`", saved.directory.display())).hint("apply it there"));
    }
    if apply.extra_vars.is_empty() && !saved.typed_variables.is_empty() {
        let names = saved.typed_variables.join("`, `");
        return Err(wrong(format!("was made with `-e` of `{names}`, which a plan does not keep"))
            .hint("give them again, with the same values"));
    }
    saved.arguments.project.extra_vars.append(&mut apply.extra_vars);
    apply.saved = saved;
    Ok(Command::Apply(apply))
}

/// Makes a dry run and saves what it foretells.
///
/// # Errors
/// All mistakes that can be found before a host is touched, or the file cannot be written.
pub fn save(args: &RunArgs, project: &Project) -> Result<u8, Diagnostics> {
    let salt = crate::host::random_word().map_err(|failure| one(Diagnostic::error(failure.to_string())))?;
    let settings = foretelling(&project.settings, &salt);
    let reporter = Reporter::start(&settings.output, project.sources.clone(), project.redactor.clone());
    let Some(recap) = watched(project, settings, reporter)? else { return Ok(exit::FINE) };
    let code = recap.exit_code(project.settings.execution.exit_code);
    if let Some(path) = &args.plan {
        write(path, &saved(args, project, recap)).map_err(|error| {
            one(Diagnostic::error(format!("cannot save the plan `{}`: {error}", path.display())))
        })?;
    }
    Ok(code)
}

/// Looks again at every host, and runs if what is foretold is what was saved.
///
/// # Errors
/// A host has moved: each difference is one; or a mistake that can be found before a host is touched.
pub fn apply(args: &ApplyArgs, project: &Project) -> Result<u8, Diagnostics> {
    let saved = &args.saved.foretold;
    let settings = foretelling(&project.settings, &saved.salt);
    let silent = Reporter::silent(&settings.output, project.sources.clone(), project.redactor.clone());
    let now = watched(project, settings, silent)?.map(|recap| recap.foretold).unwrap_or_default();
    let moved = saved.differences(&now);
    if moved.is_empty() {
        return play(project, project.settings.clone());
    }
    let mut found: Vec<Diagnostic> = moved.iter().map(|moved| Diagnostic::error(moved.to_string())).collect();
    found.extend([Diagnostic::error(
        "nothing was applied: hosts are not as they were when the plan was made",
    )
    .hint("make the plan again")]);
    Err(Diagnostics { all: found })
}

/// The same run, dry, with all that it foretells written down.
fn foretelling(settings: &Settings, salt: &str) -> Settings {
    let mut settings = settings.clone();
    settings.execution.dry_run = true;
    settings.execution.diff = true;
    settings.output.dry_run = true;
    settings.output.foretell = Some(salt.to_owned());
    settings
}

/// Variables that were typed may be secrets, so only their names are kept.
fn saved(args: &RunArgs, project: &Project, recap: Recap) -> Saved {
    let mut arguments = RunArgs { dry_run: false, exit_code: false, ..args.clone() };
    let (files, typed): (Vec<String>, Vec<String>) =
        arguments.project.extra_vars.drain(..).partition(|vars| vars.starts_with('@'));
    arguments.project.extra_vars = files;
    Saved {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        directory: project.settings.directory.clone(),
        arguments,
        typed_variables: typed.iter().flat_map(|vars| names(vars)).collect(),
        foretold: recap.foretold,
    }
}

fn names(vars: &str) -> Vec<String> {
    match serde_json::from_str(vars) {
        Ok(serde_json::Value::Object(fields)) => fields.keys().cloned().collect(),
        _ => crate::host::words::split_pairs(vars)
            .iter()
            .map(|pair| pair.split(['=', ':']).next().unwrap_or_default().trim().to_owned())
            .collect(),
    }
}

/// Writes a file that nobody else can read.
fn write(path: &Path, saved: &Saved) -> std::io::Result<()> {
    let text = serde_json::to_string_pretty(saved).map_err(std::io::Error::other)?;
    let aside = path.with_extension("new");
    let mut file =
        std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    std::fs::rename(aside, path)
}
