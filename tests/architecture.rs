//! The architecture is a test: who may use whom, how long things may be, which words are not written.
//!
//! Lists of exceptions here only ever get shorter.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Each folder of `src`, and those that it may use. ARCHITECTURE.md draws the same.
const ARROWS: &[(&str, &[&str])] = &[
    // Both sides: the agent is built of these three alone.
    ("host", &[]),
    ("modules", &["host"]),
    ("wire", &["host", "modules"]),
    // Reading.
    ("source", &[]),
    ("yaml", &["source"]),
    // Single values of a YAML file are found by its parser.
    ("vault", &["source", "yaml"]),
    // Encrypted values are kept as they are until they are used; results come from hosts as plain data.
    ("vars", &["source", "yaml", "vault", "host"]),
    // `host` for near misses of names, here and below.
    ("playbook", &["source", "yaml", "vars", "host"]),
    // Files beside the inventory may be encrypted.
    ("inventory", &["source", "yaml", "vars", "vault", "host"]),
    // Running. The filters `vault` and `unvault` are those of vaults, `to_yaml` writes as they are read.
    ("template", &["source", "yaml", "vars", "vault"]),
    ("control", &["source", "vars", "template", "modules", "host", "playbook"]),
    // The marker after which the stream is the agent's.
    ("ssh", &["wire"]),
    // Events carry changes as plain data, which may be shown as YAML.
    ("report", &["source", "yaml", "host"]),
    // What is printed, and how, is a setting.
    ("settings", &["source", "report"]),
    (
        "run",
        &[
            "source",
            "yaml",
            "vars",
            "vault",
            "template",
            "playbook",
            "inventory",
            "control",
            "modules",
            "host",
            "wire",
            "ssh",
            "settings",
            "report",
        ],
    ),
    // It asks the run, and shows modules, values and connections.
    (
        "cli",
        &[
            "run", "settings", "report", "source", "ssh", "vault", "vars", "playbook", "modules", "control",
            "host", "template",
        ],
    ),
];

/// Longest file, with its own tests.
const FILE: usize = 500;
/// Longest function.
const FUNCTION: usize = 80;

/// Files and functions that are longer, and why.
const LONGER: &[(&str, &str)] = &[];

/// Names of things that say nothing of what they are.
const EMPTY_NAMES: &[&str] = &["util", "utils", "common", "helper", "helpers", "manager", "misc"];

/// Where code may stop the program, and why it cannot.
const SURE: &[(&str, &str)] =
    &[("src/modules/argument/given.rs", "what is read was checked just before, by the same function")];

struct Source {
    /// From the root of the repository, with slashes.
    path: String,
    text: String,
}

impl Source {
    /// The lines that are part of the program: without the tests at the end and without comments.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let is_tests = |line: &str| line.trim_start() == "#[cfg(test)]";
        let lines: Vec<&str> = self.text.lines().collect();
        let ends = |index: usize| {
            is_tests(lines[index])
                && lines.get(index + 1).is_some_and(|next| next.contains("mod ") && next.ends_with('{'))
        };
        let end = (0..lines.len()).find(|index| ends(*index)).unwrap_or(lines.len());
        let code = lines.into_iter().take(end).enumerate();
        code.filter(|(_, line)| !line.trim_start().starts_with("//")).map(|(index, line)| (index + 1, line))
    }

    fn is_test(&self) -> bool {
        let declared = |module: &str| format!("#[cfg(test)]\nmod {module};");
        let path = Path::new(&self.path);
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let folder = path.parent().unwrap();
        let parents = [folder.join("mod.rs"), folder.with_extension("rs")];
        let of_tests = parents.iter().filter_map(|path| std::fs::read_to_string(root().join(path)).ok());
        let inside_tests =
            path.components().skip(2).any(|part| part.as_os_str() == "tests") && self.path.contains("/cli/");
        name == "tests" && !self.path.contains("/template/")
            || inside_tests
            || of_tests.into_iter().any(|text| text.contains(&declared(&name)))
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    read(&root().join("src"), &mut sources);
    assert!(sources.len() > 200, "the sources are not where they are looked for");
    sources
}

fn read(folder: &Path, sources: &mut Vec<Source>) {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            read(&path, sources);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            sources.push(Source { path, text });
        }
    }
}

/// The names behind every `crate::` of a text.
fn used(text: &str) -> BTreeSet<&str> {
    let names = text.split("crate::").skip(1);
    names
        .map(|rest| rest.split(|char: char| !(char.is_alphanumeric() || char == '_')).next().unwrap())
        .collect()
}

#[test]
fn folders_use_only_those_that_they_may() {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.path.matches('/').count() > 1) {
        let folder = source.path.split('/').nth(1).unwrap();
        if folder == "bin" {
            continue;
        }
        let may = allowed.get(folder).unwrap_or_else(|| panic!("`{folder}` has no place in the table"));
        let of_crate = used(&source.text).into_iter().filter(|name| allowed.contains_key(name));
        let over = of_crate.filter(|name| *name != folder && !may.contains(name));
        wrong.extend(over.map(|name| format!("{}: {folder} -> {name}", source.path)));
    }
    assert!(wrong.is_empty(), "arrows that are not in the table:\n{}", wrong.join("\n"));
}

#[test]
fn the_arrows_go_one_way() {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut left: BTreeSet<&str> = allowed.keys().copied().collect();
    while !left.is_empty() {
        let free: Vec<&str> = left
            .iter()
            .copied()
            .filter(|name| allowed[name].iter().all(|used| !left.contains(used)))
            .collect();
        assert!(!free.is_empty(), "a circle among {left:?}");
        free.into_iter().for_each(|name| {
            left.remove(name);
        });
    }
}

#[test]
fn every_folder_is_in_the_map() {
    let map = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let drawn = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for (folder, _) in ARROWS {
        assert!(map.contains(&format!("pub mod {folder};")), "{folder} is not in src/lib.rs");
        assert!(drawn.contains(&format!("`{folder}/`")), "{folder} is not in ARCHITECTURE.md");
    }
}

#[test]
fn files_and_functions_are_short() {
    let mut long = Vec::new();
    for source in sources() {
        let lines: Vec<&str> = source.text.lines().collect();
        if lines.len() > FILE {
            long.push(format!("{}: {} lines", source.path, lines.len()));
        }
        for (index, line) in lines.iter().enumerate() {
            let Some(name) = function(line) else { continue };
            let indent = &line[..line.len() - line.trim_start().len()];
            let end = lines[index..].iter().position(|line| *line == format!("{indent}}}")).unwrap_or(0);
            if end + 1 > FUNCTION {
                long.push(format!("{}: `{name}` has {} lines", source.path, end + 1));
            }
        }
    }
    long.retain(|found| !LONGER.iter().any(|(known, _)| found.starts_with(known)));
    assert!(long.is_empty(), "too long:\n{}", long.join("\n"));
}

/// The name of the function that begins in this line and goes on in others.
fn function(line: &str) -> Option<&str> {
    let before = line.split_once("fn ")?;
    let words = before.0.split_whitespace();
    let is_start = words.into_iter().all(|word| {
        matches!(word, "pub" | "async" | "const" | "pub(crate)" | "pub(super)")
            || word.starts_with("pub(")
            || matches!(word, "in")
            || word.ends_with(')')
    });
    let is_short = line.trim_end().ends_with(['}', ';']);
    (is_start && !is_short).then(|| before.1.split(['(', '<']).next().unwrap())
}

#[test]
fn nothing_stops_the_program_on_what_others_wrote() {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| !source.is_test()) {
        let stops = [".unwrap()", ".expect(", "panic!(", "unreachable!(", "todo!(", "unimplemented!("];
        // A parser's own `expect` gives an error to pass on.
        let stops =
            |line: &str| stops.iter().any(|stop| line.contains(stop)) && !line.trim_end().ends_with(")?;");
        let lines = source.code().filter(|(_, line)| stops(line));
        found.extend(lines.map(|(number, line)| format!("{}:{number}: {}", source.path, line.trim())));
    }
    found.retain(|line| !SURE.iter().any(|(known, _)| line.starts_with(known)));
    assert!(found.is_empty(), "may stop the program:\n{}", found.join("\n"));
}

#[test]
fn nothing_is_left_to_do() {
    let notes =
        [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["XX", "X:"].concat(), ["dbg", "!("].concat()];
    let mut found = Vec::new();
    for source in sources() {
        let lines = source.text.lines().enumerate();
        let left = lines.filter(|(_, line)| notes.iter().any(|note| line.contains(note.as_str())));
        found.extend(left.map(|(index, line)| format!("{}:{}: {}", source.path, index + 1, line.trim())));
    }
    assert!(found.is_empty(), "left to do:\n{}", found.join("\n"));
}

#[test]
fn names_say_what_things_are() {
    let mut found = Vec::new();
    for source in sources() {
        let path = Path::new(&source.path);
        let parts = path.with_extension("");
        let parts = parts.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
        found.extend(
            parts
                .filter(|part| EMPTY_NAMES.contains(&part.as_str()))
                .map(|part| format!("{}: {part}", source.path)),
        );
        for (_, line) in source.code() {
            let words: Vec<&str> =
                line.split(|char: char| !(char.is_alphanumeric() || char == '_')).collect();
            let defined =
                words.windows(2).filter(|pair| ["mod", "struct", "enum", "trait", "type"].contains(&pair[0]));
            let empty =
                defined.filter(|pair| EMPTY_NAMES.contains(&snake(pair[1]).rsplit('_').next().unwrap()));
            found.extend(empty.map(|pair| format!("{}: {}", source.path, pair[1])));
        }
    }
    assert!(found.is_empty(), "names that say nothing:\n{}", found.join("\n"));
}

fn snake(name: &str) -> String {
    let upper = |(index, char): (usize, char)| match char.is_uppercase() && index > 0 {
        true => format!("_{}", char.to_lowercase()),
        false => char.to_lowercase().to_string(),
    };
    name.chars().enumerate().map(upper).collect()
}

/// A public field: of which structure, its name, and its type.
struct Field<'t> {
    of: &'t str,
    name: &'t str,
    kind: &'t str,
}

/// The public fields of the structures in a text.
fn fields(text: &str) -> Vec<Field<'_>> {
    let (mut of, mut fields) = ("", Vec::new());
    for line in text.lines().filter_map(|line| line.trim().strip_prefix("pub ")) {
        if let Some(rest) = line.strip_prefix("struct ") {
            of = rest.split(' ').next().unwrap_or_default();
        } else if let Some((name, kind)) =
            line.split_once(": ").filter(|(name, _)| !name.contains(['(', ' ']))
        {
            fields.push(Field { of, name, kind: kind.trim_end_matches(',') });
        }
    }
    fields
}

/// Whether a text has to do with values of a structure: it names it, or a field that holds one.
fn knows(text: &str, structure: &str, all: &[Field]) -> bool {
    let holders = all.iter().filter(|field| field.kind == structure).map(|field| format!(".{}", field.name));
    let names = holders.chain([structure.to_owned(), structure.to_lowercase()]);
    names.into_iter().any(|name| text.contains(&name))
}

/// Whether a text takes the value of a field, such as `.name`, and does not only set it.
fn takes(text: &str, field: &str) -> bool {
    text.split(field).skip(1).any(|rest| {
        let ends = !rest.starts_with(|char: char| char.is_alphanumeric() || char == '_' || char == '(');
        ends && (!rest.trim_start().starts_with('=') || rest.trim_start().starts_with("=="))
    })
}

/// A setting that is taken and does nothing would be a lie.
#[test]
fn every_setting_is_read() {
    let sources = sources();
    let (settings, others): (Vec<_>, Vec<_>) = sources.iter().partition(|source| {
        source.path.starts_with("src/settings/") || source.path == "src/report/options.rs"
    });
    let readers: Vec<_> =
        others.iter().filter(|source| !source.path.starts_with("src/cli/config/")).collect();
    let all: Vec<Field> = settings.iter().flat_map(|source| fields(&source.text)).collect();
    // What a setting tells of itself is for those who ask it.
    let tells =
        |field: &Field| settings.iter().any(|source| takes(&source.text, &format!("self.{}", field.name)));
    let is_read = |field: &Field| {
        readers.iter().any(|source| {
            knows(&source.text, field.of, &all) && takes(&source.text, &format!(".{}", field.name))
        })
    };
    let unread: Vec<String> = all
        .iter()
        .filter(|field| !is_read(field) && !tells(field))
        .map(|field| format!("{}.{}", field.of, field.name))
        .collect();
    assert!(unread.is_empty(), "{unread:?}");
}
