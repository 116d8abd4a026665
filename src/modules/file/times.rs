//! Times of files: `now`, `preserve`, or written out.

use super::File;
use crate::host::{Change, Failure, Stat, Time, clock::Date, zone};
use std::path::Path;

/// What must change for a name to have the times wished for; `otherwise` is what is meant when nothing is said.
pub fn changes(file: &File, path: &Path, stat: &Stat, otherwise: &str) -> Result<Option<Change>, Failure> {
    let said = |time: &Option<String>| time.clone().unwrap_or_else(|| otherwise.to_owned());
    let modified = time(&said(&file.modification_time), &file.modification_time_format, stat.modified)?;
    let accessed = time(&said(&file.access_time), &file.access_time_format, stat.accessed)?;
    if modified.is_none() && accessed.is_none() {
        return Ok(None);
    }
    Ok(Some(Change::Times { path: path.to_owned(), accessed, modified }))
}

/// The times of a file that is made: now, unless others are written out.
pub fn for_new(file: &File, path: &Path) -> Result<Option<Change>, Failure> {
    let written = |time: &Option<String>| time.clone().filter(|time| time != "now" && time != "preserve");
    let (modified, accessed) = (written(&file.modification_time), written(&file.access_time));
    let read = |time: Option<String>, format: &str| time.map(|time| exact(&time, format)).transpose();
    let modified = read(modified, &file.modification_time_format)?;
    let accessed = read(accessed, &file.access_time_format)?;
    let some = modified.is_some() || accessed.is_some();
    Ok(some.then(|| Change::Times { path: path.to_owned(), accessed, modified }))
}

/// The time that is to be set; `None` when there is nothing to do.
fn time(said: &str, format: &str, before: Time) -> Result<Option<Time>, Failure> {
    match said {
        "preserve" => Ok(None),
        "now" => Ok(Some(Time::now())),
        written => Ok(Some(exact(written, format)?).filter(|time| time.seconds != before.seconds)),
    }
}

fn exact(written: &str, format: &str) -> Result<Time, Failure> {
    let date = Date::read(written, format);
    let date =
        date.ok_or_else(|| Failure::new(format!("the time `{written}` is not written as `{format}`")))?;
    // The text is meant in the host's own time.
    let offset = zone::offset(date.seconds()).0;
    Ok(Time { seconds: date.seconds() - offset, nanoseconds: 0 })
}
