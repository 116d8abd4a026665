//! `random` and `shuffle`: with a seed as Python has them, else chosen once a task.

use super::Table;
use crate::template::eval::Call;
use crate::template::python::number::{self, Number};
use crate::template::python::random::Random;
use crate::template::python::{iterate, types};
use crate::template::{Answer, Error};
use crate::vars::{Data, Value};
use num_bigint::BigInt;
use num_traits::{Signed, Zero};

pub const TABLE: Table = &[("random", random), ("shuffle", shuffle), ("random_mac", random_mac)];

/// Numbers of a seed; without one, of the system.
pub fn source(seed: Option<&Value>) -> Answer<Random> {
    let Some(seed) = seed else { return Ok(Random::of_system()) };
    match (seed.data(), number::number(seed)) {
        (Data::Text(text), _) => Ok(Random::of_text(text)),
        (_, Some(Number::Float(float))) => Ok(Random::of_int(&BigInt::from(float.to_bits()))),
        (_, Some(number)) => Ok(Random::of_int(&number.big())),
        _ => Err(Error::failed(format!("`{}` is no seed", types::type_name(seed)))),
    }
}

fn random(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "start", "step", "seed"])?;
    let (end, seed) = (args.value("value")?, args.some("seed").cloned());
    let part = call.part;
    if let Data::Int(_) | Data::Big(_) | Data::Bool(_) = end.data() {
        let start = args.some("start").cloned().unwrap_or_else(|| 0_i64.into());
        let step = args.some("step").cloned().unwrap_or_else(|| 1_i64.into());
        return call.ev.once(part, || in_range(&end, &start, &step, seed.as_ref()));
    }
    let wrong = || Error::failed("random can only be used on sequences and integers");
    let items = iterate::items(&end).map_err(|_| wrong())?;
    if args.some("start").is_some() || args.some("step").is_some() {
        return Err(Error::failed("start and step can only be used with integer values"));
    }
    if matches!(end.data(), Data::Dict(_)) {
        return Err(wrong());
    }
    if items.is_empty() {
        return Err(Error::failed("`random` cannot choose from an empty sequence"));
    }
    call.ev.once(part, || {
        let index = source(seed.as_ref())?.index(items.len());
        Ok(items.get(index).cloned().unwrap_or_else(Value::none))
    })
}

fn in_range(end: &Value, start: &Value, step: &Value, seed: Option<&Value>) -> Answer<Value> {
    let whole = |value: &Value| {
        let wrong = || Error::failed(format!("`random` needs integers, not `{}`", types::type_name(value)));
        number::number(value).map(|number| number.big()).ok_or_else(wrong)
    };
    let (end, start, mut step) = (whole(end)?, whole(start)?, whole(step)?);
    if step.is_zero() {
        step = 1.into();
    }
    let width = &end - &start;
    let count: BigInt = match step.is_positive() {
        true => (&width + &step - 1) / &step,
        false => (&width + &step + 1) / &step,
    };
    if !count.is_positive() {
        return Err(Error::failed(format!("there is no number from {start} to {end}")));
    }
    let picked = source(seed)?.below(count.magnitude());
    Ok((start + step * BigInt::from(picked)).into())
}

fn shuffle(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "seed"])?;
    let value = args.value("value")?;
    let Ok(items) = iterate::items(&value) else { return Ok(value) };
    let seed = args.some("seed").cloned().filter(|seed| types::is_true(seed).unwrap_or(false));
    let part = call.part;
    call.ev.once(part, || {
        let mut items = items.to_vec();
        source(seed.as_ref())?.shuffle(&mut items);
        Ok(Value::list(items))
    })
}

/// `community.general.random_mac`: fills up the start of a MAC address.
fn random_mac(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "seed"])?;
    let value = args.value("value")?;
    let wrong = |why: &str| Error::failed(format!("Invalid value ({value}) for random_mac: {why}"));
    let Some(prefix) = value.as_str().map(str::to_lowercase) else {
        let what = types::type_name(&value);
        return Err(Error::failed(format!("Invalid value type ({what}) for random_mac ({value})")));
    };
    let seed = args.some("seed").cloned();
    let parts: Vec<&str> = prefix.split(':').filter(|part| !part.is_empty()).collect();
    let is_byte = |part: &&str| part.len() == 2 && part.chars().all(|char| char.is_ascii_hexdigit());
    if parts.len() > 5 {
        return Err(wrong("5 colon(:) separated items max"));
    }
    if let Some(part) = parts.iter().find(|part| !is_byte(part)) {
        return Err(wrong(&format!("{part} not hexa byte")));
    }
    if parts.is_empty() {
        return Err(wrong("it is empty"));
    }
    let missing = 6 - parts.len();
    let part = call.part;
    call.ev.once(part, || {
        let mut random = source(seed.as_ref())?;
        // The digits are the first ones of a number with ten of them.
        let low: u64 = 0x10_0000_0000;
        let width = num_bigint::BigUint::from(0x100_0000_0000 - low);
        let digits = format!("{:x}", random.below(&width) + low);
        let mut bytes: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        bytes.extend((0..missing).filter_map(|at| digits.get(at * 2..at * 2 + 2).map(str::to_owned)));
        Ok(bytes.join(":").into())
    })
}
