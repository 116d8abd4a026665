//! Keys, requests and certificates, through the host's `openssl`.

mod csr;
mod dhparam;
mod extensions;
mod privatekey;
mod publickey;
mod x509;

pub use csr::OpensslCsr;
pub use dhparam::OpensslDhparam;
pub use privatekey::OpensslPrivatekey;
pub use publickey::OpensslPublickey;
pub use x509::X509Certificate;

use super::FileAttributes;
use super::argument::PathText;
use super::place::{Placement, keep_copy};
use crate::host::openssl::Question;
use crate::host::{Change, Content, Failure, Kind, Plan, Probe, random_word, text};
use std::path::Path;

choices! {
    /// Whether the file is to be there.
    State { Present = "present", Absent = "absent" }
}

/// Takes a file away, and keeps a copy where asked.
fn removal(host: &dyn Probe, path: &Path, backup: bool) -> Result<Plan, Failure> {
    match host.stat(path)? {
        Some(_) => Ok(replacing(path, backup, Change::Remove { path: path.to_owned(), kind: Kind::File })),
        None => Ok(Plan::nothing().with("filename", text::from_path(path))),
    }
}

/// Changes the file; what is there may be kept as a copy.
fn replacing(path: &Path, keep: bool, change: Change) -> Plan {
    let mut plan = Plan::nothing().with("filename", text::from_path(path));
    if keep {
        keep_copy(&mut plan, path);
    }
    plan.push(change);
    plan
}

/// Makes the file, and then looks at it once more; what was there may be kept as a copy.
fn anew(host: &dyn Probe, path: &Path, backup: bool, change: Change) -> Result<Plan, Failure> {
    let keep = backup && host.exists(path)?;
    Ok(replacing(path, keep, change).and_again())
}

/// Fails where there is no directory for the file.
fn parent_there(host: &dyn Probe, path: &Path) -> Result<(), Failure> {
    let parent = path.parent().unwrap_or(Path::new("/"));
    match host.is_directory(parent)? {
        true => Ok(()),
        false => Err(host.missing(format!("the directory `{}` does not exist", parent.display()))),
    }
}

/// Puts a text in place of what is there.
fn written(
    host: &dyn Probe,
    path: &Path,
    content: &str,
    attributes: &FileAttributes,
    backup: bool,
) -> Result<Plan, Failure> {
    let content = Content::inline(text::to_bytes(content));
    let mut plan = Placement { backup, ..Placement::of(path, content, attributes) }.plan(host)?;
    plan.result.remove("dest");
    Ok(plan.with("filename", text::from_path(path)))
}

/// The public key that belongs to a private one, in a file or given as text.
fn public_key(host: &dyn Probe, key: &KeySource) -> Result<String, Failure> {
    let mut question = Question { words: vec!["pkey", "-pubout"], ..key.question() };
    key.extend(&mut question.words, "-in", "-passin");
    question.ask_well(host)
}

/// Where a private key is taken from.
struct KeySource {
    path: Option<String>,
    content: Option<String>,
    passphrase: Option<String>,
}

impl KeySource {
    /// A key in a file, which must be there, or in the task.
    fn of(
        host: &dyn Probe,
        path: Option<&PathText>,
        content: Option<&String>,
        passphrase: Option<&String>,
    ) -> Result<KeySource, Failure> {
        let path = path.map(|path| path.on(host)).transpose()?;
        if let Some(path) = path.as_ref()
            && !host.exists(path)?
        {
            return Err(host.missing(format!("the key `{}` does not exist", path.display())));
        }
        let path = path.map(|path| text::from_path(&path));
        Ok(KeySource { path, content: content.cloned(), passphrase: passphrase.cloned() })
    }

    /// A question that can read the key.
    fn question(&self) -> Question<'_> {
        let stdin = self.content.as_deref().unwrap_or_default();
        Question { words: Vec::new(), stdin, passphrase: self.passphrase.as_deref() }
    }

    /// The words that name the key.
    fn extend<'a>(&'a self, words: &mut Vec<&'a str>, option: &'a str, pass: &'a str) {
        words.extend([option, self.path.as_deref().unwrap_or("/dev/stdin")]);
        if self.passphrase.is_some() {
            words.extend([pass, "env:PROVISION_PASS"]);
        }
    }
}

/// A number for a certificate that no other has.
fn serial() -> Result<String, Failure> {
    Ok(format!("0x{}", random_word()?))
}
