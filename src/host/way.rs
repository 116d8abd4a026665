//! The way to a name: a change is made in the directory that was found, whatever becomes of its path meanwhile.

use super::resolve::{MOST_LINKS, Step, steps};
use super::{Failure, System};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

const DIRECTORY: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// A directory that is held open, and a name in it.
pub(in crate::host) struct Way {
    pub directory: OwnedFd,
    pub name: OsString,
}

impl System {
    /// The way to a path. A link on it that belongs neither to root nor to us is followed only to a directory of the same
    /// owner: nobody leads us into what they could not write themselves. `what` is to be done there, for the failure.
    pub(in crate::host) fn way(&self, path: &Path, what: &str) -> Result<Way, Failure> {
        let cannot = |error: Astray| Failure::at(path, what, error);
        let name = path.file_name().ok_or_else(|| Failure::at(path, what, "it has no name"))?;
        let parent = path.parent().unwrap_or(Path::new("/"));
        let straight = rustix::fs::openat2(
            rustix::fs::CWD,
            self.real(parent),
            DIRECTORY,
            Mode::empty(),
            ResolveFlags::NO_SYMLINKS,
        );
        let directory = match straight {
            Ok(directory) => directory,
            // There is a link, or the kernel is older than 5.6.
            Err(_) => {
                Walk::new(&self.real(Path::new("/"))).and_then(|walk| walk.to(parent)).map_err(cannot)?
            }
        };
        Ok(Way { directory, name: name.to_owned() })
    }
}

/// Why a way ends.
#[derive(Debug, thiserror::Error)]
enum Astray {
    #[error("{0}")]
    System(#[from] Errno),
    #[error("the link `{}` of user {owner} leads to a directory of somebody else", .link.display())]
    Led { link: PathBuf, owner: u32 },
}

/// A link whose owner must own what it leads to.
struct Foreign {
    link: PathBuf,
    owner: u32,
}

/// Going from directory to directory.
struct Walk {
    /// The directories above the one that was reached, from the root on.
    gone: Vec<OwnedFd>,
    rest: Vec<Step<Foreign>>,
    links: usize,
}

impl Walk {
    fn new(root: &Path) -> Result<Walk, Astray> {
        let root = rustix::fs::open(root, DIRECTORY, Mode::empty())?;
        Ok(Walk { gone: vec![root], rest: Vec::new(), links: 0 })
    }

    fn to(mut self, path: &Path) -> Result<OwnedFd, Astray> {
        self.rest = steps(path);
        while let Some(step) = self.rest.pop() {
            match step {
                Step::Into(name) => self.enter(&name)?,
                Step::Up if self.gone.len() > 1 => drop(self.gone.pop()),
                Step::Up => {}
                Step::Led(Foreign { link, owner }) if rustix::fs::fstat(self.here()?)?.st_uid != owner => {
                    return Err(Astray::Led { link, owner });
                }
                Step::Led(_) => {}
            }
        }
        self.gone.pop().ok_or(Errno::NOENT.into())
    }

    fn here(&self) -> Result<&OwnedFd, Errno> {
        self.gone.last().ok_or(Errno::NOENT)
    }

    fn enter(&mut self, name: &OsStr) -> Result<(), Astray> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let found = rustix::fs::openat(self.here()?, name, flags, Mode::empty())?;
        let stat = rustix::fs::fstat(&found)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => self.gone.push(found),
            FileType::Symlink => self.follow(name, &found, stat.st_uid)?,
            _ => return Err(Errno::NOTDIR.into()),
        }
        Ok(())
    }

    fn follow(&mut self, name: &OsStr, link: &OwnedFd, owner: u32) -> Result<(), Astray> {
        self.links += 1;
        if self.links > MOST_LINKS {
            return Err(Errno::LOOP.into());
        }
        let says = rustix::fs::readlinkat(link, c"", Vec::new())?;
        let says = Path::new(OsStr::from_bytes(says.as_bytes()));
        if owner != 0 && owner != rustix::process::geteuid().as_raw() {
            self.rest.push(Step::Led(Foreign { link: PathBuf::from(name), owner }));
        }
        if says.is_absolute() {
            self.gone.truncate(1);
        }
        self.rest.extend(steps(says));
        Ok(())
    }
}

impl Way {
    /// What is at the end, held open without being touched: whatever takes its name meanwhile is something else.
    pub fn open(&self) -> Result<OwnedFd, Errno> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        rustix::fs::openat(&self.directory, &self.name, flags, Mode::empty())
    }

    /// What is at the end, a link as a link.
    pub fn kind(&self) -> Option<FileType> {
        let found = rustix::fs::statat(&self.directory, &self.name, AtFlags::SYMLINK_NOFOLLOW);
        found.ok().map(|stat| FileType::from_raw_mode(stat.st_mode))
    }
}

/// Where the kernel shows what is held open: for the calls that know paths only.
pub(in crate::host) fn shown(held: &OwnedFd) -> String {
    format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(held))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::NoContents;
    use std::os::unix::fs::{MetadataExt, lchown, symlink};

    fn host() -> (tempfile::TempDir, System) {
        let root = tempfile::tempdir().unwrap();
        let system = System::below(root.path().to_owned(), Box::new(NoContents));
        for directory in ["etc", "home/eve/own"] {
            std::fs::create_dir_all(root.path().join(directory)).unwrap();
        }
        (root, system)
    }

    fn reached(system: &System, path: &str) -> Result<u64, Failure> {
        system.way(Path::new(path), "write").map(|way| rustix::fs::fstat(way.directory).unwrap().st_ino)
    }

    fn inode(root: &tempfile::TempDir, path: &str) -> u64 {
        std::fs::metadata(root.path().join(path)).unwrap().ino()
    }

    #[test]
    fn links_of_root_and_of_our_own_are_followed() {
        let (root, system) = host();
        symlink("/etc", root.path().join("absolute")).unwrap();
        symlink("../../etc", root.path().join("home/eve/up")).unwrap();
        for path in ["/etc/a", "/absolute/a", "/home/eve/up/a", "/absolute/../home/../etc/a"] {
            assert_eq!(reached(&system, path).unwrap(), inode(&root, "etc"), "{path}");
        }
        symlink("round", root.path().join("round")).unwrap();
        assert!(reached(&system, "/round/a").is_err());
        assert!(reached(&system, "/none/a").is_err());
    }

    #[test]
    fn a_link_of_somebody_else_leads_to_their_own_directories_only() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let (root, system) = host();
        let eve = |path: &str, target: &str| {
            symlink(target, root.path().join(path)).unwrap();
            lchown(root.path().join(path), Some(1234), None).unwrap();
        };
        lchown(root.path().join("home/eve/own"), Some(1234), None).unwrap();
        eve("home/eve/fine", "/home/eve/own");
        eve("home/eve/bad", "/etc");
        eve("home/eve/worse", "own/../../../etc");
        assert_eq!(reached(&system, "/home/eve/fine/a").unwrap(), inode(&root, "home/eve/own"));
        for path in ["/home/eve/bad/a", "/home/eve/worse/a"] {
            let failure = reached(&system, path).unwrap_err().to_string();
            assert!(failure.contains(path) && failure.contains("of user 1234 leads to"), "{failure}");
        }
    }
}
