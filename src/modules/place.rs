//! Putting one file in place: what `copy`, `template` and others have in common.

use super::files::{self, FileAttributes};
use super::stat::{Algorithm, checksum, sha1_and_md5};
use crate::host::{Change, Content, Failure, Fields, Plan, Probe, Write, clock, text};
use std::path::{Path, PathBuf};

/// Files that are longer are not hashed once more for the result.
const MOST_HASHED: u64 = 64 << 20;

/// Under this name too a result tells the file, where its content was that which was sent: Ansible then tells no `md5sum`.
const KEPT: &str = "path";

/// A file and where and how it is to be put.
pub struct Placement<'a> {
    pub dest: PathBuf,
    pub content: Content,
    pub attributes: &'a FileAttributes,
    /// The permissions that `preserve` means.
    pub preserved: Option<u32>,
    pub backup: bool,
    /// Whether a file that is there is replaced.
    pub force: bool,
    /// Whether a link is written through.
    pub follow: bool,
    pub validate: Option<String>,
}

impl<'a> Placement<'a> {
    /// A content of a file that is replaced as a whole, whatever is there.
    pub fn of(dest: &Path, content: Content, attributes: &'a FileAttributes) -> Placement<'a> {
        Placement {
            dest: dest.to_owned(),
            content,
            attributes,
            preserved: None,
            backup: false,
            force: true,
            follow: false,
            validate: None,
        }
    }

    /// What must be done; the result says `dest`, and `backup_file` where one is made.
    pub fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        if let Some(command) = self.validate.as_ref().filter(|command| !command.contains("%s")) {
            return Err(Failure::new(format!("validate must contain %s: {command}")));
        }
        let dest = self.reached(host)?;
        let found = host.stat(&dest)?;
        let result = Fields::new().with("dest", text::from_path(&dest));
        match &found {
            Some(stat) if stat.is_directory() => {
                return Err(Failure::new(format!("`{}` is a directory, not a file", dest.display())));
            }
            Some(_) if !self.force => return Ok(Plan::say(result.with("msg", "file already exists"))),
            None => self.require_parent(host, &dest)?,
            _ => {}
        }
        let file = found.filter(|stat| stat.is_file());
        let before = Write::before(host, &dest, &self.content)?;
        let mut plan = Plan::say(result);
        if let (Some(stat), Some(before)) = (&file, &before)
            && before.same_content
        {
            let kept = FileAttributes { mode: self.fixed_mode(), ..self.attributes.clone() };
            plan.changes = kept.changes(host, &dest, stat)?;
            return Ok(plan.with(KEPT, text::from_path(&dest)));
        }
        if self.backup && file.is_some() {
            keep_copy(&mut plan, &dest);
        }
        let start = file.as_ref().map_or(0o666 & !host.umask(), |stat| stat.mode);
        let owner = file.as_ref().map_or_else(|| files::owner_of_new(host, &dest), |stat| Ok(stat.owner))?;
        let wishes = FileAttributes { mode: self.fixed_mode(), ..self.attributes.clone() };
        plan.push(Change::Write(Write {
            mode: wishes.mode(host, start, false),
            owner: wishes.owner(host, owner)?,
            path: dest.clone(),
            content: self.content.clone(),
            before,
            validate: self.validate.clone(),
            in_place: self.attributes.unsafe_writes,
            modified: None,
        }));
        if let Some(stat) = &file {
            plan.changes.extend(wishes.extended(host, &dest, stat)?);
        }
        Ok(plan)
    }

    /// Where the file goes; refused where a link leads there that is not to be followed.
    fn reached(&self, host: &dyn Probe) -> Result<PathBuf, Failure> {
        if self.follow {
            return host.resolve_to_write(&self.dest);
        }
        host.resolve_to_write(self.dest.parent().unwrap_or(Path::new("/")))?;
        Ok(self.dest.clone())
    }

    /// The wished permissions, with `preserve` made a number.
    fn fixed_mode(&self) -> Option<super::argument::Mode> {
        match &self.attributes.mode {
            Some(super::argument::Mode::Preserve) => self.preserved.map(super::argument::Mode::Octal),
            other => other.clone(),
        }
    }

    fn require_parent(&self, host: &dyn Probe, dest: &Path) -> Result<(), Failure> {
        let parent = dest.parent().unwrap_or(Path::new("/"));
        if host.is_directory(parent)? || host.doubt().is_some() {
            return Ok(());
        }
        Err(Failure::new(format!("Destination directory {} does not exist", parent.display()))
            .with("dest", text::from_path(dest)))
    }
}

/// What is said in the end of a file that was put in place.
pub fn report(host: &dyn Probe, mut result: Fields) -> Result<Fields, Failure> {
    let Some(dest) = result.get("dest").and_then(|dest| dest.as_text()).map(text::to_path) else {
        return Ok(result);
    };
    if host.follow(&dest)?.is_some_and(|stat| stat.is_file() && stat.size <= MOST_HASHED)
        && let Ok(stored) = host.open(&dest)
    {
        if result.get(KEPT).is_some() {
            result.set("checksum", checksum(Algorithm::Sha1, &stored)?);
        } else {
            let (sha1, md5) = sha1_and_md5(&stored)?;
            result.set("checksum", sha1);
            result.set("md5sum", md5);
        }
    }
    files::describe(host, &dest, &mut result)?;
    Ok(result)
}

/// Keeps a copy beside a file, and says where.
pub fn keep_copy(plan: &mut Plan, path: &Path) {
    let copy = backup_name(path);
    plan.result.set("backup_file", text::from_path(&copy));
    plan.push(Change::Backup { path: path.to_owned(), copy });
}

/// A name beside a file, for a copy of it, that says when it was made.
pub fn backup_name(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.{}~", std::process::id(), clock::today().stamp()));
    PathBuf::from(name)
}
