//! Which of the known names may have been meant.

/// The known name that is nearest to the one given, if one is near.
pub fn nearest<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    nearest_within(given, known, given.chars().count() / 3 + 1)
}

/// The same, where at most `far` letters may differ.
pub fn nearest_within<'a>(given: &str, known: impl Iterator<Item = &'a str>, far: usize) -> Option<&'a str> {
    known
        .map(|name| (distance(given, name), name))
        .filter(|(distance, _)| *distance <= far)
        .min()
        .map(|(_, name)| name)
}

/// How many letters have to be put in, taken out, replaced, or swapped with their neighbour.
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let replaced = at(&row, j) + usize::from(a != b);
            let mut best = replaced.min(at(&row, j + 1) + 1).min(at(&next, j) + 1);
            if i > 0 && j > 0 && left.get(i - 1) == Some(b) && right.get(j - 1) == Some(a) {
                best = best.min(at(&before, j - 1) + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or_default()
}

fn at(row: &[usize], index: usize) -> usize {
    row.get(index).copied().unwrap_or(usize::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_near_and_other_words_are_not() {
        assert_eq!(nearest("onwer", ["owner", "mode"].into_iter()), Some("owner"));
        assert_eq!(nearest("zzz", ["owner", "mode"].into_iter()), None);
    }
}
