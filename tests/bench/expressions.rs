//! How fast templates are: microseconds a rendering for each line of `expressions.txt`, as a list of numbers.
//! `expressions.py` measures the same with the compiled templates of Jinja2.

use provision::template::{Engine, Resolved, Variables};
use provision::vars::{Value, lazy_marks};
use std::sync::Arc;
use std::time::Instant;

const ROUNDS: u32 = 20_000;

fn user(index: i64) -> Value {
    let name = Value::from(format!("user{index}"));
    [("name", name), ("id", index.into()), ("on", (index % 2 == 0).into())].into_iter().collect()
}

fn variables() -> Variables {
    Variables::default()
        .with("a", Value::from(5_i64))
        .with("s", Value::from("hello world"))
        .with("d", Value::from_iter([("x", Value::from_iter([("y", 7_i64)]))]))
        .with("users", Value::list((0..20).map(user).collect()))
}

fn microseconds(engine: &Engine, variables: &mut Variables, text: &str) -> f64 {
    let template = Value::from(text).marked(lazy_marks(text));
    let start = Instant::now();
    for _ in 0..ROUNDS {
        variables.context.resolved = Arc::new(Resolved::default());
        if let Err(error) = engine.resolve(&template, variables) {
            eprintln!("{text}: {error:?}");
            std::process::exit(1);
        }
    }
    start.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS)
}

fn main() {
    let (engine, mut variables) = (Engine::default(), variables());
    let lines = include_str!("expressions.txt").lines();
    let found = lines.map(|text| format!("{:.3}", microseconds(&engine, &mut variables, text)));
    println!("[{}]", found.collect::<Vec<_>>().join(", "));
}
