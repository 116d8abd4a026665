//! Patterns of file names: `*`, `?`, `[a-z]`.

use std::path::{Path, PathBuf};

/// The paths that match a pattern, in the order of their names.
pub fn paths(pattern: &str) -> Vec<PathBuf> {
    let (mut found, pattern) = match pattern.strip_prefix('/') {
        Some(rest) => (vec![PathBuf::from("/")], rest),
        None => (vec![PathBuf::new()], pattern),
    };
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        found = found.iter().flat_map(|folder| inside(folder, part)).collect();
    }
    found
}

fn inside(folder: &Path, part: &str) -> Vec<PathBuf> {
    if !part.contains(['*', '?', '[']) {
        let path = folder.join(part);
        return if path.symlink_metadata().is_ok() { vec![path] } else { Vec::new() };
    }
    let read = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = std::fs::read_dir(read).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let hidden = part.starts_with('.');
    let mut names: Vec<String> =
        names.filter(|name| (hidden || !name.starts_with('.')) && matches(part, name)).collect();
    names.sort();
    names.into_iter().map(|name| folder.join(name)).collect()
}

/// Whether a name matches a pattern.
pub fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    matches_chars(&pattern, &name)
}

fn matches_chars(pattern: &[char], name: &[char]) -> bool {
    let (mut at, mut from, mut star) = (0, 0, None);
    loop {
        let step = if from < name.len() { single(&pattern[at..], name[from]) } else { None };
        match (pattern.get(at), step) {
            (Some('*'), _) => {
                star = Some((at, from));
                at += 1;
            }
            (Some(_), Some(length)) => {
                at += length;
                from += 1;
            }
            (None, _) if from == name.len() => return true,
            // The last star takes one character more.
            _ => match star {
                Some((star_at, taken)) if taken < name.len() => {
                    star = Some((star_at, taken + 1));
                    at = star_at + 1;
                    from = taken + 1;
                }
                _ => return false,
            },
        }
    }
}

/// How much of the pattern matches the one character.
fn single(pattern: &[char], char: char) -> Option<usize> {
    match pattern.first()? {
        '*' => None,
        '?' => Some(1),
        '[' => class(pattern, char).unwrap_or((char == '[').then_some(1)),
        literal => (*literal == char).then_some(1),
    }
}

/// Whether a class in brackets has the character; nothing if the bracket is not closed.
fn class(pattern: &[char], char: char) -> Option<Option<usize>> {
    let negated = matches!(pattern.get(1), Some('!' | '^'));
    let start = 1 + usize::from(negated);
    let close = pattern.iter().skip(start + 1).position(|char| *char == ']')? + start + 1;
    let members = &pattern[start..close];
    let (mut index, mut found) = (0, false);
    while index < members.len() {
        match members[index..] {
            [low, '-', high, ..] => {
                found |= (low..=high).contains(&char);
                index += 3;
            }
            _ => {
                found |= members[index] == char;
                index += 1;
            }
        }
    }
    Some((found != negated).then_some(close + 1))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn names_match_patterns() {
        assert!(matches("*.y?ml", "a.yaml"));
        assert!(!matches("*.y?ml", "a.yml"));
        assert!(matches("[a-c]*[!0-9]", "b12x"));
        assert!(!matches("[a-c]*[!0-9]", "b12"));
        assert!(matches("a[", "a["));
        assert!(matches("**a*", "xxa"));
        assert!(!matches("a*b*c", "axxbyy"));
    }
}
