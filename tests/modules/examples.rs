//! The examples of the manual are calls that can be made.

use libyaml_safer::{Event, EventData, Parser, ScalarStyle};
use provision::host::{Data, Fields};
use provision::modules;

#[test]
fn every_example_of_the_manual_can_be_called() {
    let mut wrongs = Vec::new();
    for name in modules::names() {
        let spec = modules::spec(name).unwrap();
        let examples = examples(spec.doc);
        if examples.is_empty() {
            wrongs.push(format!("{name}: no example"));
        }
        for task in examples {
            let (word, arguments) = task.as_map().unwrap().iter().next().unwrap();
            let none = Fields::new();
            if let Err(errors) = modules::parse(word, arguments.as_map().unwrap_or(&none)) {
                wrongs.push(format!("{name}: {errors:?}"));
            }
        }
    }
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
}

/// Every argument of every module has a sentence of its own.
#[test]
fn every_argument_is_documented() {
    for name in modules::names() {
        for arg in modules::spec(name).unwrap().args() {
            assert!(arg.page.doc.iter().any(|line| line.trim().ends_with('.')), "{name}: {}", arg.name);
        }
    }
}

fn examples(doc: &[&str]) -> Vec<Data> {
    let mut text = String::new();
    let mut inside = false;
    for line in doc {
        let line = line.strip_prefix(' ').unwrap_or(line);
        match line.trim() {
            "```yaml" => inside = true,
            "```" => inside = false,
            _ if inside => text.push_str(&format!("{line}\n")),
            _ => {}
        }
    }
    if text.is_empty() {
        return Vec::new();
    }
    let mut bytes = text.as_bytes();
    let mut parser = Parser::new();
    parser.set_input(&mut bytes);
    let mut events: Vec<EventData> = Vec::new();
    loop {
        let Event { data, .. } = parser.parse().unwrap();
        if matches!(data, EventData::StreamEnd) {
            break;
        }
        events.push(data);
    }
    let mut events = events
        .into_iter()
        .filter(|e| !matches!(e, EventData::StreamStart { .. } | EventData::DocumentStart { .. }));
    match node(&mut events).unwrap() {
        Data::List(tasks) => tasks,
        other => vec![other],
    }
}

/// The next node; `None` at the end of a list or dict.
fn node(events: &mut impl Iterator<Item = EventData>) -> Option<Data> {
    match events.next()? {
        EventData::Scalar { value, style, .. } => Some(scalar(value, style)),
        EventData::SequenceStart { .. } => Some(Data::List(std::iter::from_fn(|| node(events)).collect())),
        EventData::MappingStart { .. } => {
            let mut fields = Fields::new();
            while let Some(key) = node(events) {
                fields.set(key.as_text().unwrap().to_owned(), node(events).unwrap());
            }
            Some(Data::Map(fields))
        }
        _ => None,
    }
}

fn scalar(value: String, style: ScalarStyle) -> Data {
    if style != ScalarStyle::Plain {
        return value.into();
    }
    match value.as_str() {
        "" => Data::Null,
        "true" => true.into(),
        "false" => false.into(),
        _ => value.parse::<i64>().map_or_else(|_| value.into(), Data::Int),
    }
}
