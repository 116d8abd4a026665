//! `password`: made once and kept in a file. Secret wherever it goes.

use super::{Settings, Table, inline_settings, texts};
use crate::template::eval::Call;
use crate::template::filters::passwords::Settings as Hashing;
use crate::template::python::random::Random;
use crate::template::{Answer, Error, search};
use crate::vars::{Marks, Value};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

pub const TABLE: Table = &[("password", password)];

fn password(call: &mut Call) -> Answer<Vec<Value>> {
    let given = Settings::of(&call.args);
    let mut found = Vec::new();
    for term in texts(call)? {
        let (path, inline) = path_and_settings(&term)?;
        let settings = given.with(inline);
        let path = search::expanded(&path, call.ev.context);
        let path =
            if path.is_absolute() { path } else { call.ev.context.surroundings.playbook_dir.join(path) };
        let part = call.part;
        let value = call.ev.once(part, || kept(&path, &settings).map(Value::from))?;
        found.push(value.marked(Marks::SECRET));
    }
    Ok(found)
}

/// The first word is of the path, whatever stands in it.
fn path_and_settings(term: &str) -> Answer<(String, Vec<(String, String)>)> {
    let Some((first, rest)) = term.split_once(' ') else { return Ok((term.to_owned(), Vec::new())) };
    let (more, settings) = inline_settings(rest)?;
    let path = if more.is_empty() { first.to_owned() } else { format!("{first} {more}") };
    Ok((path, settings))
}

/// What the file of a password holds.
struct Kept {
    password: String,
    salt: Option<String>,
    ident: Option<String>,
}

impl Kept {
    fn read(content: &str) -> Kept {
        let (password, rest) = match content.rsplit_once(" salt=") {
            Some((password, rest)) => (password, Some(rest)),
            None => (content, None),
        };
        let (salt, ident) = match rest.map(|rest| rest.rsplit_once(" ident=").ok_or(rest)) {
            Some(Ok((salt, ident))) => (Some(salt), Some(ident)),
            Some(Err(salt)) => (Some(salt), None),
            None => (None, None),
        };
        Kept { password: password.into(), salt: salt.map(Into::into), ident: ident.map(Into::into) }
    }

    fn content(&self) -> String {
        let salt = self.salt.as_ref().map(|salt| format!(" salt={salt}")).unwrap_or_default();
        let ident = self.ident.as_ref().filter(|_| self.salt.is_some());
        let ident = ident.map(|ident| format!(" ident={ident}")).unwrap_or_default();
        format!("{}{salt}{ident}\n", self.password)
    }
}

fn kept(path: &Path, settings: &Settings) -> Answer<String> {
    let is_null = path == Path::new("/dev/null");
    let content = if is_null { None } else { std::fs::read_to_string(path).ok() };
    let mut changed = content.is_none();
    let mut kept = match &content {
        Some(content) => Kept::read(content.trim_end()),
        None => Kept { password: fresh(settings)?, salt: None, ident: None },
    };
    let encrypt = settings.value("encrypt").map(ToString::to_string).filter(|name| !name.is_empty());
    if let Some(algorithm) = &encrypt {
        if kept.salt.is_none() {
            kept.salt = Some(
                Random::of_system()
                    .text(salt_size(algorithm), &alphabet(&divided("ascii_letters,digits,./"))),
            );
            changed = true;
        }
        let wanted = settings.value("ident").map(ToString::to_string);
        let usual = matches!(algorithm.as_str(), "bcrypt" | "blowfish").then(|| "2b".to_owned());
        changed |= kept.ident.is_none() && (wanted.is_some() || usual.is_some());
        kept.ident = kept.ident.or(wanted).or(usual);
    }
    if changed && !is_null {
        write(path, &kept.content())?;
    }
    match encrypt {
        Some(algorithm) => {
            let hashing =
                Hashing { algorithm, salt: kept.salt, salt_size: None, rounds: None, ident: kept.ident };
            hashing.hash(&kept.password)
        }
        None => Ok(kept.password),
    }
}

fn salt_size(algorithm: &str) -> usize {
    match algorithm {
        "md5" | "md5_crypt" => 8,
        "bcrypt" | "blowfish" => 22,
        "sha256" | "sha512" | "sha256_crypt" | "sha512_crypt" => 16,
        _ => 8,
    }
}

fn fresh(settings: &Settings) -> Answer<String> {
    let length = usize::try_from(settings.int("length", 20)?).unwrap_or(0).min(10_000);
    let chars = match settings.value("chars").map(|chars| (chars.as_items(), chars.to_string())) {
        Some((Some(items), _)) => items.iter().map(ToString::to_string).collect(),
        Some((None, text)) => divided(&text),
        None => ["ascii_letters", "digits", ".,:-_"].map(str::to_owned).to_vec(),
    };
    let alphabet = alphabet(&chars);
    if alphabet.is_empty() {
        return Err(Error::failed("`chars` of `password` names no characters"));
    }
    Ok(match settings.value("seed") {
        Some(seed) => Random::of_text(&seed.to_string()).text(length, &alphabet),
        None => Random::of_system().text(length, &alphabet),
    })
}

/// Kinds of characters between commas; two commas are a comma.
fn divided(chars: &str) -> Vec<String> {
    let comma = chars.contains(",,").then(|| ",".to_owned());
    let joined = chars.replace(",,", ",");
    let parts = joined.split(',').filter(|part| !part.is_empty()).map(str::to_owned);
    comma.into_iter().chain(parts).collect()
}

/// Characters by the names that Python's `string` has for them, or as they are.
fn alphabet(parts: &[String]) -> Vec<char> {
    let lower = || 'a'..='z';
    let upper = || 'A'..='Z';
    let all = parts.iter().flat_map(|part| -> Vec<char> {
        match part.as_str() {
            "ascii_letters" => lower().chain(upper()).collect(),
            "ascii_lowercase" => lower().collect(),
            "ascii_uppercase" => upper().collect(),
            "digits" => ('0'..='9').collect(),
            "hexdigits" => ('0'..='9').chain('a'..='f').chain('A'..='F').collect(),
            "octdigits" => ('0'..='7').collect(),
            "punctuation" => "!#$%&()*+,-./:;<=>?@[\\]^_`{|}~".chars().collect(),
            _ => part.chars().collect(),
        }
    });
    all.filter(|char| !matches!(char, '"' | '\'')).collect()
}

fn write(path: &Path, content: &str) -> Answer<()> {
    let failed =
        |error: std::io::Error| Error::failed(format!("`{}` cannot be written: {error}", path.display()));
    if let Some(folder) = path.parent() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .map_err(failed)?;
    file.write_all(content.as_bytes()).map_err(failed)
}
