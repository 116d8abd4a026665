//! Scalars and white space of YAML, written as libyaml's emitter does, which PyYAML uses.

use super::scalar::{Analysis, analyze, is_break, reads_as_other};

/// How YAML is laid out.
#[derive(Clone)]
pub struct Layout {
    pub indent: usize,
    pub width: usize,
    /// Whether collections stand in brackets; by default those do that hold but scalars.
    pub flow: Option<bool>,
    pub sort_keys: bool,
    pub unicode: bool,
    pub explicit_start: bool,
    pub explicit_end: bool,
    /// The quote of all scalars, if they shall have one.
    pub quote: Option<char>,
}

impl Default for Layout {
    fn default() -> Layout {
        Layout {
            indent: 2,
            width: 80,
            flow: None,
            sort_keys: true,
            unicode: true,
            explicit_start: false,
            explicit_end: false,
            quote: None,
        }
    }
}

/// Where the writing is.
pub struct Emitter<'l> {
    pub out: String,
    pub layout: &'l Layout,
    column: usize,
    /// Whether white space was written last.
    blank: bool,
    /// Whether nothing but indentation and indicators is on the line.
    indention: bool,
    pub indent: Option<usize>,
    pub flow_level: usize,
    /// Whether the line breaks at the end of the last text behind `|` count, so that the document needs an end.
    pub open_ended: bool,
}

impl<'l> Emitter<'l> {
    pub fn new(layout: &'l Layout) -> Emitter<'l> {
        Emitter {
            out: String::new(),
            layout,
            column: 0,
            blank: true,
            indention: true,
            indent: None,
            flow_level: 0,
            open_ended: false,
        }
    }

    fn put(&mut self, text: &str) {
        self.column += text.chars().count();
        self.out.push_str(text);
    }

    /// Whether the line is longer than it should be.
    pub fn is_wide(&self) -> bool {
        self.column > self.layout.width
    }

    /// Whether only indentation is on the line.
    pub fn at_indention(&self) -> bool {
        self.indention
    }

    /// Writes `-`, `:`, a bracket.
    pub fn indicator(&mut self, text: &str, needs_blank: bool, blank: bool, indention: bool) {
        if needs_blank && !self.blank {
            self.put(" ");
        }
        self.blank = blank;
        self.indention &= indention;
        self.put(text);
    }

    fn line_break(&mut self) {
        self.blank = true;
        self.indention = true;
        self.column = 0;
        self.out.push('\n');
    }

    /// Goes to the indentation, on a new line if need be.
    pub fn write_indent(&mut self) {
        let indent = self.indent.unwrap_or(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.blank) {
            self.line_break();
        }
        if self.column < indent {
            self.blank = true;
            let missing = indent - self.column;
            self.put(&" ".repeat(missing));
        }
    }

    /// Deeper by one level; gives the indentation to go back to.
    pub fn deeper(&mut self, flow: bool, indentless: bool) -> Option<usize> {
        let outer = self.indent;
        self.indent = match outer {
            None if flow => Some(self.layout.indent),
            None => Some(0),
            Some(indent) if indentless => Some(indent),
            Some(indent) => Some(indent + self.layout.indent),
        };
        outer
    }

    /// Whether a text may be a key before `:` on one line.
    pub fn is_simple_key(&self, text: &str) -> bool {
        text.len() <= 128 && !analyze(text, self.layout.unicode).multiline
    }

    /// Writes a scalar; `is_text` tells that it must be read as text again.
    pub fn scalar(&mut self, text: &str, is_text: bool, is_key: bool) {
        let analysis = analyze(text, self.layout.unicode);
        let plain = !is_text || !reads_as_other(text);
        let outer = self.deeper(true, false);
        match self.style(analysis, plain, is_key) {
            None => self.plain(text, !is_key),
            Some('\'') => self.single_quoted(text, !is_key),
            Some(_) => self.double_quoted(text, !is_key),
        }
        self.indent = outer;
    }

    /// Writes a text line by line behind `|` where it can stand so, else in double quotes.
    pub fn text_in_lines(&mut self, text: &str) {
        let outer = self.deeper(true, false);
        match analyze(text, self.layout.unicode).literal && self.flow_level == 0 {
            true => self.literal(text),
            false => self.double_quoted(text, true),
        }
        self.indent = outer;
    }

    fn style(&self, analysis: Analysis, plain: bool, is_key: bool) -> Option<char> {
        if self.layout.quote == Some('"') {
            return Some('"');
        }
        let allowed = if self.flow_level > 0 { analysis.flow_plain } else { analysis.block_plain };
        let awkward_key = is_key && (analysis.empty || analysis.multiline);
        if self.layout.quote.is_none() && plain && allowed && !awkward_key {
            return None;
        }
        match analysis.single_quoted && !(is_key && analysis.multiline) {
            true => Some('\''),
            false => Some('"'),
        }
    }

    fn plain(&mut self, text: &str, split: bool) {
        if text.is_empty() {
            return;
        }
        if !self.blank {
            self.put(" ");
        }
        self.blank = false;
        self.indention = false;
        for run in runs(text) {
            if run == " " && self.is_wide() && split {
                self.write_indent();
                self.blank = false;
                self.indention = false;
            } else {
                self.put(run);
            }
        }
    }

    fn single_quoted(&mut self, text: &str, split: bool) {
        self.indicator("'", true, false, false);
        let mut at = 0;
        for run in runs(text) {
            let is_inner = at > 0 && at + run.len() < text.len();
            at += run.len();
            if run == " " && self.is_wide() && split && is_inner {
                self.write_indent();
            } else if run.starts_with(is_break) {
                self.breaks(run);
            } else {
                self.put(&run.replace('\'', "''"));
            }
        }
        self.indicator("'", false, false, false);
    }

    fn breaks(&mut self, run: &str) {
        // One line break is a fold, so that it needs one more.
        if run.starts_with('\n') {
            self.line_break();
        }
        run.chars().for_each(|char| self.break_with(char));
        self.write_indent();
    }

    /// Ends the line with its own sign.
    fn break_with(&mut self, char: char) {
        self.line_break();
        self.out.pop();
        self.out.push(char);
    }

    fn literal(&mut self, text: &str) {
        self.indicator("|", true, false, false);
        let hints = self.hints(text);
        self.put(&hints);
        self.open_ended = hints.ends_with('+');
        self.line_break();
        let mut begins = true;
        for char in text.chars() {
            if is_break(char) {
                self.break_with(char);
            } else {
                if begins {
                    self.write_indent();
                }
                self.put(char.encode_utf8(&mut [0; 4]));
                self.indention = false;
            }
            begins = is_break(char);
        }
    }

    /// What stands behind `|`: the indentation, where the text begins with white space, and which line breaks at the end count.
    fn hints(&self, text: &str) -> String {
        let begins = text.starts_with(|char| char == ' ' || is_break(char));
        let indent = if begins { self.layout.indent.to_string() } else { String::new() };
        let mut last = text.chars().rev().map(is_break);
        let end = match (last.next(), last.next()) {
            (Some(true), Some(false)) => "",
            (Some(true), _) => "+",
            _ => "-",
        };
        indent + end
    }

    /// Too long a line is broken at a blank; one more blank behind it is escaped, so that it counts.
    fn double_quoted(&mut self, text: &str, split: bool) {
        self.indicator("\"", true, false, false);
        let mut after_blank = false;
        for (at, char) in text.char_indices() {
            let (_, rest) = text.split_at(at + char.len_utf8());
            let may_break = split && !after_blank && at > 0 && !rest.is_empty();
            after_blank = char == ' ';
            if after_blank && may_break && self.is_wide() {
                self.write_indent();
                self.put(if rest.starts_with(' ') { "\\" } else { "" });
            } else if needs_escape(char, self.layout.unicode) {
                self.put(&escape(char));
            } else {
                self.put(char.encode_utf8(&mut [0; 4]));
            }
        }
        self.indicator("\"", false, false, false);
    }
}

/// Runs of blanks, of line breaks and of the rest.
fn runs(text: &str) -> Vec<&str> {
    let kind = |char: char| match char {
        ' ' => 0,
        _ if is_break(char) => 1,
        _ => 2,
    };
    let mut runs = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|char| kind(char) != kind(first)).unwrap_or(rest.len());
        let (run, tail) = rest.split_at(end);
        runs.push(run);
        rest = tail;
    }
    runs
}

fn needs_escape(char: char, unicode: bool) -> bool {
    match char {
        '"' | '\\' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => true,
        ' '..='~' => false,
        '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' => !unicode,
        _ => true,
    }
}

fn escape(char: char) -> String {
    let short = match char {
        '\0' => '0',
        '\x07' => 'a',
        '\x08' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\x0b' => 'v',
        '\x0c' => 'f',
        '\r' => 'r',
        '\x1b' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => {
            let code = u32::from(char);
            return match code {
                0..0x100 => format!("\\x{code:02X}"),
                0x100..0x10000 => format!("\\u{code:04X}"),
                _ => format!("\\U{code:08X}"),
            };
        }
    };
    format!("\\{short}")
}
