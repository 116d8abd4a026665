//! `loop`, `with_*` and `loop_control`.

use super::loader::Loader;
use crate::source::{Diagnostic, Span};
use crate::vars::{Value, value_of};
use crate::yaml::Node;

/// What a task is repeated over.
#[derive(Clone, Debug)]
pub struct Loop {
    /// The lookup of a `with_NAME`; none for `loop`.
    pub lookup: Option<Box<str>>,
    pub items: Value,
    pub span: Span,
}

/// How the items of a loop are named, shown and paced.
#[derive(Clone, Debug, Default)]
pub struct LoopControl {
    pub loop_var: Option<Value>,
    pub index_var: Option<Value>,
    pub label: Option<Value>,
    pub pause: Option<Value>,
    pub extended: Option<Value>,
    pub extended_allitems: Option<Value>,
    pub break_when: Vec<Value>,
}

impl LoopControl {
    /// All values that may hold templates, but conditions.
    pub fn templates(&self) -> impl Iterator<Item = &Value> {
        self.label.iter().chain(&self.pause).chain(&self.extended).chain(&self.extended_allitems)
    }

    pub(super) fn read(loader: &Loader, node: &Node) -> LoopControl {
        let mut control = LoopControl::default();
        let Some(entries) = node.as_map() else {
            loader.refuse(Diagnostic::error("`loop_control` wants a mapping").at(node.span));
            return control;
        };
        for (key, value) in entries {
            let slot = match key.as_str().unwrap_or_default() {
                "loop_var" => &mut control.loop_var,
                "index_var" => &mut control.index_var,
                "label" => &mut control.label,
                "pause" => &mut control.pause,
                "extended" => &mut control.extended,
                "extended_allitems" => &mut control.extended_allitems,
                "break_when" => {
                    control.break_when = super::keywords::each(value);
                    continue;
                }
                other => {
                    let known = [
                        "loop_var",
                        "index_var",
                        "label",
                        "pause",
                        "extended",
                        "extended_allitems",
                        "break_when",
                    ];
                    loader.unknown("`loop_control`", other, key.span, known);
                    continue;
                }
            };
            *slot = Some(value_of(value));
        }
        control
    }
}

/// Reads `loop` or `with_NAME`.
pub(super) fn read(name: &str, key: &Node, node: &Node) -> Loop {
    let lookup = name.strip_prefix("with_").map(Into::into);
    Loop { lookup, items: value_of(node), span: key.span }
}
