//! Options of rsync that mean something here.

use super::rules::Rules;
use crate::host::mode;
use crate::modules::Argument;
use crate::modules::argument::Mode;

/// Options that say how bytes travel or what is printed: here they do that by themselves.
const MEAN_NOTHING: &[&str] = &[
    "--8-bit-output",
    "--blocking-io",
    "--compress",
    "--delay-updates",
    "--fuzzy",
    "--human-readable",
    "--inplace",
    "--itemize-changes",
    "--numeric-ids",
    "--partial",
    "--progress",
    "--quiet",
    "--safe-links",
    "--sparse",
    "--stats",
    "--verbose",
    "--whole-file",
    "-F",
    "-P",
    "-S",
    "-W",
    "-h",
    "-i",
    "-q",
    "-v",
    "-vv",
    "-y",
    "-z",
];

/// What the options of rsync change.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Options {
    pub rules: Rules,
    pub flags: Vec<(&'static str, bool)>,
    /// Permissions of directories and of files.
    pub modes: Vec<(Option<bool>, Mode)>,
    pub user: Option<String>,
    pub group: Option<String>,
}

/// Options that turn something on or off.
const FLAGS: &[(&str, &str, bool)] = &[
    ("--archive", "archive", true),
    ("--checksum", "checksum", true),
    ("--copy-links", "copy_links", true),
    ("--delete", "delete", true),
    ("--delete-after", "delete", true),
    ("--delete-before", "delete", true),
    ("--delete-delay", "delete", true),
    ("--delete-during", "delete", true),
    ("--delete-excluded", "delete_excluded", true),
    ("--dirs", "dirs", true),
    ("--existing", "existing_only", true),
    ("--group", "group", true),
    ("--ignore-existing", "ignore_existing", true),
    ("--links", "links", true),
    ("--no-g", "group", false),
    ("--no-group", "group", false),
    ("--no-links", "links", false),
    ("--no-o", "owner", false),
    ("--no-owner", "owner", false),
    ("--no-p", "perms", false),
    ("--no-perms", "perms", false),
    ("--no-recursive", "recursive", false),
    ("--no-t", "times", false),
    ("--no-times", "times", false),
    ("--omit-dir-times", "omit_directory_times", true),
    ("--owner", "owner", true),
    ("--perms", "perms", true),
    ("--recursive", "recursive", true),
    ("--times", "times", true),
    ("--update", "update", true),
    ("-L", "copy_links", true),
    ("-O", "omit_directory_times", true),
    ("-c", "checksum", true),
    ("-u", "update", true),
];

impl Options {
    /// Reads options; those that nobody knows here are refused.
    pub fn read(words: &[String]) -> Result<Options, String> {
        let mut options = Options::default();
        let mut words = words.iter().flat_map(|words| split(words));
        while let Some(word) = words.next() {
            let (name, value) = match word.split_once('=').filter(|_| word.starts_with("--")) {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (word.clone(), None),
            };
            if MEAN_NOTHING.contains(&name.as_str()) {
                continue;
            }
            if let Some((_, flag, on)) = FLAGS.iter().find(|(known, ..)| *known == name) {
                options.flags.push((*flag, *on));
                continue;
            }
            let mut value =
                || value.clone().or_else(|| words.next()).ok_or(format!("`{name}` wants a value"));
            match name.as_str() {
                "--exclude" => options.rules.add(false, &value()?),
                "--include" => options.rules.add(true, &value()?),
                "--filter" | "-f" => options.rules.add(false, &value()?),
                "--chmod" => options.modes(&value()?)?,
                "--chown" => options.owners(&value()?),
                "--timeout" | "--bwlimit" | "--rsh" | "-e" | "--out-format" => drop(value()?),
                _ => return Err(format!("the option `{word}` of rsync is not known here")),
            }
        }
        Ok(options)
    }

    /// Whether an option turns something on or off; the last one counts.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.flags.iter().rev().find(|(known, _)| *known == name).map(|(_, on)| *on)
    }

    /// `D755,F644`, `ug=rwX,o=`
    fn modes(&mut self, text: &str) -> Result<(), String> {
        for part in text.split(',') {
            let (about, mode) = match (part.strip_prefix('D'), part.strip_prefix('F')) {
                (Some(mode), _) => (Some(true), mode),
                (_, Some(mode)) => (Some(false), mode),
                _ => (None, part),
            };
            self.modes.push((about, Mode::parse(&mode.into())?));
        }
        Ok(())
    }

    fn owners(&mut self, text: &str) {
        let (user, group) = text.split_once(':').unwrap_or((text, ""));
        let given = |name: &str| Some(name.to_owned()).filter(|name| !name.is_empty());
        (self.user, self.group) = (given(user), given(group));
    }

    /// The permissions that a name with these ones gets.
    pub fn mode(&self, before: u32, is_directory: bool) -> u32 {
        let about = self.modes.iter().filter(|(about, _)| about.is_none_or(|about| about == is_directory));
        about.fold(before, |bits, (_, wanted)| match wanted {
            Mode::Symbolic(text) => mode::symbolic(text, bits, is_directory, 0).unwrap_or(bits),
            wanted => wanted.bits(bits, is_directory, 0).unwrap_or(bits),
        })
    }
}

/// One option may be written with its value behind a blank.
fn split(words: &str) -> Vec<String> {
    match words.split_once(' ').filter(|_| words.starts_with('-')) {
        Some((name, value)) if !name.contains('=') => {
            vec![name.to_owned(), value.trim_matches(['\'', '"']).to_owned()]
        }
        _ => vec![words.replace(['\'', '"'], "")],
    }
}
