//! From the tree of an expression to steps.

use super::class::Set;
use super::parse::{Greed, Node, Place};

/// The steps of an expression.
#[derive(Debug, PartialEq)]
pub struct Program {
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug, PartialEq)]
pub enum Step {
    Scalar {
        scalar: char,
        ignore_case: bool,
    },
    Any {
        dot_all: bool,
    },
    Set(Set),
    /// Goes on at the first; at the second when that fails.
    Split(usize, usize),
    Jump(usize),
    /// Notes the place: even slots are starts of groups, odd ones their ends.
    Save(usize),
    /// Leaves a loop for the second where nothing was taken since the slot was noted: else it would never end.
    Progress(usize, usize),
    Place(Place),
    Back {
        group: usize,
        ignore_case: bool,
    },
    /// Whether the expression holds here; `behind` is how far back it begins.
    Look {
        program: Program,
        behind: Option<usize>,
        negated: bool,
    },
    /// Takes the first way in which the expression holds, and no other.
    Atomic(Program),
    /// Goes on at the place when the group did not match.
    Unless(usize, usize),
    Done,
}

/// The most steps of an expression.
const MOST_STEPS: usize = 100_000;

/// Turns a tree into steps.
pub fn compile(node: &Node) -> Result<Program, String> {
    let mut compiler = Compiler::default();
    compiler.node(node)?;
    compiler.steps.push(Step::Done);
    Ok(Program { steps: compiler.steps })
}

/// Slots beyond those of groups are for loops.
pub const LOOP_SLOTS: usize = 2000;

#[derive(Default)]
struct Compiler {
    steps: Vec<Step>,
    loops: usize,
}

impl Compiler {
    fn node(&mut self, node: &Node) -> Result<(), String> {
        if self.steps.len() > MOST_STEPS {
            return Err("the regular expression is too large".to_owned());
        }
        match node {
            Node::Empty => {}
            Node::Scalar { scalar, ignore_case } => {
                self.steps.push(Step::Scalar { scalar: *scalar, ignore_case: *ignore_case });
            }
            Node::Any { dot_all } => self.steps.push(Step::Any { dot_all: *dot_all }),
            Node::Set(set) => self.steps.push(Step::Set(set.clone())),
            Node::Join(nodes) => nodes.iter().try_for_each(|node| self.node(node))?,
            Node::Either(branches) => self.either(branches)?,
            Node::Repeat { node, least, most, greed } => self.repeat(node, *least, *most, *greed)?,
            Node::Group { number, node } => {
                self.steps.push(Step::Save(number * 2));
                self.node(node)?;
                self.steps.push(Step::Save(number * 2 + 1));
            }
            Node::Atomic(node) => self.steps.push(Step::Atomic(compile(node)?)),
            Node::Look { behind, negated, node } => {
                let wrong = || "look-behind requires fixed-width pattern".to_owned();
                let behind = if *behind { Some(width(node).ok_or_else(wrong)?) } else { None };
                self.steps.push(Step::Look { program: compile(node)?, behind, negated: *negated });
            }
            Node::Back { group, ignore_case } => {
                self.steps.push(Step::Back { group: *group, ignore_case: *ignore_case });
            }
            Node::Which { group, then, otherwise } => self.which(*group, then, otherwise)?,
            Node::Place(place) => self.steps.push(Step::Place(*place)),
        }
        Ok(())
    }

    fn either(&mut self, branches: &[Node]) -> Result<(), String> {
        let mut jumps = Vec::new();
        for (index, branch) in branches.iter().enumerate() {
            if index + 1 == branches.len() {
                self.node(branch)?;
                break;
            }
            let split = self.hole();
            self.node(branch)?;
            jumps.push(self.hole());
            self.fill(split, Step::Split(split + 1, self.steps.len()));
        }
        jumps.into_iter().for_each(|jump| self.fill(jump, Step::Jump(self.steps.len())));
        Ok(())
    }

    fn repeat(&mut self, node: &Node, least: u32, most: Option<u32>, greed: Greed) -> Result<(), String> {
        if greed == Greed::Possessive {
            let greedy = Node::Repeat { node: Box::new(node.clone()), least, most, greed: Greed::Most };
            self.steps.push(Step::Atomic(compile(&greedy)?));
            return Ok(());
        }
        for _ in 0..least {
            self.node(node)?;
        }
        match most {
            None => self.star(node, greed),
            Some(most) => self.optional(node, most - least, greed),
        }
    }

    fn star(&mut self, node: &Node, greed: Greed) -> Result<(), String> {
        let slot = self.loops;
        self.loops = (self.loops + 1) % LOOP_SLOTS;
        let split = self.hole();
        self.steps.push(Step::Save(usize::MAX - slot));
        self.node(node)?;
        self.steps.push(Step::Progress(usize::MAX - slot, self.steps.len() + 2));
        self.steps.push(Step::Jump(split));
        self.branch(split, self.steps.len(), greed);
        Ok(())
    }

    fn optional(&mut self, node: &Node, times: u32, greed: Greed) -> Result<(), String> {
        let mut splits = Vec::new();
        for _ in 0..times {
            splits.push(self.hole());
            self.node(node)?;
        }
        let end = self.steps.len();
        splits.into_iter().for_each(|split| self.branch(split, end, greed));
        Ok(())
    }

    fn branch(&mut self, split: usize, end: usize, greed: Greed) {
        let step =
            if greed == Greed::Least { Step::Split(end, split + 1) } else { Step::Split(split + 1, end) };
        self.fill(split, step);
    }

    fn which(&mut self, group: usize, then: &Node, otherwise: &Node) -> Result<(), String> {
        let unless = self.hole();
        self.node(then)?;
        let jump = self.hole();
        self.fill(unless, Step::Unless(group, self.steps.len()));
        self.node(otherwise)?;
        self.fill(jump, Step::Jump(self.steps.len()));
        Ok(())
    }

    fn hole(&mut self) -> usize {
        self.steps.push(Step::Done);
        self.steps.len() - 1
    }

    fn fill(&mut self, hole: usize, step: Step) {
        if let Some(place) = self.steps.get_mut(hole) {
            *place = step;
        }
    }
}

/// How many scalars the part takes, where that is always the same.
fn width(node: &Node) -> Option<usize> {
    match node {
        Node::Empty | Node::Place(_) | Node::Look { .. } => Some(0),
        Node::Scalar { .. } | Node::Any { .. } | Node::Set(_) => Some(1),
        Node::Join(nodes) => nodes.iter().map(width).sum(),
        Node::Either(branches) => {
            let first = width(branches.first()?)?;
            branches.iter().all(|branch| width(branch) == Some(first)).then_some(first)
        }
        Node::Repeat { node, least, most, .. } if Some(*least) == *most => {
            Some(width(node)? * *least as usize)
        }
        Node::Group { node, .. } | Node::Atomic(node) => width(node),
        Node::Which { then, otherwise, .. } => width(then).filter(|then| width(otherwise) == Some(*then)),
        _ => None,
    }
}
