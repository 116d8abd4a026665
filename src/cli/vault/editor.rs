//! The user's editor.

use crate::cli::Asker;
use crate::report;
use crate::source::{Diagnostic, Palette, Sources, render};
use crate::vault::Editor;
use std::path::Path;
use std::process::Command;

/// What the settings name, else `vi`.
pub struct Usual<'a> {
    pub named: Option<&'a str>,
    pub asker: &'a Asker,
    pub sources: &'a Sources,
}

impl Editor for Usual<'_> {
    fn edit(&self, path: &Path) -> Result<(), Diagnostic> {
        let editor = self.named.unwrap_or("vi");
        let script = format!("{editor} \"$1\"");
        let ended = Command::new("sh").args(["-c", &script, "sh"]).arg(path).status();
        let failed = |why: String| {
            Diagnostic::error(format!("the editor `{editor}` failed: {why}"))
                .hint("nothing was changed; `EDITOR` names another one")
        };
        match ended {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(failed(status.to_string())),
            Err(error) => Err(failed(error.to_string())),
        }
    }

    fn again(&self, problem: &Diagnostic) -> bool {
        report::complain(&render(problem, self.sources, Palette::PLAIN));
        self.asker.confirm("edit it again?").unwrap_or(false)
    }
}
