//! `stat`

use super::Module;
use super::argument::{PathText, expand};
use crate::host::{Data, Failure, Fields, Kind, Plan, Probe, Stat as Found, Stored, flags, hex, text, users};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use std::path::Path;

choices! {
    /// How a checksum is made.
    Algorithm {
        Md5 = "md5", Sha1 = "sha1", Sha224 = "sha224", Sha256 = "sha256", Sha384 = "sha384", Sha512 = "sha512",
    }
}

module! {
    /// Tells what a file is.
    ///
    /// The answer is `stat` in the result; `stat.exists` is always there.
    ///
    /// ```yaml
    /// - stat: { path: /etc/app.conf }
    /// - stat: { path: /etc/app.conf, checksum_algorithm: sha256, follow: true }
    /// ```
    Stat "stat" local {
        /// The file.
        path ["dest", "name"]: PathText;
        /// Follows a link at the path.
        follow: bool = false;
        /// Hashes the content.
        get_checksum: bool = true;
        /// How.
        checksum_algorithm ["checksum", "checksum_algo"]: Algorithm = "sha1";
        /// Says the MD5 hash, too, as Ansible up to 2.17 did.
        get_md5: bool = false;
        /// Says what kind of content it is.
        get_mime ["mime", "mime_type", "mime-type"]: bool = true;
        /// Says the flags of `chattr`.
        get_attributes ["attr", "attributes"]: bool = true;
        /// Says the SELinux context.
        get_selinux_context: bool = false;
    }
}

impl Module for Stat {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let path = self.path.on(host)?;
        let found = if self.follow { host.follow(&path)? } else { host.stat(&path)? };
        let said = match found {
            Some(found) => self.describe(host, &path, &found)?,
            None => Fields::new().with("exists", false),
        };
        Ok(Plan::say(Fields::new().with("stat", said)))
    }
}

impl Stat {
    fn describe(&self, host: &dyn Probe, path: &Path, found: &Found) -> Result<Fields, Failure> {
        let mut said = numbers(found).with("exists", true).with("path", expand(&self.path.0, host)?);
        kinds(found.kind, &mut said);
        permissions(found, &mut said);
        // A link that leads round in a circle leads nowhere.
        may(host, host.follow(path).ok().flatten().as_ref(), &mut said);
        if let Some(user) = users::user_with(host, found.owner.uid)? {
            said.set("pw_name", user.name);
        }
        if let Some(group) = users::group_with(host, found.owner.gid)? {
            said.set("gr_name", group.name);
        }
        if found.is_link() {
            said.set("lnk_source", text::from_path(&host.resolve(path).unwrap_or_else(|_| path.to_owned())));
            said.set("lnk_target", text::from_path(&host.read_link(path)?));
        }
        self.content(host, path, found, &mut said)?;
        if self.get_attributes {
            let letters = flags::flags(host, path)?;
            said.set("attributes", flags::words(&letters));
            said.set("attr_flags", letters);
            said.set("version", Data::Null);
        }
        Ok(said)
    }

    fn content(
        &self,
        host: &dyn Probe,
        path: &Path,
        found: &Found,
        said: &mut Fields,
    ) -> Result<(), Failure> {
        if !found.is_file() || !(self.get_checksum || self.get_md5 || self.get_mime) {
            let kind = if found.is_directory() { "inode/directory" } else { "unknown" };
            said.set("mimetype", kind);
            said.set("charset", if found.is_directory() { "binary" } else { "unknown" });
            return Ok(());
        }
        let Ok(stored) = host.open(path) else { return Ok(()) };
        if self.get_checksum {
            said.set("checksum", checksum(self.checksum_algorithm, &stored)?);
        }
        if self.get_md5 {
            said.set("md5", digest::<Md5>(&stored)?);
        }
        if self.get_mime {
            let start = stored.bytes(0, MOST_JUDGED).map_err(|error| Failure::at(path, "read", error))?;
            let (kind, charset) = mime(&start);
            said.set("mimetype", kind);
            said.set("charset", charset);
        }
        Ok(())
    }
}

/// So many bytes of a file say of what type it is.
const MOST_JUDGED: usize = 1 << 20;

/// The checksum in hexadecimal.
pub fn checksum(algorithm: Algorithm, stored: &Stored) -> Result<String, Failure> {
    match algorithm {
        Algorithm::Md5 => digest::<Md5>(stored),
        Algorithm::Sha1 => digest::<Sha1>(stored),
        Algorithm::Sha224 => digest::<Sha224>(stored),
        Algorithm::Sha256 => digest::<Sha256>(stored),
        Algorithm::Sha384 => digest::<Sha384>(stored),
        Algorithm::Sha512 => digest::<Sha512>(stored),
    }
}

/// Two checksums of one reading.
pub fn sha1_and_md5(stored: &Stored) -> Result<(String, String), Failure> {
    let (mut sha1, mut md5) = (Sha1::new(), Md5::new());
    let read = stored.each_part(|part| {
        sha1.update(part);
        md5.update(part);
    });
    read.map_err(|error| Failure::new(format!("cannot read: {error}")))?;
    Ok((hex(sha1.finalize().as_slice()), hex(md5.finalize().as_slice())))
}

fn digest<D: Digest>(stored: &Stored) -> Result<String, Failure> {
    let mut digest = D::new();
    let read = stored.each_part(|part| digest.update(part));
    read.map_err(|error| Failure::new(format!("cannot read: {error}")))?;
    Ok(hex(digest.finalize().as_slice()))
}

fn numbers(found: &Found) -> Fields {
    Fields::new()
        .with("mode", found.octal())
        .with("uid", found.owner.uid)
        .with("gid", found.owner.gid)
        .with("size", found.size)
        .with("inode", found.inode)
        .with("dev", found.device)
        .with("nlink", found.links)
        .with("atime", found.accessed.as_seconds())
        .with("mtime", found.modified.as_seconds())
        .with("ctime", found.changed.as_seconds())
        .with("blocks", found.blocks)
        .with("block_size", found.block_size)
        .with("device_type", found.special)
}

fn kinds(kind: Kind, said: &mut Fields) {
    let names = [
        ("isdir", Kind::Directory),
        ("ischr", Kind::Character),
        ("isblk", Kind::Block),
        ("isreg", Kind::File),
        ("isfifo", Kind::Fifo),
        ("islnk", Kind::Link),
        ("issock", Kind::Socket),
    ];
    names.into_iter().for_each(|(name, this)| said.set(name, kind == this));
}

fn permissions(found: &Found, said: &mut Fields) {
    let names =
        ["xoth", "woth", "roth", "xgrp", "wgrp", "rgrp", "xusr", "wusr", "rusr", "", "isgid", "isuid"];
    for (bit, name) in names.into_iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        said.set(name, found.mode >> bit & 1 == 1);
    }
}

/// What the agent's user may do with it, or with what it leads to.
fn may(host: &dyn Probe, found: Option<&Found>, said: &mut Fields) {
    let Some(found) = found else {
        ["readable", "writeable", "executable"].into_iter().for_each(|name| said.set(name, false));
        return;
    };
    let me = host.me();
    let shift = match (found.owner.uid == me.uid, found.owner.gid == me.gid) {
        (true, _) => 6,
        (false, true) => 3,
        _ => 0,
    };
    let bits = found.mode >> shift & 7;
    let root = me.uid == 0;
    said.set("readable", root || bits & 4 != 0);
    said.set("writeable", root || bits & 2 != 0);
    said.set(
        "executable",
        if root { found.mode & 0o111 != 0 || found.is_directory() } else { bits & 1 != 0 },
    );
}

/// What kind of content it is, and its charset, by its first bytes.
fn mime(bytes: &[u8]) -> (&'static str, &'static str) {
    let known: [(&[u8], &str); 8] = [
        (b"\x7fELF", "application/x-executable"),
        (b"\x1f\x8b", "application/gzip"),
        (b"PK\x03\x04", "application/zip"),
        (b"\x89PNG", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"%PDF", "application/pdf"),
        (b"\xfd7zXZ", "application/x-xz"),
        (b"\x28\xb5\x2f\xfd", "application/zstd"),
    ];
    if bytes.is_empty() {
        return ("inode/x-empty", "binary");
    }
    if let Some((_, kind)) = known.iter().find(|(start, _)| bytes.starts_with(start)) {
        return (kind, "binary");
    }
    let charset = match std::str::from_utf8(bytes) {
        Ok(text) if text.contains('\0') => return ("application/octet-stream", "binary"),
        Ok(text) if text.is_ascii() => "us-ascii",
        Ok(_) => "utf-8",
        Err(_) => return ("application/octet-stream", "binary"),
    };
    let is_script =
        bytes.starts_with(b"#!") && bytes.get(..40).unwrap_or(bytes).windows(2).any(|two| two == b"sh");
    (if is_script { "text/x-shellscript" } else { "text/plain" }, charset)
}
