//! Disks and their parts.

use super::{line, names};
use crate::host::{Data, Failure, Fields, Probe, number, text};
use std::path::Path;

pub fn gather(host: &dyn Probe, facts: &mut Fields) -> Result<(), Failure> {
    let links = Links::read(host);
    let mut devices = Fields::new();
    for name in names(host, "/sys/block") {
        let directory = format!("/sys/block/{name}");
        // Roles find 1 here for every device that `/sys` links to, and it links to all.
        devices.set(name.as_str(), device(host, &directory, &name, &links).with("virtual", 1));
    }
    facts.set("devices", devices);
    facts.set("device_links", links.all());
    Ok(())
}

fn device(host: &dyn Probe, directory: &str, name: &str, links: &Links) -> Fields {
    let of = |path: &str| line(host, &format!("{directory}/{path}"));
    let scheduler = of("queue/scheduler");
    let mode = scheduler
        .as_text()
        .and_then(|text| text.split_once('[')?.1.split_once(']'))
        .map_or("", |(mode, _)| mode)
        .to_owned();
    let sector = of("queue/logical_block_size");
    let mut partitions = Fields::new();
    for part in names(host, directory).iter().filter(|part| part.starts_with(name)) {
        let of = |path: &str| line(host, &format!("{directory}/{part}/{path}"));
        let said = Fields::new()
            .with("links", links.of(part))
            .with("start", of("start"))
            .with("sectors", of("size"))
            .with("sectorsize", sector.clone())
            .with("size", size(&of("size")))
            .with("uuid", links.uuid(part))
            .with("holders", names(host, &format!("{directory}/{part}/holders")));
        partitions.set(part.as_str(), said);
    }
    Fields::new()
        .with("links", links.of(name))
        .with("vendor", of("device/vendor"))
        .with("model", of("device/model"))
        .with("serial", of("device/serial"))
        .with("sas_address", Data::Null)
        .with("sas_device_handle", Data::Null)
        .with("removable", of("removable"))
        .with("support_discard", of("queue/discard_granularity"))
        .with("rotational", of("queue/rotational"))
        .with("scheduler_mode", mode)
        .with("sectors", of("size").as_text().and_then(|sectors| sectors.parse::<i64>().ok()).unwrap_or(0))
        .with("sectorsize", sector)
        .with("size", size(&of("size")))
        .with("host", "")
        .with("holders", names(host, &format!("{directory}/holders")))
        .with("partitions", partitions)
}

/// The kernel counts sectors of 512 bytes.
fn size(sectors: &Data) -> String {
    let bytes = sectors.as_text().and_then(number::float).unwrap_or(0.0) * 512.0;
    let units = [("TB", 1_099_511_627_776.0), ("GB", 1_073_741_824.0), ("MB", 1_048_576.0), ("KB", 1024.0)];
    let (unit, factor) = units.into_iter().find(|(_, factor)| bytes >= *factor).unwrap_or(("Bytes", 1.0));
    format!("{:.2} {unit}", bytes / factor)
}

/// Other names of devices.
struct Links(Vec<(&'static str, Fields)>);

impl Links {
    fn read(host: &dyn Probe) -> Links {
        let kinds =
            [("ids", "/dev/disk/by-id"), ("uuids", "/dev/disk/by-uuid"), ("labels", "/dev/disk/by-label")];
        let read = |(kind, directory): (&'static str, &str)| {
            let mut found = Fields::new();
            for name in names(host, directory) {
                let Ok(device) = host.resolve(&Path::new(directory).join(&name)) else { continue };
                let device = device.file_name().map(text::from_os).unwrap_or_default();
                let mut all = found.remove(&device).unwrap_or(Data::List(Vec::new()));
                if let Data::List(all) = &mut all {
                    all.push(name.into());
                }
                found.set(device, all);
            }
            (kind, found)
        };
        Links(kinds.into_iter().map(read).collect())
    }

    fn of(&self, device: &str) -> Fields {
        let found = |(kind, names): &(&str, Fields)| {
            ((*kind).to_owned(), names.get(device).cloned().unwrap_or(Data::List(Vec::new())))
        };
        self.0.iter().map(found).collect::<Fields>().with("masters", Vec::<Data>::new())
    }

    fn uuid(&self, device: &str) -> Data {
        let of = self.of(device);
        match of.get("uuids") {
            Some(Data::List(uuids)) => uuids.first().cloned().unwrap_or_default(),
            _ => Data::Null,
        }
    }

    fn all(&self) -> Fields {
        self.0
            .iter()
            .map(|(kind, names)| ((*kind).to_owned(), names.clone().into()))
            .collect::<Fields>()
            .with("masters", Fields::new())
    }
}
