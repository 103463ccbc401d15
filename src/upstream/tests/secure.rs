//! TLS: trusted certificates and the agreed protocol.

use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls_pki_types::PrivateKeyDer;
use tempfile::TempDir;
use tokio::join;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::super::Phase;
use super::*;

/// A private certificate authority with its certificate in a file, and a TLS server whose certificate it signed.
pub(super) struct Authority {
    folder: TempDir,
    pub(super) acceptor: TlsAcceptor,
}

impl Authority {
    pub(super) fn signing_for(name: &str, alpn: &[&str]) -> Self {
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
        Self { folder, acceptor: TlsAcceptor::from(Arc::new(config)) }
    }

    pub(super) fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }
}

async fn secured(server: &Server, authority: &Authority) -> io::Result<Peer<TlsStream<TcpStream>>> {
    authority.acceptor.accept(server.accept().await.0).await.map(Peer)
}

async fn refused(options: &ClientOptions, authority: &Authority) -> Failure {
    let (server, client) = (Server::start().await, Client::new(options).unwrap());
    let url = server.url("https");
    let (answer, handshake) = join!(client.send(call(&url)), secured(&server, authority));
    drop(handshake);
    answer.unwrap_err()
}

#[tokio::test]
async fn a_private_ca_is_trusted_when_its_file_is_given() {
    let authority = Authority::signing_for("127.0.0.1", &[]);
    let trusting = ClientOptions { ca_file: Some(authority.file()), ..options() };
    let (server, client) = (Server::start().await, Client::new(&trusting).unwrap());
    let url = server.url("https");
    let (answer, received) = join!(client.send(call(&url)), async {
        let mut peer = secured(&server, &authority).await.unwrap();
        let received = peer.request().await;
        peer.send(OK).await;
        received
    });
    assert_eq!(text(answer.unwrap()).await, "ok");
    assert!(received.starts_with("POST /openai/v1/chat/completions HTTP/1.1\r\n"), "{received}");
}

#[tokio::test]
async fn an_unknown_ca_is_refused() {
    let authority = Authority::signing_for("127.0.0.1", &[]);
    let failure = refused(&options(), &authority).await;
    assert_eq!(failure.phase, Phase::Tls);
    assert!(failure.to_string().ends_with("failed: invalid peer certificate: UnknownIssuer"), "{failure}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let authority = Authority::signing_for("other.test", &[]);
    let trusting = ClientOptions { ca_file: Some(authority.file()), ..options() };
    let failure = refused(&trusting, &authority).await;
    assert_eq!(failure.phase, Phase::Tls);
    assert!(failure.to_string().contains("not valid for name"), "{failure}");
}

#[tokio::test]
async fn http2_fails_if_the_server_did_not_agree_to_it() {
    for alpn in [&[][..], &["http/1.1"][..]] {
        let authority = Authority::signing_for("127.0.0.1", alpn);
        let trusting = ClientOptions { ca_file: Some(authority.file()), http2: true, ..options() };
        assert_eq!(refused(&trusting, &authority).await.phase, Phase::Tls, "{alpn:?}");
    }
}
