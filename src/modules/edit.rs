//! Changing a text file: what `lineinfile`, `blockinfile`, `replace` and others have in common.

use super::argument::Mode;
use super::place::Placement;
use super::{FileAttributes, files};
use crate::host::{Change, Content, Data, Failure, Fields, Plan, Probe, Stat, text};
use std::path::{Path, PathBuf};

/// What the name of a text that is compared ends with.
const CONTENT: &str = "(content)";

/// What is said where not only the text is changed.
const ATTRIBUTES: &str = "ownership, perms or SE linux context changed";

/// A text file as it is, if it is there.
pub struct Original {
    pub path: PathBuf,
    pub text: Option<String>,
    /// What a link at the path leads to, where a file is to take the place of the link.
    linked: Option<Stat>,
}

/// Reads a file that is to be changed. Links are followed.
pub fn read(host: &dyn Probe, path: &Path) -> Result<Original, Failure> {
    read_in_place(host, &host.resolve_to_write(path)?)
}

/// Reads a file that is to be changed. What takes the place of a link is written.
pub fn read_in_place(host: &dyn Probe, path: &Path) -> Result<Original, Failure> {
    let is_link = host.stat(path)?.is_some_and(|stat| stat.is_link());
    let path = path.to_owned();
    match host.follow(&path)? {
        None => Ok(Original { path, text: None, linked: None }),
        Some(stat) if stat.is_directory() => {
            Err(Failure::new(format!("Path {} is a directory !", path.display())).with("rc", 256))
        }
        Some(stat) => {
            let text = Some(text::from_bytes(&host.read(&path)?));
            Ok(Original { path, text, linked: is_link.then_some(stat) })
        }
    }
}

impl Original {
    /// The failure that the file is not there.
    /// `what` is Ansible's name for it.
    pub fn missing(&self, host: &dyn Probe, what: &str) -> Failure {
        match host.missing(format!("{what} {} does not exist !", self.path.display())) {
            failure @ Failure::Failed { .. } => failure.with("rc", 257),
            other => other,
        }
    }

    /// What must be done for the file to hold the text and to have the attributes.
    pub fn rewrite(&self, host: &dyn Probe, after: &str, how: &Rewriting) -> Result<Plan, Failure> {
        let same = self.text.as_deref() == Some(after);
        if same && self.linked.is_some() {
            return Ok(Plan::say(Fields::new().with("msg", "")));
        }
        let parent = self.path.parent().unwrap_or(Path::new("/"));
        if self.text.is_none() && !host.is_directory(parent)? {
            return Ok(Plan::from(files::directories(host, parent, &FileAttributes::none())?).and_again());
        }
        let placement = Placement {
            dest: self.path.clone(),
            content: Content::inline(text::to_bytes(after)),
            attributes: &self.attributes(how.attributes),
            preserved: None,
            backup: how.backup,
            force: true,
            follow: self.linked.is_none(),
            validate: how.validate.clone(),
        };
        let mut plan = placement.plan(host)?;
        plan.result.remove("dest");
        plan.result.remove("path");
        let attributes = plan.changes.iter().any(|change| self.changes_attributes(host, change));
        let message = match (same, attributes) {
            (true, false) => String::new(),
            (true, true) => ATTRIBUTES.to_owned(),
            (false, true) => format!("{} and {ATTRIBUTES}", how.message),
            (false, false) => how.message.to_owned(),
        };
        plan.result.set("msg", message);
        Ok(plan)
    }

    /// The attributes of the file; in the place of a link, those that its file had.
    fn attributes(&self, wished: &FileAttributes) -> FileAttributes {
        let mut attributes = wished.clone();
        if let Some(stat) = &self.linked {
            attributes.mode.get_or_insert(Mode::Octal(stat.mode));
            attributes.owner.get_or_insert(stat.owner.uid.to_string());
            attributes.group.get_or_insert(stat.owner.gid.to_string());
        }
        attributes
    }

    /// Whether a change is one of owner or permissions, beside those that a new file has by itself.
    fn changes_attributes(&self, host: &dyn Probe, change: &Change) -> bool {
        match change {
            Change::Write(write) if self.text.is_none() => {
                let by_itself = files::owner_of_new(host, &write.path);
                write.mode != 0o666 & !host.umask() || by_itself.is_ok_and(|owner| write.owner != owner)
            }
            Change::Write(_) | Change::Backup { .. } => false,
            _ => true,
        }
    }
}

/// Both texts of a file, as a module tells them; they are taken out again where nobody wants to see differences.
pub fn contents(original: &Original, after: &str) -> Fields {
    let header = format!("{} {CONTENT}", original.path.display());
    Fields::new()
        .with("before", original.text.clone().unwrap_or_default())
        .with("after", after)
        .with("before_header", header.as_str())
        .with("after_header", header)
}

/// The same, and the attributes that the plan changes.
pub fn differences(original: &Original, after: &str, plan: &Plan) -> Vec<Data> {
    let header = format!("{} (file attributes)", original.path.display());
    let headers = [("before_header", header.as_str()), ("after_header", &header)];
    let modes = plan.changes.iter().find_map(|change| match change {
        Change::Mode { before, after, .. } => Some([("before", before), ("after", after)]),
        _ => None,
    });
    let mode = |mode: &u32| Fields::new().with("mode", format!("{mode:04o}"));
    let modes = modes.into_iter().flatten().map(|(side, bits)| (side.to_owned(), mode(bits).into()));
    let headers = headers.into_iter().map(|(side, text)| (side.to_owned(), text.into()));
    vec![contents(original, after).into(), modes.chain(headers).collect::<Fields>().into()]
}

/// Takes the texts out of a result, for one that must not show them.
pub fn hush(result: &mut Fields) {
    match result.remove("diff") {
        Some(Data::List(all)) => result.set("diff", all.into_iter().map(hushed).collect::<Vec<_>>()),
        Some(one) => result.set("diff", hushed(one)),
        None => {}
    }
}

fn hushed(data: Data) -> Data {
    match data {
        Data::Map(fields)
            if fields
                .get("after_header")
                .and_then(Data::as_text)
                .is_some_and(|text| text.ends_with(CONTENT)) =>
        {
            fields.with("before", "").with("after", "").into()
        }
        other => other,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modules::files::tests::with_shared;

    #[test]
    fn the_group_that_a_directory_gives_is_no_change_of_ownership() {
        with_shared(|host| {
            let attributes = FileAttributes::none();
            let how =
                Rewriting { attributes: &attributes, backup: false, validate: None, message: "line added" };
            let plan = read(host, Path::new("/shared/a")).unwrap().rewrite(host, "x\n", &how).unwrap();
            assert_eq!(plan.result.get("msg").and_then(Data::as_text), Some("line added"));
        });
    }
}
