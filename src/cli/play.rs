//! A run: everything is read and checked, then the hosts are worked on while a reporter shows it.

use super::Asker;
use super::desk::Desk;
use super::ready::{one, passwords, prepare};
use super::start::Project;
use crate::report::{self, Recap, Reporter, exit};
use crate::run::{self, Prepared};
use crate::settings::Settings;
use crate::source::{Diagnostic, Diagnostics};
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

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
    let desk = Desk::new(asker.clone(), project.redactor.clone(), reporter.sender());
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
    let interrupts = interrupts();
    runtime.block_on(carry_out(prepared, interrupts, &asker));
    runtime.shutdown_background();
    Ok(Some(reporter.finish()))
}

/// Every time that somebody asks to stop: the user, or whatever has started the run. It is heard on a thread of its own,
/// for an evaluation may keep all others busy.
fn interrupts() -> UnboundedReceiver<()> {
    let (sender, receiver) = unbounded_channel();
    let listen = async move {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        loop {
            tokio::select! {
                Some(()) = interrupt.recv() => {}
                Some(()) = terminate.recv() => {}
                else => return Ok(()),
            }
            if sender.send(()).is_err() {
                return Ok::<(), std::io::Error>(());
            }
        }
    };
    std::thread::spawn(|| {
        tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(listen)
    });
    receiver
}

async fn carry_out(prepared: Prepared, mut interrupts: UnboundedReceiver<()>, asker: &Asker) {
    let Prepared { run, playbooks, warnings } = prepared;
    warnings.into_iter().for_each(|warning| run.warn(warning));
    let plays = run.playbooks(&playbooks);
    tokio::pin!(plays);
    tokio::select! {
        () = &mut plays => return,
        Some(()) = interrupts.recv() => run.interrupt(),
    }
    asker.give_up();
    let warning = Diagnostic::warning("interrupted: what hosts are doing is finished, nothing more is begun");
    run.warn(warning.hint("once more ends the run at once"));
    // What is being done on the hosts is finished; a second time means at once.
    tokio::select! {
        () = plays => {}
        Some(()) = interrupts.recv() => run.events.send(report::Event::End { interrupted: true }),
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
