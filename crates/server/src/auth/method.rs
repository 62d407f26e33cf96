//! The ways to prove who one is.

use super::callback::Callback;
use crate::oauth::OAuth;

/// How a client proves who it is, once a rule fits it.
#[derive(Debug)]
pub(crate) enum Method {
    /// It is believed.
    Trust,
    /// It is refused.
    Reject,
    /// It sends its password in clear.
    Password,
    /// It hashes its password by MD5, or proves itself by SCRAM if its secret is a verifier.
    Md5,
    /// SCRAM-SHA-256, and SCRAM-SHA-256-PLUS under TLS.
    Scram,
    /// Its certificate is all it needs: what the rule asks of certificates.
    Certificate,
    /// A function of the embedding program decides.
    Callback(Callback),
    /// It presents a bearer token.
    OAuth(OAuth),
}

impl Method {
    /// Who makes the tokens that it asks for.
    pub(super) fn issuer(&self) -> Option<&str> {
        match self {
            Method::OAuth(oauth) => Some(oauth.issuer()),
            _ => None,
        }
    }

    /// The methods that a rule can name.
    pub(super) const NAMES: &str = "trust, reject, scram-sha-256, md5, password, cert or oauth";

    /// The method of this name, but for `oauth`, which is made of the options of its line.
    pub(super) fn named(name: &str) -> Option<Method> {
        Some(match name {
            "trust" => Method::Trust,
            "reject" => Method::Reject,
            "password" => Method::Password,
            "md5" => Method::Md5,
            "scram-sha-256" => Method::Scram,
            "cert" => Method::Certificate,
            _ => return None,
        })
    }
}
