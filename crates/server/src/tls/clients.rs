//! Certificates of clients: who may sign them, and which are revoked.

use std::cmp::Reverse;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls::RootCertStore;
use rustls::crypto::ring::default_provider;
use rustls::server::WebPkiClientVerifier;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer};
use x509_cert::crl::CertificateList;
use x509_cert::der::Decode;

use super::{Tls, TlsError, builder, certificates, finished, in_pem, rejected, wrong};

impl Tls {
    /// Asks clients for certificates, which one of the authorities in a PEM file must have signed:
    /// see [`with_client_authorities`](Tls::with_client_authorities).
    ///
    /// # Errors
    ///
    /// A file that cannot be read or holds no such certificate.
    pub fn with_client_authorities_of(self, path: impl AsRef<Path>) -> Result<Tls, TlsError> {
        let authorities = certificates(path.as_ref())?;
        self.with_client_authorities(authorities)
            .map_err(|error| wrong(path.as_ref(), error.to_string().into()))
    }

    /// Asks clients for certificates, which one of these authorities must have signed.
    ///
    /// A client need not have one unless a rule says so; with one that is not good it is sent away
    /// by TLS, as by PostgreSQL with `ssl_ca_file`. Said again, these authorities replace those of
    /// before; revocation lists stay.
    ///
    /// # Errors
    ///
    /// No authority, or something that is none.
    pub fn with_client_authorities(
        self,
        authorities: Vec<CertificateDer<'static>>,
    ) -> Result<Tls, TlsError> {
        let mut roots = RootCertStore::empty();
        for authority in authorities {
            roots.add(authority).map_err(rejected)?;
        }
        Tls { authorities: Some(Arc::new(roots)), ..self }.verified()
    }

    /// Refuses the certificates of clients that are revoked by the lists in a PEM file: see
    /// [`with_revocation_lists`](Tls::with_revocation_lists).
    ///
    /// # Errors
    ///
    /// A file that cannot be read or holds no such list.
    pub fn with_revocation_lists_of(self, path: impl AsRef<Path>) -> Result<Tls, TlsError> {
        let path = path.as_ref();
        let lists = in_pem(path, "it holds no revocation list (X509 CRL) in PEM")?;
        self.with_revocation_lists(lists).map_err(|error| match error {
            TlsError::Rejected(source) => wrong(path, source),
            error => error,
        })
    }

    /// Refuses the certificates of clients that these lists revoke; before or behind
    /// [`with_client_authorities`](Tls::with_client_authorities), without which no certificate is
    /// asked for. Said again, these lists replace those of before.
    ///
    /// As with `ssl_crl_file` of PostgreSQL, every authority that signs in a client's chain must have
    /// a list that has not expired: else the client is sent away as if it were on it. The log is
    /// warned of lists that have expired already. Of several lists of one authority the newest
    /// counts that has not expired when they are said.
    ///
    /// # Errors
    ///
    /// No list, something that is none, or one that is not valid yet: PostgreSQL takes no client by
    /// that.
    pub fn with_revocation_lists(
        self,
        lists: Vec<CertificateRevocationListDer<'static>>,
    ) -> Result<Tls, TlsError> {
        if lists.is_empty() {
            return Err(rejected("there is no revocation list"));
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(rejected)?;
        let mut dated = lists
            .into_iter()
            .map(|list| Ok((Dates::of(&list, now)?, list)))
            .collect::<Result<Vec<_>, TlsError>>()?;
        // The first that speaks of a certificate is asked, and no other.
        dated.sort_by_key(|(dates, _)| (dates.expired, Reverse(dates.since)));
        Tls { lists: dated.into_iter().map(|(_, list)| list).collect(), ..self }.verified()
    }

    /// Asks clients for certificates by all that is known of authorities by now.
    fn verified(self) -> Result<Tls, TlsError> {
        let Some(authorities) = &self.authorities else { return Ok(self) };
        let provider = Arc::new(default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(authorities.clone(), provider)
            .allow_unauthenticated()
            .with_crls(self.lists.iter().cloned())
            .enforce_revocation_expiration()
            .build()
            .map_err(rejected)?;
        let own = self.config.cert_resolver.clone();
        let config = builder()?.with_client_cert_verifier(verifier).with_cert_resolver(own);
        Ok(Tls { config: finished(config), ..self })
    }
}

/// When a revocation list counts.
struct Dates {
    since: Duration,
    expired: bool,
}

impl Dates {
    /// Reads them, and refuses a list that is of no use.
    fn of(list: &CertificateRevocationListDer<'_>, now: Duration) -> Result<Dates, TlsError> {
        let list: CertificateList = CertificateList::from_der(list)
            .map_err(|error| rejected(format!("a revocation list is malformed: {error}")))?;
        let list = list.tbs_cert_list;
        let (authority, since) = (list.issuer, list.this_update.to_unix_duration());
        if since > now {
            let since = list.this_update;
            return Err(rejected(format!(
                "the revocation list of {authority} is not yet valid: it begins at {since}"
            )));
        }
        let until = list.next_update.filter(|until| until.to_unix_duration() <= now);
        if let Some(until) = until {
            tracing::warn!(
                %authority, %until,
                "a revocation list has expired: without a newer one its authority's clients are sent away"
            );
        }
        Ok(Dates { since, expired: until.is_some() })
    }
}
