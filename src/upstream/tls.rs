//! TLS to Azure: the trusted certificates and the protocol versions. The crypto provider is named here, since a
//! dependency could change the default of the process.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::{self, PemObject};

/// Why the TLS configuration cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file cannot be read, or is not PEM.
    #[error("the CA file {} cannot be read: {source}", path.display())]
    Read {
        /// The file as configured.
        path: PathBuf,
        /// The cause.
        source: pem::Error,
    },
    /// The file is PEM and has no certificate: a private key, perhaps.
    #[error("the CA file {} holds no certificate", .0.display())]
    NoCertificate(PathBuf),
    /// The file has a certificate that cannot be a root.
    #[error("the CA file {} holds a certificate that cannot be used: {source}", path.display())]
    Certificate {
        /// The file as configured.
        path: PathBuf,
        /// The cause.
        source: rustls::Error,
    },
    /// The provider supports none of the protocol versions.
    #[error("TLS cannot be set up: {0}")]
    Provider(rustls::Error),
}

/// Builds the configuration for all connections of one client. The caller adds the ALPN protocols.
pub fn config(ca_file: Option<&Path>) -> Result<ClientConfig, TlsError> {
    let mut roots = system_roots();
    if let Some(path) = ca_file {
        add_file(&mut roots, path)?;
    }
    Ok(ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Provider)?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// Returns the system's roots, or Mozilla's if the system has none, as in an empty container image.
fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

fn add_file(roots: &mut RootCertStore, path: &Path) -> Result<(), TlsError> {
    let read = |source| TlsError::Read { path: path.to_owned(), source };
    let before = roots.len();
    for certificate in CertificateDer::pem_file_iter(path).map_err(read)? {
        roots
            .add(certificate.map_err(read)?)
            .map_err(|source| TlsError::Certificate { path: path.to_owned(), source })?;
    }
    if roots.len() == before { Err(TlsError::NoCertificate(path.to_owned())) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(content: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        file
    }

    fn added(content: &str) -> Result<usize, TlsError> {
        let mut roots = RootCertStore::empty();
        add_file(&mut roots, file(content).path())?;
        Ok(roots.len())
    }

    fn certificate(name: &str) -> String {
        rcgen::generate_simple_self_signed([name.to_owned()]).unwrap().cert.pem()
    }

    #[test]
    fn every_certificate_of_a_file_is_added() {
        let both = format!("a comment\n{}\n{}", certificate("one.test"), certificate("two.test"));
        assert_eq!(added(&both).unwrap(), 2);
    }

    #[test]
    fn a_file_without_a_usable_certificate_is_an_error_that_names_the_file() {
        assert!(matches!(added("no pem here").unwrap_err(), TlsError::NoCertificate(_)));
        let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
        assert!(matches!(added(&key).unwrap_err(), TlsError::NoCertificate(_)));
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(matches!(added(broken).unwrap_err(), TlsError::Certificate { .. }));

        let error = config(Some(Path::new("/nowhere/ca.pem"))).unwrap_err().to_string();
        assert!(error.starts_with("the CA file /nowhere/ca.pem cannot be read: "), "{error}");
    }

    #[test]
    fn some_root_is_always_trusted() {
        assert!(!system_roots().is_empty());
    }
}
