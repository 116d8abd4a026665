//! How a template is read: its delimiters and what happens to white space around its tags.

/// What a backslash in a string means.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Escapes {
    /// As in Python: template files, conditions, statements.
    #[default]
    Python,
    /// As it stands inside `{{ }}`, as Ansible reads templates in YAML: `'\1'` is two characters.
    Kept,
}

/// How a template is read.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Delimiters {
    pub variable: (String, String),
    pub block: (String, String),
    pub comment: (String, String),
    pub line_statement: Option<String>,
    pub line_comment: Option<String>,
    pub trim_blocks: bool,
    pub lstrip_blocks: bool,
    pub keep_trailing_newline: bool,
    /// What newlines of the text become.
    pub newline: String,
    pub escapes: Escapes,
    /// Where the template begins in its text, behind a header.
    pub start: usize,
}

impl Delimiters {
    /// Whether a text has anything that makes it a template.
    pub fn open_in(&self, text: &str) -> bool {
        let always = [&self.variable.0, &self.block.0, &self.comment.0].into_iter();
        let lines = self.line_statement.iter().chain(&self.line_comment);
        always.chain(lines).any(|opening| text.contains(opening.as_str()))
    }
}

impl Default for Delimiters {
    fn default() -> Delimiters {
        let pair = |open: &str, close: &str| (open.to_owned(), close.to_owned());
        Delimiters {
            variable: pair("{{", "}}"),
            block: pair("{%", "%}"),
            comment: pair("{#", "#}"),
            line_statement: None,
            line_comment: None,
            trim_blocks: true,
            lstrip_blocks: false,
            keep_trailing_newline: false,
            newline: "\n".to_owned(),
            escapes: Escapes::Python,
            start: 0,
        }
    }
}
