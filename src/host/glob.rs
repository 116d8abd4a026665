//! Patterns of the shell.

use super::{Failure, Probe, text};
use std::path::{Component, Path, PathBuf};

/// Whether the whole text is as the pattern says: `*`, `?`, `[abc]`, `[!a-z]`; a star also stands for slashes.
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut place) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while place < text.len() {
        match step(&pattern, at, text.get(place).copied()) {
            Step::Star => {
                star = Some((at, place));
                at += 1;
            }
            Step::One(next) => (at, place) = (next, place + 1),
            Step::No => match star {
                // The last star takes one more.
                Some((star_at, from)) => {
                    star = Some((star_at, from + 1));
                    (at, place) = (star_at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(at).all(|rest| *rest == '*')
}

/// Whether a text holds anything that makes it a pattern.
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// The paths that a pattern stands for, sorted; names that begin with a dot are meant only when the pattern says so.
pub fn expand(host: &dyn Probe, pattern: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = vec![PathBuf::from("/")];
    for part in pattern.components() {
        let Component::Normal(part) = part else { continue };
        let part = text::from_os(part);
        if !is_pattern(&part) {
            found.iter_mut().for_each(|path| path.push(text::to_os(&part)));
            continue;
        }
        let mut deeper = Vec::new();
        for directory in found {
            deeper.extend(names(host, &directory, &part)?);
        }
        found = deeper;
    }
    let exists = |path: &PathBuf| host.stat(path).is_ok_and(|stat| stat.is_some());
    Ok(found.into_iter().filter(exists).collect())
}

fn names(host: &dyn Probe, directory: &Path, pattern: &str) -> Result<Vec<PathBuf>, Failure> {
    if !host.is_directory(directory)? {
        return Ok(Vec::new());
    }
    let fits = |name: &String| matches(pattern, name) && (pattern.starts_with('.') || !name.starts_with('.'));
    let names = host.list(directory)?.into_iter().map(|name| text::from_os(&name));
    Ok(names.filter(fits).map(|name| directory.join(text::to_os(&name))).collect())
}

enum Step {
    Star,
    One(usize),
    No,
}

fn step(pattern: &[char], at: usize, scalar: Option<char>) -> Step {
    let Some(scalar) = scalar else { return Step::No };
    match pattern.get(at) {
        Some('*') => Step::Star,
        Some('?') => Step::One(at + 1),
        Some('[') => match class(pattern, at, scalar) {
            Some((true, next)) => Step::One(next),
            Some((false, _)) => Step::No,
            None if scalar == '[' => Step::One(at + 1),
            None => Step::No,
        },
        Some(literal) if *literal == scalar => Step::One(at + 1),
        _ => Step::No,
    }
}

/// Whether the class at this place holds the scalar, and where the class ends; `None` when it does not end.
fn class(pattern: &[char], at: usize, scalar: char) -> Option<(bool, usize)> {
    let negated = matches!(pattern.get(at + 1), Some('!' | '^'));
    let start = at + 1 + usize::from(negated);
    let end = (start + 1..pattern.len()).find(|index| pattern.get(*index) == Some(&']'))?;
    let mut found = false;
    let mut index = start;
    while index < end {
        let first = *pattern.get(index)?;
        if pattern.get(index + 1) == Some(&'-') && index + 2 < end {
            found |= (first..=*pattern.get(index + 2)?).contains(&scalar);
            index += 3;
        } else {
            found |= first == scalar;
            index += 1;
        }
    }
    Some((found != negated, end + 1))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns() {
        assert!(matches("*.conf", "a.conf") && !matches("*.conf", "a.confx"));
        assert!(matches("a[0-9]?", "a5z") && !matches("a[!0-9]", "a5"));
        assert!(matches("lib*-dev*", "libx-dev-y") && matches("*", "") && !matches("?", ""));
    }
}
