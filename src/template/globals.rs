//! Built-in functions and values.

use super::eval::{Call, lazy};
use super::lookups;
use super::methods;
use super::objects::{Cycler, Function, Joiner, Namespace};
use super::python::datetime;
use super::{Answer, Error};
use crate::source::Diagnostic;
use crate::vars::{Data, Map, Value};
use std::sync::atomic::AtomicUsize;

/// What a function does.
pub type Run = fn(&mut Call) -> Answer<Value>;

const TABLE: [(&str, Run); 11] = [
    ("range", range),
    ("dict", dict),
    ("namespace", namespace),
    ("cycler", cycler),
    ("joiner", joiner),
    ("lipsum", lipsum),
    ("now", now),
    ("undef", undef),
    ("lookup", lookups::lookup),
    ("query", lookups::query),
    ("q", lookups::query),
];

/// The built-in function of a name.
pub fn find(name: &str) -> Option<Run> {
    TABLE.iter().find(|(known, _)| *known == name).map(|(_, run)| *run)
}

/// The built-in value of a name.
pub fn value(name: &str) -> Option<Value> {
    if name == "omit" {
        return Some(Value::new(Data::Omit));
    }
    let (name, run) = TABLE.iter().find(|(known, _)| *known == name)?;
    Some(Value::object(Function { name, run: *run }))
}

/// The longest range that is made: all its numbers are.
const LONGEST: i64 = 10_000_000;

fn range(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["start", "stop", "step"])?;
    let (start, stop) = match args.int("stop")? {
        Some(stop) => (args.int_or("start", 0)?, stop),
        None => (0, args.int("start")?.ok_or_else(|| Error::failed("`range` needs a number"))?),
    };
    let step = args.int_or("step", 1)?;
    if step == 0 {
        return Err(Error::failed("the step of `range` cannot be zero"));
    }
    if (stop.saturating_sub(start) / step) > LONGEST {
        return Err(Error::failed("the range is too long"));
    }
    let goes_on = |number: &i64| if step > 0 { *number < stop } else { *number > stop };
    let numbers = std::iter::successors(Some(start), |number| number.checked_add(step)).take_while(goes_on);
    Ok(numbers.collect())
}

fn dict(call: &mut Call) -> Answer<Value> {
    let args = std::mem::take(&mut call.args);
    let mut map = match args.positional.first() {
        Some(value) => methods::pairs(value)?,
        None => Map::new(),
    };
    map.extend(args.keyword.into_iter().map(|(name, value)| (Value::text(name), value)));
    Ok(Value::dict(map))
}

fn namespace(call: &mut Call) -> Answer<Value> {
    let args = std::mem::take(&mut call.args);
    let namespace = Namespace::default();
    for value in &args.positional {
        for (key, value) in methods::pairs(value)? {
            namespace.set(&super::syntax::name(&key.to_string()), value);
        }
    }
    args.keyword.into_iter().for_each(|(name, value)| namespace.set(&name, value));
    Ok(Value::object(namespace))
}

fn cycler(call: &mut Call) -> Answer<Value> {
    let items = std::mem::take(&mut call.args.positional);
    if items.is_empty() {
        return Err(Error::failed("`cycler` needs at least one item"));
    }
    Ok(Value::object(Cycler { items, position: AtomicUsize::new(0) }))
}

fn joiner(call: &mut Call) -> Answer<Value> {
    let separator = call.bind(&["sep"])?.given("sep").cloned().unwrap_or_else(|| ", ".into());
    Ok(Value::object(Joiner { separator, used: AtomicUsize::new(0) }))
}

const WORDS: &str = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut \
                     labore et dolore magna aliqua enim ad minim veniam quis nostrud exercitation ullamco";

/// Filler text: always the same, so that evaluating again gives the same.
fn lipsum(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["n", "html", "min", "max"])?;
    let count = usize::try_from(args.int_or("n", 5)?).unwrap_or(0).min(1000);
    let html = args.bool_or("html", true)?;
    let length = usize::try_from(args.int_or("min", 20)?).unwrap_or(1).clamp(1, 1000);
    let words: Vec<&str> = WORDS.split(' ').cycle().take(length).collect();
    let mut sentence = words.join(" ");
    sentence.replace_range(..1, "L");
    let paragraph = if html { format!("<p>{sentence}.</p>") } else { format!("{sentence}.") };
    let joined = vec![paragraph; count].join(if html { "\n" } else { "\n\n" });
    Ok(joined.into())
}

fn now(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["utc", "fmt"])?;
    let utc = args.bool_or("utc", false)?;
    let part = call.part;
    let moment = call.ev.once(part, || Ok(Value::object(datetime::now(utc))))?;
    match (args.some("fmt"), datetime::known::<datetime::Moment>(&moment)) {
        (Some(layout), Some(moment)) => Ok(moment.strftime(&layout.to_string())?.into()),
        _ => Ok(moment),
    }
}

fn undef(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["hint"])?;
    let message = args.text_or("hint", "Mandatory variable has not been overridden")?;
    let because = Diagnostic::error(message).at(call.ev.span(call.part));
    Ok(lazy::undefined_because("undef", because))
}
