//! Which keys to offer, in which order.

use super::keyring::{self, Look};
use super::signer::{FileSigner, KeySigner, NotSigned};
use super::{Gate, Login};
use crate::ssh::settings::KeyAgent;
use russh::client::{AuthResult, Handle};
use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::{AgentClient, AgentStream};
use russh::keys::ssh_key::public::KeyData;
use russh::keys::{Certificate, HashAlg, PublicKey};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

type Agent = AgentClient<Box<dyn AgentStream + Send + Unpin>>;

/// How long ssh-agent may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// A key to offer.
pub(super) struct Candidate {
    /// What messages call it.
    pub name: String,
    key: KeyData,
    certificate: Option<Certificate>,
    source: Source,
}

#[derive(Clone)]
enum Source {
    File(PathBuf),
    /// What the agent holds is the certificate itself, where there is one.
    Agent(Arc<Mutex<Agent>>),
    /// What the agent holds is the key alone.
    AgentKey(Arc<Mutex<Agent>>),
}

impl Candidate {
    pub fn is_rsa(&self) -> bool {
        self.key.is_rsa()
    }

    /// Offers the key, and signs with it if the host wants it.
    pub async fn offer(
        &mut self,
        login: &Login<'_>,
        handle: &mut Handle<Gate>,
        user: &str,
        hash: Option<HashAlg>,
    ) -> Result<AuthResult, NotSigned> {
        let hash = hash.filter(|_| self.key.is_rsa());
        match &self.source {
            Source::File(path) => {
                let passphrase = login.target.passphrase.as_ref();
                let (keyring, questions) = (login.keyring, login.questions);
                let mut signer = FileSigner { keyring, questions, path, passphrase };
                self.offer_with(handle, user, hash, &mut signer).await
            }
            Source::AgentKey(agent) => {
                let mut agent = agent.lock().await;
                let key = PublicKey::new(self.key.clone(), "");
                let mut signer = KeySigner { agent: &mut *agent, key };
                self.offer_with(handle, user, hash, &mut signer).await
            }
            Source::Agent(agent) => {
                let mut agent = agent.lock().await;
                self.offer_with(handle, user, hash, &mut *agent).await.map_err(NotSigned::from)
            }
        }
    }

    async fn offer_with<S: russh::Signer>(
        &self,
        handle: &mut Handle<Gate>,
        user: &str,
        hash: Option<HashAlg>,
        signer: &mut S,
    ) -> Result<AuthResult, S::Error> {
        match &self.certificate {
            Some(certificate) => {
                handle.authenticate_certificate_with(user, certificate.clone(), hash, signer).await
            }
            None => {
                let key = PublicKey::new(self.key.clone(), "");
                handle.authenticate_publickey_with(user, key, hash, signer).await
            }
        }
    }
}

/// The keys to offer, and what is wrong with those that cannot be: certificates first, then the agent's keys that
/// settings name, its others, keys in files.
pub(super) async fn find(login: &Login<'_>, handle: &Handle<Gate>) -> (Vec<Candidate>, Vec<String>) {
    let mut skipped = Vec::new();
    let files = in_files(login, &mut skipped).await;
    let held = in_agent(login, handle, &mut skipped).await;
    let held = with_certificates(login, held);
    let named = |held: &Candidate| files.iter().any(|file| file.key == held.key);
    let (listed, others): (Vec<_>, Vec<_>) = held.into_iter().partition(named);
    let others = if login.settings.identities_only { Vec::new() } else { others };
    let held: Vec<_> = listed.into_iter().chain(others).collect();
    let is_held = |file: &Candidate| held.iter().any(|held| held.key == file.key);
    let files: Vec<_> =
        files.into_iter().filter(|file| file.certificate.is_some() || !is_held(file)).collect();
    let (certificates, plain): (Vec<_>, Vec<_>) =
        held.into_iter().chain(files).partition(|candidate| candidate.certificate.is_some());
    (certificates.into_iter().chain(plain).collect(), skipped)
}

/// Certificates in files whose keys the agent holds, before those keys.
fn with_certificates(login: &Login, held: Vec<Candidate>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for path in &login.settings.certificates {
        let Some(certificate) = keyring::certificate(path) else {
            continue;
        };
        let key = certificate.public_key();
        if let Some(holder) = held.iter().find(|held| held.key == *key && held.certificate.is_none()) {
            found.push(Candidate {
                name: format!("certificate `{}`", path.display()),
                key: key.clone(),
                source: match &holder.source {
                    Source::Agent(agent) => Source::AgentKey(agent.clone()),
                    source => source.clone(),
                },
                certificate: Some(certificate),
            });
        }
    }
    found.into_iter().chain(held).collect()
}

async fn in_files(login: &Login<'_>, skipped: &mut Vec<String>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for path in &login.settings.identities {
        match login.keyring.look(path).await {
            Look::Key(key) => add_file(&mut found, login, path, *key),
            Look::Useless(None) if login.target.private_key.as_ref() == Some(path) => {
                skipped.push(format!("{} does not exist", name_of(path)));
            }
            Look::Useless(None) => {}
            Look::Useless(Some(why)) => skipped.push(format!("{} {why}", name_of(path))),
        }
    }
    found
}

fn add_file(found: &mut Vec<Candidate>, login: &Login, path: &Path, key: KeyData) {
    let beside = keyring::with_suffix(path, "-cert.pub");
    let certificates = login.settings.certificates.iter().chain([&beside]);
    for path_of_certificate in certificates {
        let certificate = keyring::certificate(path_of_certificate);
        if let Some(certificate) = certificate.filter(|certificate| *certificate.public_key() == key) {
            found.push(Candidate {
                name: format!("certificate `{}`", path_of_certificate.display()),
                key: key.clone(),
                certificate: Some(certificate),
                source: Source::File(path.to_owned()),
            });
        }
    }
    found.push(Candidate {
        name: name_of(path),
        key,
        certificate: None,
        source: Source::File(path.to_owned()),
    });
}

fn name_of(path: &Path) -> String {
    format!("key `{}`", path.display())
}

async fn in_agent(login: &Login<'_>, handle: &Handle<Gate>, skipped: &mut Vec<String>) -> Vec<Candidate> {
    let KeyAgent::At(socket) = &login.settings.key_agent else {
        return Vec::new();
    };
    match tokio::time::timeout(PATIENCE, identities(socket, handle)).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => {
            skipped.push(format!("ssh-agent at `{}` does not answer: {error}", socket.display()));
            Vec::new()
        }
        Err(_) => {
            skipped.push(format!("ssh-agent at `{}` does not answer within 5 seconds", socket.display()));
            Vec::new()
        }
    }
}

async fn identities(socket: &Path, handle: &Handle<Gate>) -> Result<Vec<Candidate>, russh::keys::Error> {
    let mut agent = AgentClient::connect_uds(socket).await?.dynamic();
    if let Some(binding) = handle.agent_session_binding() {
        // Agents that know nothing of bindings refuse, and hold no key that would need one.
        let _ = agent.bind_session(binding, false).await;
    }
    let identities = agent.request_identities().await?;
    let agent = Arc::new(Mutex::new(agent));
    Ok(identities.into_iter().map(|identity| candidate(identity, &agent)).collect())
}

fn candidate(identity: AgentIdentity, agent: &Arc<Mutex<Agent>>) -> Candidate {
    let (key, certificate, comment) = match identity {
        AgentIdentity::PublicKey { key, comment } => (key.key_data().clone(), None, comment),
        AgentIdentity::Certificate { certificate, comment } => {
            (certificate.public_key().clone(), Some(certificate), comment)
        }
    };
    let comment = crate::ssh::session::printable(&comment);
    Candidate {
        name: format!("key `{comment}` of ssh-agent"),
        key,
        certificate,
        source: Source::Agent(agent.clone()),
    }
}
