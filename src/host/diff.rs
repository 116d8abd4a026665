//! Unified differences of two texts.

/// Lines of context around a difference.
const CONTEXT: usize = 3;
/// Above this many edits the rest counts as replaced: the exact answer would cost its square.
const MOST_EDITS: usize = 2000;

/// One line of a difference.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Line<'a> {
    Same(&'a str),
    Gone(&'a str),
    New(&'a str),
}

/// The unified difference, with a heading; empty when the texts are the same.
pub fn unified(name: &str, before: &str, after: &str) -> String {
    if before == after {
        return String::new();
    }
    let lines = compare(&split(before), &split(after));
    let mut out = format!("--- {name}\n+++ {name}\n");
    for (start, end) in hunks(&lines) {
        print_hunk(&lines, start, end, &mut out);
    }
    out
}

fn split(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn print_hunk(lines: &[Line], start: usize, end: usize, out: &mut String) {
    let count = |part: &[Line], side: fn(&Line) -> bool| part.iter().filter(|line| side(line)).count();
    let old: fn(&Line) -> bool = |line| !matches!(line, Line::New(_));
    let new: fn(&Line) -> bool = |line| !matches!(line, Line::Gone(_));
    let (earlier, hunk) = (lines.get(..start).unwrap_or_default(), lines.get(start..end).unwrap_or_default());
    let range = |side| {
        let (first, length) = (count(earlier, side), count(hunk, side));
        format!("{},{length}", if length == 0 { first } else { first + 1 })
    };
    out.push_str(&format!("@@ -{} +{} @@\n", range(old), range(new)));
    for line in hunk {
        let (mark, text) = match line {
            Line::Same(text) => (' ', text),
            Line::Gone(text) => ('-', text),
            Line::New(text) => ('+', text),
        };
        out.push(mark);
        out.push_str(text);
        if !text.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// Where hunks start and end: differences with their context, near ones together.
fn hunks(lines: &[Line]) -> Vec<(usize, usize)> {
    let mut hunks: Vec<(usize, usize)> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if matches!(line, Line::Same(_)) {
            continue;
        }
        let (start, end) = (index.saturating_sub(CONTEXT), (index + CONTEXT + 1).min(lines.len()));
        match hunks.last_mut() {
            Some(last) if last.1 >= start => last.1 = end,
            _ => hunks.push((start, end)),
        }
    }
    hunks
}

/// Myers' greedy algorithm, after the common start and end are set aside.
fn compare<'a>(before: &[&'a str], after: &[&'a str]) -> Vec<Line<'a>> {
    let same_start = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let (before_rest, after_rest) = (before.split_at(same_start).1, after.split_at(same_start).1);
    let same_end = before_rest.iter().rev().zip(after_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let (before_mid, end) = before_rest.split_at(before_rest.len() - same_end);
    let (after_mid, _) = after_rest.split_at(after_rest.len() - same_end);
    let mut lines: Vec<Line> = before.iter().take(same_start).map(|line| Line::Same(line)).collect();
    lines.extend(middle(before_mid, after_mid));
    lines.extend(end.iter().map(|line| Line::Same(line)));
    lines
}

fn middle<'a>(before: &[&'a str], after: &[&'a str]) -> Vec<Line<'a>> {
    match trace(before, after) {
        Some(trace) => walk_back(before, after, &trace),
        None => {
            let gone = before.iter().map(|line| Line::Gone(line));
            gone.chain(after.iter().map(|line| Line::New(line))).collect()
        }
    }
}

/// How far each diagonal reaches after each number of edits; `None` when there are too many.
fn trace(before: &[&str], after: &[&str]) -> Option<Vec<Vec<usize>>> {
    let (n, m) = (before.len(), after.len());
    let most = (n + m).min(MOST_EDITS);
    let offset = most + 1;
    let mut reach = vec![0_usize; 2 * most + 3];
    let mut trace = Vec::new();
    for edits in 0..=most {
        trace.push(reach.get(offset - edits..=offset + edits)?.to_vec());
        for step in 0..=edits {
            let diagonal = (offset + 2 * step).checked_sub(edits)?;
            let (left, right) = (*reach.get(diagonal - 1)?, *reach.get(diagonal + 1)?);
            let down = step == 0 || (step != edits && left < right);
            let mut x = if down { right } else { left + 1 };
            let mut y = (x + offset).checked_sub(diagonal)?;
            while x < n && y < m && before.get(x) == after.get(y) {
                (x, y) = (x + 1, y + 1);
            }
            *reach.get_mut(diagonal)? = x;
            if x >= n && y >= m {
                return Some(trace);
            }
        }
    }
    None
}

fn walk_back<'a>(before: &[&'a str], after: &[&'a str], trace: &[Vec<usize>]) -> Vec<Line<'a>> {
    let (mut x, mut y) = (before.len() as isize, after.len() as isize);
    let mut lines = Vec::new();
    let line =
        |lines: &[&'a str], index: isize| usize::try_from(index).ok().and_then(|i| lines.get(i).copied());
    for (edits, reach) in trace.iter().enumerate().rev() {
        let edits = edits as isize;
        let at = |diagonal: isize| {
            let index = usize::try_from(diagonal + edits).ok();
            index.and_then(|index| reach.get(index)).map_or(-1, |x| *x as isize)
        };
        let diagonal = x - y;
        let down = diagonal == -edits || (diagonal != edits && at(diagonal - 1) < at(diagonal + 1));
        let previous = if down { diagonal + 1 } else { diagonal - 1 };
        let (from_x, from_y) = if edits == 0 { (0, 0) } else { (at(previous), at(previous) - previous) };
        while x > from_x
            && y > from_y
            && (edits == 0 || x > from_x + isize::from(!down) || y > from_y + isize::from(down))
        {
            (x, y) = (x - 1, y - 1);
            lines.extend(line(before, x).map(Line::Same));
        }
        if edits > 0 {
            match down {
                true => lines.extend(line(after, y - 1).map(Line::New)),
                false => lines.extend(line(before, x - 1).map(Line::Gone)),
            }
            (x, y) = (from_x, from_y);
        }
    }
    lines.reverse();
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn side(lines: &[Line], new: bool) -> String {
        let keep = |line: &Line| match line {
            Line::Same(text) => Some(text.to_string()),
            Line::Gone(text) => (!new).then(|| text.to_string()),
            Line::New(text) => new.then(|| text.to_string()),
        };
        lines.iter().filter_map(keep).collect()
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_off(before in "([ab]\n){0,12}[ab]?", after in "([ab]\n){0,12}[ab]?") {
            let lines = compare(&split(&before), &split(&after));
            prop_assert_eq!(&side(&lines, false), &before);
            prop_assert_eq!(&side(&lines, true), &after);
        }
    }

    #[test]
    fn a_difference_is_printed_as_diff_prints_it() {
        let diff = unified("/etc/a", "1\n2\n3\n4\n5\n", "1\n2\n3\nfour\n5");
        assert_eq!(
            diff,
            "--- /etc/a\n+++ /etc/a\n@@ -1,5 +1,5 @@\n 1\n 2\n 3\n-4\n-5\n+four\n+5\n\\ No newline at end of file\n"
        );
    }
}
