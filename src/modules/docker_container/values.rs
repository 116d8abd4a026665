//! Texts of arguments, as docker's protocol has them.

use super::parts::{ByteRate, DeviceRequest, Healthcheck, Mount, MountType, Rate};
use crate::host::{Data, Fields, number, words};
use crate::modules::docker::{text_of, texts};

/// A command: a line is split as a shell does, a list stays.
pub fn command(data: &Data, joined: bool) -> Result<Data, String> {
    let split =
        |line: &str| words::split(line).map_err(|error| format!("the command cannot be read: {error}"));
    match data {
        Data::List(items) if joined => {
            let line = items.iter().map(text_of).collect::<Vec<_>>().join(" ");
            Ok(split(&line)?.into())
        }
        Data::List(items) => Ok(items.iter().map(text_of).collect::<Vec<_>>().into()),
        data => Ok(split(&text_of(data))?.into()),
    }
}

/// Nanoseconds of a time such as `1m30s`.
pub fn nanoseconds(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{text}` is no time such as `1m30s`");
    let mut total = 0_f64;
    let mut rest = text.trim();
    if rest == "0" || rest.is_empty() {
        return Ok(0);
    }
    while !rest.is_empty() {
        let end = rest.find(|scalar: char| !scalar.is_ascii_digit() && scalar != '.').ok_or_else(wrong)?;
        let (number, unit) = rest.split_at(end);
        let length = unit.find(|scalar: char| scalar.is_ascii_digit()).unwrap_or(unit.len());
        let (unit, after) = unit.split_at(length);
        let factor = match unit {
            "us" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            _ => return Err(wrong()),
        };
        total += number::float(number).ok_or_else(wrong)? * factor;
        rest = after;
    }
    Ok(total as i64)
}

/// How docker looks whether the container works.
pub fn healthcheck(check: &Healthcheck) -> Result<Fields, String> {
    let mut fields = Fields::new();
    match check.test.as_ref().map(|test| &test.0) {
        None | Some(Data::Null) if check.test_cli_compatible => {}
        None | Some(Data::Null) => fields.set("Test", vec!["NONE"]),
        Some(Data::List(items)) => fields.set("Test", items.iter().map(text_of).collect::<Vec<_>>()),
        Some(line) => fields.set("Test", vec!["CMD-SHELL".to_owned(), text_of(line)]),
    }
    if fields.get("Test") == Some(&vec!["NONE"].into()) {
        return Ok(fields);
    }
    let times = [
        ("Interval", &check.interval),
        ("Timeout", &check.timeout),
        ("StartPeriod", &check.start_period),
        ("StartInterval", &check.start_interval),
    ];
    for (name, time) in times {
        if let Some(time) = time {
            fields.set(name, nanoseconds(time)?);
        }
    }
    if let Some(retries) = check.retries {
        fields.set("Retries", retries);
    }
    Ok(fields)
}

/// `nofile:1024:2048` or `nofile=1024:2048`.
pub fn ulimit(text: &str) -> Result<Data, String> {
    let wrong = || format!("`{text}` is no limit such as `nofile:1024:2048`");
    let mut parts = text.split([':', '=']);
    let name = parts.next().filter(|name| !name.is_empty()).ok_or_else(wrong)?;
    let soft: i64 = parts.next().and_then(|part| part.parse().ok()).ok_or_else(wrong)?;
    let hard = parts.next().map_or(Ok(soft), |part| part.parse().map_err(|_| wrong()))?;
    Ok(Fields::new().with("Name", name).with("Soft", soft).with("Hard", hard).into())
}

/// `/dev/a:/dev/b:rwm`.
pub fn device(text: &str) -> Data {
    let mut parts = text.split(':');
    let outside = parts.next().unwrap_or_default();
    let inside = parts.next().filter(|part| !part.is_empty()).unwrap_or(outside);
    let fields = Fields::new().with("PathOnHost", outside).with("PathInContainer", inside);
    fields.with("CgroupPermissions", parts.next().unwrap_or("rwm")).into()
}

/// What may stand behind the place of a volume.
const MODES: [&str; 14] = [
    "rw",
    "ro",
    "z",
    "Z",
    "consistent",
    "delegated",
    "cached",
    "rprivate",
    "private",
    "rshared",
    "shared",
    "rslave",
    "slave",
    "nocopy",
];

/// The place of a volume that is the container's own: `/data`, `/data:rw`.
pub fn own_volume(text: &str) -> Option<&str> {
    match text.split_once(':') {
        None => Some(text),
        Some((place, mode)) => mode.split(',').all(|word| MODES.contains(&word)).then_some(place),
    }
}

/// Where a volume is seen in the container.
pub fn inside(text: &str) -> &str {
    own_volume(text).unwrap_or_else(|| text.split(':').nth(1).unwrap_or(text))
}

/// A volume as docker keeps it: always with its mode.
pub fn bind(text: &str) -> String {
    match text.split(':').collect::<Vec<_>>().as_slice() {
        [_, inside] if inside.starts_with('/') => format!("{text}:rw"),
        _ => text.to_owned(),
    }
}

/// A link as it was asked for: docker keeps `/db:/web/database` of `db:database`.
pub fn link(text: &str) -> String {
    let (container, alias) = text.split_once(':').unwrap_or((text, text));
    let alias = alias.rsplit('/').next().unwrap_or(alias);
    format!("{}:{alias}", container.trim_start_matches('/'))
}

/// The most bytes a second of a device.
pub fn byte_rate(rate: &ByteRate) -> Data {
    Fields::new().with("Path", rate.path.as_str()).with("Rate", rate.rate.0).into()
}

/// The most operations a second of a device.
pub fn rate(rate: &Rate) -> Data {
    Fields::new().with("Path", rate.path.as_str()).with("Rate", rate.rate).into()
}

/// Devices that a driver chooses.
pub fn device_request(request: &DeviceRequest) -> Data {
    let capabilities = request.capabilities.as_ref().map(|all| all.iter().map(|raw| raw.0.clone()).collect());
    let fields = Fields::new()
        .with("Driver", request.driver.clone().unwrap_or_default())
        .with("Count", request.count.unwrap_or(0))
        .with("DeviceIDs", request.device_ids.clone().unwrap_or_default())
        .with("Capabilities", Data::List(capabilities.unwrap_or_default()));
    fields.with("Options", texts(&request.options.clone().unwrap_or_default())).into()
}

/// Something that is mounted.
pub fn mount(mount: &Mount) -> Result<Data, String> {
    let mut fields = Fields::new().with("Type", mount.r#type.word()).with("Target", mount.target.as_str());
    let mut put = |name: &str, value: Option<Data>| {
        if let Some(value) = value {
            fields.set(name, value);
        }
    };
    put("Source", mount.source.as_deref().map(Data::from));
    put("ReadOnly", mount.read_only.map(Data::from));
    put("Consistency", mount.consistency.map(|consistency| consistency.word().into()));
    let (name, options) = match mount.r#type {
        MountType::Bind => ("BindOptions", bind_options(mount)),
        MountType::Volume | MountType::Cluster => ("VolumeOptions", volume_options(mount)),
        MountType::Tmpfs => ("TmpfsOptions", tmpfs_options(mount)?),
        MountType::Image => ("ImageOptions", some(&[("Subpath", mount.subpath.clone().map(Data::from))])),
        MountType::Npipe => return Ok(fields.into()),
    };
    put(name, (!options.is_empty()).then(|| options.into()));
    Ok(fields.into())
}

fn some(entries: &[(&str, Option<Data>)]) -> Fields {
    entries.iter().filter_map(|(name, value)| Some(((*name).to_owned(), value.clone()?))).collect()
}

fn bind_options(mount: &Mount) -> Fields {
    some(&[
        ("Propagation", mount.propagation.map(|propagation| propagation.word().into())),
        ("CreateMountpoint", mount.create_mountpoint.map(Data::from)),
        ("NonRecursive", mount.non_recursive.map(Data::from)),
        ("ReadOnlyNonRecursive", mount.read_only_non_recursive.map(Data::from)),
        ("ReadOnlyForceRecursive", mount.read_only_force_recursive.map(Data::from)),
    ])
}

fn volume_options(mount: &Mount) -> Fields {
    let driver = some(&[
        ("Name", mount.volume_driver.clone().map(Data::from)),
        ("Options", mount.volume_options.as_ref().map(|options| texts(options).into())),
    ]);
    some(&[
        ("NoCopy", mount.no_copy.map(Data::from)),
        ("Labels", mount.labels.as_ref().map(|labels| texts(labels).into())),
        ("DriverConfig", (!driver.is_empty()).then(|| driver.into())),
        ("Subpath", mount.subpath.clone().map(Data::from)),
    ])
}

fn tmpfs_options(mount: &Mount) -> Result<Fields, String> {
    let mode = mount
        .tmpfs_mode
        .as_deref()
        .map(|mode| i64::from_str_radix(mode, 8).map_err(|_| format!("`{mode}` is no mode such as `1777`")));
    let option = |fields: &Fields| {
        let words = fields.iter().map(|(name, value)| match value {
            Data::Null => vec![name.to_owned()],
            value => vec![name.to_owned(), text_of(value)],
        });
        words.flatten().collect::<Vec<_>>()
    };
    Ok(some(&[
        ("SizeBytes", mount.tmpfs_size.map(|size| size.0.into())),
        ("Mode", mode.transpose()?.map(Data::from)),
        (
            "Options",
            mount.tmpfs_options.as_ref().map(|all| all.iter().map(option).collect::<Vec<_>>().into()),
        ),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_limits_devices_and_volumes() {
        assert_eq!(nanoseconds("1m30s"), Ok(90_000_000_000));
        assert_eq!(nanoseconds("1.5ms"), Ok(1_500_000));
        assert!(nanoseconds("10").is_err() && nanoseconds("5d").is_err());
        assert_eq!(ulimit("nofile=1:2"), ulimit("nofile:1:2"));
        assert!(ulimit("nofile").is_err());
        assert_eq!(link("/db:/web/database"), "db:database");
        assert_eq!(device("/dev/x").text("PathInContainer").as_deref(), Some("/dev/x"));
        assert_eq!(
            (bind("/a:/b"), bind("/a:/b:ro"), bind("v:/b")),
            ("/a:/b:rw".into(), "/a:/b:ro".into(), "v:/b:rw".into())
        );
        assert_eq!(
            (own_volume("/a"), own_volume("/a:ro,z"), own_volume("/a:/b")),
            (Some("/a"), Some("/a"), None)
        );
        assert_eq!((inside("/a:ro"), inside("v:/b"), inside("v:/b:ro")), ("/a", "/b", "/b"));
    }
}
