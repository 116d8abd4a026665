//! Passwords: they go through the input of programs, never through their arguments.

use super::{Update, User};
use crate::host::users;
use crate::host::{Bytes, Change, Effect, Failure, Fields, Probe, Run, text};

/// What must be done for the password of a user who is made.
pub fn at_creation(user: &User) -> Vec<Change> {
    let password =
        user.password.as_deref().map(|password| locked(password, user.password_lock == Some(true)));
    let mut changes: Vec<Change> = password.map(|password| set(user, &password)).into_iter().collect();
    changes.extend(ages(user, &crate::host::Data::Null));
    changes
}

/// What must be done for the password of a user who is there.
pub fn changes(user: &User, host: &dyn Probe) -> Result<Vec<Change>, Failure> {
    let shadow = users::shadow(host, &user.name)?;
    let found = shadow.text("password").unwrap_or_default();
    let mut changes = Vec::new();
    let wanted = user.password.as_deref().filter(|_| user.update_password == Update::Always);
    // Whether it is locked is no part of the password.
    let differs = |wanted: &&str| wanted.trim_start_matches('!') != found.trim_start_matches('!');
    if let Some(wanted) = wanted.filter(differs) {
        changes.push(set(user, &locked(wanted, user.password_lock == Some(true))));
    } else if let Some(lock) = user.password_lock.filter(|lock| *lock != found.starts_with('!')) {
        let word = if lock { "-L" } else { "-U" };
        let after = locked(found.trim_start_matches('!'), lock);
        changes.push(run(user, &["usermod", word, "--", &user.name], Fields::new().with("password", after)));
    }
    changes.extend(ages(user, &shadow));
    Ok(changes)
}

fn locked(password: &str, lock: bool) -> String {
    if lock && !password.starts_with('!') { format!("!{password}") } else { password.to_owned() }
}

fn set(user: &User, password: &str) -> Change {
    let line = text::to_bytes(&format!("{}:{password}\n", user.name));
    let effect = Effect::Merge(users::shadow_subject(&user.name), Fields::new().with("password", password));
    let run = Run { stdin: Some(Bytes(line)), ..Run::changing(&["chpasswd", "-e"]) };
    Change::Run(run.titled(format!("set the password of {}", user.name)).with_effects(vec![effect]))
}

/// How long passwords last.
fn ages(user: &User, shadow: &crate::host::Data) -> Vec<Change> {
    let wishes = [
        (user.password_expire_max, "-M", "max"),
        (user.password_expire_min, "-m", "min"),
        (user.password_expire_warn, "-W", "warn"),
        (user.password_expire_account_disable, "-I", "inactive"),
    ];
    let mut changes = Vec::new();
    for (wanted, option, name) in wishes {
        let Some(wanted) = wanted.map(|days| days.to_string()) else { continue };
        let found = shadow.text(name).unwrap_or_default();
        if found == wanted || (wanted == "-1" && found.is_empty()) {
            continue;
        }
        let effect = Fields::new().with(name, wanted.as_str());
        changes.push(run(user, &["chage", option, &wanted, "--", &user.name], effect));
    }
    changes
}

fn run(user: &User, argv: &[&str], effect: Fields) -> Change {
    Change::Run(
        Run::changing(argv).with_effects(vec![Effect::Merge(users::shadow_subject(&user.name), effect)]),
    )
}
