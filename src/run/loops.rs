//! Loops: all items are issued at once; their results come together at the end.

use super::halt::Trouble;
use super::interpreter::Interpreter;
use super::pipeline::{Item, Running, Step};
use super::result::Ended;
use super::task_scope::At;
use crate::playbook::{Keyword, LoopControl};
use crate::report::Status;
use crate::source::Diagnostic;
use crate::template::{Language, kept};
use crate::vars::{Map, Marks, Value};
use indexmap::IndexSet;
use std::collections::HashMap;
use std::sync::Arc;

/// The loops whose items are in flight.
#[derive(Debug, Default)]
pub struct Loops {
    next: u64,
    pub open: HashMap<u64, Vec<Ended>>,
}

impl Loops {
    /// Whether an item of this loop that has ended failed.
    pub fn has_failed(&self, running: &Running) -> bool {
        let ended = running.repeat.and_then(|number| self.open.get(&number));
        ended.is_some_and(|items| items.iter().any(Ended::has_failed))
    }
}

/// The variable that hands the terms of a `with_*` to its lookup.
const TERMS: &str = "_provision_terms";

/// How the items of one loop are named and shown.
struct Control {
    variable: Arc<str>,
    index: Option<Arc<str>>,
    label: Option<Value>,
    pause: Option<f64>,
    extended: bool,
    all_items: bool,
    break_when: Vec<Value>,
}

impl Interpreter {
    /// Carries out a task once for each item.
    pub async fn repeat(&mut self, running: &mut Running, at: &At) -> Result<(), Trouble> {
        let control = self.loop_control(&running.task.own.loop_control.clone(), at).await?;
        let items = match self.items(running, at).await {
            Ok(items) => items,
            Err(Trouble::Mistake { diagnostic, undefined: true }) => {
                return self.without_items(running, at, diagnostic).await;
            }
            Err(trouble) => return Err(trouble),
        };
        self.loops.next += 1;
        running.repeat = Some(self.loops.next);
        self.loops.open.insert(self.loops.next, Vec::with_capacity(items.len()));
        // The items say what is to be hidden: where there are none, only who hides everything.
        running.no_log &= items.is_empty() && !at.frame.keyword(Keyword::NoLog).is_some_and(Value::is_lazy);
        let around = self.promise_result(running, at);
        let mut at = around.clone();
        let mut notify = IndexSet::new();
        for (index, item) in items.iter().enumerate() {
            let mut one = running.clone();
            one.invocation = Arc::default();
            one.promise = running.promise.as_ref().map(|_| Arc::default());
            let is_over = self.one(&mut one, &at, &control, &items, index).await?;
            notify.extend(one.notify);
            if is_over {
                break;
            }
            // An item sees the result of the one before it.
            if let (Some(name), Some(promise)) = (&one.task.own.register, one.promise) {
                at = around.with(name.clone(), Value::promise(promise));
            }
            if let Some(pause) = control.pause.filter(|_| index + 1 < items.len() && !item.is_omit()) {
                self.drain().await?;
                self.run.rest_seconds(pause).await?;
            }
        }
        running.notify = notify.into_iter().collect();
        Ok(self.finish(Step::LoopEnd { running: Box::new(running.clone()) }).await?)
    }

    /// One item; whether the loop ends with it.
    async fn one(
        &mut self,
        running: &mut Running,
        at: &At,
        control: &Control,
        items: &Arc<Vec<Value>>,
        index: usize,
    ) -> Result<bool, Trouble> {
        let value = &items[index];
        let at = control.variables(at, items, index);
        self.guess_keywords(running, &at).await?;
        let mut item = Item { index, label: String::new(), fields: control.fields(value, index, &at) };
        item.label = match &control.label {
            Some(label) => self
                .evaluate(&at, |engine, scope| engine.resolve(label, scope))
                .await
                .map_or_else(|_| shown(value), |label| shown(&label)),
            None => shown(value),
        };
        let register = running.task.own.register.clone().zip(running.promise.clone());
        match self.attempt_one(running, item.clone(), &at).await {
            Ok(()) => {}
            Err(Trouble::Halt(halt)) => return Err(halt.into()),
            Err(trouble) => self.give_up(running.clone(), Some(item), trouble).await?,
        }
        let at = register.map_or(at.clone(), |(name, promise)| at.with(name, Value::promise(promise)));
        self.breaks(&at, control).await
    }

    async fn attempt_one(&mut self, running: &mut Running, item: Item, at: &At) -> Result<(), Trouble> {
        match self.skips(at).await? {
            Some(skipped) => Ok(self.ended(running.clone(), Some(item), skipped).await?),
            None => {
                self.read_keywords(running, at).await?;
                self.act(running, Some(item), at).await
            }
        }
    }

    async fn breaks(&mut self, at: &At, control: &Control) -> Result<bool, Trouble> {
        if control.break_when.is_empty() {
            return Ok(false);
        }
        self.drain().await?;
        for condition in &control.break_when {
            if !self.condition(at, condition).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A loop over what is not defined is fine if the condition does not hold.
    async fn without_items(
        &mut self,
        running: &mut Running,
        at: &At,
        why: Box<Diagnostic>,
    ) -> Result<(), Trouble> {
        match self.skips(at).await {
            Ok(Some(skipped)) => {
                self.promise_result(running, at);
                Ok(self.ended(running.clone(), None, skipped).await?)
            }
            _ => Err(Trouble::Mistake { diagnostic: why, undefined: true }),
        }
    }

    async fn items(&mut self, running: &Running, at: &At) -> Result<Arc<Vec<Value>>, Trouble> {
        let Some(repeat) = running.task.own.repeat.clone() else { return Ok(Arc::default()) };
        let is_classic = self.play.surroundings.language == Language::Classic;
        let Some(lookup) = &repeat.lookup else {
            let mut items = self.evaluate(at, |engine, scope| engine.resolve(&repeat.items, scope)).await?;
            if is_classic {
                let again = kept(&items);
                items = self.evaluate(at, |engine, scope| engine.resolve(&again, scope)).await?;
            }
            return items.as_items().ok_or_else(|| no_list(&items, repeat.items.span()).into());
        };
        if &**lookup == "first_found" {
            // Among its candidates some may be undefined, which nothing else may.
            let found =
                self.evaluate(at, |engine, scope| engine.lookup(lookup, &repeat.items, scope)).await?;
            return Ok(Arc::new(found));
        }
        let terms = self.evaluate(at, |engine, scope| engine.terms(lookup, &repeat.items, scope)).await?;
        // In the classic language what lookups are given, and give, is data.
        let terms = match is_classic {
            true => terms.map_leaves(&|leaf| leaf.clone().unmarked(Marks::TRUSTED)),
            false => terms,
        };
        let at = at.with(TERMS, terms);
        let call = format!("lookup('{lookup}', *{TERMS}, wantlist=True)");
        let items = self.evaluate(&at, |engine, scope| engine.expression(&call, repeat.span, scope)).await?;
        Ok(items.as_items().unwrap_or_default())
    }

    async fn loop_control(&mut self, written: &LoopControl, at: &At) -> Result<Control, Trouble> {
        let variable = self.text_of(&written.loop_var, at).await?.map_or_else(|| "item".into(), Arc::from);
        let index = self.text_of(&written.index_var, at).await?.map(Arc::from);
        let pause = self.text_of(&written.pause, at).await?.and_then(|pause| pause.parse().ok());
        let yes = |text: Option<String>| text.is_some_and(|text| crate::control::truth(&text.into()));
        Ok(Control {
            variable,
            index,
            label: written.label.clone(),
            pause,
            extended: yes(self.text_of(&written.extended, at).await?),
            all_items: self
                .text_of(&written.extended_allitems, at)
                .await?
                .is_none_or(|text| crate::control::truth(&text.into())),
            break_when: written.break_when.clone(),
        })
    }

    /// The text of a keyword that may be a template.
    pub async fn text_of(&mut self, value: &Option<Value>, at: &At) -> Result<Option<String>, Trouble> {
        let Some(value) = value else { return Ok(None) };
        let value = self.evaluate(at, |engine, scope| engine.resolve(value, scope)).await?;
        if value.is_none() || value.is_omit() {
            return Ok(None);
        }
        Ok(value.str().ok())
    }

    /// The result of the whole loop, from those of its items.
    pub fn whole(&mut self, running: &Running) -> Ended {
        let number = running.repeat.unwrap_or_default();
        let items = self.loops.open.remove(&number).unwrap_or_default();
        whole(items)
    }
}

fn no_list(items: &Value, span: crate::source::Span) -> Diagnostic {
    let found = items.str().unwrap_or_else(|_| "something else".to_owned());
    let message = format!("`loop` wants a list, this is `{found}`");
    let kind = crate::template::type_name(items);
    Diagnostic::error(message)
        .told_alone(format!("The `loop` value must resolve to a 'list', not '{kind}'."))
        .at(span)
        .hint("for one item write `[item]`; `with_items` takes single items too")
}

fn shown(value: &Value) -> String {
    value.str().unwrap_or_else(|_| "(item)".to_owned())
}

/// Puts the results of items together, as roles read them.
fn whole(items: Vec<Ended>) -> Ended {
    let any = |status: fn(&Ended) -> bool| items.iter().any(status);
    let changed = any(Ended::was_changed);
    let failed = any(Ended::has_failed);
    let skipped = !items.is_empty() && items.iter().all(|item| item.status == Status::Skipped);
    let mut fields = Map::new();
    fields.insert("results".into(), items.iter().map(|item| item.value.clone()).collect());
    let status = match (failed, skipped, changed) {
        _ if any(|item| item.status == Status::Unreachable) => Status::Unreachable,
        (true, ..) => Status::Failed,
        (_, true, _) => Status::Skipped,
        _ if any(|item| item.status == Status::Depends) => Status::Depends,
        (.., true) => Status::Changed,
        _ => Status::Ok,
    };
    let message = match status {
        Status::Failed => "One or more items failed",
        Status::Skipped => "All items skipped",
        _ if items.is_empty() => "No items in the list",
        _ => "All items completed",
    };
    if items.is_empty() {
        fields.insert("skipped".into(), true.into());
        fields.insert("skipped_reason".into(), message.into());
        return Ended { message: Some(message.to_owned()), ..Ended::new(Status::Skipped, fields) };
    }
    fields.insert("skipped".into(), skipped.into());
    fields.insert("msg".into(), message.into());
    let mut ended = Ended::new(status, fields);
    ended.set("changed", changed);
    ended.hidden = any(|item| item.hidden);
    ended.ignored = items.iter().all(|item| item.ignored || !item.has_failed());
    if !failed {
        ended.unset("failed");
    }
    ended.message = Some(message.to_owned());
    if let Some(lost) = items.iter().find(|item| item.status == Status::Unreachable) {
        ended.set("unreachable", true);
        ended.message.clone_from(&lost.message);
    }
    ended
}

impl Control {
    /// The variables of one item.
    fn variables(&self, at: &At, items: &Arc<Vec<Value>>, index: usize) -> At {
        let mut inner = at.afresh().with(self.variable.clone(), items[index].clone());
        inner = inner.with("ansible_loop_var", Value::text(self.variable.clone()));
        if let Some(name) = &self.index {
            inner = inner
                .with(name.clone(), Value::from(index))
                .with("ansible_index_var", Value::text(name.clone()));
        }
        if self.extended {
            inner = inner.with("ansible_loop", self.extended(items, index));
        }
        inner
    }

    fn extended(&self, items: &Arc<Vec<Value>>, index: usize) -> Value {
        let length = items.len();
        let mut fields: Vec<(&str, Value)> = vec![
            ("index", Value::from(index + 1)),
            ("index0", Value::from(index)),
            ("first", Value::from(index == 0)),
            ("last", Value::from(index + 1 == length)),
            ("length", Value::from(length)),
            ("revindex", Value::from(length - index)),
            ("revindex0", Value::from(length - index - 1)),
        ];
        if self.all_items {
            fields.insert(0, ("allitems", Value::list(items.to_vec())));
        }
        if let Some(next) = items.get(index + 1) {
            fields.push(("nextitem", next.clone()));
        }
        if let Some(before) = index.checked_sub(1).and_then(|before| items.get(before)) {
            fields.push(("previtem", before.clone()));
        }
        fields.into_iter().collect()
    }

    /// What the result of an item says of it.
    fn fields(&self, value: &Value, index: usize, at: &At) -> Vec<(Value, Value)> {
        let mut fields: Vec<(Value, Value)> = vec![
            (Value::text(self.variable.clone()), value.clone()),
            ("ansible_loop_var".into(), Value::text(self.variable.clone())),
        ];
        if let Some(name) = &self.index {
            fields.push((Value::text(name.clone()), Value::from(index)));
            fields.push(("ansible_index_var".into(), Value::text(name.clone())));
        }
        let extended = at.local.iter().find(|(name, _)| &**name == "ansible_loop");
        fields.extend(extended.map(|(_, value)| ("ansible_loop".into(), value.clone())));
        fields
    }
}
