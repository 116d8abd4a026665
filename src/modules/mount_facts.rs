//! `mount_facts`

use super::setup::mounts;
use super::{ArgumentError, Module};
use crate::host::{Data, Failure, Fields, Plan, Probe, facts, glob, text};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

choices! {
    /// What is done about a file system that does not answer in time.
    OnTimeout { Error = "error", Warn = "warn", Ignore = "ignore" }
}

module! {
    /// Tells what is mounted, or is to be, as the fact `mount_points`.
    ///
    /// ```yaml
    /// - mount_facts: { fstypes: [ext4, "nfs*"] }
    /// - mount_facts: { sources: [static], devices: "/dev/*", timeout: 5, on_timeout: ignore }
    /// ```
    MountFacts "mount_facts" {
        /// Patterns of devices; all if nothing is said.
        devices: Vec<String>;
        /// Patterns of types of file systems; all if nothing is said.
        fstypes: Vec<String>;
        /// Where to look: files, `mount`, or `all`, `static` and `dynamic`, which are those that are usual.
        sources: Vec<String>;
        /// The program that is asked where a source is `mount`, or where no file says what is mounted; none if empty.
        mount_binary: String = "mount";
        /// Seconds to wait for a file system, or for the program.
        timeout: Option<f64>;
        /// What is done about a file system that does not answer in time.
        on_timeout: OnTimeout = "error";
        /// Whether all mounts are told too, as the fact `aggregate_mounts`: a place may have several.
        include_aggregate_mounts: Option<bool>;
    }
}

/// Files that say what is to be mounted.
const STATIC: [&str; 3] = ["/etc/fstab", "/etc/vfstab", "/etc/filesystems"];
/// Files that say what is mounted.
const DYNAMIC: [&str; 3] = ["/etc/mtab", "/proc/mounts", "/etc/mnttab"];

/// A line of a source.
struct Line {
    source: String,
    text: String,
    /// Device, place, type, options, and perhaps two numbers.
    parts: Vec<String>,
}

impl Module for MountFacts {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let mut warnings = Vec::new();
        let mut all: Vec<Fields> = Vec::new();
        for line in self.lines(host)? {
            all.extend(self.mount(host, &line, &mut warnings)?);
        }
        let (mut points, mut again) = (Fields::new(), BTreeSet::new());
        for mount in &all {
            let place = mount.get("mount").and_then(Data::as_text).unwrap_or_default().to_owned();
            match points.get(&place) {
                None => points.set(place, mount.clone()),
                Some(_) => drop(again.insert(place)),
            }
        }
        if self.include_aggregate_mounts.is_none() && !again.is_empty() {
            let places = again.into_iter().collect::<Vec<_>>().join(", ");
            warnings.push(format!(
                "several mounts have the same place, of which the first is told: {places}. \
                 `include_aggregate_mounts` tells all, or says that this is known"
            ));
        }
        let told = if self.include_aggregate_mounts == Some(true) { all } else { Vec::new() };
        let told: Vec<Data> = told.into_iter().map(Data::Map).collect();
        let facts = Fields::new().with("mount_points", points).with("aggregate_mounts", Data::List(told));
        let plan = Plan::say(Fields::new().with("ansible_facts", facts));
        Ok(if warnings.is_empty() { plan } else { plan.with("warnings", warnings) })
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        if self.timeout.is_some_and(|seconds| seconds <= 0.0) {
            wrong.push(ArgumentError::new("timeout", "`timeout` must be more than 0"));
        }
        if self.sources.iter().any(String::is_empty) {
            wrong.push(ArgumentError::new("sources", "`sources` has an empty text"));
        }
        wrong
    }
}

impl MountFacts {
    /// The lines of all sources; a file that is another one under a second name is read once.
    fn lines(&self, host: &dyn Probe) -> Result<Vec<Line>, Failure> {
        let sources = self.sources();
        let mut fall_back = sources.iter().any(|source| DYNAMIC.contains(source));
        let (mut seen, mut lines) = (BTreeSet::new(), Vec::new());
        for source in sources {
            let path =
                if source == "mount" { PathBuf::from(source) } else { host.resolve(Path::new(source))? };
            if !seen.insert(path) {
                continue;
            }
            let found = if source == "mount" { self.by_program(host)? } else { by_file(host, source) };
            fall_back &= found.is_empty() || source != "mount" && !DYNAMIC.contains(&source);
            lines.extend(found);
        }
        if fall_back && !self.mount_binary.is_empty() {
            lines.extend(self.by_program(host)?);
        }
        Ok(lines)
    }

    fn sources(&self) -> Vec<&str> {
        let given: Vec<&str> = self.sources.iter().map(String::as_str).collect();
        let given = if given.is_empty() { vec!["all"] } else { given };
        let meant = |source: &str| match source {
            "all" => [DYNAMIC, STATIC].concat(),
            "dynamic" => DYNAMIC.to_vec(),
            "static" => STATIC.to_vec(),
            _ => Vec::new(),
        };
        let expanded = given.into_iter().map(|source| (source, meant(source)));
        expanded.flat_map(|(source, meant)| if meant.is_empty() { vec![source] } else { meant }).collect()
    }

    /// `/dev/sda1 on / type ext4 (rw,relatime)`
    fn by_program(&self, host: &dyn Probe) -> Result<Vec<Line>, Failure> {
        let line = |line: &str| {
            let (device, rest) = line.split_once(" on ")?;
            let (place, rest) = rest.split_once(" type ")?;
            let (kind, options) = rest.split_once(" (")?;
            let parts = [device, place, kind, options.strip_suffix(')')?].map(str::to_owned).to_vec();
            Some(Line { source: "mount".to_owned(), text: line.to_owned(), parts })
        };
        Ok(facts::mounts(host, &self.mount_binary)?.lines().filter_map(line).collect())
    }

    /// What a line says, with how full the file system is; `None` where it is not asked for.
    fn mount(
        &self,
        host: &dyn Probe,
        line: &Line,
        warnings: &mut Vec<String>,
    ) -> Result<Option<Fields>, Failure> {
        let [device, place, kind, options, numbers @ ..] = line.parts.as_slice() else { return Ok(None) };
        let given = device.strip_prefix("UUID=");
        let known = given.and_then(|uuid| mounts::device(host, uuid)).unwrap_or_else(|| device.clone());
        if !fits(&self.devices, &known) || !fits(&self.fstypes, kind) {
            return Ok(None);
        }
        let mut said = Fields::new()
            .with("device", device.as_str())
            .with("mount", place.as_str())
            .with("fstype", kind.as_str())
            .with("options", options.as_str());
        for (name, number) in ["dump", "passno"].into_iter().zip(numbers) {
            number.parse::<i64>().into_iter().for_each(|number| said.set(name, number));
        }
        if !mounts::sizes(host, place, self.timeout, &mut said)? {
            let message = format!("Timed out getting mount size for mount {place} (type {kind})");
            match self.on_timeout {
                OnTimeout::Error => return Err(message.into()),
                OnTimeout::Warn => warnings.push(message),
                OnTimeout::Ignore => {}
            }
        }
        let uuid = given.map_or_else(|| mounts::uuids(host).get(&known).cloned(), |uuid| Some(uuid.into()));
        let context =
            Fields::new().with("source", line.source.as_str()).with("source_data", line.text.as_str());
        Ok(Some(said.with("ansible_context", context).with("uuid", uuid.unwrap_or_default())))
    }
}

fn fits(patterns: &[String], text: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| glob::matches(pattern, text))
}

/// The lines of a file in the form of `/etc/fstab`; none where it has another.
fn by_file(host: &dyn Probe, source: &str) -> Vec<Line> {
    let content = host.read(Path::new(source)).map(|bytes| text::from_bytes(&bytes)).unwrap_or_default();
    let lines = content.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let line = |line: &str| {
        let parts: Vec<String> = line.split_whitespace().map(mounts::unescape).collect();
        (4..=6).contains(&parts.len()).then(|| Line {
            source: source.to_owned(),
            text: line.to_owned(),
            parts,
        })
    };
    lines.map(line).collect::<Option<_>>().unwrap_or_default()
}
