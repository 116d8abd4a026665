//! File systems that are mounted.

use super::{content, names};
use crate::host::{Data, Failure, Fields, Probe, facts as questions, text};
use std::path::Path;

pub fn gather(host: &dyn Probe, facts: &mut Fields) -> Result<(), Failure> {
    let uuids = uuids(host);
    let mut mounts = Vec::new();
    for line in content(host, "/proc/mounts").lines() {
        let parts: Vec<String> = line.split(' ').map(unescape).collect();
        let [device, mount, kind, options, dump, pass, ..] = parts.as_slice() else { continue };
        if !device.starts_with('/') && !device.contains(":/") || kind == "none" {
            continue;
        }
        let mut said = Fields::new()
            .with("mount", mount.as_str())
            .with("device", device.as_str())
            .with("fstype", kind.as_str())
            .with("options", options.as_str())
            .with("dump", dump.parse::<i64>().unwrap_or(0))
            .with("passno", pass.parse::<i64>().unwrap_or(0));
        sizes(host, mount, None, &mut said)?;
        let uuid = uuids.get(device).cloned().unwrap_or_else(|| "N/A".into());
        mounts.push(Data::Map(said.with("uuid", uuid)));
    }
    facts.set("mounts", Data::List(mounts));
    Ok(())
}

/// How large and how full a file system is; whether it said that in so many seconds.
pub fn sizes(host: &dyn Probe, mount: &str, within: Option<f64>, said: &mut Fields) -> Result<bool, Failure> {
    let found = questions::file_system(host, mount, within)?;
    let Some(found) = found.as_map() else { return Ok(found != Data::Bool(false)) };
    let number = |name: &str| {
        found
            .get(name)
            .and_then(|value| if let Data::Int(number) = value { Some(*number) } else { None })
            .unwrap_or(0)
    };
    let (size, total, available) = (number("size"), number("blocks"), number("available"));
    said.set("block_size", number("block_size"));
    said.set("block_total", total);
    said.set("block_available", available);
    said.set("block_used", total - available);
    said.set("size_total", size * total);
    said.set("size_available", size * available);
    said.set("inode_total", number("files"));
    said.set("inode_available", number("files_free"));
    said.set("inode_used", number("files") - number("files_free"));
    Ok(true)
}

/// The device of this name.
pub fn device(host: &dyn Probe, uuid: &str) -> Option<String> {
    let link = Path::new("/dev/disk/by-uuid").join(uuid);
    let is_there = uuid.chars().all(|letter| letter != '/') && host.exists(&link).ok()?;
    is_there.then(|| host.resolve(&link).ok().map(|path| text::from_path(&path))).flatten()
}

/// The name of every device that has one.
pub fn uuids(host: &dyn Probe) -> Fields {
    let directory = "/dev/disk/by-uuid";
    let mut uuids = Fields::new();
    for name in names(host, directory) {
        if let Ok(device) = host.resolve(&Path::new(directory).join(&name)) {
            uuids.set(text::from_path(&device), name);
        }
    }
    uuids
}

/// The kernel writes blanks and backslashes in octal.
pub fn unescape(part: &str) -> String {
    let mut out = Vec::new();
    let mut rest = part.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let code =
            after.get(..3).filter(|_| *byte == b'\\').and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(code) => {
                out.push(code);
                rest = after.get(3..).unwrap_or_default();
            }
            None => {
                out.push(*byte);
                rest = after;
            }
        }
    }
    text::from_bytes(&out)
}
