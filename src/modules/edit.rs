//! Changing a text file: what `lineinfile`, `blockinfile`, `replace` and others have in common.

use super::place::Placement;
use super::{FileAttributes, files};
use crate::host::{Content, Data, Failure, Plan, Probe, text};
use std::path::{Path, PathBuf};

/// A text file as it is, if it is there.
pub struct Original {
    pub path: PathBuf,
    pub text: Option<String>,
}

/// Reads a file that is to be changed. Links are followed.
pub fn read(host: &dyn Probe, path: &Path) -> Result<Original, Failure> {
    let path = host.resolve_to_write(path)?;
    match host.stat(&path)? {
        None => Ok(Original { path, text: None }),
        Some(stat) if stat.is_directory() => {
            Err(Failure::new(format!("Path {} is a directory !", path.display())).with("rc", 256))
        }
        Some(_) => Ok(Original { text: Some(text::from_bytes(&host.read(&path)?)), path }),
    }
}

impl Original {
    /// The failure that the file is not there.
    pub fn missing(&self, host: &dyn Probe) -> Failure {
        match host.missing(format!("Path {} does not exist !", self.path.display())) {
            failure @ Failure::Failed { .. } => failure.with("rc", 257),
            other => other,
        }
    }

    /// What must be done for the file to hold the text and to have the attributes.
    pub fn rewrite(&self, host: &dyn Probe, after: &str, how: &Rewriting) -> Result<Plan, Failure> {
        let parent = self.path.parent().unwrap_or(Path::new("/"));
        if self.text.is_none() && !host.is_directory(parent)? {
            return Ok(Plan::from(files::directories(host, parent, &FileAttributes::none())?).and_again());
        }
        let placement = Placement {
            dest: self.path.clone(),
            content: Content::inline(text::to_bytes(after)),
            attributes: how.attributes,
            preserved: None,
            backup: how.backup,
            force: true,
            follow: true,
            validate: how.validate.clone(),
        };
        let mut plan = placement.plan(host)?;
        let backup = plan.result.remove("backup_file").unwrap_or(Data::Text(String::new()));
        plan.result.remove("dest");
        if backup != Data::Text(String::new()) {
            plan.result.set("backup_file", backup.clone());
        }
        plan.result.set("backup", backup);
        let same = self.text.as_deref() == Some(after);
        let attributes_only = same && !plan.is_empty();
        let message =
            if attributes_only { "ownership, perms or SE linux context changed" } else { how.message };
        plan.result.set("msg", if same && !attributes_only { "" } else { message });
        Ok(plan)
    }
}

/// How a file is rewritten.
pub struct Rewriting<'a> {
    pub attributes: &'a FileAttributes,
    pub backup: bool,
    pub validate: Option<String>,
    pub message: &'a str,
}

/// The lines of a text, each with its end.
pub fn lines(text: &str) -> Vec<String> {
    text.split_inclusive('\n').map(str::to_owned).collect()
}

/// A line without its end.
pub fn bare(line: &str) -> &str {
    line.trim_end_matches(['\r', '\n'])
}
