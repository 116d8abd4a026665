//! `hostvars`: the variables of other hosts, evaluated as those hosts see them.

use super::Run;
use super::host::Host;
use super::magic::Magic;
use super::scope::Layers;
use super::task_scope::TaskScope;
use crate::source::Span;
use crate::template::{Answer, Context, Error, Language};
use crate::vars::{Data, Kind, Marks, Object, Undefined, Value};
use std::any::Any;
use std::sync::{Arc, Weak};

/// All hosts by name.
pub struct HostVarsOfAll {
    pub run: Weak<Run>,
    pub asking: Layers,
}

/// The variables of one host.
struct OfOne {
    run: Weak<Run>,
    host: Arc<Host>,
    asking: Layers,
    /// Asked for as one that is delegated to: `ansible_host` is always there.
    delegated: bool,
}

/// `ansible_delegated_vars`: the variables of the host that is delegated to, by its name.
pub fn delegated(run: &Arc<Run>, host: &Arc<Host>, asking: &Layers) -> Value {
    let (name, run) = (Value::text(host.name.clone()), Arc::downgrade(run));
    let vars = OfOne { run, host: host.clone(), asking: asking.clone(), delegated: true };
    [(name, Value::object(vars))].into_iter().collect()
}

impl std::fmt::Debug for HostVarsOfAll {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("hostvars")
    }
}

impl std::fmt::Debug for OfOne {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "hostvars[{}]", self.host.name)
    }
}

impl Object for HostVarsOfAll {
    fn type_name(&self) -> &str {
        "dict"
    }

    fn kind(&self) -> Kind {
        Kind::Mapping
    }

    fn get(&self, key: &Value) -> Option<Value> {
        let host = self.run.upgrade()?.host_for_vars(key.as_str()?)?;
        if host.name != self.asking.magic.host.name && self.asking.others_are_behind() {
            return self.asking.others_pending.clone().map(Value::promise);
        }
        let (run, asking) = (self.run.clone(), self.asking.clone());
        Some(Value::object(OfOne { run, host, asking, delegated: false }))
    }

    fn items(&self) -> Vec<Value> {
        self.run
            .upgrade()
            .map(|run| run.host_names().into_iter().map(Value::text).collect())
            .unwrap_or_default()
    }

    fn text(&self) -> String {
        "{...}".to_owned()
    }

    fn as_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

impl OfOne {
    /// The variables of a play are no host's; a task that is delegated sees them all the same.
    fn layers(&self) -> Layers {
        let layers = self.host.layers(&self.asking);
        if self.delegated { layers } else { Layers { play: Arc::default(), ..layers } }
    }

    /// What is known of the variable of a name; what cannot be evaluated is undefined.
    fn known(&self, evaluated: Answer<Value>, name: &Value) -> Value {
        match evaluated {
            Ok(value) => value,
            Err(Error::Pending(promise)) => Value::promise(promise),
            Err(error) => {
                let name = format!("hostvars['{}']['{name}']", self.host.name);
                let mut undefined = Undefined::new(name, Span::NONE);
                undefined.because = Some(Box::new(error.into_diagnostic()));
                Value::new(Data::Undefined(Arc::new(undefined)))
            }
        }
    }
}

impl Object for OfOne {
    fn type_name(&self) -> &str {
        "dict"
    }

    fn kind(&self) -> Kind {
        Kind::Mapping
    }

    fn get(&self, key: &Value) -> Option<Value> {
        let run = self.run.upgrade()?;
        let layers = self.layers();
        let name = key.as_str().filter(|name| !["hostvars", "vars"].contains(name))?;
        let value = match layers.value(name) {
            None if self.delegated && name == "ansible_host" => Value::text(self.host.name.clone()),
            _ if self.delegated && name == "inventory_hostname" => {
                Value::text(self.asking.magic.host.name.clone())
            }
            known => known?,
        };
        let context = Context { surroundings: run.surroundings.clone(), ..Context::default() };
        let scope = TaskScope::plain(layers, context);
        let evaluated = |value: &Value| run.engine.resolve(value, &scope);
        Some(match run.surroundings.language {
            Language::Native => self.known(evaluated(&value), key),
            Language::Classic => value.map_leaves(&|leaf| match evaluated(leaf) {
                // What touches something that is not defined stays as it is written.
                Err(Error::Undefined(_)) => leaf.clone().unmarked(Marks::LAZY),
                evaluated => self.known(evaluated, key),
            }),
        })
    }

    fn items(&self) -> Vec<Value> {
        let names = self.layers().names().into_iter().filter(|name| Magic::is_of_host(name));
        names.map(Value::text).collect()
    }

    fn text(&self) -> String {
        "{...}".to_owned()
    }

    fn as_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}
