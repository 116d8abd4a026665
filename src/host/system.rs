//! The host as it is: the probe that asks the system itself.

use super::directories::Directories;
use super::http::{self, Answer, Exchange};
use super::{
    BETWEEN_RUNS, Content, Data, Failure, Hash, Kind, Output, Owner, Probe, Query, RUNS, Run, Stat, Store,
    Stored, Time, text,
};
use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::ffi::OsString;
use std::fs;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// Files of the host that are longer are copied without being held in memory.
const MOST_INLINE: u64 = 1 << 20;

/// Gives contents that the controller holds.
pub trait ContentSource: Send {
    /// Writes the bytes with this hash; the hash is checked by the caller.
    fn fetch(&self, hash: &Hash, sink: &mut dyn Write) -> Result<(), Failure>;
}

/// Where no controller is: nothing can be fetched.
pub struct NoContents;

impl ContentSource for NoContents {
    fn fetch(&self, hash: &Hash, _sink: &mut dyn Write) -> Result<(), Failure> {
        Err(Failure::new(format!("no content {hash} here")))
    }
}

/// Tells people what a long call is doing.
pub type Announcer = Box<dyn Fn(&str) + Send + Sync>;
/// Answers of a host that is not there.
pub type Recorded = Box<dyn Fn(&Query) -> Option<Data> + Send>;
/// Programs of a host that is not there.
pub type Pretended = Box<dyn Fn(&Run) -> Output + Send>;

/// The host as it is, and the surroundings in which a call is carried out.
pub struct System {
    /// Everything happens below this directory; `/` except in tests.
    root: PathBuf,
    pub(in crate::host) contents: Box<dyn ContentSource>,
    /// The environment that the call adds to the agent's own.
    pub environment: Vec<(String, String)>,
    /// The run that this session is of, and those that this one is a part of: what is started here finds them in [`super::RUNS`].
    pub runs: Vec<String>,
    /// What the last request answered.
    pub answered: RefCell<Option<Answer>>,
    /// The script that came from the controller last.
    pub(in crate::host) last_script: RefCell<Option<(Hash, Vec<u8>)>>,
    /// How often the call has been planned before.
    pub stage: usize,
    /// When to give up.
    pub deadline: Option<Instant>,
    /// The program for requests to https that the controller has for this type of machine.
    pub https: Option<Hash>,
    /// What has been written into.
    pub directories: Directories,
    /// Set when the controller is gone: nothing further is begun.
    pub abandoned: Arc<AtomicBool>,
    /// Tells people what a long call is doing.
    pub notes: Option<Announcer>,
    /// Recorded answers, for tests: what is not recorded is not there.
    pub recorded: Option<Recorded>,
    /// What programs do, for tests: none is run.
    pub pretended: Option<Pretended>,
}

impl System {
    /// The real host.
    pub fn new(contents: Box<dyn ContentSource>) -> System {
        System::below(PathBuf::from("/"), contents)
    }

    /// Refuses to begin anything when the controller is gone.
    pub fn go_on(&self) -> Result<(), Failure> {
        match self.abandoned.load(Ordering::Relaxed) {
            true => Err(Failure::new("the controller is gone")),
            false => Ok(()),
        }
    }

    /// A directory that plays the part of a host.
    pub fn below(root: PathBuf, contents: Box<dyn ContentSource>) -> System {
        System {
            root,
            contents,
            environment: Vec::new(),
            runs: Vec::new(),
            answered: RefCell::default(),
            last_script: RefCell::default(),
            stage: 0,
            deadline: None,
            https: None,
            directories: Directories::default(),
            abandoned: Arc::default(),
            notes: None,
            recorded: None,
            pretended: None,
        }
    }

    /// Where a path of the host really is.
    pub(in crate::host) fn real(&self, path: &Path) -> PathBuf {
        if self.root == Path::new("/") {
            return path.to_owned();
        }
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// Where a path of the host really is, links on the way followed inside the host.
    fn real_followed(&self, path: &Path) -> Result<PathBuf, Failure> {
        if self.root == Path::new("/") { Ok(path.to_owned()) } else { Ok(self.real(&self.resolve(path)?)) }
    }

    /// Whether this is a directory that plays the part of a host.
    pub fn is_played(&self) -> bool {
        self.root != Path::new("/")
    }

    /// The same host with a deadline of its own, for one small question.
    pub(in crate::host) fn quick(&self, deadline: Instant) -> System {
        let mut quick = System::below(self.root.clone(), Box::new(NoContents));
        quick.environment.clone_from(&self.environment);
        quick.https = self.https;
        quick.deadline = Some(deadline);
        quick
    }

    /// Tells a program that is to be started which runs it is a part of.
    pub fn tell_runs(&self, command: &mut Command) {
        if !self.runs.is_empty() {
            command.env(RUNS, self.runs.join(BETWEEN_RUNS));
        }
    }

    /// Says what a long call is doing.
    pub fn note(&self, text: &str) {
        if let Some(notes) = &self.notes {
            notes(text);
        }
    }

    /// Opens a file to read it, links followed. What is no file is refused: a pipe would keep us waiting for ever.
    fn open_file(&self, path: &Path, what: &str) -> Result<fs::File, Failure> {
        let cannot = |error: std::io::Error| Failure::at(path, what, error);
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = rustix::fs::open(self.real_followed(path)?, flags, Mode::empty());
        let file = fs::File::from(file.map_err(|error| cannot(error.into()))?);
        match file.metadata().map_err(cannot)?.file_type() {
            kind if kind.is_fifo() => Err(Failure::at(path, what, "it is a pipe")),
            _ => Ok(file),
        }
    }

    /// Writes a content, and checks that it is the one that was meant.
    pub fn copy_content(&self, content: &Content, sink: &mut dyn Write) -> Result<(), Failure> {
        match content {
            Content::Inline(bytes) => {
                sink.write_all(&bytes.0).map_err(|error| Failure::new(format!("cannot write: {error}")))
            }
            Content::OnHost { path, hash, .. } => {
                let path = text::to_path(path);
                let mut file = BufReader::with_capacity(64 << 10, self.open_file(&path, "copy")?);
                let mut checked = Checked { sink, hash: Sha256::new() };
                std::io::copy(&mut file, &mut checked).map_err(|error| Failure::at(&path, "copy", error))?;
                if Hash(checked.hash.finalize().into()) == *hash {
                    return Ok(());
                }
                Err(Failure::at(&path, "copy", "it changed while it was read"))
            }
            Content::Stored { stored, hash } => {
                let mut checked = Checked { sink, hash: Sha256::new() };
                let cannot = |error| Failure::new(format!("cannot write: {error}"));
                std::io::copy(&mut stored.reader(), &mut checked).map_err(cannot)?;
                if Hash(checked.hash.finalize().into()) == *hash {
                    return Ok(());
                }
                Err(Failure::new("the content changed while it was copied"))
            }
            Content::Packed { packing, .. } => packing.write(self, sink),
            Content::Held { hash, .. } => {
                let mut checked = Checked { sink, hash: Sha256::new() };
                self.contents.fetch(hash, &mut checked)?;
                if Hash(checked.hash.finalize().into()) == *hash {
                    return Ok(());
                }
                Err(Failure::new("the content changed on the controller while it was sent"))
            }
        }
    }
}

/// The permissions that new files of this process do not get; nothing changes them while it runs.
static UMASK: OnceLock<u32> = OnceLock::new();

/// Hashes what passes.
struct Checked<'a> {
    sink: &'a mut dyn Write,
    hash: Sha256,
}

impl Write for Checked<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.sink.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.sink.flush()
    }
}

impl Probe for System {
    fn stat(&self, path: &Path) -> Result<Option<Stat>, Failure> {
        let at = rustix::fs::CWD;
        match rustix::fs::statat(at, self.real(path), AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(read_stat(&stat))),
            Err(error) if is_absence(error) => Ok(None),
            Err(error) => Err(Failure::at(path, "look at", error)),
        }
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        let read = self.open_file(path, "read")?.read_to_end(&mut bytes);
        read.map(|_| bytes).map_err(|error| Failure::at(path, "read", error))
    }

    fn read_part(&self, path: &Path, offset: u64, length: usize) -> Result<Vec<u8>, Failure> {
        let cannot = |error| Failure::at(path, "read", error);
        let mut file = self.open_file(path, "read")?;
        file.seek(SeekFrom::Start(offset)).map_err(cannot)?;
        let mut bytes = Vec::new();
        file.take(length as u64).read_to_end(&mut bytes).map_err(cannot)?;
        Ok(bytes)
    }

    fn open(&self, path: &Path) -> Result<Stored, Failure> {
        let cannot = |error| Failure::at(path, "read", error);
        match Stored::of(self.open_file(path, "read")?).map_err(cannot)? {
            // Files of the kernel do not say how long they are.
            stored if stored.size == 0 => match self.read(path)?.as_slice() {
                [] => Ok(stored),
                bytes => Stored::inline(bytes).map_err(cannot),
            },
            stored => Ok(stored),
        }
    }

    fn stored(&self, content: &Content) -> Result<Stored, Failure> {
        match content {
            Content::Stored { stored, .. } => return Ok(stored.clone()),
            Content::OnHost { path, .. } => return self.open(&text::to_path(path)),
            _ => {}
        }
        let cannot = |error| Failure::new(format!("no room for a file of the agent's own: {error}"));
        let mut store = Store::new().map_err(cannot)?;
        let mut buffered = std::io::BufWriter::with_capacity(64 << 10, &mut store);
        self.copy_content(content, &mut buffered)?;
        buffered.flush().map_err(cannot)?;
        drop(buffered);
        Ok(store.since(0))
    }

    fn unpacked(&self, program: &str, packed: &Stored) -> Result<Option<Stored>, Failure> {
        super::unpack::by_program(self, program, packed)
    }

    fn hash(&self, path: &Path) -> Result<Hash, Failure> {
        let file = self.open_file(path, "read")?;
        Ok(Hash::of_all(file).map_err(|error| Failure::at(path, "read", error))?.0)
    }

    fn list(&self, path: &Path) -> Result<Vec<OsString>, Failure> {
        let cannot = |error| Failure::at(path, "list", error);
        let entries = fs::read_dir(self.real_followed(path)?).map_err(cannot)?;
        let names = entries.map(|entry| entry.map(|entry| entry.file_name()));
        let mut names = names.collect::<Result<Vec<_>, _>>().map_err(cannot)?;
        names.sort();
        Ok(names)
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf, Failure> {
        fs::read_link(self.real(path)).map_err(|error| Failure::at(path, "read the link", error))
    }

    fn ask(&self, query: &Query) -> Result<Data, Failure> {
        match &self.recorded {
            Some(recorded) => Ok(recorded(query).unwrap_or_default()),
            None => super::answer::answer(self, query),
        }
    }

    fn content(&self, content: &Content) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        self.copy_content(content, &mut bytes)?;
        Ok(bytes)
    }

    fn added_variables(&self) -> Vec<(String, String)> {
        self.environment.clone()
    }

    fn variable(&self, name: &str) -> Option<String> {
        let set = self.environment.iter().rev().find(|(set, _)| set == name);
        if name == "PWD" {
            return std::env::current_dir().ok().map(|path| text::from_path(&path));
        }
        set.map(|(_, value)| value.clone())
            .or_else(|| std::env::var_os(name).map(|value| text::from_os(&value)))
    }

    fn me(&self) -> Owner {
        Owner { uid: rustix::process::geteuid().as_raw(), gid: rustix::process::getegid().as_raw() }
    }

    fn umask(&self) -> u32 {
        if self.is_played() {
            return 0o022;
        }
        *UMASK.get_or_init(|| {
            let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
            let mask = status.lines().find_map(|line| line.strip_prefix("Umask:"));
            mask.and_then(|mask| u32::from_str_radix(mask.trim(), 8).ok()).unwrap_or(0o022)
        })
    }

    fn file_content(&self, path: &Path) -> Result<Content, Failure> {
        match self.follow(path)? {
            Some(stat) if stat.size > MOST_INLINE => Ok(Content::OnHost {
                path: text::from_path(&self.resolve(path)?),
                hash: self.hash(path)?,
                size: stat.size,
            }),
            _ => self.read(path).map(Content::inline),
        }
    }

    fn fetch(&self, exchange: &Exchange) -> Answer {
        let Some(path) = exchange.url.strip_prefix("file://") else { return http::send(self, exchange) };
        let (url, path) = (exchange.url.clone(), text::to_path(path));
        let found = match exchange.to_file {
            true => self.open(&path).map(|stored| Answer { stored: Some(stored), ..Answer::default() }),
            false => self.read(&path).map(|bytes| Answer { body: super::Bytes(bytes), ..Answer::default() }),
        };
        match found {
            Ok(answer) => Answer { status: 200, url, ..answer },
            Err(failure) => Answer { reason: failure.to_string(), url, ..Answer::default() },
        }
    }

    fn answered(&self) -> Option<Answer> {
        self.answered.borrow().clone()
    }

    fn doubt(&self) -> Option<String> {
        None
    }

    fn stage(&self) -> usize {
        self.stage
    }

    fn is_dry(&self) -> bool {
        false
    }
}

/// Whether the error says that there is nothing, a file on the way included.
fn is_absence(error: rustix::io::Errno) -> bool {
    error == rustix::io::Errno::NOENT || error == rustix::io::Errno::NOTDIR
}

fn read_stat(stat: &rustix::fs::Stat) -> Stat {
    let time = |seconds: i64, nanoseconds: i64| Time {
        seconds,
        nanoseconds: u32::try_from(nanoseconds).unwrap_or(0),
    };
    Stat {
        kind: match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => Kind::Directory,
            FileType::Symlink => Kind::Link,
            FileType::Fifo => Kind::Fifo,
            FileType::Socket => Kind::Socket,
            FileType::CharacterDevice => Kind::Character,
            FileType::BlockDevice => Kind::Block,
            _ => Kind::File,
        },
        mode: stat.st_mode & 0o7777,
        owner: Owner { uid: stat.st_uid, gid: stat.st_gid },
        size: u64::try_from(stat.st_size).unwrap_or(0),
        inode: stat.st_ino,
        device: stat.st_dev,
        links: stat.st_nlink,
        special: stat.st_rdev,
        block_size: u64::try_from(stat.st_blksize).unwrap_or(0),
        blocks: u64::try_from(stat.st_blocks).unwrap_or(0),
        accessed: time(stat.st_atime, stat.st_atime_nsec as i64),
        modified: time(stat.st_mtime, stat.st_mtime_nsec as i64),
        changed: time(stat.st_ctime, stat.st_ctime_nsec as i64),
    }
}
