//! A host that is a directory: files are real, everything else is recorded.

use provision::host::{Data, Effect, Fields, Host, NoContents, Output, Query, Run, Subject, System, json};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// A host that is a directory.
pub struct Fake {
    root: tempfile::TempDir,
    answers: Arc<Mutex<BTreeMap<String, Data>>>,
    outputs: Arc<BTreeMap<String, Data>>,
    real: bool,
    runs: Arc<Mutex<Vec<Run>>>,
}

impl Fake {
    pub fn new(given: &Data) -> Fake {
        let root = tempfile::tempdir().unwrap();
        let host = given.entry("host");
        let none = Fields::new();
        for (path, file) in host.entry("files").as_map().unwrap_or(&none).iter() {
            make(root.path(), path, file);
        }
        let mut answers = BTreeMap::new();
        people(&mut answers, root.path());
        for (query, answer) in host.entry("answers").as_map().unwrap_or(&none).iter() {
            answers.insert(query.to_owned(), answer.clone());
        }
        let outputs = host.entry("outputs").as_map().unwrap_or(&none).clone();
        Fake {
            root,
            answers: Arc::new(Mutex::new(answers)),
            outputs: Arc::new(outputs.into_iter().collect()),
            real: host.entry("real") == &Data::Bool(true),
            runs: Arc::default(),
        }
    }

    /// The host for one session.
    pub fn host(&self) -> Host {
        let mut system = System::below(self.root.path().to_owned(), Box::new(NoContents));
        if self.real {
            system = System::new(Box::new(NoContents));
        } else {
            let answers = self.answers.clone();
            system.recorded =
                Some(Box::new(move |query: &Query| answers.lock().unwrap().get(&query.to_string()).cloned()));
            let (answers, outputs, root) =
                (self.answers.clone(), self.outputs.clone(), self.root.path().to_owned());
            system.pretended = Some(Box::new(move |run| pretend(run, &answers, &outputs, &root)));
        }
        system.environment = vec![("HOME".to_owned(), "/root".to_owned())];
        Host::with_state(system, self.root.path().join(".state"))
    }

    /// The host for one session in which no program is run for real; all are written down. With `asks`, those that questions need
    /// are among them.
    pub fn watched(&self, asks: bool) -> Host {
        let mut host = self.host();
        let (answers, outputs, root, runs) =
            (self.answers.clone(), self.outputs.clone(), self.root.path().to_owned(), self.runs.clone());
        host.system.pretended = Some(Box::new(move |run| {
            runs.lock().unwrap().push(run.clone());
            pretend(run, &answers, &outputs, &root)
        }));
        if asks {
            host.system.recorded = None;
        }
        host
    }

    /// The programs of all sessions.
    pub fn take_runs(&self) -> Vec<Run> {
        std::mem::take(&mut self.runs.lock().unwrap())
    }

    /// Everything that the directory holds.
    pub fn snapshot(&self) -> Vec<String> {
        let mut found = Vec::new();
        walk(self.root.path(), Path::new(""), &mut found);
        found
    }

    /// Whether the files are as they must be.
    pub fn expect(&self, after: &Data) -> Result<(), String> {
        let none = Fields::new();
        for (path, wanted) in after.as_map().unwrap_or(&none).iter() {
            let real = self.root.path().join(path.trim_start_matches('/'));
            expect_file(path, &real, wanted)?;
        }
        Ok(())
    }
}

/// The user who runs the tests is known as `me`.
fn people(answers: &mut BTreeMap<String, Data>, root: &Path) {
    let meta = fs::metadata(root).unwrap();
    let user = Fields::new()
        .with("name", "me")
        .with("uid", meta.uid())
        .with("gid", meta.gid())
        .with("home", "/root");
    let group = Fields::new().with("name", "me").with("gid", meta.gid());
    for key in ["user me".to_owned(), format!("uid {}", meta.uid())] {
        answers.insert(key, Data::Map(user.clone()));
    }
    for key in ["group me".to_owned(), format!("gid {}", meta.gid())] {
        answers.insert(key, Data::Map(group.clone()));
    }
}

fn make(root: &Path, path: &str, file: &Data) {
    let real = root.join(path.trim_start_matches('/').trim_end_matches('/'));
    fs::create_dir_all(real.parent().unwrap()).unwrap();
    let text = file.as_text().map(str::to_owned).or(file.text("text"));
    if path.ends_with('/') {
        fs::create_dir_all(&real).unwrap();
    } else if let Some(target) = file.text("link") {
        symlink(target, &real).unwrap();
        return;
    } else {
        fs::write(&real, provision::host::text::to_bytes(&text.unwrap_or_default())).unwrap();
    }
    let otherwise = if path.ends_with('/') { 0o755 } else { 0o644 };
    let mode = file.text("mode").map_or(otherwise, |mode| u32::from_str_radix(&mode, 8).unwrap());
    fs::set_permissions(&real, fs::Permissions::from_mode(mode)).unwrap();
}

fn expect_file(path: &str, real: &Path, wanted: &Data) -> Result<(), String> {
    let Ok(meta) = fs::symlink_metadata(real) else {
        return if wanted.is_null() { Ok(()) } else { Err(format!("`{path}` is not there")) };
    };
    if wanted.is_null() {
        return Err(format!("`{path}` is there"));
    }
    if let Some(target) = wanted.text("link") {
        let found = fs::read_link(real).map_err(|error| format!("`{path}`: {error}"))?;
        return if found == Path::new(&target) {
            Ok(())
        } else {
            Err(format!("`{path}` leads to {found:?}"))
        };
    }
    if let Some(text) = wanted.as_text().map(str::to_owned).or(wanted.text("text")) {
        let found = fs::read(real).map_err(|error| format!("`{path}`: {error}"))?;
        if found != provision::host::text::to_bytes(&text) {
            return Err(format!("`{path}` holds {:?}, not {text:?}", String::from_utf8_lossy(&found)));
        }
    }
    match wanted.text("mode") {
        Some(mode) if format!("{:04o}", meta.mode() & 0o7777) != mode => {
            Err(format!("`{path}` has mode {:04o}, not {mode}", meta.mode() & 0o7777))
        }
        _ => Ok(()),
    }
}

fn walk(root: &Path, inside: &Path, found: &mut Vec<String>) {
    let mut names: Vec<PathBuf> =
        fs::read_dir(root.join(inside)).unwrap().flatten().map(|e| inside.join(e.file_name())).collect();
    names.sort();
    for name in names {
        let real = root.join(&name);
        let meta = fs::symlink_metadata(&real).unwrap();
        let holds = if meta.is_file() { format!("{:?}", fs::read(&real).unwrap()) } else { String::new() };
        found.push(format!("{} {:o} {holds}", name.display(), meta.mode()));
        if meta.is_dir() {
            walk(root, &name, found);
        }
    }
}

/// What a program would do comes true, as far as it is declared; what it prints is recorded.
fn pretend(
    run: &Run,
    answers: &Mutex<BTreeMap<String, Data>>,
    outputs: &BTreeMap<String, Data>,
    root: &Path,
) -> Output {
    let recorded = outputs.get(&run.argv.join(" ")).cloned().unwrap_or_default();
    let status = recorded.number("rc").unwrap_or(0);
    if status == 0 {
        run.effects.iter().for_each(|effect| come_true(effect, answers, root));
        let none = Fields::new();
        for (query, answer) in recorded.entry("then").as_map().unwrap_or(&none).iter() {
            answers.lock().unwrap().insert(query.to_owned(), answer.clone());
        }
        for (path, file) in recorded.entry("files").as_map().unwrap_or(&none).iter() {
            make(root, path, file);
        }
    }
    Output {
        status,
        stdout: recorded.text("stdout").unwrap_or_default().into_bytes(),
        stderr: recorded.text("stderr").unwrap_or_default().into_bytes(),
        ..Output::default()
    }
}

fn come_true(effect: &Effect, answers: &Mutex<BTreeMap<String, Data>>, root: &Path) {
    let mut answers = answers.lock().unwrap();
    match effect {
        Effect::Set(subject, data) => {
            // What is found by name is found by number too.
            match subject {
                Subject::User(_) => {
                    answers.insert(format!("uid {}", json::print(data.entry("uid"))), data.clone())
                }
                Subject::Group(_) => {
                    answers.insert(format!("gid {}", json::print(data.entry("gid"))), data.clone())
                }
                _ => None,
            };
            answers.insert(subject.to_string(), data.clone());
        }
        Effect::Merge(subject, fields) => {
            let mut known = answers
                .get(&subject.to_string())
                .and_then(|known| known.as_map().cloned())
                .unwrap_or_default();
            fields.clone().into_iter().for_each(|(name, value)| known.set(name, value));
            answers.insert(subject.to_string(), Data::Map(known));
        }
        Effect::Directory { path, .. } => {
            let _ = fs::create_dir_all(root.join(path.strip_prefix("/").unwrap()));
        }
        Effect::File { path, .. } => {
            let _ = fs::write(root.join(path.strip_prefix("/").unwrap()), "");
        }
        Effect::Text { path, text } => {
            let real = root.join(path.strip_prefix("/").unwrap());
            let _ = fs::create_dir_all(real.parent().unwrap());
            let _ = fs::write(real, text);
        }
        Effect::Gone(path) => {
            let real = root.join(path.strip_prefix("/").unwrap());
            let _ = fs::remove_dir_all(&real).or_else(|_| fs::remove_file(&real));
        }
        Effect::Unknown(_) | Effect::Anything => {}
    }
}
