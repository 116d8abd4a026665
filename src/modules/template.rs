//! `template`

use super::argument::PathText;
use super::place::{self, Placement};
use super::{FileAttributes, Module, Need, Source};
use crate::host::{Carried, Failure, Plan, Probe, Report, text};
use std::sync::Arc;

module! {
    /// Renders a template and puts what comes out in place.
    ///
    /// The template is rendered on the controller; the host sees the finished text only.
    ///
    /// ```yaml
    /// - template: { src: app.conf.j2, dest: /etc/app.conf, owner: root, mode: "0640" }
    /// ```
    Template "template" local {
        /// The template, searched for in the `templates` folders.
        src: String;
        /// Where it goes: a file, or a directory that is there.
        dest: PathText;
        /// Keeps a copy of what is replaced.
        backup: bool = false;
        /// Replaces a file that is there.
        force: bool = true;
        /// Writes through a link instead of replacing it.
        follow: bool = false;
        /// A command that must succeed before the file is put in place; `%s` is the file.
        validate: Option<String>;
        /// How lines end.
        newline_sequence: String = "\n";
        /// What begins a block.
        block_start_string: String = "{%";
        /// What ends a block.
        block_end_string: String = "%}";
        /// What begins an expression.
        variable_start_string: String = "{{";
        /// What ends an expression.
        variable_end_string: String = "}}";
        /// What begins a comment.
        comment_start_string: String = "{#";
        /// What ends a comment.
        comment_end_string: String = "#}";
        /// Takes away the line end after a block.
        trim_blocks: bool = true;
        /// Takes away the blanks before a block.
        lstrip_blocks: bool = false;
        /// How the text is encoded.
        output_encoding: String = "utf-8";
    } with { attributes: FileAttributes } attached { rendered: Option<Arc<Source>> }
}

impl Module for Template {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let Some(Source::File { name, content, mode }) = self.rendered.as_deref() else {
            return Err("the rendered text was not sent along".into());
        };
        let mut dest = self.dest.on(host)?;
        if self.dest.ends_with_slash() || host.is_directory(&dest)? {
            dest = dest.join(text::to_path(name));
        }
        let placement = Placement {
            dest,
            content: content.clone(),
            attributes: &self.attributes,
            preserved: *mode,
            backup: self.backup,
            force: self.force,
            follow: self.follow,
            validate: self.validate.clone(),
        };
        placement.plan(host)
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        place::report(host, carried.result.clone()).map(Report::from)
    }

    fn need(&self) -> Option<Need> {
        Some(Need::Template { src: self.src.clone() })
    }

    fn attach(&mut self, source: Arc<Source>) -> Result<(), String> {
        self.rendered = Some(source);
        Ok(())
    }
}
