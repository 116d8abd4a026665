//! Creating and editing encrypted files, and encrypted values in files, in the user's editor.

use super::inline::{Opened, may_hold};
use super::private::Private;
use super::{Keyring, Secret, is_encrypted, replace};
use crate::source::{Diagnostic, Sources, Span};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The user's editor, and the user.
pub trait Editor {
    /// Lets the user edit a file, and comes back when that is done.
    ///
    /// # Errors
    ///
    /// Where the editor does not start, or ends with an error.
    fn edit(&self, path: &Path) -> Result<(), Diagnostic>;

    /// Tells what is wrong with the edited text; whether the user wants to go on editing.
    fn again(&self, problem: &Diagnostic) -> bool;
}

/// How encrypted texts are opened and made.
pub struct Keys<'a> {
    pub keyring: &'a Keyring,
    /// The label of the secret for new texts; the first secret where there is none.
    pub encrypt_with: Option<&'a str>,
    pub sources: &'a Sources,
}

/// Lets the user write a new encrypted file.
///
/// # Errors
///
/// Where the file is there already, or nothing was written.
pub fn create(path: &Path, secret: &Secret, editor: &dyn Editor) -> Result<(), Diagnostic> {
    if path.exists() {
        return Err(Diagnostic::error(format!("`{}` is there already", path.display())).hint("edit it"));
    }
    let private = Private::new(path, b"")?;
    editor.edit(&private.path)?;
    let text = private.read()?;
    if text.is_empty() {
        return Err(Diagnostic::error(format!("nothing was written, so `{}` is not made", path.display())));
    }
    replace::write(path, secret.encrypt(&text)?.as_bytes())
}

/// Lets the user edit an encrypted file, or a file with encrypted values in it; whether it was changed. What
/// was not edited keeps its bytes.
///
/// # Errors
///
/// Where nothing in it is encrypted, a password is missing, or somebody else changed the file meanwhile: what
/// was edited is then kept beside it, encrypted.
pub fn edit(path: &Path, keys: &Keys, editor: &dyn Editor) -> Result<bool, Diagnostic> {
    let before = replace::read(path)?;
    let text = std::str::from_utf8(&before).unwrap_or("");
    let new = if is_encrypted(&before) {
        whole(path, text, keys, editor)?
    } else if may_hold(text) {
        inside(path, text, keys, editor)?
    } else {
        let message = format!("nothing in `{}` is encrypted", path.display());
        return Err(Diagnostic::error(message)
            .hint("encrypt the file, or put a value made by `encrypt-string` into it"));
    };
    let Some(new) = new.filter(|new| new.as_bytes() != before) else { return Ok(false) };
    if replace::read(path)? != before {
        return Err(refused(path, &new));
    }
    replace::write(path, new.as_bytes()).map(|()| true)
}

/// The new text of a file that is encrypted as a whole; nothing where it is not changed.
fn whole(path: &Path, text: &str, keys: &Keys, editor: &dyn Editor) -> Result<Option<String>, Diagnostic> {
    let place = start_of(path, text, keys.sources);
    let (plain, secret) = keys.keyring.open(text, place)?;
    let private = Private::new(path, &plain)?;
    editor.edit(&private.path)?;
    let edited = private.read()?;
    if edited == plain {
        return Ok(None);
    }
    let secret = match keys.encrypt_with {
        Some(label) => keys.keyring.for_encryption(Some(label))?,
        None => secret,
    };
    secret.encrypt(&edited).map(Some)
}

/// The new text of a file with encrypted values.
fn inside(path: &Path, text: &str, keys: &Keys, editor: &dyn Editor) -> Result<Option<String>, Diagnostic> {
    let opened = Opened::new(text, path, keys.sources, keys.keyring)?;
    let shown = opened.shown();
    let private = Private::new(path, shown.as_bytes())?;
    loop {
        editor.edit(&private.path)?;
        let edited = private.read()?;
        if *edited == shown.as_bytes() {
            return Ok(None);
        }
        let closed = utf8(&edited).and_then(|edited| {
            let file = keys.sources.add_secret(path, edited.as_str());
            opened.closed(&edited, file, keys.keyring, keys.encrypt_with)
        });
        match closed {
            Ok(new) => return Ok(Some(new)),
            Err(problem) if editor.again(&problem) => {}
            Err(problem) => return Err(problem),
        }
    }
}

fn utf8(bytes: &[u8]) -> Result<Zeroizing<String>, Diagnostic> {
    let text = std::str::from_utf8(bytes).map_err(|_| Diagnostic::error("the edited text is not UTF-8"))?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// The edited text is kept beside the file: its secrets are encrypted, so that it may be on a disk.
fn refused(path: &Path, new: &str) -> Diagnostic {
    let error = Diagnostic::error(format!("`{}` was changed by somebody else meanwhile", path.display()));
    let beside = beside(path);
    match replace::write(&beside, new.as_bytes()) {
        Ok(()) => error.hint(format!("what was edited is in `{}`, encrypted", beside.display())),
        Err(problem) => error.hint(problem.message),
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".edited");
    path.with_file_name(name)
}

/// The first line of a text, as the place of an error about all of it.
pub(super) fn start_of(path: &Path, text: &str, sources: &Sources) -> Span {
    let file = sources.add(path, text);
    Span::new(file, 0, text.find(['\r', '\n']).unwrap_or(text.len()))
}
