//! `meta`: words to the run itself.

use super::halt::{Halt, Trouble};
use super::interpreter::Interpreter;
use super::pipeline::Running;
use super::result::Ended;
use super::task_scope::At;
use crate::source::Diagnostic;
use crate::vars::Part;

/// Every word that `meta` knows.
pub const WORDS: &[&str] = &[
    "clear_facts",
    "clear_host_errors",
    "end_batch",
    "end_host",
    "end_play",
    "end_role",
    "flush_handlers",
    "noop",
    "refresh_inventory",
    "reset_connection",
];

impl Interpreter {
    /// Carries out a `meta` task.
    pub async fn meta(&mut self, running: Running, at: &At) -> Result<(), Trouble> {
        let arguments = self.arguments(&running.task, at).await?;
        let word = arguments.raw.as_ref().and_then(|raw| raw.str().ok()).unwrap_or_default();
        match word.trim() {
            "noop" => Ok(()),
            "flush_handlers" => Ok(self.flush().await?),
            "end_host" => self.stop(Halt::EndHost).await,
            "end_play" => {
                self.play.end_for_all();
                self.stop(Halt::EndPlay).await
            }
            "end_batch" => {
                self.play.end_batch();
                self.stop(Halt::EndBatch).await
            }
            "end_role" => self.stop(Halt::EndRole).await,
            "clear_facts" => {
                self.drain().await?;
                [Part::Facts, Part::Cached].into_iter().for_each(|part| self.host.store.clear(part));
                Ok(())
            }
            "clear_host_errors" => {
                self.run.forget_failures(&self.play.all_hosts);
                Ok(())
            }
            "reset_connection" => {
                self.drain().await?;
                self.close_lanes();
                Ok(())
            }
            "refresh_inventory" => {
                self.drain().await?;
                let ended = self.run.refresh_inventory().map_or_else(Ended::mistake, |()| Ended::ok());
                if ended.has_failed() { Ok(self.ended(running, None, ended).await?) } else { Ok(()) }
            }
            other => Err(unknown(other, &arguments).into()),
        }
    }

    async fn stop(&mut self, halt: Halt) -> Result<(), Trouble> {
        self.drain().await?;
        Err(halt.into())
    }
}

fn unknown(word: &str, arguments: &crate::control::Arguments) -> Diagnostic {
    let hint =
        crate::host::nearest(word, WORDS.iter().copied()).map(|near| format!("did you mean `{near}`?"));
    let span = arguments.raw.as_ref().map_or(arguments.span, |raw| raw.span());
    Diagnostic::error(format!("`meta` has no `{word}`")).at(span).maybe_hint(hint)
}
