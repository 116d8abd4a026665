//! A document of XML: its elements, and what stands between them, as it was written.

/// The number of a node.
pub type Id = usize;

/// A document.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Document {
    nodes: Vec<Node>,
    pub root: Id,
    /// Comments, instructions and the type, before the first element and behind it, as they were written.
    pub prolog: Vec<String>,
    pub epilog: Vec<String>,
}

/// A node and the element that it is in.
#[derive(Clone, PartialEq, Debug)]
struct Node {
    parent: Option<Id>,
    kind: Kind,
}

/// What a node is.
#[derive(Clone, PartialEq, Debug)]
pub enum Kind {
    Element(Element),
    Text(String),
    Cdata(String),
    /// A comment or an instruction, as it was written.
    Other(String),
}

/// An element.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Element {
    /// With its prefix.
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Id>,
}

impl Element {
    /// An attribute by its name as it is written.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Sets an attribute; whether it was another one before.
    pub fn set(&mut self, name: &str, value: &str) -> bool {
        match self.attributes.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) if known == value => false,
            Some((_, known)) => {
                value.clone_into(known);
                true
            }
            None => {
                self.attributes.push((name.to_owned(), value.to_owned()));
                true
            }
        }
    }
}

impl Document {
    /// A new node that is nowhere yet.
    pub fn make(&mut self, kind: Kind) -> Id {
        self.nodes.push(Node { parent: None, kind });
        self.nodes.len() - 1
    }

    pub fn kind(&self, id: Id) -> Option<&Kind> {
        self.nodes.get(id).map(|node| &node.kind)
    }

    pub fn element(&self, id: Id) -> Option<&Element> {
        match self.kind(id) {
            Some(Kind::Element(element)) => Some(element),
            _ => None,
        }
    }

    pub fn element_mut(&mut self, id: Id) -> Option<&mut Element> {
        match self.nodes.get_mut(id).map(|node| &mut node.kind) {
            Some(Kind::Element(element)) => Some(element),
            _ => None,
        }
    }

    pub fn parent(&self, id: Id) -> Option<Id> {
        self.nodes.get(id).and_then(|node| node.parent)
    }

    pub fn children(&self, id: Id) -> &[Id] {
        self.element(id).map_or(&[], |element| &element.children)
    }

    /// Puts a node into an element, at a place among its children.
    pub fn insert(&mut self, parent: Id, place: usize, child: Id) {
        if let Some(node) = self.nodes.get_mut(child) {
            node.parent = Some(parent);
        }
        if let Some(element) = self.element_mut(parent) {
            let place = place.min(element.children.len());
            element.children.insert(place, child);
        }
    }

    pub fn append(&mut self, parent: Id, child: Id) {
        self.insert(parent, usize::MAX, child);
    }

    /// Takes a node out of its element, with the text behind it if it is an element.
    pub fn remove(&mut self, id: Id) -> bool {
        let Some(parent) = self.parent(id) else { return false };
        let is_element = self.element(id).is_some();
        let Some(place) = self.children(parent).iter().position(|child| *child == id) else { return false };
        let tail = self.children(parent).get(place + 1).copied().filter(|_| is_element);
        let tail = tail.filter(|tail| matches!(self.kind(*tail), Some(Kind::Text(_))));
        if let Some(element) = self.element_mut(parent) {
            element.children.retain(|child| *child != id && Some(*child) != tail);
        }
        true
    }

    /// All text in a node.
    pub fn text(&self, id: Id) -> String {
        match self.kind(id) {
            Some(Kind::Text(text) | Kind::Cdata(text)) => text.clone(),
            Some(Kind::Element(element)) => element.children.iter().map(|child| self.text(*child)).collect(),
            _ => String::new(),
        }
    }

    /// The text of an element before its first element.
    pub fn own_text(&self, id: Id) -> String {
        let children = self.children(id).iter();
        children.take_while(|child| self.element(**child).is_none()).map(|child| self.text(*child)).collect()
    }

    /// Sets the text of an element before its first element; whether it was another one.
    pub fn set_own_text(&mut self, id: Id, text: &str) -> bool {
        if self.own_text(id) == text {
            return false;
        }
        let first = self.children(id).iter().position(|child| self.element(*child).is_some());
        let rest = first.map(|first| self.children(id).get(first..).unwrap_or_default().to_vec());
        if let Some(element) = self.element_mut(id) {
            element.children = rest.unwrap_or_default();
        }
        if !text.is_empty() {
            let child = self.make(Kind::Text(text.to_owned()));
            self.insert(id, 0, child);
        }
        true
    }

    /// The address of a prefix where a node is; that of no prefix is the usual one.
    pub fn namespace(&self, id: Id, prefix: &str) -> Option<&str> {
        let name = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
        let mut at = Some(id);
        while let Some(id) = at {
            if let Some(address) = self.element(id).and_then(|element| element.attribute(&name)) {
                return Some(address).filter(|address| !address.is_empty());
            }
            at = self.parent(id);
        }
        None
    }

    /// Makes sections of CDATA plain text.
    pub fn plain_cdata(&mut self) {
        for node in &mut self.nodes {
            if let Kind::Cdata(text) = &mut node.kind {
                node.kind = Kind::Text(std::mem::take(text));
            }
        }
    }

    /// Every node below, in the order of the document.
    pub fn descendants(&self, id: Id) -> Vec<Id> {
        let children = self.children(id).iter();
        children.flat_map(|child| std::iter::once(*child).chain(self.descendants(*child))).collect()
    }
}
