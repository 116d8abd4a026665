use super::{Flags, Regex, Text};

/// Each line: expression, text, what the groups matched (parted by `|`, `-` for none), as Python's `re.search` has it.
const CASES: &[(&str, &str, &str)] = &[
    ("^foo$", "foo\n", "foo"),
    (r"^foo\Z", "foo\n", "-"),
    (r"a(b|c)*d", "xabcbd", "abcbd|b"),
    (r"(\w+)\s*=\s*(.*)$", "key = value\n", "key = value|key|value"),
    (r"(?P<a>x)(?P=a)", "xx", "xx|x"),
    (r"(?<=a)b", "ab", "b"),
    (r"(?<!a)b", "ab", "-"),
    (r"a(?=b)", "ab", "a"),
    (r"a(?!b)", "ab", "-"),
    (r"(?i)ÄB", "äb", "äb"),
    (r"a{2,3}", "aaaa", "aaa"),
    (r"a{2,3}?", "aaaa", "aa"),
    (r"a{,2}b", "aaab", "aab"),
    (r"x{", "x{", "x{"),
    (r"[^]a]+", "]ab", "b"),
    (r"[\d.-]+", "a1.2-3", "1.2-3"),
    (r"\bfoo\b", "a foo b", "foo"),
    (r"(a*)*b", "aab", "aab|"),
    (r"(?:)*x", "x", "x"),
    (r"(a)?(?(1)b|c)", "c", "c|-"),
    (r"(?m)^b$", "a\nb\nc", "b"),
    (r"(?s)a.b", "a\nb", "a\nb"),
    (r"a.b", "a\nb", "-"),
    (r"^#?\s*PermitRootLogin", "#PermitRootLogin yes\n", "#PermitRootLogin"),
    (r"(?x) a b # comment", "ab", "ab"),
    (r"a++b", "aab", "aab"),
    (r"(?>a+)ab", "aaab", "-"),
    (r"\x41\u00e9\.", "Aé.", "Aé."),
    (r"(a|ab)(c|bcd)(d*)", "abcd", "abcd|a|bcd|"),
];

#[test]
fn expressions_match_as_in_python() {
    for (pattern, text, wanted) in CASES {
        let regex = Regex::new(pattern, Flags::default()).unwrap();
        let text = Text::new(text);
        let found = regex.find_at(&text, 0).map_or("-".to_owned(), |found| {
            let group = |number| found.group(number).map_or("-".to_owned(), |place| text.part(place));
            (0..=regex.groups).map(group).collect::<Vec<_>>().join("|")
        });
        assert_eq!(&found, wanted, "{pattern}");
    }
}

#[test]
fn replacements_are_expanded() {
    let regex = Regex::new(r"(\w+)@(?P<host>\w+)", Flags::default()).unwrap();
    assert_eq!(regex.replace_all("a@b c@d", r"\g<host>.\1\n").unwrap(), ("b.a\n d.c\n".to_owned(), 2));
    let empty = Regex::new("x*", Flags::default()).unwrap();
    assert_eq!(empty.replace_all("abxd", "-").unwrap(), ("-a-b--d-".to_owned(), 5));
    assert!(regex.replace_all("a@b", r"\9").is_err());
}

#[test]
fn what_is_wrong_is_said_and_what_takes_years_is_given_up() {
    for wrong in ["(", "a)", "[a", "*a", "a{3,2}", r"\q", r"(?<=a*)b", "(?P<n>a)(?P<n>b)"] {
        assert!(Regex::new(wrong, Flags::default()).is_err(), "{wrong}");
    }
    let slow = Regex::new("^(a+)+$", Flags::default()).unwrap();
    assert!(slow.search(&("a".repeat(40) + "b")).is_none());
}
