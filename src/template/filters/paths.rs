//! Paths: of this machine's kind and of Windows'.

use super::Table;
use crate::template::eval::{Args, Call};
use crate::template::python::{iterate, types};
use crate::template::{Answer, Error, glob};
use crate::vars::{Data, Value};
use std::path::{Component, PathBuf};

pub const TABLE: Table = &[
    ("basename", |call| Ok(whole(call)?.rsplit('/').next().unwrap_or("").into())),
    ("dirname", |call| Ok(dirname(&whole(call)?).into())),
    ("splitext", split_extension),
    ("expanduser", expand_user),
    ("expandvars", expand_variables),
    ("realpath", real_path),
    ("relpath", relative_path),
    ("normpath", |call| Ok(normal(&whole(call)?).into())),
    ("path_join", join_paths),
    ("commonpath", common_path),
    ("win_basename", |call| Ok(whole(call)?.rsplit(['\\', '/', ':']).next().unwrap_or("").into())),
    ("win_dirname", win_dirname),
    ("win_splitdrive", win_split_drive),
    ("fileglob", file_glob),
];

fn whole(call: &mut Call) -> Answer<String> {
    call.bind(&["value"])?.exact_text("value")
}

fn dirname(path: &str) -> &str {
    let head = &path[..path.rfind('/').map_or(0, |at| at + 1)];
    match head.trim_end_matches('/') {
        "" => head,
        trimmed => trimmed,
    }
}

fn split_extension(call: &mut Call) -> Answer<Value> {
    let path = whole(call)?;
    let name = path.rfind('/').map_or(0, |at| at + 1);
    let first = path[name..].len() - path[name..].trim_start_matches('.').len();
    let dot = path[name + first..].rfind('.').map(|at| name + first + at);
    let (stem, extension) = path.split_at(dot.unwrap_or(path.len()));
    Ok(Value::tuple(vec![stem.into(), extension.into()]))
}

fn home(call: &Call) -> String {
    call.ev.context.surroundings.services.environment("HOME").unwrap_or_else(|| "/root".into())
}

fn expand_user(call: &mut Call) -> Answer<Value> {
    let path = whole(call)?;
    let Some(rest) = path.strip_prefix('~') else { return Ok(path.into()) };
    let (user, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if user.is_empty() {
        return Ok(format!("{}{rest}", home(call).trim_end_matches('/')).into());
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let line = users.lines().find(|line| line.split(':').next() == Some(user));
    let folder = line.and_then(|line| line.split(':').nth(5));
    Ok(folder.map_or(path.clone(), |folder| format!("{folder}{rest}")).into())
}

fn expand_variables(call: &mut Call) -> Answer<Value> {
    let path = whole(call)?;
    let (mut out, mut rest) = (String::new(), path.as_str());
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let tail = &rest[at + 1..];
        let is_word = |char: char| char.is_ascii_alphanumeric() || char == '_';
        let (name, length) = match tail.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some((name, _)) => (name, name.len() + 2),
            None => {
                let end = tail.find(|char| !is_word(char)).unwrap_or(tail.len());
                (&tail[..end], end)
            }
        };
        match call.ev.context.surroundings.services.environment(name).filter(|_| !name.is_empty()) {
            Some(value) => out.push_str(&value),
            None => out.push_str(&rest[at..at + 1 + length]),
        }
        rest = &tail[length..];
    }
    out.push_str(rest);
    Ok(out.into())
}

/// A path without `.`, `..` and double slashes.
pub fn normal(path: &str) -> String {
    let root = match path {
        _ if path.starts_with("//") && !path.starts_with("///") => "//",
        _ if path.starts_with('/') => "/",
        _ => "",
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match (part, parts.last()) {
            ("..", Some(last)) if *last != ".." => drop(parts.pop()),
            ("..", None) if !root.is_empty() => {}
            _ => parts.push(part),
        }
    }
    match format!("{root}{}", parts.join("/")) {
        empty if empty.is_empty() => ".".into(),
        path => path,
    }
}

fn absolute(path: &str) -> String {
    if path.starts_with('/') {
        return normal(path);
    }
    let here = std::env::current_dir().unwrap_or_default();
    normal(&format!("{}/{path}", here.display()))
}

/// How many links are followed: more of them go round in circles.
const MOST_LINKS: usize = 40;

/// Follows links, those too that lead nowhere.
fn real_path(call: &mut Call) -> Answer<Value> {
    call.ev.context.reads_controller()?;
    let here = std::env::current_dir().unwrap_or_default();
    let mut real = PathBuf::from("/");
    let mut rest = vec![here.join(whole(call)?)];
    let mut links = 0;
    while let Some(path) = rest.pop() {
        let mut parts = path.components();
        let Some(part) = parts.next() else { continue };
        rest.push(parts.as_path().to_owned());
        match part {
            Component::RootDir => real = PathBuf::from("/"),
            Component::ParentDir => drop(real.pop()),
            Component::Normal(name) => match real.join(name).read_link() {
                Ok(target) if links < MOST_LINKS => {
                    links += 1;
                    rest.push(target);
                }
                _ => real.push(name),
            },
            Component::CurDir | Component::Prefix(_) => {}
        }
    }
    Ok(real.display().to_string().into())
}

fn relative_path(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "start"])?;
    let (path, start) = (absolute(&args.text("value")?), absolute(&args.text_or("start", ".")?));
    let parts =
        |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let (path, start) = (parts(&path), parts(&start));
    let common = path.iter().zip(&start).take_while(|(a, b)| a == b).count();
    let up = vec!["..".to_owned(); start.len() - common];
    let relative = [up, path[common..].to_vec()].concat().join("/");
    Ok(if relative.is_empty() { ".".into() } else { relative.into() })
}

fn join_paths(call: &mut Call) -> Answer<Value> {
    let Args { positional, .. } = std::mem::take(&mut call.args);
    let mut parts = Vec::new();
    for value in &positional {
        match value.data() {
            Data::List(_) | Data::Tuple(_) => {
                for item in iterate::items(value)?.iter() {
                    parts.push(types::text(item)?);
                }
            }
            Data::Text(_) => parts.push(types::text(value)?),
            _ => {
                let kind = types::type_name(value);
                return Err(Error::failed(format!("|path_join expects string or sequence, got '{kind}'")));
            }
        }
    }
    let joined = parts.iter().fold(String::new(), |path, part| match path.as_str() {
        _ if part.starts_with('/') => part.clone(),
        "" => part.clone(),
        _ if path.ends_with('/') => path + part,
        _ => format!("{path}/{part}"),
    });
    Ok(joined.into())
}

fn common_path(call: &mut Call) -> Answer<Value> {
    let paths = iterate::items(&call.only()?)?.iter().map(types::text).collect::<Answer<Vec<_>>>()?;
    let rooted = paths.iter().all(|path| path.starts_with('/'));
    if paths.is_empty() || (!rooted && paths.iter().any(|path| path.starts_with('/'))) {
        return Err(Error::failed("`commonpath` needs paths, all of them absolute or none"));
    }
    let split = |path: &String| {
        path.split('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect::<Vec<_>>()
    };
    let common = paths.iter().map(split).reduce(|a, b| {
        let length = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
        a[..length].to_vec()
    });
    let root = if rooted { "/" } else { "" };
    Ok(format!("{root}{}", common.unwrap_or_default().join("/")).into())
}

fn win_dirname(call: &mut Call) -> Answer<Value> {
    let path = whole(call)?;
    let (drive, rest) = win_drive(&path);
    let head = &rest[..rest.rfind(['\\', '/']).map_or(0, |at| at + 1)];
    let head = match head.trim_end_matches(['\\', '/']) {
        "" => head,
        trimmed => trimmed,
    };
    Ok(format!("{drive}{head}").into())
}

fn win_drive(path: &str) -> (&str, &str) {
    if path.starts_with("\\\\") || path.starts_with("//") {
        let server = path[2..].find(['\\', '/']).map(|at| at + 2);
        let share = server.and_then(|at| path[at + 1..].find(['\\', '/']).map(|end| at + 1 + end));
        return if server.is_some() { path.split_at(share.unwrap_or(path.len())) } else { ("", path) };
    }
    match path.as_bytes() {
        [_, b':', ..] if path.is_char_boundary(2) => path.split_at(2),
        _ => ("", path),
    }
}

fn win_split_drive(call: &mut Call) -> Answer<Value> {
    let path = whole(call)?;
    let (drive, rest) = win_drive(&path);
    Ok(Value::tuple(vec![drive.into(), rest.into()]))
}

fn file_glob(call: &mut Call) -> Answer<Value> {
    call.ev.context.reads_controller()?;
    let pattern = whole(call)?;
    let found = glob::paths(&pattern).into_iter().filter(|path| path.is_file());
    Ok(found.map(|path| Value::from(path.display().to_string())).collect())
}
