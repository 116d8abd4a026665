//! Arguments that every module shares that puts a file in place, and what they mean.

use super::argument::Mode;
use crate::host::{Change, Failure, Fields, Owner, Plan, Probe, Stat, flags, text, users};
use std::path::Path;

arguments! {
    /// Owner, group and permissions of what a module puts in place.
    FileAttributes {
        /// Permissions: `0644` with its zero, quoted or not, or symbolic such as `u=rw,g=r`.
        mode: Option<Mode>;
        /// Name or number of the owner.
        owner: Option<String>;
        /// Name or number of the group.
        group: Option<String>;
        /// Flags as `chattr` takes them.
        attributes ["attr"]: Option<String>;
        /// User of the SELinux context.
        seuser: Option<String>;
        /// Role of the SELinux context.
        serole: Option<String>;
        /// Type of the SELinux context.
        setype: Option<String>;
        /// Level of the SELinux context.
        selevel: Option<String>;
        /// Writes into the file that is there when it cannot be replaced, as where it is a mount of its own.
        unsafe_writes: bool = false;
    }
}

impl FileAttributes {
    /// No wishes at all.
    pub fn none() -> FileAttributes {
        FileAttributes {
            mode: None,
            owner: None,
            group: None,
            attributes: None,
            seuser: None,
            serole: None,
            setype: None,
            selevel: None,
            unsafe_writes: false,
        }
    }

    /// The owner that a name gets that has this one.
    pub fn owner(&self, host: &dyn Probe, before: Owner) -> Result<Owner, Failure> {
        let uid = self.owner.as_deref().map(|name| user_number(host, name)).transpose()?;
        let gid = self.group.as_deref().map(|name| group_number(host, name)).transpose()?;
        Ok(Owner { uid: uid.unwrap_or(before.uid), gid: gid.unwrap_or(before.gid) })
    }

    /// The permissions that a name gets that has these.
    pub fn mode(&self, host: &dyn Probe, before: u32, is_directory: bool) -> u32 {
        let wanted = self.mode.as_ref().and_then(|mode| mode.bits(before, is_directory, host.umask()));
        wanted.unwrap_or(before)
    }

    /// The permissions of a new file.
    pub fn new_mode(&self, host: &dyn Probe) -> u32 {
        self.mode(host, 0o666 & !host.umask(), false)
    }

    /// What must change for a name that is there to have the attributes wished for. Links have no mode of their own.
    pub fn changes(&self, host: &dyn Probe, path: &Path, stat: &Stat) -> Result<Vec<Change>, Failure> {
        let mut changes = Vec::new();
        let owner = self.owner(host, stat.owner)?;
        if owner != stat.owner {
            changes.push(Change::Owner { path: path.to_owned(), before: stat.owner, after: owner });
        }
        let mode = self.mode(host, stat.mode, stat.is_directory());
        // Giving a file away takes its set-user-ID bits: the mode is set after, and again if they are wanted.
        let before = if owner == stat.owner || stat.is_directory() { stat.mode } else { stat.mode & 0o1777 };
        if !stat.is_link() && (mode != before || mode != stat.mode) {
            changes.push(Change::Mode { path: path.to_owned(), before: stat.mode, after: mode });
        }
        changes.extend(self.extended(host, path, stat)?);
        Ok(changes)
    }

    /// What must change beyond owner and mode: flags and SELinux context.
    pub fn extended(&self, host: &dyn Probe, path: &Path, stat: &Stat) -> Result<Vec<Change>, Failure> {
        let mut changes = Vec::new();
        if let Some(wanted) = self.attributes.as_deref().filter(|_| !stat.is_link()) {
            let before = flags::flags(host, path)?;
            let after = flags::wanted(wanted, &before);
            if !flags::same(&before, &after) {
                changes.push(Change::Flags { path: path.to_owned(), before, after });
            }
        }
        if let Some((before, after)) = self.context(host, path)?.filter(|(before, after)| before != after) {
            changes.push(Change::Context { path: path.to_owned(), before, after });
        }
        Ok(changes)
    }

    fn context(&self, host: &dyn Probe, path: &Path) -> Result<Option<(String, String)>, Failure> {
        let wishes = [&self.seuser, &self.serole, &self.setype, &self.selevel];
        if wishes.iter().all(|wish| wish.is_none()) {
            return Ok(None);
        }
        let Some(before) = flags::context(host, path)? else { return Ok(None) };
        let mut parts = before.splitn(4, ':');
        let after = wishes.map(|wish| {
            let part = parts.next().unwrap_or_default();
            wish.as_deref().filter(|wish| *wish != "_default").unwrap_or(part).to_owned()
        });
        let after = after.join(":").trim_end_matches(':').to_owned();
        Ok(Some((before, after)))
    }

    /// The same as a plan.
    pub fn plan(&self, host: &dyn Probe, path: &Path, stat: &Stat) -> Result<Plan, Failure> {
        self.changes(host, path, stat).map(Plan::from)
    }
}

/// The number of a user, given by name or number.
pub fn user_number(host: &dyn Probe, name: &str) -> Result<u32, Failure> {
    if let Some(user) = users::user(host, name)? {
        return Ok(user.uid);
    }
    name.parse().map_err(|_| host.missing(format!("there is no user `{name}`")))
}

/// The number of a group, given by name or number.
pub fn group_number(host: &dyn Probe, name: &str) -> Result<u32, Failure> {
    if let Some(group) = users::group(host, name)? {
        return Ok(group.gid);
    }
    name.parse().map_err(|_| host.missing(format!("there is no group `{name}`")))
}

/// What file modules say in the end of the file that they were about.
pub fn describe(host: &dyn Probe, path: &Path, result: &mut Fields) -> Result<(), Failure> {
    let Some(stat) = host.stat(path)? else {
        result.set("state", "absent");
        return Ok(());
    };
    let user =
        users::user_with(host, stat.owner.uid)?.map_or_else(|| stat.owner.uid.to_string(), |user| user.name);
    let group = users::group_with(host, stat.owner.gid)?
        .map_or_else(|| stat.owner.gid.to_string(), |group| group.name);
    result.set("uid", stat.owner.uid);
    result.set("gid", stat.owner.gid);
    result.set("owner", user);
    result.set("group", group);
    result.set("mode", format!("0{:03o}", stat.mode));
    result.set("state", state_word(&stat));
    result.set("size", stat.size);
    if let Some(context) = flags::context(host, path)? {
        result.set("secontext", context);
    }
    Ok(())
}

/// Ansible's word for what a name is.
pub fn state_word(stat: &Stat) -> &'static str {
    match stat.kind.name() {
        "file" if stat.links > 1 => "hard",
        "link" => "link",
        "directory" => "directory",
        _ => "file",
    }
}

/// The directories that have to be made for a directory to be there, outermost first.
pub fn directories(host: &dyn Probe, path: &Path, wishes: &FileAttributes) -> Result<Vec<Change>, Failure> {
    let mut missing = Vec::new();
    for above in path.ancestors() {
        match host.follow(above)? {
            Some(stat) if stat.is_directory() => {
                return make_all(host, &stat, missing, wishes);
            }
            Some(_) => return Err(Failure::new(format!("`{}` is no directory", above.display()))),
            None if host.stat(above)?.is_some() => {
                return Err(host.missing(format!("`{}` is a link that leads nowhere", above.display())));
            }
            None => missing.push(above.to_owned()),
        }
    }
    Err(host.missing(format!("cannot make `{}`", text::from_path(path))))
}

fn make_all(
    host: &dyn Probe,
    above: &Stat,
    missing: Vec<std::path::PathBuf>,
    wishes: &FileAttributes,
) -> Result<Vec<Change>, Failure> {
    let mode = 0o777 & !host.umask() | above.mode & SET_GROUP;
    let owner = wishes.owner(host, newcomer(host.me(), above))?;
    let mode = wishes.mode(host, mode, true);
    Ok(missing.into_iter().rev().map(|path| Change::Directory { path, mode, owner }).collect())
}

/// The bit of a directory that gives its group to what is made in it, and the bit itself to directories.
const SET_GROUP: u32 = 0o2000;

fn newcomer(me: Owner, above: &Stat) -> Owner {
    Owner { gid: if above.mode & SET_GROUP == 0 { me.gid } else { above.owner.gid }, ..me }
}

/// Whom a file belongs to that is new at this path. Directories on the way that are not there yet hand on what the nearest
/// one gives that is.
pub fn owner_of_new(host: &dyn Probe, path: &Path) -> Result<Owner, Failure> {
    for above in path.ancestors().skip(1) {
        if let Some(above) = host.follow(above)? {
            return Ok(newcomer(host.me(), &above));
        }
    }
    Ok(host.me())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::host::{Kind, NoContents, Overlay, Planned, System};

    /// Asks something of a host with `/shared`, a directory that gives its group 8 to what is new in it.
    pub fn with_shared<T>(ask: impl FnOnce(&dyn Probe) -> T) -> T {
        let root = tempfile::tempdir().unwrap();
        let system = System::below(root.path().to_owned(), Box::new(NoContents));
        let (mut planned, owner) = (Planned::default(), Owner { uid: 7, gid: 8 });
        let shared = Change::Directory { path: "/shared".into(), mode: 0o2775, owner };
        planned.lay(&system, &shared).unwrap();
        ask(&Overlay { system: &system, planned: &planned })
    }

    #[test]
    fn what_is_new_takes_the_group_of_a_directory_that_gives_it() {
        let (me, theirs) = (Owner { uid: 0, gid: 0 }, Owner { uid: 7, gid: 8 });
        let below = |mode| newcomer(me, &Stat::planned(Kind::Directory, mode, theirs));
        assert_eq!(below(0o2750), Owner { uid: 0, gid: 8 });
        assert_eq!(below(0o1777), me);
    }

    #[test]
    fn directories_that_are_not_there_yet_hand_the_group_on() {
        with_shared(|host| {
            let group = |path: &str| owner_of_new(host, Path::new(path)).unwrap().gid;
            assert_eq!([group("/shared/a"), group("/shared/new/a"), group("/new/a")], [8, 8, host.me().gid]);
        });
    }
}
