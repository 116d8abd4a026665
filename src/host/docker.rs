//! Questions for docker, through its command line.

use super::answer::{json_output, output_of};
use super::{Data, Failure, Probe, Query, Subject, System};

/// A network by name or id.
pub fn network(host: &dyn Probe, name: &str) -> Result<Data, Failure> {
    host.ask(&Query::about(Subject::Network(name.to_owned())))
}

/// An image by any of its names.
pub fn image(host: &dyn Probe, name: &str) -> Result<Data, Failure> {
    host.ask(&Query::about(Subject::Image(name.to_owned())))
}

/// A container by name or id.
pub fn container(host: &dyn Probe, name: &str) -> Result<Data, Failure> {
    host.ask(&Query::about(Subject::Container(name.to_owned())))
}

/// A volume by name.
pub fn volume(host: &dyn Probe, name: &str) -> Result<Data, Failure> {
    host.ask(&Query::about(Subject::Volume(name.to_owned())))
}

/// The names of containers, running or not, that carry a label.
pub fn containers_with(host: &dyn Probe, label: &str) -> Result<Vec<String>, Failure> {
    let filter = format!("label={label}");
    let listed =
        host.ask(&output_of(&["docker", "ps", "-a", "--filter", &filter, "--format", "{{.Names}}"]))?;
    Ok(listed.text("stdout").unwrap_or_default().lines().map(str::to_owned).collect())
}

/// What questions about these are about, for effects.
pub fn container_subject(name: &str) -> Subject {
    Subject::Container(name.to_owned())
}

pub fn network_subject(name: &str) -> Subject {
    Subject::Network(name.to_owned())
}

pub fn image_subject(name: &str) -> Subject {
    Subject::Image(name.to_owned())
}

pub fn volume_subject(name: &str) -> Subject {
    Subject::Volume(name.to_owned())
}

/// What docker says when it is asked for anything: whether it is there and answers.
pub fn version(host: &dyn Probe) -> Result<Data, Failure> {
    host.ask(&output_of(&["docker", "version", "--format", "{{json .}}"]))
}

/// What `docker inspect` says of a thing.
pub(in crate::host) fn inspect(system: &System, kind: &str, name: &str) -> Result<Data, Failure> {
    let argv = ["docker", kind, "inspect", "--", name].map(str::to_owned).to_vec();
    let Some(fields) = super::answer::output(system, argv)? else { return Ok(Data::Null) };
    let fields = Data::Map(fields);
    if fields.number::<i64>("rc") == Some(0) {
        let parsed = super::json::parse(&fields.text("stdout").unwrap_or_default())?;
        return Ok(match parsed {
            Data::List(items) => items.into_iter().next().unwrap_or_default(),
            other => other,
        });
    }
    let complaint = fields.text("stderr").unwrap_or_default();
    let lower = complaint.to_lowercase();
    match lower.contains("no such") || lower.contains("not found") {
        true => Ok(Data::Null),
        false => Err(Failure::new(format!("docker does not answer: {}", complaint.trim()))),
    }
}

/// Everything that docker says it knows, as JSON.
pub fn info(system: &System) -> Result<Option<Data>, Failure> {
    json_output(system, &["docker", "info", "--format", "{{json .}}"])
}
