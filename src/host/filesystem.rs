//! Questions about file systems on devices, and what of them a program would change.

use super::answer::{ask, would_print};
use super::{Effect, Failure, Kind, Probe, text};
use std::path::Path;

const SIGNATURE: [&str; 5] = ["blkid", "-c", "/dev/null", "-o", "export"];

/// What is on a device.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Signature {
    /// What `blkid` calls it; empty where it knows of nothing.
    pub kind: String,
    pub uuid: String,
}

fn words<'a>(words: &[&'a str], device: &'a str) -> Vec<&'a str> {
    words.iter().copied().chain([device]).collect()
}

/// What is on a device.
pub fn signature(host: &dyn Probe, device: &str) -> Result<Signature, Failure> {
    let said = ask(host, &words(&SIGNATURE, device))?;
    let field = |name: &str| {
        said.stdout.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned()
    };
    Ok(Signature { kind: field("TYPE="), uuid: field("UUID=") })
}

/// For a dry run: this would be on the device.
pub fn becomes(device: &str, found: &Signature) -> Effect {
    let printed = format!("UUID={}\nTYPE={}\n", found.uuid, found.kind);
    would_print(&words(&SIGNATURE, device), &printed)
}

/// How many bytes a device, or a file that stands for one, has; an error where it is neither.
pub fn device_size(host: &dyn Probe, device: &Path) -> Result<u64, Failure> {
    let stat =
        host.stat(device)?.ok_or_else(|| host.missing(format!("Device {} not found.", device.display())))?;
    match stat.kind {
        Kind::File => Ok(stat.size),
        Kind::Block => {
            let size = ask(host, &["blockdev", "--getsize64", &text::from_path(device)])?.stdout;
            size.trim().parse().map_err(|_| format!("blockdev tells no size: {}", size.trim()).into())
        }
        _ => Err(format!("Target device not supported: {}", device.display()).into()),
    }
}

/// Where a device is mounted, the first place.
pub fn mount_point(host: &dyn Probe, device: &str) -> Result<Option<String>, Failure> {
    let said = ask(host, &["findmnt", "--mtab", "--noheadings", "--output", "TARGET", "--source", device])?;
    Ok(said.well().and_then(|places| places.lines().next().map(str::to_owned)))
}

/// What a program prints of the size of a file system: the product of the numbers behind these marks.
pub struct Printed {
    pub argv: &'static [&'static str],
    pub marks: &'static [&'static str],
}

impl Printed {
    /// How many bytes the file system has.
    pub fn size(&self, host: &dyn Probe, place: &str) -> Result<u64, Failure> {
        let printed = ask(host, &words(self.argv, place))?.stdout;
        let number = |mark: &&str| {
            let (_, rest) = printed.split_once(*mark)?;
            rest.trim_start().split(|scalar: char| !scalar.is_ascii_digit()).next()?.parse::<u64>().ok()
        };
        let numbers: Option<Vec<u64>> = self.marks.iter().map(number).collect();
        let program = self.argv.first().copied().unwrap_or_default();
        let numbers =
            numbers.ok_or_else(|| host.missing(format!("unable to process {program} output for {place}")))?;
        Ok(numbers.iter().product())
    }

    /// For a dry run: the program would tell this size.
    pub fn becomes(&self, place: &str, size: u64) -> Effect {
        let line = |(at, mark): (usize, &&str)| format!("{mark} {}\n", if at == 0 { size } else { 1 });
        would_print(&words(self.argv, place), &self.marks.iter().enumerate().map(line).collect::<String>())
    }
}
