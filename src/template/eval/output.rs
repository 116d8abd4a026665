//! What a template puts out: one value, or several joined as text.

use super::Evaluator;
use crate::template::python::types;
use crate::template::{Answer, Language, finish};
use crate::vars::{Data, Marks, Value};

/// Whether the project itself wrote all text in a value.
fn is_own(value: &Value) -> bool {
    match value.data() {
        Data::Text(_) => value.marks().has(Marks::TRUSTED),
        Data::List(list) => list.items().iter().all(is_own),
        Data::Tuple(items) => items.iter().all(is_own),
        Data::Dict(dict) => dict.entries().iter().all(|(key, value)| is_own(key) && is_own(value)),
        Data::Bool(_) | Data::None | Data::Int(_) | Data::Big(_) | Data::Float(_) => true,
        _ => false,
    }
}

impl Evaluator<'_> {
    /// The mark of what is made of these. In the classic language, what comes of the project's own text is its own, too:
    /// templates in it are evaluated when it is used.
    pub(super) fn own<'v>(&self, mut made_of: impl Iterator<Item = &'v Value>) -> Marks {
        Marks::TRUSTED.when(self.language() == Language::Classic && made_of.all(is_own))
    }
}

/// Collects what statements put out.
#[derive(Debug, Default)]
pub struct Output {
    single: Option<Value>,
    pieces: usize,
    /// Whether something that is omitted was put in.
    omits: bool,
    text: String,
    secret: bool,
    /// Whether text that is not the project's own was put in.
    foreign: bool,
}

impl Output {
    /// Adds text of the template.
    pub fn push_text(&mut self, text: &str) -> Answer<()> {
        self.flush()?;
        self.pieces += 1;
        self.text.push_str(text);
        Ok(())
    }

    /// Adds a value. `None`, what is omitted and an `if` without `else` put out nothing.
    pub fn push(&mut self, value: Value) -> Answer<()> {
        match value.data() {
            Data::Omit => {
                self.omits = true;
                return Ok(());
            }
            Data::None => return Ok(()),
            _ if value.is_no_choice() && self.pieces > 0 => return Ok(()),
            _ => {}
        }
        if self.pieces == 0 {
            self.single = Some(value);
            self.pieces = 1;
            return Ok(());
        }
        self.flush()?;
        self.pieces += 1;
        self.append(&value)
    }

    fn flush(&mut self) -> Answer<()> {
        match self.single.take() {
            Some(value) if !value.is_no_choice() => self.append(&value),
            _ => Ok(()),
        }
    }

    fn append(&mut self, value: &Value) -> Answer<()> {
        self.secret |= value.marks().meets(Marks::SECRET.and(Marks::HOLDS_SECRET));
        self.foreign |= !is_own(value);
        let written = match finish::holds_omitted(value) {
            true => finish::plain(value)?.write_str(&mut self.text),
            false => value.write_str(&mut self.text),
        };
        written.map_err(types::unprintable)
    }

    /// Whether all text that was put out is the project's own.
    pub fn is_own(&self) -> bool {
        !self.foreign && self.single.as_ref().is_none_or(is_own)
    }

    /// Everything put out, as text.
    pub fn into_text(mut self) -> Answer<Value> {
        self.flush()?;
        Ok(Value::text(self.text).marked(Marks::SECRET.when(self.secret)))
    }

    /// The single value that was put out, else the text of all; nothing is `None`, and nothing but what is omitted is
    /// omitted.
    pub fn finish(self) -> Answer<Value> {
        match (self.pieces, &self.single) {
            (0, _) if self.is_omitted() => Ok(Value::new(Data::Omit)),
            (0, _) => Ok(Value::none()),
            (1, Some(single)) => Ok(single.clone()),
            _ => self.into_text(),
        }
    }

    /// Whether nothing was put out but what is omitted.
    pub fn is_omitted(&self) -> bool {
        self.pieces == 0 && self.omits
    }

    /// The single value that was put out.
    pub fn single(&self) -> Option<&Value> {
        self.single.as_ref().filter(|_| self.pieces == 1)
    }
}
