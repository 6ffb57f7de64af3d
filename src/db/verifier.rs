use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

/// How much of the server's certificate is checked.
#[derive(Debug)]
pub(super) enum Identity {
    /// Nothing: `sslmode=require` without roots.
    Unchecked,
    /// Who signed it: `verify-ca`.
    Signer(Roots),
    /// Who signed it, and for which host: `verify-full`.
    SignerAndHost(Roots),
}

/// Trusted certificates, as anchors for chains and as they are.
#[derive(Debug)]
pub(super) struct Roots {
    pub anchors: RootCertStore,
    pub certificates: Vec<CertificateDer<'static>>,
}

/// Checks a server's certificate as libpq's `sslmode` asks.
///
/// Signatures of the handshake are always checked, even where the certificate is not: otherwise anybody could present
/// the real server's certificate without its key, and SCRAM's channel binding, which covers only the certificate,
/// would be worth nothing.
#[derive(Debug)]
pub(super) struct Verifier {
    pub identity: Identity,
    pub provider: Arc<CryptoProvider>,
}

impl Roots {
    fn check(
        &self,
        certificate: &ParsedCertificate<'_>,
        der: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
        provider: &CryptoProvider,
    ) -> Result<(), Error> {
        let algorithms = provider.signature_verification_algorithms.all;
        let chain =
            verify_server_cert_signed_by_trust_anchor(certificate, &self.anchors, intermediates, now, algorithms);
        match chain {
            // A self-signed server certificate given as its own root, as with Debian's snakeoil certificate. OpenSSL
            // accepts that; webpki does not let a certificate authority be a server.
            Err(Error::InvalidCertificate(
                CertificateError::Other(_) | CertificateError::UnknownIssuer | CertificateError::InvalidPurpose,
            )) if self.certificates.iter().any(|trusted| trusted.as_ref() == der.as_ref()) => Ok(()),
            result => result,
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match &self.identity {
            Identity::Unchecked => {}
            Identity::Signer(roots) => {
                let certificate = ParsedCertificate::try_from(end_entity)?;
                roots.check(&certificate, end_entity, intermediates, now, &self.provider)?;
            }
            Identity::SignerAndHost(roots) => {
                let certificate = ParsedCertificate::try_from(end_entity)?;
                roots.check(&certificate, end_entity, intermediates, now, &self.provider)?;
                verify_server_name(&certificate, server_name)?;
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
