//! One line of a file of settings.

use crate::modules::edit::bare;

const BLANKS: [char; 2] = [' ', '\t'];

/// What a line says of an option.
pub struct Setting<'a> {
    /// Whether the line is in force, and not commented out.
    pub active: bool,
    pub value: &'a str,
}

/// What the line says of the option, if it is about that.
pub fn setting<'a>(line: &'a str, option: &str) -> Option<Setting<'a>> {
    let line = bare(line).trim_start_matches(BLANKS);
    let inactive = || Some((false, line.strip_prefix(['#', ';'])?.trim_start_matches(BLANKS)));
    let about = |(active, line): (bool, &'a str)| {
        let value = assigned(line.strip_prefix(option)?)?;
        Some(Setting { active, value })
    };
    about((true, line)).or_else(|| about(inactive()?))
}

/// What stands behind the name of an option.
fn assigned(rest: &str) -> Option<&str> {
    let rest = rest.trim_start_matches(BLANKS);
    if rest.is_empty() { Some(rest) } else { Some(rest.strip_prefix('=')?.trim_start_matches(BLANKS)) }
}

/// Whether the line begins a section.
pub fn is_heading(line: &str) -> bool {
    line.starts_with('[')
}

/// Whether the line begins the section of this name.
pub fn begins(line: &str, section: &str) -> bool {
    let name = line.strip_prefix('[').map(str::trim_start);
    let rest = name.and_then(|name| name.strip_prefix(section.trim()));
    rest.is_some_and(|rest| rest.trim_start().starts_with(']'))
}

/// Whether the line is neither blank nor a comment.
pub fn says_something(line: &str) -> bool {
    let line = bare(line).trim_start_matches(BLANKS);
    !line.is_empty() && !line.starts_with(['#', ';'])
}
