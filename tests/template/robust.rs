//! Arbitrary text makes errors, never a panic.

use proptest::prelude::*;
use provision::source::Span;
use provision::template::{Context, Engine, Overrides, Variables};
use provision::vars::{Value, lazy_marks};

fn scope() -> Variables {
    Variables::default()
        .with("a", Value::from(3_i64))
        .with("b", Value::from("text é"))
        .with("c", Value::from_iter([1_i64, 2]))
        .with("d", Value::from_iter([("k", Value::from(1.5)), ("n", Value::none())]))
}

fn try_all(text: &str) {
    let (engine, scope) = (Engine::default(), scope());
    let lazy = Value::from(text).marked(lazy_marks(text));
    let _ = engine.resolve(&lazy, &scope);
    let _ = engine.condition(&Value::from(text).marked(provision::vars::Marks::TRUSTED), &scope);
    let _ = engine.template_text(text, Span::NONE, &Overrides::default(), &scope);
    let _ = engine.check_template(text, Span::NONE, &Context::default());
    let _ = engine.names_used(text, Span::NONE, &Context::default());
}

fn word() -> impl Strategy<Value = String> {
    let words = [
        "a",
        "b",
        "c",
        "d",
        "u",
        "1",
        "0",
        "-1",
        "2.5",
        "'x'",
        "\"%s\"",
        "'{:>5}'",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        ",",
        ":",
        ".",
        "|",
        "+",
        "-",
        "*",
        "/",
        "//",
        "%",
        "**",
        "~",
        "==",
        "<",
        "in",
        "not",
        "is",
        "and",
        "or",
        "if",
        "else",
        "defined",
        "default",
        "map",
        "join",
        "upper",
        "sort",
        "format",
        "regex_replace",
        "to_yaml",
        "batch",
        "slice",
        "k",
        "items",
        "append",
        "{{",
        "}}",
        "{%",
        "%}",
        "for",
        "endfor",
        "set",
        "endset",
        "macro",
        "endmacro",
        "=",
        "x",
        "wordwrap",
        "truncate",
        "indent",
        "center",
        "zip",
        "combine",
        "dict2items",
        "strftime",
        "random",
        "\n",
        " ",
        "split",
        "human_readable",
        "int",
        "round",
        "json_query",
        "ipaddr",
        "version",
        "combinations",
        "flatten",
        "é",
    ];
    prop::sample::select(words.to_vec()).prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in "\\PC{0,60}") {
        try_all(&text);
        try_all(&format!("{{{{ {text} }}}}"));
    }

    #[test]
    fn any_words(words in prop::collection::vec(word(), 0..14)) {
        try_all(&words.join(" "));
        try_all(&format!("{{{{ {} }}}}", words.join(" ")));
        try_all(&format!("{{{{ {} }}}}", words.concat()));
    }

    #[test]
    fn any_filter_on_any_value(filter in word(), value in word(), arguments in prop::collection::vec(word(), 0..3)) {
        try_all(&format!("{{{{ {value} | {filter}({}) }}}}", arguments.join(", ")));
        try_all(&format!("{{{{ {value}.{filter}({}) }}}}", arguments.join(", ")));
    }
}

#[test]
fn deep_nesting_is_an_error() {
    for (open, close) in [("(", ")"), ("[", "]"), ("-", ""), ("not ", ""), ("a if a else ", "a"), ("a[", "]")]
    {
        let text = format!("{{{{ {}a{} }}}}", open.repeat(5000), close.repeat(5000));
        try_all(&text);
    }
    try_all(&"{% if a %}".repeat(3000));
    try_all(&"{{ a".repeat(3000));
    try_all("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}");
    try_all("{% for i in c recursive %}{{ loop(c) }}{% endfor %}");
    try_all(&format!("{{{{ a{} }}}}", " + a".repeat(20000)));
    try_all(&format!("{{{{ a{} }}}}", " | string".repeat(3000)));
    try_all(&format!("{{{{ a{} }}}}", ".x".repeat(3000)));
}

#[test]
fn long_chains_of_variables_fit_the_stack() {
    let engine = Engine::default();
    let mut scope = Variables::default().with("v50", Value::from("end"));
    for index in 0..50 {
        let text = format!("{{{{ ((v{} | default('x')) ~ '') | replace('a', 'b') | upper }}}}", index + 1);
        let value = Value::from(text.as_str()).marked(lazy_marks(&text));
        scope.all.insert(format!("v{index}").into(), value);
    }
    let first = scope.all["v0"].clone();
    assert_eq!(engine.resolve(&first, &scope).unwrap(), Value::from("END"));
    let nested = "{% macro m(n) %}{% if n > 0 %}{% for i in [1] %}{{ m(n - 1) }}{% endfor %}{% endif %}{% endmacro %}{{ m(25) }}x";
    let value = Value::from(nested).marked(lazy_marks(nested));
    assert_eq!(engine.resolve(&value, &scope).unwrap(), Value::from("x"));
}
