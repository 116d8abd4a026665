//! The probe of a dry run: what is planned, laid over what is.

use super::http::{Answer as HttpAnswer, Exchange};
use super::{
    Change, Content, Data, Effect, Failure, Hash, Kind, Owner, Probe, Query, Stat, Stored, Subject, System,
};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What is planned so far in a dry run.
#[derive(Default)]
pub struct Planned {
    names: BTreeMap<PathBuf, Node>,
    answers: BTreeMap<Subject, Answer>,
    /// What was not done and may have made anything.
    doubts: Vec<String>,
    /// Where the task is written that is planned now.
    pub place: Option<String>,
}

/// What a name would be.
#[derive(Clone, Debug)]
enum Node {
    Gone,
    There { stat: Stat, holds: Holds },
}

/// What a planned name holds.
#[derive(Clone, Debug)]
enum Holds {
    Bytes(Content),
    /// The content of the host's own file at this path.
    Same(PathBuf),
    /// What a program would have written.
    Unknown(String),
    Link(PathBuf),
    /// A directory; a new one hides what the host has there.
    Directory {
        new: bool,
    },
    Nothing,
}

#[derive(Clone, Debug)]
enum Answer {
    Is(Data),
    With(Vec<super::Fields>),
    Unknown(String),
}

/// The host with all that is planned laid over it.
pub struct Overlay<'a> {
    pub system: &'a System,
    pub planned: &'a Planned,
}

impl Planned {
    /// Lays one more change over the host.
    pub fn lay(&mut self, system: &System, change: &Change) -> Result<(), Failure> {
        match change {
            Change::Write(write) => self.lay_write(system, write),
            Change::Directory { path, mode, owner } => {
                let stat = Stat::planned(Kind::Directory, *mode, *owner);
                self.put(system, path, Node::There { stat, holds: Holds::Directory { new: true } })
            }
            Change::Mode { path, after, .. } => self.change_stat(system, path, |stat| stat.mode = *after),
            Change::Owner { path, after, .. } => self.change_stat(system, path, |stat| stat.owner = *after),
            Change::Times { path, accessed, modified } => self.change_stat(system, path, |stat| {
                stat.accessed = accessed.unwrap_or(stat.accessed);
                stat.modified = modified.unwrap_or(stat.modified);
            }),
            Change::Link { path, target, .. } => {
                let stat = Stat::planned(Kind::Link, 0o777, Owner { uid: 0, gid: 0 });
                self.put(system, path, Node::There { stat, holds: Holds::Link(target.clone()) })
            }
            Change::HardLink { path, target } | Change::Backup { path: target, copy: path } => {
                self.copy(system, target, path)
            }
            Change::Rename { from, to } => {
                self.copy(system, from, to)?;
                self.put(system, from, Node::Gone)
            }
            Change::Remove { path, .. } => self.remove(system, path),
            Change::Run(run) => self.lay_run(system, run),
            Change::Docker(order) => {
                order.effects.iter().try_for_each(|effect| self.lay_effect(system, effect, &order.title))
            }
            Change::Start(start) => {
                start.effects().iter().try_for_each(|effect| self.lay_effect(system, effect, ""))
            }
            Change::Flags { .. } | Change::Context { .. } | Change::Request(_) | Change::Wait(_) => Ok(()),
        }
    }

    fn lay_write(&mut self, system: &System, write: &super::Write) -> Result<(), Failure> {
        let mut stat = Stat::planned(Kind::File, write.mode, write.owner);
        stat.size = write.content.size();
        stat.modified = write.modified.unwrap_or(stat.modified);
        self.put(system, &write.path, Node::There { stat, holds: Holds::Bytes(write.content.clone()) })
    }

    fn lay_run(&mut self, system: &System, run: &super::Run) -> Result<(), Failure> {
        let because = run.not_run(self.place.as_deref());
        if run.effects.is_empty() {
            self.doubts.push(because);
            return Ok(());
        }
        run.effects.iter().try_for_each(|effect| self.lay_effect(system, effect, &because))
    }

    fn lay_effect(&mut self, system: &System, effect: &Effect, because: &str) -> Result<(), Failure> {
        match effect {
            Effect::Set(subject, data) => {
                self.answers.insert(subject.clone(), Answer::Is(data.clone()));
            }
            Effect::Merge(subject, fields) => self.merge(subject, fields),
            Effect::Unknown(subject) => {
                self.answers.insert(subject.clone(), Answer::Unknown(because.to_owned()));
            }
            Effect::Directory { path, mode, owner } => {
                let stat = Stat::planned(Kind::Directory, *mode, *owner);
                self.put(system, path, Node::There { stat, holds: Holds::Directory { new: true } })?;
            }
            Effect::File { path, mode, owner } => {
                let stat = Stat::planned(Kind::File, *mode, *owner);
                self.put(system, path, Node::There { stat, holds: Holds::Unknown(because.to_owned()) })?;
            }
            Effect::Text { path, text } => {
                let mut stat = Stat::planned(Kind::File, 0o644, system.me());
                stat.size = text.len() as u64;
                let holds = Holds::Bytes(Content::inline(text.as_bytes()));
                self.put(system, path, Node::There { stat, holds })?;
            }
            Effect::Gone(path) => self.remove(system, path)?,
            Effect::Anything => self.doubts.push(because.to_owned()),
        }
        Ok(())
    }

    fn merge(&mut self, subject: &Subject, fields: &super::Fields) {
        match self.answers.get_mut(subject) {
            Some(Answer::Is(Data::Map(known))) => {
                fields.clone().into_iter().for_each(|(name, value)| known.set(name, value));
            }
            Some(Answer::With(more)) => more.push(fields.clone()),
            _ => {
                self.answers.insert(subject.clone(), Answer::With(vec![fields.clone()]));
            }
        }
    }

    fn remove(&mut self, system: &System, path: &Path) -> Result<(), Failure> {
        let place = self.place(system, path)?;
        self.names.retain(|name, _| !name.starts_with(&place));
        self.names.insert(place, Node::Gone);
        Ok(())
    }

    fn copy(&mut self, system: &System, from: &Path, to: &Path) -> Result<(), Failure> {
        let from = self.place(system, from)?;
        let node = match self.names.get(&from) {
            Some(node) => node.clone(),
            None => match system.stat(&from)? {
                None => Node::Gone,
                Some(stat) if stat.is_link() => {
                    Node::There { holds: Holds::Link(system.read_link(&from)?), stat }
                }
                Some(stat) => Node::There { stat, holds: Holds::Same(from) },
            },
        };
        self.put(system, to, node)
    }

    fn change_stat(&mut self, system: &System, path: &Path, edit: impl Fn(&mut Stat)) -> Result<(), Failure> {
        let place = self.place(system, path)?;
        let node = match self.names.remove(&place) {
            Some(node) => Some(node),
            None => system.stat(&place)?.map(|stat| self.as_it_is(system, &place, stat)).transpose()?,
        };
        if let Some(Node::There { mut stat, holds }) = node {
            edit(&mut stat);
            self.names.insert(place, Node::There { stat, holds });
        }
        Ok(())
    }

    fn as_it_is(&self, system: &System, place: &Path, stat: Stat) -> Result<Node, Failure> {
        let holds = match stat.kind {
            Kind::Link => Holds::Link(system.read_link(place)?),
            Kind::Directory => Holds::Directory { new: false },
            Kind::File => Holds::Same(place.to_owned()),
            _ => Holds::Nothing,
        };
        Ok(Node::There { stat, holds })
    }

    fn put(&mut self, system: &System, path: &Path, node: Node) -> Result<(), Failure> {
        let place = self.place(system, path)?;
        self.names.insert(place, node);
        Ok(())
    }

    /// The name itself, in the directory to which the way leads.
    fn place(&self, system: &System, path: &Path) -> Result<PathBuf, Failure> {
        Overlay { system, planned: self }.place(path)
    }

    /// Whether the directory, or one above it, is planned to be new or gone: what the host has below is not there.
    fn hides(&self, place: &Path) -> bool {
        place.ancestors().skip(1).any(|above| match self.names.get(above) {
            Some(Node::Gone) => true,
            Some(Node::There { holds, .. }) => {
                !matches!(holds, Holds::Directory { new: false } | Holds::Same(_))
            }
            None => false,
        })
    }
}

impl Overlay<'_> {
    fn place(&self, path: &Path) -> Result<PathBuf, Failure> {
        match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => Ok(self.resolve(parent)?.join(name)),
            _ => self.resolve(path),
        }
    }

    /// The planned or real name at a place whose way is followed.
    fn stat_place(&self, place: &Path) -> Result<Option<Stat>, Failure> {
        match self.planned.names.get(place) {
            Some(Node::Gone) => Ok(None),
            Some(Node::There { stat, .. }) => Ok(Some(stat.clone())),
            None if self.planned.hides(place) => Ok(None),
            None => self.system.stat(place),
        }
    }

    fn holds(&self, path: &Path) -> Result<Option<&Holds>, Failure> {
        let place = self.resolve(path)?;
        match self.planned.names.get(&place) {
            Some(Node::There { holds, .. }) => Ok(Some(holds)),
            Some(Node::Gone) => Err(Failure::at(path, "read", "it is planned to be removed")),
            None if self.planned.hides(&place) => Err(Failure::at(path, "read", "no such file")),
            None => Ok(None),
        }
    }
}

impl Probe for Overlay<'_> {
    fn stat(&self, path: &Path) -> Result<Option<Stat>, Failure> {
        self.stat_place(&self.place(path)?)
    }

    fn link_at(&self, path: &Path) -> Result<Option<PathBuf>, Failure> {
        match self.planned.names.get(path) {
            Some(Node::There { holds: Holds::Link(target), .. }) => Ok(Some(target.clone())),
            Some(_) => Ok(None),
            None if self.planned.hides(path) => Ok(None),
            None => self.system.link_at(path),
        }
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, Failure> {
        match self.holds(path)? {
            None => self.system.read(path),
            Some(Holds::Bytes(content)) => self.system.content(content),
            Some(Holds::Same(place)) => self.system.read(place),
            Some(Holds::Unknown(because)) => Err(Failure::unknown(because)),
            Some(_) => Err(Failure::at(path, "read", "it is no file")),
        }
    }

    fn read_part(&self, path: &Path, offset: u64, length: usize) -> Result<Vec<u8>, Failure> {
        match self.holds(path)? {
            None => self.system.read_part(path, offset, length),
            Some(Holds::Same(place)) => self.system.read_part(place, offset, length),
            Some(_) => Ok(super::probe::part(&self.read(path)?, offset, length)),
        }
    }

    fn open(&self, path: &Path) -> Result<Stored, Failure> {
        match self.holds(path)? {
            None => self.system.open(path),
            Some(Holds::Bytes(content)) => self.system.stored(content),
            Some(Holds::Same(place)) => self.system.open(place),
            Some(_) => self.system.stored(&Content::inline(self.read(path)?)),
        }
    }

    fn stored(&self, content: &Content) -> Result<Stored, Failure> {
        self.system.stored(content)
    }

    fn unpacked(&self, program: &str, packed: &Stored) -> Result<Option<Stored>, Failure> {
        self.system.unpacked(program, packed)
    }

    fn hash(&self, path: &Path) -> Result<Hash, Failure> {
        match self.holds(path)? {
            None => self.system.hash(path),
            Some(Holds::Bytes(content)) => Ok(content.hash()),
            Some(Holds::Same(place)) => self.system.hash(place),
            Some(_) => self.read(path).map(|bytes| Hash::of(&bytes)),
        }
    }

    fn list(&self, path: &Path) -> Result<Vec<OsString>, Failure> {
        let place = self.resolve(path)?;
        if !self.stat_place(&place)?.is_some_and(|stat| stat.is_directory()) {
            return Err(Failure::at(path, "list", "no such directory"));
        }
        let hidden = self.planned.hides(&place.join("x"));
        let mut names = if hidden { Vec::new() } else { self.system.list(&place)? };
        for (name, node) in self.planned.names.iter().filter(|(name, _)| name.parent() == Some(&place)) {
            let Some(name) = name.file_name() else { continue };
            names.retain(|known| known != name);
            if matches!(node, Node::There { .. }) {
                names.push(name.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf, Failure> {
        let place = self.place(path)?;
        self.link_at(&place)?.ok_or_else(|| Failure::at(path, "read the link", "it is no link"))
    }

    fn ask(&self, query: &Query) -> Result<Data, Failure> {
        let planned = self.planned.answers.get(query.subject());
        match planned {
            Some(Answer::Is(data)) => Ok(data.clone()),
            Some(Answer::Unknown(because)) => Err(Failure::unknown(because)),
            Some(Answer::With(more)) => {
                let mut known = self.system.ask(query)?.as_map().cloned().unwrap_or_default();
                more.iter()
                    .flat_map(|fields| fields.clone())
                    .for_each(|(name, value)| known.set(name, value));
                Ok(Data::Map(known))
            }
            None => match super::users::planned_with_number(&self.planned_answers(), query.subject()) {
                Some(data) => Ok(data),
                None => self.system.ask(query),
            },
        }
    }

    fn content(&self, content: &Content) -> Result<Vec<u8>, Failure> {
        self.system.content(content)
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.system.variable(name)
    }

    fn added_variables(&self) -> Vec<(String, String)> {
        self.system.added_variables()
    }

    fn me(&self) -> Owner {
        self.system.me()
    }

    fn umask(&self) -> u32 {
        self.system.umask()
    }

    fn file_content(&self, path: &Path) -> Result<Content, Failure> {
        match self.holds(path)? {
            None => self.system.file_content(path),
            Some(Holds::Bytes(content)) => Ok(content.clone()),
            Some(Holds::Same(place)) => self.system.file_content(place),
            Some(_) => self.read(path).map(Content::inline),
        }
    }

    fn fetch(&self, exchange: &Exchange) -> HttpAnswer {
        self.system.fetch(exchange)
    }

    fn answered(&self) -> Option<HttpAnswer> {
        None
    }

    fn doubt(&self) -> Option<String> {
        self.planned.doubts.last().cloned()
    }

    fn planned_below(&self, path: &Path) -> Vec<PathBuf> {
        self.planned.names.keys().filter(|name| name.starts_with(path)).cloned().collect()
    }

    fn planned_subjects(&self) -> Vec<&Subject> {
        self.planned.answers.keys().collect()
    }

    fn stage(&self) -> usize {
        self.system.stage
    }

    fn is_dry(&self) -> bool {
        true
    }
}

impl Overlay<'_> {
    fn planned_answers(&self) -> Vec<(&Subject, &Data)> {
        let mut answers = Vec::new();
        for (subject, answer) in &self.planned.answers {
            if let Answer::Is(data) = answer {
                answers.push((subject, data));
            }
        }
        answers
    }
}
