//! Regular expressions with the meaning of Python's `re`, by backtracking: small, and with look-around, back-references
//! and the dollar sign as roles expect them.

mod class;
mod compile;
mod expand;
mod parse;
mod run;

use compile::Program;
use std::collections::BTreeMap;

/// Flags that hold for a whole expression.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    pub ignore_case: bool,
    /// `^` and `$` also stand at line ends.
    pub multiline: bool,
    /// `.` also stands for a line end.
    pub dot_all: bool,
    /// Blanks and comments in the expression say nothing.
    pub verbose: bool,
}

/// A regular expression, ready to be used.
#[derive(Debug)]
pub struct Regex {
    program: Program,
    groups: usize,
    names: BTreeMap<String, usize>,
}

/// Where an expression and its groups matched.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// Starts and ends, in scalars; the whole match is the first.
    places: Vec<Option<(usize, usize)>>,
}

/// A text whose scalars can be counted.
pub struct Text(Vec<char>);

impl Text {
    pub fn new(text: &str) -> Text {
        Text(text.chars().collect())
    }

    /// The part between two places.
    pub fn part(&self, (start, end): (usize, usize)) -> String {
        self.0.get(start..end).unwrap_or_default().iter().collect()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Match {
    /// Where the whole expression matched.
    pub fn span(&self) -> (usize, usize) {
        self.group(0).unwrap_or((0, 0))
    }

    /// Where a group matched, if it did.
    pub fn group(&self, number: usize) -> Option<(usize, usize)> {
        self.places.get(number).copied().flatten()
    }
}

impl Regex {
    /// Reads an expression, or says what is wrong with it.
    pub fn new(pattern: &str, flags: Flags) -> Result<Regex, String> {
        let parsed = parse::parse(pattern, flags)
            .map_err(|error| format!("`{pattern}` is no regular expression: {error}"))?;
        let program = compile::compile(&parsed.node)?;
        Ok(Regex { program, groups: parsed.groups, names: parsed.names })
    }

    /// The first match at or after a place.
    pub fn find_at(&self, text: &Text, start: usize) -> Option<Match> {
        (start..=text.0.len()).find_map(|at| self.match_at(text, at))
    }

    /// The match that begins at a place.
    pub fn match_at(&self, text: &Text, at: usize) -> Option<Match> {
        let places = run::run(&self.program, &text.0, at, self.groups)?;
        Some(Match { places })
    }

    /// The first match in a text.
    pub fn search(&self, text: &str) -> Option<Match> {
        self.find_at(&Text::new(text), 0)
    }

    /// Whether it matches anywhere.
    pub fn is_match(&self, text: &str) -> bool {
        self.search(text).is_some()
    }

    /// The text with every match replaced by what the template says, and how many there were.
    pub fn replace_all(&self, text: &str, template: &str) -> Result<(String, usize), String> {
        // A mistake in it is one where nothing matches, too.
        expand::expand(template, &self.names, self.groups, |_| None)?;
        let text = Text::new(text);
        let (mut out, mut count, mut copied, mut at) = (String::new(), 0, 0, 0);
        while at <= text.len() {
            let Some(found) = self.find_at(&text, at) else { break };
            let (start, end) = found.span();
            out.push_str(&text.part((copied, start)));
            out.push_str(&self.expand(&found, &text, template)?);
            (copied, count) = (end, count + 1);
            at = if end > start { end } else { end + 1 };
        }
        out.push_str(&text.part((copied, text.len())));
        Ok((out, count))
    }

    /// What a template such as `\1-\g<name>` says of a match.
    pub fn expand(&self, found: &Match, text: &Text, template: &str) -> Result<String, String> {
        expand::expand(template, &self.names, self.groups, |group| {
            found.group(group).map(|place| text.part(place))
        })
    }

    /// How many groups it has.
    pub fn groups(&self) -> usize {
        self.groups
    }

    /// The names of groups and their numbers.
    pub fn names(&self) -> &BTreeMap<String, usize> {
        &self.names
    }
}

#[cfg(test)]
mod tests;
