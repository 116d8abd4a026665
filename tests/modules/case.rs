//! One case: what is given, and what must come of it.

use crate::fake::Fake;
use provision::host::{Content, Data, Fields, json};
use provision::modules::{self, Call, Entry, EntryKind, Source};
use provision::wire::{Mode, Outcome, Reply, Request, Sending, perform};
use std::path::Path;

/// One case of a module.
pub struct Case {
    pub name: String,
    given: Data,
}

impl Case {
    /// The cases in a file: one, or a list.
    pub fn read(path: &Path) -> Vec<Case> {
        let text = std::fs::read_to_string(path).unwrap();
        let data = json::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let given = match data {
            Data::List(cases) => cases,
            case => vec![case],
        };
        given.into_iter().map(|given| Case { name: given.text("name").unwrap_or_default(), given }).collect()
    }

    /// Whether what must come of it comes of it.
    pub fn holds(&self) -> Result<(), String> {
        let call = match self.call() {
            Ok(call) => call,
            Err(refused) => return self.expect_refusal(&refused),
        };
        let fake = Fake::new(&self.given);
        let before = fake.snapshot();
        let checked = self.perform(&fake, &call, Mode::Check);
        same("the host after a dry run", &before, &fake.snapshot())?;
        let applied = self.perform(&fake, &call, Mode::Apply);
        self.expect_outcome(&applied)?;
        self.expect_changes(&applied)?;
        let failed = matches!(applied.outcome, Outcome::Failed { .. });
        if !failed
            && !matches!(checked.outcome, Outcome::Unknown { .. })
            && self.given.entry("dry") != &Data::Bool(false)
        {
            let shown = |reply: &Reply| {
                reply.changes.iter().map(|c| format!("{} {}", c.kind, c.title)).collect::<Vec<_>>()
            };
            same("what the dry run showed", &shown(&applied), &shown(&checked))?;
        }
        self.expect_result(&applied)?;
        fake.expect(self.given.entry("after"))?;
        self.expect_nothing_more(&fake, &call, &applied)
    }

    /// What is given: the task, the host.
    pub fn given(&self) -> &Data {
        &self.given
    }

    /// Whether its host is this machine.
    pub fn is_real(&self) -> bool {
        self.given.entry("host").entry("real") == &Data::Bool(true)
    }

    /// The module and its arguments.
    pub fn task(&self) -> (String, Fields) {
        let task = self.given.entry("task").as_map().and_then(|task| task.iter().next());
        let (name, arguments) = task.expect("a task");
        (name.to_owned(), arguments.as_map().cloned().unwrap_or_default())
    }

    fn call(&self) -> Result<Call, String> {
        let (name, arguments) = self.task();
        let refused = |errors: Vec<modules::ArgumentError>| {
            let text = |e: &modules::ArgumentError| {
                format!("{}{}", e.message, e.hint.as_ref().map(|h| format!("; {h}")).unwrap_or_default())
            };
            errors.iter().map(text).collect::<Vec<_>>().join("\n")
        };
        let mut call = modules::parse(&name, &arguments).map_err(refused)?;
        if let Some(source) = source(self.given.entry("source")) {
            call.attach(source).unwrap();
        }
        // What travels must arrive.
        let bytes = rmp_serde::to_vec_named(&call).unwrap();
        assert_eq!(rmp_serde::from_slice::<Call>(&bytes).unwrap(), call);
        Ok(call)
    }

    fn perform(&self, fake: &Fake, call: &Call, mode: Mode) -> Reply {
        let sending = Sending { mode, diff: true, ..Sending::default() };
        let request = Request { sending, ..Request::new(1, call.clone()) };
        perform(&mut fake.host(), &request)
    }

    fn expect_refusal(&self, refused: &str) -> Result<(), String> {
        match self.given.text("refused") {
            Some(wanted) if refused.contains(&wanted) => Ok(()),
            Some(wanted) => Err(format!("refused with `{refused}`, not `{wanted}`")),
            None => Err(format!("refused: {refused}")),
        }
    }

    fn expect_outcome(&self, reply: &Reply) -> Result<(), String> {
        if let Some(wanted) = self.given.text("refused") {
            return Err(format!("was not refused with `{wanted}`"));
        }
        let changes = self.given.list("changes");
        match (&reply.outcome, self.given.text("failed"), self.given.text("outcome")) {
            (Outcome::Failed { message }, Some(wanted), _) if message.contains(&wanted) => Ok(()),
            (Outcome::Failed { message }, Some(wanted), _) => {
                Err(format!("failed with `{message}`, not `{wanted}`"))
            }
            (Outcome::Changed, None, Some(wanted)) if wanted == "changed" => Ok(()),
            (Outcome::Unchanged, None, Some(wanted)) if wanted == "unchanged" => Ok(()),
            (Outcome::Skipped { .. }, None, Some(wanted)) if wanted == "skipped" => Ok(()),
            (Outcome::Changed, None, None) if !changes.is_empty() => Ok(()),
            (Outcome::Unchanged, None, None) if changes.is_empty() => Ok(()),
            (outcome, ..) => Err(format!("came to {outcome:?}; changes {:?}", reply.changes)),
        }
    }

    fn expect_changes(&self, reply: &Reply) -> Result<(), String> {
        if self.given.entry("changes").is_null() {
            return Ok(());
        }
        let wanted: Vec<String> =
            self.given.list("changes").iter().filter_map(|c| c.as_text().map(str::to_owned)).collect();
        let found: Vec<String> = reply.changes.iter().map(ToString::to_string).collect();
        let fits = |(wanted, found): (&String, &String)| {
            wanted == found || found.starts_with(&format!("{wanted}\n"))
        };
        if wanted.len() == found.len() && wanted.iter().zip(&found).all(fits) {
            return Ok(());
        }
        Err(format!("changes are\n{}\nnot\n{}", found.join("\n"), wanted.join("\n")))
    }

    fn expect_result(&self, reply: &Reply) -> Result<(), String> {
        let none = Fields::new();
        for (name, wanted) in self.given.entry("result").as_map().unwrap_or(&none).iter() {
            let found = reply.field(name).unwrap_or(&Data::Null);
            if !includes(found, wanted) {
                return Err(format!(
                    "`{name}` of the result is {}, not {}",
                    json::print(found),
                    json::print(wanted)
                ));
            }
        }
        Ok(())
    }

    fn expect_nothing_more(&self, fake: &Fake, call: &Call, first: &Reply) -> Result<(), String> {
        if matches!(first.outcome, Outcome::Failed { .. }) || self.given.entry("again") == &Data::Bool(true) {
            return Ok(());
        }
        let second = self.perform(fake, call, Mode::Apply);
        match second.outcome {
            Outcome::Unchanged | Outcome::Skipped { .. } if second.changes.is_empty() => Ok(()),
            outcome => Err(format!("a second run is not empty: {outcome:?} {:?}", second.changes)),
        }
    }
}

/// Whether the data holds all that is wanted; dicts may hold more. `*` stands for anything but nothing.
fn includes(found: &Data, wanted: &Data) -> bool {
    match (found, wanted) {
        (Data::Null, Data::Text(any)) if any == "*" => false,
        (_, Data::Text(any)) if any == "*" => true,
        (Data::Map(found), Data::Map(wanted)) => {
            wanted.iter().all(|(name, wanted)| includes(found.get(name).unwrap_or(&Data::Null), wanted))
        }
        _ => found == wanted,
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, wanted: &T, found: &T) -> Result<(), String> {
    if wanted == found { Ok(()) } else { Err(format!("{what} differs: {found:?}, not {wanted:?}")) }
}

fn source(data: &Data) -> Option<Source> {
    let name = data.text("name").unwrap_or_default();
    if let Some(text) = data.text("text") {
        let mode = data.text("mode").and_then(|mode| u32::from_str_radix(&mode, 8).ok());
        return Some(Source::File { name, content: Content::inline(text), mode });
    }
    if let Some(packed) = data.text("base64") {
        let bytes = provision::host::base64::decode(&packed).unwrap();
        return Some(Source::File { name, content: Content::inline(bytes), mode: None });
    }
    let tree = data.entry("tree").as_map()?;
    let entry = |(path, kind): (&str, &Data)| Entry {
        path: path.trim_end_matches('/').to_owned(),
        mode: 0o755,
        origin: None,
        kind: match kind.as_text() {
            None => EntryKind::Directory,
            Some(text) => match text.strip_prefix("link:") {
                Some(target) => EntryKind::Link(target.to_owned()),
                None => EntryKind::File(Content::inline(text)),
            },
        },
    };
    Some(Source::Tree { name, entries: tree.iter().map(entry).collect() })
}
