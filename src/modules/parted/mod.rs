//! `parted`

mod disk;

use self::disk::{Case, Disk, UNITS, measure, proper};
use super::{ArgumentError, Module};
use crate::host::{Carried, Change, Failure, Plan, Probe, Report, Run, parted};

choices! {
    /// What becomes of the partition.
    State { Info = "info", Present = "present", Absent = "absent" }
}

choices! {
    /// To what partitions are aligned.
    Align { Cylinder = "cylinder", Minimal = "minimal", None = "none", Optimal = "optimal", Undefined = "undefined" }
}

choices! {
    /// A unit of places on the disk.
    Unit {
        Sector = "s", Byte = "B", Kb = "KB", Kib = "KiB", Mb = "MB", Mib = "MiB", Gb = "GB", Gib = "GiB", Tb = "TB",
        Tib = "TiB", Percent = "%", Cylinder = "cyl", Chs = "chs", Compact = "compact",
    }
}

choices! {
    /// A kind of table of partitions.
    Label {
        Aix = "aix", Amiga = "amiga", Bsd = "bsd", Dvh = "dvh", Gpt = "gpt", Loop = "loop", Mac = "mac", Msdos = "msdos",
        Pc98 = "pc98", Sun = "sun",
    }
}

choices! {
    /// A kind of partition.
    Part { Extended = "extended", Logical = "logical", Primary = "primary" }
}

module! {
    /// Sees to a partition of a disk, or tells what partitions it has.
    ///
    /// ```yaml
    /// - parted: { device: /dev/vdb, number: 1, state: present, label: gpt, name: data, fs_type: ext4 }
    /// - parted: { device: /dev/vdb, number: 1, state: present, label: gpt, part_end: "100%", resize: true }
    /// ```
    Parted "parted" {
        /// The disk.
        device: String;
        /// To what new partitions are aligned.
        align: Align = "optimal";
        /// The number of the partition.
        number: Option<i64>;
        /// The unit of places, where they name none.
        unit: Unit = "KiB";
        /// The kind of the table of partitions; another one loses all of them.
        label: Label = "msdos";
        /// The kind of partition.
        part_type: Part = "primary";
        /// Where it begins; negative from the end of the disk.
        part_start: String = "0%";
        /// Where it ends.
        part_end: String = "100%";
        /// What kind of file system is to be on it.
        fs_type: Option<String>;
        /// Its name.
        name: Option<String>;
        /// Its flags; all others are taken away.
        flags: Option<Vec<String>>;
        /// What becomes of it.
        state: State = "info";
        /// Moves the end of a partition that is there.
        resize: bool = false;
        /// Tells units as `unit` has them, such as `KiB`; otherwise in small letters.
        unit_preserve_case: bool = false;
    }
}

impl Module for Parted {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let disk = self.disk(host)?;
        match (self.state, self.number) {
            (State::Info, _) | (_, None) => Ok(Plan::nothing()),
            (State::Absent, Some(number)) => self.removed(host, disk, number),
            (State::Present, Some(number)) => self.present(host, disk, number),
        }
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let disk = self.disk(host)?;
        let script = |change: &Change| match change {
            Change::Run(run) => {
                run.argv.iter().skip_while(|word| *word != "--").skip(1).cloned().collect::<Vec<_>>()
            }
            _ => Vec::new(),
        };
        let script = match self.state {
            State::Info => format!("unit {} print", self.unit.word()),
            _ => carried.changes.iter().flat_map(|(change, _)| script(change)).collect::<Vec<_>>().join(" "),
        };
        let case: Case = if self.unit_preserve_case { proper } else { str::to_lowercase };
        let result = carried.result.clone().with("disk", disk.told(case));
        Ok(result.with("partitions", disk.partitions(case)).with("script", script).into())
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        if self.state != State::Info && self.number.is_none() {
            let state = self.state.word();
            let message = format!("state is {state} but all of the following are missing: number");
            wrong.push(ArgumentError::new("", message));
        }
        if self.number.is_some_and(|number| number < 1) {
            wrong.push(ArgumentError::new("number", "the number of a partition is 1 or more"));
        }
        for (name, value) in [("part_start", &self.part_start), ("part_end", &self.part_end)] {
            if !measure(value).is_some_and(|(_, unit)| unit.is_empty() || UNITS.contains(&unit)) {
                wrong.push(ArgumentError::new(
                    name,
                    format!("`{value}` is no place on a disk, such as `10GiB` or `15%`"),
                ));
            }
        }
        let words = [("device", Some(&self.device)), ("fs_type", self.fs_type.as_ref())];
        let words = words.into_iter().filter_map(|(name, word)| ArgumentError::option(name, name, word?));
        wrong.extend(words);
        wrong.extend(self.more_than_words());
        wrong
    }
}

/// What ends a word for parted, which reads its arguments as lines of commands.
fn ends_word(scalar: char) -> bool {
    scalar.is_whitespace() || "\"';\\".contains(scalar)
}

impl Parted {
    fn disk(&self, host: &dyn Probe) -> Result<Disk, Failure> {
        Ok(Disk::read(&parted::printed(host, &self.device, self.unit.word())?)?)
    }

    /// What parted would take for more than a word or a name.
    fn more_than_words(&self) -> Vec<ArgumentError> {
        let flags = self.flags.iter().flatten().map(|flag| ("flags", flag));
        let words = flags.chain(self.fs_type.iter().map(|word| ("fs_type", word)));
        let split = words.filter(|(_, word)| word.contains(ends_word));
        let split = split.map(|(of, word)| ArgumentError::new(of, format!("`{word}` is not one word")));
        let quoted = self.name.iter().filter(|name| name.contains(['"', '\\']));
        let quoted = quoted
            .map(|name| ArgumentError::new("name", format!("`{name}`: a name holds no `\"` and no `\\`")));
        split.chain(quoted).collect()
    }

    /// Makes it once, however parted rounds what it prints, and whatever number it gives to what is new; then dresses it.
    fn present(&self, host: &dyn Probe, disk: Disk, number: i64) -> Result<Plan, Failure> {
        let made = if host.stage() == 0 { self.made(host, disk.clone(), number)? } else { Plan::nothing() };
        match (made.is_empty(), disk.has(number)) {
            (false, _) => Ok(made.and_again()),
            (true, true) => self.dressed(host, disk, number),
            (true, false) => Ok(Plan::nothing()),
        }
    }

    /// Makes the table and the partition, or moves its end.
    fn made(&self, host: &dyn Probe, mut disk: Disk, number: i64) -> Result<Plan, Failure> {
        let unit = self.unit.word();
        let mut script: Vec<String> = Vec::new();
        let mut say = |words: &[&str]| script.extend(words.iter().map(|word| (*word).to_owned()));
        if disk.label() != self.label.word() {
            say(&["mklabel", self.label.word()]);
            disk.relabel(self.label.word());
        }
        if !disk.has(number) {
            say(&["mkpart", self.part_type.word()]);
            say(self.fs_type.as_deref().as_slice());
            say(&[&self.part_start, &self.part_end]);
            disk.add(number, &self.part_start, &self.part_end, "", unit);
        } else if self.resize && !disk.ends_at(number, &self.part_end, unit) {
            say(&["resizepart", &number.to_string(), &self.part_end]);
            disk.resize(number, &self.part_end, unit);
        }
        self.script(host, script, &disk)
    }

    /// Gives a partition that is there its name and its flags.
    fn dressed(&self, host: &dyn Probe, mut disk: Disk, number: i64) -> Result<Plan, Failure> {
        let mut script = Vec::new();
        let id = number.to_string();
        if let Some(name) = self.name.as_ref().filter(|name| **name != disk.name(number)) {
            script.extend(["name".to_owned(), id.clone(), format!("\"{name}\"")]);
            disk.rename(number, name);
        }
        if let Some(mut wanted) = self.flags.clone().filter(|flags| !flags.is_empty()) {
            if wanted.iter().any(|flag| flag == "esp") && !wanted.iter().any(|flag| flag == "boot") {
                wanted.push("boot".to_owned());
            }
            let found = disk.flags(number);
            let on = wanted.iter().filter(|flag| !found.contains(flag)).map(|flag| (flag, "on"));
            let off = found.iter().filter(|flag| !wanted.contains(flag)).map(|flag| (flag, "off"));
            on.chain(off).for_each(|(flag, word)| {
                script.extend(["set", &id, flag, word].map(str::to_owned));
            });
            disk.set_flags(number, &wanted);
        }
        self.script(host, script, &disk)
    }

    fn removed(&self, host: &dyn Probe, mut disk: Disk, number: i64) -> Result<Plan, Failure> {
        if !disk.has(number) {
            return Ok(Plan::nothing());
        }
        disk.remove(number);
        let argv = self.argv(host, vec!["rm".to_owned(), number.to_string()])?;
        Ok(self.run(argv, &disk))
    }

    fn script(&self, host: &dyn Probe, script: Vec<String>, after: &Disk) -> Result<Plan, Failure> {
        if script.is_empty() {
            return Ok(Plan::nothing());
        }
        let unit = ["unit", self.unit.word()].map(str::to_owned);
        let argv = self.argv(host, unit.into_iter().chain(script).collect())?;
        Ok(self.run(argv, after))
    }

    fn argv(&self, host: &dyn Probe, script: Vec<String>) -> Result<Vec<String>, Failure> {
        let mut argv = vec!["parted", "-s"];
        argv.extend(parted::can_fix(host)?.then_some("-f"));
        argv.push("-m");
        if self.align != Align::Undefined {
            argv.extend(["-a", self.align.word()]);
        }
        argv.extend([self.device.as_str(), "--"]);
        Ok(argv.into_iter().map(str::to_owned).chain(script).collect())
    }

    fn run(&self, argv: Vec<String>, after: &Disk) -> Plan {
        let argv: Vec<&str> = argv.iter().map(String::as_str).collect();
        let effect = parted::becomes(&self.device, self.unit.word(), &after.print());
        Plan::one(Change::Run(Run::changing(&argv).with_effects(vec![effect])))
    }
}
