//! A private certificate authority, and servers with certificates that it signs.

use std::{path::PathBuf, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{ServerConfig, crypto::aws_lc_rs};
use rustls_pki_types::PrivateKeyDer;
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;

/// A private authority, its certificate in a file, and a TLS acceptor for one name.
pub(crate) struct Authority {
    folder: TempDir,
    /// Accepts TLS connections for the name.
    pub(crate) acceptor: TlsAcceptor,
}

impl Authority {
    /// Creates an authority that signs a certificate for `name`.
    pub(crate) fn vouching_for(name: &str, alpn: &[&str]) -> Authority {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
            .unwrap();
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        Authority { folder, acceptor: TlsAcceptor::from(Arc::new(config)) }
    }

    /// Returns the path of the authority's certificate.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Returns the resource setting that makes azgate trust the authority.
    pub(crate) fn setting(&self) -> String {
        format!("ca_file = \"{}\"", self.file().display())
    }
}
