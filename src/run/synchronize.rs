//! `synchronize`: trees of the controller and of hosts, made the same.

use super::halt::Trouble;
use super::interpreter::Interpreter;
use super::pipeline::Running;
use super::result::Ended;
use super::task_scope::At;
use crate::control::Arguments;
use crate::host::{Content, Failure, Hash, NoContents, Probe, System};
use crate::modules::synchronize::{self, Filter, OFFER};
use crate::modules::{Call, Entry, EntryKind, Source, tree};
use crate::playbook::{Keyword, Keywords};
use crate::report::Status;
use crate::source::Diagnostic;
use crate::vars::Value;
use std::path::{Path, PathBuf};

/// Files up to this many bytes are taken in a dry run too, to show how they differ.
const MOST_SHOWN: u64 = 64 << 10;

impl Interpreter {
    /// Makes one tree the same as another: on the host that of the controller, or the other way round; with the task delegated to
    /// the host itself, both are there.
    pub(super) async fn synchronize(
        &mut self,
        running: &Running,
        arguments: &Arguments,
        at: &At,
    ) -> Result<Ended, Trouble> {
        let delegated = running.delegated_to.clone();
        let within = delegated.as_ref() == Some(&self.host.name);
        if let Some(other) =
            delegated.filter(|other| !within && !self.run.host_or_new(other).is_implicit_localhost)
        {
            let message = format!(
                "`synchronize` goes between the controller and a host, not between `{other}` and another"
            );
            return Err(Diagnostic::error(message).at(arguments.span).into());
        }
        let running = Running { delegated_to: None, ..running.clone() };
        let pull =
            arguments.value("mode").and_then(|mode| mode.str().ok()).is_some_and(|mode| mode == "pull");
        let call = match (within, pull) {
            (true, _) => self.local_call(arguments, None)?,
            (false, true) => return self.pull(&running, arguments, at).await,
            (false, false) => self.call(arguments, at).await?,
        };
        let sending = self.sending(&running, at).await?;
        self.ask_call(&running, call, sending, at).await
    }

    /// Asks the host what it has, takes what is not here, and has this machine put it in place.
    async fn pull(&mut self, running: &Running, arguments: &Arguments, at: &At) -> Result<Ended, Trouble> {
        let sending = self.sending(running, at).await?;
        let offer = self.ask_call(running, arguments.call()?, sending.clone(), at).await?;
        let Some(said) =
            offer.field(OFFER).and_then(|said| said.str().ok()).filter(|_| offer.status == Status::Ok)
        else {
            return Ok(offer);
        };
        let source = synchronize::offered(&said);
        let source =
            source.map_err(|error| Diagnostic::error(format!("the host said what is no tree: {error}")))?;
        let Source::Tree { name, entries } = source else { return Ok(offer) };
        let pull = Pull { running, arguments, at, dest: self.pull_to(arguments)?, kept: Taken::new()? };
        let entries = match self.take_entries(&pull, &name, entries).await? {
            Ok(entries) => entries,
            Err(ended) => return Ok(*ended),
        };
        let call = self.local_call(arguments, Some((&pull.dest, Source::Tree { name, entries })))?;
        let here = Running { delegated_to: Some("localhost".into()), ..running.clone() };
        let mut keywords = Keywords::default();
        keywords.set(Keyword::Become, Value::from(false));
        let frame = at.frame.inside(super::frame::FrameKind::Static { keywords, rescued: false });
        self.ask_call(&here, call, sending, &At { frame, ..at.clone() }).await
    }

    /// Takes the contents of all files that are not the same here.
    async fn take_entries(
        &mut self,
        pull: &Pull<'_>,
        name: &str,
        mut entries: Vec<Entry>,
    ) -> Result<Result<Vec<Entry>, Box<Ended>>, Trouble> {
        let checked = self.is_checked(pull.at).await?;
        let dest = &pull.dest;
        let src = pull.arguments.value("src").and_then(|src| src.str().ok()).unwrap_or_default();
        let is_file = entries.first().is_some_and(|entry| entry.kind != EntryKind::Directory);
        let into = dest.ends_with('/') || Path::new(dest).is_dir();
        let top = synchronize::top(Path::new(dest), name, is_file, src.ends_with('/'), into);
        let here = System::new(Box::new(NoContents));
        for (number, entry) in entries.iter_mut().enumerate() {
            let EntryKind::File(Content::OnHost { path, hash, size }) = entry.kind.clone() else { continue };
            entry.kind = EntryKind::File(Content::Held { hash, size });
            let own = if entry.path.is_empty() {
                top.clone()
            } else {
                top.join(crate::host::text::to_path(&entry.path))
            };
            if same(&here, &own, &hash, size) {
                self.run.contents.serve(hash, &own);
            } else if !checked || size <= MOST_SHOWN {
                let file = pull.kept.0.join(number.to_string());
                if let Err(ended) = self.take_into(pull.running, &path, &file, pull.at).await? {
                    return Ok(Err(ended));
                }
                entry.kind = EntryKind::File(self.kept_content(checked, &file, hash, size));
            }
        }
        Ok(Ok(entries))
    }

    /// A content that was taken. A dry run needs it until its end, when the file is gone.
    fn kept_content(&self, checked: bool, file: &Path, hash: Hash, size: u64) -> Content {
        match checked.then(|| std::fs::read(file).ok()).flatten() {
            Some(bytes) => self.run.contents.inline(bytes),
            None => {
                self.run.contents.serve(hash, file);
                Content::Held { hash, size }
            }
        }
    }

    /// The call with which one machine makes a tree of its own the same as another.
    fn local_call(&self, arguments: &Arguments, given: Option<(&str, Source)>) -> Result<Call, Trouble> {
        let mut fields = arguments.fields();
        fields.set("mode", "push");
        if let Some((dest, _)) = &given {
            fields.set("dest", *dest);
        }
        let refused = |message: String| Trouble::from(Diagnostic::error(message).at(arguments.span));
        let call = crate::modules::parse("synchronize", &fields);
        let mut call = call.map_err(|errors| {
            refused(errors.into_iter().next().map(|error| error.message).unwrap_or_default())
        })?;
        if let Some((_, source)) = given {
            call.attach(source).map_err(refused)?;
        }
        Ok(call)
    }

    /// Where a pulled tree goes: beside the playbook, if it is not said from the root on.
    fn pull_to(&self, arguments: &Arguments) -> Result<String, Trouble> {
        let dest = arguments.value("dest").and_then(|dest| dest.str().ok()).unwrap_or_default();
        let place = self.play.play.dir.join(self.run.expand(&dest));
        let place = std::path::absolute(place)
            .map_err(|error| Diagnostic::error(error.to_string()).at(arguments.span_of("dest")))?;
        let slash = if dest.ends_with('/') { "/" } else { "" };
        Ok(format!("{}{slash}", crate::host::text::from_path(&place).trim_end_matches('/')))
    }

    /// A tree of the controller, with times and owners.
    pub(super) fn whole_tree(
        &self,
        arguments: &Arguments,
        src: &str,
        filter: &Filter,
        at: &At,
    ) -> Result<Source, Trouble> {
        let path = self
            .find(src.trim_end_matches('/'), "files", at)
            .map_err(|tried| self.no_file(arguments, src, &tried))?;
        let here = System::new(Box::new(NoContents));
        let mut content = |path: &Path| {
            let content = self.run.contents.of_file(path, |_| Ok(None));
            content.map_err(|diagnostic| Failure::new(diagnostic.message))
        };
        let tree = tree::read_filtered(&here, &path, filter, &mut content);
        tree.map_err(|failure| Diagnostic::error(failure.to_string()).at(arguments.span_of("src")).into())
    }
}

/// A tree on its way from a host.
struct Pull<'a> {
    running: &'a Running,
    arguments: &'a Arguments,
    at: &'a At,
    dest: String,
    kept: Taken,
}

/// A directory for what was taken, for as long as it is needed.
struct Taken(PathBuf);

impl Taken {
    fn new() -> Result<Taken, Trouble> {
        let cannot =
            |error: String| Trouble::from(Diagnostic::error(format!("cannot keep what is taken: {error}")));
        let word = crate::host::random_word().map_err(|failure| cannot(failure.to_string()))?;
        let path = std::env::temp_dir().join(format!("provision-{word}"));
        let mut builder = std::fs::DirBuilder::new();
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).map_err(|error| cannot(error.to_string()))?;
        Ok(Taken(path))
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Whether a file of this machine has the content.
fn same(here: &System, path: &Path, hash: &Hash, size: u64) -> bool {
    let found = here.follow(path).ok().flatten().is_some_and(|stat| stat.is_file() && stat.size == size);
    found && here.hash(path).is_ok_and(|found| found == *hash)
}
