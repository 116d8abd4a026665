//! `cron`

mod table;

use super::place::Placement;
use super::{ArgumentError, FileAttributes, Module, place};
use crate::host::{
    Bytes, Change, Content, Data, Effect, Failure, Fields, Kind, Plan, Probe, Run, facts, text,
};
use std::path::{Path, PathBuf};
use table::Table;

choices! {
    /// Whether it is to be there.
    State { Present = "present", Absent = "absent" }
}

choices! {
    /// A time that has a name.
    SpecialTime {
        Annually = "annually", Daily = "daily", Hourly = "hourly", Monthly = "monthly", Reboot = "reboot",
        Weekly = "weekly", Yearly = "yearly",
    }
}

module! {
    /// Sees to jobs that cron runs, in the table of a user or in a file of `/etc/cron.d`.
    ///
    /// ```yaml
    /// - cron: { name: backup, minute: "5", hour: "3", job: /usr/local/bin/backup }
    /// - cron: { name: renew, special_time: daily, user: root, cron_file: renew, job: /usr/bin/renew }
    /// - cron: { name: PATH, env: true, job: "/usr/bin:/bin" }
    /// ```
    Cron "cron" {
        /// What the job is known by; of a variable, its name.
        name: String;
        /// Whose table; in a file, who runs the job.
        user: Option<String>;
        /// What is run; of a variable, its value.
        job ["value"]: Option<String>;
        /// Whether it is to be there.
        state: State = "present";
        /// A file, in `/etc/cron.d` if it has no directory.
        cron_file: Option<String>;
        /// Keeps a copy of the table.
        backup: bool = false;
        /// When: minutes.
        minute: String = "*";
        /// When: hours.
        hour: String = "*";
        /// When: days of the month.
        day ["dom"]: String = "*";
        /// When: months.
        month: String = "*";
        /// When: days of the week.
        weekday ["dow"]: String = "*";
        /// When: a time that has a name.
        special_time: Option<SpecialTime>;
        /// Writes the job as a comment.
        disabled: bool = false;
        /// It is a variable.
        env: bool = false;
        /// Puts a new variable behind this one.
        insertafter: Option<String>;
        /// Puts a new variable before this one.
        insertbefore: Option<String>;
    }
}

impl Module for Cron {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let before = match self.file() {
            Some(path) if host.exists(&path)? => text::from_bytes(&host.read(&path)?),
            Some(_) => String::new(),
            None => facts::cron_table(host, self.user.as_deref())?,
        };
        let mut table = Table::read(&before);
        self.edit(&mut table)?;
        let after = table.print();
        let mut plan = match after == before {
            true => Plan::nothing(),
            false if self.state == State::Absent && !self.env && after.trim().is_empty() => {
                self.remove(host, before, after)?
            }
            false => self.write(host, before, after)?,
        };
        plan.result.set("jobs", table.jobs());
        plan.result.set("envs", table.variables());
        if let Some(file) = &self.cron_file {
            plan.result.set("cron_file", file.as_str());
        }
        Ok(plan)
    }

    fn check(&self) -> Vec<ArgumentError> {
        let when = [&self.minute, &self.hour, &self.day, &self.month, &self.weekday];
        let message = match () {
            () if self.cron_file.as_deref() == Some("/etc/crontab") => {
                "Will not manage /etc/crontab via cron_file, see documentation."
            }
            () if self.state == State::Present && self.job.is_none() => "`job` is missing: what is run",
            () if self.special_time.is_some() && when.iter().any(|part| *part != "*") => {
                "You cannot combine special_time with any of the time or day/date parameters."
            }
            () if self.cron_file.is_some()
                && self.user.is_none()
                && !self.env
                && self.state == State::Present =>
            {
                "`user` is missing: who runs the job of a `cron_file`"
            }
            () if self.job.as_deref().is_some_and(|job| job.trim_end_matches('\n').contains('\n')) => {
                "`job` must be one line"
            }
            () => return Vec::new(),
        };
        vec![ArgumentError::new("", message)]
    }
}

impl Cron {
    fn file(&self) -> Option<PathBuf> {
        let file = self.cron_file.as_deref()?;
        Some(Path::new("/etc/cron.d").join(text::to_path(file)))
    }

    fn edit(&self, table: &mut Table) -> Result<(), Failure> {
        match (self.env, self.state) {
            (true, State::Present) => {
                let value = self.job.as_deref().unwrap_or_default().replace('"', "\\\"");
                let line = format!("{}=\"{value}\"", self.name);
                table.set_variable(
                    &self.name,
                    line,
                    self.insertafter.as_deref(),
                    self.insertbefore.as_deref(),
                )?;
            }
            (true, State::Absent) => table.remove_variable(&self.name),
            (false, State::Present) => table.set_job(&self.name, self.line()),
            (false, State::Absent) => table.remove_job(&self.name),
        }
        Ok(())
    }

    fn line(&self) -> String {
        let when = match self.special_time {
            Some(time) => format!("@{}", time.word()),
            None => [&self.minute, &self.hour, &self.day, &self.month, &self.weekday]
                .map(String::as_str)
                .join(" "),
        };
        let user = self.user.as_deref().filter(|_| self.cron_file.is_some()).map(|user| format!("{user} "));
        let mark = if self.disabled { "#" } else { "" };
        let job = self.job.as_deref().unwrap_or_default().trim_end_matches('\n');
        format!("{mark}{when} {}{job}", user.unwrap_or_default())
    }

    /// Removes a file in which the last job was; the table of a user stays, empty.
    fn remove(&self, host: &dyn Probe, before: String, after: String) -> Result<Plan, Failure> {
        match self.file() {
            Some(path) => Ok(Plan::from(vec![Change::Remove { path, kind: Kind::File }])),
            None => self.install(host, before, after),
        }
    }

    fn write(&self, host: &dyn Probe, before: String, after: String) -> Result<Plan, Failure> {
        match self.file() {
            Some(path) => {
                let placement = Placement {
                    dest: path,
                    content: Content::inline(text::to_bytes(&after)),
                    attributes: &FileAttributes::none(),
                    preserved: None,
                    backup: self.backup,
                    force: true,
                    follow: true,
                    validate: None,
                };
                let mut plan = placement.plan(host)?;
                plan.result.remove("dest");
                Ok(plan)
            }
            None => self.install(host, before, after),
        }
    }

    fn install(&self, host: &dyn Probe, before: String, after: String) -> Result<Plan, Failure> {
        let mut plan = Plan::nothing();
        if self.backup && !before.is_empty() {
            let path = place::backup_name(Path::new("/tmp/crontab"));
            plan.result.set("backup_file", text::from_path(&path));
            plan.push(Change::Write(crate::host::Write {
                path,
                content: Content::inline(text::to_bytes(&before)),
                mode: 0o600,
                owner: host.me(),
                before: None,
                validate: None,
                in_place: false,
                modified: None,
            }));
        }
        let mut argv = vec!["crontab"];
        if let Some(user) = &self.user {
            argv.extend(["-u", user]);
        }
        argv.push("-");
        let answer = Fields::new().with("rc", 0).with("stdout", after.as_str()).with("stderr", "");
        let effect = Effect::Set(facts::cron_subject(self.user.as_deref()), Data::Map(answer));
        let run = Run {
            stdin: Some(Bytes(text::to_bytes(&after))),
            text: Some((before, after)),
            ..Run::changing(&argv).with_effects(vec![effect])
        };
        let whose = self.user.as_deref().map_or(String::new(), |user| format!(" of {user}"));
        plan.push(Change::Run(run.titled(format!("crontab{whose}"))));
        Ok(plan)
    }
}
