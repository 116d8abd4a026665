//! Colours and headings as `ansible-playbook` has them.

use crate::report::options::Colours;
use crate::report::style::columns;

/// What a text is, for its colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    Ok,
    Changed,
    Skip,
    Error,
    Unreachable,
    Included,
    Verbose,
    Warn,
    Debug,
    DiffAdd,
    DiffRemove,
    DiffLines,
}

/// Colours texts, or leaves them as they are.
pub struct Paint {
    colours: Option<Colours>,
}

impl Paint {
    /// With these colours, or without any.
    pub fn new(on: bool, colours: &Colours) -> Paint {
        Paint { colours: on.then(|| colours.clone()) }
    }

    /// The text in the colour; each of its lines by itself.
    pub fn paint(&self, tone: Tone, text: &str) -> String {
        let Some(colours) = &self.colours else { return text.to_owned() };
        let code = code(named(colours, tone));
        let lines: Vec<String> = text.split('\n').map(|line| format!("\x1b[{code}m{line}\x1b[0m")).collect();
        lines.join("\n")
    }
}

fn named(colours: &Colours, tone: Tone) -> &str {
    let (chosen, usual) = match tone {
        Tone::Ok => (&colours.ok, "green"),
        Tone::Changed => (&colours.changed, "yellow"),
        Tone::Skip => (&colours.skip, "cyan"),
        Tone::Error => (&colours.error, "red"),
        Tone::Unreachable => (&colours.unreachable, "bright red"),
        Tone::Included => (&colours.included, "cyan"),
        Tone::Verbose => (&colours.verbose, "blue"),
        Tone::Warn => (&colours.warn, "bright purple"),
        Tone::Debug => (&colours.debug, "dark gray"),
        Tone::DiffAdd => (&colours.diff_add, "green"),
        Tone::DiffRemove => (&colours.diff_remove, "red"),
        Tone::DiffLines => (&colours.diff_lines, "cyan"),
    };
    chosen.as_deref().unwrap_or(usual)
}

/// The escape code of a colour by its name; that of no colour for a name which is none.
fn code(name: &str) -> String {
    let known = match name {
        "black" => "0;30",
        "red" => "0;31",
        "green" => "0;32",
        "yellow" => "0;33",
        "blue" => "0;34",
        "purple" => "0;35",
        "cyan" => "0;36",
        "bright gray" => "0;37",
        "dark gray" => "1;30",
        "bright red" => "1;31",
        "bright green" => "1;32",
        "bright yellow" => "1;33",
        "bright blue" => "1;34",
        "bright purple" | "magenta" | "bright magenta" => "1;35",
        "bright cyan" => "1;36",
        "white" => "1;37",
        _ => return numbered(name).unwrap_or_else(|| "0".to_owned()),
    };
    known.to_owned()
}

/// `colorN` of the 256.
fn numbered(name: &str) -> Option<String> {
    let number: u8 = name.strip_prefix("color")?.parse().ok()?;
    Some(format!("38;5;{number}"))
}

/// A heading: an empty line, the text, and stars up to the width of the terminal, which counts as 80 where there is
/// none or it is narrower.
pub fn banner(text: &str, terminal: usize) -> String {
    let width = terminal.saturating_sub(1).max(79);
    let stars = width.saturating_sub(columns(text.trim())).max(3);
    format!("\n{} {}\n", text.trim(), "*".repeat(stars))
}
