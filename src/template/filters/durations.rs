//! Spans of time as text, `1d 12h`, in one unit: `to_seconds`, `to_hours` and their kin.

use super::Table;
use crate::template::eval::{Bound, Call};
use crate::template::python::number;
use crate::template::{Answer, Error};
use crate::vars::Value;

pub const TABLE: Table = &[
    ("to_time_unit", |call| {
        let args = call.bind(&["value", "unit", "year", "month"])?;
        let unit = args.text_or("unit", "ms")?;
        converted(&args, &unit)
    }),
    ("to_milliseconds", |call| in_unit(call, "ms")),
    ("to_seconds", |call| in_unit(call, "s")),
    ("to_minutes", |call| in_unit(call, "m")),
    ("to_hours", |call| in_unit(call, "h")),
    ("to_days", |call| in_unit(call, "d")),
    ("to_weeks", |call| in_unit(call, "w")),
    ("to_months", |call| in_unit(call, "mo")),
    ("to_years", |call| in_unit(call, "y")),
];

const DAY: f64 = 86_400_000.0;

fn in_unit(call: &mut Call, unit: &str) -> Answer<Value> {
    converted(&call.bind(&["value", "year", "month"])?, unit)
}

fn converted(args: &Bound, unit: &str) -> Answer<Value> {
    let days = |name: &str, default: f64| match args.some(name) {
        Some(days) => {
            number::number(days).map(|days| days.float()).ok_or_else(|| args.wrong(name, "a number", days))
        }
        None => Ok(default),
    };
    let (year, month) = (days("year", 365.0)?, days("month", 30.0)?);
    let text = args.exact_text("value")?;
    if text == "0" {
        return Ok(0_i64.into());
    }
    let in_milliseconds = |unit: &str| milliseconds(unit, year, month);
    let unknown = || {
        let message = format!("to_time_unit() can not convert to the following unit: {unit}");
        Error::failed(message).hint("known are ms, s, m, h, d, w, mo, y, and their long names")
    };
    let one = in_milliseconds(unit).ok_or_else(unknown)?;
    let mut all = 0.0;
    for part in text.split_whitespace() {
        let digits = part.find(|char: char| char.is_alphabetic()).unwrap_or(part.len());
        let (count, unit) = part.split_at(digits);
        let wrong = || {
            Error::failed(format!("to_time_unit() can not interpret following string: {text}"))
                .hint("write it as `1d 12h 30m`")
        };
        let count: i64 = count.parse().map_err(|_| wrong())?;
        all += count as f64 * in_milliseconds(unit).ok_or_else(wrong)?;
    }
    Ok(((all / one * 1e12).round() / 1e12).into())
}

fn milliseconds(unit: &str, year: f64, month: f64) -> Option<f64> {
    Some(match unit {
        "ms" | "msec" | "msecs" | "millisecond" | "milliseconds" => 1.0,
        "s" | "sec" | "secs" | "second" | "seconds" => 1000.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60_000.0,
        "h" | "hour" | "hours" => 3_600_000.0,
        "d" | "day" | "days" => DAY,
        "w" | "week" | "weeks" => 7.0 * DAY,
        "mo" | "month" | "months" => month * DAY,
        "y" | "year" | "years" => year * DAY,
        _ => return None,
    })
}
