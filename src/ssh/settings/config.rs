//! Our own reading of `ssh_config`, for machines without OpenSSH.

use super::arguments::{self, Flag};
use super::options::Options;
use super::{paths, tokens};
use crate::ssh::Origin;
use crate::ssh::known_hosts::{glob, list};
use std::path::{Path, PathBuf};

/// How deep files may include one another: as OpenSSH has it.
const DEPTH: usize = 16;

/// The options for a host: flags first, then the user's file, then the system's.
///
/// # Errors
/// Where a file cannot be read or a line not be understood; the message names it.
pub(super) fn read(flags: &[Flag], host: &str, origin: &Origin) -> Result<Options, String> {
    let mut reading = Reading { options: arguments::options_of(flags), host, origin };
    match arguments::config_file(flags) {
        Some(path) if path == Path::new("none") => {}
        Some(path) => reading.file(path, &user_directory(origin), 0)?,
        None => {
            let user = user_directory(origin);
            let system = Path::new("/etc/ssh");
            for (path, directory) in
                [(user.join("config"), user.as_path()), (system.join("ssh_config"), system)]
            {
                if path.exists() {
                    reading.file(&path, directory, 0)?;
                }
            }
        }
    }
    Ok(reading.options)
}

fn user_directory(origin: &Origin) -> PathBuf {
    origin.home.clone().unwrap_or_default().join(".ssh")
}

struct Reading<'a> {
    options: Options,
    /// As it was given.
    host: &'a str,
    origin: &'a Origin,
}

impl Reading<'_> {
    fn file(&mut self, path: &Path, directory: &Path, depth: usize) -> Result<(), String> {
        let text =
            std::fs::read(path).map_err(|error| format!("cannot be read: `{}`: {error}", path.display()))?;
        let mut active = true;
        for (index, line) in String::from_utf8_lossy(&text).lines().enumerate() {
            let found = self.line(line, &mut active, directory, depth);
            found.map_err(|found| format!("is wrong: `{}:{}`: {found}", path.display(), index + 1))?;
        }
        Ok(())
    }

    fn line(&mut self, line: &str, active: &mut bool, directory: &Path, depth: usize) -> Result<(), String> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        let (keyword, words) = keyword_and_words(line).ok_or("a quote is not closed")?;
        match (keyword.as_str(), words.as_slice()) {
            (keyword, []) => return Err(format!("`{keyword}` has no value")),
            ("host", patterns) => *active = self.is_host(patterns),
            ("match", conditions) => *active = self.matches(conditions)?,
            ("include", patterns) if *active => self.include(patterns, directory, depth)?,
            (keyword, _) if *active => {
                self.options.doubt |= !is_plain(keyword, &words);
                self.options.set(keyword, words);
            }
            _ => {}
        }
        Ok(())
    }

    fn is_host(&self, patterns: &[String]) -> bool {
        let negated =
            |pattern: &String| pattern.strip_prefix('!').is_some_and(|pattern| glob(self.host, pattern));
        patterns.iter().any(|pattern| glob(self.host, pattern)) && !patterns.iter().any(negated)
    }

    fn include(&mut self, patterns: &[String], directory: &Path, depth: usize) -> Result<(), String> {
        if depth >= DEPTH {
            return Err(format!("files include one another more than {DEPTH} deep"));
        }
        for pattern in patterns {
            let path = directory.join(paths::under_home(pattern, self.origin.home.as_deref()));
            for path in matching_files(&path) {
                self.file(&path, directory, depth + 1)?;
            }
        }
        Ok(())
    }

    /// Whether all conditions of a `Match` hold.
    fn matches(&mut self, conditions: &[String]) -> Result<bool, String> {
        let mut conditions = conditions.iter();
        let mut all = true;
        while let Some(condition) = conditions.next() {
            let (negated, name) = match condition.strip_prefix('!') {
                Some(name) => (true, name),
                None => (false, condition.as_str()),
            };
            let holds = match name.to_ascii_lowercase().as_str() {
                "all" => true,
                "canonical" | "final" => {
                    self.options.doubt = true;
                    false
                }
                name => {
                    let value = conditions.next().ok_or_else(|| format!("`{name}` has no value"))?;
                    self.holds(name, value)?
                }
            };
            all &= holds != negated;
        }
        Ok(all)
    }

    fn holds(&mut self, name: &str, value: &str) -> Result<bool, String> {
        // Names may be looked up, networks asked for, other passes made.
        self.options.doubt |= !matches!(name, "host" | "originalhost" | "user" | "localuser");
        Ok(match name {
            "host" => list(&self.address(), value),
            "originalhost" => list(self.host, value),
            "user" => list(self.options.one("user").unwrap_or(&self.origin.user), value),
            "localuser" => list(&self.origin.user, value),
            // `ssh -G`, which is asked because of the doubt, runs it.
            "exec" => self.origin.ssh.is_none() && self.succeeds(value),
            "localnetwork" | "tagged" => false,
            name => return Err(format!("`{name}` is no condition of `Match`")),
        })
    }

    fn names(&self) -> tokens::Names<'_> {
        let user = self.options.one("user").unwrap_or(&self.origin.user);
        let port = self.options.number("port").unwrap_or(22);
        tokens::Names { host: self.host, port, user, origin: self.origin }
    }

    fn address(&self) -> String {
        self.names().host_name(self.options.one("hostname"))
    }

    fn succeeds(&self, command: &str) -> bool {
        let command = self.names().expand(command, &self.address());
        let mut shell = std::process::Command::new("/bin/sh");
        shell.arg("-c").arg(command).stdin(std::process::Stdio::null());
        shell.stdout(std::process::Stdio::null());
        shell.status().is_ok_and(|status| status.success())
    }
}

/// Keywords of which we are as sure as OpenSSH: those that are read here, and those that mean nothing here.
const PLAIN: [&str; 52] = [
    "addkeystoagent",
    "addressfamily",
    "batchmode",
    "bindaddress",
    "certificatefile",
    "checkhostip",
    "compression",
    "connectionattempts",
    "connecttimeout",
    "controlmaster",
    "controlpath",
    "controlpersist",
    "dynamicforward",
    "escapechar",
    "exitonforwardfailure",
    "fingerprinthash",
    "forwardagent",
    "forwardx11",
    "forwardx11trusted",
    "globalknownhostsfile",
    "gssapiauthentication",
    "gssapidelegatecredentials",
    "hashknownhosts",
    "hostkeyalias",
    "hostname",
    "identitiesonly",
    "identityagent",
    "identityfile",
    "ipqos",
    "kbdinteractiveauthentication",
    "localcommand",
    "localforward",
    "loglevel",
    "numberofpasswordprompts",
    "passwordauthentication",
    "permitlocalcommand",
    "port",
    "preferredauthentications",
    "proxycommand",
    "proxyjump",
    "pubkeyauthentication",
    "remoteforward",
    "requesttty",
    "sendenv",
    "serveralivecountmax",
    "serveraliveinterval",
    "setenv",
    "stricthostkeychecking",
    "tcpkeepalive",
    "updatehostkeys",
    "user",
    "userknownhostsfile",
];

/// Whether OpenSSH is sure to read no more in it than we do.
pub(super) fn is_plain(keyword: &str, words: &[String]) -> bool {
    let hashed = words.iter().any(|word| word.contains("%C"));
    PLAIN.contains(&keyword) && (!hashed || keyword == "controlpath")
}

/// A line as its keyword, in lower case, and its words. Between the two may stand blanks or one `=`; words may be quoted;
/// a comment may end the line. `None` where a quote is not closed.
pub(super) fn keyword_and_words(line: &str) -> Option<(String, Vec<String>)> {
    let line = line.trim();
    let end = line.find([' ', '\t', '=']).unwrap_or(line.len());
    let (keyword, rest) = line.split_at(end);
    let rest = rest.trim_start();
    let rest = rest.strip_prefix('=').unwrap_or(rest).trim_start();
    let keyword = keyword.to_ascii_lowercase();
    let words = match WHOLE.contains(&keyword.as_str()) {
        true => Some(vec![rest.to_owned()]),
        false => words(rest),
    };
    Some((keyword, words?))
}

/// Keywords whose value is the rest of the line, quotes included.
const WHOLE: [&str; 4] = ["proxycommand", "localcommand", "remotecommand", "knownhostscommand"];

fn words(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() && !rest.starts_with('#') {
        let (word, behind) = word(rest)?;
        words.push(word);
        rest = behind.trim_start();
    }
    Some(words)
}

fn word(text: &str) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut quote = None;
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        match (c, quote) {
            ('\\', _) => match rest.peek() {
                Some((_, next @ ('"' | '\'' | '\\'))) => {
                    word.push(*next);
                    rest.next();
                }
                Some((_, ' ')) if quote.is_none() => {
                    word.push(' ');
                    rest.next();
                }
                _ => word.push('\\'),
            },
            (c, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => quote = Some(c),
            (' ' | '\t', None) => return Some((word, &text[at..])),
            (c, _) => word.push(c),
        }
    }
    quote.is_none().then_some((word, ""))
}

/// The files that a path with `*` and `?` describes, in the order of their names.
fn matching_files(path: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for part in path.components() {
        let part = part.as_os_str().to_string_lossy().into_owned();
        found = match part.contains(['*', '?']) {
            true => found.iter().flat_map(|directory| entries(directory, &part)).collect(),
            false => found.into_iter().map(|directory| directory.join(&part)).collect(),
        };
    }
    found.retain(|path| path.is_file());
    found
}

fn entries(directory: &Path, pattern: &str) -> Vec<PathBuf> {
    let Ok(listing) = std::fs::read_dir(directory) else {
        return Vec::new();
    };
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.ok()?.file_name().into_string().ok();
    let fits = |name: &String| glob(name, pattern) && (pattern.starts_with('.') || !name.starts_with('.'));
    let mut names: Vec<_> = listing.filter_map(name).filter(fits).collect();
    names.sort();
    names.into_iter().map(|name| directory.join(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_taken_apart() {
        let line = |text| keyword_and_words(text).unwrap();
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(line("Port=22"), ("port".to_owned(), words(&["22"])));
        assert_eq!(line("\tHost\t = \"a b\" c # d"), ("host".to_owned(), words(&["a b", "c"])));
        assert_eq!(
            line("ProxyCommand ssh -W \"%h\" x # y"),
            ("proxycommand".to_owned(), words(&["ssh -W \"%h\" x # y"]))
        );
        assert_eq!(keyword_and_words("User \"a"), None);
    }

    proptest! {
        #[test]
        fn no_line_is_too_odd(line in "\\PC{0,60}") {
            let _ = keyword_and_words(&line);
        }
    }
}
