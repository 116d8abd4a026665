//! Following links, name by name, so that planned links count.

use super::Failure;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

/// As many links as Linux follows.
pub const MOST_LINKS: usize = 40;

/// Where a path leads; `link` says what the link at a path says. What does not exist is kept as it is. `led` is told of each
/// link and where it led, and may refuse that.
pub fn resolve(
    link: &dyn Fn(&Path) -> Result<Option<PathBuf>, Failure>,
    led: &dyn Fn(&Path, &Path) -> Result<(), Failure>,
    path: &Path,
) -> Result<PathBuf, Failure> {
    let mut rest: Vec<Step<PathBuf>> = steps(path);
    let mut found = PathBuf::from("/");
    let mut links = 0;
    while let Some(step) = rest.pop() {
        let next = match step {
            Step::Into(name) => found.join(name),
            Step::Up => {
                found.pop();
                continue;
            }
            Step::Led(link) => {
                led(&link, &found)?;
                continue;
            }
        };
        match link(&next)? {
            Some(_) if links == MOST_LINKS => {
                return Err(Failure::new(format!("too many symbolic links in `{}`", path.display())));
            }
            Some(target) => {
                links += 1;
                if target.is_absolute() {
                    found = PathBuf::from("/");
                }
                rest.push(Step::Led(next));
                rest.extend(steps(&target));
            }
            None => found = next,
        }
    }
    Ok(found)
}

/// What is still to be gone.
pub enum Step<Link> {
    Into(OsString),
    Up,
    /// The end of what a link says.
    Led(Link),
}

/// The steps of a path, last first.
pub fn steps<Link>(path: &Path) -> Vec<Step<Link>> {
    let step = |part: Component| match part {
        Component::Normal(name) => Some(Step::Into(name.to_owned())),
        Component::ParentDir => Some(Step::Up),
        _ => None,
    };
    path.components().rev().filter_map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_on_the_way_and_at_the_end_are_followed() {
        let link = |path: &Path| {
            Ok(match path.to_str() {
                Some("/var/run") => Some(PathBuf::from("../run")),
                Some("/run/a") => Some(PathBuf::from("/etc/a")),
                _ => None,
            })
        };
        let fine = |_: &Path, _: &Path| Ok(());
        assert_eq!(resolve(&link, &fine, Path::new("/var/run/a")).unwrap(), Path::new("/etc/a"));
        assert!(resolve(&|path| Ok(Some(path.into())), &fine, Path::new("/loop")).is_err());
    }
}
