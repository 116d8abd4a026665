//! Dates and times, and the time between two of them.

use crate::template::{Answer, Error};
use crate::vars::{Data, Object, Value};
use jiff::civil::DateTime;
use jiff::tz::Offset;
use std::sync::Arc;

/// Python's `datetime`: with an offset from UTC, or of no place.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    pub time: DateTime,
    pub offset: Option<Offset>,
}

/// Python's `timedelta`, in microseconds.
#[derive(Debug, Clone, Copy)]
pub struct Duration(pub i128);

const SECOND: i128 = 1_000_000;
const DAY: i128 = 86_400 * SECOND;

impl Object for Moment {
    fn type_name(&self) -> &str {
        "datetime"
    }

    fn get(&self, key: &Value) -> Option<Value> {
        let number = |number: i64| Some(Value::from(number));
        match key.as_str()? {
            "year" => number(self.time.year().into()),
            "month" => number(self.time.month().into()),
            "day" => number(self.time.day().into()),
            "hour" => number(self.time.hour().into()),
            "minute" => number(self.time.minute().into()),
            "second" => number(self.time.second().into()),
            "microsecond" => number((self.time.subsec_nanosecond() / 1000).into()),
            "tzinfo" => Some(self.offset.map_or_else(Value::none, |offset| offset.to_string().into())),
            _ => None,
        }
    }

    fn text(&self) -> String {
        self.iso(' ')
    }

    fn as_any(self: Arc<Self>) -> Arc<dyn std::any::Any + Send + Sync> {
        self
    }
}

impl Moment {
    /// As `isoformat` shows it.
    pub fn iso(&self, separator: char) -> String {
        let fraction = match self.time.subsec_nanosecond() / 1000 {
            0 => String::new(),
            micros => format!(".{micros:06}"),
        };
        let (date, time) = (self.time.date(), self.time.time());
        let clock = format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
        let offset = self.offset.map(|offset| offset_text(offset, ":")).unwrap_or_default();
        format!("{date}{separator}{clock}{fraction}{offset}")
    }

    /// Microseconds since 1970; a time of no place counts as one of this machine.
    pub fn micros(&self) -> i128 {
        let nanos = match self.offset {
            Some(offset) => offset.to_timestamp(self.time).map(|stamp| stamp.as_nanosecond()),
            None => self
                .time
                .to_zoned(jiff::tz::TimeZone::system())
                .map(|zoned| zoned.timestamp().as_nanosecond()),
        };
        nanos.unwrap_or(0).div_euclid(1000)
    }

    fn naive_micros(&self) -> i128 {
        let offset = self.offset.unwrap_or(Offset::UTC);
        offset.to_timestamp(self.time).map_or(0, |stamp| stamp.as_nanosecond()).div_euclid(1000)
    }

    /// Methods of `datetime`.
    pub fn method(&self, method: &str, args: &[Value]) -> Option<Answer<Value>> {
        let layout = || args.first().and_then(Value::as_str).unwrap_or("");
        Some(Ok(match method {
            "strftime" => return Some(self.strftime(layout()).map(Value::from)),
            "isoformat" => self.iso(layout().chars().next().unwrap_or('T')).into(),
            "timestamp" => (self.micros() as f64 / SECOND as f64).into(),
            "date" => self.time.date().to_string().into(),
            "time" => self.iso(' ').split_once(' ').map_or("", |(_, time)| time).into(),
            "weekday" => i64::from(self.time.weekday().to_monday_zero_offset()).into(),
            "isoweekday" => i64::from(self.time.weekday().to_monday_one_offset()).into(),
            _ => return None,
        }))
    }

    /// Lays the time out as `strftime` does.
    pub fn strftime(&self, layout: &str) -> Answer<String> {
        let mut out = String::new();
        let mut chars = layout.chars();
        while let Some(char) = chars.next() {
            if char != '%' {
                out.push(char);
                continue;
            }
            match chars.next() {
                Some('f') => out.push_str(&format!("{:06}", self.time.subsec_nanosecond() / 1000)),
                Some('z') => {
                    out.push_str(&self.offset.map(|offset| offset_text(offset, "")).unwrap_or_default())
                }
                Some('Z') => out.push_str(if self.offset == Some(Offset::UTC) { "UTC" } else { "" }),
                Some('s') => out.push_str(&(self.micros().div_euclid(SECOND)).to_string()),
                Some(code) => out.push_str(&self.coded(code)?),
                None => out.push('%'),
            }
        }
        Ok(out)
    }

    fn coded(&self, code: char) -> Answer<String> {
        let layout = match code {
            'c' => "%a %b %e %H:%M:%S %Y".to_owned(),
            'x' => "%m/%d/%y".to_owned(),
            'X' => "%H:%M:%S".to_owned(),
            other => format!("%{other}"),
        };
        jiff::fmt::strtime::format(&layout, self.time)
            .map_err(|error| Error::failed(format!("`%{code}` cannot be shown: {error}")))
    }
}

fn offset_text(offset: Offset, colon: &str) -> String {
    let seconds = offset.seconds();
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
    format!("{sign}{:02}{colon}{:02}", minutes / 60, minutes % 60)
}

/// Reads a time as `strptime` does.
pub fn parse(text: &str, layout: &str) -> Answer<Value> {
    let broken = |error: jiff::Error| {
        Error::failed(format!("`{text}` does not match the format `{layout}`")).hint(error.to_string())
    };
    let parsed = jiff::fmt::strtime::parse(layout, text).map_err(broken)?;
    let offset = parsed.offset();
    let date = match parsed.to_date() {
        Ok(date) => date,
        Err(_) if parsed.year().is_none() => partial_date(&parsed).map_err(broken)?,
        Err(error) => return Err(broken(error)),
    };
    let time = parsed.to_time().unwrap_or(jiff::civil::Time::midnight());
    Ok(Value::object(Moment { time: date.to_datetime(time), offset }))
}

/// Python counts from 1900 where no year is read.
fn partial_date(parsed: &jiff::fmt::strtime::BrokenDownTime) -> Result<jiff::civil::Date, jiff::Error> {
    jiff::civil::Date::new(1900, parsed.month().unwrap_or(1), parsed.day().unwrap_or(1))
}

impl Object for Duration {
    fn type_name(&self) -> &str {
        "timedelta"
    }

    fn get(&self, key: &Value) -> Option<Value> {
        let part = match key.as_str()? {
            "days" => self.0.div_euclid(DAY),
            "seconds" => self.0.rem_euclid(DAY).div_euclid(SECOND),
            "microseconds" => self.0.rem_euclid(SECOND),
            _ => return None,
        };
        i64::try_from(part).ok().map(Value::from)
    }

    fn text(&self) -> String {
        let (days, rest) = (self.0.div_euclid(DAY), self.0.rem_euclid(DAY));
        let seconds = rest / SECOND;
        let days = match days {
            0 => String::new(),
            1 | -1 => format!("{days} day, "),
            _ => format!("{days} days, "),
        };
        let fraction = match rest % SECOND {
            0 => String::new(),
            micros => format!(".{micros:06}"),
        };
        format!("{days}{}:{:02}:{:02}{fraction}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }

    fn as_any(self: Arc<Self>) -> Arc<dyn std::any::Any + Send + Sync> {
        self
    }
}

/// The moment or duration behind an object.
pub fn known<T: Send + Sync + Copy + 'static>(value: &Value) -> Option<T> {
    let Data::Object(object) = value.data() else { return None };
    object.clone().as_any().downcast::<T>().ok().map(|known| *known)
}

/// A moment and a duration, or two durations, added; nothing if they are neither.
pub fn add(left: &Value, right: &Value) -> Option<Answer<Value>> {
    let duration = known::<Duration>(right)?;
    if let Some(other) = known::<Duration>(left) {
        return Some(Ok(Value::object(Duration(other.0 + duration.0))));
    }
    Some(moved(known::<Moment>(left)?, duration.0))
}

/// The time between two moments, or a moment earlier; nothing if the values are neither.
pub fn subtract(left: &Value, right: &Value) -> Option<Answer<Value>> {
    if let (Some(a), Some(b)) = (known::<Moment>(left), known::<Moment>(right)) {
        return Some(Ok(Value::object(Duration(a.naive_micros() - b.naive_micros()))));
    }
    let duration = known::<Duration>(right)?;
    if let Some(other) = known::<Duration>(left) {
        return Some(Ok(Value::object(Duration(other.0 - duration.0))));
    }
    Some(moved(known::<Moment>(left)?, -duration.0))
}

fn moved(moment: Moment, micros: i128) -> Answer<Value> {
    let span = i64::try_from(micros).map(jiff::SignedDuration::from_micros);
    let time = span.ok().and_then(|span| moment.time.checked_add(span).ok());
    let time = time.ok_or_else(|| Error::failed("the date is out of range"))?;
    Ok(Value::object(Moment { time, ..moment }))
}

/// What a layout makes of a moment in `str.format`.
pub fn formatted(object: &Arc<dyn Object>, layout: &str) -> Option<String> {
    let moment = object.clone().as_any().downcast::<Moment>().ok()?;
    moment.strftime(layout).ok()
}

/// Methods of moments and durations.
pub fn method(value: &Value, method: &str, args: &[Value]) -> Option<Answer<Value>> {
    if let Some(moment) = known::<Moment>(value) {
        return moment.method(method, args);
    }
    let duration = known::<Duration>(value)?;
    (method == "total_seconds").then(|| Ok((duration.0 as f64 / SECOND as f64).into()))
}

/// The moment now, of this machine's zone or of UTC.
pub fn now(utc: bool) -> Moment {
    let zoned = match utc {
        true => jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC),
        false => jiff::Zoned::now(),
    };
    let time = zoned.datetime();
    let micros = time.subsec_nanosecond() / 1000 * 1000;
    let time = time.with().subsec_nanosecond(micros).build().unwrap_or(time);
    Moment { time, offset: utc.then_some(Offset::UTC) }
}

/// Whether a method of that name exists.
pub fn has_method(value: &Value, wanted: &str) -> bool {
    let moment = ["strftime", "isoformat", "timestamp", "date", "time", "weekday", "isoweekday"];
    (known::<Moment>(value).is_some() && moment.contains(&wanted))
        || (known::<Duration>(value).is_some() && wanted == "total_seconds")
}
