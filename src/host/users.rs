//! Users and groups.

use super::{Data, Failure, Fields, Probe, Query, Subject, System, text};
use std::path::Path;

/// A user of the host.
#[derive(Clone, PartialEq, Debug)]
pub struct User {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
    pub comment: String,
    pub home: String,
    pub shell: String,
}

/// A group of the host.
#[derive(Clone, PartialEq, Debug)]
pub struct Group {
    pub name: String,
    pub gid: u32,
    pub members: Vec<String>,
}

/// The user of this name.
pub fn user(host: &dyn Probe, name: &str) -> Result<Option<User>, Failure> {
    Ok(read_user(&host.ask(&Query::about(Subject::User(name.to_owned())))?))
}

/// The user with this number.
pub fn user_with(host: &dyn Probe, uid: u32) -> Result<Option<User>, Failure> {
    Ok(read_user(&host.ask(&Query::about(Subject::Uid(uid)))?))
}

/// The group of this name.
pub fn group(host: &dyn Probe, name: &str) -> Result<Option<Group>, Failure> {
    Ok(read_group(&host.ask(&Query::about(Subject::Group(name.to_owned())))?))
}

/// The group with this number.
pub fn group_with(host: &dyn Probe, gid: u32) -> Result<Option<Group>, Failure> {
    Ok(read_group(&host.ask(&Query::about(Subject::Gid(gid)))?))
}

fn read_user(data: &Data) -> Option<User> {
    Some(User {
        name: data.text("name")?,
        uid: data.number("uid")?,
        gid: data.number("gid")?,
        comment: data.text("comment").unwrap_or_default(),
        home: data.text("home").unwrap_or_default(),
        shell: data.text("shell").unwrap_or_default(),
    })
}

fn read_group(data: &Data) -> Option<Group> {
    let members = data.list("members").iter().filter_map(Data::as_text).map(str::to_owned).collect();
    Some(Group { name: data.text("name")?, gid: data.number("gid")?, members })
}

impl User {
    /// The answer that this user is.
    pub fn answer(&self) -> Data {
        let fields =
            Fields::new().with("name", self.name.as_str()).with("uid", self.uid).with("gid", self.gid);
        let fields = fields.with("comment", self.comment.as_str()).with("home", self.home.as_str());
        Data::Map(fields.with("shell", self.shell.as_str()))
    }
}

impl Group {
    /// The answer that this group is.
    pub fn answer(&self) -> Data {
        let fields = Fields::new().with("name", self.name.as_str()).with("gid", self.gid);
        Data::Map(fields.with("members", self.members.clone()))
    }
}

/// The planned user or group that has the number that is asked for.
pub(in crate::host) fn planned_with_number(planned: &[(&Subject, &Data)], asked: &Subject) -> Option<Data> {
    let found = |entry: &&(&Subject, &Data)| match (asked, entry.0) {
        (Subject::Uid(uid), Subject::User(_)) => entry.1.number("uid") == Some(*uid),
        (Subject::Gid(gid), Subject::Group(_)) => entry.1.number("gid") == Some(*gid),
        _ => false,
    };
    planned.iter().find(found).map(|(_, data)| (*data).clone())
}

/// What a question about a user is about, for effects.
pub fn user_subject(name: &str) -> Subject {
    Subject::User(name.to_owned())
}

/// What a question about a group is about, for effects.
pub fn group_subject(name: &str) -> Subject {
    Subject::Group(name.to_owned())
}

/// What `/etc/shadow` says of a user; [`Data::Null`] where it may not be read or says nothing.
pub fn shadow(host: &dyn Probe, name: &str) -> Result<Data, Failure> {
    host.ask(&Query::about(shadow_subject(name)))
}

/// What a question about a user's password is about, for effects.
pub fn shadow_subject(name: &str) -> Subject {
    Subject::Shadow(name.to_owned())
}

/// All groups, those of `/etc/group`.
pub fn groups(host: &dyn Probe) -> Result<Vec<Group>, Failure> {
    let names = entries(host, "/etc/group")?.into_iter().filter_map(|line| line.into_iter().next());
    let mut groups = Vec::new();
    for name in names {
        groups.extend(group(host, &name)?);
    }
    Ok(groups)
}

/// A number that no user and no group of the file has, as the tools of the host would choose it.
pub fn free_number(host: &dyn Probe, path: &str, system: bool) -> Result<u32, Failure> {
    let taken: Vec<u32> = entries(host, path)?.iter().filter_map(|line| line.get(2)?.parse().ok()).collect();
    let is_taken = |number: u32| -> Result<bool, Failure> {
        Ok(taken.contains(&number)
            || user_with(host, number)?.is_some()
            || group_with(host, number)?.is_some())
    };
    let highest = taken.iter().filter(|number| (1000..60_000).contains(*number)).max();
    let mut number = if system { 999 } else { highest.map_or(1000, |highest| highest + 1) };
    while is_taken(number)? && number > 100 {
        number = if system { number - 1 } else { number + 1 };
    }
    Ok(number)
}

pub(in crate::host) fn find_shadow(system: &System, name: &str) -> Result<Data, Failure> {
    let lines = entries(system, "/etc/shadow").unwrap_or_default();
    let Some(line) = lines.into_iter().find(|line| line.first().is_some_and(|first| first == name)) else {
        return Ok(Data::Null);
    };
    let names = ["name", "password", "changed", "min", "max", "warn", "inactive", "expires"];
    Ok(Data::Map(names.into_iter().map(str::to_owned).zip(line.into_iter().map(Data::from)).collect()))
}

/// All lines of a file such as `/etc/passwd`, split at colons.
pub fn entries(host: &dyn Probe, path: &str) -> Result<Vec<Vec<String>>, Failure> {
    if !host.exists(Path::new(path))? {
        return Ok(Vec::new());
    }
    let content = text::from_bytes(&host.read(Path::new(path))?);
    let lines = content.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(lines.map(|line| line.split(':').map(str::to_owned).collect()).collect())
}

/// What `getent` says of a key in a database, of a service where one is named.
pub fn getent(
    host: &dyn Probe,
    database: &str,
    key: Option<&str>,
    service: Option<&str>,
) -> Result<Data, Failure> {
    let mut argv = vec!["getent", database];
    argv.extend(key);
    argv.extend(service.into_iter().flat_map(|service| ["-s", service]));
    host.ask(&super::answer::output_of(&argv))
}

/// A user by name or number: in the file, else as `getent` knows it.
pub(in crate::host) fn find_user(system: &System, key: &str) -> Result<Data, Failure> {
    let line = find_line(system, ("/etc/passwd", "passwd"), key)?;
    Ok(line.and_then(|line| user_of(&line)).map_or(Data::Null, |user| user.answer()))
}

/// A group by name or number: in the file, else as `getent` knows it.
pub(in crate::host) fn find_group(system: &System, key: &str) -> Result<Data, Failure> {
    let line = find_line(system, ("/etc/group", "group"), key)?;
    Ok(line.and_then(|line| group_of(&line)).map_or(Data::Null, |group| group.answer()))
}

fn find_line(
    system: &System,
    (path, database): (&str, &str),
    key: &str,
) -> Result<Option<Vec<String>>, Failure> {
    let is_key = |line: &Vec<String>| line.first().is_some_and(|name| name == key);
    let is_number = |line: &Vec<String>| line.get(2).is_some_and(|number| number == key);
    let lines = entries(system, path)?;
    if let Some(line) = lines.iter().find(|line| is_key(line) || is_number(line)) {
        return Ok(Some(line.clone()));
    }
    let only_files = system.is_played() || only_files(system, database)?;
    if only_files || key.starts_with('-') {
        return Ok(None);
    }
    let argv = ["getent", database, key].map(str::to_owned).to_vec();
    let said = super::answer::output(system, argv)?.map(Data::Map).and_then(|said| said.text("stdout"));
    let line =
        said.unwrap_or_default().lines().next().map(|line| line.split(':').map(str::to_owned).collect());
    Ok(line)
}

/// Whether the name service looks into files and what systemd makes up, and nowhere else: then nobody else is asked.
fn only_files(system: &System, database: &str) -> Result<bool, Failure> {
    let path = Path::new("/etc/nsswitch.conf");
    if !system.exists(path)? {
        return Ok(true);
    }
    let content = text::from_bytes(&system.read(path)?);
    let line = content.lines().find_map(|line| line.trim().strip_prefix(database)?.trim().strip_prefix(':'));
    Ok(line.unwrap_or("files").split_whitespace().all(|source| source == "files"))
}

fn user_of(line: &[String]) -> Option<User> {
    let part = |index: usize| line.get(index).cloned().unwrap_or_default();
    Some(User {
        name: part(0),
        uid: line.get(2)?.parse().ok()?,
        gid: line.get(3)?.parse().ok()?,
        comment: part(4),
        home: part(5),
        shell: part(6),
    })
}

fn group_of(line: &[String]) -> Option<Group> {
    let members = line.get(3).map(String::as_str).unwrap_or_default();
    let members = members.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    Some(Group { name: line.first()?.clone(), gid: line.get(2)?.parse().ok()?, members })
}
