//! A run: everything is read and checked, then the hosts are worked on while a reporter shows it.

use super::Asker;
use super::desk::Desk;
use super::interrupts::Interrupts;
use super::ready::{one, passwords, prepare};
use super::start::Project;
use crate::report::{self, Recap, Reporter, exit};
use crate::run::{self, Prepared};
use crate::settings::Settings;
use crate::source::{Diagnostic, Diagnostics};
use std::sync::Arc;

/// Runs the playbooks of a project and gives the code to exit with.
///
/// # Errors
///
/// All mistakes that can be found before a host is touched.
pub fn play(project: &Project, settings: Settings) -> Result<u8, Diagnostics> {
    let reporter = Reporter::start(&settings.output, project.sources.clone(), project.redactor.clone());
    let asks_for_code = settings.execution.dry_run && settings.execution.exit_code;
    Ok(watched(project, settings, reporter)?.map_or(exit::FINE, |recap| recap.exit_code(asks_for_code)))
}

/// Runs the playbooks of a project in front of this reporter and gives what came of them; nothing where only lists were
/// asked for.
///
/// # Errors
///
/// All mistakes that can be found before a host is touched.
pub fn watched(
    project: &Project,
    settings: Settings,
    reporter: Reporter,
) -> Result<Option<Recap>, Diagnostics> {
    let settings = Arc::new(settings);
    let asker = Arc::new(Asker::beside(reporter.stage()));
    let interrupts = Interrupts::listen(asker.clone());
    let desk = Desk::new(asker, project.redactor.clone(), reporter.sender());
    let prepared = ready(project, &settings, Arc::new(desk), &reporter);
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(found) => {
            reporter.abandon();
            return Err(found);
        }
    };
    if settings.listing.is_asked_for() {
        let text = run::listing(&prepared, settings.listing);
        drop(prepared);
        reporter.abandon();
        report::tell(&text);
        return Ok(None);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers()).enable_all().build();
    let runtime = runtime.map_err(|error| one(Diagnostic::error(format!("cannot start: {error}"))))?;
    runtime.block_on(carry_out(prepared, interrupts));
    runtime.shutdown_background();
    Ok(Some(reporter.finish()))
}

async fn carry_out(prepared: Prepared, mut interrupts: Interrupts) {
    let Prepared { run, playbooks, warnings } = prepared;
    warnings.into_iter().for_each(|warning| run.warn(warning));
    interrupts.are_for(&run);
    let plays = run.playbooks(&playbooks);
    tokio::pin!(plays);
    tokio::select! {
        () = &mut plays => return,
        () = interrupts.next() => {}
    }
    // What is being done on the hosts is finished; a second time means at once.
    tokio::select! {
        () = plays => {}
        () = interrupts.next() => run.events.send(report::Event::End { interrupted: true }),
    }
}

fn ready(
    project: &Project,
    settings: &Arc<Settings>,
    desk: Arc<Desk>,
    reporter: &Reporter,
) -> Result<Prepared, Diagnostics> {
    let passwords = passwords(settings, &desk).map_err(one)?;
    prepare(project, settings, desk, passwords, reporter.sender())
}

fn workers() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}
