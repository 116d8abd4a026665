//! `random_string`: characters that nobody can guess.

use super::{Settings, Table};
use crate::template::eval::Call;
use crate::template::python::random::Random;
use crate::template::{Answer, Error};
use crate::vars::{Marks, Value};
use base64::Engine as _;

pub const TABLE: Table = &[("random_string", random_string)];

/// How many characters are made at most.
const MOST: usize = 10_000;

/// `community.general.random_string`
fn random_string(call: &mut Call) -> Answer<Vec<Value>> {
    let settings = Settings::of(&call.args);
    let kinds = kinds(&settings)?;
    let all: Vec<char> = match settings.value("override_all") {
        Some(all) => all.to_string().chars().collect(),
        None => kinds.iter().filter(|kind| kind.allowed).flat_map(|kind| kind.chars.clone()).collect(),
    };
    let required = || kinds.iter().filter(|kind| kind.least > 0 && settings.value("override_all").is_none());
    let count = |number: i64| usize::try_from(number).unwrap_or(0).min(MOST);
    let length = count(settings.int("length", 8)?);
    let rest = length.saturating_sub(required().map(|kind| count(kind.least)).sum());
    if all.is_empty() || required().any(|kind| kind.chars.is_empty()) {
        return Err(Error::failed("Available characters cannot be None, please change constraints"));
    }
    let part = call.part;
    let value = call.ev.once(part, || {
        let mut random = Random::of_system();
        let mut text: Vec<char> = required()
            .flat_map(|kind| random.text(count(kind.least), &kind.chars).chars().collect::<Vec<_>>())
            .collect();
        text.extend(random.text(rest, &all).chars());
        random.shuffle(&mut text);
        Ok(text.into_iter().collect::<String>().into())
    })?;
    let value = match settings.bool("base64", false) {
        true => base64::engine::general_purpose::STANDARD.encode(value.to_string()).into(),
        false => value,
    };
    Ok(vec![value.marked(Marks::SECRET)])
}

/// Characters of one kind, and how many there must be at least.
struct Kind {
    chars: Vec<char>,
    allowed: bool,
    least: i64,
}

fn kinds(settings: &Settings) -> Answer<Vec<Kind>> {
    let kinds = [
        ("upper", "min_upper", char::is_ascii_uppercase as fn(&char) -> bool),
        ("lower", "min_lower", char::is_ascii_lowercase),
        ("numbers", "min_numeric", char::is_ascii_digit),
        ("special", "min_special", char::is_ascii_punctuation),
    ];
    let similar = match settings.bool("ignore_similar_chars", false) {
        true => settings.text("similar_chars", "il1LoO0")?,
        false => String::new(),
    };
    let special = settings.text("override_special", "")?;
    let kind = |(name, least, is_of): (&str, &str, fn(&char) -> bool)| {
        let chars = match name {
            "special" if !special.is_empty() => special.chars().collect(),
            _ => ('!'..='~').filter(|char| is_of(char) && !similar.contains(*char)).collect(),
        };
        Ok(Kind { chars, allowed: settings.bool(name, true), least: settings.int(least, 0)? })
    };
    kinds.into_iter().map(kind).collect()
}
