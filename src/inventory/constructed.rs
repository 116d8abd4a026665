//! Files with `plugin:` in them: `constructed` makes variables and groups from expressions.

use super::graph::{Graph, Name};
use super::options::Expressions;
use super::sources::Reader;
use crate::source::{Diagnostic, Diagnostics};
use crate::vars::{Data, Value, Vars, value_of};
use crate::yaml::Node;
use std::path::Path;

/// The entries that a constructed inventory may have.
const KNOWN: [&str; 9] = [
    "plugin",
    "strict",
    "compose",
    "groups",
    "keyed_groups",
    "use_vars_plugins",
    "use_extra_vars",
    "leading_separator",
    "cache",
];

/// Reads a file that names a plugin.
///
/// # Errors
///
/// Where the plugin is not known here, or, under `strict`, where an expression cannot be evaluated.
pub fn read(
    reader: &Reader,
    (node, plugin): (&Node, &Node),
    path: &Path,
    graph: &mut Graph,
    found: &mut Diagnostics,
) -> Result<(), Diagnostic> {
    let name = plugin.text().unwrap_or("");
    if !["constructed", "ansible.builtin.constructed"].contains(&name) {
        return Err(Diagnostic::error(format!("the inventory plugin `{name}` is not known here"))
            .at(plugin.span)
            .hint("`constructed` is; for others, write an inventory program, or save what `ansible-inventory --list` prints"));
    }
    let Some(expressions) = &reader.options.expressions else {
        return Err(Diagnostic::error(format!(
            "`{}` needs expressions, which are not evaluated here",
            path.display()
        )));
    };
    for (key, _) in node.as_map().unwrap_or_default() {
        if key.text().is_none_or(|key| !KNOWN.contains(&key)) {
            let near = crate::host::nearest(key.text().unwrap_or(""), KNOWN.into_iter());
            let hint = near.map(|near| format!("did you mean `{near}`?"));
            found.push(
                Diagnostic::warning("a constructed inventory has no such entry")
                    .at(key.span)
                    .maybe_hint(hint),
            );
        }
    }
    // Before this source the groups may not be in `all` yet, and their variables are wanted.
    graph.reconcile();
    let strict = node.entry("strict").and_then(Node::as_bool).unwrap_or(false);
    let leading = node.entry("leading_separator").and_then(Node::as_bool).unwrap_or(true);
    let mut maker = Maker { graph, expressions: expressions.as_ref(), strict, leading };
    let hosts: Vec<Name> = maker.graph.hosts.keys().cloned().collect();
    for host in &hosts {
        maker.compose(host, node.entry("compose"))?;
        maker.groups(host, node.entry("groups"))?;
        maker.keyed(host, node.entry("keyed_groups"))?;
    }
    Ok(())
}

struct Maker<'a> {
    graph: &'a mut Graph,
    expressions: &'a dyn Expressions,
    strict: bool,
    leading: bool,
}

impl Maker<'_> {
    /// The variables of a host as far as the sources before gave them.
    fn vars(&self, host: &str) -> Vars {
        let groups = self.graph.groups_of(host);
        let of_groups =
            groups.iter().filter_map(|group| self.graph.groups.get(group)).map(|group| &group.vars);
        let own = self.graph.hosts.get(host).map(|host| &host.vars);
        let mut vars = Vars::new();
        for layer in of_groups.chain(own) {
            vars.extend(layer.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        vars.insert("inventory_hostname".into(), host.into());
        vars
    }

    /// The value of an expression; what is not defined fails here.
    fn evaluated(&self, expression: &Node, vars: &Vars) -> Result<Value, Box<Diagnostic>> {
        let value = self.expressions.evaluate(&value_of(expression), vars)?;
        match value.data() {
            Data::Undefined(undefined) => Err(Box::new(undefined.diagnostic())),
            _ => Ok(value),
        }
    }

    /// What an expression gives; what fails is passed over unless it is strict.
    fn tolerant<T>(&self, result: Result<T, Box<Diagnostic>>) -> Result<Option<T>, Diagnostic> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) if self.strict => Err(*error),
            Err(_) => Ok(None),
        }
    }

    fn compose(&mut self, host: &str, entries: Option<&Node>) -> Result<(), Diagnostic> {
        let vars = self.vars(host);
        for (name, expression) in entries.and_then(Node::as_map).unwrap_or_default() {
            let value = self.tolerant(self.evaluated(expression, &vars))?;
            if let (Some(name), Some(value)) = (name.text(), value) {
                self.graph.set_host_var(host, name, value);
            }
        }
        Ok(())
    }

    fn groups(&mut self, host: &str, entries: Option<&Node>) -> Result<(), Diagnostic> {
        let vars = self.vars(host);
        for (name, condition) in entries.and_then(Node::as_map).unwrap_or_default() {
            let holds = self.tolerant(self.expressions.holds(&value_of(condition), &vars))?;
            if let (Some(name), Some(true)) = (name.text(), holds) {
                let group = safe(name);
                self.graph.add_group(&group);
                self.graph.put(host, &group);
            }
        }
        Ok(())
    }

    fn keyed(&mut self, host: &str, entries: Option<&Node>) -> Result<(), Diagnostic> {
        for entry in entries.and_then(Node::as_seq).unwrap_or_default() {
            let Some(key) = entry.entry("key") else {
                return Err(Diagnostic::error("an entry of `keyed_groups` has no `key`").at(entry.span));
            };
            let vars = self.vars(host);
            let Some(value) = self.tolerant(self.evaluated(key, &vars))? else {
                continue;
            };
            let parent = match entry.entry("parent_group").filter(|parent| !parent.is_null()) {
                Some(parent) => match self.tolerant(self.text(parent, &vars))? {
                    Some(parent) => Some(parent),
                    None => continue,
                },
                None => None,
            };
            for name in self.names(entry, &value)? {
                self.keyed_group(host, &name, parent.as_deref())
                    .map_err(|why| Diagnostic::error(why).at(entry.span))?;
            }
        }
        Ok(())
    }

    fn text(&self, node: &Node, vars: &Vars) -> Result<String, Box<Diagnostic>> {
        let value = value_of(node);
        let value = if value.is_lazy() { self.expressions.evaluate(&value, vars)? } else { value };
        value.str().map_err(|_| Box::new(Diagnostic::error("this gives no text").at(node.span)))
    }

    fn keyed_group(&mut self, host: &str, name: &str, parent: Option<&str>) -> Result<(), String> {
        let group = safe(name);
        self.graph.add_group(&group);
        self.graph.put(host, &group);
        let Some(parent) = parent.map(safe) else { return Ok(()) };
        self.graph.add_group(&parent);
        self.graph.add_child(&parent, &group)
    }

    /// The names of the groups for a value: text, a list of texts, or a dict of name and value.
    fn names(&self, entry: &Node, value: &Value) -> Result<Vec<String>, Diagnostic> {
        let prefix = entry.entry("prefix").and_then(Node::text).unwrap_or("");
        let separator = entry.entry("separator").and_then(Node::text).unwrap_or("_");
        let default = entry.entry("default_value").and_then(Node::text);
        let trailing = entry.entry("trailing_separator").and_then(Node::as_bool).unwrap_or(true);
        let or_default = |text: String| if text.is_empty() { default.unwrap_or("").to_owned() } else { text };
        let shown =
            |value: &Value| if value.is_none() { String::new() } else { value.str().unwrap_or_default() };
        let bare: Vec<String> = match value.data() {
            Data::Dict(dict) => {
                let pair = |(name, value): (&Value, &Value)| match or_default(shown(value)) {
                    value if value.is_empty() && !trailing => shown(name),
                    value => format!("{}{separator}{value}", shown(name)),
                };
                dict.entries().iter().map(pair).collect()
            }
            Data::List(list) => list.items().iter().map(|item| or_default(shown(item))).collect(),
            Data::Text(_) | Data::None => {
                Some(or_default(shown(value))).filter(|name| !name.is_empty()).into_iter().collect()
            }
            Data::Int(0) | Data::Bool(false) => Vec::new(),
            _ => {
                let message = "`key` must give text, a list of texts or a dict of them";
                return Err(Diagnostic::error(message).at(entry.span));
            }
        };
        if bare.is_empty() && self.strict && matches!(value.data(), Data::Text(_) | Data::None) {
            return Err(Diagnostic::error("`key` gives nothing to name a group after").at(entry.span));
        }
        let separator = if prefix.is_empty() && !self.leading { "" } else { separator };
        Ok(bare.into_iter().map(|name| format!("{prefix}{separator}{name}")).collect())
    }
}

/// A name of a group that is also a name of a variable: other characters become `_`.
fn safe(name: &str) -> String {
    let safe: String = name.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect();
    match safe.chars().next() {
        Some(first) if first.is_numeric() => format!("_{}", &safe[first.len_utf8()..]),
        _ => safe,
    }
}
