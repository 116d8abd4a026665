//! Versions: loose as distutils compares them, strict, semantic, and Python's own.

use crate::template::{Answer, Error};
use std::cmp::Ordering;

/// By which rules versions are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Loose,
    Strict,
    Semantic,
    Python,
}

impl Kind {
    pub fn named(name: &str) -> Answer<Kind> {
        Ok(match name {
            "loose" => Kind::Loose,
            "strict" => Kind::Strict,
            "semver" | "semantic" => Kind::Semantic,
            "pep440" => Kind::Python,
            _ => {
                let error = Error::failed(format!("there is no kind of versions `{name}`"));
                return Err(error.hint("known are `loose`, `strict`, `semver`, `semantic`, `pep440`"));
            }
        })
    }
}

/// Which of two versions is the newer one.
pub fn compare(left: &str, right: &str, kind: Kind) -> Answer<Ordering> {
    match kind {
        Kind::Loose => loose(left, right),
        Kind::Strict => Ok(strict(left)?.cmp(&strict(right)?)),
        Kind::Semantic => Ok(semantic(left)?.cmp(&semantic(right)?)),
        Kind::Python => Ok(python(left)?.cmp(&python(right)?)),
    }
}

/// Numbers and words of a loose version.
#[derive(PartialEq, Eq, Debug, Clone, PartialOrd, Ord)]
pub enum Piece {
    Number(u128),
    Word(String),
}

/// Runs of digits and of letters; dots divide.
pub fn pieces(text: &str) -> Vec<Piece> {
    let class = |char: char| match char {
        '0'..='9' => 0,
        'a'..='z' => 1,
        '.' => 2,
        _ => 3,
    };
    let chars: Vec<char> = text.chars().collect();
    let runs = chars.chunk_by(|a, b| class(*a) == class(*b) && class(*a) != 2);
    let piece = |run: &[char]| {
        let text: String = run.iter().collect();
        match text.parse() {
            Ok(number) => Some(Piece::Number(number)),
            Err(_) if text == "." => None,
            Err(_) => Some(Piece::Word(text)),
        }
    };
    runs.filter_map(piece).collect()
}

fn loose(left: &str, right: &str) -> Answer<Ordering> {
    let (a, b) = (pieces(left), pieces(right));
    for (x, y) in a.iter().zip(&b) {
        match (x, y) {
            (Piece::Number(x), Piece::Number(y)) if x != y => return Ok(x.cmp(y)),
            (Piece::Word(x), Piece::Word(y)) if x != y => return Ok(x.cmp(y)),
            (Piece::Number(_), Piece::Number(_)) | (Piece::Word(_), Piece::Word(_)) => {}
            _ => {
                let error = Error::failed(format!("the versions `{left}` and `{right}` cannot be compared"));
                return Err(error.hint("`version_type='semver'` or `'pep440'` compares words with numbers"));
            }
        }
    }
    Ok(a.len().cmp(&b.len()))
}

fn broken(text: &str) -> Error {
    Error::failed(format!("`{text}` is no version"))
}

/// `1.2`, `1.2.3`, `1.2a1`: without a letter is newer than with.
fn strict(text: &str) -> Answer<(Vec<u64>, (bool, char, u64))> {
    let end = text.find(['a', 'b']).unwrap_or(text.len());
    let (numbers, pre) = text.split_at(end);
    let parts: Vec<u64> =
        numbers.split('.').map(|part| part.parse().map_err(|_| broken(text))).collect::<Answer<_>>()?;
    if !(2..=3).contains(&parts.len()) {
        return Err(broken(text));
    }
    let mut parts = parts;
    parts.resize(3, 0);
    let Some(letter) = pre.chars().next() else { return Ok((parts, (true, ' ', 0))) };
    let number = pre[1..].parse().map_err(|_| broken(text))?;
    Ok((parts, (false, letter, number)))
}

/// The order of semantic versions; build metadata does not count.
fn semantic(text: &str) -> Answer<([u64; 3], bool, Vec<Piece>)> {
    let (core, _) = text.split_once('+').unwrap_or((text, ""));
    let (numbers, pre) = core.split_once('-').map_or((core, None), |(numbers, pre)| (numbers, Some(pre)));
    let parts: Vec<u64> =
        numbers.split('.').map(|part| part.parse().map_err(|_| broken(text))).collect::<Answer<_>>()?;
    let parts: [u64; 3] = parts.try_into().map_err(|_| broken(text))?;
    let piece = |part: &str| match part.parse() {
        Ok(number) if part.bytes().all(|byte| byte.is_ascii_digit()) => Piece::Number(number),
        _ => Piece::Word(part.to_owned()),
    };
    let pre_pieces = pre.map(|pre| pre.split('.').map(piece).collect()).unwrap_or_default();
    Ok((parts, pre.is_none(), pre_pieces))
}

type PythonKey = (u64, Vec<u64>, (i8, u64), i128, i128, Vec<Piece>);

/// The key by which PEP 440 orders versions.
fn python(text: &str) -> Answer<PythonKey> {
    let lower = text.trim().to_lowercase();
    let bare = lower.strip_prefix('v').unwrap_or(&lower);
    let (public, local) = bare.split_once('+').unwrap_or((bare, ""));
    let (epoch, rest) = match public.split_once('!') {
        Some((epoch, rest)) => (epoch.parse().map_err(|_| broken(text))?, rest),
        None => (0, public),
    };
    let end = rest.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(rest.len());
    let numbers = rest[..end].trim_end_matches('.');
    let mut release: Vec<u64> =
        numbers.split('.').map(|part| part.parse().map_err(|_| broken(text))).collect::<Answer<_>>()?;
    while release.len() > 1 && release.last() == Some(&0) {
        release.pop();
    }
    let mut suffix = Suffix::default();
    suffix.read(&rest[numbers.len()..], text)?;
    let has_dev_only = suffix.pre.is_none() && suffix.post.is_none() && suffix.dev.is_some();
    // Development releases come before alphas, finals after candidates.
    let pre = match suffix.pre {
        Some(pre) => pre,
        None if has_dev_only => (-1, 0),
        None => (9, 0),
    };
    let post = suffix.post.map_or(-1, i128::from);
    let dev = suffix.dev.map_or(i128::MAX, i128::from);
    Ok((epoch, release, pre, post, dev, pieces(local)))
}

/// What stands behind the numbers of a release.
#[derive(Default)]
struct Suffix {
    pre: Option<(i8, u64)>,
    post: Option<u64>,
    dev: Option<u64>,
}

impl Suffix {
    fn read(&mut self, suffix: &str, text: &str) -> Answer<()> {
        let mut rest = suffix.trim_start_matches(['.', '-', '_']);
        while !rest.is_empty() {
            let words = rest.find(|char: char| !char.is_ascii_lowercase()).unwrap_or(rest.len());
            let (word, tail) = rest.split_at(words);
            let tail = tail.trim_start_matches(['.', '-', '_']);
            let digits = tail.find(|char: char| !char.is_ascii_digit()).unwrap_or(tail.len());
            let number = if digits == 0 { 0 } else { tail[..digits].parse().map_err(|_| broken(text))? };
            match word {
                "a" | "alpha" => self.pre = Some((0, number)),
                "b" | "beta" => self.pre = Some((1, number)),
                "rc" | "c" | "pre" | "preview" => self.pre = Some((2, number)),
                "post" | "rev" | "r" => self.post = Some(number),
                "" if digits > 0 => self.post = Some(number),
                "dev" => self.dev = Some(number),
                _ => return Err(broken(text)),
            }
            rest = tail[digits..].trim_start_matches(['.', '-', '_']);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_an_order() {
        let order = |a, b, kind| compare(a, b, kind).unwrap();
        assert_eq!(order("1.10", "1.9", Kind::Loose), Ordering::Greater);
        assert_eq!(order("1.0", "1.0.1", Kind::Loose), Ordering::Less);
        assert_eq!(order("1.0.0-rc1", "1.0.0", Kind::Semantic), Ordering::Less);
        assert_eq!(order("1.0.dev1", "1.0a1", Kind::Python), Ordering::Less);
        assert_eq!(order("1.0", "1.0.0", Kind::Python), Ordering::Equal);
        assert_eq!(order("1.0.post1", "1.0", Kind::Python), Ordering::Greater);
        assert!(compare("1.x", "1.1", Kind::Loose).is_err());
    }
}
