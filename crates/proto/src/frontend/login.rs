//! The login: who we are, and the proof of it.

use bytes::BytesMut;

use super::conn::Connection;
#[cfg(feature = "auth")]
use super::sasl::{Discovery, Sasl, SaslRequest};
#[cfg(feature = "auth")]
use crate::auth::{
    md5::Md5Verifier,
    scram::{Binding, BindingPolicy},
};
use crate::{
    SqlState,
    error::{Misuse, PeerError},
    limits::Limits,
    message::{
        Authentication, BackendTag, Encode, ErrorResponse, NegotiateProtocolVersion,
        PasswordMessage, ProtocolVersion,
    },
    wire::frame,
};

/// A client that has said who it is and waits to be asked for a proof.
#[derive(Debug)]
pub struct Login {
    limits: Limits,
    version: ProtocolVersion,
    /// The protocol options (`_pq_.…`) asked for.
    options: Vec<Vec<u8>>,
    has_negotiated: bool,
    pub(super) method: Method,
    pub(super) state: State,
    #[cfg(feature = "auth")]
    pub(super) binding: Binding,
    #[cfg(feature = "auth")]
    pub(super) policy: BindingPolicy,
}

/// What the server wants.
#[derive(Debug)]
pub enum LoginStep {
    /// More bytes: write the output, read, and step again.
    NeedInput(Login),
    /// The password, in clear.
    Cleartext(CleartextRequest),
    /// The password, hashed with the user's name and a salt.
    #[cfg(feature = "auth")]
    Md5(Md5Request),
    /// A proof by one of several mechanisms.
    #[cfg(feature = "auth")]
    Sasl(SaslRequest),
    /// Nothing good came of the token; this tells where a better one can be had.
    #[cfg(feature = "auth")]
    Discovery(Discovery),
    /// Nothing more: we are in.
    Authenticated(Authenticated),
    /// We are not let in, or the server takes nobody; the connection ends.
    Refused(ErrorResponse),
}

/// How a login was proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// The server did not ask.
    Trust,
    /// The password in clear.
    Cleartext,
    /// The password hashed by MD5.
    Md5,
    /// SCRAM-SHA-256; the server proved that it knows the password, too.
    Scram,
    /// SCRAM-SHA-256-PLUS; and it is the one that TLS talks to.
    ScramPlus,
    /// OAUTHBEARER.
    OAuth,
}

/// A client that was let in.
#[derive(Debug)]
pub struct Authenticated {
    /// The connection; its first events are those of the login's end.
    pub connection: Connection,
    /// How. A client with requirements (libpq's `require_auth`) checks it before it says anything.
    pub method: Method,
}

/// A server that wants the password in clear: not without TLS, if anyone may listen.
#[derive(Debug)]
pub struct CleartextRequest {
    login: Login,
}

/// A server that wants the password hashed.
#[cfg(feature = "auth")]
#[derive(Debug)]
pub struct Md5Request {
    login: Login,
    salt: [u8; 4],
}

/// What has passed.
#[derive(Debug)]
pub(super) enum State {
    /// Nothing: the server may ask for any proof.
    Asked,
    /// Our whole proof is given.
    Answered,
    #[cfg(feature = "auth")]
    Sasl(Sasl),
}

impl Login {
    pub(super) fn new(limits: Limits, version: ProtocolVersion, options: Vec<Vec<u8>>) -> Login {
        Login {
            limits,
            version,
            options,
            has_negotiated: false,
            method: Method::Trust,
            state: State::Asked,
            #[cfg(feature = "auth")]
            binding: Binding::None,
            #[cfg(feature = "auth")]
            policy: BindingPolicy::Prefer,
        }
    }

    #[cfg(feature = "auth")]
    pub(super) fn over(self, binding: Binding) -> Login {
        Login { binding, ..self }
    }

    /// Sets whether the proof is bound to TLS.
    ///
    /// With [`BindingPolicy::Require`] every login but one by SCRAM-SHA-256-PLUS fails, also one
    /// that the server asks no proof for; nothing is sent that could help an impostor.
    #[cfg(feature = "auth")]
    #[must_use]
    pub fn channel_binding(self, policy: BindingPolicy) -> Login {
        Login { policy, ..self }
    }

    /// Takes what the server asks from `input`.
    ///
    /// Answers to a SCRAM challenge are made here: that takes as long as the server's iterations.
    ///
    /// # Errors
    ///
    /// All end the connection: the server breaks the rules, does not prove itself, or asks for what
    /// we must not give.
    pub fn step(
        mut self,
        input: &mut BytesMut,
        output: &mut Vec<u8>,
    ) -> Result<LoginStep, PeerError> {
        loop {
            let Some(tag) = frame::peek_tag(input) else { return Ok(LoginStep::NeedInput(self)) };
            let tag = BackendTag(tag);
            let is_expected = matches!(
                tag,
                BackendTag::AUTHENTICATION
                    | BackendTag::ERROR_RESPONSE
                    | BackendTag::NEGOTIATE_PROTOCOL_VERSION
            );
            if !is_expected {
                let byte = tag.0.escape_ascii();
                return Err(broken(format!(
                    "expected authentication request from server, but received {byte}"
                )));
            }
            let Some(header) = frame::peek(input) else { return Ok(LoginStep::NeedInput(self)) };
            let Some(body) = frame::split(input, header.frame_length(MAX_LENGTH)?) else {
                return Ok(LoginStep::NeedInput(self));
            };
            match tag {
                BackendTag::ERROR_RESPONSE => {
                    return Ok(LoginStep::Refused(ErrorResponse::decode(body)?));
                }
                BackendTag::NEGOTIATE_PROTOCOL_VERSION => {
                    self.negotiate(&NegotiateProtocolVersion::decode(body)?)?;
                }
                _ => match self.authentication(Authentication::decode(body)?, output)? {
                    LoginStep::NeedInput(login) => self = login,
                    step => return Ok(step),
                },
            }
        }
    }

    pub(super) fn authentication(
        self,
        request: Authentication,
        output: &mut Vec<u8>,
    ) -> Result<LoginStep, PeerError> {
        match (&self.state, request) {
            (State::Asked | State::Answered, Authentication::Ok) => {
                self.check_binding()?;
                let connection = Connection::new(&self.limits, self.version);
                let method = self.method;
                Ok(LoginStep::Authenticated(Authenticated { connection, method }))
            }
            (State::Asked, Authentication::CleartextPassword) => {
                self.check_binding()?;
                Ok(LoginStep::Cleartext(CleartextRequest { login: self }))
            }
            #[cfg(feature = "auth")]
            (State::Asked, Authentication::Md5Password { salt }) => {
                self.check_binding()?;
                Ok(LoginStep::Md5(Md5Request { login: self, salt }))
            }
            #[cfg(feature = "auth")]
            (State::Asked, Authentication::Sasl { mechanisms }) => {
                Ok(LoginStep::Sasl(SaslRequest::new(self, mechanisms)))
            }
            #[cfg(feature = "auth")]
            (State::Sasl(_), request) => self.sasl(request, output),
            #[cfg(not(feature = "auth"))]
            (_, Authentication::Sasl { .. } | Authentication::Md5Password { .. }) => {
                let _ = output;
                Err(broken("this method of authentication needs the feature `auth`"))
            }
            (
                _,
                request @ (Authentication::Gss | Authentication::Sspi | Authentication::KerberosV5),
            ) => {
                let code = request.code();
                Err(broken(format!("authentication method {code} not supported")))
            }
            (_, request) => {
                let code = request.code();
                Err(broken(format!("authentication request {code} out of order")))
            }
        }
    }

    /// A proof is given, or begun.
    pub(super) fn proving(self, method: Method, state: State) -> Login {
        Login { method, state, ..self }
    }

    /// With channel binding required, nothing but it will do.
    fn check_binding(&self) -> Result<(), PeerError> {
        #[cfg(feature = "auth")]
        if self.policy == BindingPolicy::Require && self.method != Method::ScramPlus {
            return Err(broken(
                "channel binding required, but server authenticated client without channel binding",
            ));
        }
        Ok(())
    }

    /// The server may choose a version below ours, and tell which options it does not know.
    fn negotiate(&mut self, answer: &NegotiateProtocolVersion) -> Result<(), PeerError> {
        let (asked, offered) = (self.version, answer.version);
        if self.has_negotiated || !matches!(self.state, State::Asked) {
            return Err(broken("protocol version negotiated out of order"));
        }
        if offered > asked {
            return Err(broken(format!(
                "invalid protocol version negotiation: server requests newer version {offered}"
            )));
        }
        if offered < ProtocolVersion::V3_0 || offered == ProtocolVersion(0x0003_0001) {
            return Err(broken(format!(
                "invalid protocol version negotiation: server only supports version {offered}"
            )));
        }
        if offered == asked && answer.options.is_empty() {
            return Err(broken("invalid protocol version negotiation: nothing to negotiate"));
        }
        if let Some(option) = answer
            .options
            .iter()
            .find(|option| !self.options.iter().any(|ours| ours == option.as_bytes()))
        {
            return Err(broken(format!(
                "invalid protocol version negotiation: option {option:?} was not asked for"
            )));
        }
        self.has_negotiated = true;
        self.version = offered;
        Ok(())
    }
}

impl CleartextRequest {
    /// Sends the password.
    ///
    /// # Errors
    ///
    /// [`Misuse`] if it contains a NUL; nothing is written then.
    pub fn answer(self, password: impl AsRef<[u8]>, output: &mut Vec<u8>) -> Result<Login, Misuse> {
        PasswordMessage { password }.encode(output)?;
        Ok(self.login.proving(Method::Cleartext, State::Answered))
    }
}

#[cfg(feature = "auth")]
impl Md5Request {
    /// Sends the password hashed with the user's name, as in the StartupMessage, and the salt.
    ///
    /// # Errors
    ///
    /// None is known: the answer has no NUL.
    pub fn answer(
        self,
        user: &str,
        password: impl AsRef<[u8]>,
        output: &mut Vec<u8>,
    ) -> Result<Login, Misuse> {
        let password = Md5Verifier::from_password(user, password).response(self.salt);
        PasswordMessage { password }.encode(output)?;
        Ok(self.login.proving(Method::Md5, State::Answered))
    }
}

/// The longest message of a login, as libpq has it.
const MAX_LENGTH: u32 = 30000;

pub(super) fn broken(message: impl Into<std::borrow::Cow<'static, str>>) -> PeerError {
    PeerError::fatal(SqlState::PROTOCOL_VIOLATION, message)
}
