//! Patterns of hosts: names, globs, `~regex`, unions, `:&`, `:!`, slices.

use super::address::address;
use super::glob::Matcher;
use super::graph::{Graph, LOCAL, Name};
use indexmap::IndexSet;

/// A list of patterns, and what was said about those that match nothing.
pub struct Selection<'a> {
    pub graph: &'a Graph,
    pub unmatched: Vec<String>,
}

impl Selection<'_> {
    /// The hosts that the patterns select together: those without a mark first, then `&`, then `!`.
    ///
    /// # Errors
    ///
    /// Where a text is no pattern, or a slice takes what is not there.
    pub fn evaluate(&mut self, patterns: &[String]) -> Result<IndexSet<Name>, String> {
        let mut hosts = IndexSet::new();
        for pattern in in_order(patterns) {
            if let Some((host, _)) = self.graph.hosts.get_key_value(pattern) {
                hosts.insert(host.clone());
                continue;
            }
            let (mark, bare) = marked(pattern);
            let matched = self.matched(bare)?;
            match mark {
                Some('!') => hosts.retain(|host| !matched.contains(host)),
                Some(_) => hosts.retain(|host| matched.contains(host)),
                None => hosts.extend(matched),
            }
        }
        Ok(hosts)
    }

    fn matched(&mut self, pattern: &str) -> Result<IndexSet<Name>, String> {
        let (expression, slice) = sliced(pattern);
        let hosts = self.named(expression)?;
        match slice {
            Some(slice) if !hosts.is_empty() => slice.of(&hosts).ok_or_else(|| {
                format!("`{pattern}` takes a host that is not there: `{expression}` has {}", hosts.len())
            }),
            _ => Ok(hosts),
        }
    }

    fn named(&mut self, pattern: &str) -> Result<IndexSet<Name>, String> {
        let matcher = Matcher::new(pattern)?;
        let groups: Vec<&Name> = self.graph.groups.keys().filter(|name| matcher.matches(name)).collect();
        let mut hosts: IndexSet<Name> = groups.iter().flat_map(|group| self.graph.hosts_of(group)).collect();
        let open = pattern.starts_with('~') || pattern.contains(['.', '?', '*', '[']);
        if groups.is_empty() || open {
            hosts.extend(self.graph.hosts.keys().filter(|name| matcher.matches(name)).cloned());
        }
        if hosts.is_empty() && LOCAL.contains(&pattern) {
            let explicit = self.graph.hosts.keys().find(|name| LOCAL.contains(&&***name));
            hosts.insert(explicit.cloned().unwrap_or_else(|| pattern.into()));
        }
        if hosts.is_empty() && groups.is_empty() && pattern != "all" {
            self.unmatched.push(pattern.to_owned());
        }
        Ok(hosts)
    }
}

/// The patterns in a text: separated by commas, or by colons where it has none.
pub fn split(text: &str) -> Vec<String> {
    let parts: Vec<String> = if text.contains(',') {
        text.split(',').map(str::to_owned).collect()
    } else if address(text).is_some() {
        vec![text.to_owned()]
    } else {
        at_colons(text)
    };
    parts.iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// Splits at colons and blanks, but not inside of brackets.
fn at_colons(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let bracketed = if next == '[' { rest.find(']').map(|end| end + 1) } else { None };
        let length = bracketed.unwrap_or(next.len_utf8());
        match (bracketed, parts.last_mut()) {
            (None, Some(_)) if next == ':' || next == '[' || next == ']' || next.is_whitespace() => {
                parts.push(String::new());
            }
            (_, Some(part)) => part.push_str(&rest[..length]),
            (_, None) => {}
        }
        rest = &rest[length..];
    }
    parts
}

fn marked(pattern: &str) -> (Option<char>, &str) {
    match pattern.strip_prefix(['!', '&']) {
        Some(bare) => (pattern.chars().next(), bare),
        None => (None, pattern),
    }
}

/// Those that add, then those that keep, then those that take away.
fn in_order(patterns: &[String]) -> Vec<&str> {
    let of = |mark: Option<char>| {
        patterns.iter().map(String::as_str).filter(move |pattern| marked(pattern).0 == mark)
    };
    let mut adding: Vec<&str> = of(None).filter(|pattern| !pattern.is_empty()).collect();
    if adding.is_empty() {
        adding.push("all");
    }
    adding.into_iter().chain(of(Some('&'))).chain(of(Some('!'))).collect()
}

/// `[n]`, or `[first:last]` with both ends taken.
#[derive(Debug, PartialEq, Clone, Copy)]
enum Slice {
    One(i64),
    Many(usize, usize),
}

impl Slice {
    fn of(self, hosts: &IndexSet<Name>) -> Option<IndexSet<Name>> {
        match self {
            Slice::One(at) => {
                let at = if at < 0 { at + i64::try_from(hosts.len()).ok()? } else { at };
                let host = hosts.get_index(usize::try_from(at).ok()?)?;
                Some([host.clone()].into())
            }
            Slice::Many(first, last) => Some(
                hosts
                    .iter()
                    .skip(first)
                    .take((last.saturating_add(1)).saturating_sub(first))
                    .cloned()
                    .collect(),
            ),
        }
    }
}

/// A pattern without its slice, and that slice.
fn sliced(pattern: &str) -> (&str, Option<Slice>) {
    let slice = || {
        let (expression, inside) = pattern.strip_suffix(']')?.rsplit_once('[')?;
        let slice = slice(inside)?;
        (!expression.is_empty() && !pattern.starts_with('~')).then_some((expression, Some(slice)))
    };
    slice().unwrap_or((pattern, None))
}

fn slice(inside: &str) -> Option<Slice> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits(inside.strip_prefix('-').unwrap_or(inside)) {
        return inside.parse().ok().map(Slice::One);
    }
    let (first, last) = inside.split_once([':', '-'])?;
    if !digits(first) || !(last.is_empty() || digits(last)) {
        return None;
    }
    let first: usize = first.parse().ok()?;
    match last {
        "" => Some(Slice::Many(first, usize::MAX)),
        // As with Ansible, an end of zero counts as none given.
        _ if last.bytes().all(|byte| byte == b'0') => i64::try_from(first).ok().map(Slice::One),
        _ => Some(Slice::Many(first, last.parse().ok()?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn graph() -> Graph {
        let mut graph = Graph::default();
        let groups = [("web", "w1 w2 w3"), ("db", "d1 w3"), ("prod", "w1 d1"), ("old", "")];
        for (group, hosts) in groups {
            graph.add_group(group);
            hosts.split_whitespace().for_each(|host| graph.add_host(host, Some(group), None));
        }
        graph.add_host("a.example.org", None, None);
        graph.add_host("2001:db8::1", None, None);
        graph.reconcile();
        graph
    }

    fn select(pattern: &str) -> String {
        let graph = graph();
        let mut selection = Selection { graph: &graph, unmatched: Vec::new() };
        match selection.evaluate(&split(pattern)) {
            Ok(hosts) => hosts
                .iter()
                .map(|host| &**host)
                .chain(selection.unmatched.iter().map(|_| "?"))
                .collect::<Vec<_>>()
                .join(" "),
            Err(error) => error,
        }
    }

    /// Checked against `ansible --list-hosts` on the same inventory.
    #[test]
    fn patterns_select_as_ansible_does() {
        let cases = [
            ("all", "a.example.org 2001:db8::1 w1 w2 w3 d1"),
            ("*", "a.example.org 2001:db8::1 w1 w2 w3 d1"),
            ("web", "w1 w2 w3"),
            ("web:db", "w1 w2 w3 d1"),
            ("db,web", "d1 w3 w1 w2"),
            ("web:&prod", "w1"),
            ("web:!prod", "w2 w3"),
            ("!prod", "a.example.org 2001:db8::1 w2 w3"),
            ("web:&db:!w3", ""),
            ("!w1:web", "w2 w3"),
            ("w*", "w1 w2 w3"),
            ("~w[12]", "w1 w2"),
            ("~(w|d)1", "w1 d1"),
            ("web[0]", "w1"),
            ("web[-1]", "w3"),
            ("web[1:2]", "w2 w3"),
            ("web[1:]", "w2 w3"),
            ("web[0:0]", "w1"),
            ("web[5]", "`web[5]` takes a host that is not there: `web` has 3"),
            ("web[0:9]", "w1 w2 w3"),
            ("w[12]", "?"),
            ("old", ""),
            ("nothing", "?"),
            ("nothing:w1", "w1 ?"),
            ("2001:db8::1", "2001:db8::1"),
            ("a.example.org", "a.example.org"),
            ("*.org", "a.example.org"),
            ("localhost", "localhost"),
            ("127.0.0.1", "127.0.0.1"),
            (" web , db ", "w1 w2 w3 d1"),
            ("ungrouped", "a.example.org 2001:db8::1"),
            ("w1:w1:web", "w1 w2 w3"),
            ("w?", "w1 w2 w3"),
            ("d*[0]", "d1"),
        ];
        for (pattern, expected) in cases {
            assert_eq!(select(pattern), expected, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn no_pattern_breaks_the_selection(pattern in "[wd12.*?\\[\\]~&!:, -]{0,10}|\\PC{0,6}") {
            select(&pattern);
        }
    }
}
