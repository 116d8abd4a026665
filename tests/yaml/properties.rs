//! What must hold for every text.

use crate::show::show;
use crate::{cases, text};
use proptest::prelude::*;
use provision::source::Sources;
use provision::yaml::{self, Node, NodeData, Origin, Style};
use std::path::Path;

/// Reads a text; panics are what these tests look for.
fn read(text: &str) -> Option<Vec<Node>> {
    let sources = Sources::default();
    let file = sources.add(Path::new("x.yml"), text);
    match yaml::parse_all(&sources, file) {
        Ok((nodes, _)) => Some(nodes),
        Err(error) => {
            for label in &error.labels {
                assert!(text.get(label.span.start as usize..label.span.end as usize).is_some(), "{error:?}");
            }
            None
        }
    }
}

fn each(node: &Node, look: &mut dyn FnMut(&Node)) {
    look(node);
    match &node.data {
        NodeData::Scalar(_) => {}
        NodeData::Seq(items) => items.iter().for_each(|item| each(item, look)),
        NodeData::Map(entries) => entries.iter().for_each(|(key, value)| {
            each(key, look);
            each(value, look);
        }),
    }
}

/// Spans are inside the text; pieces of a scalar are the same in text and file.
fn spans_hold(node: &Node, source: &str) {
    let written = source.get(node.span.start as usize..node.span.end as usize);
    assert!(written.is_some(), "{node:?} is outside {source:?}");
    let Some(scalar) = node.as_scalar() else { return };
    match &scalar.origin {
        Origin::Exact(span) => {
            assert_eq!(&source[span.start as usize..span.end as usize], &*scalar.text, "{source:?}");
        }
        Origin::Pieces(_, pieces) => {
            for piece in pieces.iter().filter(|piece| piece.length > 1) {
                let part = |from: u32| from as usize..(from + piece.length) as usize;
                assert_eq!(source.get(part(piece.file)), scalar.text.get(part(piece.text)), "{source:?}");
            }
        }
        Origin::Whole(_) => {}
    }
    for (start, end) in [(0, scalar.text.len()), (0, 0), (scalar.text.len(), scalar.text.len())] {
        let part = node.part(start, end);
        assert!(source.get(part.start as usize..part.end as usize).is_some(), "{source:?} {part:?}");
    }
}

/// A scalar cut out of the text reads as the same scalar.
fn reads_again(node: &Node, source: &str) {
    let Some(scalar) =
        node.as_scalar().filter(|scalar| scalar.style != Style::Plain || !scalar.text.is_empty())
    else {
        return;
    };
    let block = matches!(scalar.style, Style::Literal | Style::Folded);
    let written = &source[node.span.start as usize..node.span.end as usize];
    if ["=", "<<"].contains(&written) {
        return;
    }
    let many_lines = written.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
    if block || many_lines || source.contains("!!") || node.tag.is_some() {
        return;
    }
    let again = read(&format!("[{written}]")).expect(written);
    let again = again[0].as_seq().unwrap();
    assert_eq!(again.len(), 1, "{written}");
    assert_eq!(
        (&again[0].text(), &again[0].as_scalar().unwrap().style),
        (&node.text(), &scalar.style),
        "{written}"
    );
}

fn check(source: &str) {
    for document in read(source).unwrap_or_default() {
        each(&document, &mut |node| spans_hold(node, source));
        show(&document);
    }
}

#[test]
fn the_spans_of_all_cases_hold() {
    for case in cases() {
        let (_, text) = text(&case);
        check(text.strip_prefix('\u{feff}').unwrap_or(&text));
    }
}

#[test]
fn scalars_in_flow_read_again() {
    for case in cases() {
        let (name, text) = text(&case);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        if name.starts_with("\"- ") || name.ends_with(".yml") && name != "group_vars.yml" {
            for document in read(text).unwrap_or_default() {
                let in_flow = |node: &Node| {
                    !node.text().unwrap_or("").contains(['[', ']', '{', '}', ',', '?', ':', '!', '&', '*'])
                };
                each(&document, &mut |node| {
                    if in_flow(node) {
                        reads_again(node, text)
                    }
                });
            }
        }
    }
}

#[test]
fn all_lines_of_a_block_are_found() {
    let source = "a: |\n  one {{ x }}\n\n    two\n  three {{ y }}\nb: >-\n  fold {{ z }}\n  more {{ w }}\n";
    let nodes = read(source).unwrap();
    for (key, words) in [("a", ["{{ x }}", "two", "{{ y }}"]), ("b", ["fold", "{{ z }}", "{{ w }}"])] {
        let node = nodes[0].entry(key).unwrap();
        for word in words {
            let at = node.text().unwrap().find(word).unwrap();
            let span = node.part(at, at + word.len());
            assert_eq!(&source[span.start as usize..span.end as usize], word);
        }
    }
}

#[test]
fn places_are_found_behind_escapes() {
    let source = "a: \"\\\\d+ \\u00e9 {{ x }}\"\nb: 'it''s {{ x }}'\nc: \"two\n  lines {{ x }}\"\n";
    let nodes = read(source).unwrap();
    for (key, line) in [("a", 0), ("b", 1), ("c", 3)] {
        let node = nodes[0].entry(key).unwrap();
        let at = node.text().unwrap().find("x }}").unwrap();
        let span = node.part(at, at + 1);
        let expected =
            source.match_indices("x }}").nth(["a", "b", "c"].iter().position(|k| *k == key).unwrap());
        assert_eq!(span.start as usize, expected.unwrap().0, "{key} in line {line}");
    }
}

#[test]
fn too_much_is_refused() {
    let laughs: String = (1..9)
        .map(|level| {
            let many = vec![format!("*l{}", level - 1); 10].join(",");
            format!("l{level}: &l{level} [{many}]\n")
        })
        .collect();
    assert!(read(&format!("l0: &l0 [lol]\n{laughs}")).is_none());
    assert!(read(&"[".repeat(5000)).is_none());
    assert!(read(&"- ".repeat(5000)).is_none());
    assert!(read(&format!("{}{}", "{\"a\":".repeat(5000), "}".repeat(5000))).is_none());
}

/// Text that is much like YAML.
fn like_yaml() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => prop::sample::select(vec![
            "a", "b:", "c: ", "- ", "? ", ": ", "\n", "\n  ", "\n    ", "\t", "|", ">", "|-\n", ">+\n", "|2\n", "[", "]",
            "{", "}", ", ", "'", "\"", "\\", "\\\n", "&x ", "*x", "!!str ", "!unsafe ", "!vault ", "!", "<<: ", "#", " # ",
            "---\n", "...\n", "%YAML 1.1\n", "%TAG ! x\n", "\r\n", "\r", "\u{85}", "\u{2028}", "\u{feff}", "ä", "😀", "{{ x }}",
            "~", "0x1", "1:30", "2024-01-01", "''", "\\x41", "\\u00e9", "@", "`", " ", "  ",
        ]).prop_map(str::to_owned),
        1 => "[ -~]{0,6}",
        1 => "\\PC{0,3}",
    ];
    prop::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_breaks_the_reader(source in like_yaml()) {
        check(&source);
    }

    #[test]
    fn no_characters_break_the_reader(source in any::<String>()) {
        check(&source);
    }

    #[test]
    fn no_bytes_break_the_decoder(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(text) = yaml::decode(Path::new("x"), bytes) {
            check(&text);
        }
    }

    #[test]
    fn texts_in_json_come_back(source in any::<String>()) {
        let json = serde_json::to_string(&[&source]).unwrap();
        let sources = Sources::default();
        let (node, _) = yaml::parse(&sources, Path::new("x.json"), json).unwrap();
        prop_assert_eq!(node.as_seq().unwrap()[0].text(), Some(&*source));
    }
}
