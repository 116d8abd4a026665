//! Making a user.

use super::{User, chief_group, password};
use crate::host::users::{self, Group, User as Found};
use crate::host::{Change, Effect, Failure, Fields, Owner, Plan, Probe, Run, text};
use crate::modules::{FileAttributes, files};
use std::path::Path;

/// What must be done for a user to be there who is not.
pub fn plan(user: &User, host: &dyn Probe) -> Result<Plan, Failure> {
    let made = foreseen(user, host)?;
    let said = user.said().with("system", user.system).with("create_home", user.create_home);
    let mut plan = Plan { result: said, ..Plan::default() };
    let parent = Path::new(&made.home).parent().unwrap_or(Path::new("/"));
    if user.create_home && !host.is_directory(parent)? {
        plan.changes.extend(files::directories(host, parent, &FileAttributes::none())?);
    }
    let argv = argv(user, host, &made)?;
    let argv: Vec<&str> = argv.iter().map(String::as_str).collect();
    plan.push(Change::Run(Run::changing(&argv).with_effects(effects(user, host, &made)?)));
    plan.changes.extend(password::at_creation(user));
    Ok(plan)
}

/// The user that is going to be; the number is what the host's tools would choose.
fn foreseen(user: &User, host: &dyn Probe) -> Result<Found, Failure> {
    let uid = match user.uid {
        Some(uid) => u32::try_from(uid).map_err(|_| format!("`{uid}` is no number of a user"))?,
        None => users::free_number(host, "/etc/passwd", user.system)?,
    };
    let gid = match &user.group {
        Some(group) => chief_group(host, group)?.gid,
        None => users::group(host, &user.name)?.map_or(uid, |group| group.gid),
    };
    let home = user.home.as_ref().map(|home| home.on(host)).transpose()?;
    let shell = user.shell.as_ref().map(|shell| shell.on(host)).transpose()?;
    Ok(Found {
        name: user.name.clone(),
        uid,
        gid,
        comment: user.comment.clone().unwrap_or_default(),
        home: home.map_or_else(|| format!("/home/{}", user.name), |home| text::from_path(&home)),
        shell: shell.map_or_else(|| default_shell(host), |shell| text::from_path(&shell)),
    })
}

/// The shell that `useradd` gives when none is asked for.
fn default_shell(host: &dyn Probe) -> String {
    let content = host
        .read(Path::new("/etc/default/useradd"))
        .map(|bytes| text::from_bytes(&bytes))
        .unwrap_or_default();
    let shell = content.lines().find_map(|line| line.strip_prefix("SHELL=").map(str::to_owned));
    shell.unwrap_or_else(|| "/bin/sh".to_owned())
}

fn argv(user: &User, host: &dyn Probe, made: &Found) -> Result<Vec<String>, Failure> {
    let mut argv = vec!["useradd".to_owned()];
    let mut option = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            argv.extend([name.to_owned(), value]);
        }
    };
    option("-u", user.uid.map(|uid| uid.to_string()));
    option("-Z", user.seuser.clone());
    option("-g", user.group.clone());
    option(
        "-G",
        user.wanted_groups(host, made.gid)?
            .filter(|groups| !groups.is_empty())
            .map(|groups| groups.join(",")),
    );
    option("-c", user.comment.clone());
    option("-d", user.home.is_some().then(|| made.home.clone()));
    option("-s", user.shell.is_some().then(|| made.shell.clone()));
    option("-e", user.end().filter(|end| !end.is_empty()).map(|end| date(&end)));
    option("-k", user.skeleton.clone().filter(|_| user.create_home));
    option("-K", user.umask.as_ref().map(|umask| format!("UMASK={umask}")));
    option("-K", user.uid_min.map(|uid| format!("UID_MIN={uid}")));
    option("-K", user.uid_max.map(|uid| format!("UID_MAX={uid}")));
    argv.extend(Some("-o".to_owned()).filter(|_| user.non_unique));
    // A group of the user's name that is there already would make useradd fail.
    let own_group = user.group.is_none() && users::group(host, &user.name)?.is_some();
    if own_group {
        argv.extend(["-g".to_owned(), user.name.clone()]);
    }
    argv.push(if user.create_home { "-m" } else { "-M" }.to_owned());
    argv.extend(Some("-r".to_owned()).filter(|_| user.system));
    argv.extend(["--".to_owned(), user.name.clone()]);
    Ok(argv)
}

/// Days since 1970 as `useradd -e` takes them.
pub fn date(days: &str) -> String {
    let date = crate::host::clock::Date::of(days.parse::<i64>().unwrap_or(0) * 86_400);
    format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
}

fn effects(user: &User, host: &dyn Probe, made: &Found) -> Result<Vec<Effect>, Failure> {
    let mut effects = vec![Effect::Set(users::user_subject(&made.name), made.answer())];
    if user.group.is_none() && users::group(host, &made.name)?.is_none() {
        let group = Group { name: made.name.clone(), gid: made.gid, members: Vec::new() };
        effects.push(Effect::Set(users::group_subject(&made.name), group.answer()));
    }
    for name in user.wanted_groups(host, made.gid)?.unwrap_or_default() {
        effects.extend(joined(host, &name, &made.name)?);
    }
    let shadow = Fields::new().with("password", "!").with("expires", user.end().unwrap_or_default());
    effects.push(Effect::Merge(users::shadow_subject(&made.name), shadow));
    if user.create_home && !host.exists(Path::new(&made.home))? {
        let owner = Owner { uid: made.uid, gid: made.gid };
        effects.push(Effect::Directory { path: text::to_path(&made.home), mode: 0o700, owner });
    }
    Ok(effects)
}

/// The group with one more member.
pub fn joined(host: &dyn Probe, group: &str, user: &str) -> Result<Option<Effect>, Failure> {
    let Some(mut group) = users::group(host, group)? else { return Ok(None) };
    group.members.push(user.to_owned());
    Ok(Some(Effect::Set(users::group_subject(&group.name), group.answer())))
}
