//! Questions for svn, of working copies here and of repositories elsewhere.

use super::answer::ask_about;
use super::{Bytes, Dialogue, Effect, Failure, Fields, Probe, Run};

/// An svn, and who asks.
#[derive(Clone, PartialEq, Debug)]
pub struct Svn {
    pub program: String,
    pub username: Option<String>,
    pub password: Option<String>,
    /// Whether certificates must be good.
    pub validate: bool,
}

/// What `svn info` says of a directory, here or there.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Info {
    pub url: String,
    pub revision: String,
    /// When something in it was changed the last time.
    pub changed: String,
}

impl Info {
    /// Reads what svn prints in English.
    fn read(text: &str) -> Info {
        let field = |name: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            value.unwrap_or_default().to_owned()
        };
        Info { url: field("URL"), revision: field("Revision"), changed: field("Last Changed Rev") }
    }

    fn text(&self) -> String {
        format!("URL: {}\nRevision: {}\nLast Changed Rev: {}\n", self.url, self.revision, self.changed)
    }
}

impl Svn {
    /// What is known of a directory, at a revision where one is named; an error says why nothing is.
    pub fn info(
        &self,
        host: &dyn Probe,
        place: &str,
        revision: Option<&str>,
    ) -> Result<Result<Info, String>, Failure> {
        let said = ask_about(host, self.asking_info(place, revision).query(), &self.program)?;
        Ok(if said.rc == 0 { Ok(Info::read(&said.stdout)) } else { Err(said.stderr.trim().to_owned()) })
    }

    /// Whether files of a working copy have been changed; those that svn does not know do not count.
    pub fn is_dirty(&self, host: &dyn Probe, place: &str) -> Result<bool, Failure> {
        let question = self.asking(["status", "--quiet", "--ignore-externals", place]);
        let said = ask_about(host, question.query(), &self.program)?;
        Ok(said.stdout.lines().any(|line| !line.is_empty() && !line.starts_with(['?', 'X'])))
    }

    /// For a dry run: the directory would be so.
    pub fn becomes(&self, place: &str, info: &Info) -> Effect {
        let answer = Fields::new().with("rc", 0).with("stdout", info.text());
        Effect::Set(self.asking_info(place, None).query().subject().clone(), answer.into())
    }

    /// The command that does what the words mean.
    pub fn run(&self, words: &[&str], effects: Vec<Effect>) -> Run {
        let Dialogue { argv, environment, stdin, .. } = self.asking(words.iter().copied());
        let stdin = Some(stdin).filter(|bytes| !bytes.0.is_empty());
        Run { argv, environment, stdin, counts: true, effects, ..Run::default() }
    }

    fn asking_info(&self, place: &str, revision: Option<&str>) -> Dialogue {
        let revision = revision.into_iter().flat_map(|revision| ["-r", revision]);
        self.asking(["info"].into_iter().chain(revision).chain([place]))
    }

    /// The password goes in by the standard input, where nobody else sees it.
    fn asking<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Dialogue {
        let mut argv = vec![self.program.as_str(), "--non-interactive", "--no-auth-cache"];
        argv.extend((!self.validate).then_some("--trust-server-cert"));
        argv.extend(self.username.iter().flat_map(|name| ["--username", name]));
        argv.extend(self.password.as_ref().map(|_| "--password-from-stdin"));
        let mut argv: Vec<String> = argv.into_iter().map(str::to_owned).collect();
        argv.extend(words.into_iter().map(str::to_owned));
        // Names that are not ASCII need a locale that has them.
        let environment = vec![("LC_ALL".to_owned(), "C.UTF-8".to_owned())];
        let stdin = Bytes(self.password.clone().unwrap_or_default().into_bytes());
        Dialogue { environment, stdin, ..Dialogue::of(argv) }
    }
}
