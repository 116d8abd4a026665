//! The read-only view of the host: all that a plan may look at.

use super::http::{Answer, Exchange};
use super::{Content, Data, Failure, Hash, Owner, Query, Stat, Stored, Subject};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The read-only view of the host. In a dry run the changes planned so far are laid over it.
pub trait Probe {
    /// What the name itself is, links not followed; `None` when there is nothing.
    fn stat(&self, path: &Path) -> Result<Option<Stat>, Failure>;

    /// The whole content of a file; links are followed.
    fn read(&self, path: &Path) -> Result<Vec<u8>, Failure>;

    /// At most `length` bytes of a file from `offset` on; none behind its end. Links are followed.
    fn read_part(&self, path: &Path, offset: u64, length: usize) -> Result<Vec<u8>, Failure> {
        Ok(part(&self.read(path)?, offset, length))
    }

    /// A file, to be read here and there; links are followed.
    fn open(&self, path: &Path) -> Result<Stored, Failure>;

    /// A content, to be read here and there.
    fn stored(&self, content: &Content) -> Result<Stored, Failure>;

    /// What a program makes of packed bytes that reads its input and writes its output only; `None` where there is no such program.
    fn unpacked(&self, program: &str, packed: &Stored) -> Result<Option<Stored>, Failure>;

    /// The hash of a file's content; links are followed.
    fn hash(&self, path: &Path) -> Result<Hash, Failure> {
        Ok(Hash::of(&self.read(path)?))
    }

    /// The names in a directory, sorted.
    fn list(&self, path: &Path) -> Result<Vec<OsString>, Failure>;

    /// What a symbolic link says.
    fn read_link(&self, path: &Path) -> Result<PathBuf, Failure>;

    /// The answer to a question that is no file: [`Data::Null`] where there is no such thing.
    fn ask(&self, query: &Query) -> Result<Data, Failure>;

    /// The bytes of a content that came, or comes, from the controller.
    fn content(&self, content: &Content) -> Result<Vec<u8>, Failure>;

    /// A variable of the environment in which the call is carried out.
    fn variable(&self, name: &str) -> Option<String>;

    /// What the task adds to the environment of the agent.
    fn added_variables(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    /// The user and group that the agent runs as.
    fn me(&self) -> Owner;

    /// The mask of new files.
    fn umask(&self) -> u32;

    /// The content of a file of the host, to be put elsewhere.
    fn file_content(&self, path: &Path) -> Result<Content, Failure>;

    /// Fetches what an address holds: asking for it must change nothing there.
    fn fetch(&self, exchange: &Exchange) -> Answer;

    /// What the request of the plan before answered; `None` where none was sent.
    fn answered(&self) -> Option<Answer>;

    /// In a dry run: what was not done and may have made things that now seem missing.
    fn doubt(&self) -> Option<String>;

    /// In a dry run: what is planned at the path and below it, which programs of the host do not see.
    fn planned_below(&self, _path: &Path) -> Vec<PathBuf> {
        Vec::new()
    }

    /// In a dry run: what is planned about what is no file.
    fn planned_subjects(&self) -> Vec<&Subject> {
        Vec::new()
    }

    /// How often the call has been planned before: a plan may ask for another one after it.
    fn stage(&self) -> usize;

    /// Whether plans are not applied. For what a module says, never for what it plans.
    fn is_dry(&self) -> bool;

    /// What the name leads to when links are followed; `None` when that is nothing.
    fn follow(&self, path: &Path) -> Result<Option<Stat>, Failure> {
        match self.stat(path)? {
            Some(stat) if stat.is_link() => self.stat(&self.resolve(path)?),
            found => Ok(found),
        }
    }

    /// Where a name leads when it and all directories on the way are followed. What does not exist is kept.
    fn resolve(&self, path: &Path) -> Result<PathBuf, Failure> {
        super::resolve::resolve(&|path| self.link_at(path), &|_, _| Ok(()), path)
    }

    /// The same for what is to be written. A link that belongs neither to root nor to us must lead to something of the same owner:
    /// nobody leads us into what they could not write themselves.
    fn resolve_to_write(&self, path: &Path) -> Result<PathBuf, Failure> {
        super::resolve::resolve(&|path| self.link_at(path), &|link, found| self.judge(link, found), path)
    }

    /// Whether a link may lead there what is written.
    fn judge(&self, link: &Path, found: &Path) -> Result<(), Failure> {
        let owner = |path: &Path| Ok::<_, Failure>(self.stat(path)?.map(|stat| stat.owner.uid));
        let trusted = [Some(0), Some(self.me().uid), None];
        let mine = owner(link)?;
        let theirs = match owner(found)? {
            None => owner(found.parent().unwrap_or(found))?,
            there => there,
        };
        if trusted.contains(&mine) || theirs == mine {
            return Ok(());
        }
        Err(Failure::new(format!(
            "the link `{}` of user {} leads to `{}`, which is somebody else's: nothing is written through it",
            link.display(),
            mine.unwrap_or_default(),
            found.display()
        )))
    }

    /// What the link at the path says; `None` when it is no link.
    fn link_at(&self, path: &Path) -> Result<Option<PathBuf>, Failure> {
        match self.stat(path)? {
            Some(stat) if stat.is_link() => self.read_link(path).map(Some),
            _ => Ok(None),
        }
    }

    fn exists(&self, path: &Path) -> Result<bool, Failure> {
        Ok(self.follow(path)?.is_some())
    }

    fn is_directory(&self, path: &Path) -> Result<bool, Failure> {
        Ok(self.follow(path)?.is_some_and(|stat| stat.is_directory()))
    }

    /// Something is missing: a failure, or in a dry run perhaps the work of what was not done.
    fn missing(&self, message: String) -> Failure {
        match self.doubt() {
            Some(because) => Failure::Unknown { because },
            None => Failure::new(message),
        }
    }
}

/// At most `length` bytes from `offset` on.
pub(in crate::host) fn part(bytes: &[u8], offset: u64, length: usize) -> Vec<u8> {
    let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
    let end = start.saturating_add(length).min(bytes.len());
    bytes.get(start..end).unwrap_or_default().to_vec()
}
