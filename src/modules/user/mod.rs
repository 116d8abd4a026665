//! `user`

mod create;
mod modify;
mod password;
mod ssh_key;

use super::argument::PathText;
use super::{ArgumentError, Module};
use crate::host::users::{self, User as Found};
use crate::host::{Carried, Change, Data, Effect, Failure, Fields, Plan, Probe, Report, Run, text};

choices! {
    /// Whether the user is to be there.
    State { Present = "present", Absent = "absent" }
}

choices! {
    /// When the password is set.
    Update { Always = "always", OnCreate = "on_create" }
}

module! {
    /// Makes users, changes them, removes them.
    ///
    /// ```yaml
    /// - user: { name: app, uid: 990, group: app, groups: [docker, adm], append: true, shell: /bin/bash }
    /// - user: { name: app, system: true, home: /srv/app, create_home: false }
    /// - user: { name: old, state: absent, remove: true }
    /// ```
    User "user" {
        /// The user.
        name ["user"]: String;
        /// Whether the user is to be there.
        state: State = "present";
        /// The number.
        uid: Option<i64>;
        /// Lets several users have one number.
        non_unique: bool = false;
        /// What is said of the user.
        comment: Option<String>;
        /// The chief group, by name or number.
        group: Option<String>;
        /// Other groups; an empty list takes all away.
        groups: Option<Vec<String>>;
        /// Keeps groups that are not named.
        append: bool = false;
        /// The home directory.
        home: Option<PathText>;
        /// Makes the home directory.
        create_home ["createhome"]: bool = true;
        /// Moves what is in the old home to the new one.
        move_home: bool = false;
        /// What a new home is filled from.
        skeleton: Option<String>;
        /// The mask for a new home.
        umask: Option<String>;
        /// The shell.
        shell: Option<PathText>;
        /// Gives the user a number of the system's.
        system: bool = false;
        /// Removes the user even when at work.
        force: bool = false;
        /// Removes the home with the user.
        remove: bool = false;
        /// The password, encrypted as it stands in `/etc/shadow`.
        password: Option<String>;
        /// When the password is set.
        update_password: Update = "always";
        /// Locks the password, or unlocks it.
        password_lock: Option<bool>;
        /// Days after which the password must be changed.
        password_expire_max: Option<i64>;
        /// Days before which the password must not be changed.
        password_expire_min: Option<i64>;
        /// Days of warning before the password must be changed.
        password_expire_warn: Option<i64>;
        /// Days after the password must have been changed, after which the account is closed.
        password_expire_account_disable: Option<i64>;
        /// When the account ends, in seconds since 1970; a negative number takes the end away.
        expires: Option<f64>;
        /// Makes a key for SSH.
        generate_ssh_key: bool = false;
        /// How many bits it has.
        ssh_key_bits: Option<i64>;
        /// Its type.
        ssh_key_type: String = "rsa";
        /// Where it lies; relative to the home.
        ssh_key_file: Option<PathText>;
        /// What is said of it.
        ssh_key_comment: Option<String>;
        /// What protects it.
        ssh_key_passphrase: Option<String>;
        /// Keeps to the files of the host.
        local: bool = false;
        /// The SELinux user.
        seuser: Option<String>;
        /// The lowest number that is chosen.
        uid_min: Option<i64>;
        /// The highest number that is chosen.
        uid_max: Option<i64>;
        /// For macOS only.
        hidden: Option<bool>;
        /// For BSD only.
        login_class: Option<String>;
        /// For Solaris only.
        profile: Option<String>;
        /// For Solaris only.
        authorization: Option<String>;
        /// For Solaris only.
        role: Option<String>;
    }
}

impl Module for User {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let found = users::user(host, &self.name)?;
        match (self.state, found) {
            (State::Absent, None) => Ok(Plan::say(self.said())),
            (State::Absent, Some(found)) => Ok(self.delete(&found)),
            // A second look, when the user is there, sees to what needs the number and the home.
            (State::Present, None) => create::plan(self, host).map(Plan::and_again),
            (State::Present, Some(found)) => {
                let mut plan = Plan::from(modify::changes(self, host, &found)?);
                let key = ssh_key::plan(self, host, &found)?;
                plan.changes.extend(key.changes);
                plan.again = key.again;
                plan.result = self.said();
                Ok(plan)
            }
        }
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        if let Some(found) = users::user(host, &self.name)?.filter(|_| self.state == State::Present) {
            self.describe(host, &found, &mut result)?;
        }
        Ok(result.into())
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut errors = Vec::new();
        if self.non_unique && self.uid.is_none() {
            errors.push(ArgumentError::new(
                "non_unique",
                "non_unique is True but all of the following are missing: uid",
            ));
        }
        if self.name.is_empty() || self.name.starts_with('-') || self.name.contains([':', '\n', '/']) {
            errors.push(ArgumentError::new("name", format!("`{}` is no name of a user", self.name)));
        }
        errors
    }
}

impl User {
    fn said(&self) -> Fields {
        let result = Fields::new().with("name", self.name.as_str()).with("state", self.state.word());
        match self.state {
            State::Absent => result.with("force", self.force).with("remove", self.remove),
            State::Present => result,
        }
    }

    fn delete(&self, found: &Found) -> Plan {
        let mut argv = vec!["userdel"];
        argv.extend(Some("-f").filter(|_| self.force));
        argv.extend(Some("-r").filter(|_| self.remove));
        argv.extend(["--", &self.name]);
        let mut effects = vec![Effect::Set(users::user_subject(&self.name), Data::Null)];
        if self.remove {
            effects.push(Effect::Gone(text::to_path(&found.home)));
        }
        let change = Change::Run(Run::changing(&argv).with_effects(effects));
        Plan { result: self.said(), ..Plan::one(change) }
    }

    fn describe(&self, host: &dyn Probe, found: &Found, result: &mut Fields) -> Result<(), Failure> {
        result.set("uid", found.uid);
        result.set("group", found.gid);
        result.set("comment", found.comment.as_str());
        result.set("home", found.home.as_str());
        result.set("shell", found.shell.as_str());
        let was_made = result.get("create_home").is_some();
        if !was_made {
            result.set("append", self.append);
            result.set("move_home", self.move_home);
        }
        if let Some(groups) = &self.groups {
            result.set("groups", groups.join(","));
        }
        if self.password.is_some() {
            result.set("password", "NOT_LOGGING_PASSWORD");
        }
        if self.generate_ssh_key {
            ssh_key::describe(self, host, found, result)?;
        }
        Ok(())
    }

    /// The wished groups, without the chief one.
    fn wanted_groups(&self, host: &dyn Probe, chief: u32) -> Result<Option<Vec<String>>, Failure> {
        let Some(groups) = &self.groups else { return Ok(None) };
        let mut wanted = Vec::new();
        for name in groups.iter().filter(|name| !name.is_empty()) {
            let by_number = name.parse().ok().map(|gid| users::group_with(host, gid)).transpose()?.flatten();
            let found = users::group(host, name)?.or(by_number);
            let found = found.ok_or_else(|| host.missing(format!("there is no group `{name}`")))?;
            if found.gid != chief && !wanted.contains(&found.name) {
                wanted.push(found.name);
            }
        }
        Ok(Some(wanted))
    }

    /// The days since 1970 after which the account is closed, as `/etc/shadow` has them; empty for never.
    fn end(&self) -> Option<String> {
        let expires = self.expires?;
        Some(if expires < 0.0 { String::new() } else { ((expires / 86_400.0).floor() as i64).to_string() })
    }
}

/// What is wrong when the chief group is not there.
fn chief_group(host: &dyn Probe, name: &str) -> Result<users::Group, Failure> {
    let by_number = name.parse().ok().map(|gid| users::group_with(host, gid)).transpose()?.flatten();
    users::group(host, name)?.or(by_number).ok_or_else(|| host.missing(format!("there is no group `{name}`")))
}
