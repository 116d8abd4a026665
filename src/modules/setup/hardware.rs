//! Processors, memory, and what the machine says of itself.

use super::{content, line, names};
use crate::host::{Data, Failure, Fields, Probe};
use std::collections::BTreeSet;

pub fn gather(host: &dyn Probe, facts: &mut Fields) -> Result<(), Failure> {
    processors(host, facts);
    memory(&content(host, "/proc/meminfo"), facts);
    let uptime = content(host, "/proc/uptime");
    let seconds =
        uptime.split_whitespace().next().and_then(|word| word.split('.').next()?.parse::<i64>().ok());
    facts.set("uptime_seconds", seconds);
    machine(host, facts);
    Ok(())
}

fn processors(host: &dyn Probe, facts: &mut Fields) {
    let text = content(host, "/proc/cpuinfo");
    let mut list = Vec::new();
    let (mut sockets, mut cores) = (BTreeSet::new(), BTreeSet::new());
    let (mut count, mut socket) = (0_i64, String::new());
    for line in text.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match name.trim() {
            "processor" => {
                count += 1;
                list.push(value.to_owned());
            }
            "vendor_id" | "model name" | "Processor" | "cpu" => list.push(value.to_owned()),
            "physical id" => {
                value.clone_into(&mut socket);
                sockets.insert(value.to_owned());
            }
            "core id" => {
                cores.insert((socket.clone(), value.to_owned()));
            }
            _ => {}
        }
    }
    let sockets = i64::try_from(sockets.len()).unwrap_or(1).max(1);
    let all_cores = i64::try_from(cores.len()).unwrap_or(1).max(1);
    let known = !cores.is_empty();
    let cores = if known { (all_cores / sockets).max(1) } else { 1 };
    let threads = if known { (count / all_cores).max(1) } else { 1 };
    facts.set("processor", list);
    facts.set("processor_count", if known { sockets } else { count });
    facts.set("processor_cores", cores);
    facts.set("processor_threads_per_core", threads);
    facts.set("processor_vcpus", count);
    let usable = std::thread::available_parallelism()
        .map_or(count, |number| i64::try_from(number.get()).unwrap_or(count));
    facts.set("processor_nproc", usable);
}

fn memory(text: &str, facts: &mut Fields) {
    let of = |wanted: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(wanted)?.strip_prefix(':'));
        line.and_then(|rest| rest.split_whitespace().next()?.parse::<i64>().ok()).unwrap_or(0) / 1024
    };
    let (total, free, swap, swap_free) = (of("MemTotal"), of("MemFree"), of("SwapTotal"), of("SwapFree"));
    let no_cache = free + of("Cached") + of("Buffers");
    facts.set("memtotal_mb", total);
    facts.set("memfree_mb", free);
    facts.set("swaptotal_mb", swap);
    facts.set("swapfree_mb", swap_free);
    let real = Fields::new().with("total", total).with("used", total - free).with("free", free);
    let nocache = Fields::new().with("free", no_cache).with("used", total - no_cache);
    let swap_all = Fields::new()
        .with("total", swap)
        .with("free", swap_free)
        .with("used", swap - swap_free)
        .with("cached", of("SwapCached"));
    facts.set("memory_mb", Fields::new().with("real", real).with("nocache", nocache).with("swap", swap_all));
}

/// What firmware says; `NA` where it says nothing.
fn machine(host: &dyn Probe, facts: &mut Fields) {
    let known = [
        ("bios_date", "bios_date"),
        ("bios_vendor", "bios_vendor"),
        ("bios_version", "bios_version"),
        ("board_asset_tag", "board_asset_tag"),
        ("board_name", "board_name"),
        ("board_serial", "board_serial"),
        ("board_vendor", "board_vendor"),
        ("board_version", "board_version"),
        ("chassis_asset_tag", "chassis_asset_tag"),
        ("chassis_serial", "chassis_serial"),
        ("chassis_vendor", "chassis_vendor"),
        ("chassis_version", "chassis_version"),
        ("product_name", "product_name"),
        ("product_serial", "product_serial"),
        ("product_uuid", "product_uuid"),
        ("product_version", "product_version"),
        ("system_vendor", "sys_vendor"),
    ];
    let there = names(host, "/sys/class/dmi/id");
    for (fact, file) in known {
        let value = if there.iter().any(|name| name == file) {
            line(host, &format!("/sys/class/dmi/id/{file}"))
        } else {
            Data::Null
        };
        facts.set(fact, if value.is_null() { "NA".into() } else { value });
    }
    facts.set("form_factor", form_factor(host));
}

fn form_factor(host: &dyn Probe) -> &'static str {
    let form = line(host, "/sys/class/dmi/id/chassis_type");
    let form = form.as_text().and_then(|form| form.parse::<usize>().ok());
    let forms = [
        "Unknown",
        "Other",
        "Unknown",
        "Desktop",
        "Low Profile Desktop",
        "Pizza Box",
        "Mini Tower",
        "Tower",
        "Portable",
        "Laptop",
        "Notebook",
        "Hand Held",
        "Docking Station",
        "All In One",
        "Sub Notebook",
        "Space-saving",
        "Lunch Box",
        "Main Server Chassis",
        "Expansion Chassis",
        "Sub Chassis",
        "Bus Expansion Chassis",
        "Peripheral Chassis",
        "RAID Chassis",
        "Rack Mount Chassis",
    ];
    form.and_then(|form| forms.get(form).copied()).unwrap_or("NA")
}
