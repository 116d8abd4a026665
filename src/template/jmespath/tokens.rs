//! The words of an expression.

use crate::template::data::json_read;
use crate::template::{Answer, Error};
use crate::vars::Value;

#[derive(Clone, PartialEq, Debug)]
pub enum Token {
    Name(String),
    Literal(Value),
    Number(i64),
    Sign(&'static str),
    End,
}

const SIGNS: [&str; 26] = [
    "[?", "[]", "&&", "||", "==", "!=", "<=", ">=", ".", "*", "[", "]", "(", ")", "{", "}", ",", ":", "|",
    "@", "&", "!", "<", ">", "$", "-",
];

/// Divides an expression.
pub fn tokens(text: &str) -> Answer<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = one(rest, first)
            .ok_or_else(|| Error::failed(format!("`{text}` is no query: `{rest}` cannot be read")))?;
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    tokens.push(Token::End);
    Ok(tokens)
}

fn one(rest: &str, first: char) -> Option<(Token, usize)> {
    match first {
        '\'' | '"' | '`' => quoted(rest, first),
        '0'..='9' => number(rest, 0),
        '-' if rest[1..].starts_with(|char: char| char.is_ascii_digit()) => number(rest, 1),
        _ if first == '_' || first.is_ascii_alphabetic() => {
            let end =
                rest.find(|char: char| char != '_' && !char.is_ascii_alphanumeric()).unwrap_or(rest.len());
            Some((Token::Name(rest[..end].to_owned()), end))
        }
        _ => SIGNS.iter().find(|sign| rest.starts_with(**sign)).map(|sign| (Token::Sign(sign), sign.len())),
    }
}

fn number(rest: &str, sign: usize) -> Option<(Token, usize)> {
    let digits = rest[sign..].find(|char: char| !char.is_ascii_digit()).unwrap_or(rest.len() - sign);
    let length = sign + digits;
    Some((Token::Number(rest[..length].parse().ok()?), length))
}

fn quoted(rest: &str, quote: char) -> Option<(Token, usize)> {
    let mut end = None;
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, char)) = chars.next() {
        match char {
            '\\' => drop(chars.next()),
            _ if char == quote => {
                end = Some(at);
                break;
            }
            _ => {}
        }
    }
    let end = end?;
    let inner = &rest[1..end];
    let token = match quote {
        '\'' => Token::Literal(inner.replace("\\'", "'").into()),
        '"' => Token::Name(json_read::read(&rest[..=end]).ok()?.as_str()?.to_owned()),
        _ => {
            let inner = inner.replace("\\`", "`");
            // Old queries write text without quotes.
            Token::Literal(json_read::read(inner.trim()).unwrap_or_else(|_| inner.trim().into()))
        }
    };
    Some((token, end + 1))
}
