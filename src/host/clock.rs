//! Dates: seconds since 1970 and what calendars make of them.

use super::Time;

/// A moment as a calendar has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Date {
    pub year: i64,
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    /// 0 is Sunday.
    pub weekday: i64,
    /// 1 is the first of January.
    pub yearday: i64,
}

impl Date {
    /// The calendar's view of seconds since 1970, of no time zone.
    pub fn of(seconds: i64) -> Date {
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil(days);
        Date {
            year,
            month,
            day,
            hour: rest / 3600,
            minute: rest / 60 % 60,
            second: rest % 60,
            weekday: (days + 4).rem_euclid(7),
            yearday: days - days_to(year, 1, 1) + 1,
        }
    }

    /// The seconds since 1970 of this date, of no time zone.
    pub fn seconds(&self) -> i64 {
        days_to(self.year, self.month, self.day) * 86_400 + self.hour * 3600 + self.minute * 60 + self.second
    }

    /// As the moment of a backup is written into its name.
    pub fn stamp(&self) -> String {
        let Date { year, month, day, hour, minute, second, .. } = self;
        format!("{year:04}-{month:02}-{day:02}@{hour:02}:{minute:02}:{second:02}")
    }

    /// `2026-11-21 04:55:09`
    pub fn plain(&self) -> String {
        let Date { year, month, day, hour, minute, second, .. } = self;
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }

    /// Reads a date by a format of strptime, as far as numbers go: `%Y %m %d %H %M %S %y %j %%`.
    pub fn read(text: &str, format: &str) -> Option<Date> {
        let mut date = Date::of(0);
        let mut rest = text;
        let mut scalars = format.chars();
        while let Some(scalar) = scalars.next() {
            if scalar != '%' {
                rest = rest.strip_prefix(scalar)?;
                continue;
            }
            rest = read_part(&mut date, rest, scalars.next()?)?;
        }
        let valid = rest.is_empty() && (1..=12).contains(&date.month) && (1..=31).contains(&date.day);
        (valid && date.hour < 24 && date.minute < 60 && date.second < 62).then(|| Date::of(date.seconds()))
    }
}

fn read_part<'a>(date: &mut Date, rest: &'a str, part: char) -> Option<&'a str> {
    let width = if part == 'Y' { 4 } else { 2 };
    let end = rest.char_indices().take(width).take_while(|(_, digit)| digit.is_ascii_digit()).count();
    let (digits, after) = rest.split_at(end);
    let number: i64 = digits.parse().ok()?;
    match part {
        'Y' => date.year = number,
        'y' => date.year = if number < 69 { 2000 + number } else { 1900 + number },
        'm' => date.month = number,
        'd' => date.day = number,
        'H' => date.hour = number,
        'M' => date.minute = number,
        'S' => date.second = number,
        _ => return None,
    }
    Some(after)
}

/// The moment now as the host's own clocks have it.
pub fn today() -> Date {
    local(Time::now().seconds)
}

/// A moment as the host's own clocks have it.
pub fn local(seconds: i64) -> Date {
    Date::of(seconds + super::zone::offset(seconds).0)
}

// Both after Howard Hinnant's days_from_civil and civil_from_days: years begin in March.
fn days_to(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        let date = Date::of(1_795_236_909);
        assert_eq!(date.plain(), "2026-11-21 04:55:09");
        assert_eq!((date.weekday, date.yearday, date.seconds()), (6, 325, 1_795_236_909));
        assert_eq!(Date::read("202611210455.09", "%Y%m%d%H%M.%S"), Some(date));
    }
}
