//! Files of the controller: `file`, `fileglob`, `first_found`, `unvault`.

use super::{Settings, Table, texts};
use crate::template::eval::{Call, lazy};
use crate::template::python::types;
use crate::template::{Answer, Context, Error, glob, search};
use crate::vars::{Data, Marks, Value};
use std::path::{Path, PathBuf};

pub const TABLE: Table =
    &[("file", file), ("fileglob", file_glob), ("first_found", first_found), ("unvault", file_decrypted)];

/// The text of a file; vault text is decrypted and secret.
pub fn read(path: &Path, context: &Context) -> Answer<Value> {
    let bytes = std::fs::read(path)
        .map_err(|error| Error::failed(format!("`{}` cannot be read: {error}", path.display())))?;
    if !bytes.starts_with(b"$ANSIBLE_VAULT;") {
        return Ok(String::from_utf8_lossy(&bytes).into_owned().into());
    }
    let cipher = String::from_utf8_lossy(&bytes);
    let plain = context
        .surroundings
        .services
        .decrypt(&cipher)
        .map_err(|error| Error::failed(format!("`{}` cannot be decrypted: {error}", path.display())))?;
    Ok(Value::from(String::from_utf8_lossy(&plain).into_owned()).marked(Marks::SECRET))
}

/// As [`read`], of a file whose `encoding` the settings tell: UTF-8, or Latin-1 by any of its names.
pub fn read_encoded(path: &Path, settings: &Settings, context: &Context) -> Answer<Value> {
    let encoding = settings.text("encoding", "utf-8")?.to_lowercase().replace(['-', '_'], "");
    if !["latin1", "iso88591", "8859", "cp819", "l1"].contains(&encoding.as_str()) {
        return read(path, context);
    }
    let bytes = std::fs::read(path)
        .map_err(|error| Error::failed(format!("`{}` cannot be read: {error}", path.display())))?;
    Ok(bytes.into_iter().map(char::from).collect::<String>().into())
}

/// Where a file is on the search path.
pub fn located(call: &Call, kind: &str, name: &str) -> Answer<PathBuf> {
    search::find(call.ev.context, kind, name).ok_or_else(|| {
        let searched = search::listed(&search::folders(call.ev.context, kind));
        Error::failed(format!("there is no file `{name}`")).hint(format!("searched {searched}"))
    })
}

fn file(call: &mut Call) -> Answer<Vec<Value>> {
    let settings = Settings::of(&call.args);
    let (left, right) = (settings.bool("lstrip", false), settings.bool("rstrip", true));
    let mut found = Vec::new();
    for name in texts(call)? {
        let value = read(&located(call, "files", &name)?, call.ev.context)?;
        let mut text = value.as_str().unwrap_or_default();
        text = if left { text.trim_start() } else { text };
        text = if right { text.trim_end() } else { text };
        found.push(Value::from(text).marked(value.marks()));
    }
    Ok(found)
}

fn file_decrypted(call: &mut Call) -> Answer<Vec<Value>> {
    let names = texts(call)?;
    names.iter().map(|name| read(&located(call, "files", name)?, call.ev.context)).collect()
}

fn file_glob(call: &mut Call) -> Answer<Vec<Value>> {
    let mut found = Vec::new();
    for term in texts(call)? {
        let (folder, pattern) = term.rsplit_once('/').map_or((None, term.as_str()), |(a, b)| (Some(a), b));
        let folders = match folder {
            Some("") => vec![PathBuf::from("/")],
            Some(folder) => search::find(call.ev.context, "files", folder).into_iter().collect(),
            None => search::folders(call.ev.context, "files"),
        };
        for folder in folders {
            let paths = glob::paths(&format!("{}/{pattern}", folder.display()));
            let files: Vec<PathBuf> = paths.into_iter().filter(|path| path.is_file()).collect();
            if !files.is_empty() {
                found.extend(files.iter().map(|path| Value::from(path.display().to_string())));
                break;
            }
        }
    }
    Ok(found)
}

fn first_found(call: &mut Call) -> Answer<Vec<Value>> {
    let settings = Settings::of(&call.args);
    let mut terms = call.args.positional.clone();
    if terms.is_empty() {
        terms.extend(settings.value("files").cloned());
    }
    let mut candidates = Vec::new();
    let mut skip = settings.bool("skip", false);
    for term in &terms {
        collect(term, &settings, &mut candidates, &mut skip)?;
    }
    for name in &candidates {
        let kinds = ["files", "templates", "vars", "tasks"];
        let found = kinds.iter().find_map(|kind| search::find(call.ev.context, kind, name));
        if let Some(path) = found {
            return Ok(vec![crate::template::filters::normal_path(&path.display().to_string()).into()]);
        }
    }
    match skip {
        true => Ok(Vec::new()),
        false => Err(Error::failed("`first_found` found none of its files")
            .hint(format!("tried `{}`", candidates.join("`, `")))),
    }
}

fn collect(term: &Value, settings: &Settings, candidates: &mut Vec<String>, skip: &mut bool) -> Answer<()> {
    if let Data::Undefined(undefined) = term.data() {
        return Err(Error::undefined(undefined));
    }
    if let Some(entries) = lazy::entries(term) {
        let own = entries.iter().map(|(key, value)| (key.to_string(), value.clone())).collect();
        let own = Settings(own);
        *skip |= own.bool("skip", false);
        let files = own.value("files").map_or(Ok(Vec::new()), |files| divided(files, &[',', ';']))?;
        combine(files, &own, candidates)
    } else if let Some(items) = term.as_items() {
        items.iter().try_for_each(|item| collect(item, settings, candidates, skip))
    } else if term.as_str().is_none() {
        let kind = types::type_name(term);
        Err(Error::failed(format!("Invalid term supplied. A string, dict or list is required, not '{kind}'")))
    } else {
        combine(divided(term, &[',', ';'])?, settings, candidates)
    }
}

fn combine(files: Vec<String>, settings: &Settings, candidates: &mut Vec<String>) -> Answer<()> {
    let paths = settings.value("paths").map_or(Ok(Vec::new()), |paths| divided(paths, &[',', ':', ';']))?;
    match paths.is_empty() {
        true => candidates.extend(files),
        false => {
            for path in &paths {
                candidates.extend(files.iter().map(|file| format!("{}/{file}", path.trim_end_matches('/'))));
            }
        }
    }
    Ok(())
}

/// Names in a list, or in a text between separators.
fn divided(value: &Value, separators: &[char]) -> Answer<Vec<String>> {
    if let Some(items) = value.as_items() {
        let mut all = Vec::new();
        for item in items.iter() {
            all.extend(divided(item, separators)?);
        }
        return Ok(all);
    }
    let text = types::text(value)?;
    Ok(text.split(separators).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect())
}
