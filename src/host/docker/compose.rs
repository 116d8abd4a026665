//! Questions for `docker compose`.

use super::{Engine, Thing};
use crate::host::query::Dialogue;
use crate::host::{Bytes, Data, Failure, Fields, Probe, Query, Subject, json, text};
use std::path::{Path, PathBuf};

/// The first two numbers of a version.
pub type Version = (u32, u32);

/// A project of compose, and how compose is told of it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Project {
    /// Docker's program and how it finds the daemon.
    pub docker: Vec<String>,
    /// The daemon; nothing where it is that of a context.
    pub engine: Option<Engine>,
    /// Which compose it is.
    pub version: Version,
    pub directory: Option<PathBuf>,
    /// The files that define it, where they are named; `-` is what it reads.
    pub files: Vec<PathBuf>,
    /// More options.
    pub options: Vec<String>,
    pub stdin: Option<Bytes>,
    /// In a dry run: what is planned, of images and in the directory of the project, and compose does not see.
    pub unseen: Vec<String>,
}

/// Names of files that define a project.
pub const FILES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
/// Names of files that compose reads after one of these.
const MORE_FILES: [&str; 4] = [
    "compose.override.yaml",
    "compose.override.yml",
    "docker-compose.override.yaml",
    "docker-compose.override.yml",
];

/// What compose did, or would do, with one thing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// `container`, `network`, `volume`, `image`, `service`.
    pub what: String,
    pub id: String,
    pub status: String,
}

/// States of containers in which there is nothing to stop.
const STOPPED: [&str; 4] = ["created", "exited", "stopped", "killed"];

/// What says that something becomes other.
const CHANGING: &[&str] = &[
    "Creating",
    "Starting",
    "Restarting",
    "Stopping",
    "Killing",
    "Removing",
    "Recreate",
    "Recreating",
    "Pulling",
    "Building",
    "Pausing",
    "Unpausing",
];

impl Project {
    /// The words by which compose does something with the project.
    pub fn words(&self, does: &[String]) -> Vec<String> {
        let mut words = self.docker.clone();
        words.extend(["compose", "--ansi", "never"].map(str::to_owned));
        if self.version >= (2, 19) {
            words.extend(["--progress", "plain"].map(str::to_owned));
        }
        let paths = self.directory.iter().map(|path| ("--project-directory", path));
        for (option, path) in paths.chain(self.files.iter().map(|path| ("--file", path))) {
            words.extend([option.to_owned(), text::from_path(path)]);
        }
        words.extend(self.options.iter().chain(does).cloned());
        words
    }

    /// The project for questions in a dry run: compose does not see what is planned, and is handed the file that is.
    pub fn as_planned(&self, host: &dyn Probe) -> Result<Project, Failure> {
        let subjects = host.planned_subjects();
        let images = subjects.iter().filter(|subject| matches!(subject, Subject::Docker(_, Thing::Image(_))));
        let mut unseen: Vec<String> = images.map(ToString::to_string).collect();
        let mut project = self.clone();
        if let Some(directory) = &self.directory {
            let place = host.resolve(directory)?;
            let mut paths = host.planned_below(&place);
            paths.retain(|path| *path != place);
            project.hand_over(host, self.all_files(host, directory)?, &mut paths)?;
            unseen.extend(paths.iter().map(|path| text::from_path(path)));
        }
        Ok(Project { unseen, ..project })
    }

    /// Lets compose read the first of these files that is planned.
    fn hand_over(
        &mut self,
        host: &dyn Probe,
        mut files: Vec<PathBuf>,
        planned: &mut Vec<PathBuf>,
    ) -> Result<(), Failure> {
        for file in &mut files {
            let place = host.resolve(file)?;
            if planned.contains(&place) {
                planned.retain(|path| *path != place);
                self.stdin = Some(Bytes(host.read(file)?));
                *file = PathBuf::from("-");
                self.files = files;
                return Ok(());
            }
        }
        Ok(())
    }

    /// The files that compose reads.
    fn all_files(&self, host: &dyn Probe, directory: &Path) -> Result<Vec<PathBuf>, Failure> {
        if !self.files.is_empty() {
            return Ok(self.files.clone());
        }
        let found = [first_of(host, directory, FILES)?, first_of(host, directory, MORE_FILES)?];
        Ok(found.into_iter().flatten().collect())
    }

    fn ask(&self, host: &dyn Probe, words: &[String]) -> Result<Data, Failure> {
        let stdin = self.stdin.clone().unwrap_or_default();
        let dialogue = Dialogue { argv: self.words(words), stdin, ..Dialogue::default() };
        host.ask(&Query::about(Subject::Dialogue(dialogue)))
    }

    /// What these words would do: compose's own dry run.
    pub fn foreseen(&self, host: &dyn Probe, words: &[String]) -> Result<Vec<Event>, Failure> {
        let words = [&["--dry-run".to_owned()], words].concat();
        let said = self.printed(host, &words, "stderr")?;
        let mut events = events(&said);
        events.retain(|event| event.changes() && !self.is_gone(host, event));
        events.sort_by_key(Event::rank);
        match self.unseen.first() {
            Some(thing) if events.is_empty() => Err(Failure::unknown(format!(
                "`{thing}`, which is planned and which `docker compose` does not see yet"
            ))),
            _ => Ok(events),
        }
    }

    /// Whether it is the removal of a volume that is not there, which compose claims to remove.
    fn is_gone(&self, host: &dyn Probe, event: &Event) -> bool {
        let Some(engine) = &self.engine else { return false };
        event.what == "volume"
            && event.status == "Removing"
            && engine.volume(host, &event.id).is_ok_and(|volume| volume.is_null())
    }

    /// What it prints there; that it fails is a failure, or in a dry run perhaps for want of what is planned.
    fn printed(&self, host: &dyn Probe, words: &[String], where_to: &str) -> Result<String, Failure> {
        let said = self.ask(host, words)?;
        let complaint = || complaint(&said.text("stderr").unwrap_or_default());
        match said.number::<i64>("rc") {
            Some(0) => Ok(said.text(where_to).unwrap_or_default()),
            _ if !self.unseen.is_empty() || !host.planned_subjects().is_empty() || host.doubt().is_some() => {
                Err(Failure::unknown(format!(
                    "what is planned before; now `docker compose` says: {}",
                    complaint()
                )))
            }
            _ => Err(Failure::new(complaint())),
        }
    }

    /// Its containers that are there, as roles read them; with names of services, those of these.
    pub fn containers(&self, host: &dyn Probe, services: &[String]) -> Result<Vec<Data>, Failure> {
        let whole = if self.version >= (2, 23) { &["--no-trunc"][..] } else { &[] };
        let words = [&["ps", "--all", "--format", "json"], whole, &["--"]].concat();
        let words: Vec<String> =
            words.into_iter().chain(services.iter().map(String::as_str)).map(str::to_owned).collect();
        let printed = self.printed(host, &words, "stdout")?;
        // Newer ones print an object a line.
        let all = match json::parse(&printed) {
            Ok(Data::List(items)) => items,
            _ => printed.lines().filter_map(|line| json::parse(line).ok()).collect(),
        };
        Ok(all.iter().filter_map(Data::as_map).map(|printed| container(printed).into()).collect())
    }

    /// The stops of the containers of these services that are not stopped.
    pub fn stops(&self, host: &dyn Probe, services: &[String]) -> Result<Vec<Event>, Failure> {
        let mut containers = self.containers(host, services)?;
        containers.retain(|one| !STOPPED.contains(&one.entry("State").as_text().unwrap_or_default()));
        let name = |one: &Data| one.text("Name").unwrap_or_default();
        Ok(containers.iter().map(|one| Event::of("container", &name(one), "Stopping")).collect())
    }

    /// The images of its containers.
    pub fn images(&self, host: &dyn Probe) -> Result<Vec<Data>, Failure> {
        let words = ["images", "--format", "json"].map(str::to_owned);
        Ok(match json::parse(&self.printed(host, &words, "stdout")?) {
            Ok(Data::List(items)) => items,
            // From 2.37 on by names of containers.
            Ok(Data::Map(items)) => items.into_iter().map(|(_, image)| image).collect(),
            _ => Vec::new(),
        })
    }

    /// Whether all images that it is made of are those that their registries have now.
    pub fn is_newest(&self, host: &dyn Probe) -> Result<bool, Failure> {
        let Some(engine) = &self.engine else { return Ok(false) };
        let newest = |name: &String| engine.is_newest(host, name);
        let told = self.names_of_images(host)?.iter().map(newest).collect::<Result<Vec<_>, _>>()?;
        Ok(told.iter().all(|newest| *newest == Some(true)))
    }

    /// The ids of the images that it is made of.
    pub fn ids_of_images(&self, host: &dyn Probe) -> Result<Vec<Data>, Failure> {
        let Some(engine) = &self.engine else { return Ok(Vec::new()) };
        let id = |name: &String| Ok(engine.image(host, name)?.entry("Id").clone());
        self.names_of_images(host)?.iter().map(id).collect()
    }

    fn names_of_images(&self, host: &dyn Probe) -> Result<Vec<String>, Failure> {
        let words = ["config", "--images"].map(str::to_owned);
        Ok(self.printed(host, &words, "stdout")?.lines().map(str::to_owned).collect())
    }
}

/// The first of these files in a directory that is there.
pub fn first_of(host: &dyn Probe, directory: &Path, names: [&str; 4]) -> Result<Option<PathBuf>, Failure> {
    for name in names {
        let path = directory.join(name);
        if host.exists(&path)? {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// The version of compose that a docker has; nothing where it has none.
pub fn version(host: &dyn Probe, docker: &[String]) -> Result<Option<Version>, Failure> {
    let words = ["compose", "version", "--short"].map(str::to_owned);
    let said = host.ask(&Query::about(Subject::Output([docker, &words].concat())))?;
    let said = said.text("stdout").filter(|_| said.number::<i64>("rc") == Some(0));
    let number = |text: &str, at: usize| {
        text.trim().trim_start_matches('v').split('.').nth(at).and_then(|part| part.parse().ok()).unwrap_or(0)
    };
    Ok(said.map(|text| (number(&text, 0), number(&text, 1))))
}

/// A container with lists and dicts where compose prints texts.
fn container(printed: &Fields) -> Fields {
    let mut fields = printed.clone();
    let parts = |name: &str| -> Vec<String> {
        let text = printed.get(name).and_then(Data::as_text).unwrap_or_default();
        text.split(',').map(str::to_owned).collect()
    };
    let labels: Fields = parts("Labels")
        .iter()
        .filter(|label| !label.is_empty())
        .map(|label| label.split_once('=').unwrap_or((label.as_str(), "")))
        .map(|(name, value)| (name.to_owned(), Data::from(value)))
        .collect();
    fields.set("Labels", labels);
    fields.set("Networks", parts("Networks"));
    fields.set("Names", parts(if printed.get("Names").is_some() { "Names" } else { "Name" }));
    if printed.get("Publishers").is_none_or(Data::is_null) {
        fields.set("Publishers", Vec::<Data>::new());
    }
    fields
}

/// Why compose failed, by all that it said: what it could not do with which thing, or else its last words.
pub fn complaint(text: &str) -> String {
    let about = |line: &str| {
        let (id, said) = line.trim().trim_start_matches("DRY-RUN MODE -").trim().split_once(" Error ")?;
        (!id.contains(' ')).then(|| format!("Error when processing {id}: {}", said.trim()))
    };
    let things: Vec<String> = text.lines().filter_map(about).collect();
    if !things.is_empty() {
        return things.join("\n");
    }
    let is_progress = |line: &str| {
        line.trim().is_empty()
            || line.starts_with('#')
            || event(line).is_some()
            || QUIET.iter().any(|level| line.contains(level))
    };
    let last: Vec<&str> = text.lines().filter(|line| !is_progress(line)).collect();
    format!("General error: {}", last[last.len().saturating_sub(20)..].join("\n").trim())
}

/// Marks of lines that tell of no error.
const QUIET: [&str; 3] = ["level=warning", "level=info", "level=debug"];

/// What compose warns of.
pub fn warnings(text: &str) -> Vec<String> {
    let said = |line: &str| {
        let (_, said) = line.split_once("level=warning msg=\"")?;
        Some(format!("Docker compose: {}", said.trim_end().trim_end_matches('"').replace("\\\"", "\"")))
    };
    text.lines().filter_map(said).collect()
}

/// What compose prints of what it does: ` Container web-1  Creating`, or behind `DRY-RUN MODE -`.
pub fn events(text: &str) -> Vec<Event> {
    text.lines().filter_map(event).collect()
}

fn event(line: &str) -> Option<Event> {
    let line = line.trim().trim_start_matches("DRY-RUN MODE -").trim();
    if let Some(service) = line.strip_prefix("build service ") {
        return Some(Event::of("service", service, "Building"));
    }
    let (head, status) = line.rsplit_once("  ").or_else(|| line.rsplit_once(' '))?;
    let (what, id) = head.trim().split_once(' ').unwrap_or(("service", head.trim()));
    let what = what.to_ascii_lowercase();
    let known = ["container", "network", "volume", "image", "service"].contains(&what.as_str());
    let known = known && status.trim().starts_with(char::is_uppercase);
    known.then(|| Event::of(&what, plain(id.trim().trim_matches('"')), status.trim()))
}

/// The name of a container without that of the one that it replaces.
fn plain(id: &str) -> &str {
    let is_id = |before: &str| before.len() == 12 && before.bytes().all(|byte| byte.is_ascii_hexdigit());
    id.split_once('_').filter(|(before, _)| is_id(before)).map_or(id, |(_, name)| name)
}

impl Event {
    /// One.
    pub fn of(what: &str, id: &str, status: &str) -> Event {
        Event { what: what.to_owned(), id: id.to_owned(), status: status.to_owned() }
    }

    /// Whether something becomes other by it.
    pub fn changes(&self) -> bool {
        CHANGING.contains(&self.status.as_str())
    }

    /// Where it stands among others: compose does at the same time what it can.
    fn rank(&self) -> (u8, String, String) {
        let rank = match (self.what.as_str(), self.status.as_str()) {
            ("container", _) => 1,
            (_, "Removing") => 2,
            _ => 0,
        };
        (rank, self.what.clone(), self.id.clone())
    }

    /// As roles read it.
    pub fn data(&self) -> Data {
        let fields = Fields::new().with("what", self.what.as_str()).with("id", self.id.as_str());
        fields.with("status", self.status.as_str()).into()
    }

    /// As users see it.
    pub fn shown(&self) -> String {
        format!("{} {} {}", self.status.to_ascii_lowercase(), self.what, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::{complaint, events};

    #[test]
    fn what_compose_complains_of() {
        let pulled = " web Pulling \n web Error manifest for a:1 not found: manifest unknown\nError response from daemon: manifest\n";
        assert_eq!(
            complaint(pulled),
            "Error when processing web: manifest for a:1 not found: manifest unknown"
        );
        let ended =
            " Container a-web-1  Started\n Container a-web-1  Waiting\ncontainer a-web-1 exited (0)\n";
        assert_eq!(complaint(ended), "General error: container a-web-1 exited (0)");
        let logged = "time=\"t\" level=warning msg=\"old\"\ntime=\"t\" level=fatal msg=\"no daemon\"\n";
        assert_eq!(complaint(logged), "General error: time=\"t\" level=fatal msg=\"no daemon\"");
    }

    #[test]
    fn what_compose_prints() {
        let text = " DRY-RUN MODE -  Network a_default  Creating \n DRY-RUN MODE -  Container a-web-1  Running \n odd line\n Image nginx Pulling\n \
            DRY-RUN MODE -    build service web \n DRY-RUN MODE -  ==> ==> naming to b:1 \n DRY-RUN MODE -  Container 66193b9f38d7_a-web-1  Starting\n \
            DRY-RUN MODE -  web Skipped - Image is already present locally \n DRY-RUN MODE -  Network a  Resource is still in use\n";
        let said: Vec<(String, bool)> =
            events(text).iter().map(|event| (event.shown(), event.changes())).collect();
        assert_eq!(
            said,
            [
                ("creating network a_default".to_owned(), true),
                ("running container a-web-1".to_owned(), false),
                ("pulling image nginx".to_owned(), true),
                ("building service web".to_owned(), true),
                ("starting container a-web-1".to_owned(), true),
                ("resource is still in use network a".to_owned(), false)
            ]
        );
    }
}
