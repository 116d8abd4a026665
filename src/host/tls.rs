//! Secure streams. Who is trusted, the host says: its own list of certificates counts.

use super::http::Exchange;
use super::http_stream::Stream;
use super::http_url::Url;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, RootCertStore, SignatureScheme, StreamOwned,
};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where hosts keep the certificates that they trust.
const PLACES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
];

/// Makes a stream secure.
pub fn secure(stream: TcpStream, exchange: &Exchange, url: &Url) -> Result<Box<dyn Stream>, String> {
    let name = ServerName::try_from(url.host.clone())
        .map_err(|_| format!("`{}` is no name of a server", url.host))?;
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| error.to_string())?;
    let builder = if exchange.validate_certificates {
        builder.with_root_certificates(trusted(exchange.ca.as_deref())?)
    } else {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Anybody(provider)))
    };
    let config = match own_certificate(exchange)? {
        Some((chain, key)) => builder.with_client_auth_cert(chain, key).map_err(|error| error.to_string())?,
        None => builder.with_no_client_auth(),
    };
    let connection = ClientConnection::new(Arc::new(config), name).map_err(|error| error.to_string())?;
    Ok(Box::new(StreamOwned::new(connection, stream)))
}

fn trusted(given: Option<&Path>) -> Result<RootCertStore, String> {
    let known = PLACES.iter().map(PathBuf::from).find(|path| path.exists());
    let path = given.map(Path::to_owned).or(known);
    let path =
        path.ok_or("this host has no list of certificates that it trusts: install `ca-certificates`")?;
    let mut store = RootCertStore::empty();
    // Lists hold old certificates too, which are left out.
    store.add_parsable_certificates(certificates(&path)?);
    Ok(store)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let wrong = |error: rustls::pki_types::pem::Error| {
        format!("cannot read certificates from `{}`: {error}", path.display())
    };
    CertificateDer::pem_file_iter(path).map_err(wrong)?.collect::<Result<_, _>>().map_err(wrong)
}

type Own = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn own_certificate(exchange: &Exchange) -> Result<Option<Own>, String> {
    let Some(path) = &exchange.client_certificate else { return Ok(None) };
    let key = exchange.client_key.as_ref().unwrap_or(path);
    let wrong = |error| format!("cannot read a key from `{}`: {error}", key.display());
    Ok(Some((certificates(path)?, PrivateKeyDer::from_pem_file(key).map_err(wrong)?)))
}

/// Believes anybody, where the user says `validate_certs: false`.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer,
        _others: &[CertificateDer],
        _name: &ServerName,
        _stapled: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
