//! The client's side.

use base64::Engine;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{
    BASE64, Binding, BindingPolicy, NONCE_LENGTH, SCRAM_SHA_256, SCRAM_SHA_256_PLUS,
    attribute::{Attributes, MalformedAttribute},
    hash::{Key, hash, hmac, salted_password, xor},
};
use crate::{SqlState, auth::saslprep, error::PeerError};

/// A client that waits for the server-first-message.
#[derive(Debug)]
pub struct ScramClient {
    mechanism: &'static str,
    nonce: String,
    /// The gs2-header, and behind it the channel binding data.
    binding: Vec<u8>,
    header_length: usize,
}

/// A client that waits for the server-final-message.
pub struct ScramClientFinal {
    server_key: Zeroizing<Key>,
    auth_message: Vec<u8>,
}

impl ScramClient {
    /// The most iterations a client does: a server that asks for more wants to keep it busy
    /// (CVE-2026-42198).
    pub const MAX_ITERATIONS: u32 = 100_000;

    /// A client for one attempt; chooses among the mechanisms offered.
    ///
    /// `nonce` is fresh and random. Fails if there is no mechanism it may use: with
    /// [`BindingPolicy::Require`] anything but SCRAM-SHA-256-PLUS over TLS with a usable
    /// certificate, and never falls back.
    pub fn new<'m>(
        offered: impl IntoIterator<Item = &'m [u8]>,
        policy: BindingPolicy,
        binding: &Binding,
        nonce: [u8; NONCE_LENGTH],
    ) -> Result<ScramClient, PeerError> {
        let (mut has_plain, mut has_plus) = (false, false);
        for mechanism in offered {
            has_plain |= mechanism == SCRAM_SHA_256.as_bytes();
            has_plus |= mechanism == SCRAM_SHA_256_PLUS.as_bytes();
        }
        if has_plus && *binding == Binding::None {
            return Err(refused(
                "server offered SCRAM-SHA-256-PLUS authentication over a non-TLS connection",
            ));
        }
        let (mechanism, header, data): (_, &str, &[u8]) = match (policy, binding) {
            (BindingPolicy::Prefer | BindingPolicy::Require, Binding::TlsServerEndPoint(data))
                if has_plus =>
            {
                (SCRAM_SHA_256_PLUS, "p=tls-server-end-point,,", data)
            }
            (BindingPolicy::Require, _) => {
                return Err(refused(
                    "channel binding is required, but the server or its certificate does not \
                     support it",
                ));
            }
            // We could, the server says it cannot: if it can, it learns that someone lied.
            (BindingPolicy::Prefer, Binding::TlsServerEndPoint(_)) => (SCRAM_SHA_256, "y,,", &[]),
            _ => (SCRAM_SHA_256, "n,,", &[]),
        };
        if mechanism == SCRAM_SHA_256 && !has_plain {
            return Err(refused(
                "none of the server's SASL authentication mechanisms are supported",
            ));
        }
        Ok(ScramClient {
            mechanism,
            nonce: BASE64.encode(nonce),
            binding: [header.as_bytes(), data].concat(),
            header_length: header.len(),
        })
    }

    /// The mechanism chosen.
    pub fn mechanism(&self) -> &'static str {
        self.mechanism
    }

    /// The client-first-message. It names no user: PostgreSQL has the name from the
    /// StartupMessage.
    pub fn first(&self) -> Vec<u8> {
        let header = self.binding.get(..self.header_length).unwrap_or_default();
        [header, self.bare().as_bytes()].concat()
    }

    /// Takes the server-first-message; the answer is the client-final-message.
    ///
    /// The time grows with the iterations the server asks for, up to
    /// [`MAX_ITERATIONS`](Self::MAX_ITERATIONS) (some 20 ms): not for a thread that others wait
    /// for.
    pub fn respond(
        self,
        message: &[u8],
        password: impl AsRef<[u8]>,
    ) -> Result<(Vec<u8>, ScramClientFinal), PeerError> {
        let mut attributes = Attributes::new(message);
        let nonce = attributes.expect(b'r').map_err(malformed)?;
        let is_ours = nonce.starts_with(self.nonce.as_bytes());
        if !is_ours || nonce.len() == self.nonce.len() {
            return Err(refused("invalid SCRAM response (nonce mismatch)"));
        }
        let salt = attributes.expect(b's').map_err(malformed)?;
        let salt = BASE64.decode(salt).ok().filter(|salt| !salt.is_empty());
        let salt = salt.ok_or_else(|| refused("malformed SCRAM message (invalid salt)"))?;
        let iterations = iterations(attributes.expect(b'i').map_err(malformed)?)?;
        if !attributes.rest().is_empty() {
            return Err(refused(
                "malformed SCRAM message (garbage at end of server-first-message)",
            ));
        }

        let salted = salted_password(&saslprep(password.as_ref()), &salt, iterations);
        let binding = BASE64.encode(&self.binding);
        let without_proof = [b"c=", binding.as_bytes(), b",r=", nonce].concat();
        let bare = self.bare();
        let auth_message = [bare.as_bytes(), b",", message, b",", &without_proof].concat();
        let mut proof = Zeroizing::new(hmac(&*salted, &[b"Client Key"]));
        let signature = hmac(&hash(&*proof), &[&auth_message]);
        xor(&mut proof, &signature);
        let proof = BASE64.encode(proof.as_slice());
        let answer = [&without_proof, b",p=".as_slice(), proof.as_bytes()].concat();
        let server_key = Zeroizing::new(hmac(&*salted, &[b"Server Key"]));
        Ok((answer, ScramClientFinal { server_key, auth_message }))
    }

    fn bare(&self) -> String {
        format!("n=,r={}", self.nonce)
    }
}

impl ScramClientFinal {
    /// Takes the server-final-message: the server knows the verifier, or it is an impostor.
    pub fn finish(self, message: &[u8]) -> Result<(), PeerError> {
        let mut attributes = Attributes::new(message);
        if message.first() == Some(&b'e') {
            let error = attributes.expect(b'e').map_err(malformed)?;
            let error = error.escape_ascii();
            return Err(refused(format!("error received from server in SCRAM exchange: {error}")));
        }
        let signature = attributes.expect(b'v').map_err(malformed)?;
        let signature = BASE64.decode(signature).ok().filter(|_| attributes.rest().is_empty());
        let Some(signature) = signature else {
            return Err(refused("malformed SCRAM message (invalid server signature)"));
        };
        let expected = hmac(&*self.server_key, &[&self.auth_message]);
        if bool::from(expected.ct_eq(signature.as_slice())) {
            Ok(())
        } else {
            Err(refused("incorrect server signature"))
        }
    }
}

impl std::fmt::Debug for ScramClientFinal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScramClientFinal").finish_non_exhaustive()
    }
}

fn iterations(text: &[u8]) -> Result<u32, PeerError> {
    let invalid = || refused("malformed SCRAM message (invalid iteration count)");
    if !text.iter().all(u8::is_ascii_digit) {
        return Err(invalid());
    }
    let count = std::str::from_utf8(text).ok().and_then(|text| text.parse::<u32>().ok());
    let count = count.filter(|count| *count > 0).ok_or_else(invalid)?;
    if count > ScramClient::MAX_ITERATIONS {
        let most = ScramClient::MAX_ITERATIONS;
        return Err(refused(format!(
            "server asks for {count} SCRAM iterations, at most {most} are done"
        )));
    }
    Ok(count)
}

fn malformed(malformed: MalformedAttribute) -> PeerError {
    refused("malformed SCRAM message").with_detail(malformed.0)
}

fn refused(message: impl Into<std::borrow::Cow<'static, str>>) -> PeerError {
    PeerError::fatal(SqlState::PROTOCOL_VIOLATION, message)
}
