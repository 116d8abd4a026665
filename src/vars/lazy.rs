//! Which text is a template.

use super::Marks;

/// How a text starts that is a template with settings in its first line.
pub const HEADER: &str = "#jinja2:";

/// The marks of text that the user wrote in a file or typed: trusted, and lazy where it holds
/// template syntax. `!unsafe` text, and text from hosts, gets no marks at all.
pub fn lazy_marks(text: &str) -> Marks {
    Marks::TRUSTED.and(Marks::LAZY.when(holds_template(text)))
}

fn holds_template(text: &str) -> bool {
    has_braces(text) || text.starts_with(HEADER)
}

/// Whether anything in the text begins what is evaluated.
pub fn has_braces(text: &str) -> bool {
    text.as_bytes().windows(2).any(|pair| matches!(pair, b"{{" | b"{%" | b"{#"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_alone_are_no_template() {
        assert!(lazy_marks("{{ x }}").has(Marks::LAZY));
        assert!(lazy_marks("a{% if x %}").has(Marks::LAZY));
        assert!(!lazy_marks("{ }}").has(Marks::LAZY));
        assert!(lazy_marks("plain").has(Marks::TRUSTED));
    }
}
