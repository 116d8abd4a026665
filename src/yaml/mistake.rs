//! Errors of the parser in words that help: the usual mistakes are looked for in the line itself.

use crate::source::{Diagnostic, FileId, Span};
use libyaml_safer::{Error, Mark};

/// The diagnostic for an error of the parser.
pub(super) fn explain(error: &Error, text: &str, file: FileId) -> Diagnostic {
    let problem = error.problem();
    let at = error.problem_mark().map_or(0, |mark| offset(mark, text));
    let context = error.context_mark().map(|mark| offset(mark, text)).filter(|context| *context < at);
    let missing_colon = problem == "could not find expected ':'";
    let line = Line::around(text, context.filter(|_| missing_colon).unwrap_or(at));
    if let Some(usual) = line.usual_mistake(problem) {
        return usual.diagnostic(line.start, file);
    }
    let next = text[at..].chars().next();
    let diagnostic = Diagnostic::error(words(problem, next)).at(one(text, at, file));
    let diagnostic = match (context, error.context().and_then(context_words)) {
        (Some(context), Some(words)) => diagnostic.label(one(text, context, file), words),
        _ => diagnostic,
    };
    diagnostic.maybe_hint(hint(problem, next))
}

/// The diagnostic for a value at an offset that is a mapping because `{{` was not quoted.
pub(super) fn unquoted_template(text: &str, at: usize, file: FileId) -> Option<Diagnostic> {
    let line = Line::around(text, at);
    line.template().map(|usual| usual.diagnostic(line.start, file))
}

/// The span of the character at an offset, or of nothing at the end of the text.
pub(super) fn one(text: &str, at: usize, file: FileId) -> Span {
    let length = text[at..].chars().next().map_or(0, char::len_utf8);
    Span::new(file, at, at + length)
}

fn offset(mark: Mark, text: &str) -> usize {
    let at = usize::try_from(mark.index).unwrap_or(usize::MAX).min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// A mistake that people make, found in a line.
struct Usual {
    column: usize,
    length: usize,
    message: String,
    hint: Option<String>,
}

impl Usual {
    fn diagnostic(self, line: usize, file: FileId) -> Diagnostic {
        let start = line + self.column;
        let span = Span::new(file, start, start + self.length);
        Diagnostic::error(self.message).at(span).maybe_hint(self.hint)
    }
}

/// The line with the problem, and the value in it.
struct Line<'a> {
    start: usize,
    text: &'a str,
    /// Where the value starts, behind `- ` and `key: `.
    value: usize,
}

impl Line<'_> {
    fn around(text: &str, at: usize) -> Line<'_> {
        let start = text[..at].rfind('\n').map_or(0, |found| found + 1);
        let line = text[start..].split('\n').next().unwrap_or("").trim_end_matches('\r');
        Line { start, text: line, value: value_column(line) }
    }

    fn value(&self) -> &str {
        self.text[self.value..].trim_end()
    }

    fn usual_mistake(&self, problem: &str) -> Option<Usual> {
        self.tab(problem)
            .or_else(|| self.template())
            .or_else(|| self.after_quote(problem))
            .or_else(|| self.colon(problem))
            .or_else(|| self.no_space(problem))
    }

    fn tab(&self, problem: &str) -> Option<Usual> {
        let indent = self.text.len() - self.text.trim_start().len();
        let column = self.text[..indent].find('\t')?;
        let relevant = problem.contains("tab") || problem.contains("cannot start any token");
        let hint = Some("YAML is indented with spaces only".to_owned());
        let message = "a tab cannot indent".to_owned();
        relevant.then_some(Usual { column, length: 1, message, hint })
    }

    fn template(&self) -> Option<Usual> {
        let value = self.value();
        let opener = ["{{", "{%"].into_iter().find(|opener| value.starts_with(opener))?;
        let quote = if value.contains('"') { '\'' } else { '"' };
        let fits = !value.contains(quote);
        let hint = fits.then(|| format!("write {quote}{value}{quote}"));
        let message = format!("a value that starts with `{opener}` must be quoted");
        Some(Usual { column: self.value, length: value.len(), message, hint })
    }

    fn after_quote(&self, problem: &str) -> Option<Usual> {
        let value = self.value();
        let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''))?;
        let end = closing(value, quote)?;
        let rest = value[end..].trim_start();
        let relevant = problem.contains("did not find expected") || problem.contains("mapping values");
        if rest.is_empty() || rest.starts_with('#') || !relevant {
            return None;
        }
        let other = if quote == '"' { '\'' } else { '"' };
        let fits = !value.contains(other);
        let hint = fits.then(|| format!("quote the whole value: {other}{value}{other}"));
        let message = "text follows the quote that ends the value".to_owned();
        Some(Usual { column: self.value + value.len() - rest.len(), length: rest.len(), message, hint })
    }

    fn colon(&self, problem: &str) -> Option<Usual> {
        let value = self.value();
        let quoted = value.starts_with(['"', '\'', '|', '>', '[', '{']);
        let at = value.find(": ").or_else(|| value.ends_with(':').then(|| value.len() - 1))?;
        if quoted || !problem.contains("mapping values are not allowed") {
            return None;
        }
        let quote = if value.contains('"') { '\'' } else { '"' };
        let hint = (!value.contains(quote)).then(|| format!("quote the value: {quote}{value}{quote}"));
        let message = "`: ` inside unquoted text starts another mapping".to_owned();
        Some(Usual { column: self.value + at, length: 1, message, hint })
    }

    /// `key:value`, where YAML wants `key: value`.
    fn no_space(&self, problem: &str) -> Option<Usual> {
        let content = self.text.trim_start().trim_start_matches("- ");
        let indent = self.text.len() - content.len();
        let colon = content.find(':')?;
        let name = content[..colon].chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        let tight = content[colon + 1..].chars().next().is_some_and(|next| !next.is_whitespace());
        let relevant = problem.contains("could not find expected ':'") || problem.contains("expected key");
        if !(name && tight && relevant && colon > 0) {
            return None;
        }
        let (key, value) = (&content[..colon], content[colon + 1..].trim_end());
        let hint = Some(format!("write `{key}: {value}`"));
        let message = format!("a space is missing behind `{key}:`");
        Some(Usual { column: indent + colon, length: 1, message, hint })
    }
}

/// The column where a line's value starts: behind dashes and one key.
fn value_column(line: &str) -> usize {
    let mut at = line.len() - line.trim_start().len();
    while line[at..].starts_with("- ") {
        let rest = line[at + 2..].trim_start();
        at = line.len() - rest.len();
    }
    let is_key = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ' ');
    match line[at..].find(": ") {
        Some(colon) if line[at..at + colon].chars().all(is_key) => {
            line.len() - line[at + colon + 1..].trim_start().len()
        }
        _ => at,
    }
}

/// One past the quote that ends a quoted value.
fn closing(value: &str, quote: char) -> Option<usize> {
    let mut characters = value.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' if quote == '"' => drop(characters.next()),
            '\'' if quote == '\'' && characters.next_if(|(_, next)| *next == '\'').is_some() => {}
            _ if character == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// What is wrong, in our words.
fn words(problem: &str, next: Option<char>) -> String {
    let shown =
        next.map_or_else(|| "the end of the text".to_owned(), |next| format!("`{}`", next.escape_debug()));
    match problem {
        "found character that cannot start any token" => format!("a value cannot start with {shown}"),
        "could not find expected ':'" => "a `:` is missing behind the key".into(),
        "mapping values are not allowed in this context" => "a mapping cannot start here".into(),
        "mapping keys are not allowed in this context" => "a key cannot start here".into(),
        "block sequence entries are not allowed in this context" => "a list cannot start here".into(),
        "found unexpected end of stream" => "the text ends inside a quoted value".into(),
        "found unexpected document indicator" => "the document ends inside a quoted value".into(),
        "found unknown escape character" => "there is no such escape in a double-quoted value".into(),
        "did not find expected hexdecimal number" => "hexadecimal digits must follow the escape".into(),
        "found invalid Unicode character escape code" => "there is no such Unicode character".into(),
        "did not find expected key" => format!("a key of the mapping was expected, found {shown}"),
        "did not find expected '-' indicator" => format!("an item with `- ` was expected, found {shown}"),
        "did not find expected ',' or ']'" => format!("`,` or `]` was expected, found {shown}"),
        "did not find expected ',' or '}'" => format!("`,` or `}}` was expected, found {shown}"),
        "did not find expected node content" => format!("a value was expected, found {shown}"),
        "did not find expected <document start>" => format!("the document has ended before {shown}"),
        "did not find expected alphabetic or numeric character" => "the name of an anchor is missing".into(),
        "did not find expected comment or line break" => "nothing but a comment may follow here".into(),
        "found undefined tag handle" => "the prefix of this tag is not defined".into(),
        "found incompatible YAML document" => "only YAML 1.1 and 1.2 can be read".into(),
        "found an indentation indicator equal to 0" => "an indentation of 0 cannot be asked for".into(),
        _ if problem.contains("tab character") => "a tab cannot indent".into(),
        _ if problem.contains("tag") => "this is not a valid tag".into(),
        _ => format!("this is not valid YAML, found {shown}"),
    }
}

fn context_words(context: &str) -> Option<&'static str> {
    Some(match context {
        "while scanning a quoted scalar" => "the quoted value starts here",
        "while scanning a simple key" => "the key starts here",
        "while parsing a block mapping" => "the mapping starts here",
        "while parsing a block collection" => "the list starts here",
        "while parsing a flow mapping" => "the `{` is here",
        "while parsing a flow sequence" => "the `[` is here",
        _ => return None,
    })
}

fn hint(problem: &str, next: Option<char>) -> Option<String> {
    let hint = match problem {
        "found character that cannot start any token" => match next? {
            '\t' => "YAML is indented with spaces only",
            _ => "quote the value",
        },
        "found unknown escape character" => "in single quotes a backslash is a backslash",
        "mapping values are not allowed in this context" => "is the line indented as the one before it?",
        "did not find expected key" | "did not find expected '-' indicator" => {
            "is the line indented as the others? are the quotes before it closed?"
        }
        "could not find expected ':'" => "is the line indented deeper than the key that it belongs to?",
        "did not find expected alphabetic or numeric character" => {
            "text that starts with `*` or `&` must be quoted"
        }
        "found unexpected end of stream" | "found unexpected document indicator" => {
            "the closing quote is missing"
        }
        "did not find expected <document start>" => {
            "a document is one list or one mapping; is a line indented less?"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}
