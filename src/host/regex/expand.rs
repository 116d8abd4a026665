//! Templates of replacements: `\1`, `\g<name>`, `\n`.

use std::collections::BTreeMap;

/// What a template says, given what groups matched; a group that did not match says nothing.
pub fn expand(
    template: &str,
    names: &BTreeMap<String, usize>,
    groups: usize,
    text: impl Fn(usize) -> Option<String>,
) -> Result<String, String> {
    let mut out = String::new();
    let mut scalars = template.chars().peekable();
    let checked = |group: usize| match group <= groups {
        true => Ok(text(group).unwrap_or_default()),
        false => Err(format!("invalid group reference {group}")),
    };
    while let Some(scalar) = scalars.next() {
        if scalar != '\\' {
            out.push(scalar);
            continue;
        }
        match scalars.next() {
            Some('g') => {
                let name: String =
                    scalars.by_ref().skip_while(|scalar| *scalar == '<').take_while(|s| *s != '>').collect();
                let group = name.parse().ok().or_else(|| names.get(&name).copied());
                out.push_str(&checked(group.ok_or_else(|| format!("unknown group name `{name}`"))?)?);
            }
            Some('0') => out.push(octal(&mut scalars)),
            Some(digit @ '1'..='9') => {
                let mut number = digit.to_digit(10).unwrap_or(0) as usize;
                if let Some(second) = scalars.peek().and_then(|scalar| scalar.to_digit(10)) {
                    number = number * 10 + second as usize;
                    scalars.next();
                }
                out.push_str(&checked(number)?);
            }
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('f') => out.push('\u{c}'),
            Some('v') => out.push('\u{b}'),
            Some('a') => out.push('\u{7}'),
            Some('b') => out.push('\u{8}'),
            Some('\\') => out.push('\\'),
            Some(other) if other.is_ascii_alphabetic() => return Err(format!("bad escape \\{other}")),
            Some(other) => out.extend(['\\', other]),
            None => return Err("bad escape at the end".to_owned()),
        }
    }
    Ok(out)
}

fn octal(scalars: &mut std::iter::Peekable<std::str::Chars>) -> char {
    let mut code = 0;
    for _ in 0..2 {
        match scalars.peek().and_then(|scalar| scalar.to_digit(8)) {
            Some(digit) => code = code * 8 + digit,
            None => break,
        }
        scalars.next();
    }
    char::from_u32(code).unwrap_or('\0')
}
