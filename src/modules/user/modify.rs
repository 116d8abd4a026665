//! Changing a user.

use super::create::joined;
use super::{User, chief_group, password};
use crate::host::users::{self, User as Found};
use crate::host::{Change, Effect, Failure, Fields, Owner, Probe, Run, text};

/// What must be done for a user who is there to be as wished.
pub fn changes(user: &User, host: &dyn Probe, found: &Found) -> Result<Vec<Change>, Failure> {
    let mut after = found.clone();
    let mut argv: Vec<String> = Vec::new();
    let mut effects = Vec::new();
    if let Some(uid) = user.uid.and_then(|uid| u32::try_from(uid).ok()).filter(|uid| *uid != found.uid) {
        after.uid = uid;
        argv.extend(["-u".to_owned(), uid.to_string()]);
        argv.extend(Some("-o".to_owned()).filter(|_| user.non_unique));
    }
    if let Some(group) = &user.group {
        let gid = chief_group(host, group)?.gid;
        if gid != found.gid {
            after.gid = gid;
            argv.extend(["-g".to_owned(), gid.to_string()]);
        }
    }
    membership(user, host, &after, &mut argv, &mut effects)?;
    texts(user, host, found, &mut after, &mut argv)?;
    expiry(user, host, &mut argv, &mut effects)?;
    let mut changes = Vec::new();
    if !argv.is_empty() {
        effects.insert(0, Effect::Set(users::user_subject(&user.name), after.answer()));
        argv.insert(0, "usermod".to_owned());
        argv.extend(["--".to_owned(), user.name.clone()]);
        let argv: Vec<&str> = argv.iter().map(String::as_str).collect();
        changes.push(Change::Run(Run::changing(&argv).with_effects(effects)));
    }
    changes.extend(password::changes(user, host)?);
    changes.extend(home(user, host, &after)?);
    Ok(changes)
}

fn membership(
    user: &User,
    host: &dyn Probe,
    after: &Found,
    argv: &mut Vec<String>,
    effects: &mut Vec<Effect>,
) -> Result<(), Failure> {
    let Some(wanted) = user.wanted_groups(host, after.gid)? else { return Ok(()) };
    let all = users::groups(host)?;
    let is_member = |group: &&users::Group| group.members.contains(&user.name);
    let is: Vec<&str> = all.iter().filter(is_member).map(|group| group.name.as_str()).collect();
    let missing: Vec<&String> = wanted.iter().filter(|name| !is.contains(&name.as_str())).collect();
    let chief = |name: &&&str| all.iter().any(|group| group.name == **name && group.gid == after.gid);
    let extra: Vec<&&str> = is
        .iter()
        .filter(|name| !wanted.iter().any(|wanted| wanted == **name))
        .filter(|name| !chief(name))
        .collect();
    if missing.is_empty() && (user.append || extra.is_empty()) {
        return Ok(());
    }
    let given = if user.append {
        missing.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(",")
    } else {
        wanted.join(",")
    };
    argv.extend(Some("-a".to_owned()).filter(|_| user.append));
    argv.extend(["-G".to_owned(), given]);
    for name in missing {
        effects.extend(joined(host, name, &user.name)?);
    }
    for group in all.iter().filter(|group| !user.append && extra.iter().any(|name| **name == group.name)) {
        let mut group = group.clone();
        group.members.retain(|member| *member != user.name);
        effects.push(Effect::Set(users::group_subject(&group.name), group.answer()));
    }
    Ok(())
}

fn texts(
    user: &User,
    host: &dyn Probe,
    found: &Found,
    after: &mut Found,
    argv: &mut Vec<String>,
) -> Result<(), Failure> {
    if let Some(comment) = user.comment.as_ref().filter(|comment| **comment != found.comment) {
        after.comment.clone_from(comment);
        argv.extend(["-c".to_owned(), comment.clone()]);
    }
    if let Some(home) = &user.home {
        let home = text::from_path(&home.on(host)?);
        if home != found.home.trim_end_matches('/') {
            after.home.clone_from(&home);
            argv.extend(["-d".to_owned(), home]);
            argv.extend(Some("-m".to_owned()).filter(|_| user.move_home));
        }
    }
    if let Some(shell) = &user.shell {
        let shell = text::from_path(&shell.on(host)?);
        if shell != found.shell {
            after.shell.clone_from(&shell);
            argv.extend(["-s".to_owned(), shell]);
        }
    }
    Ok(())
}

fn expiry(
    user: &User,
    host: &dyn Probe,
    argv: &mut Vec<String>,
    effects: &mut Vec<Effect>,
) -> Result<(), Failure> {
    let Some(wanted) = user.end() else { return Ok(()) };
    let found = users::shadow(host, &user.name)?.text("expires").unwrap_or_default();
    if found == wanted || (wanted.is_empty() && found.starts_with('-')) {
        return Ok(());
    }
    let given = if wanted.is_empty() { String::new() } else { super::create::date(&wanted) };
    argv.extend(["-e".to_owned(), given]);
    effects.push(Effect::Merge(users::shadow_subject(&user.name), Fields::new().with("expires", wanted)));
    Ok(())
}

/// A home that is not there is made, filled from the skeleton.
fn home(user: &User, host: &dyn Probe, after: &Found) -> Result<Vec<Change>, Failure> {
    let home = text::to_path(&after.home);
    if !user.create_home || after.home.is_empty() || user.move_home || host.exists(&home)? {
        return Ok(Vec::new());
    }
    let owner = Owner { uid: after.uid, gid: after.gid };
    let umask =
        user.umask.as_deref().and_then(|umask| u32::from_str_radix(umask, 8).ok()).unwrap_or(host.umask());
    let parent = home.parent().unwrap_or(std::path::Path::new("/"));
    let mut changes = if host.is_directory(parent)? {
        Vec::new()
    } else {
        crate::modules::files::directories(host, parent, &crate::modules::FileAttributes::none())?
    };
    changes.push(Change::Directory { path: home.clone(), mode: 0o777 & !umask, owner });
    changes.extend(skeleton(user, host, &home, owner)?);
    Ok(changes)
}

fn skeleton(
    user: &User,
    host: &dyn Probe,
    home: &std::path::Path,
    owner: Owner,
) -> Result<Vec<Change>, Failure> {
    let from = text::to_path(user.skeleton.as_deref().unwrap_or("/etc/skel"));
    if !host.is_directory(&from)? {
        return Ok(Vec::new());
    }
    let mut changes = Vec::new();
    for entry in crate::modules::tree::read(host, &from, false)? {
        let path = home.join(text::to_path(&entry.path));
        changes.push(match entry.kind {
            crate::modules::EntryKind::Directory => Change::Directory { path, mode: entry.mode, owner },
            crate::modules::EntryKind::Link(target) => {
                Change::Link { path, target: text::to_path(&target), before: None }
            }
            crate::modules::EntryKind::File(content) => Change::Write(crate::host::Write {
                path,
                content,
                mode: entry.mode,
                owner,
                before: None,
                validate: None,
                in_place: false,
                modified: None,
            }),
        });
    }
    Ok(changes)
}
