//! Template files of others: all of them must be read. `PROVISION_CORPUS` names a folder.

use provision::source::{Palette, Span, render};
use provision::template::{Context, Engine, Overrides};
use std::path::{Path, PathBuf};

fn templates(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            templates(&path, found);
        } else if path.extension().is_some_and(|end| end == "j2") {
            found.push(path);
        }
    }
}

#[test]
#[ignore = "needs a folder of templates"]
fn corpus() {
    let Some(folder) = std::env::var_os("PROVISION_CORPUS") else { return };
    let (engine, context) = (Engine::default(), Context::default());
    let mut paths = Vec::new();
    templates(Path::new(&folder), &mut paths);
    let (mut read, mut wrong) = (0, 0);
    for path in &paths {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let sources = &context.surroundings.sources;
        let span = Span::new(sources.add(path, text.as_str()), 0, text.len());
        let found = engine.check_file(&text, span, &Overrides::default(), &context);
        read += 1;
        wrong += usize::from(!found.all.is_empty());
        for diagnostic in &found.all {
            println!("{}", render(diagnostic, sources, Palette::PLAIN));
        }
    }
    println!("{read} templates, {wrong} with mistakes");
}
