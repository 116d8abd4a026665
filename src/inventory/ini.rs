//! Inventories in INI form.

use super::address::address;
use super::graph::Graph;
use super::{literal, range, words};
use crate::source::{Diagnostic, FileId, Source, Span};
use indexmap::IndexMap;

/// Reads an INI inventory into the graph.
///
/// # Errors
///
/// At the first line that cannot be read.
pub fn read(source: &Source, file: FileId, graph: &mut Graph) -> Result<(), Diagnostic> {
    let mut reader = Reader { graph, pending: IndexMap::new(), group: "ungrouped".into(), kind: Kind::Hosts };
    let mut start = 0;
    for line in source.text.split_inclusive(['\n', '\r']) {
        let content = line.trim();
        let from = start + (line.len() - line.trim_start().len());
        start += line.len();
        if !content.is_empty() && !content.starts_with([';', '#']) {
            reader.line(content, Span::new(file, from, from + content.len()))?;
        }
    }
    reader.finish()
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Hosts,
    Children,
    Vars,
}

/// A group that was named and must still be defined.
struct Pending {
    span: Span,
    kind: Kind,
    parents: Vec<String>,
}

struct Reader<'a> {
    graph: &'a mut Graph,
    pending: IndexMap<String, Pending>,
    group: String,
    kind: Kind,
}

impl Reader<'_> {
    fn line(&mut self, line: &str, span: Span) -> Result<(), Diagnostic> {
        if let Some((group, kind)) = section(line) {
            return self.section(group, kind, span);
        }
        if line.starts_with('[') && line.ends_with(']') {
            return Err(Diagnostic::error(format!("`{line}` is no section"))
                .at(span)
                .hint("a section is `[group]`, `[group:vars]` or `[group:children]`, without blanks"));
        }
        match self.kind {
            Kind::Hosts => self.hosts(line, span),
            Kind::Vars => self.variable(line, span),
            Kind::Children => self.child(line, span),
        }
    }

    fn section(&mut self, group: &str, kind: &str, span: Span) -> Result<(), Diagnostic> {
        self.kind = match kind {
            "" | "hosts" => Kind::Hosts,
            "children" => Kind::Children,
            "vars" => Kind::Vars,
            _ => {
                return Err(Diagnostic::error(format!("a section cannot be `{kind}`"))
                    .at(span)
                    .hint("it is `hosts`, `children` or `vars`"));
            }
        };
        self.group = group.to_owned();
        if !self.graph.groups.contains_key(group) {
            if self.kind == Kind::Vars {
                let pending = Pending { span, kind: Kind::Vars, parents: Vec::new() };
                self.pending.entry(group.to_owned()).or_insert(pending);
            }
            self.graph.add_group(group);
        }
        if self.kind != Kind::Vars {
            self.defined(group)?;
        }
        Ok(())
    }

    /// The group is there now: those who named it get it.
    fn defined(&mut self, group: &str) -> Result<(), Diagnostic> {
        let Some(pending) = self.pending.shift_remove(group) else { return Ok(()) };
        for parent in pending.parents {
            self.nest(&parent, group, pending.span)?;
            if self.pending.get(&parent).is_some_and(|pending| pending.kind == Kind::Children) {
                self.defined(&parent)?;
            }
        }
        Ok(())
    }

    fn nest(&mut self, parent: &str, child: &str, span: Span) -> Result<(), Diagnostic> {
        self.graph.add_child(parent, child).map_err(|why| Diagnostic::error(why).at(span))
    }

    fn hosts(&mut self, line: &str, span: Span) -> Result<(), Diagnostic> {
        let wrong = |why: String| Diagnostic::error(format!("this host line cannot be read: {why}")).at(span);
        let words = words::words(line).map_err(wrong)?;
        let Some((first, rest)) = words.split_first() else { return Ok(()) };
        let (names, port) =
            named(&first.text).map_err(|why| Diagnostic::error(why).at(span.part(first.start, first.end)))?;
        check(&first.text, &names, port).map_err(|error| error.at(span.part(first.start, first.end)))?;
        for name in &names {
            self.graph.add_host(name, Some(&self.group), port);
        }
        for word in rest {
            let place = span.part(word.start, word.end);
            let Some((key, value)) = word.text.split_once('=') else {
                let message = format!("`{}` is no variable of the host", word.text);
                return Err(Diagnostic::error(message)
                    .at(place)
                    .hint("behind the host only `name=value` may follow"));
            };
            let value = literal::value(value, place.part(key.len() + 1, word.end - word.start));
            names.iter().for_each(|name| self.graph.set_host_var(name, key, value.clone()));
        }
        Ok(())
    }

    fn variable(&mut self, line: &str, span: Span) -> Result<(), Diagnostic> {
        let Some((key, value)) = line.split_once('=') else {
            return Err(Diagnostic::error(format!("`{line}` is no variable"))
                .at(span)
                .hint("in a `vars` section every line is `name=value`"));
        };
        let start = line.len() - value.trim_start().len();
        let value = literal::value(value.trim(), span.part(start, line.len()));
        let set = self.graph.set_group_var(&self.group, key.trim(), value);
        set.map_err(|why| Diagnostic::error(why).at(span))
    }

    fn child(&mut self, line: &str, span: Span) -> Result<(), Diagnostic> {
        let Some(child) = group_name(line) else {
            return Err(Diagnostic::error(format!("`{line}` is no name of a group")).at(span));
        };
        if self.graph.groups.contains_key(child) {
            let group = self.group.clone();
            return self.nest(&group, child, span);
        }
        let new = Pending { span, kind: Kind::Children, parents: Vec::new() };
        self.pending.entry(child.to_owned()).or_insert(new).parents.push(self.group.clone());
        Ok(())
    }

    fn finish(self) -> Result<(), Diagnostic> {
        let Some((name, pending)) = self.pending.into_iter().next() else { return Ok(()) };
        let known: Vec<&str> =
            self.graph.groups.keys().map(|known| &**known).filter(|known| **known != *name).collect();
        let hint =
            crate::host::nearest(&name, known.into_iter()).map(|near| format!("did you mean `{near}`?"));
        Err(Diagnostic::error(format!("there is no group `{name}`"))
            .at(pending.span)
            .maybe_hint(hint.or_else(|| Some(format!("define it with a line `[{name}]`")))))
    }
}

/// The hosts that the first word of a line names, and their port.
pub(super) fn named(text: &str) -> Result<(Vec<String>, Option<u16>), String> {
    let (name, port) = address(text).map_or((text, None), |address| (address.name, address.port));
    Ok((range::expand(name)?, port))
}

fn check(text: &str, names: &[String], port: Option<u16>) -> Result<(), Diagnostic> {
    if text.ends_with(':') && port.is_none() {
        return Err(Diagnostic::error(format!("`{text}` is no host: a port is missing behind the `:`"))
            .hint("is the file YAML? then its name should end in `.yml`"));
    }
    if names.iter().any(|name| name.trim() == "---") {
        return Err(Diagnostic::error("`---` is no host")
            .hint("is the file YAML? then its name should end in `.yml`"));
    }
    Ok(())
}

/// The name and the kind of a section, where the line is one.
fn section(line: &str) -> Option<(&str, &str)> {
    let (inner, rest) = line.strip_prefix('[')?.split_once(']')?;
    let (name, kind) = inner.split_once(':').unwrap_or((inner, ""));
    let named = !name.is_empty() && !name.contains(char::is_whitespace);
    let kinded = inner == name || (!kind.is_empty() && kind.chars().all(|c| c.is_alphanumeric() || c == '_'));
    (named && kinded && ends(rest)).then_some((name, kind))
}

fn group_name(line: &str) -> Option<&str> {
    let end = line.find(|c: char| c == ':' || c == ']' || c.is_whitespace()).unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    // A comment may follow without a blank before it: then it is part of the name.
    (!name.is_empty() && ends(rest)).then_some(name)
}

/// Nothing but a comment follows.
fn ends(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.is_empty() || rest.starts_with('#')
}
