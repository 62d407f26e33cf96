//! The certificate that a client shows, and whom it vouches for.

use rustls_pki_types::CertificateDer;
use trunkline_core::PgError;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::Name;

use super::claim::refused;
use super::rules::UserMap;

/// What the certificate of a client says; the authority for clients has signed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    subject: String,
    common_name: Option<String>,
    dns_names: Vec<String>,
    mail_addresses: Vec<String>,
    uris: Vec<String>,
}

impl Certificate {
    /// Whose it is, as in RFC 4514: `CN=ann,O=example`.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The first common name of the subject, whole; `None` if there is none that is text.
    pub fn common_name(&self) -> Option<&str> {
        self.common_name.as_deref()
    }

    /// The alternative names that are DNS names.
    ///
    /// One name may be of several kinds, and who vouches for one kind need not look at another.
    pub fn dns_names(&self) -> impl Iterator<Item = &str> {
        self.dns_names.iter().map(String::as_str)
    }

    /// The alternative names that are mail addresses.
    pub fn mail_addresses(&self) -> impl Iterator<Item = &str> {
        self.mail_addresses.iter().map(String::as_str)
    }

    /// The alternative names that are URIs.
    pub fn uris(&self) -> impl Iterator<Item = &str> {
        self.uris.iter().map(String::as_str)
    }

    /// Reads DER; `None` if it is not what RFC 5280 says.
    pub(crate) fn read(der: &[u8]) -> Option<Certificate> {
        let certificate = x509_cert::Certificate::from_der(der).ok()?;
        let certificate = certificate.tbs_certificate();
        let alternative = certificate.get_extension::<SubjectAltName>().ok()?;
        let mut read = Certificate {
            subject: certificate.subject().to_string(),
            common_name: common_name(certificate.subject()),
            ..Certificate::default()
        };
        for name in alternative.map(|(_, names)| names.0).unwrap_or_default() {
            let (name, of_kind) = match &name {
                GeneralName::DnsName(name) => (name, &mut read.dns_names),
                GeneralName::Rfc822Name(name) => (name, &mut read.mail_addresses),
                GeneralName::UniformResourceIdentifier(name) => (name, &mut read.uris),
                _ => continue,
            };
            if !name.as_str().contains('\0') {
                of_kind.push(name.to_string());
            }
        }
        Some(read)
    }
}

/// The first one counts, as in PostgreSQL. With a NUL in it, it would be another's to who stops
/// reading there: then there is none.
fn common_name(subject: &Name) -> Option<String> {
    let name = String::from(subject.common_name().ok()??);
    (!name.contains('\0')).then_some(name)
}

/// What a rule asks of a client's certificate.
#[derive(Debug)]
pub(super) enum Certified {
    /// None is asked for.
    NotAsked,
    /// There is one, whoever's it is: `clientcert=verify-ca`.
    Somebodys,
    /// One of its names is the user's, or mapped to the user: `clientcert=verify-full`.
    Users { names: Names, map: Option<UserMap> },
}

/// Which names of a certificate count.
#[derive(Clone, Copy, Debug)]
pub(super) enum Names {
    Common,
    Dns,
    Mail,
    Uri,
}

impl Names {
    /// What a rule can say for `clientname`. Of alternative names it says one kind: an authority
    /// may vouch for that and let its clients choose the others.
    pub(super) const CHOICE: &str = "CN, SAN-DNS, SAN-EMAIL or SAN-URI";

    pub(super) fn named(name: &str) -> Option<Names> {
        Some(match name {
            "CN" => Names::Common,
            "SAN-DNS" => Names::Dns,
            "SAN-EMAIL" => Names::Mail,
            "SAN-URI" => Names::Uri,
            _ => return None,
        })
    }
}

impl Certified {
    /// Whether the certificate that was shown vouches for the user.
    ///
    /// # Errors
    ///
    /// FATAL 28000 if there is to be one and none was shown.
    pub(super) fn vouches(
        &self,
        shown: Option<&CertificateDer<'_>>,
        user: &str,
    ) -> Result<bool, PgError> {
        if matches!(self, Certified::NotAsked) {
            return Ok(true);
        }
        let shown = shown
            .ok_or_else(|| refused("connection requires a valid client certificate".to_owned()))?;
        let Certified::Users { names, map } = self else { return Ok(true) };
        let is_user = |name: &str| match map {
            Some(map) => map.lets(name, user),
            None => name == user,
        };
        let certificate = Certificate::read(shown).unwrap_or_default();
        let vouched = match names {
            Names::Common => certificate.common_name().is_some_and(is_user),
            Names::Dns => certificate.dns_names().any(is_user),
            Names::Mail => certificate.mail_addresses().any(is_user),
            Names::Uri => certificate.uris().any(is_user),
        };
        if !vouched {
            tracing::debug!(subject = certificate.subject, user, "the certificate is another's");
        }
        Ok(vouched)
    }
}
