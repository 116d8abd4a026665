//! Files are put in place whole: written aside, made ready, then renamed.

use crate::host::{Content, Failure, Owner, Probe, System, Time, text, words};
use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use std::fs::File;
use std::io::Write as _;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// How names of files begin that are not yet in place; what a run that was cut off left of them, the next removes.
pub const ASIDE: &str = ".provision-aside-";

/// A file to put in place.
#[derive(Clone, PartialEq, Debug)]
pub struct Write {
    /// The name that is replaced; it is not followed when it is a link.
    pub path: PathBuf,
    pub content: Content,
    pub mode: u32,
    pub owner: Owner,
    /// What is there now.
    pub before: Option<Before>,
    /// A command that must succeed; `%s` is the file that is not yet in place.
    pub validate: Option<String>,
    /// Writes into the file that is there if it cannot be replaced.
    pub in_place: bool,
    pub modified: Option<Time>,
}

/// What a written file replaces.
#[derive(Clone, PartialEq, Debug)]
pub struct Before {
    pub mode: u32,
    pub owner: Owner,
    pub size: u64,
    /// Whether the content is the same and only attributes differ.
    pub same_content: bool,
}

/// Puts the file in place: old or new, never half, with its permissions and owner from the first instant.
pub(super) fn write(system: &System, write: &Write) -> Result<(), Failure> {
    let real = system.real(&write.path);
    let parent = real.parent().unwrap_or(Path::new("/"));
    let directory = open_directory(parent, &write.path)?;
    let name = real.file_name().ok_or_else(|| Failure::at(&write.path, "write", "it has no name"))?;
    if system.directories.is_first(parent) {
        remove_leftovers(&directory, parent);
    }
    let aside = Aside::create(&directory, &write.path)?;
    aside.fill(system, write)?;
    if let Some(command) = &write.validate {
        validate(system, command, &parent.join(&aside.name))?;
    }
    if is_device(&directory, name) {
        return write_into(system, write, &real).map(drop);
    }
    match rustix::fs::renameat(&directory, &aside.name, &directory, name) {
        Ok(()) => aside.keep(),
        Err(_) if write.in_place => write_in_place(system, write, &real)?,
        Err(error) => return Err(Failure::at(&write.path, "put in place", error)),
    }
    system.directories.sync_later(parent);
    Ok(())
}

/// Whether the name is that of a device or a pipe, which nobody means to lose.
fn is_device(directory: &OwnedFd, name: &std::ffi::OsStr) -> bool {
    let found = rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW);
    let kind = found.map(|stat| FileType::from_raw_mode(stat.st_mode));
    matches!(kind, Ok(FileType::CharacterDevice | FileType::BlockDevice | FileType::Fifo))
}

fn open_directory(parent: &Path, path: &Path) -> Result<OwnedFd, Failure> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::open(parent, flags, Mode::empty()).map_err(|error| Failure::at(path, "write", error))
}

/// A file that is not yet in place. It is removed unless kept.
struct Aside<'a> {
    directory: &'a OwnedFd,
    name: String,
    path: &'a Path,
    file: File,
    kept: std::cell::Cell<bool>,
}

impl<'a> Aside<'a> {
    /// Makes a new file that nobody else can read, under a name that nobody can guess.
    fn create(directory: &'a OwnedFd, path: &'a Path) -> Result<Aside<'a>, Failure> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let name = format!("{ASIDE}{}-{}", std::process::id(), random_word()?);
        let file = rustix::fs::openat(directory, &name, flags, Mode::RUSR | Mode::WUSR);
        let file = file.map_err(|error| Failure::at(path, "write beside", error))?;
        // The lock tells the next run whether whoever made the file is still at work.
        let _ = rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive);
        Ok(Aside { directory, name, path, file: file.into(), kept: std::cell::Cell::new(false) })
    }

    fn fill(&self, system: &System, write: &Write) -> Result<(), Failure> {
        let cannot = |error: rustix::io::Errno| Failure::at(self.path, "write", error);
        let mut file = &self.file;
        let mut buffered = std::io::BufWriter::with_capacity(64 << 10, &mut file);
        system.copy_content(&write.content, &mut buffered).map_err(|failure| self.about(failure))?;
        buffered.flush().map_err(|error| Failure::at(self.path, "write", error))?;
        drop(buffered);
        set_owner(&self.file, write.owner).map_err(cannot)?;
        rustix::fs::fchmod(&self.file, Mode::from_raw_mode(write.mode)).map_err(cannot)?;
        if let Some(modified) = write.modified {
            super::attributes::set_file_times(&self.file, modified).map_err(cannot)?;
        }
        // Of a file without content a crash can lose nothing.
        if write.content.size() == 0 { Ok(()) } else { rustix::fs::fsync(&self.file).map_err(cannot) }
    }

    fn about(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Failed { message, result } => {
                Failure::Failed { message: format!("`{}`: {message}", self.path.display()), result }
            }
            other => other,
        }
    }

    fn keep(&self) {
        self.kept.set(true);
    }
}

impl Drop for Aside<'_> {
    fn drop(&mut self) {
        if !self.kept.get() {
            let _ = rustix::fs::unlinkat(self.directory, &self.name, AtFlags::empty());
        }
    }
}

/// Gives the file to its owner; where it is that already, nothing is asked of the system.
fn set_owner(file: &File, owner: Owner) -> Result<(), rustix::io::Errno> {
    let found = rustix::fs::fstat(file)?;
    if found.st_uid == owner.uid && found.st_gid == owner.gid {
        return Ok(());
    }
    let (uid, gid) = (rustix::fs::Uid::from_raw(owner.uid), rustix::fs::Gid::from_raw(owner.gid));
    rustix::fs::fchown(file, Some(uid), Some(gid))
}

/// Writes into the file that is there: for a mount of its own, which cannot be replaced. It can be seen half.
fn write_in_place(system: &System, write: &Write, real: &Path) -> Result<(), Failure> {
    let cannot = |error: std::io::Error| Failure::at(&write.path, "write into", error);
    let file = write_into(system, write, real)?;
    set_owner(&file, write.owner).map_err(|error| cannot(error.into()))?;
    rustix::fs::fchmod(&file, Mode::from_raw_mode(write.mode)).map_err(|error| cannot(error.into()))?;
    file.sync_all().map_err(cannot)
}

fn write_into(system: &System, write: &Write, real: &Path) -> Result<File, Failure> {
    let cannot = |error: std::io::Error| Failure::at(&write.path, "write into", error);
    let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::TRUNC;
    let file = rustix::fs::open(real, flags, Mode::empty()).map_err(|error| cannot(error.into()))?;
    let mut file = File::from(file);
    system.copy_content(&write.content, &mut file)?;
    Ok(file)
}

/// Runs the command that judges a file that is not yet in place.
fn validate(system: &System, command: &str, aside: &Path) -> Result<(), Failure> {
    let words = words::split(command).map_err(|error| format!("cannot read `validate`: {error}"))?;
    let aside = text::from_path(aside);
    let argv: Vec<String> = words.iter().map(|word| word.replace("%s", &aside)).collect();
    let output = crate::host::process::run(system, &crate::host::Run::quiet(argv))?;
    if output.status == 0 {
        return Ok(());
    }
    Err(Failure::new("failed to validate")
        .with("exit_status", output.status)
        .with("stdout", output.stdout())
        .with("stderr", output.stderr()))
}

/// Removes files beside that a run left which was cut off.
pub fn remove_leftovers(directory: &OwnedFd, real: &Path) {
    let Ok(entries) = std::fs::read_dir(real) else { return };
    for name in entries.flatten().map(|entry| entry.file_name()) {
        if !name.as_encoded_bytes().starts_with(ASIDE.as_bytes()) {
            continue;
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let Ok(file) = rustix::fs::openat(directory, &name, flags, Mode::empty()) else { continue };
        if rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive).is_ok() {
            let _ = rustix::fs::unlinkat(directory, &name, AtFlags::empty());
        }
    }
}

/// Letters that nobody can guess.
pub fn random_word() -> Result<String, Failure> {
    let mut bytes = [0_u8; 12];
    rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())
        .map_err(|error| format!("no random numbers: {error}"))?;
    Ok(crate::host::hex(&bytes))
}

impl Write {
    /// What the probe finds at the path, as the before of this change.
    pub fn before(host: &dyn Probe, path: &Path, content: &Content) -> Result<Option<Before>, Failure> {
        let Some(stat) = host.stat(path)?.filter(|stat| stat.is_file()) else { return Ok(None) };
        let same_content = stat.size == content.size() && host.hash(path)? == content.hash();
        Ok(Some(Before { mode: stat.mode, owner: stat.owner, size: stat.size, same_content }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{Change, NoContents};
    use std::os::unix::fs::{MetadataExt, symlink};

    fn host() -> (tempfile::TempDir, System) {
        let root = tempfile::tempdir().unwrap();
        let system = System::below(root.path().to_owned(), Box::new(NoContents));
        (root, system)
    }

    fn file(system: &System, path: &str, content: Content) -> Change {
        Change::Write(Write {
            path: PathBuf::from(path),
            content,
            mode: 0o640,
            owner: system.me(),
            before: None,
            validate: None,
            in_place: false,
            modified: None,
        })
    }

    #[test]
    fn a_link_at_the_place_is_replaced_and_never_written_through() {
        let (root, system) = host();
        std::fs::write(root.path().join("victim"), "old").unwrap();
        symlink(root.path().join("victim"), root.path().join("a")).unwrap();
        file(&system, "/a", Content::inline("new")).apply(&system).unwrap();
        assert_eq!(std::fs::read_to_string(root.path().join("victim")).unwrap(), "old");
        let found = std::fs::symlink_metadata(root.path().join("a")).unwrap();
        assert!(found.is_file() && found.mode() & 0o7777 == 0o640);
    }

    #[test]
    fn what_fails_leaves_the_old_file_and_nothing_aside() {
        let (root, system) = host();
        std::fs::write(root.path().join("a"), "old").unwrap();
        let gone = Content::Held { hash: crate::host::Hash([1; 32]), size: 5 };
        assert!(file(&system, "/a", gone).apply(&system).is_err());
        assert_eq!(std::fs::read_to_string(root.path().join("a")).unwrap(), "old");
        assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_run_left_that_was_cut_off_is_removed_by_the_next() {
        let (root, system) = host();
        std::fs::write(root.path().join(format!("{ASIDE}1-left")), "half").unwrap();
        file(&system, "/a", Content::inline("new")).apply(&system).unwrap();
        let names: Vec<_> =
            std::fs::read_dir(root.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(names, ["a"]);
    }
}
