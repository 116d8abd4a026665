//! Answering questions by asking the system. Nothing here may write.

use super::{
    Data, Dialogue, Effect, Failure, Fields, Probe, Query, Run, Scope, Subject, System, packages, process,
    systemd, users,
};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The answer of the real host.
pub(in crate::host) fn answer(system: &System, query: &Query) -> Result<Data, Failure> {
    match query.subject() {
        Subject::User(name) => users::find_user(system, name),
        Subject::Uid(uid) => users::find_user(system, &uid.to_string()),
        Subject::Shadow(name) => users::find_shadow(system, name),
        Subject::Group(name) => users::find_group(system, name),
        Subject::Gid(gid) => users::find_group(system, &gid.to_string()),
        Subject::Docker(engine, thing) => engine.look_up(system, thing),
        Subject::Unit { name, scope } => systemd::show(system, name, *scope),
        Subject::Package(name) => packages::find(system, name),
        Subject::PackageIndex => packages::index_age(system),
        Subject::Sysctl(name) => sysctl(system, name),
        Subject::KernelModule(name) => {
            let loaded = system.stat(&Path::new("/sys/module").join(name.replace('-', "_")))?.is_some();
            Ok(Data::Bool(loaded))
        }
        Subject::Flags(path) => Ok(super::flags::read(system, path).into()),
        Subject::Mounted(path) => mounted(system, path),
        Subject::Kernel => Ok(kernel()),
        Subject::Addresses => super::netlink::addresses(),
        Subject::FileSystem(path, within) => Ok(file_system_within(system.real(Path::new(path)), *within)),
        Subject::Hostname => Ok(rustix::system::uname().nodename().to_string_lossy().into_owned().into()),
        Subject::Reachable(host, port) => Ok(super::health::takes_connections(host, *port).into()),
        Subject::Output(argv) => {
            output(system, argv.clone()).map(|fields| fields.map_or(Data::Null, Data::Map))
        }
        Subject::Dialogue(dialogue) => {
            hold(system, dialogue).map(|fields| fields.map_or(Data::Null, Data::Map))
        }
    }
}

fn mounted(system: &System, path: &str) -> Result<Data, Failure> {
    let table = super::text::from_bytes(&system.read(Path::new("/proc/self/mounts"))?);
    let unescape = |part: &str| part.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\");
    let points = table.lines().filter_map(|line| line.split(' ').nth(1)).map(unescape);
    Ok(Data::Bool(points.into_iter().any(|point| point == path)))
}

fn kernel() -> Data {
    let name = rustix::system::uname();
    let text = |part: &std::ffi::CStr| part.to_string_lossy().into_owned();
    let fields = Fields::new().with("sysname", text(name.sysname())).with("nodename", text(name.nodename()));
    let fields = fields.with("release", text(name.release())).with("version", text(name.version()));
    Data::Map(fields.with("machine", text(name.machine())))
}

/// A file system of a server that is gone does not answer at all.
fn file_system_within(path: PathBuf, milliseconds: Option<u64>) -> Data {
    let Some(milliseconds) = milliseconds else { return file_system(&path) };
    let (sender, answer) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(file_system(&path)));
    answer.recv_timeout(Duration::from_millis(milliseconds)).unwrap_or(Data::Bool(false))
}

fn file_system(path: &Path) -> Data {
    let Ok(found) = rustix::fs::statvfs(path) else { return Data::Null };
    let fields = Fields::new().with("size", found.f_frsize).with("block_size", found.f_bsize);
    let fields =
        fields.with("blocks", found.f_blocks).with("free", found.f_bfree).with("available", found.f_bavail);
    Data::Map(fields.with("files", found.f_files).with("files_free", found.f_ffree))
}

/// What a command prints that only reads; `None` when there is no such command.
pub(in crate::host) fn output(system: &System, argv: Vec<String>) -> Result<Option<Fields>, Failure> {
    hold(system, &Dialogue::of(argv))
}

fn hold(system: &System, dialogue: &Dialogue) -> Result<Option<Fields>, Failure> {
    let mut environment = vec![("LC_ALL".to_owned(), "C".to_owned())];
    environment.extend(dialogue.environment.iter().cloned());
    let stdin = (!dialogue.stdin.0.is_empty()).then(|| dialogue.stdin.clone());
    let directory = dialogue.directory.as_ref().map(std::path::PathBuf::from);
    let run = Run { environment, stdin, directory, ..Run::quiet(dialogue.argv.clone()) };
    match process::run(system, &run) {
        Ok(output) => Ok(Some(
            Fields::new()
                .with("rc", output.status)
                .with("stdout", output.stdout())
                .with("stderr", output.stderr()),
        )),
        Err(Failure::Failed { result, .. }) if result.get("rc") == Some(&Data::Int(2)) => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn sysctl(system: &System, name: &str) -> Result<Data, Failure> {
    // A name with slashes keeps its dots; one with dots keeps its slashes swapped, as sysctl(8) has it.
    let separator = name.find(['.', '/']).and_then(|index| name.get(index..=index));
    let swap = |scalar| match scalar {
        '.' => '/',
        '/' => '.',
        scalar => scalar,
    };
    let place = if separator == Some("/") { name.to_owned() } else { name.chars().map(swap).collect() };
    let path = Path::new("/proc/sys").join(place);
    match system.stat(&path)? {
        Some(_) => Ok(super::text::from_bytes(&system.read(&path)?).trim_end().into()),
        None => Ok(Data::Null),
    }
}

/// A question that any command answers which only reads.
pub(in crate::host) fn output_of(argv: &[&str]) -> Query {
    Query::about(Subject::Output(argv.iter().map(|word| (*word).to_owned()).collect()))
}

/// For a dry run: a command that only reads would print this.
pub(in crate::host) fn would_print(argv: &[&str], printed: &str) -> Effect {
    let answer = Fields::new().with("rc", 0).with("stdout", printed);
    Effect::Set(output_of(argv).subject().clone(), answer.into())
}

/// Whose systemd, as an option of `systemctl`.
pub(in crate::host) fn scope_option(scope: Scope) -> Option<&'static str> {
    match scope {
        Scope::System => None,
        Scope::User => Some("--user"),
        Scope::Global => Some("--global"),
    }
}

/// What a program says, as far as it could be asked: status, what it printed, what it complained.
pub(in crate::host) struct Said {
    pub rc: i64,
    pub stdout: String,
    pub stderr: String,
}

/// Asks a program; a failure that names it where the host has none.
pub(in crate::host) fn ask(host: &dyn Probe, argv: &[&str]) -> Result<Said, Failure> {
    ask_about(host, output_of(argv), argv.first().copied().unwrap_or_default())
}

/// Puts a question to a program of this name.
pub(in crate::host) fn ask_about(host: &dyn Probe, query: Query, program: &str) -> Result<Said, Failure> {
    let said = host.ask(&query)?;
    let Some(rc) = said.number("rc") else {
        return Err(host.missing(format!("there is no `{program}` on this host")));
    };
    let text = |name| said.text(name).unwrap_or_default();
    Ok(Said { rc, stdout: text("stdout"), stderr: text("stderr") })
}

impl Said {
    /// What was printed, where it went well.
    pub fn well(self) -> Option<String> {
        (self.rc == 0).then_some(self.stdout)
    }
}
