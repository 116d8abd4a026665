//! Permissions: a number, octal text, or symbolic text.

use super::Argument;
use crate::host::Data;

/// Permissions as an argument.
#[derive(Clone, PartialEq, Debug)]
pub enum Mode {
    Octal(u32),
    /// `u=rwX,g-w`, kept as text: what it means depends on the file. Its syntax is checked.
    Symbolic(String),
    /// The permissions of the source.
    Preserve,
}

impl Argument for Mode {
    fn kind() -> &'static str {
        "raw"
    }

    fn parse(data: &Data) -> Result<Mode, String> {
        match data {
            Data::Int(value) => octal(u32::try_from(*value).ok(), data),
            Data::Text(text) if text == "preserve" => Ok(Mode::Preserve),
            Data::Text(text) if text.chars().all(|digit| digit.is_ascii_digit()) && !text.is_empty() => {
                octal(u32::from_str_radix(text, 8).ok(), data)
            }
            Data::Text(text) if text.starts_with("0o") => {
                octal(u32::from_str_radix(text.trim_start_matches("0o"), 8).ok(), data)
            }
            Data::Text(text) => symbolic(text),
            data => Err(format!(
                "must be permissions such as `0644` or `u=rw,g=r`, not {}",
                super::scalar::describe(data)
            )),
        }
    }
}

fn octal(bits: Option<u32>, data: &Data) -> Result<Mode, String> {
    match bits {
        Some(bits) if bits <= 0o7777 => Ok(Mode::Octal(bits)),
        _ => Err(format!(
            "must be permissions of at most four octal digits, not {}",
            super::scalar::describe(data)
        )),
    }
}

fn symbolic(text: &str) -> Result<Mode, String> {
    crate::host::mode::symbolic(text, 0, false, 0)?;
    Ok(Mode::Symbolic(text.to_owned()))
}

impl Mode {
    /// The permissions that a name with these ones gets; `None` for [`Mode::Preserve`], which the source decides.
    pub fn bits(&self, before: u32, is_directory: bool, umask: u32) -> Option<u32> {
        match self {
            Mode::Octal(bits) => Some(*bits),
            Mode::Symbolic(text) => crate::host::mode::symbolic(text, before, is_directory, umask).ok(),
            Mode::Preserve => None,
        }
    }
}
