//! What modules about docker have in common.

use crate::host::{Change, Data, Effect, Failure, Fields, Probe, Run, docker};

/// Pulls an image, and says what a dry run may know of it.
pub fn pull(host: &dyn Probe, image: &str, platform: Option<&str>) -> Result<Option<Change>, Failure> {
    let mut argv = vec!["docker", "pull", "--quiet"];
    if let Some(platform) = platform {
        argv.extend(["--platform", platform]);
    }
    argv.push(image);
    let known = docker::image(host, image)?;
    // Nobody knows the id of what is not pulled yet; one that no image has stands for it.
    let foreseen = match known {
        Data::Null => Data::Map(Fields::new().with("Id", "to be pulled").with("RepoTags", vec![image])),
        known => known,
    };
    let effect = Effect::Set(docker::image_subject(image), foreseen);
    Ok(Some(Change::Run(Run::changing(&argv).titled(format!("pull {image}")).with_effects(vec![effect]))))
}

/// The image with a tag, where it has neither tag nor digest.
pub fn with_tag(name: &str, tag: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or(name);
    if last.contains([':', '@']) || tag.is_empty() { name.to_owned() } else { format!("{name}:{tag}") }
}
