//! An authority for one run, and certificates of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Signs certificates for `localhost`; its clients trust nobody else.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
}

/// A certificate with its key in two files.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Authority {
    pub(crate) fn new() -> Result<Authority, String> {
        let failed = |error: rcgen::Error| format!("cannot make an authority: {error}");
        let mut params = CertificateParams::new(Vec::new()).map_err(failed)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().map_err(failed)?;
        let certificate = params.self_signed(&key).map_err(failed)?.der().clone();
        Ok(Authority { issuer: Issuer::new(params, key), certificate })
    }

    /// Writes a new certificate and its key into a folder, over those that are there; returns the
    /// certificate as clients see it.
    pub(crate) fn issue(&self, folder: &Path) -> Result<(Files, CertificateDer<'static>), String> {
        let failed = |error: rcgen::Error| format!("cannot make a certificate: {error}");
        let params = CertificateParams::new(vec!["localhost".to_owned()]).map_err(failed)?;
        let key = KeyPair::generate().map_err(failed)?;
        let made = params.signed_by(&key, &self.issuer).map_err(failed)?;
        let files =
            Files { certificate: folder.join("server.crt"), key: folder.join("server.key") };
        for (file, text) in [(&files.certificate, made.pem()), (&files.key, key.serialize_pem())] {
            std::fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))?;
        }
        Ok((files, made.der().clone()))
    }

    /// What clients shake hands with: always whole, as libpq does it.
    pub(crate) fn connector(&self) -> Result<TlsConnector, String> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).map_err(|error| format!("no root: {error}"))?;
        let config = ClientConfig::builder().with_root_certificates(roots);
        let mut config = config.with_no_client_auth();
        config.resumption = Resumption::disabled();
        config.alpn_protocols = vec![b"postgresql".to_vec()];
        Ok(TlsConnector::from(Arc::new(config)))
    }
}
