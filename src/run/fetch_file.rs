//! `fetch`: takes a file of a host to the controller, in parts, so that its size does not matter.

use super::halt::Trouble;
use super::interpreter::Interpreter;
use super::pipeline::Running;
use super::result::Ended;
use super::task_scope::At;
use crate::control::{Arguments, truth};
use crate::host::{Fields, Shown, base64, hex};
use crate::report::{Activity, Status};
use crate::source::Diagnostic;
use crate::vars::{Map, Value};
use md5::Md5;
use sha1::{Digest, Sha1};
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Component, Path, PathBuf};

/// Bytes that are asked for at once.
const PART: u64 = 4 << 20;

/// What a task wants fetched.
struct Wanted {
    src: String,
    dest: PathBuf,
    fail_on_missing: bool,
    validate: bool,
}

/// Both checksums that results have.
#[derive(Clone, PartialEq, Debug)]
struct Sums {
    sha1: String,
    md5: String,
}

impl Interpreter {
    /// Takes a file of the host to the controller; a dry run only looks whether it differs.
    pub(super) async fn fetch(
        &mut self,
        running: &Running,
        arguments: &Arguments,
        at: &At,
    ) -> Result<Ended, Trouble> {
        let wanted = self.wanted(arguments)?;
        let fields = Fields::new().with("path", wanted.src.as_str()).with("follow", true);
        let seen = self.ask_host(running, "stat", fields, at).await?;
        if seen.status != Status::Ok {
            return Ok(seen);
        }
        let stat = seen.field("stat").unwrap_or_else(Value::none);
        let is = |name: &str| stat.entry(name).is_some_and(|value| truth(&value));
        if !is("exists") {
            return self.nothing_there(running, &wanted, at).await;
        }
        if is("isdir") {
            return Ok(wanted.nothing("remote file is a directory, fetch cannot work on directories"));
        }
        let remote = stat.entry("checksum").and_then(|sum| sum.str().ok()).unwrap_or_default();
        let local = sums(&wanted.dest);
        if let Some(local) = local.as_ref().filter(|local| local.sha1 == remote) {
            return Ok(Ended::new(Status::Ok, wanted.kept(local)));
        }
        let shown = Shown::new("fetch", wanted.dest.display().to_string()).attribute(
            "checksum",
            local.map(|local| local.sha1),
            Some(remote.clone()),
        );
        let mut ended = match self.is_checked(at).await? {
            true => Ended::new(Status::Changed, wanted.result(&Sums { sha1: remote, md5: String::new() })),
            false => self.take(running, &wanted, &remote, at).await?,
        };
        ended.changes.push(shown);
        Ok(ended)
    }

    /// How it ends where there is no file: whether there will be one by then, a dry run hears from who would read it.
    async fn nothing_there(&mut self, running: &Running, wanted: &Wanted, at: &At) -> Result<Ended, Trouble> {
        if self.is_checked(at).await? {
            let fields = Fields::new().with("src", wanted.src.as_str());
            let read = self.ask_host(running, "slurp", fields, at).await?;
            if read.status == Status::Depends {
                return Ok(read);
            }
        }
        Ok(wanted.nothing("the remote file does not exist"))
    }

    /// Takes all parts into a file beside the destination, and puts it in place.
    async fn take(
        &mut self,
        running: &Running,
        wanted: &Wanted,
        remote: &str,
        at: &At,
    ) -> Result<Ended, Trouble> {
        let cannot = |error: std::io::Error| {
            Diagnostic::error(format!("cannot write `{}`: {error}", wanted.dest.display()))
        };
        let parent = wanted.dest.parent().unwrap_or(Path::new("/"));
        std::fs::create_dir_all(parent).map_err(cannot)?;
        let name = wanted.dest.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let aside = Aside(parent.join(format!(".{name}.{}.{}", self.host.name, std::process::id())));
        if let Err(ended) = self.take_into(running, &wanted.src, &aside.0, at).await? {
            return Ok(*ended);
        }
        let Some(found) = sums(&aside.0) else {
            return Ok(Ended::failed("the file is gone again", Map::new()));
        };
        std::fs::rename(&aside.0, &wanted.dest).map_err(cannot)?;
        Ok(wanted.taken(&found, remote))
    }

    /// Takes all parts of a file of the host into one of the controller; how it ended, if that failed.
    pub(super) async fn take_into(
        &mut self,
        running: &Running,
        src: &str,
        path: &Path,
        at: &At,
    ) -> Result<Result<(), Box<Ended>>, Trouble> {
        let cannot =
            |error: std::io::Error| Diagnostic::error(format!("cannot write `{}`: {error}", path.display()));
        let mut file = File::create(path).map_err(cannot)?;
        let mut offset = 0;
        loop {
            let part = match self.part_of(running, src, offset, at).await? {
                Ok(part) => part,
                Err(ended) => return Ok(Err(ended)),
            };
            file.write_all(&part).map_err(cannot)?;
            offset += part.len() as u64;
            if (part.len() as u64) < PART {
                break;
            }
        }
        file.sync_all().map_err(cannot)?;
        Ok(Ok(()))
    }

    async fn part_of(
        &mut self,
        running: &Running,
        src: &str,
        offset: u64,
        at: &At,
    ) -> Result<Result<Vec<u8>, Box<Ended>>, Trouble> {
        self.activity(Activity::Waiting(format!("the rest of `{src}`, {} MiB are here", offset >> 20)));
        let fields = Fields::new().with("src", src).with("offset", offset).with("length", PART);
        let ended = self.ask_host(running, "slurp", fields, at).await?;
        let content = ended.field("content").and_then(|content| content.str().ok());
        match content.and_then(|content| base64::decode(&content)).filter(|_| ended.status == Status::Ok) {
            Some(bytes) => Ok(Ok(bytes)),
            None => Ok(Err(Box::new(ended))),
        }
    }

    fn wanted(&self, arguments: &Arguments) -> Result<Wanted, Trouble> {
        let text = |name: &str| arguments.value(name).and_then(|value| value.str().ok());
        let need = |name: &str| {
            let wants = || Diagnostic::error(format!("`fetch` wants `{name}`")).at(arguments.span);
            text(name).filter(|text| !text.is_empty()).ok_or_else(wants)
        };
        let (src, dest) = (need("src")?, need("dest")?);
        let flag = |name: &str, usual: bool| arguments.value(name).map_or(usual, truth);
        let dest = self.destination(&src, &dest, flag("flat", false), arguments)?;
        Ok(Wanted {
            src,
            dest,
            fail_on_missing: flag("fail_on_missing", true),
            validate: flag("validate_checksum", true),
        })
    }

    /// Where the file goes: below a directory for each host, unless `flat`.
    fn destination(
        &self,
        src: &str,
        dest: &str,
        flat: bool,
        arguments: &Arguments,
    ) -> Result<PathBuf, Trouble> {
        let given = self.play.play.dir.join(self.run.expand(dest));
        if !flat {
            let below = given.join(&*self.host.name);
            let inner = src.trim_start_matches('/').trim_start_matches("~/");
            let whole = normal(&below.join(inner));
            if whole.starts_with(normal(&below)) {
                return Ok(whole);
            }
            let message = format!("`{src}` would lead out of `{}`", below.display());
            return Err(Diagnostic::error(message).at(arguments.span_of("src")).into());
        }
        if dest.ends_with('/') {
            return Ok(normal(&given.join(src.rsplit('/').next().unwrap_or_default())));
        }
        if given.is_dir() {
            let message = "dest is an existing directory, use a trailing slash if you want to fetch src into that directory";
            return Err(Diagnostic::error(message).at(arguments.span_of("dest")).into());
        }
        Ok(normal(&given))
    }
}

impl Wanted {
    /// There is no file to take.
    fn nothing(&self, message: &str) -> Ended {
        let message = format!("{message}, not transferring, ignored");
        if self.fail_on_missing {
            return Ended::failed(message, Map::new());
        }
        let mut ended = Ended::new(Status::Ok, Map::from([("file".into(), Value::from(self.src.as_str()))]));
        ended.set("msg", message);
        ended
    }

    fn result(&self, sums: &Sums) -> Map {
        let fields = [
            ("checksum", Value::from(sums.sha1.as_str())),
            ("dest", self.dest.display().to_string().into()),
            ("md5sum", sums.md5.as_str().into()),
        ];
        fields.into_iter().map(|(name, value)| (name.into(), value)).collect()
    }

    /// The result for a file that is there already.
    fn kept(&self, sums: &Sums) -> Map {
        let mut fields = self.result(sums);
        fields.insert("file".into(), self.src.as_str().into());
        fields
    }

    /// The result for a file that is in place.
    fn taken(&self, found: &Sums, remote: &str) -> Ended {
        let mut fields = self.result(found);
        fields.insert("remote_checksum".into(), remote.into());
        fields.insert("remote_md5sum".into(), Value::none());
        match self.validate && found.sha1 != remote {
            true => Ended::failed("checksum mismatch", fields),
            false => Ended::new(Status::Changed, fields),
        }
    }
}

/// A file that is not yet in place.
struct Aside(PathBuf);

impl Drop for Aside {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The checksums of a file of the controller, read in parts.
fn sums(path: &Path) -> Option<Sums> {
    let mut file = File::open(path).ok().filter(|_| path.is_file())?;
    let (mut sha1, mut md5) = (Sha1::new(), Md5::new());
    let mut buffer = vec![0; 64 << 10];
    loop {
        let count = file.read(&mut buffer).ok()?;
        let read = buffer.get(..count).filter(|read| !read.is_empty());
        let Some(read) = read else { break };
        sha1.update(read);
        md5.update(read);
    }
    Some(Sums { sha1: hex(&sha1.finalize()), md5: hex(&md5.finalize()) })
}

/// The path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(out.pop()),
            Component::CurDir => {}
            other => out.push(other),
        }
    }
    out
}
