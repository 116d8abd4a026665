//! Files are put in place whole: written aside, made ready, then renamed.

use super::draft::{self, Draft};
use crate::host::{Content, Failure, Owner, Probe, System, Time, text, words};
use rustix::fs::{FallocateFlags, FileType, IFlags, Mode, OFlags};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Write as _;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

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
    let way = system.way(&write.path, "write")?;
    let kind = way.kind();
    // A rename over a directory fails by itself, but only after all has been written.
    if kind == Some(FileType::Directory) {
        return Err(Failure::at(&write.path, "write", "it is a directory"));
    }
    let real = system.real(&write.path);
    let parent = real.parent().unwrap_or(Path::new("/"));
    if system.directories.is_first(parent) {
        draft::remove_leftovers(&way.directory);
    }
    let spare = way.directory.try_clone().ok().filter(|_| write.in_place && write.before.is_some());
    let mut draft = match (Draft::create(way.directory, &write.path), spare) {
        // Nothing can be put beside it, but it can be written into.
        (Err(_), Some(directory)) => {
            validate_elsewhere(system, write)?;
            return write_in_place(system, write, &directory, &way.name);
        }
        (draft, _) => draft?,
    };
    fill(&draft, system, write)?;
    if let Some(command) = &write.validate {
        validate(system, command, &parent.join(&draft.name))?;
    }
    // Nobody means to lose a device or a pipe.
    if matches!(kind, Some(FileType::CharacterDevice | FileType::BlockDevice | FileType::Fifo)) {
        return write_into_device(system, write, &draft.directory, &way.name);
    }
    match draft.put(&way.name) {
        Ok(()) => {}
        Err(_) if write.in_place => write_in_place(system, write, &draft.directory, &way.name)?,
        Err(error) => return Err(not_placed(&write.path, error, &draft.directory, &way.name)),
    }
    system.directories.sync_later(parent);
    Ok(())
}

fn fill(draft: &Draft, system: &System, write: &Write) -> Result<(), Failure> {
    let cannot = |error: rustix::io::Errno| Failure::at(&write.path, "write", error);
    let mut file = &draft.file;
    let mut buffered = std::io::BufWriter::with_capacity(64 << 10, &mut file);
    system.copy_content(&write.content, &mut buffered).map_err(|failure| about(&write.path, failure))?;
    buffered.flush().map_err(|error| Failure::at(&write.path, "write", error))?;
    drop(buffered);
    set_owner(&draft.file, write.owner).map_err(cannot)?;
    rustix::fs::fchmod(&draft.file, Mode::from_raw_mode(write.mode)).map_err(cannot)?;
    if let Some(modified) = write.modified {
        super::attributes::set_file_times(&draft.file, modified).map_err(cannot)?;
    }
    // Of a file without content a crash can lose nothing.
    if write.content.size() == 0 { Ok(()) } else { rustix::fs::fsync(&draft.file).map_err(cannot) }
}

/// The failure with the file that it is about.
fn about(path: &Path, failure: Failure) -> Failure {
    match failure {
        Failure::Failed { message, result } => {
            Failure::Failed { message: format!("`{}`: {message}", path.display()), result }
        }
        other => other,
    }
}

/// Why the file could not be put in place: who may do everything is only stopped by a flag.
fn not_placed(path: &Path, error: Errno, directory: &OwnedFd, name: &OsStr) -> Failure {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let there = rustix::fs::openat(directory, name, flags, Mode::empty());
    let bits = there.ok().and_then(|there| rustix::fs::ioctl_getflags(there).ok());
    if error == Errno::PERM && bits.is_some_and(|bits| bits.intersects(IFlags::IMMUTABLE | IFlags::APPEND)) {
        let why = format!("{error}: it is immutable or can only be appended to; `chattr -i -a` lifts that");
        return Failure::at(path, "put in place", why);
    }
    Failure::at(path, "put in place", error)
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
fn write_in_place(system: &System, write: &Write, directory: &OwnedFd, name: &OsStr) -> Result<(), Failure> {
    let cannot = |error: std::io::Error| Failure::at(&write.path, "write into", error);
    let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let file =
        rustix::fs::openat(directory, name, flags, Mode::empty()).map_err(|error| cannot(error.into()))?;
    let mut file = File::from(file);
    make_room(&file, write.content.size()).map_err(|error| cannot(error.into()))?;
    file.set_len(0).map_err(cannot)?;
    system.copy_content(&write.content, &mut file).map_err(|failure| about(&write.path, failure))?;
    set_owner(&file, write.owner).map_err(|error| cannot(error.into()))?;
    rustix::fs::fchmod(&file, Mode::from_raw_mode(write.mode)).map_err(|error| cannot(error.into()))?;
    file.sync_all().map_err(cannot)
}

/// Writes the content into a device, which stays what it is.
fn write_into_device(
    system: &System,
    write: &Write,
    directory: &OwnedFd,
    name: &OsStr,
) -> Result<(), Failure> {
    let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let file = rustix::fs::openat(directory, name, flags, Mode::empty());
    let mut file = File::from(file.map_err(|error| Failure::at(&write.path, "write into", error))?);
    system.copy_content(&write.content, &mut file).map_err(|failure| about(&write.path, failure))
}

/// Fails before anything is lost where there is no room for so many bytes.
fn make_room(file: &File, bytes: u64) -> Result<(), Errno> {
    if bytes == 0 {
        return Ok(());
    }
    match rustix::fs::fallocate(file, FallocateFlags::KEEP_SIZE, 0, bytes) {
        Err(error @ (Errno::NOSPC | Errno::DQUOT | Errno::FBIG)) => Err(error),
        // The file system cannot tell.
        _ => Ok(()),
    }
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

/// Has the content judged in a place for passing things, where nothing can be put beside the file.
fn validate_elsewhere(system: &System, write: &Write) -> Result<(), Failure> {
    let Some(command) = &write.validate else { return Ok(()) };
    let place = std::env::temp_dir();
    let draft = Draft::passing(&place, &system.content(&write.content)?, Mode::RUSR)?;
    validate(system, command, &place.join(&draft.name))
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
    fn what_can_only_be_written_into_is_judged_before() {
        // Nothing can be made beside the name of a process.
        let root = PathBuf::from(format!("/proc/{}", std::process::id()));
        let system = System::below(root.clone(), Box::new(NoContents));
        let old = std::fs::read(root.join("comm")).unwrap();
        let Change::Write(mut write) = file(&system, "/comm", Content::inline("broken")) else { panic!() };
        write.before = Some(Before { mode: 0o644, owner: system.me(), size: 0, same_content: false });
        (write.in_place, write.validate) = (true, Some("grep -q good %s".to_owned()));
        let failure = Change::Write(write).apply(&system).unwrap_err();
        assert!(failure.to_string().contains("failed to validate"), "{failure}");
        assert_eq!(std::fs::read(root.join("comm")).unwrap(), old);
    }

    #[test]
    fn what_a_run_left_that_was_cut_off_is_removed_by_the_next() {
        let (root, system) = host();
        std::fs::write(root.path().join(".provision-aside-1-left"), "half").unwrap();
        symlink("nowhere", root.path().join(".provision-aside-2-left")).unwrap();
        file(&system, "/a", Content::inline("new")).apply(&system).unwrap();
        let names: Vec<_> =
            std::fs::read_dir(root.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(names, ["a"]);
    }
}
