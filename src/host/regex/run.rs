//! Running the steps of an expression over a text.

use super::class::{is_word, other_cases};
use super::compile::{LOOP_SLOTS, Program, Step};
use super::parse::Place;

/// An expression that takes more steps than this from one place does not match there: some would take years.
const MOST_STEPS: usize = 20_000_000;

/// Where the groups matched, when the expression matches from this place.
pub fn run(
    program: &Program,
    text: &[char],
    at: usize,
    groups: usize,
) -> Option<Vec<Option<(usize, usize)>>> {
    let mut machine = Machine { text, slots: vec![None; (groups + 1) * 2], loops: vec![None; 16], steps: 0 };
    let end = machine.run(program, at)?;
    let mut places = vec![Some((at, end))];
    for group in 1..=groups {
        places.push(machine.group(group));
    }
    Some(places)
}

struct Machine<'a> {
    text: &'a [char],
    slots: Vec<Option<usize>>,
    loops: Vec<Option<usize>>,
    steps: usize,
}

/// What is done when a way fails.
enum Back {
    Try(usize, usize),
    Restore(usize, Option<usize>),
}

impl Machine<'_> {
    fn group(&self, group: usize) -> Option<(usize, usize)> {
        let slot = |index: usize| self.slots.get(index).copied().flatten();
        Some((slot(group * 2)?, slot(group * 2 + 1)?))
    }

    /// Where the program ends, by the first way that works.
    fn run(&mut self, program: &Program, start: usize) -> Option<usize> {
        let mut back = vec![Back::Try(0, start)];
        while let Some(next) = back.pop() {
            match next {
                Back::Restore(slot, value) => self.set(slot, value),
                Back::Try(step, at) => {
                    if let Some(end) = self.follow(program, step, at, &mut back) {
                        return Some(end);
                    }
                }
            }
        }
        None
    }

    /// Follows one way to its end, noting where others begin.
    fn follow(
        &mut self,
        program: &Program,
        mut step: usize,
        mut at: usize,
        back: &mut Vec<Back>,
    ) -> Option<usize> {
        loop {
            self.steps += 1;
            if self.steps > MOST_STEPS {
                back.clear();
                return None;
            }
            match program.steps.get(step)? {
                Step::Done => return Some(at),
                Step::Jump(to) => step = *to,
                Step::Split(first, second) => {
                    back.push(Back::Try(*second, at));
                    step = *first;
                }
                Step::Save(slot) => {
                    back.push(Back::Restore(*slot, self.get(*slot)));
                    self.set(*slot, Some(at));
                    step += 1;
                }
                Step::Progress(slot, to) => step = if self.get(*slot) == Some(at) { *to } else { step + 1 },
                Step::Unless(group, to) => step = if self.group(*group).is_some() { step + 1 } else { *to },
                other => {
                    at = self.take(other, at)?;
                    step += 1;
                }
            }
        }
    }

    /// Where a step that takes scalars, or looks around, leaves off.
    fn take(&mut self, step: &Step, at: usize) -> Option<usize> {
        let scalar = self.text.get(at).copied();
        let fits = match step {
            Step::Scalar { scalar: wanted, ignore_case } => {
                let found = scalar?;
                found == *wanted || *ignore_case && same_letter(found, *wanted)
            }
            Step::Any { dot_all } => *dot_all || scalar? != '\n',
            Step::Set(set) => set.holds(scalar?),
            Step::Place(place) => return self.is_place(*place, at).then_some(at),
            Step::Back { group, ignore_case } => return self.back_reference(*group, *ignore_case, at),
            Step::Look { program, behind, negated } => {
                let holds =
                    at.checked_sub(behind.unwrap_or(0)).is_some_and(|start| self.holds(program, start));
                return (holds != *negated).then_some(at);
            }
            Step::Atomic(program) => return self.run(program, at),
            _ => return None,
        };
        (fits && scalar.is_some()).then_some(at + 1)
    }

    fn holds(&mut self, program: &Program, start: usize) -> bool {
        let slots = self.slots.clone();
        let holds = self.run(program, start).is_some();
        if !holds {
            self.slots = slots;
        }
        holds
    }

    fn back_reference(&self, group: usize, ignore_case: bool, at: usize) -> Option<usize> {
        let (start, end) = self.group(group)?;
        let wanted = self.text.get(start..end)?;
        let found = self.text.get(at..at + wanted.len())?;
        let same = |(a, b): (&char, &char)| a == b || ignore_case && same_letter(*a, *b);
        wanted.iter().zip(found).all(same).then_some(at + wanted.len())
    }

    fn is_place(&self, place: Place, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.text.get(before)).copied();
        let after = self.text.get(at).copied();
        let edge = before.is_some_and(is_word) != after.is_some_and(is_word);
        match place {
            Place::Start => at == 0,
            Place::End => after.is_none(),
            Place::LineStart => before.is_none_or(|scalar| scalar == '\n'),
            Place::LineEnd => after.is_none_or(|scalar| scalar == '\n'),
            Place::Dollar => after.is_none() || after == Some('\n') && at + 1 == self.text.len(),
            Place::WordEdge => edge,
            Place::NoWordEdge => !edge,
        }
    }

    fn get(&self, slot: usize) -> Option<usize> {
        match loop_slot(slot) {
            Some(slot) => self.loops.get(slot).copied().flatten(),
            None => self.slots.get(slot).copied().flatten(),
        }
    }

    fn set(&mut self, slot: usize, value: Option<usize>) {
        let (places, slot) = match loop_slot(slot) {
            Some(slot) => (&mut self.loops, slot),
            None => (&mut self.slots, slot),
        };
        if slot >= places.len() {
            places.resize(slot + 1, None);
        }
        if let Some(place) = places.get_mut(slot) {
            *place = value;
        }
    }
}

fn loop_slot(slot: usize) -> Option<usize> {
    Some(usize::MAX - slot).filter(|slot| *slot < LOOP_SLOTS)
}

fn same_letter(a: char, b: char) -> bool {
    other_cases(a).any(|case| case == b) || other_cases(b).any(|case| case == a)
}
