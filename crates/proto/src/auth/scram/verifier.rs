//! What a server keeps instead of a password.

use std::fmt;

use base64::Engine;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::{
    BASE64,
    hash::{Key, hash, hmac, salted_password, xor},
};
use crate::auth::saslprep;

/// The longest password of a stranger that is prepared.
const LONGEST_PREPARED: usize = 2048;

/// A password's verifier: enough to check a proof, not enough to make one.
///
/// The form in `pg_authid.rolpassword` is `SCRAM-SHA-256$4096:salt$StoredKey:ServerKey`, read by
/// [`parse`](Self::parse) and written by [`secret`](Self::secret), interchangeable with
/// PostgreSQL's. `Debug` shows none of it.
#[derive(Clone)]
pub struct ScramVerifier {
    iterations: u32,
    salt: Vec<u8>,
    stored_key: Key,
    server_key: Key,
    /// Made up for a user who does not exist: no proof is ever right.
    doomed: bool,
}

impl ScramVerifier {
    /// The verifier of a password, prepared by [`saslprep`].
    ///
    /// `salt` is random, 16 bytes in PostgreSQL; `iterations` is 4096 there, and 0 counts as 1. The
    /// time grows with the iterations: about a millisecond for 4096.
    pub fn from_password(
        password: impl AsRef<[u8]>,
        salt: &[u8],
        iterations: u32,
    ) -> ScramVerifier {
        ScramVerifier::from_prepared(&saslprep(password.as_ref()), salt, iterations)
    }

    fn from_prepared(password: &[u8], salt: &[u8], iterations: u32) -> ScramVerifier {
        let iterations = iterations.max(1);
        let salted = salted_password(password, salt, iterations);
        ScramVerifier {
            iterations,
            salt: salt.to_vec(),
            stored_key: hash(&hmac(&*salted, &[b"Client Key"])),
            server_key: hmac(&*salted, &[b"Server Key"]),
            doomed: false,
        }
    }

    /// A verifier for a user who does not exist, so that nobody can tell.
    ///
    /// Always the same for the same `secret` and `user`: the salt must not change from one attempt
    /// to the next. `secret` is random and should live as long as the users do; `iterations` must
    /// be what real users have (CVE-2026-14672). No proof ever fits it.
    pub fn mock(user: &str, secret: &[u8], iterations: u32) -> ScramVerifier {
        let make = |purpose: &[u8]| hmac(secret, &[purpose, b"\0", user.as_bytes()]);
        ScramVerifier {
            iterations: iterations.max(1),
            salt: make(b"salt").first_chunk::<16>().copied().unwrap_or_default().to_vec(),
            stored_key: make(b"stored key"),
            server_key: make(b"server key"),
            doomed: true,
        }
    }

    /// Reads `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey`; `None` unless it is that.
    pub fn parse(secret: &str) -> Option<ScramVerifier> {
        let (numbers, keys) = secret.strip_prefix("SCRAM-SHA-256$")?.split_once('$')?;
        let (iterations, salt) = numbers.split_once(':')?;
        let (stored_key, server_key) = keys.split_once(':')?;
        let is_number = iterations.bytes().all(|digit| digit.is_ascii_digit());
        let key = |text: &str| BASE64.decode(text).ok()?.try_into().ok();
        Some(ScramVerifier {
            iterations: iterations.parse().ok().filter(|count| is_number && *count > 0)?,
            salt: BASE64.decode(salt).ok()?,
            stored_key: key(stored_key)?,
            server_key: key(server_key)?,
            doomed: false,
        })
    }

    /// The form in `pg_authid.rolpassword`. A secret: whoever has it can play the server.
    pub fn secret(&self) -> String {
        let ScramVerifier { iterations, salt, stored_key, server_key, .. } = self;
        let [salt, stored, server] =
            [salt.as_slice(), stored_key, server_key].map(|bytes| BASE64.encode(bytes));
        format!("SCRAM-SHA-256${iterations}:{salt}${stored}:{server}")
    }

    /// How often the hash was applied.
    pub fn iterations(&self) -> u32 {
        self.iterations
    }

    /// The salt.
    pub fn salt(&self) -> &[u8] {
        &self.salt
    }

    /// Whether this is the user's password in clear: for the `password` method. Takes the same
    /// time either way, and as long as making a verifier.
    ///
    /// One of more than 2,048 bytes is not prepared by [`saslprep`], as it is in PostgreSQL: a character
    /// may become eighteen, and who sends it has not logged in.
    pub fn verify_password(&self, password: impl AsRef<[u8]>) -> bool {
        let password = password.as_ref();
        let made = if password.len() > LONGEST_PREPARED {
            ScramVerifier::from_prepared(password, &self.salt, self.iterations)
        } else {
            ScramVerifier::from_password(password, &self.salt, self.iterations)
        };
        let fits = made.stored_key.ct_eq(&self.stored_key);
        bool::from(fits) & !self.doomed
    }

    /// Whether the client that signed these parts of the conversation knows the password.
    pub(super) fn verify(&self, proof: &Key, auth_message: &[&[u8]]) -> bool {
        let mut client_key = hmac(&self.stored_key, auth_message);
        xor(&mut client_key, proof);
        let fits = hash(&client_key).ct_eq(&self.stored_key);
        client_key.zeroize();
        bool::from(fits) & !self.doomed
    }

    /// What proves to the client that we know the verifier.
    pub(super) fn sign(&self, auth_message: &[&[u8]]) -> Key {
        hmac(&self.server_key, auth_message)
    }
}

impl Drop for ScramVerifier {
    fn drop(&mut self) {
        self.stored_key.zeroize();
        self.server_key.zeroize();
    }
}

impl fmt::Debug for ScramVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScramVerifier").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7677, section 3.
    #[test]
    fn agrees_with_the_conversation_of_the_rfc() {
        let salt = BASE64.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
        let verifier = ScramVerifier::from_password("pencil", &salt, 4096);
        let nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        let auth_message = [
            "n=user,r=rOprNGfwEbeRWgbNEkqO",
            &format!(",r={nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"),
            &format!(",c=biws,r={nonce}"),
        ]
        .concat();
        let parts = [auth_message.as_bytes()];
        let proof = BASE64.decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=").unwrap();
        let mut proof = Key::try_from(proof).unwrap();
        assert!(verifier.verify(&proof, &parts));
        let signature = BASE64.encode(verifier.sign(&parts));
        assert_eq!(signature, "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
        proof[31] ^= 1;
        assert!(!verifier.verify(&proof, &parts));
    }

    #[test]
    fn a_long_password_of_a_stranger_is_taken_as_it_is() {
        let fits = |password: &str, prepared: &str| {
            ScramVerifier::from_password(prepared, b"salt", 1).verify_password(password)
        };
        assert!(fits(&"\u{aa}".repeat(1024), &"a".repeat(1024)));
        assert!(!fits(&"\u{aa}".repeat(1025), &"a".repeat(1025)));
        assert!(fits(&"a".repeat(65_000), &"a".repeat(65_000)));
    }
}
