//! Dates and spans of time: `strftime`, `to_datetime`, `to_seconds` and its kin.

use super::Table;
use crate::template::eval::Call;
use crate::template::python::datetime::{self, Moment};
use crate::template::python::number;
use crate::template::{Answer, Error};
use crate::vars::Value;

pub const TABLE: Table = &[("strftime", strftime), ("to_datetime", to_datetime)];

fn strftime(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "second", "utc"])?;
    let utc = args.bool_or("utc", false)?;
    let layout = args.text("value")?;
    let moment = match args.some("second") {
        Some(second) => at_second(second, utc)?,
        None => {
            let part = call.part;
            let now = call.ev.once(part, || Ok(Value::object(datetime::now(utc))))?;
            datetime::known::<Moment>(&now).unwrap_or_else(|| datetime::now(utc))
        }
    };
    Ok(moment.strftime(&layout)?.into())
}

fn at_second(second: &Value, utc: bool) -> Answer<Moment> {
    let wrong = || Error::failed(format!("Invalid value for epoch value ({second})"));
    let seconds = match second.as_str() {
        Some(text) => number::parse_float(text),
        None => number::number(second).map(|number| number.float()),
    };
    let whole = seconds.ok_or_else(wrong)?.floor();
    let stamp = jiff::Timestamp::from_second(whole as i64).map_err(|_| wrong())?;
    let zone = if utc { jiff::tz::TimeZone::UTC } else { jiff::tz::TimeZone::system() };
    let zoned = stamp.to_zoned(zone);
    Ok(Moment { time: zoned.datetime(), offset: Some(zoned.offset()) })
}

fn to_datetime(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "format"])?;
    datetime::parse(&args.text("value")?, &args.text_or("format", "%Y-%m-%d %H:%M:%S")?)
}
