//! Printing XML.

use super::document::{Document, Id, Kind};

/// The whole document; pretty ones have each element on a line of its own.
pub fn print(document: &Document, pretty: bool) -> String {
    let mut out = "<?xml version='1.0' encoding='UTF-8'?>\n".to_owned();
    document.prolog.iter().for_each(|part| out.extend([part, "\n"]));
    node(document, document.root, pretty.then_some(0), &mut out);
    document.epilog.iter().for_each(|part| out.extend(["\n", part]));
    if pretty {
        out.push('\n');
    }
    out
}

/// One element alone.
pub fn print_element(document: &Document, id: Id) -> String {
    let mut out = String::new();
    node(document, id, None, &mut out);
    out
}

fn node(document: &Document, id: Id, depth: Option<usize>, out: &mut String) {
    match document.kind(id) {
        Some(Kind::Text(text)) => out.push_str(&escaped(text, false)),
        Some(Kind::Cdata(text)) => out.extend(["<![CDATA[", text, "]]>"]),
        Some(Kind::Other(raw)) => out.push_str(raw),
        Some(Kind::Element(_)) => element(document, id, depth, out),
        None => {}
    }
}

fn element(document: &Document, id: Id, depth: Option<usize>, out: &mut String) {
    let Some(element) = document.element(id) else { return };
    out.extend(["<", &element.name]);
    for (name, value) in &element.attributes {
        out.extend([" ", name, "=\"", &escaped(value, true), "\""]);
    }
    if element.children.is_empty() {
        out.push_str("/>");
        return;
    }
    out.push('>');
    // Where there is text, white space would be part of it.
    let is_text = |child: &Id| matches!(document.kind(*child), Some(Kind::Text(_) | Kind::Cdata(_)));
    let depth = depth.filter(|_| !element.children.iter().any(is_text));
    for child in &element.children {
        if let Some(depth) = depth {
            out.push('\n');
            out.push_str(&"  ".repeat(depth + 1));
        }
        node(document, *child, depth.map(|depth| depth + 1), out);
    }
    if let Some(depth) = depth {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    }
    out.extend(["</", &element.name, ">"]);
}

fn escaped(text: &str, in_attribute: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for scalar in text.chars() {
        match scalar {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if in_attribute => out.push_str("&quot;"),
            '\n' if in_attribute => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            scalar => out.push(scalar),
        }
    }
    out
}
