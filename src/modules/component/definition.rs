//! What the start loop has to know of a component: it stands in the unit file, in a section that systemd leaves alone.

use super::{Component, Health};
use crate::host::{Data, Failure, Fields, Probe, json, text};
use crate::modules::Argument;
use std::path::Path;

/// The section that systemd leaves alone.
const SECTION: &str = "[X-Provision]";

/// What the start loop has to know of a component.
#[derive(Clone, PartialEq)]
pub struct Definition {
    pub name: String,
    pub image: String,
    pub docker: String,
    pub needs: Vec<String>,
    /// Files that count beside the unit itself.
    pub config_files: Vec<String>,
    /// Files that are read again without a restart.
    pub reload_files: Vec<String>,
    pub health: Option<Health>,
    pub stays_up: i64,
    pub host_network: bool,
}

impl Definition {
    /// What a call says.
    pub fn of(component: &Component) -> Definition {
        let mut files: Vec<String> = component.config_files.iter().map(|path| path.0.clone()).collect();
        files.extend(component.env_file.iter().map(|path| path.0.clone()));
        if !component.environment.is_empty() {
            files.push(text::from_path(&component.environment_path()));
        }
        Definition {
            name: component.name.clone(),
            image: component.image().unwrap_or_default(),
            docker: component.docker.clone(),
            needs: component.needs.clone(),
            config_files: files,
            reload_files: component.reload_files.iter().map(|path| path.0.clone()).collect(),
            health: component.health.clone(),
            stays_up: component.stays_up,
            host_network: component.network_mode.as_deref() == Some("host"),
        }
    }

    /// All files that count, the unit first.
    pub fn files(&self) -> Vec<String> {
        let mut files = vec![format!("/etc/systemd/system/{}.service", self.name)];
        files.extend(self.config_files.iter().map(|file| file.trim_end_matches('/').to_owned()));
        files
    }

    /// All files that are read again without a restart.
    pub fn reloaded(&self) -> Vec<String> {
        self.reload_files.iter().map(|file| file.trim_end_matches('/').to_owned()).collect()
    }

    /// The section of the unit file that holds it.
    pub fn section(&self) -> String {
        let health = self.health.as_ref().map_or(Data::Null, |health| {
            let words = health.command.as_ref().map(|word| word.0.clone());
            let fields = Fields::new()
                .with("command", words)
                .with("http", health.http.clone())
                .with("port", health.port)
                .with("status", health.status);
            Data::Map(fields.with("interval", health.interval).with("timeout", health.timeout))
        });
        let fields = Fields::new()
            .with("name", self.name.as_str())
            .with("image", self.image.as_str())
            .with("docker", self.docker.as_str())
            .with("needs", self.needs.clone())
            .with("config_files", self.config_files.clone())
            .with("reload_files", self.reload_files.clone())
            .with("health", health)
            .with("stays_up", self.stays_up)
            .with("host_network", self.host_network);
        format!("{SECTION}\nComponent={}\n", json::print(&Data::Map(fields)))
    }

    /// What a unit file says; `None` where the unit is no component.
    pub fn read(host: &dyn Probe, path: &Path) -> Result<Option<Definition>, Failure> {
        if !host.follow(path)?.is_some_and(|stat| stat.is_file()) {
            return Ok(None);
        }
        let unit = text::from_bytes(&host.read(path)?);
        let Some((_, section)) = unit.rsplit_once(SECTION) else { return Ok(None) };
        let line = section.lines().find_map(|line| line.strip_prefix("Component="));
        Ok(line.and_then(|line| json::parse(line).ok()).and_then(|data| from_data(&data)))
    }

    /// All components of a host.
    pub fn all(host: &dyn Probe) -> Result<Vec<Definition>, Failure> {
        let directory = Path::new("/etc/systemd/system");
        if !host.is_directory(directory)? {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for name in host.list(directory)? {
            if name.as_encoded_bytes().ends_with(b".service") {
                found.extend(Definition::read(host, &directory.join(name))?);
            }
        }
        Ok(found)
    }
}

fn from_data(data: &Data) -> Option<Definition> {
    let texts = |name: &str| data.list(name).iter().filter_map(Data::as_text).map(str::to_owned).collect();
    let health = data.entry("health");
    Some(Definition {
        name: data.text("name")?,
        image: data.text("image")?,
        docker: data.text("docker")?,
        needs: texts("needs"),
        config_files: texts("config_files"),
        reload_files: texts("reload_files"),
        health: if health.is_null() { None } else { Health::parse(health).ok() },
        stays_up: data.number("stays_up")?,
        host_network: data.entry("host_network") == &Data::Bool(true),
    })
}
