//! The manual of modules is what the program says of them.

use provision::cli::modules::{list, manual, page};
use std::path::Path;

#[test]
fn the_manual_in_the_docs_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/modules.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, manual()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == manual(), "docs/modules.md is stale: `UPDATE=1 cargo test --test cli` writes it anew");
}

#[test]
fn every_word_has_a_line_and_a_page() {
    let list = list();
    for name in provision::modules::names().chain(provision::control::names()) {
        assert!(
            list.lines().any(|line| line.split_whitespace().next() == Some(name)),
            "{name} is not listed"
        );
        let page = page(name).unwrap();
        assert!(
            page.starts_with(&format!("# {name}\n\n"))
                && page.lines().nth(2).is_some_and(|line| !line.is_empty())
        );
    }
}

#[test]
fn names_of_collections_lead_to_the_page_too() {
    assert_eq!(page("ansible.builtin.copy"), page("copy"));
    assert_eq!(page("community.docker.docker_network"), page("docker_network"));
    assert_eq!(page("ansible.builtin.set_fact"), page("set_fact"));
    assert_eq!(page("cpoy"), None);
}
