//! Whoever asks the program to stop: the user's key, or what has started it.

use super::Asker;
use crate::report::exit;
use crate::run::Run;
use std::sync::{Arc, OnceLock, Weak};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Every time that somebody asks to stop. It is heard on a thread of its own, for an evaluation or a question may keep all
/// others busy. Before there is a run, the program ends.
pub struct Interrupts {
    heard: UnboundedReceiver<()>,
    run: Arc<OnceLock<Weak<Run>>>,
}

/// What is done when somebody asks.
struct Answer {
    asker: Arc<Asker>,
    run: Arc<OnceLock<Weak<Run>>>,
    heard: UnboundedSender<()>,
}

impl Interrupts {
    /// Listens from now on; whoever waits for an answer at the terminal gets none.
    pub fn listen(asker: Arc<Asker>) -> Interrupts {
        let run = Arc::new(OnceLock::new());
        let (sender, heard) = unbounded_channel();
        let answer = Answer { asker, run: run.clone(), heard: sender };
        let (deaf, listens) = std::sync::mpsc::channel::<()>();
        std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(answer.all(deaf))
        });
        // Until then the key would end the program at once, whatever the terminal hides.
        let _ = listens.recv();
        Interrupts { heard, run }
    }

    /// From now on it is this run that is asked to stop.
    pub fn are_for(&self, run: &Arc<Run>) {
        let _ = self.run.set(Arc::downgrade(run));
    }

    /// Waits until somebody asks.
    pub async fn next(&mut self) {
        if self.heard.recv().await.is_none() {
            std::future::pending().await
        }
    }
}

impl Answer {
    /// Answers all, and lets go of `deaf` when it listens.
    async fn all(self, deaf: std::sync::mpsc::Sender<()>) -> std::io::Result<()> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        drop(deaf);
        loop {
            tokio::select! {
                Some(()) = interrupt.recv() => self.give(),
                Some(()) = terminate.recv() => self.give(),
                else => return Ok(()),
            }
        }
    }

    fn give(&self) {
        let Some(run) = self.run.get() else {
            self.asker.restore();
            std::process::exit(exit::INTERRUPTED.into());
        };
        // Whoever asked looks whether the run was interrupted, before it takes no answer for the default.
        if let Some(run) = run.upgrade() {
            run.interrupt();
        }
        self.asker.give_up();
        let _ = self.heard.send(());
    }
}

/// Asks for what is not part of a run; the program ends when it is told to, and leaves the terminal as it was.
pub fn asker() -> Arc<Asker> {
    let asker = Arc::new(Asker::default());
    Interrupts::listen(asker.clone());
    asker
}
