//! `components`: the start loop.

use super::Module;
use super::component::{self, Definition, is_current, is_loaded, loaded_path, record_path, starts_as_it_was};
use super::unit::Unit;
use crate::host::health::Test;
use crate::host::start::{Check, Item, StartLoop, Turn};
use crate::host::{Carried, Change, Data, Done, Failure, Fields, Plan, Probe, Report, Scope};
use std::time::Duration;

module! {
    /// Starts components, and restarts those that have changed since their last start.
    ///
    /// Those that are independent start side by side, each one waits for those that it needs, and each is waited for
    /// until it is healthy or has stayed up for long enough. One that fails is told with the last lines of its
    /// journal, and the others go on. One of which only `reload_files` have changed is reloaded. Components are those that `component` has put in place on this host.
    ///
    /// The result holds `components` (of each that was started: `state`, `seconds`, `restarted`, `reloaded`, and for a failed one `msg` and
    /// `journal`), `failed_components`, and `orphans`: components of the host that are not in `keep`.
    ///
    /// ```yaml
    /// - components:
    /// - components: { names: [matrix-postgres, matrix-synapse] }
    /// - components: { keep: [matrix-postgres, matrix-synapse], prune: true }
    /// ```
    Components "components" {
        /// Which to start; all of the host if nothing is said.
        names: Vec<String>;
        /// Starts those again too that have not changed.
        restart: bool = false;
        /// All components that the inventory has: others are reported as orphans.
        keep: Option<Vec<String>>;
        /// Takes orphans away; their data stays.
        prune: bool = false;
    }
}

impl Module for Components {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let orphans = match &self.keep {
            Some(kept) => component::orphans(host, kept)?,
            None => Vec::new(),
        };
        let mut plan = Plan::say(Fields::new().with("orphans", orphans.clone()));
        if self.prune {
            for orphan in &orphans {
                plan.changes.extend(component::removal(host, orphan)?);
            }
        }
        let definitions = self.definitions(host, &orphans)?;
        let items = if self.restart && host.stage() == 0 {
            all(host, &definitions)?
        } else {
            items(host, &definitions)?
        };
        if !items.is_empty() {
            plan.push(Change::Start(StartLoop { items }));
        }
        Ok(plan)
    }

    fn report(&self, _host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        result.set("components", Fields::new());
        result.set("failed_components", Vec::<String>::new());
        take_said(carried, &mut result)?;
        Ok(result.into())
    }
}

impl Components {
    fn definitions(&self, host: &dyn Probe, orphans: &[String]) -> Result<Vec<Definition>, Failure> {
        let mut all = Definition::all(host)?;
        if self.names.is_empty() {
            all.retain(|definition| !orphans.contains(&definition.name));
            return Ok(all);
        }
        let mut chosen = Vec::new();
        for name in &self.names {
            match all.iter().find(|definition| definition.name == *name) {
                Some(definition) => chosen.push(definition.clone()),
                None => return Err(host.missing(format!("there is no component `{name}` on this host"))),
            }
        }
        Ok(chosen)
    }
}

/// Those components that are down, or run with something else than they should.
pub fn items(host: &dyn Probe, definitions: &[Definition]) -> Result<Vec<Item>, Failure> {
    let mut items = Vec::new();
    for definition in definitions {
        let unit = Unit::find(host, &definition.name, Scope::System)?;
        let turn = match unit.property("ActiveState").as_str() {
            "active" if !is_current(host, definition)? => Turn::Restart,
            "active" if !is_loaded(host, definition)? => Turn::Reload,
            "active" => continue,
            "activating" if starts_as_it_was(host, definition)? => Turn::Restart,
            _ => Turn::Start,
        };
        items.push(item(host, definition, turn)?);
    }
    Ok(items)
}

fn all(host: &dyn Probe, definitions: &[Definition]) -> Result<Vec<Item>, Failure> {
    definitions.iter().map(|definition| item(host, definition, Turn::Restart)).collect()
}

fn item(host: &dyn Probe, definition: &Definition, turn: Turn) -> Result<Item, Failure> {
    let mut records = Vec::new();
    if turn != Turn::Reload {
        records.push((record_path(&definition.name), component::now(host, definition)?));
    }
    if !definition.reload_files.is_empty() {
        records.push((loaded_path(&definition.name), component::loaded_now(host, definition)?));
    }
    Ok(Item {
        name: definition.name.clone(),
        docker: definition.docker.clone(),
        turn,
        needs: definition.needs.clone(),
        check: check(definition),
        host_network: definition.host_network,
        records,
    })
}

fn check(definition: &Definition) -> Check {
    let Some(health) = &definition.health else {
        return Check::StaysUp(u64::try_from(definition.stays_up).unwrap_or(0));
    };
    let number = |number: Option<i64>| number.and_then(|number| u16::try_from(number).ok());
    Check::Health {
        test: Test {
            command: health.command.as_ref().map(|word| word.0.clone()),
            http: health.http.clone(),
            port: number(health.port),
            status: number(health.status),
        },
        interval: Duration::from_secs_f64(health.interval.clamp(0.1, 3600.0)),
        timeout: Duration::from_secs(u64::try_from(health.timeout).unwrap_or(60)),
    }
}

/// Takes what the start loop said into a result; fails when a component did not start.
pub fn take_said(carried: &Carried, result: &mut Fields) -> Result<(), Failure> {
    let said = carried.changes.iter().filter_map(|(_, done)| match done {
        Done::Said(fields) => Some(fields),
        _ => None,
    });
    for fields in said {
        fields.iter().for_each(|(name, value)| result.set(name, value.clone()));
    }
    let failed: Vec<Data> = match result.get("failed_components") {
        Some(Data::List(failed)) if !failed.is_empty() => failed.clone(),
        _ => return Ok(()),
    };
    let message = complaint(&failed, result);
    result.set("msg", message.as_str());
    Err(Failure::Failed { message, result: result.clone() })
}

fn complaint(failed: &[Data], result: &Fields) -> String {
    let mut message = String::from(if failed.len() == 1 {
        "a component did not start"
    } else {
        "components did not start"
    });
    for name in failed.iter().filter_map(Data::as_text) {
        let said = result.get("components").map_or(&Data::Null, |components| components.entry(name));
        message.push_str(&format!("\n`{name}`: {}", said.text("msg").unwrap_or_default()));
        for line in said.text("journal").unwrap_or_default().lines() {
            message.push_str(&format!("\n    {line}"));
        }
    }
    message
}
