//! How a module wants to be told its arguments.

use crate::host::{Data, Fields, json, text, words};

/// What stands in the code where its arguments are put, as JSON.
const JSON_ARGUMENTS: &str = "<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>";

/// How a module wants to be told its arguments.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// In a file of JSON.
    Json,
    /// In a file of JSON, below one name, as modules expect that use Ansible's own Python code.
    Wrapped,
    /// In its own code.
    Inside,
    /// In a file of `key=value` pairs.
    Pairs,
}

impl Style {
    /// What the code of a module says of it.
    pub fn of(code: &[u8]) -> Style {
        let says = |word: &str| code.windows(word.len()).any(|window| window == word.as_bytes());
        if is_program(code) {
            Style::Json
        } else if says("ansible.module_utils") || says("ansible_collections.") {
            Style::Wrapped
        } else if says(JSON_ARGUMENTS) {
            Style::Inside
        } else if says("WANT_JSON") {
            Style::Json
        } else {
            Style::Pairs
        }
    }

    /// The text of the file of arguments; nothing where there is no file.
    pub fn file(self, arguments: &Fields) -> Option<String> {
        match self {
            Style::Json => Some(json::print(&arguments.clone().into())),
            Style::Wrapped => {
                Some(json::print(&Fields::new().with("ANSIBLE_MODULE_ARGS", arguments.clone()).into()))
            }
            Style::Pairs => Some(pairs(arguments)),
            Style::Inside => None,
        }
    }
}

/// The code with the arguments put in.
pub fn with_arguments(code: &[u8], arguments: &Fields) -> Vec<u8> {
    let code = text::from_bytes(code);
    text::to_bytes(&code.replace(JSON_ARGUMENTS, &json::print(&arguments.clone().into())))
}

/// Whether this is no text.
fn is_program(code: &[u8]) -> bool {
    code.iter().take(1024).any(|byte| *byte == 0)
}

/// `key=value` pairs, quoted for a shell.
fn pairs(arguments: &Fields) -> String {
    let pair = |(name, value): (&str, &Data)| format!("{name}={}", words::join(&[plain(value)]));
    arguments.iter().map(pair).collect::<Vec<_>>().join(" ")
}

/// A value as Python prints it.
fn plain(value: &Data) -> String {
    match value {
        Data::Text(text) => text.clone(),
        Data::Bool(true) => "True".to_owned(),
        Data::Bool(false) => "False".to_owned(),
        Data::Null => "None".to_owned(),
        other => json::print_spaced(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_says_how_it_wants_its_arguments() {
        for (code, style) in [
            ("#!/bin/sh\n. $1\n", Style::Pairs),
            ("#!/bin/sh\n# WANT_JSON\n", Style::Json),
            ("\u{7f}ELF\0\0", Style::Json),
            ("#!/usr/bin/python\nfrom ansible.module_utils.basic import AnsibleModule\n", Style::Wrapped),
            ("#!/usr/bin/perl\nmy $a = '<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>';\n", Style::Inside),
        ] {
            assert_eq!(Style::of(code.as_bytes()), style, "{code}");
        }
    }

    #[test]
    fn pairs_are_quoted() {
        let arguments = Fields::new().with("name", "it's").with("on", true).with("none", Data::Null);
        assert_eq!(Style::Pairs.file(&arguments).unwrap(), r#"name='it'"'"'s' on=True none=None"#);
    }
}
