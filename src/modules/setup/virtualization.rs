//! What the machine pretends to be.

use super::{content, line};
use crate::host::{Data, Failure, Fields, Probe, text};
use std::path::Path;

pub fn gather(host: &dyn Probe, facts: &mut Fields) -> Result<(), Failure> {
    let (kind, role) = guest(host)?.map_or_else(|| bare(host), |kind| Ok((kind, "guest".to_owned())))?;
    let guests = if role == "guest" { vec![kind.clone()] } else { Vec::new() };
    let hosts = if role == "host" { vec![kind.clone()] } else { Vec::new() };
    facts.set("virtualization_type", kind);
    facts.set("virtualization_role", role);
    facts.set("virtualization_tech_guest", guests);
    facts.set("virtualization_tech_host", hosts);
    Ok(())
}

fn guest(host: &dyn Probe) -> Result<Option<String>, Failure> {
    if host.exists(Path::new("/.dockerenv"))? || host.exists(Path::new("/.dockerinit"))? {
        return Ok(Some("docker".to_owned()));
    }
    if host.exists(Path::new("/run/.containerenv"))? {
        return Ok(Some("podman".to_owned()));
    }
    if let Data::Text(kind) = line(host, "/run/systemd/container") {
        return Ok(Some(kind));
    }
    let environment =
        host.read(Path::new("/proc/1/environ")).map(|bytes| text::from_bytes(&bytes)).unwrap_or_default();
    let container = environment.split('\0').find_map(|entry| entry.strip_prefix("container="));
    if let Some(kind) = container.filter(|kind| !kind.is_empty()) {
        return Ok(Some(kind.to_owned()));
    }
    let groups = content(host, "/proc/1/cgroup");
    for (mark, kind) in
        [("/docker", "docker"), ("/lxc/", "lxc"), ("/machine.slice/machine-", "systemd-nspawn")]
    {
        if groups.contains(mark) {
            return Ok(Some(kind.to_owned()));
        }
    }
    Ok(by_firmware(host))
}

fn by_firmware(host: &dyn Probe) -> Option<String> {
    let of = |file: &str| {
        line(host, &format!("/sys/class/dmi/id/{file}")).as_text().unwrap_or_default().to_owned()
    };
    let (product, vendor, bios) = (of("product_name"), of("sys_vendor"), of("bios_vendor"));
    let known = [
        ("KVM", "kvm"),
        ("Bochs", "kvm"),
        ("AHV", "kvm"),
        ("OpenStack", "kvm"),
        ("QEMU", "kvm"),
        ("oVirt", "kvm"),
        ("Red Hat", "kvm"),
        ("Amazon EC2", "kvm"),
        ("DigitalOcean", "kvm"),
        ("Hetzner", "kvm"),
        ("Google", "kvm"),
        ("VMware", "VMware"),
        ("VirtualBox", "virtualbox"),
        ("Virtual Machine", "VirtualPC"),
        ("Parallels", "parallels"),
        ("Xen", "xen"),
        ("HVM domU", "xen"),
    ];
    let said = [product.as_str(), vendor.as_str(), bios.as_str()];
    known
        .iter()
        .find(|(mark, _)| said.iter().any(|said| said.contains(mark)))
        .map(|(_, kind)| (*kind).to_owned())
}

fn bare(host: &dyn Probe) -> Result<(String, String), Failure> {
    let modules = content(host, "/proc/modules");
    let is_loaded = |name: &str| modules.lines().any(|line| line.split(' ').next() == Some(name));
    if is_loaded("kvm") {
        return Ok(("kvm".to_owned(), "host".to_owned()));
    }
    let hypervisor = content(host, "/proc/cpuinfo")
        .lines()
        .any(|line| line.starts_with("flags") && line.contains(" hypervisor"));
    Ok(if hypervisor { ("kvm".to_owned(), "guest".to_owned()) } else { ("NA".to_owned(), "NA".to_owned()) })
}
