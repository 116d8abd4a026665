//! JSON, as data.

use super::Data;
use serde::Serialize;
use serde_json::ser::Formatter;
use std::io::{self, Write};

/// The data that a JSON text says.
pub fn parse(text: &str) -> Result<Data, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// The data as JSON in one line.
pub fn print(data: &Data) -> String {
    serde_json::to_string(data).unwrap_or_default()
}

/// The data as Python's `json.dumps` prints it: with a space after commas and colons, in ASCII.
pub fn print_spaced(data: &Data) -> String {
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, Spaced);
    match data.serialize(&mut serializer) {
        Ok(()) => ascii(&String::from_utf8_lossy(&bytes)),
        Err(_) => String::new(),
    }
}

fn ascii(text: &str) -> String {
    let mut units = [0; 2];
    let mut out = String::with_capacity(text.len());
    for scalar in text.chars() {
        if scalar.is_ascii() {
            out.push(scalar);
        } else {
            scalar.encode_utf16(&mut units).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        }
    }
    out
}

struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}
