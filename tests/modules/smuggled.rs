//! Odd values in every text argument of every module: no command that is planned takes one for an option, and no shell reads
//! one (CVE-2014-4967, CVE-2019-14904). Each case of a module is the stage: its host, its task, one text of it replaced.

use crate::fake::Fake;
use provision::host::{Change, Data, Fields, Run, words};
use provision::modules::{self, Module};
use std::collections::{BTreeMap, BTreeSet};

/// What a value may not do: be an option, be read by a shell.
const ODD: [&str; 3] = [
    "--odd=x",
    "-oodd",
    "odd'\"`touch odd`$(touch odd);odd || odd
odd &",
];

/// Arguments whose meaning it is to be read by a shell, or to be a command line.
const MEANT: [(&str, &[&str]); 3] = [
    ("shell", &["cmd", "_raw_params", "executable"]),
    ("command", &["cmd", "_raw_params", "argv"]),
    ("docker_container_exec", &["command", "argv"]),
];

/// The shells that a command may begin with.
const SHELLS: [&str; 4] = ["sh", "/bin/sh", "bash", "/bin/bash"];

/// A secret, as text that is found again.
const SECRET: &str = "correct-horse-battery";

/// Everybody on a host reads the words of a command line (CVE-2018-16837).
#[test]
fn no_secret_stands_in_a_command_line() {
    let (mut wrongs, mut tried) = (BTreeSet::new(), BTreeSet::new());
    for case in crate::all_cases().into_iter().filter(|case| !case.is_real()) {
        let (module, arguments) = case.task();
        let Some(spec) = modules::spec(&module) else { continue };
        for name in spec.args().map(|arg| arg.name).filter(|name| is_secret(name)) {
            let arguments = arguments.clone().with(name, SECRET);
            for run in
                [true, false].into_iter().flat_map(|asks| runs(case.given(), &module, &arguments, asks))
            {
                tried.insert((module.clone(), name));
                if run.argv.iter().any(|word| word.contains(SECRET)) {
                    wrongs.insert(format!("{module} {name}: {:?}", run.argv));
                }
            }
        }
    }
    assert!(tried.len() > 20, "only {tried:?}");
    assert!(wrongs.is_empty(), "{wrongs:#?}");
}

fn is_secret(argument: &str) -> bool {
    let is_of_another_kind = argument.starts_with("update_") || argument.ends_with("_path");
    ["password", "passphrase", "token"].iter().any(|word| argument.contains(word)) && !is_of_another_kind
}

#[test]
fn no_value_is_taken_for_an_option_or_read_by_a_shell() {
    let mut wrongs = BTreeSet::new();
    let mut tried: BTreeMap<(String, String), usize> = BTreeMap::new();
    for case in crate::all_cases().into_iter().filter(|case| !case.is_real()) {
        let (module, arguments) = case.task();
        for (argument, replace) in texts(&arguments) {
            let count = tried.entry((module.clone(), argument.clone())).or_default();
            *count += 1;
            if *count > 2 || is_meant(&module, &argument) {
                continue;
            }
            for odd in ODD {
                let arguments = replace(odd);
                for asks in [true, false] {
                    for run in runs(case.given(), &module, &arguments, asks) {
                        if let Some(wrong) = wrong(&run.argv, odd) {
                            wrongs.insert(format!("{module} {argument}: {wrong}: {:?}", run.argv));
                        }
                    }
                }
            }
        }
    }
    assert!(tried.len() > 300, "only {} arguments were tried", tried.len());
    assert!(
        wrongs.is_empty(),
        "{} ways:\n{}",
        wrongs.len(),
        wrongs.into_iter().collect::<Vec<_>>().join("\n")
    );
}

fn is_meant(module: &str, argument: &str) -> bool {
    MEANT.iter().any(|(name, arguments)| *name == module && arguments.contains(&argument))
}

type Replace = Box<dyn Fn(&str) -> Fields>;

/// The texts of the arguments, also inside of lists and dicts, each with what replaces it.
fn texts(arguments: &Fields) -> Vec<(String, Replace)> {
    let mut found: Vec<(String, Replace)> = Vec::new();
    for (name, value) in arguments.iter() {
        for replaced in replaceable(value) {
            let (whole, name) = (arguments.clone(), name.to_owned());
            let replace = move |odd: &str| whole.clone().with(&name, replaced(odd));
            found.push((replace_name(arguments, value), Box::new(replace)));
        }
    }
    found
}

fn replace_name(arguments: &Fields, value: &Data) -> String {
    arguments.iter().find(|(_, other)| *other == value).map(|(name, _)| name.to_owned()).unwrap_or_default()
}

type ReplaceValue = Box<dyn Fn(&str) -> Data>;

fn replaceable(value: &Data) -> Vec<ReplaceValue> {
    match value {
        Data::Text(_) => vec![Box::new(|odd: &str| Data::from(odd))],
        Data::List(items) => {
            let inside = items
                .iter()
                .enumerate()
                .flat_map(|(index, item)| replaceable(item).into_iter().map(move |replace| (index, replace)));
            let of = |(index, replace): (usize, ReplaceValue)| {
                let items = items.clone();
                Box::new(move |odd: &str| {
                    let mut items = items.clone();
                    items[index] = replace(odd);
                    Data::List(items)
                }) as ReplaceValue
            };
            inside.map(of).collect()
        }
        Data::Map(fields) => {
            let inside = fields.iter().flat_map(|(name, item)| {
                replaceable(item).into_iter().map(move |replace| (name.to_owned(), replace))
            });
            let of = |(name, replace): (String, ReplaceValue)| {
                let fields = fields.clone();
                Box::new(move |odd: &str| Data::Map(fields.clone().with(&name, replace(odd)))) as ReplaceValue
            };
            inside.map(of).collect()
        }
        _ => Vec::new(),
    }
}

/// All programs that the task would run: those that change something, and those that are asked.
fn runs(given: &Data, module: &str, arguments: &Fields, asks: bool) -> Vec<Run> {
    let Ok(call) = modules::parse(module, arguments) else { return Vec::new() };
    let fake = Fake::new(given);
    let mut host = fake.watched(asks);
    for stage in 0..3 {
        host.system.stage = stage;
        let Ok(plan) = call.plan(&host.system) else { break };
        let is_here = |change: &&Change| {
            !matches!(change, Change::Wait(_) | Change::Start(_) | Change::Request(_) | Change::Docker(_))
        };
        let made =
            plan.changes.iter().filter(is_here).try_for_each(|change| change.apply(&host.system).map(drop));
        if made.is_err() || !plan.again {
            break;
        }
    }
    fake.take_runs()
}

/// What is wrong with how a program is given the value.
fn wrong(argv: &[String], odd: &str) -> Option<&'static str> {
    let is_shell = argv.first().is_some_and(|word| SHELLS.contains(&word.as_str()));
    let mut options_end = false;
    for (index, word) in argv.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| argv.get(before));
        if is_shell && word.contains(odd) && before.is_some_and(|before| before == "-c") {
            return wrong_in_script(word, odd);
        }
        let is_of_option = before.is_some_and(|before| before.starts_with('-'));
        if word.starts_with(odd) && odd.starts_with('-') && !options_end && !is_of_option {
            return Some("it is taken for an option");
        }
        options_end |= word == "--";
    }
    None
}

/// What is wrong where the value is in a script: quoted, it is one word of it, or a part of one.
fn wrong_in_script(script: &str, odd: &str) -> Option<&'static str> {
    let words = words::split(script).unwrap_or_default();
    if !words.iter().any(|word| word.contains(odd)) {
        return Some("a shell reads it");
    }
    wrong(&words, odd)
}
