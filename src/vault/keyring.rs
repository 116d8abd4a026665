//! The secrets that are known in a run, and which of them opens what.

use super::{DEFAULT, Decryptor, Envelope, cipher};
use crate::source::{Diagnostic, Span};
use zeroize::Zeroizing;

/// A password and the label it goes by. The password is wiped when it is dropped.
#[derive(Clone)]
pub struct Secret {
    pub label: String,
    password: Zeroizing<Vec<u8>>,
}

impl Secret {
    /// A password with a label; `default` where none was given.
    pub fn new(label: Option<&str>, password: impl Into<Vec<u8>>) -> Secret {
        let label = label.unwrap_or(DEFAULT).to_owned();
        Secret { label, password: Zeroizing::new(password.into()) }
    }

    /// Encrypts bytes; the label is written into the text unless it is `default`.
    ///
    /// # Errors
    ///
    /// Where the system gives no random bytes.
    pub fn encrypt(&self, bytes: &[u8]) -> Result<String, Diagnostic> {
        let label = Some(self.label.as_str()).filter(|label| *label != DEFAULT);
        let envelope = cipher::seal(bytes, &self.password, label).map_err(Diagnostic::error)?;
        Ok(envelope.to_string())
    }

    /// Encrypts bytes with a salt of the caller's choice: the same bytes give the same text.
    ///
    /// # Errors
    ///
    /// Where the cipher does not take its keys.
    pub fn encrypt_with_salt(&self, bytes: &[u8], salt: &[u8]) -> Result<String, Diagnostic> {
        let label = Some(self.label.as_str()).filter(|label| *label != DEFAULT);
        let envelope = cipher::sealed(bytes, &self.password, label, salt.to_vec());
        let failed = || Diagnostic::error("the cipher does not take its keys");
        envelope.map(|envelope| envelope.to_string()).ok_or_else(failed)
    }

    /// The bytes inside an envelope, if this secret opens it.
    pub fn open(&self, envelope: &Envelope) -> Option<Zeroizing<Vec<u8>>> {
        cipher::open(envelope, &self.password)
    }
}

/// A password is never shown.
impl std::fmt::Debug for Secret {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(out, "Secret({})", self.label)
    }
}

/// All secrets of a run, in the order they were given.
#[derive(Clone, Debug, Default)]
pub struct Keyring {
    pub secrets: Vec<Secret>,
    /// Whether a secret is tried only on what has its label (`vault_id_match`).
    pub strict: bool,
}

impl Keyring {
    /// The bytes inside an encrypted text, and the secret that opened it. Secrets with the label of the
    /// text are tried first.
    ///
    /// # Errors
    ///
    /// As [`Decryptor::decrypt`].
    pub fn open(&self, text: &str, span: Span) -> Result<(Zeroizing<Vec<u8>>, &Secret), Diagnostic> {
        let envelope = Envelope::parse(text).map_err(|why| damaged(&why, span))?;
        if self.secrets.is_empty() {
            return Err(no_password(span));
        }
        let (same, other): (Vec<_>, Vec<_>) =
            self.secrets.iter().partition(|secret| secret.label == envelope.label());
        let tried: Vec<_> = if self.strict { same } else { same.into_iter().chain(other).collect() };
        let opened = tried.iter().find_map(|secret| Some((secret.open(&envelope)?, *secret)));
        opened.ok_or_else(|| self.none_opens(&envelope, &tried, span))
    }

    /// The secret to encrypt with: the one of this label, or the first.
    ///
    /// # Errors
    ///
    /// Where there is none.
    pub fn for_encryption(&self, label: Option<&str>) -> Result<&Secret, Diagnostic> {
        let found = match label {
            Some(label) => self.secrets.iter().find(|secret| secret.label == label),
            None => self.secrets.first(),
        };
        found.ok_or_else(|| match label {
            Some(label) => Diagnostic::error(format!("no vault password has the label `{label}`"))
                .hint(format!("the labels given are {}", listed(self.secrets.iter().collect()))),
            None => no_password(Span::NONE),
        })
    }

    fn none_opens(&self, envelope: &Envelope, tried: &[&Secret], span: Span) -> Diagnostic {
        let label = envelope.label();
        if tried.is_empty() {
            let all = listed(self.secrets.iter().collect());
            return Diagnostic::error(format!("no vault password has the label `{label}` of this value"))
                .at(span)
                .hint(format!(
                    "the labels given are {all}, and only equal labels are tried (`vault_id_match`)"
                ));
        }
        let message = format!("no vault password opens this; tried: {}", listed(tried.to_vec()));
        let hint = format!("it was encrypted with the label `{label}`");
        Diagnostic::error(message).at(span).maybe_hint(envelope.label.is_some().then_some(hint))
    }
}

impl Decryptor for Keyring {
    fn decrypt(&self, text: &str, span: Span) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
        self.open(text, span).map(|(bytes, _)| bytes)
    }
}

fn damaged(why: &str, span: Span) -> Diagnostic {
    Diagnostic::error(format!("this encrypted value cannot be read: {why}")).at(span)
}

fn no_password(span: Span) -> Diagnostic {
    Diagnostic::error("a vault password is needed, and none was given")
        .at(span)
        .hint("give one with `--vault-password-file`, `--ask-vault-pass` or ANSIBLE_VAULT_PASSWORD_FILE")
}

fn listed(secrets: Vec<&Secret>) -> String {
    let labels: Vec<_> = secrets.iter().map(|secret| format!("`{}`", secret.label)).collect();
    labels.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring(strict: bool) -> Keyring {
        let secrets = vec![Secret::new(None, "one"), Secret::new(Some("dev"), "two")];
        Keyring { secrets, strict }
    }

    fn message(keyring: &Keyring, text: &str) -> String {
        keyring.open(text, Span::NONE).unwrap_err().message
    }

    #[test]
    fn any_secret_opens_unless_labels_must_match() {
        let text = Secret::new(Some("prod"), "two").encrypt(b"x").unwrap();
        assert!(text.starts_with("$ANSIBLE_VAULT;1.2;AES256;prod\n"));
        assert_eq!(keyring(false).open(&text, Span::NONE).unwrap().1.label, "dev");
        assert_eq!(message(&keyring(true), &text), "no vault password has the label `prod` of this value");
    }

    #[test]
    fn the_labels_tried_are_told() {
        let text = Secret::new(None, "three").encrypt(b"x").unwrap();
        assert_eq!(message(&keyring(false), &text), "no vault password opens this; tried: `default`, `dev`");
        assert_eq!(message(&keyring(true), &text), "no vault password opens this; tried: `default`");
        assert_eq!(message(&Keyring::default(), &text), "a vault password is needed, and none was given");
    }

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(format!("{:?}", keyring(false).secrets), "[Secret(default), Secret(dev)]");
    }
}
