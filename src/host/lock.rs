//! The lock of a host: one run at a time. The kernel lets go of it when the agent ends, however it ends.

use super::Failure;
use rustix::fs::{FlockOperation, Mode, OFlags};
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// A lock that is held as long as this lives.
pub struct Lock {
    /// None where another session of the same run holds it: a host may have several names, and several users.
    _file: Option<File>,
}

/// Whether the lock was had.
pub enum Attempt {
    Held(Lock),
    /// Somebody else holds it: their message.
    Taken(String),
}

impl Lock {
    /// Takes the lock with a message for others, waiting for so long. Whoever comes with the message of the holder is of the same
    /// run, and does not wait.
    pub fn take(directory: &Path, message: &str, patience: Duration) -> Result<Attempt, Failure> {
        super::change::make_own_directory(directory)?;
        let path = directory.join("lock");
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::open(&path, flags, Mode::RUSR | Mode::WUSR);
        let mut file = File::from(file.map_err(|error| Failure::at(&path, "open", error))?);
        let until = Instant::now() + patience;
        while rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            let mut holder = String::new();
            let _ = file.rewind().and_then(|()| file.read_to_string(&mut holder));
            if holder == message {
                return Ok(Attempt::Held(Lock { _file: None }));
            }
            if Instant::now() >= until {
                return Ok(Attempt::Taken(holder.trim().to_owned()));
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        let written =
            file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(message.as_bytes()));
        written.map_err(|error| Failure::at(&path, "write", error))?;
        Ok(Attempt::Held(Lock { _file: Some(file) }))
    }
}
