//! Inventories that programs print: `--list`, and `--host NAME` where that says too little.

use super::graph::Graph;
use super::sources::Reader;
use crate::source::{Diagnostic, Diagnostics};
use crate::vars::{Encrypted, Value, data_of, value_of};
use crate::yaml::{self, Node};
use indexmap::IndexSet;
use std::path::Path;
use std::process::Command;

/// Runs an inventory program and reads what it prints into the graph.
///
/// # Errors
///
/// Where it fails, or prints no inventory.
pub fn read(
    reader: &Reader,
    path: &Path,
    graph: &mut Graph,
    found: &mut Diagnostics,
) -> Result<(), Diagnostic> {
    let mut program = Program { reader, path, graph, hosts: IndexSet::new() };
    let list = program.output(&["--list"])?;
    let Some(groups) = list.as_map() else {
        return Err(Diagnostic::error(format!("it prints {}, not an object", list.kind())).at(list.span));
    };
    for (name, body) in groups {
        if name.text() != Some("_meta") {
            program.group(name.text().unwrap_or(""), body)?;
        }
    }
    match list.entry("_meta").and_then(|meta| meta.entry("hostvars")) {
        Some(hostvars) => program.known(hostvars),
        None => program.ask_each(found),
    }
}

struct Program<'a> {
    reader: &'a Reader,
    path: &'a Path,
    graph: &'a mut Graph,
    /// The hosts that it named.
    hosts: IndexSet<String>,
}

impl Program<'_> {
    fn output(&self, arguments: &[&str]) -> Result<Node, Diagnostic> {
        let shown = self.path.display();
        let output = Command::new(self.path).args(arguments).output();
        let output = output.map_err(|error| {
            Diagnostic::error(format!("the inventory program `{shown}` does not start: {error}"))
        })?;
        let said = String::from_utf8_lossy(&output.stderr);
        let said = Some(said.trim()).filter(|said| !said.is_empty()).map(|said| format!("it said: {said}"));
        if !output.status.success() {
            let message = format!("the inventory program `{shown}` failed: {}", output.status);
            return Err(Diagnostic::error(message).maybe_hint(said));
        }
        let text = String::from_utf8(output.stdout)
            .map_err(|_| Diagnostic::error(format!("the inventory program `{shown}` prints no UTF-8")))?;
        let name = format!("{shown} {}", arguments.join(" "));
        let file = self
            .reader
            .sources
            .add(Path::new(&name), if text.trim().is_empty() { "{}".to_owned() } else { text });
        yaml::parse_json(&self.reader.sources, file).map_err(|error| error.maybe_hint(said))
    }

    fn value(&self, node: &Node) -> Value {
        if let Some(text) = node.entry("__ansible_vault").and_then(Node::as_str) {
            return Encrypted::value(text.into(), node.span);
        }
        match node.entry("__ansible_unsafe") {
            Some(inner) => data_of(inner),
            None if self.reader.options.trust_programs => value_of(node),
            None => data_of(node),
        }
    }

    fn group(&mut self, name: &str, body: &Node) -> Result<(), Diagnostic> {
        self.graph.add_group(name);
        let Some(entries) = body.as_map() else { return self.members(name, body) };
        if !["hosts", "vars", "children"].iter().any(|section| body.entry(section).is_some()) {
            // An old form: the name is that of a host, the entries are its variables.
            self.host(name, name);
            return self.variables(name, entries);
        }
        if let Some(hosts) = body.entry("hosts") {
            self.members(name, hosts)?;
        }
        if let Some(vars) = body.entry("vars") {
            let entries = vars.as_map().ok_or_else(|| wants(name, "vars", "an object", vars))?;
            self.variables(name, entries)?;
        }
        let Some(children) = body.entry("children") else { return Ok(()) };
        let children = children.as_seq().ok_or_else(|| wants(name, "children", "a list", children))?;
        for child in children {
            let child_name = child.text().unwrap_or("");
            self.graph.add_group(child_name);
            self.graph.add_child(name, child_name).map_err(|why| Diagnostic::error(why).at(child.span))?;
        }
        Ok(())
    }

    fn members(&mut self, group: &str, hosts: &Node) -> Result<(), Diagnostic> {
        let hosts = hosts.as_seq().ok_or_else(|| wants(group, "hosts", "a list", hosts))?;
        hosts.iter().filter_map(Node::text).for_each(|host| self.host(host, group));
        Ok(())
    }

    fn host(&mut self, host: &str, group: &str) {
        self.hosts.insert(host.to_owned());
        self.graph.add_host(host, Some(group), None);
    }

    fn variables(&mut self, group: &str, entries: &[(Node, Node)]) -> Result<(), Diagnostic> {
        for (name, value) in entries {
            let set = self.graph.set_group_var(group, name.text().unwrap_or(""), self.value(value));
            set.map_err(|why| Diagnostic::error(why).at(value.span))?;
        }
        Ok(())
    }

    fn known(mut self, hostvars: &Node) -> Result<(), Diagnostic> {
        let Some(all) = hostvars.as_map() else {
            return Err(wants("_meta", "hostvars", "an object", hostvars));
        };
        for (host, vars) in all {
            if host.text().is_some_and(|host| self.hosts.contains(host)) {
                self.host_vars(host.text().unwrap_or(""), vars);
            }
        }
        Ok(())
    }

    fn ask_each(mut self, found: &mut Diagnostics) -> Result<(), Diagnostic> {
        let hosts = std::mem::take(&mut self.hosts);
        if hosts.len() > 20 {
            let message = format!(
                "the inventory program `{}` is started {} times: it prints no `_meta.hostvars`",
                self.path.display(),
                hosts.len() + 1
            );
            found.push(Diagnostic::warning(message));
        }
        for host in &hosts {
            let vars = self.output(&["--host", host])?;
            self.host_vars(host, &vars);
        }
        Ok(())
    }

    fn host_vars(&mut self, host: &str, vars: &Node) {
        for (name, value) in vars.as_map().unwrap_or_default() {
            let value = self.value(value);
            self.graph.set_host_var(host, name.text().unwrap_or(""), value);
        }
    }
}

fn wants(group: &str, section: &str, wanted: &str, found: &Node) -> Diagnostic {
    Diagnostic::error(format!("`{section}` of `{group}` must be {wanted}, not {}", found.kind()))
        .at(found.span)
}
