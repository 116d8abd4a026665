//! Which files count: by name, age, size, permissions.

use super::{AgeStamp, Find, age, size, stamp};
use crate::host::regex::{Flags, Regex, Text};
use crate::host::{Failure, Stat, Time, glob};
use crate::modules::argument::Mode;

/// Which files count.
pub struct Filter {
    names: Vec<Name>,
    excluded: Vec<Name>,
    age: Option<i64>,
    stamp: AgeStamp,
    size: Option<i64>,
    mode: Option<Mode>,
    exact_mode: bool,
    pub contains: Option<Regex>,
    now: i64,
}

enum Name {
    Pattern(String),
    Regex(Regex),
}

impl Name {
    fn fits(&self, name: &str) -> bool {
        match self {
            Name::Pattern(pattern) => glob::matches(pattern, name),
            Name::Regex(regex) => regex.match_at(&Text::new(name), 0).is_some(),
        }
    }
}

impl Filter {
    /// What a call asks for, or what is wrong with it.
    pub fn of(find: &Find) -> Result<Filter, Failure> {
        let names = |patterns: &Option<Vec<String>>| -> Result<Vec<Name>, Failure> {
            let one = |pattern: &String| match find.use_regex {
                true => Regex::new(pattern, Flags::default()).map(Name::Regex).map_err(Failure::new),
                false => Ok(Name::Pattern(pattern.clone())),
            };
            patterns.iter().flatten().map(one).collect()
        };
        let wrong = |name: &str, text: &str| Failure::new(format!("`{name}` cannot be read: `{text}`"));
        let number = |name: &str, text: &Option<String>, read: fn(&str) -> Option<i64>| {
            text.as_deref().map(|text| read(text).ok_or_else(|| wrong(name, text))).transpose()
        };
        Ok(Filter {
            names: names(&find.patterns)?,
            excluded: names(&find.excludes)?,
            age: number("age", &find.age, age)?,
            stamp: find.age_stamp,
            size: number("size", &find.size, size)?,
            mode: find.mode.clone(),
            exact_mode: find.exact_mode,
            contains: find.contains.as_ref().map(|regex| Regex::new(regex, Flags::default())).transpose()?,
            now: Time::now().seconds,
        })
    }

    /// Whether a file counts.
    pub fn fits(&self, name: &str, stat: &Stat) -> bool {
        (self.names.is_empty() || self.names.iter().any(|pattern| pattern.fits(name)))
            && !self.excluded.iter().any(|pattern| pattern.fits(name))
            && self.age.is_none_or(|age| bound(age, self.now - stamp(self.stamp, stat).seconds))
            && self.size_fits(stat)
            && self.mode_fits(stat)
    }

    /// Only files have a size that counts.
    fn size_fits(&self, stat: &Stat) -> bool {
        let found = i64::try_from(stat.size).unwrap_or(i64::MAX);
        !stat.is_file() || self.size.is_none_or(|size| bound(size, found))
    }

    fn mode_fits(&self, stat: &Stat) -> bool {
        let wanted = self.mode.as_ref().and_then(|mode| mode.bits(0, stat.is_directory(), 0));
        wanted
            .is_none_or(|wanted| if self.exact_mode { stat.mode == wanted } else { stat.mode & wanted != 0 })
    }
}

/// At least the bound, or where it is negative at most.
fn bound(bound: i64, found: i64) -> bool {
    if bound >= 0 { found >= bound } else { found <= -bound }
}
