//! The method `password`: the client sends its password in clear.

use bytes::{Bytes, BytesMut};

use super::login::{Login, Ready};
use crate::{
    SqlState,
    error::PeerError,
    message::{FrontendTag, PasswordMessage},
    wire::frame,
};

/// How far a proof of identity has come; `T` waits for more input.
#[derive(Debug)]
pub enum Exchange<T> {
    /// More bytes: write the output, read, and step again.
    NeedInput(T),
    /// The client is who it says it is.
    Done(Ready),
}

/// A client that was asked for its password.
#[derive(Debug)]
pub struct Cleartext {
    login: Login,
}

/// How far the password has come.
#[derive(Debug)]
pub enum CleartextStep {
    /// More bytes: write the output, read, and step again.
    NeedInput(Cleartext),
    /// The password, to be checked by the caller.
    Password(CleartextPassword),
}

/// A client with a password that nobody has checked.
#[derive(Debug)]
pub struct CleartextPassword {
    login: Login,
    message: PasswordMessage,
}

impl Cleartext {
    pub(super) fn new(login: Login) -> Cleartext {
        Cleartext { login }
    }

    /// Takes the password from `input`.
    ///
    /// # Errors
    ///
    /// All end the connection; those of a malformed length are silent.
    pub fn step(self, input: &mut BytesMut) -> Result<CleartextStep, PeerError> {
        let limit = self.login.limits.password;
        let Some(message) = password_message(input, limit)? else {
            return Ok(CleartextStep::NeedInput(self));
        };
        Ok(CleartextStep::Password(CleartextPassword { login: self.login, message }))
    }
}

impl CleartextPassword {
    /// Who presents it.
    pub fn login(&self) -> &Login {
        &self.login
    }

    /// The password. Compare it in constant time: see `ScramVerifier::verify_password`.
    pub fn as_bytes(&self) -> &[u8] {
        self.message.password.as_bytes()
    }

    /// It is right.
    pub fn accept(self, output: &mut Vec<u8>) -> Ready {
        self.login.trust(output)
    }

    /// It is wrong, or there is no such user: FATAL 28P01, the same for both.
    pub fn refuse(self) -> PeerError {
        self.login.password_failed()
    }
}

/// Takes a PasswordMessage from `input`; `None` until all of it has come.
pub(super) fn password_message(
    input: &mut BytesMut,
    limit: u32,
) -> Result<Option<PasswordMessage>, PeerError> {
    let Some(body) = answer(input, limit, "password")? else { return Ok(None) };
    let message =
        PasswordMessage::decode(body).map_err(|error| PeerError::from(error).into_fatal())?;
    if message.password.is_empty() {
        let message = "empty password returned by client";
        return Err(PeerError::fatal(SqlState::INVALID_PASSWORD, message));
    }
    Ok(Some(message))
}

/// Takes the body of a `p` from `input`, the only message a client may send before it is let in;
/// `None` until all of it has come.
///
/// The type is judged first, then the length: neither memory nor patience is spent on what cannot
/// be an answer.
pub(super) fn answer(
    input: &mut BytesMut,
    limit: u32,
    awaited: &str,
) -> Result<Option<Bytes>, PeerError> {
    match frame::peek_tag(input).map(FrontendTag) {
        None => return Ok(None),
        Some(FrontendTag::PASSWORD) => {}
        Some(FrontendTag(byte)) => {
            let message = format!("expected {awaited} response, got message type {byte}");
            return Err(PeerError::fatal(SqlState::PROTOCOL_VIOLATION, message));
        }
    }
    let Some(header) = frame::peek(input) else { return Ok(None) };
    Ok(frame::split(input, header.frame_length(limit)?))
}

/// Authentication requests that are always the same.
pub(super) struct Reply;

impl Reply {
    pub(super) const OK: [u8; 9] = [b'R', 0, 0, 0, 8, 0, 0, 0, 0];
    pub(super) const CLEARTEXT_PASSWORD: [u8; 9] = [b'R', 0, 0, 0, 8, 0, 0, 0, 3];
    /// An empty challenge, for a client that has not begun.
    #[cfg(feature = "auth")]
    pub(super) const SASL_CONTINUE: [u8; 9] = [b'R', 0, 0, 0, 8, 0, 0, 0, 11];
}
