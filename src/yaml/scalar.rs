//! How a text may stand in YAML: plain, in single quotes, or in double ones. The rules are those
//! of libyaml's emitter, which PyYAML uses.

use std::sync::LazyLock;

/// How a scalar may be written.
#[derive(Clone, Copy, Debug)]
pub struct Analysis {
    pub empty: bool,
    pub multiline: bool,
    pub flow_plain: bool,
    pub block_plain: bool,
    pub single_quoted: bool,
    /// Whether it can stand line by line behind `|`.
    pub literal: bool,
}

/// Whether a sign ends a line.
pub fn is_break(char: char) -> bool {
    matches!(char, '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_blank(char: Option<&char>) -> bool {
    char.is_none_or(|char| matches!(char, '\0' | ' ' | '\t' | '\r') || is_break(*char))
}

/// What was seen in a scalar.
#[derive(Default)]
struct Seen {
    block_indicators: bool,
    flow_indicators: bool,
    line_breaks: bool,
    special: bool,
    space_at_end: bool,
    edge: bool,
    break_space: bool,
    space_break: bool,
}

/// Looks at a scalar.
pub fn analyze(text: &str, allow_unicode: bool) -> Analysis {
    if text.is_empty() {
        return Analysis {
            empty: true,
            multiline: false,
            flow_plain: false,
            block_plain: true,
            single_quoted: true,
            literal: false,
        };
    }
    let mut seen = Seen::default();
    if text.starts_with("---") || text.starts_with("...") {
        (seen.block_indicators, seen.flow_indicators) = (true, true);
    }
    let chars: Vec<char> = text.chars().collect();
    indicators(&chars, &mut seen);
    seen.special = chars.iter().any(|char| is_special(*char, allow_unicode));
    spaces(&chars, &mut seen);
    let never = seen.space_break || seen.special;
    let plain = !(seen.edge || seen.space_at_end || seen.break_space || never || seen.line_breaks);
    Analysis {
        empty: false,
        multiline: seen.line_breaks,
        flow_plain: plain && !seen.flow_indicators,
        block_plain: plain && !seen.block_indicators,
        single_quoted: !seen.break_space && !never,
        literal: !never && !text.ends_with(' '),
    }
}

fn indicators(chars: &[char], seen: &mut Seen) {
    for (index, char) in chars.iter().enumerate() {
        let followed = is_blank(chars.get(index + 1));
        let preceded = index == 0 || is_blank(chars.get(index - 1));
        let (flow, block) = match char {
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@'
            | '`'
                if index == 0 =>
            {
                (true, true)
            }
            '?' | ':' if index == 0 => (true, followed),
            '-' if index == 0 => (followed, followed),
            ',' | '?' | '[' | ']' | '{' | '}' => (true, false),
            ':' => (true, followed),
            '#' => (preceded, preceded),
            _ => (false, false),
        };
        seen.flow_indicators |= flow;
        seen.block_indicators |= block;
        seen.line_breaks |= is_break(*char);
    }
}

fn is_special(char: char, allow_unicode: bool) -> bool {
    let is_text = match char {
        '\n' | ' '..='~' => return false,
        '\u{feff}' => false,
        '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' => true,
        _ => false,
    };
    !is_text || !allow_unicode
}

fn spaces(chars: &[char], seen: &mut Seen) {
    let last = chars.len() - 1;
    let (mut after_space, mut after_break) = (false, false);
    for (index, char) in chars.iter().enumerate() {
        let (space, line_break) = (*char == ' ', is_break(*char));
        seen.edge |= (space || line_break) && index == 0;
        seen.space_at_end |= (space || line_break) && index == last;
        seen.break_space |= space && after_break;
        seen.space_break |= line_break && after_space;
        (after_space, after_break) = (space, line_break);
    }
}

const OTHER_TYPES: &str = r"^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF|~|null|Null|NULL||<<|=|[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?(?:[Tt]|[ \t]+)[0-9][0-9]?:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9][0-9]?(?::[0-9]{2})?))?)$";

static OTHER: LazyLock<Option<fancy_regex::Regex>> =
    LazyLock::new(|| fancy_regex::Regex::new(OTHER_TYPES).ok());

/// Whether a plain text would be read as something else than text.
pub fn reads_as_other(text: &str) -> bool {
    OTHER.as_ref().is_none_or(|regex| regex.is_match(text).unwrap_or(true))
}
