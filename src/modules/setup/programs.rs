//! Programs whose versions roles ask for.

use crate::host::{Failure, Fields, Probe, facts as questions};

/// What roles that choose the names of packages by it are told where a host has no Python: the oldest that ansible-core 2.19 works with.
const NO_PYTHON: (&str, &str) = ("/usr/bin/python3", "Python 3.8.0");

/// The Python that the host has.
pub fn python(host: &dyn Probe, facts: &mut Fields) -> Result<(), Failure> {
    let (path, said) = match questions::program(host, "python3")? {
        Some(path) => {
            let said = questions::version(host, &path)?;
            (path, said)
        }
        None => (NO_PYTHON.0.into(), NO_PYTHON.1.into()),
    };
    let Some(text) = said.strip_prefix("Python ").map(str::trim) else { return Ok(()) };
    let numbers: Vec<i64> = text.split('.').map_while(|part| part.parse().ok()).collect();
    let [major, minor, micro] = numbers[..] else { return Ok(()) };
    let version = Fields::new()
        .with("major", major)
        .with("minor", minor)
        .with("micro", micro)
        .with("releaselevel", "final")
        .with("serial", 0);
    let list: Vec<crate::host::Data> =
        vec![major.into(), minor.into(), micro.into(), "final".into(), 0.into()];
    let python = Fields::new()
        .with("executable", path)
        .with("version", version)
        .with("version_info", list)
        .with("has_sslcontext", true)
        .with("type", "cpython");
    facts.set("python", python);
    facts.set("python_version", text);
    Ok(())
}

/// The version of systemd and what it was built with, where the host runs it.
pub fn systemd(host: &dyn Probe, facts: &mut Fields) -> Result<(), Failure> {
    let running = crate::host::systemd::is_running(host)?;
    let Some(path) = questions::program(host, "systemctl")?.filter(|_| running) else { return Ok(()) };
    let said = questions::version(host, &path)?;
    let mut lines = said.lines();
    let number = lines.next().and_then(|line| line.split_whitespace().nth(1)?.parse::<i64>().ok());
    if let Some(number) = number {
        let features = lines.next().unwrap_or_default().trim();
        facts.set("systemd", Fields::new().with("features", features).with("version", number));
    }
    Ok(())
}
