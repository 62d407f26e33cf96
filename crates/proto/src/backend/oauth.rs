//! The method `oauth`: a bearer token that someone else has made, and the caller checks.

use bytes::{Bytes, BytesMut};
use zeroize::Zeroizing;

use super::{
    login::{Login, Ready},
    password::{Reply, answer},
    sasl::{challenge, initial_response},
};
use crate::{
    SqlState,
    auth::oauth::{Credentials, OAUTHBEARER, check_acknowledgement, failure},
    error::PeerError,
    message::{Authentication, Encode, PgStr},
};

/// A client that was offered OAUTHBEARER.
#[derive(Debug)]
pub struct OAuth {
    login: Login,
    discovery: String,
    scope: String,
    is_chosen: bool,
}

/// How far a token has come.
#[derive(Debug)]
pub enum OAuthStep {
    /// More bytes: write the output, read, and step again.
    NeedInput(OAuth),
    /// A token, to be checked by the caller.
    Token(BearerToken),
    /// The client only asked where a token can be had, and was told.
    Discovery(OAuthFailure),
    /// What the client has sent is no bearer token, and why not, for the log; it was told where one
    /// can be had.
    Malformed(OAuthFailure, &'static str),
}

/// A client with a token that nobody has checked.
pub struct BearerToken {
    oauth: OAuth,
    token: Zeroizing<String>,
}

/// A client that was told where a token can be had: it acknowledges, then it is refused.
#[derive(Debug)]
pub struct OAuthFailure {
    login: Login,
}

impl Login {
    /// Offers OAUTHBEARER: only over TLS.
    ///
    /// `discovery` is the URL of the issuer's OpenID configuration, `scope` what a token must be
    /// good for, separated by spaces: both are told to clients without a good token.
    pub fn oauth(self, discovery: &str, scope: &str, output: &mut Vec<u8>) -> OAuth {
        let mechanisms = vec![PgStr::from_static(OAUTHBEARER)];
        let encoded = Authentication::Sasl { mechanisms }.encode(output);
        debug_assert!(encoded.is_ok());
        OAuth {
            login: self,
            discovery: discovery.to_owned(),
            scope: scope.to_owned(),
            is_chosen: false,
        }
    }
}

impl OAuth {
    /// Takes the client's message from `input`.
    ///
    /// # Errors
    ///
    /// All end the connection; for a length that cannot be it is FATAL 28000, as for a wrong token.
    pub fn step(
        mut self,
        input: &mut BytesMut,
        output: &mut Vec<u8>,
    ) -> Result<OAuthStep, PeerError> {
        loop {
            let Some(body) = sasl_response(&self.login, input)? else {
                return Ok(OAuthStep::NeedInput(self));
            };
            let message = if self.is_chosen {
                body
            } else {
                let Some(response) = initial_response(body, &[OAUTHBEARER])?.response else {
                    self.is_chosen = true;
                    output.extend_from_slice(&Reply::SASL_CONTINUE);
                    continue;
                };
                response
            };
            return Ok(match Credentials::parse(&message)? {
                Credentials::Discovery => OAuthStep::Discovery(self.fail(output)),
                Credentials::Token(token) => OAuthStep::Token(BearerToken { oauth: self, token }),
                Credentials::Malformed(why) => OAuthStep::Malformed(self.fail(output), why),
            });
        }
    }

    fn fail(self, output: &mut Vec<u8>) -> OAuthFailure {
        let data = failure(&self.discovery, &self.scope).into_bytes().into();
        challenge(Authentication::SaslContinue { data }, output);
        OAuthFailure { login: self.login }
    }
}

impl BearerToken {
    /// Who presents it.
    pub fn login(&self) -> &Login {
        &self.oauth.login
    }

    /// The token.
    pub fn as_str(&self) -> &str {
        &self.token
    }

    /// It is good, and good for this user. Unlike SCRAM there is no last message of the mechanism.
    pub fn accept(self, output: &mut Vec<u8>) -> Ready {
        self.oauth.login.trust(output)
    }

    /// It is not: the client is told where a good one can be had.
    pub fn refuse(self, output: &mut Vec<u8>) -> OAuthFailure {
        self.oauth.fail(output)
    }
}

impl std::fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BearerToken").field("login", &self.oauth.login).finish_non_exhaustive()
    }
}

impl OAuthFailure {
    /// Takes the acknowledgement from `input`. Always ends in an error, FATAL 28000 at last.
    ///
    /// # Errors
    ///
    /// `Ok` gives this back while more input is needed.
    pub fn step(self, input: &mut BytesMut) -> Result<OAuthFailure, PeerError> {
        let Some(body) = sasl_response(&self.login, input)? else { return Ok(self) };
        check_acknowledgement(&body)?;
        Err(failed(&self.login))
    }
}

/// Takes a SASLResponse from `input`; `None` until all of it has come.
fn sasl_response(login: &Login, input: &mut BytesMut) -> Result<Option<Bytes>, PeerError> {
    let message = answer(input, login.limits.password, "SASL");
    message.map_err(|error| if error.is_silent() { failed(login) } else { error })
}

/// The error for everything but a good token.
fn failed(login: &Login) -> PeerError {
    PeerError::fatal(
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
        format!("OAuth bearer authentication failed for user \"{}\"", login.user()),
    )
}
