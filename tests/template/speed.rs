//! How fast expressions are, to compare with Jinja2: `speed.py` measures the same. Run with
//! `cargo test --release --test template speed -- --ignored --nocapture`.

use provision::template::{Engine, Resolved, Variables};
use provision::vars::{Value, lazy_marks};
use std::time::Instant;

fn lazy(text: &str) -> Value {
    Value::from(text).marked(lazy_marks(text))
}

#[test]
#[ignore = "measures, and needs an optimised build"]
fn speed() {
    let user = |index: i64| -> Value {
        [("name", Value::from(format!("user{index}"))), ("id", index.into()), ("on", (index % 2 == 0).into())]
            .into_iter()
            .collect()
    };
    let mut scope = Variables::default()
        .with("a", Value::from(5_i64))
        .with("s", Value::from("hello world"))
        .with("d", Value::from_iter([("x", Value::from_iter([("y", 7_i64)]))]))
        .with("users", Value::list((0..20).map(user).collect()));
    let engine = Engine::default();
    for text in [
        "{{ a }}",
        "{{ d.x.y + a * 2 }}",
        "{{ s | upper | replace('O', '0') }}",
        "{{ a > 3 and s is defined and nope is not defined }}",
        "prefix-{{ s }}-{{ a }}-suffix",
        "{{ users | selectattr('on') | map(attribute='name') | join(',') }}",
        "{% for u in users %}{{ u.name }}:{{ u.id }}{% if not loop.last %},{% endif %}{% endfor %}",
        "{{ users | length > 5 and (users | first).name.startswith('user') }}",
    ] {
        let value = lazy(text);
        let rounds = 20_000;
        let start = Instant::now();
        for _ in 0..rounds {
            scope.context.resolved = std::sync::Arc::new(Resolved::default());
            engine.resolve(&value, &scope).unwrap();
        }
        println!("{:8.2} µs  {text}", start.elapsed().as_secs_f64() * 1e6 / f64::from(rounds));
    }
}
