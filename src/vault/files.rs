//! Encrypting, decrypting, showing and rekeying files and trees of files.

use super::edit::{Keys, start_of};
use super::inline::{Opened, may_hold};
use super::{Envelope, Secret, is_encrypted, replace};
use crate::source::Diagnostic;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The encrypted form of bytes.
///
/// # Errors
///
/// Where they are encrypted already.
pub fn encrypt(bytes: &[u8], secret: &Secret) -> Result<String, Diagnostic> {
    if is_encrypted(bytes) {
        return Err(Diagnostic::error("it is encrypted already"));
    }
    secret.encrypt(bytes)
}

/// Encrypts a file in place, or into another one.
///
/// # Errors
///
/// Where it is encrypted already, or cannot be read or written.
pub fn encrypt_file(path: &Path, output: Option<&Path>, secret: &Secret) -> Result<(), Diagnostic> {
    let bytes = Zeroizing::new(replace::read(path)?);
    let text = encrypt(&bytes, secret).map_err(|error| about(path, error))?;
    replace::write(output.unwrap_or(path), text.as_bytes())
}

/// The bytes inside an encrypted text, read from `path`.
///
/// # Errors
///
/// Where it is not encrypted, or does not open.
pub fn decrypt(path: &Path, bytes: &[u8], keys: &Keys) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
    let text = std::str::from_utf8(bytes).unwrap_or("");
    if !is_encrypted(bytes) {
        let hint = may_hold(text)
            .then(|| "only values in it are: show them with `view`, change them with `edit`".to_owned());
        return Err(Diagnostic::error(format!("`{}` is not encrypted", path.display())).maybe_hint(hint));
    }
    let place = start_of(path, text, keys.sources);
    keys.keyring.open(text, place).map(|(plain, _)| plain)
}

/// Decrypts a file in place, or into another one.
///
/// # Errors
///
/// Where it is not encrypted, does not open, or cannot be read or written.
pub fn decrypt_file(path: &Path, output: Option<&Path>, keys: &Keys) -> Result<(), Diagnostic> {
    let plain = decrypt(path, &replace::read(path)?, keys)?;
    replace::write(output.unwrap_or(path), &plain)
}

/// What a file holds, with plain values in place of encrypted ones. Of a file without any, what it is: so
/// that `git diff` can show every file through this.
///
/// # Errors
///
/// Where it cannot be read, or something in it does not open.
pub fn view(path: &Path, keys: &Keys) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
    shown(path, Zeroizing::new(replace::read(path)?), keys)
}

/// As [`view`], of bytes that were read already.
///
/// # Errors
///
/// Where something in them does not open.
pub fn shown(path: &Path, bytes: Zeroizing<Vec<u8>>, keys: &Keys) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
    if is_encrypted(&bytes) {
        return decrypt(path, &bytes, keys);
    }
    match std::str::from_utf8(&bytes) {
        Ok(text) if may_hold(text) => {
            let shown = Opened::new(text, path, keys.sources, keys.keyring)?.shown();
            Ok(Zeroizing::new(shown.as_bytes().to_vec()))
        }
        _ => Ok(bytes),
    }
}

/// A text as an encrypted value for a YAML file, with its key if it has one.
///
/// # Errors
///
/// Where the system gives no random bytes.
pub fn encrypt_string(name: Option<&str>, text: &str, secret: &Secret) -> Result<String, Diagnostic> {
    let envelope = secret.encrypt(text.as_bytes())?;
    let key = name.map_or(String::new(), |name| format!("{name}: "));
    let lines: String = envelope.lines().map(|line| format!("          {line}\n")).collect();
    Ok(format!("{key}!vault |\n{lines}"))
}

/// A file that got a new password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rekeyed {
    pub path: PathBuf,
    /// How many values in it; none for a file that is encrypted as a whole.
    pub values: Option<usize>,
}

/// Gives files, and all files in directories, a new password: those that are encrypted, and the encrypted
/// values in the others. What has the password and label already stays. Everything is opened before anything
/// is written.
///
/// # Errors
///
/// Where something does not open, or cannot be read or written.
pub fn rekey(paths: &[PathBuf], keys: &Keys, new: &Secret) -> Result<Vec<Rekeyed>, Diagnostic> {
    let mut keyring = keys.keyring.clone();
    keyring.secrets.push(new.clone());
    let keys = &Keys { keyring: &keyring, ..*keys };
    let mut texts = Vec::new();
    for path in paths {
        let files = if path.is_dir() { below(path)? } else { vec![path.clone()] };
        for file in files {
            let found = rekeyed(&file, keys, new)?;
            if found.is_none() && !path.is_dir() && !has_any(&file)? {
                return Err(Diagnostic::error(format!("nothing in `{}` is encrypted", file.display())));
            }
            texts.extend(found);
        }
    }
    for (rekeyed, text) in &texts {
        replace::write(&rekeyed.path, text.as_bytes())?;
    }
    Ok(texts.into_iter().map(|(rekeyed, _)| rekeyed).collect())
}

fn has_any(path: &Path) -> Result<bool, Diagnostic> {
    let bytes = replace::read(path)?;
    Ok(is_encrypted(&bytes) || may_hold(std::str::from_utf8(&bytes).unwrap_or("")))
}

fn rekeyed(path: &Path, keys: &Keys, new: &Secret) -> Result<Option<(Rekeyed, String)>, Diagnostic> {
    let bytes = replace::read(path)?;
    let Ok(text) = std::str::from_utf8(&bytes) else { return Ok(None) };
    if is_encrypted(&bytes) {
        if has_already(text, new) {
            return Ok(None);
        }
        let plain = decrypt(path, &bytes, keys)?;
        return Ok(Some((Rekeyed { path: path.to_owned(), values: None }, new.encrypt(&plain)?)));
    }
    if !may_hold(text) {
        return Ok(None);
    }
    let (text, count) = Opened::new(text, path, keys.sources, keys.keyring)?.rekeyed(new)?;
    Ok((count > 0).then(|| (Rekeyed { path: path.to_owned(), values: Some(count) }, text)))
}

/// Whether a text has this secret and its label.
pub(super) fn has_already(text: &str, secret: &Secret) -> bool {
    Envelope::parse(text)
        .is_ok_and(|envelope| envelope.label() == secret.label && secret.open(&envelope).is_some())
}

/// All files below a directory, sorted; hidden ones are passed over.
fn below(folder: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let wrong = |error| Diagnostic::error(format!("cannot read `{}`: {error}", folder.display()));
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).map_err(wrong)?.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    let mut files = Vec::new();
    for entry in entries {
        let hidden = entry.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let link = entry.is_symlink();
        if hidden || link {
            continue;
        }
        if entry.is_dir() {
            files.extend(below(&entry)?);
        } else if entry.is_file() {
            files.push(entry);
        }
    }
    Ok(files)
}

fn about(path: &Path, error: Diagnostic) -> Diagnostic {
    Diagnostic { message: format!("`{}`: {}", path.display(), error.message), ..error }
}
