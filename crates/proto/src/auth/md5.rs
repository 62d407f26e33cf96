//! The `md5` method: deprecated, for old clients and old password files.
//!
//! Source: <https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-START-UP>. Whoever
//! has the stored hash can log in with it; prefer SCRAM.

use std::fmt;

use md5::{Digest, Md5};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// What a server keeps of a password under `md5`: the hash of the password and the user's name.
#[derive(Clone)]
pub struct Md5Verifier {
    /// 32 hexadecimal digits, lower case.
    hash: [u8; 32],
}

impl Md5Verifier {
    /// The verifier of a user's password.
    pub fn from_password(user: &str, password: impl AsRef<[u8]>) -> Md5Verifier {
        Md5Verifier { hash: hex(&[password.as_ref(), user.as_bytes()]) }
    }

    /// Reads the form in `pg_authid.rolpassword`: `md5` and 32 hexadecimal digits.
    pub fn parse(secret: &str) -> Option<Md5Verifier> {
        let digits: &[u8; 32] = secret.strip_prefix("md5")?.as_bytes().try_into().ok()?;
        let is_hash = digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        is_hash.then_some(Md5Verifier { hash: *digits })
    }

    /// Whether this is the user's password in clear: for the `password` method. Takes the same time
    /// either way.
    pub fn verify_password(&self, user: &str, password: impl AsRef<[u8]>) -> bool {
        Md5Verifier::from_password(user, password).hash.ct_eq(&self.hash).into()
    }

    /// What the client must answer to a salt.
    pub fn response(&self, salt: [u8; 4]) -> String {
        let digits = hex(&[&self.hash, &salt]);
        format!("md5{}", digits.escape_ascii())
    }

    /// Whether this is the right answer to the salt; takes the same time either way.
    pub fn verify(&self, salt: [u8; 4], response: &[u8]) -> bool {
        self.response(salt).as_bytes().ct_eq(response).into()
    }
}

impl Drop for Md5Verifier {
    fn drop(&mut self) {
        self.hash.zeroize();
    }
}

impl fmt::Debug for Md5Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Md5Verifier").finish_non_exhaustive()
    }
}

fn hex(parts: &[&[u8]]) -> [u8; 32] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut md5 = Md5::new();
    parts.iter().for_each(|part| md5.update(part));
    let digest = md5.finalize();
    let nibbles = digest.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    let mut digits = [0; 32];
    for (digit, nibble) in digits.iter_mut().zip(nibbles) {
        *digit = DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0');
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `create role alice password 'secret'` under password_encryption = md5, PostgreSQL 15.
    #[test]
    fn is_what_postgresql_stores() {
        let ours = Md5Verifier::from_password("alice", "secret");
        let theirs = Md5Verifier::parse("md54a0a68b43b6cd5cf266fa02f196e2371");
        assert_eq!(ours.hash, theirs.unwrap().hash);
    }

    #[test]
    fn verifies_only_the_answer_to_its_salt() {
        let verifier = Md5Verifier::from_password("alice", "secret");
        let answer = verifier.response([1, 2, 3, 4]);
        assert!(verifier.verify([1, 2, 3, 4], answer.as_bytes()));
        assert!(!verifier.verify([1, 2, 3, 5], answer.as_bytes()));
        assert!(!verifier.verify([1, 2, 3, 4], &answer.as_bytes()[..34]));
    }

    #[test]
    fn knows_the_password_of_its_user() {
        let verifier = Md5Verifier::from_password("alice", "secret");
        assert!(verifier.verify_password("alice", "secret"));
        assert!(!verifier.verify_password("alice", "secreT"));
        assert!(!verifier.verify_password("bob", "secret"));
    }

    #[test]
    fn refuses_what_is_no_hash() {
        for secret in ["", "md5", "md5zz", "md5 4a0a6831e47e0f4ea3c04c9ce1d22b6a"] {
            assert!(Md5Verifier::parse(secret).is_none(), "{secret}");
        }
    }
}
