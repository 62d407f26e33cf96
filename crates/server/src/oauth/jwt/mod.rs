//! Tokens that carry their own proof: JWTs that the issuer has signed.

mod claims;
mod jwks;
mod signed;

#[cfg(test)]
mod tests;

use std::fmt;
use std::time::{Duration, SystemTime};

pub use jwks::{Jwks, JwksError};

use super::{TokenAttempt, TokenValidator, TokenVerdict};
use claims::Claims;
use trunkline_core::Result;

/// Judges JWTs (RFC 7519, RFC 9068) by the public keys of their issuer, without asking anybody.
///
/// A token is good if one of the keys has signed it, by RS256, ES256 or EdDSA; if its issuer (`iss`)
/// is that of [`OAuth::new`](crate::OAuth::new); if this server is among those it is for (`aud`); if
/// all words of the scope are in its `scope` or `scp`; if it has not expired (`exp`, which it must
/// have) and has begun to be good (`nbf`). Its claim `sub`, or another, is the user's name.
///
/// It is good until it expires: an issuer's change of mind is not heard of.
pub struct JwtValidator {
    keys: Jwks,
    audience: String,
    claim: String,
    leeway: Duration,
}

impl JwtValidator {
    /// Tokens that one of these keys has signed for this audience: the name by which the issuer
    /// knows this server.
    pub fn new(keys: Jwks, audience: impl Into<String>) -> JwtValidator {
        let claim = "sub".to_owned();
        JwtValidator { keys, audience: audience.into(), claim, leeway: Duration::from_secs(60) }
    }

    /// Sets the claim that is the user's name; `sub` unless set.
    ///
    /// It must be one that a user cannot change at the issuer, and no other can have.
    #[must_use]
    pub fn claim(self, name: impl Into<String>) -> JwtValidator {
        JwtValidator { claim: name.into(), ..self }
    }

    /// Sets how much the clocks of issuer and server may differ; a minute unless set.
    #[must_use]
    pub fn leeway(self, leeway: Duration) -> JwtValidator {
        JwtValidator { leeway, ..self }
    }

    /// Whose a token is at this time.
    ///
    /// # Errors
    ///
    /// Why it is not good, in words without a word of the token.
    pub fn identity(
        &self,
        token: &str,
        issuer: &str,
        scope: &str,
        now: SystemTime,
    ) -> Result<String, &'static str> {
        let claims = Claims::of(signed::payload(token, &self.keys)?)?;
        claims.check_time(now, self.leeway)?;
        claims.check_issuer(issuer)?;
        claims.check_audience(&self.audience)?;
        claims.check_scope(scope)?;
        claims.name(&self.claim)
    }
}

impl TokenValidator for JwtValidator {
    async fn validate(&self, attempt: TokenAttempt<'_>) -> Result<TokenVerdict> {
        let TokenAttempt { token, issuer, scope, .. } = attempt;
        let identity = self.identity(token, issuer, scope, SystemTime::now());
        Ok(identity.map_or_else(TokenVerdict::Refused, TokenVerdict::Identity))
    }
}

impl fmt::Debug for JwtValidator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtValidator")
            .field("audience", &self.audience)
            .field("claim", &self.claim)
            .field("leeway", &self.leeway)
            .finish_non_exhaustive()
    }
}
