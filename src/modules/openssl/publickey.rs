//! `openssl_publickey`

use super::privatekey::fingerprints;
use super::{KeySource, State, parent_there, public_key, removal, written};
use crate::host::openssl::{Question, in_form_of_ssh};
use crate::host::{Failure, Plan, Probe, text};
use crate::modules::argument::PathText;
use crate::modules::{ArgumentError, FileAttributes, Module};

choices! {
    /// How the key is written.
    Format { Openssh = "OpenSSH", Pem = "PEM" }
}

module! {
    /// Writes the public key that belongs to a private one.
    ///
    /// ```yaml
    /// - openssl_publickey: { path: /etc/ssl/example.pub, privatekey_path: /etc/ssl/private/example.pem }
    /// - openssl_publickey: { path: /etc/ssl/example.pub, privatekey_path: /etc/ssl/private/example.pem, format: OpenSSH }
    /// ```
    OpensslPublickey "openssl_publickey" {
        /// Whether the file is to be there.
        state: State = "present";
        /// Means nothing here: the same key is the same file.
        force: bool = false;
        /// How the key is written; `OpenSSH` needs the host's `ssh-keygen`.
        format: Format = "PEM";
        /// The file.
        path: PathText;
        /// The private key.
        privatekey_path: Option<PathText>;
        /// The private key itself.
        privatekey_content: Option<String>;
        /// What the private key is locked with.
        privatekey_passphrase: Option<String>;
        /// Keeps a copy of what is replaced.
        backup: bool = false;
        /// Means nothing here.
        select_crypto_backend: String = "auto";
        /// Tells the key in the result.
        return_content: bool = false;
    } with { attributes: FileAttributes }
}

impl Module for OpensslPublickey {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let path = self.path.on(host)?;
        let told = |plan: Plan| {
            let private = self.privatekey_path.as_ref().map(|path| path.0.clone());
            plan.with("privatekey", private).with("format", self.format.word())
        };
        if self.state == State::Absent {
            return removal(host, &path, self.backup).map(told);
        }
        parent_there(host, &path)?;
        let (file, content) = (self.privatekey_path.as_ref(), self.privatekey_content.as_ref());
        let key = KeySource::of(host, file, content, self.privatekey_passphrase.as_ref())?;
        let public = public_key(host, &key)?;
        let content = match self.format {
            Format::Pem => public,
            Format::Openssh => in_form_of_ssh(host, &public)?,
        };
        let plan = told(written(host, &path, &content, &self.attributes, self.backup)?);
        let plan = plan.with("fingerprint", fingerprints(&bytes(host, &key)?));
        Ok(if self.return_content { plan.with("publickey", content) } else { plan })
    }

    fn check(&self) -> Vec<ArgumentError> {
        let message = match (&self.privatekey_path, &self.privatekey_content) {
            (Some(_), Some(_)) => exclusive!("privatekey_path|privatekey_content"),
            (None, None) if self.state == State::Present => {
                "state is present but any of the following are missing: privatekey_path, privatekey_content"
            }
            _ => return Vec::new(),
        };
        vec![ArgumentError::new("", message)]
    }
}

/// The public key as bytes.
fn bytes(host: &dyn Probe, key: &KeySource) -> Result<Vec<u8>, Failure> {
    let mut question = Question { words: vec!["pkey", "-pubout", "-outform", "DER"], ..key.question() };
    key.extend(&mut question.words, "-in", "-passin");
    Ok(text::to_bytes(&question.ask_well(host)?))
}
