//! Template text to tokens: where tags are, and what white space around them goes.

use super::delimiters::{Delimiters, Escapes};
use super::parser::SyntaxError;
use super::raw;
use super::token::{Placed, Token};
use super::{literal, parser};
use crate::template::newline;

/// What a tag starts with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Opening {
    Variable,
    Block,
    Comment,
    LineStatement,
    LineComment,
}

/// Where a tag starts.
pub(super) struct Found {
    at: usize,
    length: usize,
    opening: Opening,
}

pub(super) struct Lexer<'t> {
    pub(super) text: &'t str,
    pub(super) rules: &'t Delimiters,
    pub(super) position: usize,
    pub(super) tokens: Vec<Placed<'t>>,
}

const OPERATORS: [&str; 27] = [
    "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<",
    "=", ".", ":", "|", ",", ";", "!",
];

/// The tokens of a template.
pub fn template_tokens<'t>(text: &'t str, rules: &'t Delimiters) -> Result<Vec<Placed<'t>>, SyntaxError> {
    let kept = match rules.keep_trailing_newline {
        true => text,
        false => newline::without_last(text),
    };
    let mut lexer = Lexer { text: kept, rules, position: rules.start, tokens: Vec::new() };
    while lexer.position < lexer.text.len() {
        lexer.data_and_tag()?;
    }
    Ok(lexer.ended())
}

/// The tokens of an expression without braces.
pub fn expression_tokens<'t>(text: &'t str, rules: &'t Delimiters) -> Result<Vec<Placed<'t>>, SyntaxError> {
    let mut lexer = Lexer { text, rules, position: 0, tokens: Vec::new() };
    loop {
        lexer.skip_white_space();
        if lexer.position >= text.len() {
            return Ok(lexer.ended());
        }
        lexer.token(rules.escapes)?;
    }
}

impl<'t> Lexer<'t> {
    fn ended(mut self) -> Vec<Placed<'t>> {
        self.push(Token::End, self.position, self.position);
        self.tokens
    }

    pub(super) fn rest(&self) -> &'t str {
        &self.text[self.position..]
    }

    pub(super) fn push(&mut self, token: Token<'t>, start: usize, end: usize) {
        self.tokens.push(Placed { token, part: parser::part(start, end) });
    }

    pub(super) fn push_data(&mut self, start: usize, end: usize) {
        if start < end {
            self.push(Token::Data(&self.text[start..end]), start, end);
        }
    }

    /// Text up to the next tag, and that tag.
    fn data_and_tag(&mut self) -> Result<(), SyntaxError> {
        let start = self.position;
        let Some(found) = self.opening(start) else {
            self.push_data(start, self.text.len());
            self.position = self.text.len();
            return Ok(());
        };
        self.position = found.at + found.length;
        let sign = match found.opening {
            Opening::LineStatement | Opening::LineComment => None,
            _ => self.sign(),
        };
        let end = self.data_end(start, &found, sign);
        self.push_data(start, end);
        match found.opening {
            Opening::Variable => self.variable(found.at),
            Opening::Comment => self.comment(found.at),
            Opening::Block => match raw::raw_begin(self) {
                Some(position) => raw::raw_block(self, position, found.at),
                None => self.block(found.at),
            },
            Opening::LineStatement => self.line_statement(found.at),
            Opening::LineComment => {
                self.position += self.rest().find('\n').unwrap_or(self.rest().len());
                Ok(())
            }
        }
    }

    /// Reads the `-` or `+` after an opening.
    fn sign(&mut self) -> Option<char> {
        let sign = self.rest().chars().next().filter(|char| matches!(char, '-' | '+'))?;
        self.position += 1;
        Some(sign)
    }

    /// Where the text before a tag ends once its white space is gone.
    fn data_end(&self, start: usize, found: &Found, sign: Option<char>) -> usize {
        let data = &self.text[start..found.at];
        let strips = self.rules.lstrip_blocks && found.opening != Opening::Variable;
        match sign {
            Some('-') => start + data.trim_end().len(),
            None if strips => start + self.without_indent(start, data),
            _ => found.at,
        }
    }

    /// The length of `data` without the blanks of a line that holds nothing else before a tag.
    pub(super) fn without_indent(&self, start: usize, data: &str) -> usize {
        let line = data.rfind('\n').map(|at| at + 1);
        let at_line_start = start == 0 || self.text[..start].ends_with('\n');
        match line.or(at_line_start.then_some(0)) {
            Some(line) if data[line..].trim().is_empty() => line,
            _ => data.len(),
        }
    }

    /// The next opening; where several start at one place, the longest.
    fn opening(&self, from: usize) -> Option<Found> {
        let rules = self.rules;
        let find = |text: &str, opening| {
            let at = self.text[from..].find(text)? + from;
            Some(Found { at, length: text.len(), opening })
        };
        let fixed = [
            find(&rules.variable.0, Opening::Variable),
            find(&rules.block.0, Opening::Block),
            find(&rules.comment.0, Opening::Comment),
        ];
        let statement =
            rules.line_statement.as_deref().and_then(|prefix| self.line_statement_at(from, prefix));
        let comment = rules.line_comment.as_deref().and_then(|prefix| self.line_comment_at(from, prefix));
        let all = fixed.into_iter().chain([statement, comment]).flatten();
        all.min_by_key(|found| (found.at, std::cmp::Reverse(found.length)))
    }

    /// A line that starts with the prefix; its indentation is part of the tag.
    fn line_statement_at(&self, from: usize, prefix: &str) -> Option<Found> {
        let starts =
            std::iter::once(from).chain(self.text[from..].match_indices('\n').map(|(i, _)| from + i + 1));
        for at in starts.filter(|at| *at == 0 || self.text[..*at].ends_with('\n')) {
            let indent =
                self.text[at..].len() - self.text[at..].trim_start_matches([' ', '\t', '\x0b']).len();
            if self.text[at + indent..].starts_with(prefix) {
                return Some(Found { at, length: indent + prefix.len(), opening: Opening::LineStatement });
            }
        }
        None
    }

    fn line_comment_at(&self, from: usize, prefix: &str) -> Option<Found> {
        let at = self.text[from..].find(prefix)? + from;
        let blanks = self.text[from..at].len() - self.text[from..at].trim_end_matches([' ', '\t']).len();
        Some(Found { at: at - blanks, length: blanks + prefix.len(), opening: Opening::LineComment })
    }

    fn comment(&mut self, start: usize) -> Result<(), SyntaxError> {
        let close = &self.rules.comment.1;
        let Some(at) = self.rest().find(close.as_str()) else {
            return Err(SyntaxError::new("the comment is not closed", parser::part(start, start + 2)));
        };
        let sign = self.rest()[..at].chars().next_back();
        self.position += at + close.len();
        self.after_block(sign);
        Ok(())
    }

    /// White space that goes after a block or a comment.
    pub(super) fn after_block(&mut self, sign: Option<char>) {
        let rest = self.rest();
        self.position += match sign {
            Some('-') => rest.len() - rest.trim_start().len(),
            Some('+') => 0,
            _ => usize::from(self.rules.trim_blocks && rest.starts_with('\n')),
        };
    }

    fn variable(&mut self, start: usize) -> Result<(), SyntaxError> {
        self.push(Token::VariableBegin, start, self.position);
        let close = self.rules.variable.1.as_str();
        let sign = self.inside(start, close, self.rules.escapes)?;
        if sign == Some('-') {
            self.after_block(sign);
        }
        Ok(())
    }

    fn block(&mut self, start: usize) -> Result<(), SyntaxError> {
        self.push(Token::BlockBegin, start, self.position);
        let close = self.rules.block.1.as_str();
        let sign = self.inside(start, close, Escapes::Python)?;
        self.after_block(sign);
        Ok(())
    }

    /// The tokens of a tag up to its close, and the sign of the close.
    fn inside(&mut self, start: usize, close: &str, escapes: Escapes) -> Result<Option<char>, SyntaxError> {
        let is_block = self.rules.block.1 == close;
        let end = || if is_block { Token::BlockEnd } else { Token::VariableEnd };
        let mut open = Vec::new();
        loop {
            self.skip_white_space();
            let rest = self.rest();
            let signed = rest.strip_prefix('-').or(rest.strip_prefix('+').filter(|_| is_block));
            let sign = signed.filter(|rest| rest.starts_with(close)).and_then(|_| rest.chars().next());
            if open.is_empty() && (sign.is_some() || rest.starts_with(close)) {
                let length = close.len() + usize::from(sign.is_some());
                self.push(end(), self.position, self.position + length);
                self.position += length;
                return Ok(sign);
            }
            if rest.is_empty() {
                let message = format!("the tag is not closed by `{close}`");
                return Err(SyntaxError::new(message, parser::part(start, start + 2)));
            }
            self.token(escapes)?;
            self.balance(&mut open)?;
        }
    }

    /// Keeps count of brackets: the close of a tag inside of brackets is none.
    fn balance(&self, open: &mut Vec<&'static str>) -> Result<(), SyntaxError> {
        let Some(Placed { token: Token::Operator(operator), part }) = self.tokens.last() else {
            return Ok(());
        };
        let expected = match *operator {
            "(" | "[" | "{" => {
                open.push(match *operator {
                    "(" => ")",
                    "[" => "]",
                    _ => "}",
                });
                return Ok(());
            }
            ")" | "]" | "}" => open.pop(),
            _ => return Ok(()),
        };
        match expected {
            Some(expected) if expected == *operator => Ok(()),
            Some(expected) => {
                Err(SyntaxError::new(format!("found `{operator}` where `{expected}` was expected"), *part))
            }
            None => Err(SyntaxError::new(format!("`{operator}` closes nothing"), *part)),
        }
    }

    /// A line statement goes to the end of its line, over line breaks inside of brackets.
    fn line_statement(&mut self, start: usize) -> Result<(), SyntaxError> {
        self.push(Token::BlockBegin, start, self.position);
        let mut open = Vec::new();
        loop {
            let blanks = self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\r']).len();
            self.position += blanks;
            if open.is_empty() && (self.rest().is_empty() || self.rest().starts_with('\n')) {
                let length = usize::from(!self.rest().is_empty());
                self.push(Token::BlockEnd, self.position, self.position + length);
                self.position += length;
                return Ok(());
            }
            self.skip_white_space();
            if self.rest().is_empty() {
                let message = "the statement ends inside of brackets";
                return Err(SyntaxError::new(message, parser::part(start, self.position)));
            }
            self.token(Escapes::Python)?;
            self.balance(&mut open)?;
        }
    }

    pub(super) fn skip_white_space(&mut self) {
        self.position += self.rest().len() - self.rest().trim_start().len();
    }

    /// One token inside of a tag.
    fn token(&mut self, escapes: Escapes) -> Result<(), SyntaxError> {
        let (start, rest) = (self.position, self.rest());
        let first = rest.chars().next().unwrap_or(' ');
        let (token, length) = match first {
            '\'' | '"' => self.string(escapes)?,
            '0'..='9' => {
                let after_dot = self.text[..start].ends_with('.');
                let (value, length) = literal::number(rest, after_dot).unwrap_or((0_i64.into(), 1));
                (Token::Number(value), length)
            }
            _ if first == '_' || first.is_alphabetic() => {
                let end = rest.find(|char: char| char != '_' && !char.is_alphanumeric());
                let length = end.unwrap_or(rest.len());
                (Token::Name(&rest[..length]), length)
            }
            _ => match OPERATORS.iter().find(|operator| rest.starts_with(**operator)) {
                Some(operator) => (Token::Operator(operator), operator.len()),
                None => return Err(self.unexpected(first)),
            },
        };
        self.push(token, start, start + length);
        self.position += length;
        Ok(())
    }

    fn unexpected(&self, char: char) -> SyntaxError {
        let part = parser::part(self.position, self.position + char.len_utf8());
        SyntaxError::new(format!("unexpected character `{char}`"), part)
    }

    fn string(&self, escapes: Escapes) -> Result<(Token<'t>, usize), SyntaxError> {
        let Some(length) = literal::string_length(self.rest()) else {
            let part = parser::part(self.position, self.text.len());
            return Err(SyntaxError::new("the string is not closed", part));
        };
        let content = &self.rest()[1..length - 1];
        let text = match escapes {
            Escapes::Python => literal::unescape(content),
            Escapes::Kept => content.to_owned(),
        };
        Ok((Token::Text(text), length))
    }
}
