//! A run: everything is read and checked, then the hosts are worked on while a reporter shows it.

use super::desk::Desk;
use super::start::Project;
use super::{Asker, Settings};
use crate::report::{self, Recap, Reporter, exit};
use crate::run::{self, Parts, Passwords, Prepared};
use crate::source::{Diagnostic, Diagnostics};
use crate::ssh::{AgentBinaries, Dialer, Origin, PACE, Secret};
use std::sync::Arc;

/// Runs the playbooks of a project and gives the code to exit with.
///
/// # Errors
///
/// All mistakes that can be found before a host is touched.
pub fn play(project: &Project, settings: Settings) -> Result<u8, Diagnostics> {
    let settings = Arc::new(settings);
    let reporter = Reporter::start(&settings.output, project.sources.clone(), project.redactor.clone());
    let desk = Desk::new(Asker::beside(reporter.stage()), project.redactor.clone(), reporter.sender());
    let prepared = prepare(project, &settings, Arc::new(desk), &reporter);
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
        return Ok(exit::FINE);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers()).enable_all().build();
    let runtime = runtime.map_err(|error| one(Diagnostic::error(format!("cannot start: {error}"))))?;
    runtime.block_on(carry_out(prepared));
    runtime.shutdown_background();
    let recap = reporter.finish();
    Ok(code(&recap, &settings))
}

async fn carry_out(prepared: Prepared) {
    let Prepared { run, playbooks, warnings } = prepared;
    warnings.into_iter().for_each(|warning| run.warn(warning));
    let plays = run.playbooks(&playbooks);
    tokio::pin!(plays);
    tokio::select! {
        () = &mut plays => return,
        _ = tokio::signal::ctrl_c() => run.interrupt(),
    }
    // What is being done on the hosts is finished; a second time means at once.
    tokio::select! {
        () = plays => {}
        _ = tokio::signal::ctrl_c() => run.events.send(report::Event::End { interrupted: true }),
    }
}

fn prepare(
    project: &Project,
    settings: &Arc<Settings>,
    desk: Arc<Desk>,
    reporter: &Reporter,
) -> Result<Prepared, Diagnostics> {
    let agents = AgentBinaries::find().map_err(|error| {
        one(Diagnostic::error(format!("cannot read the agents beside the program: {error}")))
    })?;
    let passwords = passwords(settings, &desk).map_err(one)?;
    desk.open_vaults(&settings.vaults).map_err(one)?;
    let dialer = Dialer::new(Origin::here(), agents, desk.clone(), settings.execution.forks.unwrap_or(PACE));
    run::prepare(Parts {
        settings: settings.clone(),
        sources: project.sources.clone(),
        desk,
        events: run::Events::new(reporter.sender()),
        dialer,
        passwords,
    })
}

/// Asks for the passwords that are wanted before the run.
fn passwords(settings: &Settings, desk: &Desk) -> Result<Passwords, Diagnostic> {
    let typed = |prompt: &str| -> Result<Secret, Diagnostic> {
        let typed = desk.asker.secret(prompt)?;
        desk.redactor.add(&typed);
        Ok(Secret::new(typed.as_str()))
    };
    let mut passwords = Passwords::default();
    if settings.connection.ask_password {
        passwords.connection = Some(typed("SSH password")?);
    }
    if settings.becoming.ask_password {
        let prompt = if passwords.connection.is_some() {
            "BECOME password (empty: as for SSH)"
        } else {
            "BECOME password"
        };
        let typed = typed(prompt)?;
        let empty = typed.reveal().is_empty();
        passwords.becoming = if empty { passwords.connection.clone() } else { Some(typed) };
    }
    for (file, password) in [
        (&settings.connection.password_file, &mut passwords.connection),
        (&settings.becoming.password_file, &mut passwords.becoming),
    ] {
        if let Some(path) = file {
            let text = std::fs::read_to_string(path)
                .map_err(|error| Diagnostic::error(format!("cannot read `{}`: {error}", path.display())))?;
            let text = text.trim_end_matches(['\r', '\n']);
            desk.redactor.add(text);
            *password = Some(Secret::new(text));
        }
    }
    Ok(passwords)
}

fn workers() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

fn code(recap: &Recap, settings: &Settings) -> u8 {
    recap.exit_code(settings.execution.dry_run && settings.execution.exit_code)
}

fn one(diagnostic: Diagnostic) -> Diagnostics {
    Diagnostics { all: vec![diagnostic] }
}
