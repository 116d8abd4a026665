//! Whether a key that a host shows is the host's: the rules of OpenSSH's `sshconnect.c` and `hostfile.c`.

use super::file::{Entry, Place};
use super::line::Marker;
use russh::keys::ssh_key::certificate::CertType;
use russh::keys::ssh_key::public::KeyData;
use russh::keys::{Algorithm, Certificate, HashAlg, PublicKeyOrCertificate};

/// What the recorded keys say of a shown one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    Trusted,
    /// No key is recorded.
    Unknown,
    /// Keys are recorded, of any type, and this is none of them.
    Changed(Place),
    Revoked(Place),
}

/// Judges what a host shows by the entries for its name. A certificate that no recorded authority vouches for, or that is
/// not valid for the name, is judged as the bare key that is in it.
pub(super) fn judge(entries: &[Entry], shown: &PublicKeyOrCertificate, name: &str, now: u64) -> Verdict {
    let key = shown.public_key();
    let key = key.key_data();
    let certificate = shown.certificate();
    if let Some(place) = revoked(entries, key, certificate) {
        return Verdict::Revoked(place);
    }
    if certificate.is_some_and(|certificate| vouched_for(entries, certificate, name, now)) {
        return Verdict::Trusted;
    }
    plain(entries, key)
}

fn revoked(entries: &[Entry], key: &KeyData, certificate: Option<&Certificate>) -> Option<Place> {
    let authority = certificate.map(Certificate::signature_key);
    let is_revoked = |entry: &&Entry| {
        entry.marker == Marker::Revoked && (entry.key == *key || authority == Some(&entry.key))
    };
    entries.iter().find(is_revoked).map(|entry| entry.place.clone())
}

fn plain(entries: &[Entry], key: &KeyData) -> Verdict {
    let mut hosts = entries.iter().filter(|entry| entry.marker == Marker::None);
    let Some(first) = hosts.clone().next() else {
        return Verdict::Unknown;
    };
    match hosts.any(|entry| entry.key == *key) {
        true => Verdict::Trusted,
        false => Verdict::Changed(first.place.clone()),
    }
}

fn vouched_for(entries: &[Entry], certificate: &Certificate, name: &str, now: u64) -> bool {
    let authority = certificate.signature_key();
    let recorded = entries.iter().any(|entry| entry.marker == Marker::Authority && entry.key == *authority);
    let fingerprint = authority.fingerprint(HashAlg::Sha256);
    recorded
        && certificate.cert_type() == CertType::Host
        && signed_well(certificate)
        && certificate.validate_at(now, [&fingerprint]).is_ok()
        && certificate.critical_options().is_empty()
        && certificate.valid_principals().iter().any(|principal| principal == name)
}

/// Signatures with SHA-1 do not count.
fn signed_well(certificate: &Certificate) -> bool {
    certificate.signature().algorithm() != Algorithm::Rsa { hash: None }
}
