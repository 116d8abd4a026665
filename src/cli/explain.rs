//! `provision explain`: where a variable has its value from.

use super::args::{HostArgs, ProjectArgs};
use super::ready::{Ready, one};
use super::show::{shortened, written};
use super::start::Project;
use crate::host::nearest;
use crate::report::exit;
use crate::run::{Layer, View};
use crate::source::{Diagnostic, Diagnostics};
use clap::Args;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Shows every value of a variable, where it stands, and which one wins.
#[derive(Args, Clone, Debug)]
pub struct ExplainArgs {
    /// The variable; all of them if not given
    #[arg(value_name = "VARIABLE")]
    pub variable: Option<String>,

    #[command(flatten)]
    pub host: HostArgs,

    #[command(flatten)]
    pub project: ProjectArgs,
}

/// Columns that a value may take where more than one is listed.
const WIDTH: usize = 60;

/// Prints every level at which a variable is set, the winner first; without a variable, the winners of all.
///
/// # Errors
/// There is a mistake in the project, no such host, or no such variable.
pub fn explain(args: &ExplainArgs, project: &Project) -> Result<u8, Diagnostics> {
    let ready = Ready::of(project)?;
    let views = ready.views(&args.host.host, args.host.role.as_deref()).map_err(one)?;
    let text = match &args.variable {
        Some(name) => variable(name, &args.host.host, &views, project).map_err(one)?,
        None => views.first().map(|view| all(view, project)).unwrap_or_default(),
    };
    project.tell(&text);
    project.complain(&ready.warnings());
    Ok(exit::FINE)
}

/// One variable in every play in which it is another.
fn variable(name: &str, host: &str, views: &[View], project: &Project) -> Result<String, Diagnostic> {
    let mut told: Vec<String> = Vec::new();
    let mut text = String::new();
    let all: Vec<View> = views.iter().flat_map(|view| with_roles(view, name)).collect();
    for view in &all {
        let layers = view.explain(name);
        if layers.is_empty() && !view.is_magic(name) {
            continue;
        }
        let lines = layers_of(name, view, &layers, project);
        if told.contains(&lines) {
            continue;
        }
        let play = view.name.as_ref().filter(|_| views.len() > 1);
        let play = play.map(|play| format!(" in play `{play}`")).unwrap_or_default();
        let role = view.role().map(|role| format!(" in role `{role}`")).unwrap_or_default();
        let gap = if told.is_empty() { "" } else { "\n" };
        let _ = write!(text, "{gap}{name} on {host}{play}{role}\n{lines}");
        told.push(lines);
    }
    let tasks = set_by_tasks(name, &all);
    match told.is_empty() {
        true if tasks.is_empty() => Err(unknown(name, host, views)),
        true => Ok(format!("{name} on {host}\n{tasks}")),
        false => Ok(text + &tasks),
    }
}

/// A play, and those of its roles in which another value wins.
fn with_roles(view: &View, name: &str) -> Vec<View> {
    if view.role().is_some() {
        return vec![view.clone()];
    }
    let winner = |view: &View| view.explain(name).into_iter().next().map(|layer| (layer.level, layer.place));
    let own = winner(view);
    let others = view.uses().into_iter().filter(|inside| winner(inside) != own);
    std::iter::once(view.clone()).chain(others).collect()
}

/// Where tasks set a variable, but for the places that were told already.
fn set_by_tasks(name: &str, views: &[View]) -> String {
    let known: BTreeSet<String> =
        views.iter().flat_map(|view| view.explain(name)).filter_map(|layer| layer.place).collect();
    let found: BTreeSet<(String, &str)> = views.iter().flat_map(|view| view.setters(name)).collect();
    let new = found.iter().filter(|(place, _)| !known.contains(place));
    let lines: String = new.map(|(place, by)| format!("    {by:12}  {place}\n")).collect();
    if lines.is_empty() { lines } else { format!("  may be set in a run by\n{lines}") }
}

fn unknown(name: &str, host: &str, views: &[View]) -> Diagnostic {
    let names: Vec<_> = views.iter().flat_map(View::names).collect();
    let near = nearest(name, names.iter().map(|name| &**name)).map(|near| format!("did you mean `{near}`?"));
    Diagnostic::error(format!("nothing sets `{name}` on `{host}`"))
        .maybe_hint(near)
        .hint("facts and what modules tell are known in a run only")
}

fn layers_of(name: &str, view: &View, layers: &[Layer], project: &Project) -> String {
    let mut text = String::new();
    match view.value(name) {
        Ok(value) => {
            let value = value.map(|value| written(&value)).unwrap_or_default();
            let _ = writeln!(text, "  = {}", value.trim_end().replace('\n', "\n    "));
        }
        Err(error) => {
            let _ = writeln!(text, "  = not known before a run: {}", error.message);
        }
    }
    if view.is_magic(name) {
        let _ = writeln!(text, "  set by the program itself, above all levels");
    }
    let wins = !view.is_magic(name);
    let level = layers.iter().map(|layer| layer.level.name().len()).max().unwrap_or(0);
    let shown: Vec<String> = layers.iter().map(|layer| shortened(&layer.value, WIDTH)).collect();
    let width = shown.iter().map(|value| value.chars().count()).max().unwrap_or(0);
    let palette = project.palette();
    for (index, (layer, value)) in layers.iter().zip(&shown).enumerate() {
        let (mark, on, off) =
            if index == 0 && wins { (">", palette.strong, palette.reset) } else { (" ", "", "") };
        let (number, name) = (layer.level as u8, layer.level.name());
        let place = layer.place.as_deref().unwrap_or("-");
        let _ = writeln!(text, "{on}{mark} {number:>2} {name:level$}  {value:width$}  {place}{off}");
    }
    text
}

/// The winner of every variable that somebody sets.
fn all(view: &View, project: &Project) -> String {
    let mut text = String::new();
    let names = view.names();
    let set: Vec<_> =
        names.iter().filter_map(|name| Some((name, view.explain(name).into_iter().next()?))).collect();
    let width = set.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let palette = project.palette();
    for (name, layer) in set {
        let (value, place) = (shortened(&layer.value, WIDTH), layer.place.as_deref().unwrap_or("-"));
        let (on, off) = (palette.strong, palette.reset);
        let _ = writeln!(text, "{on}{name:width$}{off}  {value:WIDTH$}  {place}");
    }
    text
}
