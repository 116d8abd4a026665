//! How data are written: as JSON, or as YAML (`callback_result_format`).

use super::dump::{float, json};
use crate::host::{Data, Fields};
use crate::report::Output;
use crate::yaml::{Emitter, Layout};

/// What the settings say of it.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    pub yaml: bool,
    /// Whether it is to be good to read; none stands for as the case may be.
    pub pretty: Option<bool>,
}

impl Written {
    /// As the settings of the output say.
    pub fn of(output: &Output) -> Written {
        Written { yaml: output.yaml, pretty: output.pretty }
    }

    /// A result behind its line; `wide` where it is spread over lines unless the settings say otherwise.
    pub fn result(self, mut fields: Fields, wide: bool) -> String {
        if !self.yaml {
            return json(&fields.into(), self.pretty.unwrap_or(wide).then_some(4));
        }
        if self.is_smooth() {
            // What is there twice is told once.
            for (text, lines) in [("stdout", "stdout_lines"), ("stderr", "stderr_lines")] {
                if fields.get(text).is_some() && fields.get(lines).is_some() {
                    fields.set(lines, "<omitted>");
                }
            }
        }
        let text = self.indented(&fields.into(), if self.is_smooth() { 4 } else { 2 }, 4);
        format!("\n{}", text.trim_end_matches('\n'))
    }

    /// What `set_stats` left, in one line.
    pub fn line(self, fields: &Fields) -> String {
        let data = Data::Map(fields.clone());
        let text = match self.yaml {
            true => self.indented(&data, 2, if self.is_smooth() { 1 } else { 4 }),
            false => json(&data, Some(1)),
        };
        text.replace('\n', "")
    }

    /// A side of a difference that is no text.
    pub fn side(self, data: &Data) -> String {
        let text = if self.yaml { self.indented(data, 4, 4) } else { json(data, Some(4)) };
        text + "\n"
    }

    /// Whether YAML is for reading alone, and need not say exactly what was there.
    fn is_smooth(self) -> bool {
        self.pretty != Some(false)
    }

    /// As YAML, with this much before each line.
    fn indented(self, data: &Data, indent: usize, before: usize) -> String {
        let layout = Layout { indent, flow: Some(false), ..Layout::default() };
        let mut writer = Writer { emitter: Emitter::new(&layout), is_smooth: self.is_smooth() };
        writer.data(data, false);
        writer.emitter.indent = None;
        writer.emitter.write_indent();
        if writer.emitter.open_ended {
            writer.emitter.indicator("...", true, false, false);
            writer.emitter.write_indent();
        }
        let lines = writer.emitter.out.split_inclusive('\n');
        let blank = |line: &str| line.trim().is_empty();
        lines.map(|line| if blank(line) { line.to_owned() } else { " ".repeat(before) + line }).collect()
    }
}

struct Writer<'l> {
    emitter: Emitter<'l>,
    is_smooth: bool,
}

impl Writer<'_> {
    fn data(&mut self, data: &Data, behind_key: bool) {
        match data {
            Data::Map(fields) if fields.iter().next().is_none() => self.empty(["{", "}"]),
            Data::Map(fields) => self.map(fields),
            Data::List(items) if items.is_empty() => self.empty(["[", "]"]),
            Data::List(items) => self.list(items, behind_key),
            Data::Text(text) if text.contains(LINE_ENDS) => {
                let shown = if self.is_smooth { smoothed(text) } else { text.clone() };
                self.emitter.text_in_lines(&shown);
            }
            Data::Text(text) => self.emitter.scalar(text, true, false),
            Data::Float(value) => self.emitter.scalar(&decimal(*value), false, false),
            other => self.emitter.scalar(&json(other, None), false, false),
        }
    }

    fn empty(&mut self, [open, close]: [&str; 2]) {
        self.emitter.indicator(open, true, true, false);
        self.emitter.indicator(close, false, false, false);
    }

    fn map(&mut self, fields: &Fields) {
        let outer = self.emitter.deeper(false, false);
        let mut sorted: Vec<(&str, &Data)> = fields.iter().collect();
        sorted.sort_by_key(|(name, _)| *name);
        for (name, value) in sorted {
            self.emitter.write_indent();
            let is_simple = self.emitter.is_simple_key(name);
            if !is_simple {
                self.emitter.indicator("?", true, false, true);
            }
            self.emitter.scalar(name, true, is_simple);
            if !is_simple {
                self.emitter.write_indent();
            }
            self.emitter.indicator(":", !is_simple, false, !is_simple);
            self.data(value, true);
        }
        self.emitter.indent = outer;
    }

    fn list(&mut self, items: &[Data], behind_key: bool) {
        let indentless = behind_key && !self.emitter.at_indention();
        let outer = self.emitter.deeper(false, indentless);
        for item in items {
            self.emitter.write_indent();
            self.emitter.indicator("-", true, false, true);
            self.data(item, false);
        }
        self.emitter.indent = outer;
    }
}

fn decimal(value: f64) -> String {
    let text = float(value);
    match text.as_str() {
        "NaN" => ".nan".to_owned(),
        "Infinity" => ".inf".to_owned(),
        "-Infinity" => "-.inf".to_owned(),
        _ if text.contains('.') => text,
        _ => text.replacen('e', ".0e", 1),
    }
}

/// What ends a line in YAML.
const LINE_ENDS: [char; 4] = ['\n', '\u{85}', '\u{2028}', '\u{2029}'];

/// A text without what would keep it from standing line by line.
fn smoothed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut column = 0;
    for char in text.trim_end().chars() {
        if LINE_ENDS.contains(&char) {
            out.truncate(out.trim_end_matches(' ').len());
            out.push(char);
        } else if char == '\t' {
            let spaces = 8 - column % 8;
            out.extend(std::iter::repeat_n(' ', spaces));
            column += spaces;
            continue;
        } else if is_printable(char) {
            out.push(char);
        }
        column = if matches!(char, '\n' | '\r') { 0 } else { column + 1 };
    }
    out
}

fn is_printable(char: char) -> bool {
    matches!(char, ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
        && char != '\u{feff}'
}
