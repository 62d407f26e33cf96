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
    alternative_names: Vec<String>,
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

    /// The alternative names that are DNS names, mail addresses or URIs.
    pub fn alternative_names(&self) -> impl Iterator<Item = &str> {
        self.alternative_names.iter().map(String::as_str)
    }

    /// Reads DER; `None` if it is not what RFC 5280 says.
    pub(crate) fn read(der: &[u8]) -> Option<Certificate> {
        let certificate = x509_cert::Certificate::from_der(der).ok()?;
        let certificate = certificate.tbs_certificate();
        let alternative = certificate.get_extension::<SubjectAltName>().ok()?;
        let names = alternative.map(|(_, names)| names.0).unwrap_or_default();
        Some(Certificate {
            subject: certificate.subject().to_string(),
            common_name: common_name(certificate.subject()),
            alternative_names: names.iter().filter_map(text).collect(),
        })
    }
}

/// The first one counts, as in PostgreSQL. With a NUL in it, it would be another's to who stops
/// reading there: then there is none.
fn common_name(subject: &Name) -> Option<String> {
    let name = String::from(subject.common_name().ok()??);
    (!name.contains('\0')).then_some(name)
}

fn text(name: &GeneralName) -> Option<String> {
    let name = match name {
        GeneralName::DnsName(name) | GeneralName::Rfc822Name(name) => name,
        GeneralName::UniformResourceIdentifier(name) => name,
        _ => return None,
    };
    (!name.as_str().contains('\0')).then(|| name.to_string())
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
    Alternative,
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
            Names::Alternative => certificate.alternative_names().any(is_user),
        };
        if !vouched {
            tracing::debug!(subject = certificate.subject, user, "the certificate is another's");
        }
        Ok(vouched)
    }
}
