//! Python literals in text: what `ast.literal_eval` reads.

use super::python::number;
use super::syntax::tree::{Binary, Expr, Kind, Stmt, Unary};
use super::syntax::{Delimiters, parse_expression};
use crate::vars::{Map, Value};

/// The value of a literal; nothing if the text is none. With `words`, JSON's `true`, `false`
/// and `null` count too.
pub fn evaluate(text: &str, words: bool) -> Option<Value> {
    read(text, words).or_else(|| {
        // A tuple needs no brackets.
        let is_line = !text.trim_end().contains('\n');
        if text.contains(',') && is_line { read(&format!("({text}\n)"), words) } else { None }
    })
}

fn read(text: &str, words: bool) -> Option<Value> {
    let template = parse_expression(&text.into(), &Delimiters::default()).ok()?;
    match template.body.as_slice() {
        [Stmt::Emit(expr)] => constant(expr, text, words),
        _ => None,
    }
}

fn constant(expr: &Expr, text: &str, words: bool) -> Option<Value> {
    let all =
        |items: &[Expr]| items.iter().map(|item| constant(item, text, words)).collect::<Option<Vec<_>>>();
    match &expr.kind {
        Kind::Const(value) => {
            // Jinja2 writes `true`, Python does not.
            let written = text.get(expr.part.start as usize..expr.part.end as usize).unwrap_or("");
            (words || !matches!(written, "true" | "false" | "none")).then(|| value.clone())
        }
        Kind::Name(name) if words && &**name == "null" => Some(Value::none()),
        Kind::List(items) => all(items).map(Value::list),
        Kind::Tuple(items) => all(items).map(Value::tuple),
        Kind::Dict(entries) => {
            let pair = |(key, value): &(Expr, Expr)| {
                Some((constant(key, text, words)?, constant(value, text, words)?))
            };
            entries.iter().map(pair).collect::<Option<Map>>().map(Value::dict)
        }
        Kind::Unary(sign, operand) => {
            let found = number::number(&constant(operand, text, words)?)?;
            Some(if *sign == Unary::Minus { number::negate(&found) } else { found }.into())
        }
        // Up to Ansible 2.12.
        Kind::Binary(Binary::Add, pair) if words && is_list(&pair.1) => {
            let (left, right) = (constant(&pair.0, text, words)?, constant(&pair.1, text, words)?);
            Some(Value::list([&left.as_items()?[..], &right.as_items()?].concat()))
        }
        Kind::Binary(sign @ (Binary::Add | Binary::Sub), pair) => {
            let left = number::number(&constant(&pair.0, text, words)?)?;
            let right = number::number(&constant(&pair.1, text, words)?)?;
            let sum = if *sign == Binary::Add { number::add } else { number::subtract };
            Some(sum(&left, &right).into())
        }
        _ => None,
    }
}

fn is_list(expr: &Expr) -> bool {
    matches!(expr.kind, Kind::List(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_literals_are_read() {
        let read = |text| evaluate(text, true).map(|value| value.to_string());
        assert_eq!(read("['a', {'b': -1}]").as_deref(), Some("['a', {'b': -1}]"));
        assert_eq!(read("{\"a\": [true, null, 1.5]}").as_deref(), Some("{'a': [True, None, 1.5]}"));
        assert_eq!(read("[1], 'a'").as_deref(), Some("([1], 'a')"));
        assert_eq!(read("[1]\n+\n['a'] + []").as_deref(), Some("[1, 'a']"));
        assert_eq!(read("[x]"), None);
        assert_eq!(read("[1"), None);
        assert_eq!(read("['a'.upper()]"), None);
    }
}
