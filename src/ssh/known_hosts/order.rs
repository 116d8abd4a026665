//! Which types of host key to ask for first, so that a host with several shows one that is recorded.

use super::file::Entry;
use super::line::Marker;
use russh::keys::ssh_key::public::KeyData;
use russh::keys::{Algorithm, EcdsaCurve, HashAlg};

/// What to ask a host for.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::ssh) struct Wanted {
    pub keys: Vec<Algorithm>,
    /// Types to ask for as certificates, before bare keys.
    pub certificates: Vec<Algorithm>,
}

/// The types that OpenSSH asks for, in its order.
pub(in crate::ssh) const USUAL: [Algorithm; 6] = [
    Algorithm::Ed25519,
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 },
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP384 },
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP521 },
    Algorithm::Rsa { hash: Some(HashAlg::Sha512) },
    Algorithm::Rsa { hash: Some(HashAlg::Sha256) },
];

/// The usual types, or those that are set: the recorded ones first, unless the best of all is recorded. Certificates only
/// where an authority is.
pub(super) fn wanted(entries: &[Entry], set: Option<&[Algorithm]>) -> Wanted {
    let usual = set.unwrap_or(&USUAL);
    let recorded = |algorithm: &Algorithm| {
        entries.iter().any(|entry| entry.marker == Marker::None && fits(&entry.key, algorithm))
    };
    let (first, second): (Vec<_>, Vec<_>) = match usual.first().is_some_and(recorded) {
        true => (usual.to_vec(), Vec::new()),
        false => usual.iter().cloned().partition(recorded),
    };
    let keys: Vec<_> = first.into_iter().chain(second).collect();
    let authority = entries.iter().any(|entry| entry.marker == Marker::Authority);
    let certificates = if authority { keys.clone() } else { Vec::new() };
    Wanted { keys, certificates }
}

/// Whether a key can be shown under an algorithm's name.
fn fits(key: &KeyData, algorithm: &Algorithm) -> bool {
    match algorithm {
        Algorithm::Rsa { .. } => key.is_rsa(),
        other => key.algorithm() == *other,
    }
}
