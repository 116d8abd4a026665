//! `mount`

use super::argument::PathText;
use super::edit::{self, Rewriting};
use super::{ArgumentError, FileAttributes, Module, files};
use crate::host::{Change, Effect, Failure, Fields, Plan, Probe, Run, facts, text};

choices! {
    /// What is to be.
    State {
        Mounted = "mounted", Present = "present", Absent = "absent", Unmounted = "unmounted", Remounted = "remounted",
        AbsentFromFstab = "absent_from_fstab", Ephemeral = "ephemeral",
    }
}

module! {
    /// Sees to file systems: in the table of the host, and mounted.
    ///
    /// ```yaml
    /// - mount: { path: /srv/data, src: /dev/sdb1, fstype: ext4, opts: "noatime,nodev", state: mounted }
    /// - mount: { path: /old, state: absent }
    /// ```
    Mount "mount" {
        /// Where it is mounted.
        path ["name"]: PathText;
        /// What is mounted.
        src: Option<String>;
        /// Of which type it is.
        fstype: Option<String>;
        /// How.
        opts: Option<String>;
        /// Keeps the options out of logs.
        opts_no_log: bool = false;
        /// Whether it is dumped.
        dump: String = "0";
        /// When it is checked.
        passno: String = "0";
        /// What is to be.
        state: State;
        /// The table.
        fstab: Option<PathText>;
        /// Whether it is mounted at boot.
        boot: bool = true;
        /// Keeps a copy of the table.
        backup: bool = false;
    }
}

impl Module for Mount {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let path = text::from_path(&self.path.on(host)?);
        let mut plan = self.table(host, &path)?;
        let mounted = facts::mounted(host, &path)?;
        let table_changed = !plan.is_empty();
        let backup = plan.result.remove("backup_file").unwrap_or_else(|| "".into());
        plan.result = self.said(&path).with("backup_file", backup);
        match self.state {
            State::Mounted | State::Ephemeral => {
                plan.changes.extend(self.point(host, &path)?);
                if !mounted {
                    plan.push(self.mount(&path));
                } else if table_changed {
                    plan.push(self.remount(&path));
                }
            }
            State::Remounted => plan.push(self.remount(&path)),
            State::Unmounted | State::Absent if mounted => {
                plan.push(run(&["umount", "--", &path], &path, false))
            }
            _ => {}
        }
        if self.state == State::Absent
            && host.is_directory(&text::to_path(&path))?
            && (mounted || host.list(&text::to_path(&path))?.is_empty())
        {
            plan.push(run_rmdir(&path));
        }
        Ok(plan)
    }

    fn check(&self) -> Vec<ArgumentError> {
        let needs = matches!(self.state, State::Mounted | State::Present | State::Ephemeral);
        let given = [("src", self.src.is_some()), ("fstype", self.fstype.is_some())];
        let missing: Vec<_> =
            given.into_iter().filter(|(_, given)| needs && !given).map(|(name, _)| name).collect();
        if missing.is_empty() {
            return Vec::new();
        }
        let (state, missing) = (self.state.word(), missing.join(", "));
        let message = format!("state is {state} but all of the following are missing: {missing}");
        vec![ArgumentError::new("", message)]
    }
}

impl Mount {
    fn said(&self, path: &str) -> Fields {
        Fields::new()
            .with("name", path)
            .with("src", self.src.clone())
            .with("fstype", self.fstype.clone())
            .with("opts", self.options())
            .with("dump", self.dump.as_str())
            .with("passno", self.passno.as_str())
            .with("boot", if self.boot { "yes" } else { "no" })
            .with("fstab", self.fstab.as_ref().map_or("/etc/fstab", |path| path.0.as_str()))
    }

    fn options(&self) -> String {
        let options = self.opts.clone().unwrap_or_else(|| "defaults".to_owned());
        let has = options.split(',').any(|option| option == "noauto");
        if self.boot || has { options } else { format!("{options},noauto") }
    }

    fn table(&self, host: &dyn Probe, path: &str) -> Result<Plan, Failure> {
        let keep = matches!(self.state, State::Mounted | State::Present);
        if !keep && !matches!(self.state, State::Absent | State::AbsentFromFstab) {
            return Ok(Plan::nothing());
        }
        let table = self.fstab.clone().unwrap_or_else(|| PathText("/etc/fstab".to_owned()));
        let original = edit::read(host, &table.on(host)?)?;
        let before = original.text.clone().unwrap_or_default();
        let wanted = keep.then(|| self.line(path));
        let after = edited(&before, path, wanted.as_deref(), self.fstype.as_deref() == Some("swap"));
        if after == before {
            return Ok(Plan::nothing());
        }
        let attributes = FileAttributes::none();
        let how = Rewriting { attributes: &attributes, backup: self.backup, validate: None, message: "" };
        original.rewrite(host, &after, &how)
    }

    fn line(&self, path: &str) -> String {
        let escape = |part: &str| part.replace('\\', "\\134").replace(' ', "\\040").replace('\t', "\\011");
        let parts = [
            escape(self.src.as_deref().unwrap_or_default()),
            escape(path),
            self.fstype.clone().unwrap_or_default(),
            escape(&self.options()),
            self.dump.clone(),
            self.passno.clone(),
        ];
        parts.join(" ")
    }

    fn point(&self, host: &dyn Probe, path: &str) -> Result<Vec<Change>, Failure> {
        let place = text::to_path(path);
        if host.exists(&place)? {
            return Ok(Vec::new());
        }
        files::directories(host, &place, &FileAttributes::none())
    }

    fn mount(&self, path: &str) -> Change {
        if self.state == State::Ephemeral {
            let (src, kind) =
                (self.src.as_deref().unwrap_or_default(), self.fstype.as_deref().unwrap_or_default());
            return run(&["mount", "-t", kind, "-o", &self.options(), "--", src, path], path, true);
        }
        let argv: Vec<&str> = ["mount"].into_iter().chain(self.place(path)).collect();
        run(&argv, path, true)
    }

    /// The place as `mount` is told it, and the table where it finds the rest.
    fn place<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a str> {
        let table = self.fstab.as_ref().map(|table| ["-T", table.0.as_str()]);
        table.into_iter().flatten().chain(["--", path])
    }

    /// Options that are given for `remounted` are the ones that count, and nothing else is tried with them.
    fn remount(&self, path: &str) -> Change {
        let given = self.opts.as_deref().filter(|opts| self.state == State::Remounted && *opts != "defaults");
        let options = given.map(|opts| format!("remount,{opts}"));
        let start: Vec<&str> = match &options {
            Some(options) => vec!["mount", "-o", options],
            None => vec!["sh", "-c", AGAIN, path],
        };
        run(&start.into_iter().chain(self.place(path)).collect::<Vec<_>>(), path, true)
    }
}

/// Mounts anew; what cannot be changed while it is mounted is taken off and mounted again.
const AGAIN: &str = r#"mount -o remount "$@" || { umount -- "$0" && mount "$@"; }"#;

fn run(argv: &[&str], path: &str, mounted: bool) -> Change {
    let effect = Effect::Set(facts::mounted_subject(path), mounted.into());
    Change::Run(Run::changing(argv).with_effects(vec![effect]))
}

/// The place itself goes too; what lies in it does not.
fn run_rmdir(path: &str) -> Change {
    Change::Run(Run::changing(&["rmdir", "--", path]).with_effects(vec![Effect::Gone(text::to_path(path))]))
}

fn edited(before: &str, path: &str, wanted: Option<&str>, is_swap: bool) -> String {
    let mut lines = Vec::new();
    let mut placed = false;
    for line in before.lines() {
        let parts: Vec<&str> = line.split_whitespace().collect();
        let is_entry = !line.trim_start().starts_with('#') && parts.len() >= 4;
        let point =
            parts.get(1).map(|part| part.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\"));
        let same_source = || wanted.is_some_and(|wanted| wanted.split(' ').next() == parts.first().copied());
        let same = is_entry && if is_swap { same_source() } else { point.as_deref() == Some(path) };
        match (same, wanted) {
            (false, _) => lines.push(line.to_owned()),
            (true, None) => {}
            (true, Some(_)) if placed => {}
            (true, Some(wanted)) => {
                placed = true;
                let equal = parts.join(" ") == wanted;
                lines.push(if equal { line.to_owned() } else { wanted.to_owned() });
            }
        }
    }
    if let Some(wanted) = wanted.filter(|_| !placed) {
        lines.push(wanted.to_owned());
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}
