//! Templates: the probes that are kept, and invented ones, asked in both languages.

use crate::{probes, python};
use provision::template::Language;

/// How many expressions, and how many whole templates, are invented.
const COUNT: &str = "3000";

fn compare(release: &str, language: Language, asked: &str, arguments: &[&str]) {
    let answers = python::run(release, &probes::folder().join("ask.py"), arguments, asked);
    let wrong = probes::differences(asked, &answers, language);
    // 2.19 fails when a result is used, not when a filter fails: what invents much can meet that.
    let (early, wrong): (Vec<_>, Vec<_>) =
        wrong.into_iter().partition(|wrong| wrong.contains("\n  found  !"));
    let few = answers.lines().count() / 1000;
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(early.len() <= few, "{} fail:\n{}", early.len(), early.join("\n"));
}

fn kept() -> String {
    probes::names().iter().map(|name| probes::probes(name)).collect()
}

fn invented() -> String {
    python::run("2.19", &python::folder().join("invent.py"), &[&python::seed(), COUNT], "")
}

#[test]
fn the_probes_as_today() {
    compare("2.19", Language::Native, &kept(), &[]);
}

#[test]
fn the_probes_as_of_old() {
    // The collections of that release do not have the one; the other is text of a play there.
    let unknown = ["community.general.binary_file", "omit,'b':1} }} {{"];
    let known: String = kept()
        .split_inclusive('\n')
        .filter(|probe| !unknown.iter().any(|unknown| probe.contains(unknown)))
        .collect();
    compare("2.18", Language::Classic, &known, &[]);
}

#[test]
fn invented_templates_as_today() {
    compare("2.19", Language::Native, &invented(), &["loose"]);
}

#[test]
fn invented_templates_as_of_old() {
    compare("2.18", Language::Classic, &invented(), &["loose"]);
}
