//! Files that hold images.

use crate::host::answer::output_of;
use crate::host::{Data, Effect, Failure, Fields, Probe, Query, json, text};
use std::path::Path;

fn question(path: &Path) -> Query {
    output_of(&["tar", "-xOf", &text::from_path(path), "manifest.json"])
}

/// The file as it is going to be: with these images, by these names.
pub fn written(path: &Path, images: &[(Data, String)]) -> Effect {
    let image = |(image, name): &(Data, String)| {
        let id = image.text("Id").unwrap_or_default();
        let config = format!("{}.json", id.trim_start_matches("sha256:"));
        Data::from(Fields::new().with("Config", config).with("RepoTags", vec![name.as_str()]))
    };
    let manifest = json::print(&Data::List(images.iter().map(image).collect()));
    let answer = Fields::new().with("rc", 0).with("stdout", manifest);
    Effect::Set(question(path).subject().clone(), answer.into())
}

/// What the file says of the images in it: `Config`, which holds the id, and `RepoTags`; nothing where it is no archive.
pub fn images(host: &dyn Probe, path: &Path) -> Result<Vec<Data>, Failure> {
    let said = host.ask(&question(path))?;
    match json::parse(&said.text("stdout").unwrap_or_default()) {
        Ok(Data::List(images)) => Ok(images),
        _ => Ok(Vec::new()),
    }
}

/// The id of an image in a file.
pub fn id(image: &Data) -> String {
    let config = image.text("Config").unwrap_or_default();
    let name = config.rsplit('/').next().unwrap_or_default();
    format!("sha256:{}", name.trim_end_matches(".json"))
}

/// Whether the file holds this image by this name, and no other one.
pub fn holds(host: &dyn Probe, path: &Path, image: &Data, name: &str) -> Result<bool, Failure> {
    let images = images(host, path)?;
    let [only] = images.as_slice() else { return Ok(false) };
    let is_named = only.list("RepoTags").iter().any(|tag| tag.as_text() == Some(name));
    Ok(image.text("Id") == Some(id(only)) && is_named)
}
