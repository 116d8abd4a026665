//! Numbers: `int`, `float`, `round`, `abs`, `sum`, `log`, `pow`, `root`.

use super::Table;
use super::order::attribute;
use crate::template::eval::Call;
use crate::template::python::number::{self, Number};
use crate::template::python::{operate, types};
use crate::template::syntax::tree::Binary;
use crate::template::{Answer, Error};
use crate::vars::{Data, Value};

pub const TABLE: Table = &[
    ("int", int),
    ("float", float),
    ("round", round),
    ("abs", absolute),
    ("sum", sum),
    ("log", logarithm),
    ("pow", power),
    ("root", root),
];

fn int(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "default", "base"])?;
    let value = args.value("value")?;
    let default = args.given("default").cloned().unwrap_or_else(|| 0_i64.into());
    let base = u32::try_from(args.int_or("base", 10)?).unwrap_or(0);
    Ok(match value.data() {
        Data::Text(text) => match number::parse_int(text, base) {
            Some(int) => int,
            None => number::parse_float(text).and_then(number::truncated).map_or(default, Value::from),
        },
        _ => match number::number(&value) {
            Some(Number::Float(float)) => number::truncated(float).map_or(default, Value::from),
            Some(number) => number.into(),
            None => default,
        },
    })
}

fn float(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "default"])?;
    let value = args.value("value")?;
    let default = args.given("default").cloned().unwrap_or_else(|| 0.0.into());
    Ok(match value.data() {
        Data::Text(text) => number::parse_float(text).map_or(default, Value::from),
        _ => number::number(&value).map_or(default, |number| number.float().into()),
    })
}

fn needed(value: &Value, name: &str) -> Answer<Number> {
    let wrong = || {
        Error::failed(format!("{name}() can only be used on numbers, not on `{}`", types::type_name(value)))
    };
    number::number(value).ok_or_else(wrong)
}

fn round(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "precision", "method"])?;
    let number = needed(&args.value("value")?, "round")?;
    let digits = args.int_or("precision", 0)?;
    let scale = 10_f64.powi(i32::try_from(digits).unwrap_or(i32::MAX));
    match args.text_or("method", "common")?.as_str() {
        // An integer stays one, as Python's `round` has it.
        "common" => Ok(match number {
            Number::Float(float) => number::round(float, digits).into(),
            whole if digits >= 0 => whole.into(),
            whole => number::truncated(number::round(whole.float(), digits)).unwrap_or_default().into(),
        }),
        "ceil" => Ok(((number.float() * scale).ceil() / scale).into()),
        "floor" => Ok(((number.float() * scale).floor() / scale).into()),
        other => Err(Error::failed(format!("`round` knows `common`, `ceil` and `floor`, not `{other}`"))),
    }
}

fn absolute(call: &mut Call) -> Answer<Value> {
    let number = needed(&call.only()?, "abs")?;
    let is_negative = number.compare(&Number::Int(0)).is_some_and(std::cmp::Ordering::is_lt);
    Ok(if is_negative { number::negate(&number) } else { number }.into())
}

fn sum(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "attribute", "start"])?;
    let mut total = args.given("start").cloned().unwrap_or_else(|| 0_i64.into());
    for item in args.items("value")?.iter() {
        let item = attribute(call.ev, item, args.some("attribute"), call.part)?;
        if let Data::Undefined(undefined) = item.data() {
            return Err(Error::undefined(undefined));
        }
        total = operate::binary(Binary::Add, &total, &item)?;
    }
    Ok(total)
}

fn logarithm(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "base"])?;
    let number = needed(&args.value("value")?, "log")?.float();
    let base = args.some("base").map(|base| needed(base, "log")).transpose()?;
    if number <= 0.0 {
        return Err(Error::failed("`log` needs a number above zero"));
    }
    Ok(match base.map(|base| base.float()) {
        Some(10.0) => number.log10(),
        Some(base) => number.ln() / base.ln(),
        None => number.ln(),
    }
    .into())
}

fn power(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "y"])?;
    let (base, exponent) = (needed(&args.value("value")?, "pow")?, needed(&args.value("y")?, "pow")?);
    let result = number::power(&Number::Float(base.float()), &exponent)?;
    Ok(result.float().into())
}

fn root(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "base"])?;
    let number = needed(&args.value("value")?, "root")?.float();
    let base = args.some("base").map_or(Ok(2.0), |base| needed(base, "root").map(|base| base.float()))?;
    Ok(if base == 2.0 { number.sqrt() } else { number.powf(1.0 / base) }.into())
}
