//! `group`

use super::Module;
use crate::host::users::{self, Group as Found};
use crate::host::{Change, Data, Effect, Failure, Fields, Plan, Probe, Run};

choices! {
    /// Whether it is to be there.
    State { Present = "present", Absent = "absent" }
}

module! {
    /// Makes groups, changes them, removes them.
    ///
    /// ```yaml
    /// - group: { name: app, gid: 990, system: true }
    /// ```
    Group "group" {
        /// The group.
        name: String;
        /// Whether it is to be there.
        state: State = "present";
        /// Its number.
        gid: Option<i64>;
        /// Gives it a number of the system's.
        system: bool = false;
        /// Keeps to the files of the host.
        local: bool = false;
        /// Lets several groups have one number.
        non_unique: bool = false;
        /// Removes it even where it is the chief group of a user.
        force: bool = false;
        /// The lowest number that is chosen.
        gid_min: Option<i64>;
        /// The highest number that is chosen.
        gid_max: Option<i64>;
    }
}

impl Module for Group {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let found = users::group(host, &self.name)?;
        let result = Fields::new().with("name", self.name.as_str()).with("state", self.state.word());
        match (self.state, found) {
            (State::Absent, None) => Ok(Plan::say(result)),
            (State::Absent, Some(_)) => Ok(Plan { result, ..Plan::one(self.remove()) }),
            (State::Present, None) => self.create(host, result),
            (State::Present, Some(found)) => self.modify(found, result),
        }
    }

    fn check(&self) -> Vec<super::ArgumentError> {
        if self.non_unique && self.gid.is_none() {
            return vec![super::ArgumentError::new(
                "non_unique",
                "non_unique is True but all of the following are missing: gid",
            )];
        }
        Vec::new()
    }
}

impl Group {
    fn remove(&self) -> Change {
        let mut argv = vec!["groupdel"];
        argv.extend(Some("-f").filter(|_| self.force));
        argv.extend(["--", &self.name]);
        let effect = Effect::Set(users::group_subject(&self.name), Data::Null);
        Change::Run(Run::changing(&argv).with_effects(vec![effect]))
    }

    fn create(&self, host: &dyn Probe, mut result: Fields) -> Result<Plan, Failure> {
        let gid = match self.gid {
            Some(gid) => u32::try_from(gid).map_err(|_| format!("`{gid}` is no number of a group"))?,
            None => users::free_number(host, "/etc/group", self.system)?,
        };
        let given = gid.to_string();
        let minimum = self.gid_min.map(|gid| format!("GID_MIN={gid}"));
        let maximum = self.gid_max.map(|gid| format!("GID_MAX={gid}"));
        let mut argv = vec!["groupadd"];
        if self.gid.is_some() {
            argv.extend(["-g", &given]);
            argv.extend(Some("-o").filter(|_| self.non_unique));
        }
        argv.extend(Some("-r").filter(|_| self.system));
        minimum.iter().chain(&maximum).for_each(|limit| argv.extend(["-K", limit]));
        argv.extend(["--", &self.name]);
        let made = Found { name: self.name.clone(), gid, members: Vec::new() };
        let effect = Effect::Set(users::group_subject(&self.name), made.answer());
        if host.is_dry() || self.gid.is_some() {
            result.set("gid", gid);
        }
        result.set("system", self.system);
        Ok(Plan { result, ..Plan::one(Change::Run(Run::changing(&argv).with_effects(vec![effect]))) }
            .and_again())
    }

    fn modify(&self, found: Found, mut result: Fields) -> Result<Plan, Failure> {
        let wanted = self.gid.and_then(|gid| u32::try_from(gid).ok()).unwrap_or(found.gid);
        result.set("gid", wanted);
        result.set("system", self.system);
        if wanted == found.gid {
            return Ok(Plan::say(result));
        }
        let given = wanted.to_string();
        let mut argv = vec!["groupmod", "-g", &given];
        argv.extend(Some("-o").filter(|_| self.non_unique));
        argv.extend(["--", &self.name]);
        let changed = Found { gid: wanted, ..found };
        let effect = Effect::Set(users::group_subject(&self.name), changed.answer());
        Ok(Plan { result, ..Plan::one(Change::Run(Run::changing(&argv).with_effects(vec![effect]))) })
    }
}
