//! Taking a component away, and finding those that nobody names any more. Data stays.

use super::{DIRECTORY, Definition, loaded_path, record_path};
use crate::host::{Change, Effect, Failure, Kind, Plan, Probe, Run, Scope, docker};
use crate::modules::systemd::State;
use crate::modules::unit::{self, Unit, Wish};
use std::path::{Path, PathBuf};

/// What must be done for the component to be gone.
pub fn plan(host: &dyn Probe, name: &str) -> Result<Plan, Failure> {
    let plan = Plan::from(removal(host, name)?);
    Ok(plan.with("name", name))
}

/// The changes that take a component away.
pub fn removal(host: &dyn Probe, name: &str) -> Result<Vec<Change>, Failure> {
    let files = files_of(host, name)?;
    let container = !docker::Engine::of(host).container(host, name)?.is_null();
    if files.is_empty() && !container {
        // A unit that is up has one or the other; asking systemd takes longer than all the rest.
        return Ok(Vec::new());
    }
    let mut changes = Vec::new();
    let unit = Unit::find(host, name, Scope::System)?;
    if unit.exists() {
        let wish = Wish {
            state: Some(State::Stopped),
            enabled: Some(false),
            masked: None,
            no_block: false,
            force: false,
        };
        changes.extend(wish.changes(host, &unit)?);
    }
    changes.extend(files.into_iter().map(|path| Change::Remove { path, kind: Kind::File }));
    if !changes.is_empty() {
        changes.push(unit::manager(Scope::System, "daemon-reload"));
        changes.push(forget_failure(&unit));
    }
    if container {
        let effect = Effect::Set(
            docker::Engine::of(host).subject(docker::Thing::Container(name.to_owned())),
            crate::host::Data::Null,
        );
        changes
            .push(Change::Run(Run::changing(&["docker", "rm", "--force", name]).with_effects(vec![effect])));
    }
    Ok(changes)
}

/// Its files on the host, as far as they are there.
fn files_of(host: &dyn Probe, name: &str) -> Result<Vec<PathBuf>, Failure> {
    let files = [
        Path::new("/etc/systemd/system").join(format!("{name}.service")),
        Path::new(DIRECTORY).join(format!("{name}.env")),
        record_path(name),
        loaded_path(name),
    ];
    let mut there = Vec::new();
    for path in files {
        if host.stat(&path)?.is_some() {
            there.push(path);
        }
    }
    Ok(there)
}

/// Systemd keeps telling of a unit that failed when it was stopped, even where its file is gone.
fn forget_failure(unit: &Unit) -> Change {
    let argv = ["systemctl", "reset-failed", "--", &unit.name].map(str::to_owned).to_vec();
    let run = Run { any_status: true, ..Run::quiet(argv) };
    let subject = crate::host::systemd::unit_subject(&unit.name, Scope::System);
    Change::Run(run.with_effects(vec![Effect::Set(subject, crate::host::Data::Null)]))
}

/// The label of every container that is a component; its value is the component's name.
const LABEL: &str = "io.provision.component";

/// Components of the host that are not among those that are kept: found by their units, and by the label of containers
/// that lost theirs.
pub fn orphans(host: &dyn Probe, kept: &[String]) -> Result<Vec<String>, Failure> {
    let mut names: Vec<String> =
        Definition::all(host)?.into_iter().map(|definition| definition.name).collect();
    names.extend(docker::labelled(host, LABEL)?);
    names.retain(|name| !kept.contains(name));
    names.sort();
    names.dedup();
    Ok(names)
}
