//! TLS: certificate and key checked at the start, never a fallback to clear text.

mod asked;
mod clients;
mod records;
mod stranger;
mod stream;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring::default_provider;
use rustls::server::NoServerSessionStorage;
use rustls::{ConfigBuilder, Error, RootCertStore, ServerConfig, WantsVerifier};
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use sha2::{Digest, Sha256};
use tokio::net::TcpStream;
use trunkline_proto::auth::scram::Binding;

pub(crate) use stream::TlsStream;

/// The name by which clients that start with TLS at once ask for PostgreSQL.
pub(crate) const ALPN: &[u8] = b"postgresql";

/// A certificate with its key, ready to be offered.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
    binding: Binding,
    salt_secret: [u8; 32],
    /// Who signs certificates of clients, if they are asked for one.
    authorities: Option<Arc<RootCertStore>>,
    /// What they have revoked, in the order in which the lists are asked.
    lists: Arc<[CertificateRevocationListDer<'static>]>,
}

/// Why TLS cannot be offered.
#[derive(Debug)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be read or holds no such thing.
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Certificate and key do not fit each other, or are of a kind that is not supported.
    Rejected(Box<dyn std::error::Error + Send + Sync>),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TlsError::File { path, source } => write!(f, "{}: {source}", path.display()),
            TlsError::Rejected(source) => {
                write!(f, "the certificate and its key cannot be used: {source}")
            }
        }
    }
}

impl std::error::Error for TlsError {}

impl Tls {
    /// Reads a certificate chain and its private key from PEM files.
    ///
    /// # Errors
    ///
    /// A file that cannot be read or parsed, an empty chain, or a key of another certificate.
    pub fn from_pem_files(
        certificate: impl AsRef<Path>,
        key: impl AsRef<Path>,
    ) -> Result<Tls, TlsError> {
        let (certificate, key) = (certificate.as_ref(), key.as_ref());
        let chain = certificates(certificate)?;
        let text = std::fs::read(key).map_err(|error| wrong(key, error.into()))?;
        let key = PrivateKeyDer::from_pem_slice(&text).map_err(|error| match error {
            pem::Error::NoItemsFound if is_encrypted(&text) => {
                wrong(key, "the key is encrypted: decrypt it, as with openssl pkey".into())
            }
            pem::Error::NoItemsFound => wrong(key, "it holds no private key in PEM".into()),
            error => wrong(key, error.into()),
        })?;
        Tls::new(chain, key)
    }

    /// Takes a certificate chain, its own certificate first, and the private key.
    ///
    /// # Errors
    ///
    /// An empty chain, or a key of another certificate.
    pub fn new(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Tls, TlsError> {
        let Some(binding) = chain.first().map(|own| Binding::of_certificate(own.as_ref())) else {
            return Err(TlsError::Rejected("no certificate was found".into()));
        };
        let salt_secret = Sha256::new_with_prefix(b"salts of users who do not exist\0");
        let salt_secret = salt_secret.chain_update(key.secret_der()).finalize().into();
        let config = builder()?.with_no_client_auth().with_single_cert(chain, key);
        let config = config.map_err(|error| match error {
            Error::InconsistentKeys(_) => rejected("the key is that of another certificate"),
            error => rejected(error),
        })?;
        let (config, lists) = (finished(config), Arc::default());
        Ok(Tls { config, binding, salt_secret, authorities: None, lists })
    }

    /// A secret that lives as long as the private key and from which the key cannot be had: for
    /// [`Users::with_secret`](crate::Users::with_secret).
    pub fn salt_secret(&self) -> [u8; 32] {
        self.salt_secret
    }

    /// Shakes hands with a client.
    pub(crate) async fn accept(&self, socket: TcpStream) -> io::Result<TlsStream> {
        TlsStream::accept(Arc::clone(&self.config), socket).await
    }

    /// Whether clients are asked for certificates.
    pub(crate) fn knows_clients(&self) -> bool {
        self.authorities.is_some()
    }

    /// What SCRAM-SHA-256-PLUS binds a proof to.
    pub(crate) fn binding(&self) -> &Binding {
        &self.binding
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

fn builder() -> Result<ConfigBuilder<ServerConfig, WantsVerifier>, TlsError> {
    let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    builder.with_safe_default_protocol_versions().map_err(rejected)
}

fn finished(mut config: ServerConfig) -> Arc<ServerConfig> {
    config.alpn_protocols = vec![ALPN.to_vec()];
    // As PostgreSQL: no resumption, hence no tickets that outlive a key, and nothing to store.
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Arc::new(config)
}

/// The certificates in a PEM file, at least one.
fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    in_pem(path, "it holds no certificate in PEM")
}

/// What a PEM file holds of this kind, or an error that says there is none.
fn in_pem<T: PemObject>(path: &Path, none: &str) -> Result<Vec<T>, TlsError> {
    let text = std::fs::read(path).map_err(|error| wrong(path, error.into()))?;
    let found = T::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>();
    let found = found.map_err(|error| wrong(path, error.into()))?;
    match found.is_empty() {
        true => Err(wrong(path, none.into())),
        false => Ok(found),
    }
}

fn wrong(path: &Path, source: Box<dyn std::error::Error + Send + Sync>) -> TlsError {
    TlsError::File { path: path.to_owned(), source }
}

/// Whether a key in PEM needs a password, which nobody can be asked for.
fn is_encrypted(pem: &[u8]) -> bool {
    let label = b"-----BEGIN ENCRYPTED PRIVATE KEY-----";
    pem.windows(label.len()).any(|window| window == label)
}

fn rejected(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> TlsError {
    TlsError::Rejected(error.into())
}
