//! `acl`

use super::argument::PathText;
use super::{ArgumentError, Module};
use crate::host::{Carried, Change, Effect, Failure, Fields, Plan, Probe, Report, Run, acl, text};

choices! {
    /// What is wanted of an entry.
    State { Query = "query", Present = "present", Absent = "absent" }
}

choices! {
    /// Whom an entry is about.
    Kind { Group = "group", Mask = "mask", Other = "other", User = "user" }
}

choices! {
    /// What becomes of the mask.
    Mask { Usual = "default", Renewed = "mask", Kept = "no_mask" }
}

module! {
    /// Puts entries into the access control list of a file, removes them, or tells the list.
    ///
    /// The host needs `setfacl` and `getfacl`, and a file system that has such lists.
    ///
    /// ```yaml
    /// - acl: { path: /srv/app, entity: backup, etype: user, permissions: rX, state: present, recursive: true }
    /// - acl: { path: /srv/app, entry: "default:group:web:rw-", state: present }
    /// - acl: { path: /srv/app }
    /// ```
    Acl "acl" local {
        /// The file or directory.
        path ["name"]: PathText;
        /// Whether the entry is to be there. `query` only tells the list.
        state: State = "query";
        /// Whether links are followed.
        follow: bool = true;
        /// Whether the entry is the default for what is made in the directory.
        default: bool = false;
        /// The user or group.
        entity: Option<String>;
        /// Whom the entry is about.
        etype: Option<Kind>;
        /// What is allowed: letters of `rwxX`.
        permissions: Option<String>;
        /// The whole entry, in place of `entity`, `etype` and `permissions`.
        entry: Option<String>;
        /// Lists of NFSv4 are not supported.
        use_nfsv4_acls: bool = false;
        /// Does the same to all that is in the directory.
        recursive ["recurse"]: bool = false;
        /// What becomes of the mask.
        recalculate_mask: Mask = "default";
    }
}

/// One entry, in its parts.
#[derive(Clone, PartialEq, Debug)]
struct Entry {
    default: bool,
    kind: String,
    entity: String,
    permissions: Option<String>,
}

impl Module for Acl {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let path = self.path.on(host)?;
        if !host.exists(&path)? {
            return Err(host.missing("Path not found or not accessible.".to_owned()));
        }
        let path = text::from_path(&path);
        let entry = self.whole_entry();
        let list = self.command(&["getfacl", "--omit-header", "--absolute-names"], entry.as_ref(), &path);
        let list: Vec<&str> = list.iter().map(String::as_str).collect();
        let (option, wanted, said) = match (&entry, self.state) {
            (Some(entry), State::Present) => ("-m", entry.text(), format!("{} is present", entry.text())),
            (Some(entry), State::Absent) => {
                let entry = Entry { permissions: None, ..entry.clone() }.text();
                ("-x", entry.clone(), format!("{entry} is absent"))
            }
            _ => {
                let entries = acl::entries(host, &list)?;
                return Ok(Plan::say(Fields::new().with("msg", "current acl").with("acl", entries)));
            }
        };
        let set = self.command(&["setfacl", option, &wanted], entry.as_ref(), &path);
        let set: Vec<&str> = set.iter().map(String::as_str).collect();
        let mut plan = Plan::say(Fields::new().with("msg", said).with("acl", acl::entries(host, &list)?));
        if acl::would_change(host, &set)? {
            plan.push(Change::Run(
                Run::changing(&set).with_effects(vec![Effect::Unknown(acl::subject(&list))]),
            ));
        }
        Ok(plan)
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        if carried.changed() && !carried.dry {
            let path = text::from_path(&self.path.on(host)?);
            let entry = self.whole_entry();
            let list = self.command(&["getfacl", "--omit-header", "--absolute-names"], entry.as_ref(), &path);
            let list: Vec<&str> = list.iter().map(String::as_str).collect();
            result.set("acl", acl::entries(host, &list)?);
        }
        Ok(result.into())
    }

    fn check(&self) -> Vec<ArgumentError> {
        let parts = self.entity.is_some() || self.etype.is_some() || self.permissions.is_some();
        let (name, message) = match self.state {
            _ if self.use_nfsv4_acls => ("use_nfsv4_acls", "lists of NFSv4 are not supported"),
            _ if self.entry.is_some() && parts => {
                ("entry", "`entry` excludes `entity`, `etype` and `permissions`")
            }
            State::Query if self.recursive => ("recursive", "`recursive` needs `state: present` or `absent`"),
            State::Query => return Vec::new(),
            _ if self.entry.as_ref().is_some_and(|entry| Entry::read(entry).is_none()) => {
                ("entry", "`entry` is `[default:]type:entity[:permissions]`")
            }
            _ if self.whole_entry().is_none() => ("state", "`state` needs `entry`, or `etype`"),
            State::Present if self.whole_entry().is_some_and(|entry| entry.permissions.is_none()) => {
                ("permissions", "`state: present` needs `permissions`")
            }
            _ => return Vec::new(),
        };
        vec![ArgumentError::new(name, message)]
    }
}

impl Acl {
    /// The entry, however it was given.
    fn whole_entry(&self) -> Option<Entry> {
        if let Some(entry) = &self.entry {
            let entry = Entry::read(entry)?;
            return Some(Entry { default: entry.default || self.default, ..entry });
        }
        Some(Entry {
            default: self.default,
            kind: self.etype?.word().to_owned(),
            entity: self.entity.clone().unwrap_or_default(),
            permissions: self.permissions.clone(),
        })
    }

    /// The command with the options that all have in common.
    fn command(&self, start: &[&str], entry: Option<&Entry>, path: &str) -> Vec<String> {
        let mut words = start.to_vec();
        let sets = start.first() == Some(&"setfacl");
        if entry.map_or(self.default, |entry| entry.default) {
            words.insert(1, "-d");
        }
        if self.recursive {
            words.push("--recursive");
        }
        match self.recalculate_mask {
            Mask::Renewed if sets => words.push("--mask"),
            Mask::Kept if sets => words.push("--no-mask"),
            _ => {}
        }
        if !self.follow {
            words.push("--physical");
        }
        words.extend(["--", path]);
        words.into_iter().map(str::to_owned).collect()
    }
}

impl Entry {
    /// `[default:]type:entity[:permissions]`
    fn read(text: &str) -> Option<Entry> {
        let default = text.strip_prefix("default:").or_else(|| text.strip_prefix("d:"));
        let mut parts = default.unwrap_or(text).splitn(3, ':');
        let kind = match parts.next()? {
            kind if kind.starts_with('u') => "user",
            kind if kind.starts_with('g') => "group",
            kind if kind.starts_with('m') => "mask",
            kind if kind.starts_with('o') => "other",
            _ => return None,
        };
        Some(Entry {
            default: default.is_some(),
            kind: kind.to_owned(),
            entity: parts.next()?.to_owned(),
            permissions: parts.next().map(str::to_owned).filter(|permissions| !permissions.is_empty()),
        })
    }

    fn text(&self) -> String {
        match &self.permissions {
            Some(permissions) => format!("{}:{}:{permissions}", self.kind, self.entity),
            None => format!("{}:{}", self.kind, self.entity),
        }
    }
}
