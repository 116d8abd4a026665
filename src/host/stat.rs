//! What is known of one name in the file system.

use super::Fields;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What a name in the file system is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    File,
    Directory,
    Link,
    Fifo,
    Socket,
    Character,
    Block,
}

impl Kind {
    /// Ansible's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::File => "file",
            Kind::Directory => "directory",
            Kind::Link => "link",
            Kind::Fifo => "fifo",
            Kind::Socket => "socket",
            Kind::Character => "char",
            Kind::Block => "block",
        }
    }
}

/// Numbers of user and group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Owner {
    pub uid: u32,
    pub gid: u32,
}

/// Seconds and nanoseconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
pub struct Time {
    pub seconds: i64,
    pub nanoseconds: u32,
}

impl Time {
    /// The time now.
    pub fn now() -> Time {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Time {
            seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
            nanoseconds: since.subsec_nanos(),
        }
    }

    /// Seconds with a fraction, as Python prints times.
    pub fn as_seconds(self) -> f64 {
        self.seconds as f64 + f64::from(self.nanoseconds) / 1e9
    }
}

/// What is known of one name in the file system.
#[derive(Clone, PartialEq, Debug)]
pub struct Stat {
    pub kind: Kind,
    /// The lower twelve bits.
    pub mode: u32,
    pub owner: Owner,
    pub size: u64,
    pub inode: u64,
    pub device: u64,
    pub links: u64,
    /// For device files, what they are.
    pub special: u64,
    pub block_size: u64,
    pub blocks: u64,
    pub accessed: Time,
    pub modified: Time,
    pub changed: Time,
}

impl Stat {
    /// What a name would be that is planned.
    pub fn planned(kind: Kind, mode: u32, owner: Owner) -> Stat {
        let now = Time::now();
        Stat {
            kind,
            mode,
            owner,
            size: 0,
            inode: 0,
            device: 0,
            links: 1,
            special: 0,
            block_size: 4096,
            blocks: 0,
            accessed: now,
            modified: now,
            changed: now,
        }
    }

    pub fn is_directory(&self) -> bool {
        self.kind == Kind::Directory
    }

    pub fn is_file(&self) -> bool {
        self.kind == Kind::File
    }

    pub fn is_link(&self) -> bool {
        self.kind == Kind::Link
    }

    /// The mode as four octal digits.
    pub fn octal(&self) -> String {
        format!("{:04o}", self.mode)
    }

    /// What every file module says of the file that it was about (`path` under the given name).
    pub fn describe(&self, name: &str, path: &Path) -> Fields {
        Fields::new()
            .with(name, super::text::from_path(path))
            .with("state", if self.kind == Kind::Link { "link" } else { self.kind.name() })
            .with("mode", self.octal())
            .with("uid", self.owner.uid)
            .with("gid", self.owner.gid)
            .with("size", self.size)
    }
}
