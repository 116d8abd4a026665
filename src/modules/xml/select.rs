//! What an expression of XPath finds in a document.

use super::document::{Document, Element, Id, Kind};
use super::path::{Axis, Expression, Path, Step, Test};
use crate::host::{Fields, number};

/// Something that was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// What the root is in.
    Document,
    Node(Id),
    /// An attribute of an element, by its written name.
    Attribute(Id, String),
}

/// What an expression comes to.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    Found(Vec<Found>),
    Text(String),
    Number(f64),
    Truth(bool),
}

/// A document and the prefixes that expressions use.
pub struct Finder<'a> {
    pub document: &'a Document,
    pub namespaces: &'a Fields,
}

/// Where an expression is evaluated.
struct Place {
    at: Found,
    position: usize,
    last: usize,
}

impl Finder<'_> {
    /// What a path finds, from the root on.
    ///
    /// # Errors
    ///
    /// Where it uses what is not known here.
    pub fn find(&self, path: &Path) -> Result<Vec<Found>, String> {
        self.follow(path, &Found::Node(self.document.root))
    }

    fn outcome(&self, expression: &Expression, place: &Place) -> Result<Outcome, String> {
        Ok(match expression {
            Expression::Path(path) => Outcome::Found(self.follow(path, &place.at)?),
            Expression::Text(text) => Outcome::Text(text.clone()),
            Expression::Number(number) => Outcome::Number(*number),
            Expression::Call(name, arguments) => self.call(name, arguments, place)?,
            Expression::Two(operator, left, right) => self.two(operator, left, right, place)?,
        })
    }

    fn two(
        &self,
        operator: &str,
        left: &Expression,
        right: &Expression,
        place: &Place,
    ) -> Result<Outcome, String> {
        let (left, right) = (self.outcome(left, place)?, self.outcome(right, place)?);
        let numbers = || (self.number(&left), self.number(&right));
        Ok(match operator {
            "or" => Outcome::Truth(self.truth(&left) || self.truth(&right)),
            "and" => Outcome::Truth(self.truth(&left) && self.truth(&right)),
            "=" => Outcome::Truth(self.compare(&left, &right, true)),
            "!=" => Outcome::Truth(self.compare(&left, &right, false)),
            "<" => Outcome::Truth(numbers().0 < numbers().1),
            ">" => Outcome::Truth(numbers().0 > numbers().1),
            "<=" => Outcome::Truth(numbers().0 <= numbers().1),
            ">=" => Outcome::Truth(numbers().0 >= numbers().1),
            "+" => Outcome::Number(numbers().0 + numbers().1),
            "-" => Outcome::Number(numbers().0 - numbers().1),
            _ => match (left, right) {
                (Outcome::Found(mut left), Outcome::Found(right)) => {
                    right.into_iter().for_each(|found| push(&mut left, found));
                    Outcome::Found(left)
                }
                _ => return Err("`|` stands between paths only".to_owned()),
            },
        })
    }

    fn follow(&self, path: &Path, from: &Found) -> Result<Vec<Found>, String> {
        let mut found = vec![if path.absolute { Found::Document } else { from.clone() }];
        for step in &path.steps {
            let mut next = Vec::new();
            for from in &found {
                self.step(step, from)?.into_iter().for_each(|found| push(&mut next, found));
            }
            found = next;
        }
        Ok(found)
    }

    fn step(&self, step: &Step, from: &Found) -> Result<Vec<Found>, String> {
        let mut found = self.axis(step.axis, from);
        found.retain(|found| self.fits(&step.test, step.axis, found));
        for condition in &step.conditions {
            let last = found.len();
            let mut kept = Vec::new();
            for (index, at) in found.into_iter().enumerate() {
                let place = Place { at, position: index + 1, last };
                let holds = match self.outcome(condition, &place)? {
                    Outcome::Number(number) => number == place.position as f64,
                    outcome => self.truth(&outcome),
                };
                kept.extend(holds.then_some(place.at));
            }
            found = kept;
        }
        Ok(found)
    }

    fn axis(&self, axis: Axis, from: &Found) -> Vec<Found> {
        let nodes = |ids: Vec<Id>| ids.into_iter().map(Found::Node).collect();
        match (axis, from) {
            (Axis::Itself, _) => vec![from.clone()],
            (Axis::Child, Found::Document) => nodes(vec![self.document.root]),
            (Axis::Child, Found::Node(id)) => nodes(self.document.children(*id).to_vec()),
            (Axis::Attribute, Found::Node(id)) => self.attributes(*id),
            (Axis::Descendant, Found::Node(id)) => nodes(self.document.descendants(*id)),
            (Axis::Descendant, Found::Document) => nodes(self.all()),
            (Axis::DescendantOrSelf, Found::Document) => {
                std::iter::once(Found::Document).chain(self.all().into_iter().map(Found::Node)).collect()
            }
            (Axis::DescendantOrSelf, Found::Node(id)) => {
                nodes(std::iter::once(*id).chain(self.document.descendants(*id)).collect())
            }
            (Axis::Parent, Found::Attribute(id, _)) => vec![Found::Node(*id)],
            (Axis::Parent, Found::Node(id)) => {
                vec![self.document.parent(*id).map_or(Found::Document, Found::Node)]
            }
            (Axis::Ancestor, Found::Node(id)) => nodes(
                std::iter::successors(self.document.parent(*id), |id| self.document.parent(*id)).collect(),
            ),
            (Axis::FollowingSibling | Axis::PrecedingSibling, Found::Node(id)) => {
                nodes(self.siblings(*id, axis))
            }
            _ => Vec::new(),
        }
    }

    fn all(&self) -> Vec<Id> {
        let root = self.document.root;
        std::iter::once(root).chain(self.document.descendants(root)).collect()
    }

    fn attributes(&self, id: Id) -> Vec<Found> {
        let attributes = self.document.element(id).map_or(&[][..], |element| &element.attributes);
        let real = attributes.iter().filter(|(name, _)| name != "xmlns" && !name.starts_with("xmlns:"));
        real.map(|(name, _)| Found::Attribute(id, name.clone())).collect()
    }

    /// Those before in the order in which they are met.
    fn siblings(&self, id: Id, axis: Axis) -> Vec<Id> {
        let Some(parent) = self.document.parent(id) else { return Vec::new() };
        let children = self.document.children(parent);
        let Some(place) = children.iter().position(|child| *child == id) else { return Vec::new() };
        match axis {
            Axis::FollowingSibling => children.get(place + 1..).unwrap_or_default().to_vec(),
            _ => children.get(..place).unwrap_or_default().iter().rev().copied().collect(),
        }
    }

    fn fits(&self, test: &Test, axis: Axis, found: &Found) -> bool {
        match (test, found) {
            (Test::AnyNode, _) => true,
            (Test::Text, Found::Node(id)) => {
                matches!(self.document.kind(*id), Some(Kind::Text(_) | Kind::Cdata(_)))
            }
            (Test::Comment, Found::Node(id)) => {
                matches!(self.document.kind(*id), Some(Kind::Other(raw)) if raw.starts_with("<!--"))
            }
            (Test::AnyName, Found::Node(id)) => self.document.element(*id).is_some(),
            (Test::AnyName, Found::Attribute(..)) => axis == Axis::Attribute,
            (Test::Name(wanted), Found::Attribute(id, name)) => {
                wanted == name
                    || wanted.contains(':') && name.contains(':') && self.same_name(*id, wanted, name, false)
            }
            (Test::Name(wanted), Found::Node(id)) => {
                let name = self.document.element(*id).map(|element| element.name.as_str());
                name.is_some_and(|name| self.same_name(*id, wanted, name, true))
            }
            _ => false,
        }
    }

    /// Whether a name as an expression has it means a name as the document has it.
    fn same_name(&self, id: Id, wanted: &str, name: &str, usual: bool) -> bool {
        let parts = |name: &'_ str| match name.split_once(':') {
            Some((prefix, local)) => (prefix.to_owned(), local.to_owned()),
            None => (String::new(), name.to_owned()),
        };
        let ((wanted_prefix, wanted), (prefix, local)) = (parts(wanted), parts(name));
        if wanted != local {
            return false;
        }
        let address = if usual || !prefix.is_empty() { self.document.namespace(id, &prefix) } else { None };
        match wanted_prefix.as_str() {
            "" => address.is_none(),
            prefix => address == self.namespaces.get(prefix).and_then(|address| address.as_text()),
        }
    }

    /// The text of what was found.
    pub fn text(&self, found: &Found) -> String {
        match found {
            Found::Document => self.document.text(self.document.root),
            Found::Node(id) => self.document.text(*id),
            Found::Attribute(id, name) => {
                let value = self.document.element(*id).and_then(|element| element.attribute(name));
                value.unwrap_or_default().to_owned()
            }
        }
    }

    fn string(&self, outcome: &Outcome) -> String {
        match outcome {
            Outcome::Found(found) => found.first().map(|found| self.text(found)).unwrap_or_default(),
            Outcome::Text(text) => text.clone(),
            Outcome::Number(number) => number.to_string(),
            Outcome::Truth(truth) => truth.to_string(),
        }
    }

    fn number(&self, outcome: &Outcome) -> f64 {
        match outcome {
            Outcome::Number(number) => *number,
            Outcome::Truth(truth) => f64::from(u8::from(*truth)),
            other => number::float(self.string(other).trim()).unwrap_or(f64::NAN),
        }
    }

    fn truth(&self, outcome: &Outcome) -> bool {
        match outcome {
            Outcome::Found(found) => !found.is_empty(),
            Outcome::Text(text) => !text.is_empty(),
            Outcome::Number(number) => *number != 0.0 && !number.is_nan(),
            Outcome::Truth(truth) => *truth,
        }
    }

    /// Whether anything that was found on one side compares so with anything on the other.
    fn compare(&self, left: &Outcome, right: &Outcome, equal: bool) -> bool {
        match (left, right) {
            (Outcome::Truth(_), _) | (_, Outcome::Truth(_)) => {
                (self.truth(left) == self.truth(right)) == equal
            }
            (Outcome::Found(found), other) | (other, Outcome::Found(found)) => {
                let one = |found: &Found| Outcome::Text(self.text(found));
                found.iter().any(|found| self.compare(&one(found), other, equal))
            }
            (Outcome::Number(_), _) | (_, Outcome::Number(_)) => {
                (self.number(left) == self.number(right)) == equal
            }
            _ => (self.string(left) == self.string(right)) == equal,
        }
    }

    fn call(&self, name: &str, arguments: &[Expression], place: &Place) -> Result<Outcome, String> {
        let values: Vec<Outcome> =
            arguments.iter().map(|argument| self.outcome(argument, place)).collect::<Result<_, _>>()?;
        let here = Outcome::Found(vec![place.at.clone()]);
        let text = |index: usize| self.string(values.get(index).unwrap_or(&here));
        Ok(match (name, values.len()) {
            ("last", 0) => Outcome::Number(place.last as f64),
            ("position", 0) => Outcome::Number(place.position as f64),
            ("true", 0) => Outcome::Truth(true),
            ("false", 0) => Outcome::Truth(false),
            ("not", 1) => Outcome::Truth(!values.first().is_some_and(|value| self.truth(value))),
            ("boolean", 1) => Outcome::Truth(values.first().is_some_and(|value| self.truth(value))),
            ("count", 1) => match values.first() {
                Some(Outcome::Found(found)) => Outcome::Number(found.len() as f64),
                _ => return Err("`count` counts what a path finds".to_owned()),
            },
            ("contains", 2) => Outcome::Truth(text(0).contains(&text(1))),
            ("starts-with", 2) => Outcome::Truth(text(0).starts_with(&text(1))),
            ("concat", 2..) => Outcome::Text(values.iter().map(|value| self.string(value)).collect()),
            ("string", 0 | 1) => Outcome::Text(text(0)),
            ("string-length", 0 | 1) => Outcome::Number(text(0).chars().count() as f64),
            ("normalize-space", 0 | 1) => {
                Outcome::Text(text(0).split_whitespace().collect::<Vec<_>>().join(" "))
            }
            ("number", 0 | 1) => Outcome::Number(self.number(values.first().unwrap_or(&here))),
            ("name" | "local-name", 0 | 1) => {
                Outcome::Text(self.name_of(values.first().unwrap_or(&here), name))
            }
            _ => return Err(format!("the function `{name}` with {} arguments is not known", values.len())),
        })
    }

    fn name_of(&self, outcome: &Outcome, function: &str) -> String {
        let name = match outcome {
            Outcome::Found(found) => match found.first() {
                Some(Found::Node(id)) => self.document.element(*id).map(|Element { name, .. }| name.clone()),
                Some(Found::Attribute(_, name)) => Some(name.clone()),
                _ => None,
            },
            _ => None,
        };
        let name = name.unwrap_or_default();
        match name.split_once(':').filter(|_| function == "local-name") {
            Some((_, local)) => local.to_owned(),
            None => name,
        }
    }
}

fn push(all: &mut Vec<Found>, found: Found) {
    if !all.contains(&found) {
        all.push(found);
    }
}
