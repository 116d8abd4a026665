//! Values with behaviour that templates make: functions, macros, namespaces.

use super::eval::Place;
use super::globals;
use super::syntax::tree::{Macro, Name};
use crate::vars::{Data, Kind, Object, Value};
use std::any::Any;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The object of a known type behind a value.
pub fn known<T: Send + Sync + 'static>(value: &Value) -> Option<Arc<T>> {
    let Data::Object(object) = value.data() else { return None };
    object.clone().as_any().downcast::<T>().ok()
}

/// A method of a value that is not called yet.
#[derive(Debug)]
pub struct BoundMethod {
    pub receiver: Value,
    pub method: Name,
}

/// A built-in function.
pub struct Function {
    pub name: &'static str,
    pub run: globals::Run,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "<function {}>", self.name)
    }
}

/// A macro, and where it sees the names around it.
#[derive(Debug)]
pub struct MacroObject {
    pub definition: Arc<Macro>,
    pub place: Place,
    pub frame: Option<usize>,
    /// The evaluation that defined it: no other can call it.
    pub evaluation: u64,
}

/// `super()` and `self.name()`: a block, and how far up the chain of templates.
#[derive(Debug)]
pub struct BlockCall {
    pub name: Name,
    pub level: usize,
}

/// `self`.
#[derive(Debug)]
pub struct OwnBlocks;

/// What `import` gives.
#[derive(Debug)]
pub struct Module {
    pub names: Vec<(Name, Value)>,
}

/// `namespace()`: the one thing whose attributes a template can set.
#[derive(Debug, Default)]
pub struct Namespace {
    pub attributes: Mutex<Vec<(Name, Value)>>,
}

impl Namespace {
    /// Sets an attribute.
    pub fn set(&self, name: &Name, value: Value) {
        let mut attributes = self.attributes.lock().unwrap_or_else(PoisonError::into_inner);
        match attributes.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => attributes.push((name.clone(), value)),
        }
    }
}

/// `cycler(...)`.
#[derive(Debug)]
pub struct Cycler {
    pub items: Vec<Value>,
    pub position: AtomicUsize,
}

/// `joiner(...)`.
#[derive(Debug)]
pub struct Joiner {
    pub separator: Value,
    pub used: AtomicUsize,
}

macro_rules! object {
    ($type:ty, $name:literal, $kind:expr, |$self:ident, $key:ident| $get:expr, $text:expr) => {
        impl Object for $type {
            fn type_name(&self) -> &str {
                $name
            }

            fn kind(&self) -> Kind {
                $kind
            }

            fn get(&self, $key: &Value) -> Option<Value> {
                let $self = self;
                $get
            }

            fn text(&self) -> String {
                let $self = self;
                let _ = $self;
                $text
            }

            fn as_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
                self
            }
        }
    };
}

object!(BoundMethod, "method", Kind::Callable, |_this, _key| None, "<method>".to_owned());
object!(Function, "function", Kind::Callable, |_this, _key| None, "<function>".to_owned());
object!(BlockCall, "block", Kind::Callable, |_this, _key| None, "<block>".to_owned());
object!(
    MacroObject,
    "Macro",
    Kind::Callable,
    |this, key| macro_attribute(this, key),
    format!("<Macro '{}'>", this.definition.name)
);
object!(
    OwnBlocks,
    "TemplateReference",
    Kind::Plain,
    |_this, key| {
        let name = super::syntax::name(key.as_str()?);
        Some(Value::object(BlockCall { name, level: 0 }))
    },
    "<TemplateReference>".to_owned()
);
object!(
    Module,
    "Module",
    Kind::Plain,
    |this, key| this
        .names
        .iter()
        .find(|(name, _)| Some(&**name) == key.as_str())
        .map(|(_, value)| value.clone()),
    "<Module>".to_owned()
);
object!(
    Namespace,
    "Namespace",
    Kind::Plain,
    |this, key| {
        let attributes = this.attributes.lock().unwrap_or_else(PoisonError::into_inner);
        attributes.iter().find(|(name, _)| Some(&**name) == key.as_str()).map(|(_, value)| value.clone())
    },
    "<Namespace>".to_owned()
);
object!(
    Cycler,
    "Cycler",
    Kind::Plain,
    |this, key| match key.as_str()? {
        "current" => this.items.get(this.position.load(Ordering::Relaxed)).cloned(),
        _ => None,
    },
    "<Cycler>".to_owned()
);
object!(Joiner, "Joiner", Kind::Callable, |_this, _key| None, "<Joiner>".to_owned());

fn macro_attribute(of: &MacroObject, key: &Value) -> Option<Value> {
    let names = || of.definition.parameters.iter().map(|(name, _)| Value::text(name.clone()));
    Some(match key.as_str()? {
        "name" => Value::text(of.definition.name.clone()),
        "arguments" => Value::tuple(names().collect()),
        "catch_kwargs" => of.definition.takes_keywords.into(),
        "catch_varargs" => of.definition.takes_more.into(),
        "caller" => of.definition.takes_caller.into(),
        _ => return None,
    })
}
