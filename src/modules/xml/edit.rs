//! Changing a document: what an expression names is made, set, filled or removed.

use super::document::{Document, Element, Id, Kind};
use super::path::{Axis, Expression, Path, Step, Test};
use super::read;
use super::select::{Finder, Found};
use crate::host::{Data, Fields};
use crate::modules::Argument;

/// A document that is changed.
pub struct Editor<'a> {
    pub document: Document,
    pub namespaces: &'a Fields,
    pub changed: bool,
}

/// Where children are put.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Where {
    /// At the end of each element.
    Inside,
    /// Before the first element that was found, or behind the last.
    Before,
    Behind,
}

impl Editor<'_> {
    /// What a path finds.
    pub fn find(&self, path: &Path) -> Result<Vec<Found>, String> {
        Finder { document: &self.document, namespaces: self.namespaces }.find(path)
    }

    /// Removes what was found.
    pub fn remove(&mut self, found: &[Found]) {
        for found in found {
            self.changed |= match found {
                Found::Node(id) => self.document.remove(*id),
                Found::Attribute(id, name) => match self.document.element_mut(*id) {
                    Some(element) => {
                        element.attributes.retain(|(known, _)| known != name);
                        true
                    }
                    None => false,
                },
                Found::Document => false,
            };
        }
    }

    /// Sets the text of what was found, or one of its attributes.
    pub fn set(&mut self, found: &[Found], attribute: Option<&str>, value: &str) {
        for found in found {
            self.changed |= match (found, attribute) {
                (Found::Node(id), Some(name)) => {
                    self.document.element_mut(*id).is_some_and(|element| element.set(name, value))
                }
                (Found::Node(id), None) => self.set_text(*id, value),
                (Found::Attribute(id, name), _) => {
                    self.document.element_mut(*id).is_some_and(|element| element.set(name, value))
                }
                (Found::Document, _) => false,
            };
        }
    }

    /// Sets the text of an element; a text stands for the element around it.
    fn set_text(&mut self, id: Id, value: &str) -> bool {
        let element = if self.document.element(id).is_some() { Some(id) } else { self.document.parent(id) };
        element.is_some_and(|id| self.document.set_own_text(id, value))
    }

    /// Makes what a path names and is not there.
    pub fn ensure(&mut self, path: &Path) -> Result<Vec<Found>, String> {
        let found = self.find(path)?;
        if !found.is_empty() {
            return Ok(found);
        }
        let mut known = path.steps.len();
        let mut parents = Vec::new();
        while known > 0 && parents.is_empty() {
            known -= 1;
            let start = Path { steps: path.steps.get(..known).unwrap_or_default().to_vec(), ..path.clone() };
            parents = self.find(&start)?;
        }
        for step in path.steps.get(known..).unwrap_or_default() {
            let mut made = Vec::new();
            for parent in parents {
                made.push(self.make(&parent, step)?);
            }
            parents = made;
        }
        self.changed = true;
        self.find(path)
    }

    /// Makes what one step names.
    fn make(&mut self, parent: &Found, step: &Step) -> Result<Found, String> {
        let Found::Node(parent) = parent else { return Err("there is another first element".to_owned()) };
        match (step.axis, &step.test) {
            (Axis::Child, Test::Name(name)) => {
                let id = self.new_element(*parent, name);
                for condition in &step.conditions {
                    self.fulfil(id, condition)?;
                }
                Ok(Found::Node(id))
            }
            (Axis::Attribute, Test::Name(name)) => {
                if let Some(element) = self.document.element_mut(*parent) {
                    element.set(name, "");
                }
                Ok(Found::Attribute(*parent, name.clone()))
            }
            (Axis::Child, Test::Text) => {
                let text = self.document.make(Kind::Text(String::new()));
                self.document.insert(*parent, 0, text);
                Ok(Found::Node(text))
            }
            _ => Err("only elements and attributes that are named can be made".to_owned()),
        }
    }

    fn new_element(&mut self, parent: Id, name: &str) -> Id {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let address = self.namespaces.get(prefix).and_then(Data::as_text).filter(|_| !prefix.is_empty());
        let mut element = Element { name: name.to_owned(), ..Element::default() };
        if let Some(address) = address {
            // The prefix that the document has for the address counts.
            if self.document.namespace(parent, "") == Some(address) {
                local.clone_into(&mut element.name);
            } else if self.document.namespace(parent, prefix) != Some(address) {
                element.attributes.push((format!("xmlns:{prefix}"), address.to_owned()));
            }
        }
        let id = self.document.make(Kind::Element(element));
        self.document.append(parent, id);
        id
    }

    /// Gives a new element what a condition asks of it.
    fn fulfil(&mut self, id: Id, condition: &Expression) -> Result<(), String> {
        let wrong = || "what a condition asks cannot be made".to_owned();
        let (path, value) = match condition {
            Expression::Path(path) => (path, String::new()),
            Expression::Two("and", left, right) => {
                self.fulfil(id, left)?;
                return self.fulfil(id, right);
            }
            Expression::Two("=", left, right) => match (&**left, &**right) {
                (Expression::Path(path), Expression::Text(text)) => (path, text.clone()),
                (Expression::Path(path), Expression::Number(number)) => (path, number.to_string()),
                _ => return Err(wrong()),
            },
            Expression::Number(1.0) => return Ok(()),
            _ => return Err(wrong()),
        };
        let mut at = Found::Node(id);
        for step in path.steps.iter().filter(|step| step.axis != Axis::Itself) {
            at = self.make(&at, step)?;
        }
        match at {
            Found::Attribute(id, name) => {
                self.document.element_mut(id).map(|element| element.set(&name, &value));
            }
            Found::Node(id) => drop(self.set_text(id, &value)),
            Found::Document => {}
        }
        Ok(())
    }

    /// Puts new children where the path leads.
    pub fn add(&mut self, found: &[Found], children: &[Data], xml: bool, place: Where) -> Result<(), String> {
        let elements: Vec<Id> = found.iter().filter_map(element).collect();
        let chosen = match place {
            Where::Inside => elements,
            Where::Before => elements.into_iter().take(1).collect(),
            Where::Behind => elements.into_iter().next_back().into_iter().collect(),
        };
        for id in chosen {
            let (parent, mut index) = match (place, self.document.parent(id)) {
                (Where::Inside, _) => (id, usize::MAX),
                (_, None) => return Err("nothing can stand beside the first element".to_owned()),
                (_, Some(parent)) => {
                    let at =
                        self.document.children(parent).iter().position(|child| *child == id).unwrap_or(0);
                    (parent, at + usize::from(place == Where::Behind))
                }
            };
            for child in children {
                let child = self.child(child, xml)?;
                self.document.insert(parent, index, child);
                index = index.saturating_add(1);
                self.changed = true;
            }
        }
        Ok(())
    }

    /// Puts new children in place of those that are there, where they differ.
    pub fn replace_children(&mut self, found: &[Found], children: &[Data], xml: bool) -> Result<(), String> {
        for id in found.iter().filter_map(element) {
            let mut made = Vec::new();
            for child in children {
                made.push(self.child(child, xml)?);
            }
            let text = |ids: &[Id]| -> Vec<String> {
                let elements = ids.iter().filter(|id| self.document.element(**id).is_some());
                elements.map(|id| super::print::print_element(&self.document, *id)).collect()
            };
            if text(self.document.children(id)) == text(&made) {
                continue;
            }
            self.changed = true;
            for child in self.document.children(id).to_vec() {
                if self.document.element(child).is_some() {
                    self.document.remove(child);
                }
            }
            made.into_iter().for_each(|child| self.document.append(id, child));
        }
        Ok(())
    }

    /// A new child: a name, a name with its text, or a name with attributes and, under `_`, children.
    fn child(&mut self, data: &Data, xml: bool) -> Result<Id, String> {
        match data {
            Data::Text(text) if xml => read::read_into(&mut self.document, text),
            Data::Text(name) => {
                Ok(self.document.make(Kind::Element(Element { name: name.clone(), ..Element::default() })))
            }
            Data::Map(fields) if fields.len() == 1 => {
                let (name, value) = fields.iter().next().ok_or("a child has no name")?;
                let id = self
                    .document
                    .make(Kind::Element(Element { name: name.to_owned(), ..Element::default() }));
                self.fill(id, value)?;
                Ok(id)
            }
            Data::Map(_) => Err("a child is a mapping with one name".to_owned()),
            other => Err(format!("`{}` is no child", crate::host::json::print(other))),
        }
    }

    fn fill(&mut self, id: Id, value: &Data) -> Result<(), String> {
        let Data::Map(attributes) = value else {
            self.document.set_own_text(id, &String::parse(value).unwrap_or_default());
            return Ok(());
        };
        for (name, value) in attributes.iter().filter(|(name, _)| *name != "_") {
            let value = String::parse(value)?;
            self.document.element_mut(id).map(|element| element.set(name, &value));
        }
        match attributes.get("_") {
            Some(Data::List(children)) => {
                for child in children {
                    let child = self.child(child, false)?;
                    self.document.append(id, child);
                }
                Ok(())
            }
            None => Ok(()),
            Some(_) => Err("`_` of a child wants a list of children".to_owned()),
        }
    }
}

fn element(found: &Found) -> Option<Id> {
    match found {
        Found::Node(id) => Some(*id),
        _ => None,
    }
}
