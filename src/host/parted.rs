//! Questions for parted, of disks and their partitions.

use super::answer::{ask, would_print};
use super::{Effect, Failure, Probe};

/// What parted prints of a disk, for programs.
pub fn printed(host: &dyn Probe, device: &str, unit: &str) -> Result<String, Failure> {
    let said = ask(host, &asking(device, unit))?;
    if said.rc != 0 && !said.stderr.contains("unrecognised disk label") {
        return Err(host.missing(format!("parted knows nothing of {device}: {}", said.stderr.trim())));
    }
    Ok(said.stdout)
}

/// For a dry run: parted would print this.
pub fn becomes(device: &str, unit: &str, printed: &str) -> Effect {
    would_print(&asking(device, unit), printed)
}

fn asking<'a>(device: &'a str, unit: &'a str) -> [&'a str; 8] {
    ["parted", "-s", "-m", device, "--", "unit", unit, "print"]
}

/// Whether parted knows `--fix`, as it does since 3.4.64.
pub fn can_fix(host: &dyn Probe) -> Result<bool, Failure> {
    let said = ask(host, &["parted", "--version"])?.stdout;
    let version = said.lines().next().and_then(|line| line.rsplit(' ').next()).unwrap_or_default();
    let numbers: Vec<u32> = version.split(['.', '-']).map_while(|part| part.parse().ok()).collect();
    Ok(numbers >= vec![3, 4, 64])
}
