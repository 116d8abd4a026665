//! Inventories in YAML form.

use super::graph::Graph;
use super::ini::named;
use crate::source::{Diagnostic, Diagnostics};
use crate::vars::value_of;
use crate::yaml::Node;

/// Reads a YAML inventory into the graph; what is skipped is warned of.
///
/// # Errors
///
/// Where it has not the form of an inventory.
pub fn read(node: &Node, graph: &mut Graph, found: &mut Diagnostics) -> Result<(), Diagnostic> {
    let Some(groups) = node.as_map() else {
        let message = format!("an inventory is a mapping of groups, not {}", node.kind());
        return Err(Diagnostic::error(message).at(node.span));
    };
    if groups.is_empty() {
        return Err(Diagnostic::error("the inventory is empty").at(node.span));
    }
    let mut reader = Reader { graph, found };
    for (name, body) in groups {
        reader.group(name, body)?;
    }
    Ok(())
}

struct Reader<'a> {
    graph: &'a mut Graph,
    found: &'a mut Diagnostics,
}

impl Reader<'_> {
    /// Reads a group and gives its name.
    fn group<'n>(&mut self, name: &'n Node, body: &Node) -> Result<&'n str, Diagnostic> {
        let Some(group) = name.as_str().filter(|name| !name.is_empty()) else {
            let shown = name.text().unwrap_or("");
            return Err(Diagnostic::error(format!("the name of a group must be text, not {}", name.kind()))
                .at(name.span)
                .hint(format!("quote it: \"{shown}\"")));
        };
        let Some(sections) = body.as_map() else {
            if body.is_null() {
                self.graph.add_group(group);
            } else {
                self.skipped(
                    format!("the group `{group}` is {}, not a mapping, and is skipped", body.kind()),
                    body,
                );
            }
            return Ok(group);
        };
        self.graph.add_group(group);
        for (key, section) in sections {
            self.section(group, key, section)?;
        }
        Ok(group)
    }

    fn section(&mut self, group: &str, key: &Node, section: &Node) -> Result<(), Diagnostic> {
        let name = key.text().unwrap_or("");
        let empty = Node::null(section.span);
        // One name alone stands for itself without a body.
        let alone = section.as_str().map(|_| [(section.clone(), empty)]);
        let entries = match (&alone, section.as_map()) {
            (Some(alone), _) => alone.as_slice(),
            (None, Some(entries)) => entries,
            (None, None) if section.is_null() => return Ok(()),
            _ if ["vars", "children", "hosts"].contains(&name) => {
                let message =
                    format!("`{name}` of the group `{group}` must be a mapping, not {}", section.kind());
                return Err(Diagnostic::error(message).at(section.span).maybe_hint(list_hint(name, section)));
            }
            _ => {
                self.unexpected(group, key);
                return Ok(());
            }
        };
        match name {
            "vars" => entries.iter().try_for_each(|(key, value)| self.variable(group, key, value)),
            "children" => entries.iter().try_for_each(|(name, body)| self.child(group, name, body)),
            "hosts" => entries.iter().try_for_each(|(pattern, vars)| self.hosts(group, pattern, vars)),
            _ => {
                self.unexpected(group, key);
                Ok(())
            }
        }
    }

    fn variable(&mut self, group: &str, key: &Node, value: &Node) -> Result<(), Diagnostic> {
        let name = key.text().unwrap_or("");
        let set = self.graph.set_group_var(group, name, value_of(value));
        set.map_err(|why| Diagnostic::error(why).at(value.span))
    }

    fn child(&mut self, parent: &str, name: &Node, body: &Node) -> Result<(), Diagnostic> {
        let child = self.group(name, body)?;
        self.graph.add_group(child);
        self.graph.add_child(parent, child).map_err(|why| Diagnostic::error(why).at(name.span))
    }

    fn hosts(&mut self, group: &str, pattern: &Node, vars: &Node) -> Result<(), Diagnostic> {
        let Some(text) = pattern.as_str() else {
            let shown = pattern.text().unwrap_or("");
            return Err(Diagnostic::error(format!(
                "the name of a host must be text, not {}",
                pattern.kind()
            ))
            .at(pattern.span)
            .hint(format!("quote it: \"{shown}\"")));
        };
        let (names, port) = named(text).map_err(|why| Diagnostic::error(why).at(pattern.span))?;
        names.iter().for_each(|name| self.graph.add_host(name, Some(group), port));
        let Some(entries) = vars.as_map() else {
            if vars.is_null() {
                return Ok(());
            }
            let message = format!("the variables of `{text}` must be a mapping, not {}", vars.kind());
            return Err(Diagnostic::error(message).at(vars.span));
        };
        for (key, value) in entries {
            let value = value_of(value);
            let key = key.text().unwrap_or("");
            names.iter().for_each(|name| self.graph.set_host_var(name, key, value.clone()));
        }
        Ok(())
    }

    fn unexpected(&mut self, group: &str, key: &Node) {
        let name = key.text().unwrap_or("");
        let near = crate::host::nearest(name, ["hosts", "vars", "children"].into_iter());
        let warning =
            Diagnostic::warning(format!("`{name}` in the group `{group}` means nothing and is skipped"))
                .at(key.span)
                .maybe_hint(near.map(|near| format!("did you mean `{near}`?")));
        let hint = "a group has `hosts`, `vars` and `children`; groups inside of it stand below `children`";
        self.found.push(warning.hint(hint));
    }

    fn skipped(&mut self, message: String, node: &Node) {
        self.found.push(Diagnostic::warning(message).at(node.span));
    }
}

fn list_hint(name: &str, section: &Node) -> Option<String> {
    let first = section.as_seq()?.first()?.text()?;
    (name != "vars").then(|| format!("write `{first}:` without the dash"))
}
