//! Questions for `docker compose`.

use crate::host::query::Dialogue;
use crate::host::{Bytes, Data, Failure, Fields, Probe, Query, Subject, json};

/// The words before what compose is to do, and what it reads.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Project {
    pub words: Vec<String>,
    /// The definition of the project, where it is no file.
    pub stdin: Option<Bytes>,
}

/// What compose did, or would do, with one thing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// `container`, `network`, `volume`, `image`, `service`.
    pub what: String,
    pub id: String,
    pub status: String,
}

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
    fn ask(&self, host: &dyn Probe, before: &[&str], words: &[String]) -> Result<Data, Failure> {
        let mut argv: Vec<String> = self.words.clone();
        argv.extend(before.iter().map(|word| (*word).to_owned()));
        argv.extend(words.iter().cloned());
        let stdin = self.stdin.clone().unwrap_or_default();
        host.ask(&Query::about(Subject::Dialogue(Dialogue { argv, stdin, ..Dialogue::default() })))
    }

    /// The version of compose; nothing where docker has none.
    pub fn version(&self, host: &dyn Probe) -> Result<Option<String>, Failure> {
        let argv = ["docker", "compose", "version", "--short"].map(str::to_owned).to_vec();
        let said = host.ask(&Query::about(Subject::Output(argv)))?;
        Ok(said
            .text("stdout")
            .filter(|_| said.number::<i64>("rc") == Some(0))
            .map(|said| said.trim().to_owned()))
    }

    /// What these words would do: compose's own dry run.
    pub fn foreseen(&self, host: &dyn Probe, words: &[String]) -> Result<Vec<Event>, Failure> {
        let said = self.ask(host, &["--dry-run"], words)?;
        let text = said.text("stderr").unwrap_or_default();
        match said.number::<i64>("rc") {
            Some(0) => Ok(events(&text)),
            _ => Err(Failure::new(format!("docker compose: {}", text.trim()))),
        }
    }

    /// The lists that `ps` and `images` print.
    pub fn list(&self, host: &dyn Probe, words: &[&str]) -> Result<Vec<Data>, Failure> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let printed = self.ask(host, &[], &words)?.text("stdout").unwrap_or_default();
        // Newer ones print an object a line.
        Ok(match json::parse(&printed) {
            Ok(Data::List(items)) => items,
            _ => printed.lines().filter_map(|line| json::parse(line).ok()).collect(),
        })
    }
}

/// What compose prints of what it does: ` Container web-1  Creating`, or behind `DRY-RUN MODE -`.
pub fn events(text: &str) -> Vec<Event> {
    text.lines().filter_map(event).collect()
}

fn event(line: &str) -> Option<Event> {
    let line = line.trim().trim_start_matches("DRY-RUN MODE -").trim();
    let (head, status) = line.rsplit_once("  ").or_else(|| line.rsplit_once(' '))?;
    let (what, id) = head.trim().split_once(' ').unwrap_or(("service", head.trim()));
    let what = what.to_ascii_lowercase();
    let known = ["container", "network", "volume", "image", "service"].contains(&what.as_str());
    let known = known && status.trim().starts_with(char::is_uppercase);
    known.then(|| Event {
        what,
        id: id.trim().trim_matches('"').to_owned(),
        status: status.trim().to_owned(),
    })
}

impl Event {
    /// Whether something becomes other by it.
    pub fn changes(&self) -> bool {
        CHANGING.contains(&self.status.as_str())
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
    use super::events;

    #[test]
    fn what_compose_prints() {
        let text = " DRY-RUN MODE -  Network a_default  Creating \n DRY-RUN MODE -  Container a-web-1  Running \n odd line\n Image nginx Pulling\n";
        let said: Vec<(String, bool)> =
            events(text).iter().map(|event| (event.shown(), event.changes())).collect();
        assert_eq!(
            said,
            [
                ("creating network a_default".to_owned(), true),
                ("running container a-web-1".to_owned(), false),
                ("pulling image nginx".to_owned(), true)
            ]
        );
    }
}
