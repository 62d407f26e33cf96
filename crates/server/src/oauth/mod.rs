//! Bearer tokens: the method `oauth` (OAUTHBEARER, RFC 7628), and who judges them.
//!
//! Source: <https://www.postgresql.org/docs/18/auth-oauth.html>,
//! <https://www.postgresql.org/docs/18/oauth-validators.html>.

mod jwt;
mod prove;
mod validator;

use std::fmt;
use std::sync::Arc;

pub use jwt::{Jwks, JwksError, JwtValidator};
pub use validator::{TokenAttempt, TokenValidator, TokenVerdict};

pub(crate) use validator::Judge;

use crate::auth::UserMap;
use crate::throttle::Throttle;

/// Where tokens come from, what they must be good for, and who judges them.
///
/// Clients without a good token are told the first two, so that they can have one made. Tokens are
/// taken over TLS and by Unix sockets only, unless
/// [`danger_listen_insecurely`](crate::ServerBuilder::danger_listen_insecurely) was said: who has a
/// token is its user.
pub struct OAuth {
    issuer: String,
    discovery: String,
    scope: String,
    validator: Arc<dyn Judge>,
    /// Who is which user; without it everybody is the one of his name.
    map: Option<UserMap>,
    /// What strangers can cause as often as they like.
    complaints: Throttle,
}

impl OAuth {
    /// Tokens of this issuer for this scope.
    ///
    /// `issuer` is the URL that the issuer calls itself by, to the letter, or as in `pg_hba.conf`
    /// that of its document below `/.well-known/`. `scope` lists what a token must be good for,
    /// separated by spaces. PostgreSQL's own clients want `https`.
    pub fn new(
        issuer: impl Into<String>,
        scope: impl Into<String>,
        validator: impl TokenValidator,
    ) -> OAuth {
        OAuth::judged(issuer.into(), scope.into(), Arc::new(validator), None)
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    pub(crate) fn judged(
        issuer: String,
        scope: String,
        validator: Arc<dyn Judge>,
        map: Option<UserMap>,
    ) -> OAuth {
        let (issuer, discovery) = match issuer.split_once(WELL_KNOWN) {
            None => {
                let discovery = format!("{issuer}{WELL_KNOWN}openid-configuration");
                (issuer, discovery)
            }
            // RFC 8414 puts the path of the issuer behind the name of the document.
            Some((base, document)) => {
                let path = document.find('/').and_then(|slash| document.get(slash..));
                (format!("{base}{}", path.unwrap_or_default()), issuer)
            }
        };
        OAuth { issuer, discovery, scope, validator, map, complaints: Throttle::new(1) }
    }
}

const WELL_KNOWN: &str = "/.well-known/";

impl fmt::Debug for OAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth")
            .field("issuer", &self.issuer)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nobody;

    impl TokenValidator for Nobody {
        async fn validate(&self, _: TokenAttempt<'_>) -> crate::Result<TokenVerdict> {
            Ok(TokenVerdict::Refused("nobody is let in"))
        }
    }

    #[test]
    fn an_issuer_and_its_document_tell_each_other() {
        let of = |issuer: &str| {
            let OAuth { issuer, discovery, .. } = OAuth::new(issuer, "", Nobody);
            (issuer, discovery)
        };
        let pair = |issuer: &str, discovery: &str| (issuer.to_owned(), discovery.to_owned());
        let openid = "https://a.example/t/.well-known/openid-configuration";
        assert_eq!(of("https://a.example/t"), pair("https://a.example/t", openid));
        assert_eq!(of(openid), pair("https://a.example/t", openid));
        let plain = "https://a.example/.well-known/oauth-authorization-server";
        assert_eq!(of(plain), pair("https://a.example", plain));
        let behind = "https://a.example/.well-known/oauth-authorization-server/t/u";
        assert_eq!(of(behind), pair("https://a.example/t/u", behind));
    }
}
