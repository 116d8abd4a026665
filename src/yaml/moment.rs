//! Dates and times, which YAML 1.1 reads from unquoted text.

use super::Resolved;
use jiff::civil;

/// Whether an unquoted text has the form of a date, or of a date with a time.
pub(super) fn is_moment(text: &str) -> bool {
    let day_alone = text.len() == 10;
    Parts::of(text).is_some_and(|parts| match parts.time {
        Some(_) => true,
        None => day_alone && text.is_ascii(),
    })
}

/// The date, or the date and time, that a text stands for.
///
/// # Errors
///
/// Where it has another form, or there is no such day or time.
pub fn moment(text: &str) -> Result<Resolved, String> {
    let Some(parts) = Parts::of(text) else { return Err(format!("`{text}` is not a date")) };
    parts.resolved().ok_or_else(|| format!("`{text}` reads as a date, and there is no such date"))
}

/// The numbers of a date, as they are written.
struct Parts<'a> {
    year: &'a str,
    month: &'a str,
    day: &'a str,
    time: Option<Time<'a>>,
}

struct Time<'a> {
    hour: &'a str,
    minute: &'a str,
    second: &'a str,
    fraction: &'a str,
    /// Seconds east of Greenwich.
    zone: Option<i32>,
}

impl Parts<'_> {
    fn of(text: &str) -> Option<Parts<'_>> {
        let (year, rest) = digits(text, 4, 4)?;
        let (month, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
        let (day, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
        let time = if rest.is_empty() { None } else { Some(Time::of(between(rest)?)?) };
        Some(Parts { year, month, day, time })
    }

    fn resolved(&self) -> Option<Resolved> {
        let year = self.year.parse().ok().filter(|year| *year > 0)?;
        let date = civil::Date::new(year, self.month.parse().ok()?, self.day.parse().ok()?).ok()?;
        match &self.time {
            None => Some(Resolved::Date(date)),
            Some(time) => Some(Resolved::DateTime(date.to_datetime(time.civil()?), time.zone()?)),
        }
    }
}

impl Time<'_> {
    fn of(text: &str) -> Option<Time<'_>> {
        let (hour, rest) = digits(text, 1, 2)?;
        let (minute, rest) = digits(rest.strip_prefix(':')?, 2, 2)?;
        let (second, rest) = digits(rest.strip_prefix(':')?, 2, 2)?;
        let (fraction, rest) = match rest.strip_prefix('.') {
            Some(rest) => digits(rest, 0, usize::MAX)?,
            None => ("", rest),
        };
        let zone = if rest.is_empty() { None } else { Some(zone(rest.trim_start_matches([' ', '\t']))?) };
        Some(Time { hour, minute, second, fraction, zone })
    }

    fn civil(&self) -> Option<civil::Time> {
        let digits: String = self.fraction.chars().chain("000000".chars()).take(6).collect();
        let nanoseconds = digits.parse::<i32>().ok()? * 1000;
        let (minute, second) = (self.minute.parse().ok()?, self.second.parse().ok()?);
        civil::Time::new(self.hour.parse().ok()?, minute, second, nanoseconds).ok()
    }

    /// Python has no zone a day away or more.
    fn zone(&self) -> Option<Option<i32>> {
        self.zone.is_none_or(|zone| zone.abs() < 24 * 3600).then_some(self.zone)
    }
}

/// What follows the `T`, or the blanks, between date and time.
fn between(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches([' ', '\t']);
    if rest.len() < text.len() { Some(rest) } else { text.strip_prefix(['T', 't']) }
}

fn zone(text: &str) -> Option<i32> {
    if text == "Z" {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, rest) = digits(text.strip_prefix(['-', '+'])?, 1, 2)?;
    let minutes = match rest.strip_prefix(':') {
        Some(rest) => digits(rest, 2, 2).filter(|(_, rest)| rest.is_empty())?.0,
        None if rest.is_empty() => "0",
        None => return None,
    };
    Some(sign * (hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60))
}

fn digits(text: &str, least: usize, most: usize) -> Option<(&str, &str)> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    (count >= least).then(|| text.split_at(count))
}
