//! Proofs by a SASL mechanism: SCRAM and OAUTHBEARER.

use bytes::Bytes;
use zeroize::Zeroizing;

use super::login::{Login, LoginStep, Method, State, broken};
use crate::{
    auth::{
        oauth::{Credentials, FAILURE_ACKNOWLEDGED, OAUTHBEARER},
        scram::{BindingPolicy, NONCE_LENGTH, SCRAM_SHA_256_PLUS, ScramClient, ScramClientFinal},
    },
    error::PeerError,
    message::{Authentication, Encode, PgStr, SaslInitialResponse, SaslResponse},
};

/// A server that offers mechanisms.
#[derive(Debug)]
pub struct SaslRequest {
    login: Login,
    mechanisms: Vec<PgStr>,
}

/// A server that found no good token, and tells where one can be had.
#[derive(Debug)]
pub struct Discovery {
    login: Login,
    document: Bytes,
}

/// How far a mechanism has come.
pub(super) enum Sasl {
    ScramFirst(ScramClient, Zeroizing<Vec<u8>>),
    ScramFinal(ScramClientFinal),
    /// The server has proved itself.
    ScramDone,
    OAuth,
    /// Only an error can follow.
    Refused,
}

impl std::fmt::Debug for Sasl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Sasl::ScramFirst(..) => "ScramFirst",
            Sasl::ScramFinal(_) => "ScramFinal",
            Sasl::ScramDone => "ScramDone",
            Sasl::OAuth => "OAuth",
            Sasl::Refused => "Refused",
        })
    }
}

impl SaslRequest {
    pub(super) fn new(login: Login, mechanisms: Vec<PgStr>) -> SaslRequest {
        SaslRequest { login, mechanisms }
    }

    /// The mechanisms, the server's favourite first.
    pub fn mechanisms(&self) -> &[PgStr] {
        &self.mechanisms
    }

    /// Answers by SCRAM: with channel binding if both sides can, see
    /// [`Login::channel_binding`].
    ///
    /// `nonce` is fresh and random. The password is kept, wiped after use, until the server's
    /// challenge comes.
    ///
    /// # Errors
    ///
    /// The server offers no mechanism that may be used.
    pub fn scram(
        self,
        password: impl AsRef<[u8]>,
        nonce: [u8; NONCE_LENGTH],
        output: &mut Vec<u8>,
    ) -> Result<Login, PeerError> {
        let Login { policy, binding, .. } = &self.login;
        let offered = self.mechanisms.iter().map(PgStr::as_bytes);
        let client = ScramClient::new(offered, *policy, binding, nonce)?;
        let mechanism = client.mechanism();
        write(&SaslInitialResponse { mechanism, response: Some(client.first()) }, output)?;
        let method =
            if mechanism == SCRAM_SHA_256_PLUS { Method::ScramPlus } else { Method::Scram };
        let password = Zeroizing::new(password.as_ref().to_vec());
        let state = State::Sasl(Sasl::ScramFirst(client, password));
        Ok(self.login.proving(method, state))
    }

    /// Answers by a token, or asks where one can be had: only over TLS.
    ///
    /// # Errors
    ///
    /// The server does not offer it, the token has characters that no token can have, or channel
    /// binding is required.
    pub fn oauth(
        self,
        credentials: &Credentials,
        output: &mut Vec<u8>,
    ) -> Result<Login, PeerError> {
        if self.login.policy == BindingPolicy::Require {
            return Err(broken("channel binding required, but OAUTHBEARER has none"));
        }
        if !self.mechanisms.iter().any(|mechanism| *mechanism == OAUTHBEARER) {
            return Err(broken("server does not offer OAUTHBEARER"));
        }
        let message = credentials.to_message().ok_or_else(|| broken("this is no bearer token"))?;
        let response = Some(message.as_slice());
        write(&SaslInitialResponse { mechanism: OAUTHBEARER, response }, output)?;
        Ok(self.login.proving(Method::OAuth, State::Sasl(Sasl::OAuth)))
    }
}

impl Discovery {
    /// The server's words: JSON with `status`, `openid-configuration` and `scope`.
    pub fn document(&self) -> &[u8] {
        &self.document
    }

    /// Acknowledges them; the server refuses the login next.
    ///
    /// # Errors
    ///
    /// None is known.
    pub fn acknowledge(self, output: &mut Vec<u8>) -> Result<Login, PeerError> {
        write(&SaslResponse { data: FAILURE_ACKNOWLEDGED }, output)?;
        Ok(self.login)
    }
}

impl Login {
    /// Goes on with a mechanism.
    pub(super) fn sasl(
        mut self,
        request: Authentication,
        output: &mut Vec<u8>,
    ) -> Result<LoginStep, PeerError> {
        let state = std::mem::replace(&mut self.state, State::Answered);
        let State::Sasl(state) = state else { return Err(out_of_order(&request)) };
        let state = match (state, request) {
            (Sasl::ScramFirst(client, password), Authentication::SaslContinue { data }) => {
                let (answer, last) = client.respond(&data, password.as_slice())?;
                write(&SaslResponse { data: answer }, output)?;
                Sasl::ScramFinal(last)
            }
            (Sasl::ScramFinal(client), Authentication::SaslFinal { data }) => {
                client.finish(&data)?;
                Sasl::ScramDone
            }
            // Only now: a server that skips its own proof is an impostor.
            (Sasl::ScramDone | Sasl::OAuth, Authentication::Ok) => {
                return self.authentication(Authentication::Ok, output);
            }
            (Sasl::OAuth, Authentication::SaslContinue { data }) => {
                self.state = State::Sasl(Sasl::Refused);
                return Ok(LoginStep::Discovery(Discovery { login: self, document: data }));
            }
            (_, request) => return Err(out_of_order(&request)),
        };
        self.state = State::Sasl(state);
        Ok(LoginStep::NeedInput(self))
    }
}

fn write(message: &impl Encode, output: &mut Vec<u8>) -> Result<(), PeerError> {
    // Too long for a message only if what the server sent was, nearly.
    message.encode(output).map_err(|misuse| broken(misuse.message().to_owned()))
}

fn out_of_order(request: &Authentication) -> PeerError {
    let code = request.code();
    broken(format!("authentication request {code} out of order"))
}
