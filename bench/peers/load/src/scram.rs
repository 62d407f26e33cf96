//! SCRAM-SHA-256 from the client's side: the work of the server is measured, not ours.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::connection::Target;

/// An attempt to prove a password.
pub(crate) struct Proof {
    first_bare: String,
}

/// What the server has to sign with.
pub(crate) struct Expected(Vec<u8>);

impl Proof {
    pub(crate) fn new() -> Proof {
        // No secret: all that this protects is a measurement.
        Proof { first_bare: "n=,r=rOprNGfwEbeRWgbNEkqO".to_owned() }
    }

    /// SASLInitialResponse.
    pub(crate) fn first(&self) -> Vec<u8> {
        let first = format!("n,,{}", self.first_bare);
        let mut body = b"SCRAM-SHA-256\0".to_vec();
        body.extend_from_slice(&(first.len() as u32).to_be_bytes());
        body.extend_from_slice(first.as_bytes());
        body
    }

    /// Answers the server-first-message.
    pub(crate) fn respond(
        self,
        challenge: &[u8],
        target: &Target,
    ) -> io::Result<(String, Expected)> {
        let challenge = std::str::from_utf8(challenge).map_err(io::Error::other)?;
        let attribute = |name: &str| {
            let found = challenge.split(',').find_map(|part| part.strip_prefix(name));
            found.ok_or_else(|| io::Error::other(format!("the challenge has no {name}")))
        };
        let salt = STANDARD.decode(attribute("s=")?).map_err(io::Error::other)?;
        let iterations = attribute("i=")?.parse().map_err(io::Error::other)?;
        let salted = salted(target, salt, iterations);
        let client_key = hmac(&salted, b"Client Key");
        let without_proof = format!("c=biws,r={}", attribute("r=")?);
        let all = format!("{},{challenge},{without_proof}", self.first_bare);
        let signature = hmac(&Sha256::digest(client_key), all.as_bytes());
        let proof: Vec<u8> =
            client_key.iter().zip(signature).map(|(key, sign)| key ^ sign).collect();
        let expected = hmac(&hmac(&salted, b"Server Key"), all.as_bytes());
        let last = format!("{without_proof},p={}", STANDARD.encode(proof));
        Ok((last, Expected(expected.to_vec())))
    }
}

impl Expected {
    /// Whether the server knows the verifier, too.
    pub(crate) fn check(&self, said: &[u8]) -> io::Result<()> {
        let signature = said.strip_prefix(b"v=").and_then(|text| STANDARD.decode(text).ok());
        if signature.is_some_and(|signature| signature == self.0) {
            return Ok(());
        }
        Err(io::Error::other("the server does not know the password"))
    }
}

fn salted(target: &Target, salt: Vec<u8>, iterations: u32) -> [u8; 32] {
    let mut known = target.salted.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    *known.entry((salt, iterations)).or_insert_with_key(|(salt, iterations)| {
        let mut key = [0; 32];
        pbkdf2::pbkdf2_hmac::<Sha256>(target.password.as_bytes(), salt, *iterations, &mut key);
        key
    })
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).expect("a key of any length will do");
    mac.update(message);
    mac.finalize().into_bytes().into()
}
