//! The lock of a host: one run at a time. The kernel lets go of it when the agent ends, however it ends.

use super::Failure;
use super::clock::Date;
use rustix::fs::{FlockOperation, Mode, OFlags};
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, UNIX_EPOCH};

/// The variable of the environment in which a program finds the runs that it is a part of, with [`BETWEEN_RUNS`] between them.
pub const RUNS: &str = "PROVISION_RUNS";

/// What stands between two runs in [`RUNS`].
pub const BETWEEN_RUNS: &str = "; ";

/// A lock that is held as long as this lives.
pub struct Lock {
    /// None where another session of the same run holds it: a host may have several names, and several users.
    _file: Option<File>,
}

/// The lock that a session may hold, where several threads can let go of it.
#[derive(Clone, Default)]
pub struct HeldLock(Arc<Mutex<Option<Lock>>>);

impl HeldLock {
    pub fn keep(&self, lock: Lock) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(lock);
    }

    pub fn let_go(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// How long to pause between two attempts: soon at first, for most locks are those of a run that has just ended.
const PAUSES: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(200));

/// Whether the lock was had.
pub enum Attempt {
    Held(Lock),
    /// Somebody else holds it: their message.
    Taken(String),
}

impl Lock {
    /// Takes the lock, waiting for so long. The first of `runs` is a message for others; whom one of them is the holder, or whom the
    /// holder started, is a part of its work and does not wait.
    pub fn take(directory: &Path, runs: &[String], patience: Duration) -> Result<Attempt, Failure> {
        super::change::make_own_directory(directory)?;
        let path = directory.join("lock");
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::open(&path, flags, Mode::RUSR | Mode::WUSR);
        let mut file = File::from(file.map_err(|error| Failure::at(&path, "open", error))?);
        let until = Instant::now() + patience;
        let mut pause = PAUSES.0;
        while rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            let text = read(&mut file);
            let (process, holder) = text.split_once('\n').unwrap_or_default();
            if runs.iter().any(|run| run == holder) || process.parse().is_ok_and(descends_from) {
                return Ok(Attempt::Held(Lock { _file: None }));
            }
            if Instant::now() >= until {
                return Ok(Attempt::Taken(format!("{}{}", holder.trim(), since(&file))));
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(PAUSES.1);
        }
        let message = runs.first().map_or("", String::as_str);
        let text = format!("{}\n{message}", std::process::id());
        let written =
            file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(text.as_bytes()));
        written.map_err(|error| Failure::at(&path, "write", error))?;
        Ok(Attempt::Held(Lock { _file: Some(file) }))
    }
}

/// Whether this process is below that one: a run that a task of another run starts through `sudo`, which clears the environment.
fn descends_from(ancestor: u32) -> bool {
    let above = |process: &u32| {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        status.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim().parse().ok()
    };
    std::iter::successors(Some(std::process::id()), above).any(|process| process == ancestor)
}

/// What the holder wrote: its process and, on the next line, what it says of itself; nothing where it cannot be read.
fn read(file: &mut File) -> String {
    let mut message = String::new();
    let _ = file.rewind().and_then(|()| file.read_to_string(&mut message));
    message
}

/// Since when it is held, by the clock of the host.
fn since(file: &File) -> String {
    let written = file.metadata().ok().and_then(|meta| meta.modified().ok()?.duration_since(UNIX_EPOCH).ok());
    let date = written.map(|since| Date::of(i64::try_from(since.as_secs()).unwrap_or_default()).plain());
    date.map_or_else(String::new, |date| format!(", since {date} UTC"))
}

#[cfg(test)]
mod tests {
    use super::descends_from;

    #[test]
    fn who_started_us_is_above_us() {
        assert!(descends_from(std::os::unix::process::parent_id()));
        assert!(!descends_from(u32::MAX));
    }
}
