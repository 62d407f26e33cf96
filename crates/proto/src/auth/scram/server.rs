//! The server's side.

use std::{borrow::Cow, fmt};

use base64::Engine;
use subtle::ConstantTimeEq;

use super::{
    BASE64, Binding, NONCE_LENGTH, SCRAM_SHA_256, SCRAM_SHA_256_PLUS, ScramVerifier,
    attribute::{Attributes, MalformedAttribute, Printed},
    hash::Key,
};
use crate::{SqlState, error::PeerError};

/// A server that waits for the client-first-message.
///
/// A user who does not exist goes through all of it with [`ScramVerifier::mock`], and fails at the
/// very end, like a wrong password.
#[derive(Debug)]
pub struct ScramServer {
    verifier: ScramVerifier,
    nonce: [u8; NONCE_LENGTH],
    binding: Binding,
}

/// A server that waits for the client-final-message.
#[derive(Debug)]
pub struct ScramServerFinal {
    verifier: ScramVerifier,
    /// Everything the proof signs, up to the client-final-message.
    auth_message: Vec<u8>,
    /// The whole nonce, the client's and ours.
    nonce: Vec<u8>,
    /// What `c=` must be.
    binding: String,
    is_bound: bool,
}

/// Why a client is not who it says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScramFailure {
    /// The conversation was right, the password is not, or there is no such user: answered by
    /// FATAL 28P01 that names the user.
    WrongPassword,
    /// The client broke the rules of SCRAM.
    Broken(PeerError),
}

impl ScramServer {
    /// A server for one attempt.
    ///
    /// `nonce` is fresh and random. `binding` is what the connection offers: under TLS with a
    /// usable certificate SCRAM-SHA-256-PLUS is offered too.
    pub fn new(
        verifier: ScramVerifier,
        nonce: [u8; NONCE_LENGTH],
        binding: Binding,
    ) -> ScramServer {
        ScramServer { verifier, nonce, binding }
    }

    /// The mechanisms to offer, the preferred one first.
    pub fn mechanisms(&self) -> &'static [&'static str] {
        match self.binding {
            Binding::TlsServerEndPoint(_) => &[SCRAM_SHA_256_PLUS, SCRAM_SHA_256],
            Binding::None | Binding::Unsupported => &[SCRAM_SHA_256],
        }
    }

    /// Takes the client-first-message; the answer is the server-first-message.
    ///
    /// `mechanism` is what the client chose. The name of the user within the message is ignored:
    /// the one of the StartupMessage counts.
    pub fn first(
        self,
        mechanism: &[u8],
        message: &[u8],
    ) -> Result<(Vec<u8>, ScramServerFinal), PeerError> {
        let plus = self.choose(mechanism)?;
        check_text(message)?;
        let (binding, bare) = self.header(plus, message)?;
        if bare.first() == Some(&b'm') {
            return Err(PeerError::fatal(
                SqlState::FEATURE_NOT_SUPPORTED,
                "client requires an unsupported SCRAM extension",
            ));
        }
        let mut attributes = Attributes::new(bare);
        attributes.expect(b'n')?;
        let client_nonce = attributes.expect(b'r')?;
        if !client_nonce.iter().all(|byte| byte.is_ascii_graphic()) {
            return Err(protocol_violation("non-printable characters in SCRAM nonce"));
        }
        while !attributes.rest().is_empty() {
            attributes.any()?;
        }
        let mut nonce = client_nonce.to_vec();
        nonce.extend_from_slice(BASE64.encode(self.nonce).as_bytes());
        let salt = BASE64.encode(self.verifier.salt());
        let tail = format!(",s={salt},i={}", self.verifier.iterations());
        let answer = [b"r=", nonce.as_slice(), tail.as_bytes()].concat();
        let auth_message = [bare, b",", &answer, b","].concat();
        let last = ScramServerFinal {
            verifier: self.verifier,
            auth_message,
            nonce,
            binding,
            is_bound: plus,
        };
        Ok((answer, last))
    }

    /// Whether the chosen mechanism is the one with channel binding.
    fn choose(&self, mechanism: &[u8]) -> Result<bool, PeerError> {
        match self.mechanisms().iter().find(|offered| offered.as_bytes() == mechanism) {
            Some(chosen) => Ok(*chosen == SCRAM_SHA_256_PLUS),
            None => {
                Err(protocol_violation("client selected an invalid SASL authentication mechanism"))
            }
        }
    }

    /// Reads the gs2-header; returns what `c=` must be later and the bare message.
    fn header<'m>(&self, plus: bool, message: &'m [u8]) -> Result<(String, &'m [u8]), PeerError> {
        let mut flag = Attributes::new(message);
        let (binding, rest) = match message.split_first() {
            Some((b'n' | b'y', _)) if plus => {
                return Err(malformed_because(
                    "The client selected SCRAM-SHA-256-PLUS, but the SCRAM message does not \
                     include channel binding data.",
                ));
            }
            Some((b'y', rest)) => match self.binding {
                // Someone between us has hidden that we do support it.
                Binding::TlsServerEndPoint(_) => {
                    return Err(PeerError::fatal(
                        SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
                        "SCRAM channel binding negotiation error",
                    )
                    .with_detail(
                        "The client supports SCRAM channel binding but thinks the server does \
                         not.  However, this server does support channel binding.",
                    ));
                }
                Binding::None | Binding::Unsupported => ("eSws".to_owned(), rest),
            },
            Some((b'n', rest)) => ("biws".to_owned(), rest),
            Some((b'p', _)) if plus => {
                let kind = flag.expect(b'p')?;
                if kind != TLS_SERVER_END_POINT {
                    return Err(protocol_violation(format!(
                        "unsupported SCRAM channel-binding type \"{}\"",
                        kind.escape_ascii()
                    )));
                }
                let mut data = b"p=tls-server-end-point,,".to_vec();
                if let Binding::TlsServerEndPoint(end_point) = &self.binding {
                    data.extend_from_slice(end_point);
                }
                // The comma behind the attribute is read already.
                return Ok((BASE64.encode(data), authorization_identity(flag.rest())?));
            }
            Some((b'p', _)) => {
                return Err(malformed_because(
                    "The client selected SCRAM-SHA-256 without channel binding, but the SCRAM \
                     message includes channel binding data.",
                ));
            }
            other => {
                let found = Printed(other.map(|(byte, _)| byte));
                return Err(malformed_because(format!(
                    "Unexpected channel-binding flag \"{found}\"."
                )));
            }
        };
        let Some((b',', rest)) = rest.split_first() else {
            let found = Printed(rest.first());
            return Err(malformed_because(format!(
                "Comma expected, but found character \"{found}\"."
            )));
        };
        Ok((binding, authorization_identity(rest)?))
    }
}

impl ScramServerFinal {
    /// Takes the client-final-message; the answer is the server-final-message, and the client is
    /// who it says it is.
    pub fn finish(mut self, message: &[u8]) -> Result<Vec<u8>, ScramFailure> {
        check_text(message)?;
        let mut attributes = Attributes::new(message);
        let binding = attributes.expect(b'c')?;
        if !bool::from(binding.ct_eq(self.binding.as_bytes())) {
            return Err(self.unbound().into());
        }
        let nonce = attributes.expect(b'r')?;
        let (signed, proof) = loop {
            let before = message.len().saturating_sub(attributes.rest().len());
            if let (b'p', proof) = attributes.any()? {
                // Without the comma in front of the proof.
                break (message.get(..before.saturating_sub(1)).unwrap_or_default(), proof);
            }
        };
        let proof: Key = match BASE64.decode(proof).map(TryInto::try_into) {
            Ok(Ok(proof)) => proof,
            _ => {
                let detail = "Malformed proof in client-final-message.";
                return Err(malformed_because(detail).into());
            }
        };
        if !attributes.rest().is_empty() {
            let detail = "Garbage found at the end of client-final-message.";
            return Err(malformed_because(detail).into());
        }
        if !bool::from(nonce.ct_eq(&self.nonce)) {
            let broken = protocol_violation("invalid SCRAM response");
            return Err(broken.with_detail("Nonce does not match.").into());
        }
        self.auth_message.extend_from_slice(signed);
        if !self.verifier.verify(&proof, &[&self.auth_message]) {
            return Err(ScramFailure::WrongPassword);
        }
        let signature = BASE64.encode(self.verifier.sign(&[&self.auth_message]));
        Ok(format!("v={signature}").into_bytes())
    }

    fn unbound(&self) -> PeerError {
        if self.is_bound {
            PeerError::fatal(
                SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
                "SCRAM channel binding check failed",
            )
        } else {
            protocol_violation("unexpected SCRAM channel-binding attribute in client-final-message")
        }
    }
}

impl From<PeerError> for ScramFailure {
    fn from(error: PeerError) -> ScramFailure {
        ScramFailure::Broken(error)
    }
}

impl From<MalformedAttribute> for ScramFailure {
    fn from(malformed: MalformedAttribute) -> ScramFailure {
        ScramFailure::Broken(malformed.into())
    }
}

impl From<MalformedAttribute> for PeerError {
    fn from(malformed: MalformedAttribute) -> PeerError {
        malformed_because(malformed.0)
    }
}

impl fmt::Display for ScramFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ScramFailure::WrongPassword => f.write_str("password authentication failed"),
            ScramFailure::Broken(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ScramFailure {}

const TLS_SERVER_END_POINT: &[u8] = b"tls-server-end-point";

/// Skips the place of an authorization identity, which must be empty.
fn authorization_identity(rest: &[u8]) -> Result<&[u8], PeerError> {
    match rest.split_first() {
        Some((b',', bare)) => Ok(bare),
        Some((b'a', _)) => Err(PeerError::fatal(
            SqlState::FEATURE_NOT_SUPPORTED,
            "client uses authorization identity, but it is not supported",
        )),
        other => {
            let found = Printed(other.map(|(byte, _)| byte));
            Err(malformed_because(format!(
                "Unexpected attribute \"{found}\" in client-first-message."
            )))
        }
    }
}

/// A message must not be empty nor have a NUL.
fn check_text(message: &[u8]) -> Result<(), PeerError> {
    if message.is_empty() {
        return Err(malformed_because("The message is empty."));
    }
    if memchr::memchr(0, message).is_some() {
        return Err(malformed_because("Message length does not match input length."));
    }
    Ok(())
}

fn malformed_because(detail: impl Into<Cow<'static, str>>) -> PeerError {
    protocol_violation("malformed SCRAM message").with_detail(detail)
}

fn protocol_violation(message: impl Into<Cow<'static, str>>) -> PeerError {
    PeerError::fatal(SqlState::PROTOCOL_VIOLATION, message)
}
