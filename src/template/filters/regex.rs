//! `regex_replace`, `regex_search`, `regex_findall`, `regex_escape`.

use super::Table;
use crate::template::eval::{Bound, Call};
use crate::template::python::regex::{self, Flags, Pattern};
use crate::template::python::types;
use crate::template::{Answer, Error};
use crate::vars::Value;

pub const TABLE: Table = &[
    ("regex_replace", replace),
    ("regex_search", search),
    ("regex_findall", find_all),
    ("regex_escape", escape),
];

/// The flags among the arguments.
pub fn flags(args: &Bound) -> Answer<Flags> {
    Ok(Flags {
        ignore_case: args.bool_or("ignorecase", false)?,
        multiline: args.bool_or("multiline", false)?,
        dot_all: false,
    })
}

fn replace(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&[
        "value",
        "pattern",
        "replacement",
        "ignorecase",
        "multiline",
        "count",
        "mandatory_count",
    ])?;
    let text = args.text("value")?;
    let pattern = Pattern::new(&args.text_or("pattern", "")?, flags(&args)?, &text)?;
    let most = usize::try_from(args.int_or("count", 0)?).unwrap_or(0);
    let (replaced, count) = pattern.replace(&text, &args.text_or("replacement", "")?, most)?;
    let mandatory = usize::try_from(args.int_or("mandatory_count", 0)?).unwrap_or(0);
    if mandatory != 0 && mandatory != count {
        return Err(Error::failed(format!(
            "the pattern should match {mandatory} times, but matches {count} times"
        )));
    }
    Ok(replaced.into())
}

fn search(call: &mut Call) -> Answer<Value> {
    let keyword = std::mem::take(&mut call.args.keyword);
    let wanted = call.args.positional.split_off(call.args.positional.len().min(2));
    let mut flags = Flags::default();
    for (name, value) in keyword {
        match &*name {
            "ignorecase" => flags.ignore_case = types::is_true(&value)?,
            "multiline" => flags.multiline = types::is_true(&value)?,
            _ => return Err(Error::failed(format!("`regex_search` has no argument `{name}`"))),
        }
    }
    let args = call.bind(&["value", "regex"])?;
    let text = args.text("value")?;
    let pattern = Pattern::new(&args.text("regex")?, flags, &text)?;
    let Some(captures) = pattern.search(&text, 0)? else { return Ok(Value::none()) };
    if wanted.is_empty() {
        return Ok(captures.get(0).map_or("", |found| found.as_str()).into());
    }
    let mut groups = Vec::new();
    for name in &wanted {
        let name = types::text(name)?;
        let group = pattern.group(&captures, group_name(&name)?)?;
        groups.push(group.map_or_else(Value::none, Value::from));
    }
    Ok(Value::list(groups))
}

/// The group that `\1` or `\g<name>` asks for.
fn group_name(argument: &str) -> Answer<&str> {
    let named = argument.strip_prefix("\\g<").and_then(|rest| rest.strip_suffix('>'));
    let name = named.or_else(|| argument.strip_prefix('\\'));
    name.ok_or_else(|| Error::failed(format!("`{argument}` is no group: write `\\1` or `\\g<name>`")))
}

fn find_all(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "regex", "multiline", "ignorecase"])?;
    let text = args.text("value")?;
    let pattern = Pattern::new(&args.text("regex")?, flags(&args)?, &text)?;
    let groups = pattern.groups();
    let found = pattern.matches(&text, 0)?.into_iter().map(|captures| {
        let group = |index: usize| Value::from(captures.get(index).map_or("", |found| found.as_str()));
        match groups {
            0 | 1 => group(groups),
            _ => Value::tuple((1..=groups).map(group).collect()),
        }
    });
    Ok(found.collect())
}

fn escape(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "re_type"])?;
    let text = args.text("value")?;
    match args.text_or("re_type", "python")?.as_str() {
        "python" => Ok(regex::escape(&text).into()),
        "posix_basic" => {
            let special = |char: char| "].[^$*\\".contains(char);
            let escaped =
                text.chars().flat_map(|char| special(char).then_some('\\').into_iter().chain([char]));
            Ok(escaped.collect::<String>().into())
        }
        "posix_extended" => Err(Error::failed("Regex type (posix_extended) not yet implemented")),
        other => {
            let error = Error::failed(format!("Invalid regex type ({other})"));
            Err(error.hint("known are `python` and `posix_basic`"))
        }
    }
}
