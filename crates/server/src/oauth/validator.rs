//! Who judges tokens.

use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;

use trunkline_core::Result;

/// What judges bearer tokens: a validator module of PostgreSQL, as a trait.
///
/// ```
/// use trunkline::{Auth, OAuth, Result, TokenAttempt, TokenValidator, TokenVerdict};
///
/// struct Introspection;
///
/// impl TokenValidator for Introspection {
///     async fn validate(&self, attempt: TokenAttempt<'_>) -> Result<TokenVerdict> {
///         // … ask the issuer about attempt.token …
///         # let answer = Some("ann");
///         Ok(match answer {
///             Some(name) => TokenVerdict::Identity(name.to_owned()),
///             None => TokenVerdict::Refused("the issuer does not know it"),
///         })
///     }
/// }
///
/// let auth = Auth::oauth(OAuth::new("https://issuer.example", "openid", Introspection));
/// ```
pub trait TokenValidator: Send + Sync + 'static {
    /// Says whose a token is, if it is good: made by the issuer, for this server, for the scope,
    /// and not expired.
    ///
    /// It has as long as the login has ([`Limits::login`](crate::Limits::login)), and is dropped
    /// then. Nothing was proved yet: anybody can have it called with anything that looks like a
    /// token.
    ///
    /// # Errors
    ///
    /// That it cannot say is logged, once a second at most: keep the token out of it. The client hears what it hears of a wrong token. So it is
    /// with a panic.
    fn validate(
        &self,
        attempt: TokenAttempt<'_>,
    ) -> impl Future<Output = Result<TokenVerdict>> + Send;
}

/// A client that presents a token.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct TokenAttempt<'a> {
    /// The token. A secret: whoever has it can log in.
    pub token: &'a str,
    /// As whom the client wants to log in, cut to 63 bytes.
    pub user: &'a str,
    /// The issuer, as it calls itself.
    pub issuer: &'a str,
    /// What the token must be good for, separated by spaces.
    pub scope: &'a str,
    /// Where the client comes from; `None` for a Unix socket.
    pub address: Option<SocketAddr>,
}

impl fmt::Debug for TokenAttempt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenAttempt")
            .field("user", &self.user)
            .field("issuer", &self.issuer)
            .field("scope", &self.scope)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// What a token is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenVerdict {
    /// It is this one's, who may log in under this name and no other, or, where the rule has a map,
    /// as whom that says.
    Identity(String),
    /// Its bearer may log in under the name asked for: `delegate_ident_mapping` of PostgreSQL. Where
    /// the rule has a map, it is not good.
    Authorized,
    /// It is not good, and why, for the log. The client is not told.
    Refused(&'static str),
}

/// A [`TokenValidator`] behind a pointer.
pub(crate) trait Judge: Send + Sync {
    fn judge<'a>(&'a self, attempt: TokenAttempt<'a>) -> Judgement<'a>;
}

pub(crate) type Judgement<'a> = Pin<Box<dyn Future<Output = Result<TokenVerdict>> + Send + 'a>>;

impl<V: TokenValidator> Judge for V {
    fn judge<'a>(&'a self, attempt: TokenAttempt<'a>) -> Judgement<'a> {
        Box::pin(self.validate(attempt))
    }
}
