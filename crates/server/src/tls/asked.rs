//! The name by which a client asks for the server (SNI, RFC 6066).

use std::sync::{Arc, OnceLock};

use rustls::ServerConfig;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

/// Hears the name of one connection; the certificate is chosen as without it.
///
/// The library tells the name to who chooses a certificate, and to nobody else where buffers are the caller's.
#[derive(Debug)]
pub(super) struct AskedName {
    certificates: Arc<dyn ResolvesServerCert>,
    name: OnceLock<Box<str>>,
}

impl AskedName {
    /// What the rest of a server shares, and a place for the name that one client gives.
    pub(super) fn of(config: &ServerConfig) -> (Arc<ServerConfig>, Arc<AskedName>) {
        let certificates = config.cert_resolver.clone();
        let asked = Arc::new(AskedName { certificates, name: OnceLock::new() });
        let mut own = config.clone();
        own.cert_resolver = asked.clone();
        (Arc::new(own), asked)
    }

    /// The name, once the client has said hello, and if it gave one.
    pub(super) fn get(&self) -> Option<&str> {
        self.name.get().map(|name| &**name)
    }
}

impl ResolvesServerCert for AskedName {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        if let Some(name) = hello.server_name() {
            // A second hello gives the same.
            let _ = self.name.set(name.to_ascii_lowercase().into());
        }
        self.certificates.resolve(hello)
    }

    fn only_raw_public_keys(&self) -> bool {
        self.certificates.only_raw_public_keys()
    }
}
