//! A disk and its partitions, as parted prints them for programs.

use crate::host::{Data, Fields, number};

/// The units of places.
pub(super) const UNITS: [&str; 13] =
    ["s", "B", "KB", "KiB", "MB", "MiB", "GB", "GiB", "TB", "TiB", "%", "cyl", "chs"];

/// How letters of units are told.
pub(super) type Case = fn(&str) -> String;

/// A unit with the letters that the manual has.
pub(super) fn proper(unit: &str) -> String {
    UNITS.into_iter().find(|known| known.eq_ignore_ascii_case(unit)).unwrap_or(unit).to_owned()
}

/// How many bytes a unit is; units that hang on the disk are none.
fn bytes(unit: &str) -> Option<f64> {
    let (base, letter) = match unit.to_ascii_uppercase().as_str() {
        "S" => return Some(512.0),
        "" => return None,
        "B" => return Some(1.0),
        // What is given without a unit is megabytes.
        "COMPACT" => return Some(1e6),
        unit if unit.ends_with("IB") => (1024_f64, unit.chars().next()?),
        unit if unit.ends_with('B') => (1000_f64, unit.chars().next()?),
        _ => return None,
    };
    let power = "KMGT".find(letter)?;
    Some(base.powi(i32::try_from(power).ok()? + 1))
}

/// A number and its unit: `10.5GiB`, `-1`, `100%`.
pub(super) fn measure(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|scalar: char| !matches!(scalar, '0'..='9' | '.' | '-')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Some((number::float(number)?, unit.trim_start()))
}

/// What parted prints: a line each of fields, parted by colons. The disk comes first.
#[derive(Clone)]
pub(super) struct Disk {
    /// The line before: `BYT;`, `CHS;` or `CYL;`.
    head: String,
    disk: Vec<String>,
    /// Cylinders, heads and sectors, where these are asked for.
    geometry: Option<Vec<String>>,
    partitions: Vec<Vec<String>>,
}

impl Disk {
    /// Reads what parted prints.
    pub(super) fn read(printed: &str) -> Result<Disk, String> {
        let mut lines = printed.lines().filter(|line| !line.trim().is_empty());
        let head = lines.next().unwrap_or_default().to_owned();
        let mut rows =
            lines.map(|line| line.trim_end_matches(';').split(':').map(str::to_owned).collect::<Vec<_>>());
        let disk = rows
            .next()
            .filter(|disk| disk.len() >= 7)
            .ok_or_else(|| format!("parted tells of no disk: {printed}"))?;
        let geometry = if head.starts_with('C') { rows.next() } else { None };
        Ok(Disk { head, disk, geometry, partitions: rows.collect() })
    }

    /// The same text again.
    pub(super) fn print(&self) -> String {
        let rows = std::iter::once(&self.disk).chain(&self.geometry).chain(&self.partitions);
        let rows: String = rows.map(|row| format!("{};\n", row.join(":"))).collect();
        format!("{}\n{rows}", self.head)
    }

    fn is_in_chs(&self) -> bool {
        self.head.starts_with("CHS")
    }

    fn of_disk(&self, at: usize) -> &str {
        self.disk.get(at).map(String::as_str).unwrap_or_default()
    }

    /// The kind of its table of partitions.
    pub(super) fn label(&self) -> &str {
        self.of_disk(5)
    }

    /// The partition of this number.
    fn partition(&self, number: i64) -> Option<&Vec<String>> {
        let number = number.to_string();
        self.partitions.iter().find(|row| row.first() == Some(&number))
    }

    pub(super) fn has(&self, number: i64) -> bool {
        self.partition(number).is_some()
    }

    /// A column of a partition, counted from its end: flags, name, kind of file system.
    fn tail(&self, row: &[String], back: usize) -> String {
        row.len().checked_sub(back).and_then(|at| row.get(at)).cloned().unwrap_or_default()
    }

    pub(super) fn name(&self, number: i64) -> String {
        self.partition(number).map(|row| self.tail(row, 2)).unwrap_or_default()
    }

    pub(super) fn flags(&self, number: i64) -> Vec<String> {
        let flags = self.partition(number).map(|row| self.tail(row, 1)).unwrap_or_default();
        flags.split(',').map(str::trim).filter(|flag| !flag.is_empty()).map(str::to_owned).collect()
    }

    /// A place on the disk in bytes, or in percents where parted prints these; counted from its end where it is negative.
    fn place(&self, text: &str, unit: &str) -> Option<f64> {
        let (number, own) = measure(text)?;
        let (size, printed) = measure(self.of_disk(1))?;
        let in_percents = printed == "%";
        let whole = if in_percents { size } else { size * bytes(printed).or(bytes(unit))? };
        let place = match if own.is_empty() { unit } else { own } {
            "%" => whole * number / 100.0,
            _ if in_percents => return None,
            own => number * bytes(own)?,
        };
        Some(if place < 0.0 { whole + place } else { place })
    }

    /// Whether a partition ends there, as far as can be told.
    pub(super) fn ends_at(&self, number: i64, end: &str, unit: &str) -> bool {
        let Some(printed) = self.partition(number).and_then(|row| row.get(2)) else { return false };
        match (self.place(printed, unit), self.place(end, unit)) {
            (Some(found), Some(wanted)) => (found - wanted).abs() <= slack(printed, unit),
            _ => false,
        }
    }

    /// What it would be with another table, and no partitions.
    pub(super) fn relabel(&mut self, label: &str) {
        if let Some(field) = self.disk.get_mut(5) {
            label.clone_into(field);
        }
        self.partitions.clear();
    }

    /// What it would be with one more partition.
    pub(super) fn add(&mut self, number: i64, start: &str, end: &str, file_system: &str, unit: &str) {
        let places = [start, end].map(|text| self.place(text, unit).unwrap_or_default());
        let [start, end] = places;
        let mut row = vec![number.to_string()];
        let sizes = [start, end, end - start].into_iter().take(if self.is_in_chs() { 2 } else { 3 });
        row.extend(sizes.map(|place| printed(place, unit)));
        row.extend([file_system.to_owned(), String::new(), String::new()]);
        self.partitions.push(row);
    }

    /// What it would be with another end of a partition.
    pub(super) fn resize(&mut self, number: i64, end: &str, unit: &str) {
        let Some(place) = self.place(end, unit) else { return };
        self.set(number, |row| row.get_mut(2).map(|field| *field = printed(place, unit)));
    }

    pub(super) fn rename(&mut self, number: i64, name: &str) {
        self.set(number, |row| row.iter_mut().rev().nth(1).map(|field| name.clone_into(field)));
    }

    pub(super) fn set_flags(&mut self, number: i64, flags: &[String]) {
        self.set(number, |row| row.last_mut().map(|field| *field = flags.join(", ")));
    }

    pub(super) fn remove(&mut self, number: i64) {
        let number = number.to_string();
        self.partitions.retain(|row| row.first() != Some(&number));
    }

    fn set(&mut self, number: i64, edit: impl FnOnce(&mut Vec<String>) -> Option<()>) {
        let number = number.to_string();
        self.partitions.iter_mut().find(|row| row.first() == Some(&number)).and_then(edit);
    }

    /// The disk, as roles read it.
    pub(super) fn told(&self, case: Case) -> Fields {
        let number = |at: usize| self.of_disk(at).parse::<i64>().unwrap_or_default();
        let unit = measure(self.of_disk(1)).unwrap_or_default().1;
        let told = Fields::new().with("dev", self.of_disk(0)).with("size", spot(self.of_disk(1)));
        let told = told
            .with("unit", self.unit(unit, case))
            .with("table", self.label())
            .with("model", self.of_disk(6));
        let told = told.with("logical_block", number(3)).with("physical_block", number(4));
        match &self.geometry {
            Some(geometry) => told.with("chs_info", shape(geometry, case)),
            None => told,
        }
    }

    fn unit(&self, unit: &str, case: Case) -> String {
        if self.is_in_chs() { "chs".to_owned() } else { case(unit) }
    }

    /// The partitions, as roles read them.
    pub(super) fn partitions(&self, case: Case) -> Vec<Fields> {
        let unit = measure(self.of_disk(1)).unwrap_or_default().1;
        let told = |row: &Vec<String>| {
            let field = |at: usize| row.get(at).map(String::as_str).unwrap_or_default();
            let number = field(0).parse::<i64>().unwrap_or_default();
            let size = if self.is_in_chs() { Data::from("") } else { spot(field(3)) };
            let told =
                Fields::new().with("num", number).with("begin", spot(field(1))).with("end", spot(field(2)));
            let told =
                told.with("size", size).with("fstype", self.tail(row, 3)).with("name", self.tail(row, 2));
            told.with("flags", self.flags(number)).with("unit", self.unit(unit, case))
        };
        self.partitions.iter().map(told).collect()
    }
}

/// A place as parted would print it, nearly.
fn printed(place: f64, unit: &str) -> String {
    format!("{:.2}{unit}", place / bytes(unit).unwrap_or(1.0))
}

/// How far off a place may be: parted rounds what it prints, and moves ends by less than a mebibyte, to align them.
fn slack(printed: &str, unit: &str) -> f64 {
    let (number, own) = measure(printed).unwrap_or_default();
    let rounded = match number {
        number if number < 10.0 => 0.005,
        number if number < 100.0 => 0.05,
        _ => 0.5,
    };
    bytes(own).or(bytes(unit)).map_or(rounded, |size| 1_048_576_f64.max(rounded * size))
}

/// A place: a number, or a cylinder, a head and a sector.
fn spot(text: &str) -> Data {
    let parts: Vec<i64> = text.split(',').map_while(|part| part.parse().ok()).collect();
    match parts.as_slice() {
        [cylinder, head, sector] => {
            Fields::new().with("cylinder", *cylinder).with("head", *head).with("sector", *sector).into()
        }
        _ => measure(text).map_or(Data::Null, |(number, _)| number.into()),
    }
}

fn shape(geometry: &[String], case: Case) -> Fields {
    let field = |at: usize| geometry.get(at).map(String::as_str).unwrap_or_default();
    let number = |at: usize| field(at).parse::<i64>().unwrap_or_default();
    let (size, unit) = measure(field(3)).unwrap_or_default();
    let told = Fields::new().with("cylinders", number(0)).with("heads", number(1)).with("sectors", number(2));
    told.with("cyl_size", size).with("cyl_size_unit", case(unit))
}
