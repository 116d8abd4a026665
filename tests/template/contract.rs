//! What the rest of the program relies on: laziness, promises, secrets, messages, both languages.

use provision::source::{Diagnostic, Palette, Span, render};
use provision::template::{Context, Engine, Error, Language, Overrides, Services, Surroundings, Variables};
use provision::vars::{Marks, Promise, Value, lazy_marks};
use std::path::Path;
use std::sync::{Arc, Mutex};

fn lazy(text: &str) -> Value {
    Value::from(text).marked(lazy_marks(text))
}

fn resolved(text: &str, scope: &Variables) -> Result<Value, Error> {
    Engine::default().resolve(&lazy(text), scope)
}

fn shown(text: &str, scope: &Variables) -> String {
    match resolved(text, scope) {
        Ok(value) => value.repr().unwrap(),
        Err(error) => format!("! {}", error.into_diagnostic().message),
    }
}

fn classic(scope: Variables) -> Variables {
    let surroundings = Surroundings { language: Language::Classic, ..Surroundings::default() };
    let context = Context { surroundings: Arc::new(surroundings), ..scope.context.clone() };
    Variables { context, ..scope }
}

#[test]
fn variables_are_evaluated_when_used_through_any_depth() {
    let scope = Variables::default()
        .with("a", lazy("{{ b }}!"))
        .with("b", lazy("{{ c.d }}"))
        .with("c", Value::from_iter([("d", lazy("{{ 1 + 1 }}")), ("e", lazy("{{ nope }}"))]));
    assert_eq!(shown("{{ a }}", &scope), "'2!'");
    assert_eq!(shown("{{ c.d + 1 }}", &scope), "3");
    assert_eq!(shown("{{ c }}", &scope), "! `nope` is not defined");
}

#[test]
fn results_are_never_evaluated_again() {
    let scope = Variables::default()
        .with("data", Value::from("{{ 1 + 1 }}"))
        .with("use", lazy("{{ data }}"))
        .with("made", lazy("{{ '{' ~ '{ 1 }' ~ '}' }}"));
    assert_eq!(shown("{{ use }}", &scope), "'{{ 1 + 1 }}'");
    assert_eq!(shown("{{ made }}", &scope), "'{{ 1 }}'");
}

#[test]
fn a_cycle_is_printed() {
    let scope = Variables::default()
        .with("a", lazy("{{ b }}"))
        .with("b", lazy("x{{ c }}"))
        .with("c", lazy("{{ a }}"));
    assert_eq!(shown("{{ a }}", &scope), "! `a` is defined by itself: `a` → `b` → `c` → `a`");
}

#[test]
fn a_cycle_through_what_variables_hold_is_an_error() {
    let holds = |text: &str| Value::from_iter([lazy(text)]).marked(Marks::LAZY);
    let scope = Variables::default()
        .with("own", holds("{{ own }}"))
        .with("a", holds("{{ b }}"))
        .with("b", holds("{{ a }}"));
    for name in ["own", "a"] {
        let said = shown(&format!("{{{{ {name} | to_json }}}}"), &scope);
        assert!(said.contains("is defined by itself"), "{said}");
    }
}

#[test]
fn a_promise_is_awaited_only_if_it_is_touched() {
    let promise = Arc::new(Promise::default());
    let scope = Variables::default().with("result", Value::promise(promise.clone()));
    assert_eq!(shown("{{ true or result.rc == 0 }}", &scope), "True");
    assert!(
        matches!(resolved("{{ result.rc }}", &scope), Err(Error::Pending(found)) if Arc::ptr_eq(&found, &promise))
    );
    promise.settle(Value::from_iter([("rc", Value::from(3_i64))]));
    assert_eq!(shown("{{ result.rc + 1 }}", &scope), "4");
}

#[test]
fn choices_stay_the_same_when_an_expression_is_evaluated_again() {
    let promise = Arc::new(Promise::default());
    let scope = Variables::default().with("result", Value::promise(promise.clone()));
    let text = lazy("{% for i in [1, 2] %}{{ 10**9 | random }},{% endfor %}{{ now().microsecond }}");
    let engine = Engine::default();
    let first = engine.resolve(&text, &scope).unwrap();
    scope.context.resolved.clear();
    let again = engine.resolve(&text, &scope).unwrap();
    assert_eq!(first, again);
    let other = Variables { context: scope.context.fresh(), ..Variables::default() };
    assert_ne!(first, engine.resolve(&text, &other).unwrap());
}

#[test]
fn secrets_stay_secret() {
    let secret = Value::from("hunter2").marked(Marks::SECRET);
    let scope = Variables::default()
        .with("password", secret.clone())
        .with("db", Value::from_iter([("user", Value::from("me")), ("password", secret)]));
    let is_secret = |text: &str| resolved(text, &scope).unwrap().is_secret();
    for text in [
        "{{ password }}",
        "{{ password | upper }}",
        "a{{ password }}",
        "{{ password ~ 'x' }}",
        "{{ 'x' + password }}",
        "{{ password[0] }}",
        "{{ password.split('t') | first }}",
        "{{ db.password }}",
        "{{ db | to_json }}",
        "{{ (db | combine({'x': 1})).password }}",
        "{{ [password] | join(',') }}",
        "{{ '%s' % password }}",
        "{{ '{}'.format(password) }}",
        "{{ password | b64encode }}",
        "{{ (password | list) | last }}",
        "{% set x = password %}{{ x }}",
        "{% for c in password %}{{ c }}{% endfor %}",
    ] {
        assert!(is_secret(text), "{text}");
    }
    for text in ["{{ db.user }}", "{{ db.user | upper }}", "{{ 'a' if password else 'b' }}"] {
        assert!(!is_secret(text), "{text}");
    }
}

#[test]
fn a_message_shows_the_definition_and_every_use() {
    let mut scope = Variables::default();
    let sources = scope.context.surroundings.sources.clone();
    let vars = sources.add(Path::new("vars.yml"), "url: \"https://{{ domian }}/\"\nlink: '{{ url }}'\n");
    let task = sources.add(Path::new("task.yml"), "dest: \"{{ link | upper }}\"\n");
    scope.all.insert("domain".into(), Value::from("x"));
    scope.all.insert("url".into(), lazy("https://{{ domian }}/").at(Span::new(vars, 5, 28)));
    scope.all.insert("link".into(), lazy("{{ url }}").at(Span::new(vars, 35, 46)));
    let error = Engine::default()
        .resolve(&lazy("{{ link | upper }}").at(Span::new(task, 6, 26)), &scope)
        .unwrap_err();
    let expected = "\
error: `domian` is not defined
 --> vars.yml:1:18
  |
1 | url: \"https://{{ domian }}/\"
  |                  ^^^^^^
 ::: vars.yml:2:11
2 | link: '{{ url }}'
  |           --- needed here
 ::: task.yml:1:11
1 | dest: \"{{ link | upper }}\"
  |           ---- needed here
  = hint: did you mean `domain`?
";
    assert_eq!(render(&error.into_diagnostic(), &sources, Palette::PLAIN), expected);
}

#[test]
fn mistakes_are_found_without_evaluation() {
    let (engine, context) = (Engine::default(), Context::default());
    let messages = |text: &str| -> Vec<String> {
        let found = engine.check_template(text, Span::NONE, &context);
        found
            .all
            .into_iter()
            .map(|diagnostic| format!("{} {:?}", diagnostic.message, diagnostic.hints))
            .collect()
    };
    assert_eq!(messages("{{ a | uper }}"), ["there is no filter `uper` [\"did you mean `upper`?\"]"]);
    assert_eq!(messages("{{ a is defned }}"), ["there is no test `defned` [\"did you mean `defined`?\"]"]);
    assert_eq!(
        messages("{{ lookup('flie', 'x') }}"),
        ["there is no lookup `flie` [\"did you mean `file`?\"]"]
    );
    assert_eq!(messages("{{ a | map('uper') }}"), ["there is no filter `uper` [\"did you mean `upper`?\"]"]);
    assert_eq!(messages("{{ a b }}"), ["found `b` where the end of the expression was expected []"]);
    assert!(messages("{% for x in y %}{{ x | upper }}{% endfor %}").is_empty());
}

#[test]
fn free_names_are_known() {
    let (engine, context) = (Engine::default(), Context::default());
    let text = "{% set a = b.c %}{{ a }}{% for x in y if x.z %}{{ x + loop.index }}{% endfor %}{{ v | default(w) }}{{ lookup('env', e) }}";
    let used = engine.names_used(text, Span::NONE, &context);
    let names: Vec<(&str, bool)> = used.iter().map(|used| (&*used.name, used.forgiven)).collect();
    assert_eq!(names, [("b", false), ("y", false), ("v", true), ("w", false), ("e", false)]);
}

#[test]
fn an_argument_can_be_left_out_in_both_languages() {
    let scope = || Variables::default().with("left_out", lazy("{{ omit }}"));
    for scope in [scope(), classic(scope())] {
        for text in ["{{ omit if true else force }}", "{{ nope | default(omit) }}", "{{ left_out }}"] {
            assert!(resolved(text, &scope).unwrap().is_omit(), "{text}");
        }
    }
}

#[test]
fn classic_results_are_text_that_turns_back() {
    let scope = Variables::default()
        .with("n", Value::from(5_i64))
        .with("nothing", Value::none())
        .with("l", Value::from_iter([1_i64, 2]))
        .with("json", Value::from("{\"a\": [true, null]}"))
        .with("t", lazy("{{ n }}"));
    let scope = classic(scope);
    assert_eq!(shown("{{ n }}", &scope), "5");
    assert_eq!(shown("{{ t }}", &scope), "'5'");
    assert_eq!(shown("{{ n + 1 }}", &scope), "'6'");
    assert_eq!(shown("{{ l + [3] }}", &scope), "[1, 2, 3]");
    assert_eq!(shown("{{ nothing }}", &scope), "None");
    assert_eq!(shown("a{{ none }}", &scope), "'a'");
    assert_eq!(shown("{{ l | to_json }}", &scope), "'[1, 2]'");
    assert_eq!(shown("{{ n == 5 }}", &scope), "True");
    assert_eq!(shown("{{ json }}", &scope), "{'a': [True, None]}");
    assert_eq!(shown("{{ 'x' if false }}", &scope), "''");
    assert_eq!(shown("{{ vars['t'] }}", &scope), "'{{ n }}'");
    assert_eq!(shown("{{ [1, 'a' }}", &scope).chars().next(), Some('!'));
    assert_eq!(shown("[{{ n }}, x]", &scope), "'[5, x]'");
}

#[test]
fn a_classic_fact_is_evaluated_again_where_the_project_wrote_it() {
    let host = |text: &str| Value::from_iter([Value::from(text)]);
    let scope = Variables::default()
        .with("path", lazy("/p"))
        .with("mounts", Value::list(Vec::new()))
        .with("host", host("{{ path }}"));
    let scope = classic(scope);
    let fact = |text: &str| provision::template::kept(&resolved(text, &scope).unwrap());
    let later = |fact: Value| Engine::default().resolve(&fact, &scope).unwrap().repr().unwrap();
    assert_eq!(later(fact("{{ mounts + ['a {{ path }}'] }}")), "['a /p']");
    assert_eq!(later(fact("{{ mounts }}\n+\n{{ [{'k': 'a {{ path }}'}] }}\n")), "[{'k': 'a /p'}]");
    assert_eq!(later(fact("x {{ 'a {{ path }}' }}")), "'x a /p'");
    assert_eq!(later(fact("x {{ host[0] }}")), "'x {{ path }}'");
    assert_eq!(later(fact("{{ mounts + host }}")), "['{{ path }}']");
    assert_eq!(later(fact("{{ mounts }} + {{ host }}")), "['{{ path }}']");
}

#[test]
fn a_block_scalar_over_one_expression_keeps_its_type() {
    let scope = Variables::default().with("l", Value::from_iter([1_i64]));
    assert_eq!(shown("{{ l }}\n", &scope), "[1]");
    assert_eq!(shown("{{ l }}\n\n", &scope), "'[1]\\n\\n'");
    assert_eq!(shown("{{ 'a' }}\n", &scope), "'a\\n'");
    assert_eq!(shown("a{{ l }}\n", &scope), "'a[1]\\n'");
    assert_eq!(shown("{% if true %}\n{{ l }}{% endif %}\n", &scope), "[1]");
    assert_eq!(shown("{{ l }}\n", &classic(scope)), "[1]");
}

/// Keeps what it is told.
#[derive(Default)]
struct Listener {
    warnings: Mutex<Vec<Diagnostic>>,
}

impl Services for Listener {
    fn warn(&self, warning: Diagnostic) {
        self.warnings.lock().unwrap().push(warning);
    }
}

#[test]
fn odd_conditions_are_taken_with_a_warning() {
    let listener = Arc::new(Listener::default());
    let surroundings = Surroundings { services: listener.clone(), ..Surroundings::default() };
    let mut scope = Variables::default().with("l", Value::from_iter([1_i64])).with("yes", Value::from(true));
    scope.context.surroundings = Arc::new(surroundings);
    let engine = Engine::default();
    let holds = |text: &str| engine.condition(&lazy(text), &scope).unwrap();
    assert!(holds("yes"));
    assert!(listener.warnings.lock().unwrap().is_empty());
    assert!(holds("l"));
    assert!(holds("{{ yes }}"));
    assert!(!holds("{{ l | length > 1 }}"));
    assert_eq!(listener.warnings.lock().unwrap().len(), 3);
    assert!(engine.condition(&Value::from(false), &scope).is_ok_and(|holds| !holds));
    assert!(matches!(engine.condition(&lazy("nope.x"), &scope), Err(Error::Undefined(_))));
    // What was not written by the user is never evaluated.
    assert!(engine.condition(&Value::from("yes == true"), &scope).is_err());
    assert!(engine.condition(&Value::from("true"), &scope).is_ok_and(|holds| holds));
}

#[test]
fn a_template_file_keeps_its_last_newline_and_reads_its_header() {
    let scope = Variables::default().with("x", Value::from(1_i64));
    let engine = Engine::default();
    let render = |text: &str| {
        let text = engine.template_text(text, Span::NONE, &Overrides::default(), &scope).unwrap();
        text.as_str().unwrap().to_owned()
    };
    assert_eq!(render("a{{ x }}\n"), "a1\n");
    assert_eq!(render("{{ x | string }}\n\n"), "1\n\n");
    assert_eq!(render("a{% if x %}b{% endif %}\n"), "ab\n");
    assert_eq!(render("{{ 'a\n' }}\n"), "a\n");
    // In 2.19 what is no text is written without the newlines of the file.
    assert_eq!(render("{{ x }}\n"), "1");
    assert_eq!(
        render("#jinja2: variable_start_string: '[[', variable_end_string: ']]'\n[[ x ]] {{ x }}\n"),
        "1 {{ x }}\n"
    );
    assert_eq!(render("#jinja2: newline_sequence: '\\r\\n'\na\r\nb\n"), "a\r\nb\r\n");
}

#[test]
fn a_header_has_an_end_and_no_empty_setting() {
    let engine = Engine::default();
    let render = |text: &str, scope: &Variables| {
        let text = engine.template_text(text, Span::NONE, &Overrides::default(), scope);
        text.map_err(|error| error.into_diagnostic().message)
    };
    let scope = Variables::default();
    let refused = |text| render(text, &scope).unwrap_err();
    assert_eq!(refused("#jinja2: trim_blocks: True"), "a line break is missing behind the header `#jinja2:`");
    assert_eq!(refused("#jinja2:\n\n"), "a setting of the header is empty");
    assert_eq!(refused("#jinja2: trim_blocks: True,\nx"), "a setting of the header is empty");
    let classic = classic(Variables::default());
    assert!(render("#jinja2: trim_blocks: True", &classic).is_ok());
    assert!(render("#jinja2: trim_blocks: True,\nx", &classic).is_ok());
}

#[test]
fn mutation_stays_in_its_template() {
    let scope = Variables::default().with("l", Value::from_iter([1_i64]));
    assert_eq!(shown("{% set _ = l.append(2) %}{{ l }}", &scope), "[1, 2]");
    assert_eq!(shown("{{ l }}", &scope), "[1]");
    let scope = scope.with("more", lazy("{{ l.append(2) or l }}"));
    assert_eq!(shown("{{ more }}", &scope), "[1, 2]");
    assert_eq!(shown("{{ more }}{{ l }}", &scope), "'[1, 2][1]'");
}

/// Roles look for these words in `msg`.
#[test]
fn filters_fail_with_the_words_of_ansible() {
    let failing = [
        ("1 | combine(a=1)", "'recursive' and 'list_merge' are the only valid keyword arguments"),
        ("[1] | dict2items", "dict2items requires a dictionary, got <class 'list'> instead."),
        ("1 | items2dict", "items2dict requires a list, got <class 'int'> instead."),
        ("[1] | items2dict", "items2dict requires a list of dictionaries, got <class 'int'> instead."),
        (
            "[{}] | items2dict",
            "items2dict requires each dictionary in the list to contain the keys 'key' and 'value', got {} instead.",
        ),
        ("1 | subelements('a')", "obj must be a list of dicts or a nested dict"),
        ("'a' | human_readable", "human_readable() failed on bad input"),
        ("[{}] | rekey_on_member('a')", "Key 'a' was not found."),
        ("[1] | rekey_on_member('a')", "List item is not a valid dict"),
        ("1 | rekey_on_member('a')", "Type is not a valid list, set, or dict"),
        ("[{}] | rekey_on_member('a', 'x')", "duplicates parameter to rekey_on_member has unknown value 'x'"),
        ("1.5 | random", "random can only be used on sequences and integers"),
        ("[1] | random(step=1)", "start and step can only be used with integer values"),
        ("'a' | regex_escape('x')", "Invalid regex type (x)"),
        ("'a' | urlsplit('x')", "unknown URL component: x"),
        ("'a' | log", "log() can only be used on numbers, not on `str`"),
        ("'' is version('1')", "Input version value cannot be empty"),
        ("'1' is version('')", "Version parameter to compare against cannot be empty"),
        (
            "[{}] | unique(case_sensitive=false)",
            "Jinja2's unique filter failed and we cannot fall back to Ansible's version as it does not support the parameters supplied",
        ),
        ("q('subelements', [])", "subelements lookup expects a list of two or three items"),
        ("q('subelements', [], 'a', {}, 1)", "subelements lookup expects a list of two or three items"),
        ("q('csvfile', file='a')", "Search key is required but was not found"),
        ("q('csvfile', 'file=a')", "Search key is required but was not found"),
        ("q('ini', 'a b=c')", "'b' is not a valid option."),
    ];
    for (expression, words) in failing {
        assert_eq!(shown(&format!("{{{{ {expression} }}}}"), &Variables::default()), format!("! {words}"));
    }
}

#[test]
fn lookups_serve_loops() {
    let scope = Variables::default().with("l", Value::list(vec![lazy("{{ 1 + 1 }}"), Value::from("x")]));
    let engine = Engine::default();
    let found = engine.lookup("items", &lazy("{{ l }}"), &scope).unwrap();
    assert_eq!(found, [Value::from(2_i64), Value::from("x")]);
    let terms = Value::list(vec![lazy("{{ l }}"), lazy("{{ ['a'] }}")]);
    assert_eq!(engine.lookup("nested", &terms, &scope).unwrap().len(), 2);
    assert!(engine.lookup("items", &lazy("{{ nope }}"), &scope).is_err());
}

#[test]
fn trees_of_files_are_told() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/template");
    let tree = folder.join("files").display().to_string();
    let surroundings = Surroundings { playbook_dir: folder, ..Surroundings::default() };
    let scope = Variables::default().with("tree", Value::text(tree));
    let context = Context { surroundings: Arc::new(surroundings), ..scope.context.clone() };
    let scope = Variables { context, ..scope };
    let text = "{{ query('filetree', tree) | selectattr('path', 'in', ['templates', 'templates/inc.j2']) \
                | map(attribute='state') }}";
    assert_eq!(shown(text, &scope), "['directory', 'file']");
    assert_eq!(shown("{{ query('filetree', 'nowhere') }}", &scope), "! there is no file `nowhere`");
}
