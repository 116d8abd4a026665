//! Signatures with a key of a file, which is opened at the last moment.

use super::keyring::Keyring;
use crate::ssh::Secret;
use crate::ssh::questions::Questions;
use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::{AgentClient, AgentStream};
use russh::keys::signature::Signer as _;
use russh::keys::ssh_key::private::KeypairData;
use russh::keys::{HashAlg, PrivateKey, PublicKey};
use std::path::Path;

/// Signs with the key in a file.
pub(super) struct FileSigner<'a> {
    pub keyring: &'a Keyring,
    pub questions: &'a Questions,
    pub path: &'a Path,
    pub passphrase: Option<&'a Secret>,
}

/// Why there is no signature.
pub(super) struct NotSigned(pub String);

impl From<russh::SendError> for NotSigned {
    fn from(_: russh::SendError) -> NotSigned {
        NotSigned("was not wanted any more".to_owned())
    }
}

impl From<russh::AgentAuthError> for NotSigned {
    fn from(error: russh::AgentAuthError) -> NotSigned {
        NotSigned(format!("is not signed with by ssh-agent: {error}"))
    }
}

impl russh::Signer for FileSigner<'_> {
    type Error = NotSigned;

    async fn auth_sign(
        &mut self,
        _: &AgentIdentity,
        hash: Option<HashAlg>,
        mut data: Vec<u8>,
    ) -> Result<Vec<u8>, NotSigned> {
        let key = self.keyring.open(self.path, self.passphrase, self.questions).await.map_err(NotSigned)?;
        let signature = sign(&key, hash, &data).ok_or_else(|| NotSigned("does not sign".to_owned()))?;
        data.extend(u32::try_from(signature.len()).unwrap_or(u32::MAX).to_be_bytes());
        data.extend(signature);
        Ok(data)
    }
}

/// Signs with a key that ssh-agent holds, also where what is offered is a certificate for it.
pub(super) struct KeySigner<'a, S: AgentStream> {
    pub agent: &'a mut AgentClient<S>,
    pub key: PublicKey,
}

impl<S: AgentStream + Unpin + Send> russh::Signer for KeySigner<'_, S> {
    type Error = NotSigned;

    async fn auth_sign(
        &mut self,
        _: &AgentIdentity,
        hash: Option<HashAlg>,
        data: Vec<u8>,
    ) -> Result<Vec<u8>, NotSigned> {
        let key = self.key.clone().into();
        let signed = self.agent.sign_request(&key, hash, data).await;
        signed.map_err(|error| NotSigned(format!("is not signed with by ssh-agent: {error}")))
    }
}

fn sign(key: &PrivateKey, hash: Option<HashAlg>, data: &[u8]) -> Option<Vec<u8>> {
    let signature = match key.key_data() {
        KeypairData::Rsa(pair) => (pair, hash).try_sign(data),
        pair => pair.try_sign(data),
    };
    signature.ok()?.try_into().ok()
}
