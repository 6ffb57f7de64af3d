use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::verifier::{Identity, Roots, Verifier};
use super::{DbError, RootCertificates, Ssl, SslMode};

/// The TLS side of connections with these settings.
///
/// # Errors
/// When a certificate or key file can't be used.
pub(super) fn connector(ssl: &Ssl) -> Result<MakeRustlsConnect, DbError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let identity = identity(ssl)?;
    let versions: &[_] = if ssl.only_tls13 { &[&TLS13] } else { &[&TLS13, &TLS12] };
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .map_err(|error| DbError::NoSystemRoots { cause: error.to_string() })?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Verifier { identity, provider }));
    let mut config = match &ssl.client {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let chain = certificates("client certificate", certificate)?;
            let private = private_key(key)?;
            builder.with_client_auth_cert(chain, private).map_err(|error| file("client key", key, &error))?
        }
    };
    config.enable_sni = ssl.server_name;
    // Direct negotiation demands it (PostgreSQL 17, "SSL Session Encryption"); libpq sends it always.
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    Ok(MakeRustlsConnect::new(config))
}

fn identity(ssl: &Ssl) -> Result<Identity, DbError> {
    let roots = match &ssl.roots {
        RootCertificates::Unchecked => return Ok(Identity::Unchecked),
        RootCertificates::File(path) => roots_of_file(path)?,
        RootCertificates::System => roots_of_system()?,
    };
    Ok(if ssl.mode == SslMode::VerifyFull { Identity::SignerAndHost(roots) } else { Identity::Signer(roots) })
}

fn roots_of_file(path: &Path) -> Result<Roots, DbError> {
    let certificates = certificates("root certificate", path)?;
    let mut anchors = RootCertStore::empty();
    let (added, _) = anchors.add_parsable_certificates(certificates.iter().cloned());
    if added == 0 {
        return Err(DbError::CertificateFile {
            what: "root certificate",
            path: path.to_owned(),
            cause: "it holds no certificate that can be read".to_owned(),
        });
    }
    Ok(Roots { anchors, certificates })
}

fn roots_of_system() -> Result<Roots, DbError> {
    let found = rustls_native_certs::load_native_certs();
    let mut anchors = RootCertStore::empty();
    let (added, _) = anchors.add_parsable_certificates(found.certs);
    if added == 0 {
        let cause = found.errors.first().map_or_else(|| "the store is empty".to_owned(), ToString::to_string);
        return Err(DbError::NoSystemRoots { cause });
    }
    Ok(Roots { anchors, certificates: Vec::new() })
}

fn certificates(what: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, DbError> {
    let certificates: Vec<_> =
        CertificateDer::pem_file_iter(path).and_then(Iterator::collect).map_err(|error| file(what, path, &error))?;
    if certificates.is_empty() {
        let cause = "it holds no PEM certificate".to_owned();
        return Err(DbError::CertificateFile { what, path: path.to_owned(), cause });
    }
    Ok(certificates)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, DbError> {
    if let Some(cause) = unprotected(path) {
        return Err(DbError::CertificateFile { what: "client key", path: path.to_owned(), cause });
    }
    PrivateKeyDer::from_pem_file(path).map_err(|error| file("client key", path, &error))
}

/// libpq's rule for keys: nobody but the owner, or root's group where root owns it.
#[cfg(unix)]
fn unprotected(path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(path).ok()?;
    let forbidden = if metadata.uid() == 0 { 0o037 } else { 0o077 };
    (metadata.mode() & forbidden != 0).then(|| "group or others can read it".to_owned())
}

#[cfg(not(unix))]
fn unprotected(_: &Path) -> Option<String> {
    None
}

fn file(what: &'static str, path: &Path, error: &dyn std::fmt::Display) -> DbError {
    DbError::CertificateFile { what, path: path.to_owned(), cause: error.to_string() }
}
