//! What a client proves that it knows its password with.

use std::num::NonZeroU32;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use md5::{Digest as _, Md5};
use ring::{digest, hmac, pbkdf2};

/// What has been said and heard of a login.
#[derive(Default)]
pub(crate) struct Exchange {
    /// The salt of AuthenticationMD5Password.
    pub(crate) salt: Vec<u8>,
    /// The client's first message of SCRAM.
    pub(crate) first: Vec<u8>,
    /// The data of the last AuthenticationSASLContinue.
    pub(crate) challenge: Vec<u8>,
    /// The certificate that the server has shown.
    pub(crate) certificate: Vec<u8>,
}

impl Exchange {
    /// The nonce of both sides.
    pub(crate) fn nonce(&self) -> Vec<u8> {
        field(&self.challenge, b"r=").to_vec()
    }

    /// The answer to AuthenticationMD5Password.
    pub(crate) fn md5(&self, user: &str, password: &str) -> Vec<u8> {
        let secret = hex(&Md5::digest([password.as_bytes(), user.as_bytes()].concat()));
        let answer = hex(&Md5::digest([secret.as_bytes(), &self.salt].concat()));
        format!("md5{answer}").into_bytes()
    }

    /// `tls-server-end-point` as SCRAM wants it, for certificates that are signed with SHA-256.
    pub(crate) fn binding(&self) -> Vec<u8> {
        let hash = digest::digest(&digest::SHA256, &self.certificate);
        let data = [b"p=tls-server-end-point,,", hash.as_ref()].concat();
        BASE64_STANDARD.encode(data).into_bytes()
    }

    /// A final message of SCRAM with the true proof behind it.
    pub(crate) fn proved(&self, message: &[u8], password: &str) -> Result<Vec<u8>, String> {
        let bare = self.first.splitn(3, |byte| *byte == b',').nth(2).unwrap_or_default();
        let salt = BASE64_STANDARD.decode(field(&self.challenge, b"s="));
        let salt = salt.map_err(|error| format!("the salt: {error}"))?;
        let count = String::from_utf8_lossy(field(&self.challenge, b"i=")).parse::<NonZeroU32>();
        let count = count.map_err(|error| format!("the iterations: {error}"))?;
        let mut salted = [0; 32];
        let algorithm = pbkdf2::PBKDF2_HMAC_SHA256;
        pbkdf2::derive(algorithm, count, &salt, password.as_bytes(), &mut salted);
        let client = sign(&salted, b"Client Key");
        let stored = digest::digest(&digest::SHA256, client.as_ref());
        let said = [bare, &self.challenge, message].join(&b',');
        let signature = sign(stored.as_ref(), &said);
        let proof: Vec<u8> = client
            .as_ref()
            .iter()
            .zip(signature.as_ref())
            .map(|(one, other)| one ^ other)
            .collect();
        Ok([message, b",p=", BASE64_STANDARD.encode(proof).as_bytes()].concat())
    }
}

fn sign(key: &[u8], data: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), data)
}

/// The value of a field of a message of SCRAM.
fn field<'a>(message: &'a [u8], name: &[u8]) -> &'a [u8] {
    let mut fields = message.split(|byte| *byte == b',');
    fields.find_map(|field| field.strip_prefix(name)).unwrap_or_default()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
