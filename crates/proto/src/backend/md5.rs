//! The method `md5`.

use bytes::BytesMut;

use super::{
    login::Login,
    password::{Exchange, password_message},
};
use crate::{auth::md5::Md5Verifier, error::PeerError};

/// A client that was asked for its password, hashed with a salt.
#[derive(Debug)]
pub struct Md5 {
    login: Login,
    /// None if there is no such user: nothing is right then.
    verifier: Option<Md5Verifier>,
    salt: [u8; 4],
}

impl Login {
    /// Asks for the password hashed with the user's name and `salt`, which is fresh and random.
    ///
    /// Deprecated in PostgreSQL 18: prefer [`scram`](Self::scram). `verifier` is `None` for a user
    /// who does not exist; the conversation is the same.
    pub fn md5(self, verifier: Option<Md5Verifier>, salt: [u8; 4], output: &mut Vec<u8>) -> Md5 {
        output.extend_from_slice(&[b'R', 0, 0, 0, 12, 0, 0, 0, 5]);
        output.extend_from_slice(&salt);
        Md5 { login: self, verifier, salt }
    }
}

impl Md5 {
    /// Takes the answer from `input` and checks it.
    ///
    /// # Errors
    ///
    /// All end the connection: FATAL 28P01 for a wrong password; a malformed length is silent.
    pub fn step(
        self,
        input: &mut BytesMut,
        output: &mut Vec<u8>,
    ) -> Result<Exchange<Md5>, PeerError> {
        let Some(response) = password_message(input, self.login.limits.password)? else {
            return Ok(Exchange::NeedInput(self));
        };
        // A verifier of nobody costs the same time and is never right.
        let (verifier, exists) = match self.verifier {
            Some(verifier) => (verifier, true),
            None => (Md5Verifier::from_password(self.login.user(), self.salt), false),
        };
        if verifier.verify(self.salt, response.password.as_bytes()) & exists {
            Ok(Exchange::Done(self.login.trust(output)))
        } else {
            Err(self.login.password_failed())
        }
    }
}
