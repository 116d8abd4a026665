//! `xml`

mod document;
mod edit;
mod path;
mod print;
mod read;
mod select;

use super::argument::{PathText, Raw};
use super::edit::{self as text_edit, Original, Rewriting};
use super::{Argument, ArgumentError, FileAttributes, Module};
use crate::host::{Carried, Data, Failure, Fields, Plan, Probe, Report};
use edit::{Editor, Where};
use path::{Expression, Path};
use select::Found;

choices! {
    /// Whether it is to be there.
    State { Present = "present", Absent = "absent" }
}

choices! {
    /// What is told of the elements.
    Content { Attribute = "attribute", Text = "text" }
}

choices! {
    /// How children are given.
    Input { Xml = "xml", Yaml = "yaml" }
}

module! {
    /// Sees to elements and attributes in a file of XML, or tells what it holds.
    ///
    /// ```yaml
    /// - xml: { path: /etc/app.xml, xpath: /app/server/port, value: "8080" }
    /// - xml: { path: /etc/app.xml, xpath: "/app/user[@name='old']", state: absent }
    /// - xml: { path: /etc/app.xml, xpath: /app/users, add_children: [{ user: { name: joe } }] }
    /// - xml: { path: /etc/app.xml, xpath: /app/user, content: attribute, attribute: name }
    /// ```
    Xml "xml" local {
        /// The file.
        path ["dest", "file"]: Option<PathText>;
        /// The text itself, instead of a file.
        xmlstring: Option<String>;
        /// What is meant: a path of XPath.
        xpath: Option<String>;
        /// Prefixes in `xpath` and their addresses.
        namespaces: Option<Raw>;
        /// Whether it is to be there.
        state ["ensure"]: State = "present";
        /// The attribute that is meant.
        attribute: Option<String>;
        /// The text of the element, or the value of the attribute.
        value: Option<Raw>;
        /// Children that are put behind those that are there, each time.
        add_children: Option<Raw>;
        /// Children that are put in place of those that are there.
        set_children: Option<Raw>;
        /// Tells how many there are.
        count: bool = false;
        /// Tells what was found.
        print_match: bool = false;
        /// Writes each element on a line of its own.
        pretty_print: bool = false;
        /// Tells the attributes or texts of the elements.
        content: Option<Content>;
        /// How children are given: as data, or as text.
        input_type: Input = "yaml";
        /// Keeps a copy of what is replaced.
        backup: bool = false;
        /// Makes sections of CDATA plain text.
        strip_cdata_tags: bool = false;
        /// Puts new children before the first element that is found, beside it.
        insertbefore: bool = false;
        /// Puts new children behind the last element that is found, beside it.
        insertafter: bool = false;
    } with { attributes: FileAttributes }
}

impl Module for Xml {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let original = match &self.path {
            Some(path) => Some(text_edit::read(host, &path.on(host)?)?),
            None => None,
        };
        let text = match (&self.xmlstring, &original) {
            (Some(text), _) => text.clone(),
            (None, Some(original)) => {
                original.text.clone().ok_or_else(|| original.missing(host, "Destination"))?
            }
            (None, None) => return Err("there is no text".into()),
        };
        let namespaces = self.namespaces();
        let document =
            read::read(&text, !self.pretty_print).map_err(|message| format!("this is no XML: {message}"))?;
        let mut editor = Editor { document, namespaces: &namespaces, changed: false };
        let mut said = Fields::new().with("actions", self.actions(&namespaces));
        if let Some(path) = self.parsed()? {
            self.act(&mut editor, &path, &mut said)?;
        }
        self.finish(host, original, &text, &editor, said)
    }

    fn report(&self, _host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        let changed = result.remove("_changed") == Some(Data::Bool(true));
        Ok(Report { result, changed: Some(changed || carried.changed()), unknown: None })
    }

    fn check(&self) -> Vec<ArgumentError> {
        let adds = self.add_children.is_some() || self.set_children.is_some();
        let needs_path =
            adds || self.count || self.print_match || self.content.is_some() || self.value.is_some();
        let (name, message) = match &self.xpath {
            _ if self.path.is_some() && self.xmlstring.is_some() => {
                ("path", exclusive!("path|xmlstring").to_owned())
            }
            _ if self.path.is_none() && self.xmlstring.is_none() => {
                ("path", one_of!("path, xmlstring").to_owned())
            }
            None if needs_path => ("xpath", "`xpath` is needed to say what is meant".to_owned()),
            None if !self.pretty_print => ("xpath", "`xpath` or `pretty_print` is needed".to_owned()),
            _ if self.add_children.is_some() && self.set_children.is_some() => {
                ("set_children", exclusive!("add_children|set_children").to_owned())
            }
            _ if self.value.is_some() && adds => ("value", "`value` excludes children".to_owned()),
            _ if self.attribute.is_some() && self.value.is_none() && self.content.is_none() => {
                ("attribute", "`attribute` needs `value` or `content`".to_owned())
            }
            _ => match self.parsed() {
                Err(message) => ("xpath", message),
                Ok(_) => return Vec::new(),
            },
        };
        vec![ArgumentError::new(name, message)]
    }
}

impl Xml {
    fn parsed(&self) -> Result<Option<Path>, String> {
        match self.xpath.as_deref().map(path::parse).transpose()? {
            None => Ok(None),
            Some(Expression::Path(path)) => Ok(Some(path)),
            Some(_) => Err("`xpath` must be a path".to_owned()),
        }
    }

    fn namespaces(&self) -> Fields {
        match &self.namespaces {
            Some(Raw(Data::Map(fields))) => fields.clone(),
            _ => Fields::new(),
        }
    }

    fn actions(&self, namespaces: &Fields) -> Fields {
        Fields::new()
            .with("xpath", self.xpath.clone())
            .with("namespaces", namespaces.clone())
            .with("state", self.state.word())
    }

    /// Does what is asked of what the path names.
    fn act(&self, editor: &mut Editor, path: &Path, said: &mut Fields) -> Result<(), Failure> {
        let found = editor.find(path)?;
        if self.print_match || self.count || self.content.is_some() {
            self.tell(editor, &found, said);
            return Ok(());
        }
        if self.state == State::Absent {
            editor.remove(&found);
            return Ok(());
        }
        let xml = self.input_type == Input::Xml;
        if let Some(Raw(children)) = &self.set_children {
            self.require(&found)?;
            return Ok(editor.replace_children(&found, &list(children), xml)?);
        }
        if let Some(Raw(children)) = &self.add_children {
            self.require(&found)?;
            let place = match (self.insertbefore, self.insertafter) {
                (true, _) => Where::Before,
                (_, true) => Where::Behind,
                _ => Where::Inside,
            };
            return Ok(editor.add(&found, &list(children), xml, place)?);
        }
        let named = editor.ensure(path)?;
        if let Some(Raw(value)) = &self.value {
            let value = <String as Argument>::parse(value).unwrap_or_default();
            editor.set(&named, self.attribute.as_deref(), &value);
        }
        Ok(())
    }

    fn require(&self, found: &[Found]) -> Result<(), Failure> {
        let path = self.xpath.as_deref().unwrap_or_default();
        if found.is_empty() {
            Err(Failure::new(format!("Xpath {path} does not reference a node!")))
        } else {
            Ok(())
        }
    }

    fn tell(&self, editor: &Editor, found: &[Found], said: &mut Fields) {
        let path = self.xpath.as_deref().unwrap_or_default();
        said.set("count", found.len());
        if self.print_match {
            let places: Vec<String> = found.iter().map(|found| place(editor, found)).collect();
            said.set("msg", format!("selector '{path}' match: {places:?}").replace('"', "'"));
        } else {
            said.set(
                "msg",
                if found.is_empty() {
                    format!("found 0 nodes at '{path}'")
                } else {
                    format!("found {} nodes", found.len())
                },
            );
        }
        let Some(content) = self.content else { return };
        let matches: Vec<Data> = found.iter().filter_map(|found| self.told(editor, found, content)).collect();
        said.set("matches", Data::List(matches));
    }

    /// One element with its text or attributes.
    fn told(&self, editor: &Editor, found: &Found, content: Content) -> Option<Data> {
        let Found::Node(id) = found else { return None };
        let element = editor.document.element(*id)?;
        let inner = match content {
            Content::Text => Data::from(editor.document.own_text(*id)),
            Content::Attribute => {
                let wanted = |name: &str| self.attribute.as_deref().is_none_or(|wanted| wanted == name);
                let attributes = element.attributes.iter().filter(|(name, _)| wanted(name));
                Data::Map(attributes.map(|(name, value)| (name.clone(), value.as_str().into())).collect())
            }
        };
        Some(Data::Map(Fields::new().with(element.name.as_str(), inner)))
    }

    /// Writes what was changed, or gives it back.
    fn finish(
        &self,
        host: &dyn Probe,
        original: Option<Original>,
        before: &str,
        editor: &Editor,
        said: Fields,
    ) -> Result<Plan, Failure> {
        let mut document = editor.document.clone();
        if self.strip_cdata_tags {
            document.plain_cdata();
        }
        let after = print::print(&document, self.pretty_print);
        let rewritten = editor.changed || (self.pretty_print || self.strip_cdata_tags) && after != before;
        let Some(original) = original else {
            return Ok(Plan::say(said.with("xmlstring", after).with("_changed", rewritten)));
        };
        let how =
            Rewriting { attributes: &self.attributes, backup: self.backup, validate: None, message: "" };
        let mut plan = original.rewrite(host, if rewritten { &after } else { before }, &how)?;
        plan.result.remove("backup");
        said.into_iter().for_each(|(name, value)| plan.result.set(name, value));
        Ok(plan)
    }
}

fn list(children: &Data) -> Vec<Data> {
    match children {
        Data::List(items) => items.clone(),
        Data::Null => Vec::new(),
        one => vec![one.clone()],
    }
}

/// The path of what was found, as it could be asked for.
fn place(editor: &Editor, found: &Found) -> String {
    let document = &editor.document;
    match found {
        Found::Document => "/".to_owned(),
        Found::Attribute(id, name) => format!("{}/@{name}", place(editor, &Found::Node(*id))),
        Found::Node(id) => {
            let name = |id| document.element(id).map_or("text()", |element| element.name.as_str());
            let Some(parent) = document.parent(*id) else { return format!("/{}", name(*id)) };
            let same: Vec<_> =
                document.children(parent).iter().filter(|other| name(**other) == name(*id)).collect();
            let number = same.iter().position(|other| *other == id).unwrap_or(0) + 1;
            let number = if same.len() > 1 { format!("[{number}]") } else { String::new() };
            format!("{}/{}{number}", place(editor, &Found::Node(parent)), name(*id))
        }
    }
}
