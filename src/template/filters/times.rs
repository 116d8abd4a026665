//! Dates and spans of time: `strftime`, `to_datetime`, `to_seconds` and its kin.

use super::Table;
use crate::template::eval::Call;
use crate::template::python::datetime::{self, Moment};
use crate::template::python::number;
use crate::template::{Answer, Error};
use crate::vars::Value;

pub const TABLE: Table = &[
    ("strftime", strftime),
    ("to_datetime", to_datetime),
    ("to_time_unit", |call| in_unit(call, None)),
    ("to_milliseconds", |call| in_unit(call, Some("ms"))),
    ("to_seconds", |call| in_unit(call, Some("s"))),
    ("to_minutes", |call| in_unit(call, Some("min"))),
    ("to_hours", |call| in_unit(call, Some("h"))),
    ("to_days", |call| in_unit(call, Some("d"))),
    ("to_weeks", |call| in_unit(call, Some("w"))),
    ("to_months", |call| in_unit(call, Some("mo"))),
    ("to_years", |call| in_unit(call, Some("y"))),
];

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
    let wrong = || Error::failed(format!("`{second}` is no number of seconds"));
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

/// Seconds of a unit; months and years as asked for.
fn unit_seconds(unit: &str, year: f64, month: f64) -> Option<f64> {
    const DAY: f64 = 86_400.0;
    Some(match unit {
        "ms" | "msec" | "msecs" | "millisecond" | "milliseconds" => 0.001,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hour" | "hours" => 3600.0,
        "d" | "day" | "days" => DAY,
        "w" | "week" | "weeks" => 7.0 * DAY,
        "mo" | "month" | "months" => month * DAY,
        "y" | "year" | "years" => year * DAY,
        _ => return None,
    })
}

fn in_unit(call: &mut Call, unit: Option<&str>) -> Answer<Value> {
    let year = call.keyword("year").and_then(|days| number::number(&days)).map_or(365.0, |days| days.float());
    let month =
        call.keyword("month").and_then(|days| number::number(&days)).map_or(30.0, |days| days.float());
    let args = call.bind(&["value", "unit"])?;
    let unit = match unit {
        Some(unit) => unit.to_owned(),
        None => args.text_or("unit", "ms")?,
    };
    let scale = unit_seconds(&unit, year, month)
        .ok_or_else(|| Error::failed(format!("there is no unit `{unit}`")))?;
    let value = args.value("value")?;
    let mut seconds = 0.0;
    if let Some(text) = value.as_str() {
        for word in text.split_whitespace() {
            seconds += word_seconds(word, year, month)?;
        }
    } else if let Some(number) = number::number(&value) {
        // A plain number counts milliseconds.
        seconds = number.float() * 0.001;
    } else {
        return Err(args.wrong("value", "text", &value));
    }
    Ok(number::round(seconds / scale, 12).into())
}

fn word_seconds(word: &str, year: f64, month: f64) -> Answer<f64> {
    let wrong = || Error::failed(format!("`{word}` is no span of time")).hint("write `1h 30m`");
    let end = word.find(|char: char| char.is_ascii_alphabetic()).unwrap_or(word.len());
    let number: f64 = word[..end].parse().map_err(|_| wrong())?;
    let unit = if end == word.len() { "ms" } else { &word[end..] };
    Ok(number * unit_seconds(unit, year, month).ok_or_else(wrong)?)
}
