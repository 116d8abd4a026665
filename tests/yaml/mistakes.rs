//! The messages for the mistakes that people make, each with its place and hint.

use provision::source::{Diagnostic, Palette, Sources, render};
use provision::yaml;
use std::path::Path;

fn mistake(text: &str) -> String {
    let sources = Sources::default();
    let error = yaml::parse(&sources, Path::new("x.yml"), text).expect_err(text);
    render(&error, &sources, Palette::PLAIN)
}

/// The message, the place of the first caret and the hints, one a line.
fn short(text: &str) -> String {
    let sources = Sources::default();
    let error = yaml::parse(&sources, Path::new("x.yml"), text).expect_err(text);
    summary(&error, &sources)
}

fn summary(error: &Diagnostic, sources: &Sources) -> String {
    let place = sources.place(error.span()).unwrap_or_default();
    let hints: String = error.hints.iter().map(|hint| format!("\n  {hint}")).collect();
    format!("{place}: {}{hints}", error.message)
}

#[test]
fn a_mistake_is_shown_with_its_line() {
    let expected = "\
error: a value that starts with `{{` must be quoted
 --> x.yml:2:7
  |
2 | path: {{ base }}/x
  |       ^^^^^^^^^^^^
  = hint: write \"{{ base }}/x\"
";
    assert_eq!(mistake("name: a\npath: {{ base }}/x\n"), expected);
}

#[test]
fn the_usual_mistakes_have_their_own_words() {
    let cases = [
        ("a: {{ b }}\n", "x.yml:1:4: a value that starts with `{{` must be quoted\n  write \"{{ b }}\""),
        (
            "- when: {{ b == \"c\" }} and d\n",
            "x.yml:1:9: a value that starts with `{{` must be quoted\n  write '{{ b == \"c\" }} and d'",
        ),
        (
            "a: {% if b %}c{% endif %}\n",
            "x.yml:1:4: a value that starts with `{%` must be quoted\n  write \"{% if b %}c{% endif %}\"",
        ),
        ("a:\n\tb: 1\n", "x.yml:2:1: a tab cannot indent\n  YAML is indented with spaces only"),
        ("a:\n  - b\n\t- c\n", "x.yml:3:1: a tab cannot indent\n  YAML is indented with spaces only"),
        (
            "msg: error: it failed\n",
            "x.yml:1:11: `: ` inside unquoted text starts another mapping\n  quote the value: \"error: it failed\"",
        ),
        (
            "msg: \"a\" + b\n",
            "x.yml:1:10: text follows the quote that ends the value\n  quote the whole value: '\"a\" + b'",
        ),
        ("a: 1\nb:2\nc: 3\n", "x.yml:2:2: a space is missing behind `b:`\n  write `b: 2`"),
        (
            "a: \"b\nc: 'd'\n",
            "x.yml:3:1: the text ends inside a quoted value\n  the closing quote is missing",
        ),
        (
            "src: *.conf\n",
            "x.yml:1:7: the name of an anchor is missing\n  text that starts with `*` or `&` must be quoted",
        ),
        (
            "src: *conf\n",
            "x.yml:1:6: there is no anchor `&conf` before this\n  text that starts with `*` must be quoted: \"*conf\"",
        ),
        ("a: @b\n", "x.yml:1:4: a value cannot start with `@`\n  quote the value"),
        (
            "a: \"\\d\"\n",
            "x.yml:1:5: there is no such escape in a double-quoted value\n  in single quotes a backslash is a backslash",
        ),
        ("a: [1, 2\nb: 3\n", "x.yml:2:2: `,` or `]` was expected, found `:`"),
        (
            "a: !valut x\n",
            "x.yml:1:4: there is no tag `!valut`\n  the tags are `!vault` and `!unsafe`; quote the value if its `!` belongs to the text",
        ),
        (
            "day: 2023-02-30\n",
            "x.yml:1:6: `2023-02-30` reads as a date, and there is no such date\n  quote it if it is meant as text: \"2023-02-30\"",
        ),
        (
            "a: 1\n---\nb: 2\n",
            "x.yml:2:1: there is more than one document, and one was expected\n  `---` stands at the start of a file only",
        ),
        ("a: x\u{1}\n", "x.yml:1:5: the control character U+0001 cannot stand in YAML"),
        (
            "a: 1\n b: 2\n",
            "x.yml:2:3: a mapping cannot start here\n  is the line indented as the one before it?",
        ),
        (
            "- a\nb: c\n",
            "x.yml:2:1: an item with `- ` was expected, found `b`\n  is the line indented as the others? are the quotes before it closed?",
        ),
        (
            "a:\n    b: 1\n  c: 2\n",
            "x.yml:3:3: a key of the mapping was expected, found `c`\n  is the line indented as the others? are the quotes before it closed?",
        ),
        ("[a, b]: c\n", "x.yml:1:1: a key must be text or a number, not a list"),
    ];
    let wrong: Vec<_> = cases
        .iter()
        .map(|(text, wanted)| (short(text), *wanted, *text))
        .filter(|(found, wanted, _)| found != wanted)
        .map(|(found, wanted, text)| format!("{text:?}\n  wanted {wanted}\n  found  {found}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_key_given_twice_is_a_warning_with_both_lines() {
    let sources = Sources::default();
    let (node, warnings) = yaml::parse(&sources, Path::new("x.yml"), "a: 1\nb: 2\na: 3\n").unwrap();
    assert_eq!(node.entry("a").and_then(yaml::Node::as_int), Some(3));
    let expected = "\
warning: the key `a` is given twice; the last one counts
 --> x.yml:3:1
  |
3 | a: 3
  | ^ this one counts
 ::: x.yml:1:1
1 | a: 1
  | - this one is ignored
";
    assert_eq!(warnings.iter().map(|w| render(w, &sources, Palette::PLAIN)).collect::<String>(), expected);
}

#[test]
fn a_tag_without_a_value_is_a_mistake() {
    assert_eq!(short("a: [!x, 1]\n"), "x.yml:1:5: the tag has no value: a blank must follow it");
    assert!(yaml_is_read("a: 'b !x, c'\n") && yaml_is_read("a: [!unsafe '', 1]\n"));
}

fn yaml_is_read(text: &str) -> bool {
    crate::show::documents(text).is_ok()
}

#[test]
fn a_merged_key_may_be_overridden_without_a_warning() {
    let sources = Sources::default();
    let text = "d: &d {x: 1, y: 2}\ne:\n  <<: *d\n  y: 3\n";
    let (_, warnings) = yaml::parse(&sources, Path::new("x.yml"), text).unwrap();
    assert_eq!(warnings, []);
}

#[test]
fn a_decrypted_text_is_not_quoted_in_an_error() {
    let sources = Sources::default();
    let file = sources.add_secret(Path::new("x.yml"), "password: {{ hunter2 }}\n");
    let error = yaml::parse_source(&sources, file).unwrap_err();
    let shown = render(&error, &sources, Palette::PLAIN);
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_text_of_no_file_has_lines_in_the_message() {
    let error = yaml::parse_str("a: 1\nb: [\n").unwrap_err();
    assert_eq!(
        error.message,
        "a value was expected, found the end of the text (line 3, column 1 of the text)"
    );
    assert_eq!(error.labels, []);
}
