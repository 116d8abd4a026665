//! Following links, name by name, so that planned links count.

use super::Failure;
use std::path::{Component, Path, PathBuf};

/// As many links as Linux follows.
const MOST_LINKS: usize = 40;

/// Where a path leads; `link` says what the link at a path says. What does not exist is kept as it is.
pub fn resolve(
    link: &dyn Fn(&Path) -> Result<Option<PathBuf>, Failure>,
    path: &Path,
) -> Result<PathBuf, Failure> {
    let mut rest: Vec<PathBuf> = parts(path);
    let mut found = PathBuf::from("/");
    let mut links = 0;
    while let Some(part) = rest.pop() {
        if part.as_os_str() == ".." {
            found.pop();
            continue;
        }
        let next = found.join(&part);
        match link(&next)? {
            Some(_) if links == MOST_LINKS => {
                return Err(Failure::new(format!("too many symbolic links in `{}`", path.display())));
            }
            Some(target) => {
                links += 1;
                if target.is_absolute() {
                    found = PathBuf::from("/");
                }
                rest.extend(parts(&target));
            }
            None => found = next,
        }
    }
    Ok(found)
}

/// The names of a path, last first.
fn parts(path: &Path) -> Vec<PathBuf> {
    let keep = |part: Component| match part {
        Component::Normal(name) => Some(PathBuf::from(name)),
        Component::ParentDir => Some(PathBuf::from("..")),
        _ => None,
    };
    path.components().rev().filter_map(keep).collect()
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
        assert_eq!(resolve(&link, Path::new("/var/run/a")).unwrap(), Path::new("/etc/a"));
        assert!(resolve(&|path| Ok(Some(path.into())), Path::new("/loop")).is_err());
    }
}
