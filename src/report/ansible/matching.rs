//! Which lines of two texts belong together, found as Python's `difflib` finds it: the longest common run first,
//! then the same to its left and right.

use std::collections::HashMap;
use std::ops::Range;

/// From this many lines on, lines that stand in more than one of a hundred are no anchors.
const LONG: usize = 200;

/// What becomes of a run of lines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// Whether both ranges hold the same lines.
    pub equal: bool,
    pub before: Range<usize>,
    pub after: Range<usize>,
}

/// Lines that are equal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Block {
    before: usize,
    after: usize,
    length: usize,
}

/// The two texts, and where anchors stand in the second.
struct Matcher<'a> {
    before: &'a [&'a str],
    after: &'a [&'a str],
    anchors: HashMap<&'a str, Vec<usize>>,
}

/// The steps from one text to the other, in groups with so many equal lines around each.
pub fn groups(before: &[&str], after: &[&str], context: usize) -> Vec<Vec<Step>> {
    let mut groups: Vec<Vec<Step>> = vec![Vec::new()];
    let steps = trimmed(steps(before, after), context);
    for step in steps {
        let long = step.equal && step.before.len() > 2 * context;
        let Some(group) = groups.last_mut() else { continue };
        if long {
            group.push(first(&step, context));
            groups.push(vec![last(&step, context)]);
        } else {
            group.push(step);
        }
    }
    groups.retain(|group| group.iter().any(|step| !step.equal));
    groups
}

/// Equal lines at both ends are cut down to the context.
fn trimmed(mut steps: Vec<Step>, context: usize) -> Vec<Step> {
    if let Some(step) = steps.first_mut().filter(|step| step.equal) {
        *step = last(step, context);
    }
    if let Some(step) = steps.last_mut().filter(|step| step.equal) {
        *step = first(step, context);
    }
    steps
}

fn first(step: &Step, lines: usize) -> Step {
    let of = |range: &Range<usize>| range.start..range.end.min(range.start + lines);
    Step { equal: step.equal, before: of(&step.before), after: of(&step.after) }
}

fn last(step: &Step, lines: usize) -> Step {
    let of = |range: &Range<usize>| range.start.max(range.end.saturating_sub(lines))..range.end;
    Step { equal: step.equal, before: of(&step.before), after: of(&step.after) }
}

fn steps(before: &[&str], after: &[&str]) -> Vec<Step> {
    let mut steps = Vec::new();
    let (mut at, mut other) = (0, 0);
    let end = Block { before: before.len(), after: after.len(), length: 0 };
    for block in Matcher::new(before, after).blocks().into_iter().chain([end]) {
        if at < block.before || other < block.after {
            steps.push(Step { equal: false, before: at..block.before, after: other..block.after });
        }
        (at, other) = (block.before + block.length, block.after + block.length);
        if block.length > 0 {
            steps.push(Step { equal: true, before: block.before..at, after: block.after..other });
        }
    }
    steps
}

impl<'a> Matcher<'a> {
    fn new(before: &'a [&'a str], after: &'a [&'a str]) -> Matcher<'a> {
        let mut anchors: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, line) in after.iter().enumerate() {
            anchors.entry(line).or_default().push(index);
        }
        if after.len() >= LONG {
            anchors.retain(|_, places| places.len() <= after.len() / 100 + 1);
        }
        Matcher { before, after, anchors }
    }

    /// All blocks in order; those that touch are one.
    fn blocks(&self) -> Vec<Block> {
        let mut open = vec![(0..self.before.len(), 0..self.after.len())];
        let mut found = Vec::new();
        while let Some((before, after)) = open.pop() {
            let block = self.longest(before.clone(), after.clone());
            if block.length == 0 {
                continue;
            }
            open.push((before.start..block.before, after.start..block.after));
            open.push((block.before + block.length..before.end, block.after + block.length..after.end));
            found.push(block);
        }
        found.sort_unstable();
        found.into_iter().fold(Vec::new(), |mut blocks: Vec<Block>, block| {
            match blocks.last_mut() {
                Some(last)
                    if last.before + last.length == block.before
                        && last.after + last.length == block.after =>
                {
                    last.length += block.length;
                }
                _ => blocks.push(block),
            }
            blocks
        })
    }

    /// The longest run of equal lines; of several, the one that begins first in the first text, then in the second.
    fn longest(&self, before: Range<usize>, after: Range<usize>) -> Block {
        let mut best = Block { before: before.start, after: after.start, length: 0 };
        let mut ending_at: HashMap<usize, usize> = HashMap::new();
        for index in before.clone() {
            let mut ending_here = HashMap::new();
            let places = self.before.get(index).and_then(|line| self.anchors.get(line));
            for place in places.into_iter().flatten().filter(|place| after.contains(place)) {
                let length = 1 + place.checked_sub(1).and_then(|one| ending_at.get(&one)).unwrap_or(&0);
                ending_here.insert(*place, length);
                if length > best.length {
                    best = Block { before: index + 1 - length, after: place + 1 - length, length };
                }
            }
            ending_at = ending_here;
        }
        self.widened(best, &before, &after)
    }

    /// Lines that are no anchors belong to a block that they touch.
    fn widened(&self, mut block: Block, before: &Range<usize>, after: &Range<usize>) -> Block {
        let same = |one: usize, other: usize| self.before.get(one) == self.after.get(other);
        while block.before > before.start
            && block.after > after.start
            && same(block.before - 1, block.after - 1)
        {
            block = Block { before: block.before - 1, after: block.after - 1, length: block.length + 1 };
        }
        while block.before + block.length < before.end
            && block.after + block.length < after.end
            && same(block.before + block.length, block.after + block.length)
        {
            block.length += 1;
        }
        block
    }
}
