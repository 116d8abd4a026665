//! `filesystem`

mod kinds;

use self::kinds::Kind;
use super::argument::PathText;
use super::{ArgumentError, Module};
use crate::host::filesystem::{self, Signature};
use crate::host::{Change, Effect, Failure, Plan, Probe, Run, text};

choices! {
    /// Whether there is to be a file system.
    State { Present = "present", Absent = "absent" }
}

module! {
    /// Makes a file system on a device, or on a file that stands for one; grows it; wipes it.
    ///
    /// ```yaml
    /// - filesystem: { dev: /dev/vdb, fstype: ext4, opts: "-L data" }
    /// - filesystem: { dev: /dev/vg0/data, fstype: xfs, resizefs: true }
    /// ```
    Filesystem "filesystem" {
        /// The device, or the file.
        dev ["device"]: PathText;
        /// The kind of file system.
        fstype ["type"]: Option<Kind>;
        /// Whether there is to be one; nothing but the device counts where there is to be none.
        state: State = "present";
        /// Makes one even where there is one.
        force: bool = false;
        /// Grows the file system to the size of the device.
        resizefs: bool = false;
        /// More words for the program that makes it.
        opts: String = "";
        /// The identifier that it is to have.
        uuid: Option<String>;
    }
}

impl Module for Filesystem {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let path = self.dev.on(host)?;
        let device = text::from_path(&path);
        if !host.exists(&path)? {
            let message = format!("Device {device} not found.");
            let absent = self.state == State::Absent;
            return if absent {
                Ok(Plan::nothing().with("msg", message))
            } else {
                Err(host.missing(message))
            };
        }
        let found = filesystem::signature(host, &device)?;
        match (self.state, self.fstype) {
            (State::Present, None) => {
                Err("state is present but all of the following are missing: fstype".into())
            }
            (State::Absent, _) if found.kind.is_empty() => Ok(Plan::nothing()),
            (State::Absent, _) => {
                let gone = filesystem::becomes(&device, &Signature::default());
                Ok(run(&["wipefs", "--all", &device], vec![gone]))
            }
            (State::Present, Some(kind)) if found.kind == kind.signature() && self.keeps() => {
                self.keep(host, kind, &device, &found)
            }
            (State::Present, Some(_)) if !self.force && !found.kind.is_empty() => {
                let found = found.kind;
                Err(format!("'{device}' is already used as {found}, use force=true to overwrite").into())
            }
            (State::Present, Some(kind)) => Ok(self.make(kind, &device)),
        }
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        let Some(kind) = self.fstype.filter(|_| self.state == State::Present) else {
            let missing = self.state == State::Present;
            return missing
                .then(|| {
                    ArgumentError::new("", "state is present but all of the following are missing: fstype")
                })
                .into_iter()
                .collect();
        };
        if self.resizefs && self.uuid.is_some() {
            wrong.push(ArgumentError::new("", exclusive!("resizefs|uuid")));
        }
        if self.resizefs && kind.growth().is_none() {
            wrong.push(ArgumentError::new("resizefs", format!("{} cannot be grown", kind.word())));
        }
        if self.uuid.is_some() && kind.naming().is_none() {
            wrong.push(ArgumentError::new("uuid", format!("{} takes no `uuid`", kind.word())));
        }
        wrong.extend(self.uuid.as_ref().and_then(|uuid| ArgumentError::option("uuid", "uuid", uuid)));
        wrong
    }
}

impl Filesystem {
    /// Whether a file system of the kind stays: what is to grow or to be named is not made anew, not even by force.
    fn keeps(&self) -> bool {
        !self.force || self.resizefs || self.uuid.is_some()
    }

    /// A file system of the kind is there: it is grown, or gets another identifier, or stays.
    fn keep(&self, host: &dyn Probe, kind: Kind, device: &str, found: &Signature) -> Result<Plan, Failure> {
        if self.resizefs {
            return self.grow(host, kind, device);
        }
        let naming = kind.naming().unwrap_or_default();
        let Some(uuid) = self.uuid.as_ref().filter(|uuid| **uuid != found.uuid) else {
            return Ok(Plan::nothing());
        };
        if naming.later.is_empty() {
            return Err(format!("the uuid of {} on {device} cannot be changed", kind.word()).into());
        }
        Ok(run(&renaming(kind, naming.later, uuid, device), vec![named(kind, uuid, device)]))
    }

    fn grow(&self, host: &dyn Probe, kind: Kind, device: &str) -> Result<Plan, Failure> {
        let Some(growth) = kind.growth() else { return Ok(Plan::nothing()) };
        let mounted = if growth.mounted { filesystem::mount_point(host, device)? } else { None };
        let place = mounted.as_deref().unwrap_or(device);
        if kind == Kind::Btrfs && mounted.is_none() {
            return Err(host.missing(format!("{device} needs to be mounted for btrfs operations")));
        }
        let whole = filesystem::device_size(host, &text::to_path(device))?;
        if growth.size.size(host, place)? >= whole {
            let message = format!("{} filesystem is using the whole device {device}", kind.word());
            return Ok(Plan::nothing().with("msg", message));
        }
        if growth.mounted && mounted.is_none() {
            return Err(host.missing(format!("{device} needs to be mounted for {} operations", kind.word())));
        }
        let argv: Vec<&str> = growth.argv.iter().copied().chain([place]).collect();
        let plan = run(&argv, vec![growth.size.becomes(place, whole)]);
        Ok(plan.with("msg", format!("resizing filesystem {} on device {device}", kind.word())))
    }

    fn make(&self, kind: Kind, device: &str) -> Plan {
        let naming = kind.naming().unwrap_or_default();
        let mut argv = kind.make().to_vec();
        argv.extend(self.opts.split_whitespace());
        let told = self.opts.split_whitespace().any(|word| naming.at_birth.contains(&word));
        let uuid = self.uuid.as_deref().filter(|_| !told).unwrap_or_default();
        if let Some(option) = naming.at_birth.first().filter(|_| !uuid.is_empty()) {
            argv.extend([*option, uuid]);
            argv.extend(naming.beside);
        }
        argv.push(device);
        let mut plan = run(&argv, vec![named(kind, uuid, device)]);
        if naming.at_birth.is_empty() && !uuid.is_empty() {
            let renamed = run(&renaming(kind, naming.later, uuid, device), vec![named(kind, uuid, device)]);
            plan.changes.extend(renamed.changes);
        }
        plan
    }
}

fn run(argv: &[&str], effects: Vec<Effect>) -> Plan {
    Plan::one(Change::Run(Run::changing(argv).with_effects(effects)))
}

/// A physical volume of LVM gets an identifier that nobody chooses.
fn renaming<'a>(kind: Kind, program: &[&'a str], uuid: &'a str, device: &'a str) -> Vec<&'a str> {
    let uuid = Some(uuid).filter(|_| kind != Kind::Lvm);
    program.iter().copied().chain(uuid).chain([device]).collect()
}

/// For a dry run: such a file system would be there.
fn named(kind: Kind, uuid: &str, device: &str) -> Effect {
    filesystem::becomes(device, &Signature { kind: kind.signature().to_owned(), uuid: uuid.to_owned() })
}
