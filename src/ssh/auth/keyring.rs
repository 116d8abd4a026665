//! Private keys in files: read once a run, opened when a host wants them.

use crate::ssh::Secret;
use crate::ssh::questions::Questions;
use russh::keys::ssh_key::public::KeyData;
use russh::keys::{Certificate, PrivateKey, PublicKey, decode_secret_key};
use std::collections::HashMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;

/// How often a passphrase is asked for: as OpenSSH does.
const TRIES: usize = 3;

/// All keys of a run.
#[derive(Default)]
pub(in crate::ssh) struct Keyring {
    files: Mutex<HashMap<PathBuf, Arc<tokio::sync::Mutex<KeyFile>>>>,
}

/// A file with a private key.
#[derive(Default)]
enum KeyFile {
    #[default]
    Unread,
    /// Why it cannot be used; nothing for a file that is not there.
    Useless(Option<String>),
    Closed {
        public: KeyData,
        text: Zeroizing<String>,
    },
    Open(Arc<PrivateKey>),
}

/// What can be said of a key before it is opened.
pub(in crate::ssh) enum Look {
    Key(Box<KeyData>),
    Useless(Option<String>),
}

impl Keyring {
    /// The public part of the key in a file.
    pub async fn look(&self, path: &Path) -> Look {
        let slot = self.slot(path);
        let mut file = slot.lock().await;
        if matches!(*file, KeyFile::Unread) {
            *file = read(path);
        }
        match &*file {
            KeyFile::Unread => Look::Useless(None),
            KeyFile::Useless(why) => Look::Useless(why.clone()),
            KeyFile::Closed { public, .. } => Look::Key(Box::new(public.clone())),
            KeyFile::Open(key) => Look::Key(Box::new(key.public_key().key_data().clone())),
        }
    }

    /// The key in a file; one that is encrypted is opened with the known passphrase or one that is asked for.
    pub async fn open(
        &self,
        path: &Path,
        known: Option<&Secret>,
        questions: &Questions,
    ) -> Result<Arc<PrivateKey>, String> {
        let slot = self.slot(path);
        let mut file = slot.lock().await;
        let text = match &*file {
            KeyFile::Open(key) => return Ok(key.clone()),
            KeyFile::Closed { text, .. } => text.clone(),
            KeyFile::Useless(why) => return Err(why.clone().unwrap_or_default()),
            KeyFile::Unread => return Err("was not read".to_owned()),
        };
        let opened = unlock(path, text, known, questions).await;
        *file = match &opened {
            Ok(key) => KeyFile::Open(key.clone()),
            Err(why) => KeyFile::Useless(Some(why.clone())),
        };
        opened
    }

    fn slot(&self, path: &Path) -> Arc<tokio::sync::Mutex<KeyFile>> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.entry(path.to_owned()).or_default().clone()
    }
}

fn read(path: &Path) -> KeyFile {
    let useless = |why: &str| KeyFile::Useless(Some(why.to_owned()));
    let Ok(text) = std::fs::read_to_string(path).map(Zeroizing::new) else {
        return match path.exists() {
            true => useless("cannot be read"),
            false => KeyFile::Useless(None),
        };
    };
    if open_to_others(path) {
        return useless("is readable by others than its owner: `chmod 600` it");
    }
    if let Ok(key) = decode_secret_key(&text, None) {
        return usable(key);
    }
    match public_part(path, &text) {
        Some(public) => KeyFile::Closed { public, text },
        None => useless("holds no key that can be read without its public part beside it"),
    }
}

fn usable(key: PrivateKey) -> KeyFile {
    match key.public_key().key_data() {
        public if public.is_sk_ed25519() || public.is_sk_ecdsa_p256() => {
            KeyFile::Useless(Some("needs its hardware: load it with `ssh-add`".to_owned()))
        }
        _ => KeyFile::Open(Arc::new(key)),
    }
}

/// OpenSSH does not use such keys either.
fn open_to_others(path: &Path) -> bool {
    let own = rustix::process::getuid().as_raw();
    path.metadata().is_ok_and(|file| file.uid() == own && file.mode() & 0o077 != 0)
}

/// The public half: in the file itself where it has OpenSSH's format, else in the one beside it.
fn public_part(path: &Path, text: &str) -> Option<KeyData> {
    if let Ok(key) = PrivateKey::from_openssh(text) {
        return Some(key.public_key().key_data().clone());
    }
    let beside = std::fs::read_to_string(with_suffix(path, ".pub")).ok()?;
    Some(PublicKey::from_openssh(beside.trim()).ok()?.key_data().clone())
}

/// The certificate in a file.
pub(super) fn certificate(path: &Path) -> Option<Certificate> {
    Certificate::from_openssh(std::fs::read_to_string(path).ok()?.trim()).ok()
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

async fn unlock(
    path: &Path,
    text: Zeroizing<String>,
    known: Option<&Secret>,
    questions: &Questions,
) -> Result<Arc<PrivateKey>, String> {
    if let Some(secret) = known
        && let Some(key) = decrypt(text.clone(), secret.clone()).await
    {
        return Ok(key);
    }
    for _ in 0..TRIES {
        let prompt = format!("passphrase for key `{}`", path.display());
        let Some(secret) = questions.again(prompt).await else {
            return Err("has a passphrase and nobody tells it: load it with `ssh-add`".to_owned());
        };
        if let Some(key) = decrypt(text.clone(), secret).await {
            return Ok(key);
        }
        questions.warn(&format!("that is not the passphrase of key `{}`", path.display()));
    }
    Err("has another passphrase".to_owned())
}

async fn decrypt(text: Zeroizing<String>, secret: Secret) -> Option<Arc<PrivateKey>> {
    let decrypt = move || decode_secret_key(&text, Some(secret.reveal())).ok().map(Arc::new);
    tokio::task::spawn_blocking(decrypt).await.ok().flatten()
}
