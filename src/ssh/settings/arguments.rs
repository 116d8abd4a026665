//! Arguments for `ssh`: what variables say, and what `ansible_ssh_common_args` and its kin add.

use super::options::Options;
use crate::ssh::{Failure, FailureKind, Target, words};
use std::path::Path;

/// Flags of `ssh` that take a value.
const WITH_VALUE: &str = "BbcDEeFIiJLlmOoPpQRSWw";
/// Flags that change nothing here, or only how much `ssh` talks.
const IDLE: &str = "AaCfGgKkMNnqsTtVvXxYy";
/// Flags that only the system's `ssh` can follow.
const BEYOND: &str = "DIKLRSWwXYO";

/// One flag, and its value where it has one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Flag {
    pub letter: char,
    pub value: String,
}

impl Flag {
    fn option(keyword: &str, value: &str) -> Flag {
        Flag { letter: 'o', value: format!("{keyword}={value}") }
    }

    fn words(&self) -> Vec<String> {
        let flag = format!("-{}", self.letter);
        if WITH_VALUE.contains(self.letter) { vec![flag, self.value.clone()] } else { vec![flag] }
    }
}

/// All flags for a host: its variables first, for the first one wins.
///
/// # Errors
/// Where a variable cannot be used: names that could be taken for options or that a shell would read otherwise.
pub(super) fn words_of(target: &Target) -> Result<Vec<Flag>, Failure> {
    let mistake = |field, found| Failure::new(&target.name, FailureKind::Mistake { field, found });
    check(target).map_err(|(field, found)| mistake(field, found))?;
    let mut flags = of_variables(target);
    for arguments in &target.arguments {
        let found = words::split(arguments).ok_or_else(|| "has a quote that is not closed".to_owned());
        let given = found.and_then(|words| flags_in(&words));
        flags.extend(given.map_err(|found| mistake("ansible_ssh_common_args", found))?);
    }
    Ok(flags)
}

/// The words for the system's `ssh`, without the host.
///
/// # Errors
/// As for [`words_of`].
pub(in crate::ssh) fn for_ssh(target: &Target) -> Result<Vec<String>, Failure> {
    Ok(to_words(&words_of(target)?))
}

pub(super) fn to_words(flags: &[Flag]) -> Vec<String> {
    flags.iter().flat_map(Flag::words).collect()
}

/// A flag that only the system's `ssh` can follow.
pub(super) fn beyond(flags: &[Flag]) -> Option<String> {
    flags.iter().find(|flag| BEYOND.contains(flag.letter)).map(|flag| format!("`-{}`", flag.letter))
}

/// What flags mean as options.
pub(super) fn options_of(flags: &[Flag]) -> Options {
    let mut options = Options::default();
    flags.iter().for_each(|flag| set(&mut options, flag));
    options
}

fn set(options: &mut Options, flag: &Flag) {
    let keyword = match flag.letter {
        'o' => {
            match super::config::keyword_and_words(&flag.value) {
                Some((keyword, words)) => {
                    options.doubt |= !super::config::is_plain(&keyword, &words);
                    options.set(&keyword, words);
                }
                None => options.doubt = true,
            }
            return;
        }
        'p' => "Port",
        'l' => "User",
        // OpenSSH forgets a file that is not there, and only if it is named in this way.
        'i' => {
            options.doubt = true;
            "IdentityFile"
        }
        'J' => "ProxyJump",
        'b' => "BindAddress",
        'B' => "BindInterface",
        'c' => "Ciphers",
        'm' => "MACs",
        'A' => return options.set("ForwardAgent", vec!["yes".to_owned()]),
        'a' => return options.set("ForwardAgent", vec!["no".to_owned()]),
        'C' => return options.set("Compression", vec!["yes".to_owned()]),
        '4' => return options.set("AddressFamily", vec!["inet".to_owned()]),
        '6' => return options.set("AddressFamily", vec!["inet6".to_owned()]),
        letter => {
            options.doubt |= BEYOND.contains(letter);
            return;
        }
    };
    options.set(keyword, vec![flag.value.clone()]);
}

/// The file that `-F` names.
pub(super) fn config_file(flags: &[Flag]) -> Option<&Path> {
    flags.iter().find(|flag| flag.letter == 'F').map(|flag| Path::new(&flag.value))
}

fn of_variables(target: &Target) -> Vec<Flag> {
    let mut flags = Vec::new();
    let mut add = |keyword: &str, value: Option<String>| {
        flags.extend(value.map(|value| Flag::option(keyword, &value)));
    };
    let text = |path: &Path| quoted(&path.to_string_lossy());
    add("StrictHostKeyChecking", (target.host_key_checking == Some(false)).then(|| "no".to_owned()));
    add("Port", target.port.map(|port| port.to_string()));
    add("User", target.user.clone());
    add("IdentityFile", target.private_key.as_deref().map(text));
    add("ConnectTimeout", target.timeout.map(|timeout| timeout.as_secs().max(1).to_string()));
    if !target.known_hosts.is_empty() {
        let files: Vec<_> = target.known_hosts.iter().map(|path| text(path)).collect();
        add("UserKnownHostsFile", Some(files.join(" ")));
        add("GlobalKnownHostsFile", Some("/dev/null".to_owned()));
    }
    let file = target.config.as_ref().map(|path| path.to_string_lossy().into_owned());
    flags.extend(file.map(|value| Flag { letter: 'F', value }));
    flags
}

fn quoted(path: &str) -> String {
    if path.contains([' ', '\t']) { format!("\"{path}\"") } else { path.to_owned() }
}

/// Takes words apart as `ssh` does: flags may stand together, a value may stand behind its flag or be the next word.
fn flags_in(words: &[String]) -> Result<Vec<Flag>, String> {
    let mut flags = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let letters = word.strip_prefix('-').filter(|letters| !letters.is_empty() && *letters != "-");
        let letters = letters.ok_or_else(|| format!("holds `{word}`, which is no option of `ssh`"))?;
        for (at, letter) in letters.char_indices() {
            if !WITH_VALUE.contains(letter) {
                if !IDLE.contains(letter) && !"46".contains(letter) {
                    return Err(format!("holds `-{letter}`, which is no option of `ssh`"));
                }
                flags.push(Flag { letter, value: String::new() });
                continue;
            }
            let behind = &letters[at + letter.len_utf8()..];
            let value = match behind.is_empty() {
                false => Some(behind.to_owned()),
                true => words.next().cloned(),
            };
            let value = value.ok_or_else(|| format!("ends after `-{letter}`, which takes a value"))?;
            flags.push(Flag { letter, value });
            break;
        }
    }
    Ok(flags)
}

type Mistake = (&'static str, String);

/// Whether names are names and nothing else: OpenSSH and shells on the way must not find options or commands in them.
fn check(target: &Target) -> Result<(), Mistake> {
    let address = target.address.as_deref();
    check_host("ansible_host", address.unwrap_or(&target.name))?;
    if let Some(user) = &target.user {
        check_user("ansible_user", user)?;
    }
    Ok(())
}

fn check_host(field: &'static str, host: &str) -> Result<(), Mistake> {
    let bad = |c: char| c.is_control() || c.is_whitespace() || "'`\"$\\;&<>|(){}@,/".contains(c);
    name(field, host, bad)
}

/// Whether a user's name is one.
pub(in crate::ssh) fn check_user(field: &'static str, user: &str) -> Result<(), Mistake> {
    let bad = |c: char| c.is_control() || "'`\";&<>|(){}".contains(c);
    name(field, user, bad)?;
    let inner = user.strip_suffix('$').unwrap_or(user);
    match inner.contains('$') || user.ends_with('\\') || user.contains([' ', '\t']) {
        true => Err((field, format!("is {user:?}, which is no name of a user"))),
        false => Ok(()),
    }
}

fn name(field: &'static str, name: &str, bad: impl Fn(char) -> bool) -> Result<(), Mistake> {
    if name.is_empty() {
        return Err((field, "is empty".to_owned()));
    }
    if name.starts_with('-') {
        return Err((field, format!("is {name:?}, which could be taken for an option")));
    }
    match name.chars().find(|c| bad(*c)) {
        Some(c) => Err((field, format!("is {name:?}: {c:?} has no place in such a name"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(text: &str) -> Result<Vec<Vec<String>>, String> {
        let words = words::split(text).unwrap();
        Ok(flags_in(&words)?.iter().map(Flag::words).collect())
    }

    #[test]
    fn arguments_are_taken_apart() {
        let expected =
            [vec!["-v"], vec!["-v"], vec!["-o", "A=b c"], vec!["-p", "22"], vec!["-4"], vec!["-J", "x"]];
        assert_eq!(flags(r#"-vv -o "A=b c" -p22 -4J x"#).unwrap(), expected);
        assert_eq!(flags("host").unwrap_err(), "holds `host`, which is no option of `ssh`");
        assert!(flags("-o").unwrap_err().contains("takes a value"));
        assert!(flags("--").is_err());
        assert!(flags("-Z").is_err());
    }

    #[test]
    fn names_that_are_no_names_are_refused() {
        let target = |address: &str, user: &str| Target {
            address: Some(address.to_owned()),
            user: Some(user.to_owned()),
            ..Target::named("web1")
        };
        for (address, user, field) in [
            ("-oProxyCommand=x", "me", Some("ansible_host")),
            ("$(x)", "me", Some("ansible_host")),
            ("a b", "me", Some("ansible_host")),
            ("", "me", Some("ansible_host")),
            ("web1", "-oProxyCommand=x", Some("ansible_user")),
            ("web1", "$(x)", Some("ansible_user")),
            ("web1", "a\nb", Some("ansible_user")),
            ("web1", "a$b", Some("ansible_user")),
            ("web1", "machine$", None),
            ("fe80::1%eth0", "DOMAIN\\me", None),
        ] {
            let found = words_of(&target(address, user)).err();
            assert_eq!(found.as_ref().and_then(Failure::field), field, "{address} {user}: {found:?}");
        }
    }
}
