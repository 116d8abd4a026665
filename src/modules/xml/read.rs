//! Reading XML.

use super::document::{Document, Element, Id, Kind};

/// The deepest that elements may be nested.
const DEEPEST: usize = 256;

/// Reads a document; with `blanks` off, texts of white space alone are left out.
///
/// # Errors
///
/// What is wrong with it, and in which line.
pub fn read(text: &str, blanks: bool) -> Result<Document, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { text, at: 0, blanks, document: Document::default() };
    reader.document().map_err(|message| {
        let line = text.get(..reader.at).unwrap_or_default().matches('\n').count() + 1;
        format!("{message}, in line {line}")
    })?;
    Ok(reader.document)
}

/// Reads one element, as children are given.
///
/// # Errors
///
/// What is wrong with it.
pub fn read_into(document: &mut Document, text: &str) -> Result<Id, String> {
    let other = read(text.trim(), true)?;
    Ok(graft(document, &other, other.root))
}

fn graft(document: &mut Document, other: &Document, id: Id) -> Id {
    let kind = other.kind(id).cloned().unwrap_or(Kind::Text(String::new()));
    let Kind::Element(element) = kind else { return document.make(kind) };
    let made = document.make(Kind::Element(Element { children: Vec::new(), ..element.clone() }));
    for child in element.children {
        let child = graft(document, other, child);
        document.append(made, child);
    }
    made
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    blanks: bool,
    document: Document,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<(), String> {
        if self.rest().starts_with("<?xml") {
            self.until("?>")?;
        }
        self.document.prolog = self.around()?;
        if !self.rest().starts_with('<') {
            return Err("there is no element".to_owned());
        }
        self.document.root = self.element(0)?;
        self.document.epilog = self.around()?;
        if self.rest().is_empty() {
            Ok(())
        } else {
            Err("something stands behind the last element".to_owned())
        }
    }

    /// Comments, instructions and the type.
    fn around(&mut self) -> Result<Vec<String>, String> {
        let mut found = Vec::new();
        loop {
            self.skip_blanks();
            let end = match self.rest() {
                rest if rest.starts_with("<!--") => "-->",
                rest if rest.starts_with("<?") => "?>",
                rest if rest.starts_with("<!DOCTYPE") && inner_subset(rest) => "]>",
                rest if rest.starts_with("<!DOCTYPE") => ">",
                _ => return Ok(found),
            };
            found.push(self.until(end)?.to_owned());
        }
    }

    fn element(&mut self, depth: usize) -> Result<Id, String> {
        if depth > DEEPEST {
            return Err("elements are nested too deep".to_owned());
        }
        self.at += 1;
        let name = self.name()?;
        let attributes = self.attributes()?;
        let id = self.document.make(Kind::Element(Element {
            name: name.clone(),
            attributes,
            children: Vec::new(),
        }));
        if self.take("/>") {
            return Ok(id);
        }
        if !self.take(">") {
            return Err(format!("`<{name}` is not closed"));
        }
        while !self.rest().starts_with("</") {
            if let Some(child) = self.child(depth)? {
                self.document.append(id, child);
            }
        }
        self.at += 2;
        let end = self.name()?;
        self.skip_blanks();
        match self.take(">") && end == name {
            true => Ok(id),
            false => Err(format!("`</{end}` stands where `</{name}>` is needed")),
        }
    }

    fn child(&mut self, depth: usize) -> Result<Option<Id>, String> {
        let rest = self.rest();
        let kind = if rest.is_empty() {
            return Err("the document ends early".to_owned());
        } else if rest.starts_with("<!--") {
            Kind::Other(self.until("-->")?.to_owned())
        } else if rest.starts_with("<![CDATA[") {
            let inner = self.until("]]>")?;
            Kind::Cdata(inner.trim_start_matches("<![CDATA[").trim_end_matches("]]>").to_owned())
        } else if rest.starts_with("<?") {
            Kind::Other(self.until("?>")?.to_owned())
        } else if rest.starts_with('<') {
            return self.element(depth + 1).map(Some);
        } else {
            let end = rest.find('<').unwrap_or(rest.len());
            let raw = rest.get(..end).unwrap_or_default();
            self.at += end;
            if !self.blanks && raw.trim().is_empty() {
                return Ok(None);
            }
            Kind::Text(plain(raw)?)
        };
        Ok(Some(self.document.make(kind)))
    }

    fn attributes(&mut self) -> Result<Vec<(String, String)>, String> {
        let mut attributes: Vec<(String, String)> = Vec::new();
        loop {
            self.skip_blanks();
            if self.rest().starts_with(['>', '/']) || self.rest().is_empty() {
                return Ok(attributes);
            }
            let name = self.name()?;
            self.skip_blanks();
            if !self.take("=") {
                return Err(format!("the attribute `{name}` has no value"));
            }
            self.skip_blanks();
            let quote = self.rest().chars().next().filter(|quote| matches!(quote, '"' | '\''));
            let quote = quote.ok_or_else(|| format!("the value of `{name}` has no quotes"))?;
            self.at += 1;
            let raw = self.until(quote.encode_utf8(&mut [0; 4]))?;
            let value = plain(raw.strip_suffix(quote).unwrap_or(raw))?;
            if attributes.iter().any(|(known, _)| *known == name) {
                return Err(format!("the attribute `{name}` stands twice"));
            }
            attributes.push((name, value));
        }
    }

    fn name(&mut self) -> Result<String, String> {
        let rest = self.rest();
        let ends = |scalar: char| scalar.is_whitespace() || "<>/=\"'&".contains(scalar);
        let end = rest.find(ends).unwrap_or(rest.len());
        self.at += end;
        match rest.get(..end) {
            Some(name) if !name.is_empty() => Ok(name.to_owned()),
            _ => Err("a name is missing".to_owned()),
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn take(&mut self, word: &str) -> bool {
        let there = self.rest().starts_with(word);
        self.at += if there { word.len() } else { 0 };
        there
    }

    /// What stands up to the end of a word, the word included.
    fn until(&mut self, word: &str) -> Result<&'a str, String> {
        let rest = self.rest();
        let end = rest.find(word).ok_or_else(|| format!("`{word}` is missing"))? + word.len();
        self.at += end;
        Ok(rest.get(..end).unwrap_or_default())
    }
}

/// Whether the type has declarations of its own.
fn inner_subset(rest: &str) -> bool {
    rest.find('[').is_some_and(|open| rest.find('>').is_some_and(|close| open < close))
}

/// The text with entities replaced.
fn plain(raw: &str) -> Result<String, String> {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let (name, after) = after.split_once(';').ok_or("a `&` stands alone")?;
        out.push(match name {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            "apos" => '\'',
            _ => numbered(name).ok_or_else(|| format!("`&{name};` is not known"))?,
        });
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

fn numbered(name: &str) -> Option<char> {
    let digits = name.strip_prefix('#')?;
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16).ok()?,
        None => digits.parse().ok()?,
    };
    char::from_u32(code)
}
