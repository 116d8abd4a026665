//! What a template file says about how it is read.

use super::syntax::{Delimiters, Escapes};

/// What the first line of a template file (`#jinja2: trim_blocks: False`) or the arguments of the
/// module change in how it is read. What is left out has Ansible's meaning for template files.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Overrides {
    /// Whether the first newline after a block is removed; `true` if not given.
    pub trim_blocks: Option<bool>,
    /// Whether blanks before a block are removed; `false` if not given.
    pub lstrip_blocks: Option<bool>,
    /// Whether the last newline of included files stays; `false` if not given.
    pub keep_trailing_newline: Option<bool>,
    /// What newlines become in the result; `\n` if not given.
    pub newline_sequence: Option<String>,
    pub variable_start_string: Option<String>,
    pub variable_end_string: Option<String>,
    pub block_start_string: Option<String>,
    pub block_end_string: Option<String>,
    pub comment_start_string: Option<String>,
    pub comment_end_string: Option<String>,
    pub line_statement_prefix: Option<String>,
    pub line_comment_prefix: Option<String>,
}

impl Overrides {
    /// These, and what they leave out from the weaker ones.
    #[must_use]
    pub fn over(self, weaker: &Overrides) -> Overrides {
        let text = |own: Option<String>, other: &Option<String>| own.or_else(|| other.clone());
        Overrides {
            trim_blocks: self.trim_blocks.or(weaker.trim_blocks),
            lstrip_blocks: self.lstrip_blocks.or(weaker.lstrip_blocks),
            keep_trailing_newline: self.keep_trailing_newline.or(weaker.keep_trailing_newline),
            newline_sequence: text(self.newline_sequence, &weaker.newline_sequence),
            variable_start_string: text(self.variable_start_string, &weaker.variable_start_string),
            variable_end_string: text(self.variable_end_string, &weaker.variable_end_string),
            block_start_string: text(self.block_start_string, &weaker.block_start_string),
            block_end_string: text(self.block_end_string, &weaker.block_end_string),
            comment_start_string: text(self.comment_start_string, &weaker.comment_start_string),
            comment_end_string: text(self.comment_end_string, &weaker.comment_end_string),
            line_statement_prefix: text(self.line_statement_prefix, &weaker.line_statement_prefix),
            line_comment_prefix: text(self.line_comment_prefix, &weaker.line_comment_prefix),
        }
    }

    /// What newlines of the template become.
    pub(super) fn newline(&self) -> &str {
        self.newline_sequence.as_deref().unwrap_or("\n")
    }

    /// As the lexer needs them.
    pub(super) fn rules(&self) -> Delimiters {
        let default = Delimiters::default();
        let pick = |own: &Option<String>, default: String| match own {
            Some(text) if !text.is_empty() => text.clone(),
            _ => default,
        };
        Delimiters {
            variable: (
                pick(&self.variable_start_string, default.variable.0),
                pick(&self.variable_end_string, default.variable.1),
            ),
            block: (
                pick(&self.block_start_string, default.block.0),
                pick(&self.block_end_string, default.block.1),
            ),
            comment: (
                pick(&self.comment_start_string, default.comment.0),
                pick(&self.comment_end_string, default.comment.1),
            ),
            line_statement: self.line_statement_prefix.clone().filter(|prefix| !prefix.is_empty()),
            line_comment: self.line_comment_prefix.clone().filter(|prefix| !prefix.is_empty()),
            trim_blocks: self.trim_blocks.unwrap_or(true),
            lstrip_blocks: self.lstrip_blocks.unwrap_or(false),
            keep_trailing_newline: self.keep_trailing_newline.unwrap_or(false),
            newline: self.newline().to_owned(),
            escapes: Escapes::Python,
            start: 0,
        }
    }
}
