//! Ranges in names: `web[01:20:2]`, `db-[a:f]`, several in one name.

/// How many names one pattern may stand for.
const MOST: usize = 100_000;

/// All names that a name with ranges stands for, in order.
///
/// # Errors
///
/// Where a range is none, or stands for too many names.
pub fn expand(pattern: &str) -> Result<Vec<String>, String> {
    let Some((head, rest)) = pattern.split_once('[') else { return Ok(vec![pattern.to_owned()]) };
    let (range, tail) =
        rest.split_once(']').ok_or_else(|| format!("the `[` in `{pattern}` is not closed"))?;
    let tails = expand(tail)?;
    let parts = parts(range).map_err(|why| format!("`[{range}]` is no range of hosts: {why}"))?;
    if parts.len().saturating_mul(tails.len()) > MOST {
        return Err(format!("`{pattern}` stands for more than {MOST} hosts"));
    }
    let names = |part: &String| tails.iter().map(|tail| format!("{head}{part}{tail}")).collect::<Vec<_>>();
    Ok(parts.iter().flat_map(names).collect())
}

fn parts(range: &str) -> Result<Vec<String>, String> {
    let bounds: Vec<&str> = range.split(':').collect();
    let (first, last, step) = match bounds.as_slice() {
        [first, last] => (*first, *last, "1"),
        [first, last, step] => (*first, *last, *step),
        _ => return Err("it wants `first:last` or `first:last:step`".into()),
    };
    let step = step.parse().ok().filter(|step| *step > 0).ok_or_else(|| format!("`{step}` is no step"))?;
    let first = if first.is_empty() { "0" } else { first };
    match (letter(first), letter(last)) {
        (Some(first), Some(last)) => letters(first, last, step),
        _ => numbers(first, last, step),
    }
}

/// The place of a letter in `a` to `z`, `A` to `Z`.
fn letter(text: &str) -> Option<usize> {
    match text.as_bytes() {
        [byte @ b'a'..=b'z'] => Some(usize::from(byte - b'a')),
        [byte @ b'A'..=b'Z'] => Some(usize::from(byte - b'A') + 26),
        _ => None,
    }
}

fn letters(first: usize, last: usize, step: usize) -> Result<Vec<String>, String> {
    if first > last {
        return Err("its first letter comes after its last".into());
    }
    let all = ('a'..='z').chain('A'..='Z');
    Ok(all.skip(first).take(last - first + 1).step_by(step).map(String::from).collect())
}

fn numbers(first: &str, last: &str, step: usize) -> Result<Vec<String>, String> {
    if last.is_empty() {
        return Err("it has no last value".into());
    }
    let width = if first.starts_with('0') && first.len() > 1 { first.len() } else { 0 };
    if width > 0 && last.len() != width {
        return Err(format!("`{first}` and `{last}` must have as many digits"));
    }
    let number =
        |text: &str| text.parse::<usize>().map_err(|_| format!("`{text}` is neither a number nor a letter"));
    let (first, last) = (number(first)?, number(last)?);
    if last.saturating_sub(first) / step >= MOST {
        return Err(format!("it stands for more than {MOST} hosts"));
    }
    Ok((first..=last).step_by(step).map(|number| format!("{number:0width$}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranges_count_with_zeros_steps_and_letters() {
        let cases = [
            ("web", "web"),
            ("web[1:3]", "web1 web2 web3"),
            ("web[08:11].x", "web08.x web09.x web10.x web11.x"),
            ("w[1:6:2]", "w1 w3 w5"),
            ("[a:c]", "a b c"),
            ("[y:B]", "y z A B"),
            ("r[1:2]-[a:b]", "r1-a r1-b r2-a r2-b"),
            ("w[:2]", "w0 w1 w2"),
            ("w[3:1]", ""),
        ];
        for (pattern, names) in cases {
            assert_eq!(expand(pattern).unwrap().join(" "), names, "{pattern}");
        }
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for pattern in [
            "w[1]",
            "w[1:",
            "w[1:2:3:4]",
            "w[01:100]",
            "w[1:]",
            "w[c:a]",
            "w[1:a]",
            "w[1:9:0]",
            "w[1:99999999]",
        ] {
            assert!(expand(pattern).is_err(), "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn no_pattern_breaks_the_expansion(pattern in "[a-c0-9:\\[\\]]{0,12}") {
            let _ = expand(&pattern);
        }
    }
}
