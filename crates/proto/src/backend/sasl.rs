//! The method `scram-sha-256`.

use bytes::{Bytes, BytesMut};

use super::{
    login::Login,
    password::{Exchange, Reply, answer},
};
use crate::{
    SqlState,
    auth::scram::{ScramFailure, ScramServer, ScramServerFinal},
    error::PeerError,
    message::{Authentication, Encode, PgStr, SaslInitialResponse},
};

/// A client that proves itself by SCRAM.
#[derive(Debug)]
pub struct Scram {
    login: Login,
    state: State,
}

#[derive(Debug)]
enum State {
    /// The mechanisms are offered.
    Offered(ScramServer),
    /// The mechanism is chosen; its first message was left out and is awaited.
    Chosen(ScramServer, PgStr),
    /// Our challenge is sent.
    Challenged(Box<ScramServerFinal>),
}

impl Login {
    /// Offers SCRAM-SHA-256, and SCRAM-SHA-256-PLUS where `server` has a channel to bind to.
    ///
    /// For a user who does not exist give it
    /// [`ScramVerifier::mock`](crate::auth::scram::ScramVerifier::mock).
    pub fn scram(self, server: ScramServer, output: &mut Vec<u8>) -> Scram {
        let mechanisms = server.mechanisms().iter().copied().map(PgStr::from_static).collect();
        // Constant names: neither empty nor with a NUL.
        let encoded = Authentication::Sasl { mechanisms }.encode(output);
        debug_assert!(encoded.is_ok());
        Scram { login: self, state: State::Offered(server) }
    }
}

impl Scram {
    /// Takes answers from `input`, appends challenges to `output`.
    ///
    /// # Errors
    ///
    /// All end the connection: FATAL 28P01 for a wrong password, for a user that does not exist,
    /// and for a message beyond [`Limits::scram`](crate::Limits::scram).
    pub fn step(
        mut self,
        input: &mut BytesMut,
        output: &mut Vec<u8>,
    ) -> Result<Exchange<Scram>, PeerError> {
        loop {
            let limit = self.login.limits.scram;
            let Some(body) = answer(input, limit, "SASL").map_err(|error| {
                if error.is_silent() { self.login.password_failed() } else { error }
            })?
            else {
                return Ok(Exchange::NeedInput(self));
            };
            self.state = match self.state {
                State::Offered(server) => initial(server, body, output)?,
                State::Chosen(server, mechanism) => {
                    first(server, mechanism.as_bytes(), &body, output)?
                }
                State::Challenged(server) => {
                    let signature = server.finish(&body).map_err(|failure| match failure {
                        ScramFailure::WrongPassword => self.login.password_failed(),
                        ScramFailure::Broken(error) => error,
                    })?;
                    challenge(Authentication::SaslFinal { data: signature.into() }, output);
                    return Ok(Exchange::Done(self.login.trust(output)));
                }
            };
        }
    }
}

fn initial(server: ScramServer, body: Bytes, output: &mut Vec<u8>) -> Result<State, PeerError> {
    let message = initial_response(body, server.mechanisms())?;
    let mechanism = message.mechanism;
    match message.response {
        Some(response) => first(server, mechanism.as_bytes(), &response, output),
        None => {
            output.extend_from_slice(&Reply::SASL_CONTINUE);
            Ok(State::Chosen(server, mechanism.detach()))
        }
    }
}

fn first(
    server: ScramServer,
    mechanism: &[u8],
    message: &[u8],
    output: &mut Vec<u8>,
) -> Result<State, PeerError> {
    let (answer, last) = server.first(mechanism, message)?;
    challenge(Authentication::SaslContinue { data: answer.into() }, output);
    Ok(State::Challenged(Box::new(last)))
}

/// Reads the message of a client that chooses among these mechanisms. The name is judged before the
/// rest is looked at, as in PostgreSQL.
pub(super) fn initial_response(
    body: Bytes,
    offered: &[&str],
) -> Result<SaslInitialResponse, PeerError> {
    let name = memchr::memchr(0, &body).and_then(|end| body.get(..end));
    if name.is_some_and(|name| !offered.iter().any(|offered| offered.as_bytes() == name)) {
        return Err(PeerError::fatal(
            SqlState::PROTOCOL_VIOLATION,
            "client selected an invalid SASL authentication mechanism",
        ));
    }
    SaslInitialResponse::decode(body).map_err(|error| PeerError::from(error).into_fatal())
}

/// Appends a challenge, which is bounded by the client's message and cannot be too long.
pub(super) fn challenge(message: Authentication, output: &mut Vec<u8>) {
    let encoded = message.encode(output);
    debug_assert!(encoded.is_ok());
}
