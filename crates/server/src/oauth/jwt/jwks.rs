//! The public keys of an issuer: a JSON Web Key Set (RFC 7517).

use std::fmt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use serde_json::Value;

use super::signed::Object;

/// Public keys of an issuer, from the document that it publishes as `jwks_uri`.
pub struct Jwks {
    keys: Vec<Key>,
}

/// Why there are no keys.
#[derive(Debug)]
#[non_exhaustive]
pub enum JwksError {
    /// The file cannot be read.
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// It is not the JSON of a key set.
    Malformed,
    /// A key that cannot be one, or that is a secret.
    Key {
        /// Which of them, counted from 1.
        number: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// None of the keys is one for signatures by RS256, ES256 or EdDSA.
    NoKeys,
}

impl fmt::Display for JwksError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JwksError::File { path, source } => write!(f, "{}: {source}", path.display()),
            JwksError::Malformed => f.write_str("this is no JSON Web Key Set: {\"keys\": […]}"),
            JwksError::Key { number, why } => write!(f, "key {number}: {why}"),
            JwksError::NoKeys => {
                f.write_str("none of the keys is one for signatures by RS256, ES256 or EdDSA")
            }
        }
    }
}

impl std::error::Error for JwksError {}

impl Jwks {
    /// Reads the keys in a file.
    ///
    /// # Errors
    ///
    /// [`JwksError::File`], and those of [`parse`](Jwks::parse).
    pub fn from_file(path: impl AsRef<Path>) -> Result<Jwks, JwksError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path)
            .map_err(|source| JwksError::File { path: path.to_owned(), source })?;
        Jwks::parse(&text)
    }

    /// Reads `{"keys": […]}`. Keys that are for something else, or of a kind that is not known, are
    /// passed over.
    ///
    /// # Errors
    ///
    /// All others.
    pub fn parse(text: &str) -> Result<Jwks, JwksError> {
        let Ok(Value::Object(set)) = serde_json::from_str(text) else {
            return Err(JwksError::Malformed);
        };
        let Some(Value::Array(list)) = set.get("keys") else { return Err(JwksError::Malformed) };
        let mut keys = Vec::new();
        for (index, key) in list.iter().enumerate() {
            let wrong = |why| JwksError::Key { number: index + 1, why };
            let key = key.as_object().ok_or_else(|| wrong("it is no object"))?;
            keys.extend(Key::read(key).map_err(wrong)?);
        }
        if keys.is_empty() { Err(JwksError::NoKeys) } else { Ok(Jwks { keys }) }
    }

    /// The key of this name for this algorithm; of a token that names none, the only one there is.
    pub(super) fn find(&self, algorithm: &str, id: Option<&str>) -> Result<&Key, &'static str> {
        let mut fit = self.keys.iter().filter(|key| {
            key.public.algorithms().contains(&algorithm)
                && (id.is_none() || key.id.as_deref() == id)
        });
        match (fit.next(), fit.next()) {
            (Some(key), None) => Ok(key),
            (None, _) => Err("no key has its name and its algorithm"),
            (Some(_), Some(_)) => Err("several keys could have signed it"),
        }
    }
}

impl fmt::Debug for Jwks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwks").field("count", &self.keys.len()).finish_non_exhaustive()
    }
}

/// A key that verifies signatures.
pub(super) struct Key {
    id: Option<String>,
    public: Public,
}

/// Each kind of key verifies by one algorithm.
enum Public {
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
    P256([u8; 65]),
    Ed25519([u8; 32]),
}

impl Key {
    /// `None` for a key that is for something else.
    fn read(key: &Object) -> Result<Option<Key>, &'static str> {
        let text = |name: &str| key.get(name).and_then(Value::as_str);
        if ["d", "p", "q", "k"].iter().any(|secret| key.contains_key(*secret)) {
            return match text("kty") {
                Some("oct") => Err("it is a password, which whoever verifies could sign with"),
                _ => Err("it is a private key: only its issuer should have it"),
            };
        }
        let purposes =
            key.get("key_ops").map(|purposes| purposes.as_array().ok_or("key_ops is no list"));
        let is_for = |purpose: Option<&str>, ours: &str| purpose.is_none_or(|name| name == ours);
        let is_for_signatures = is_for(text("use"), "sig")
            && purposes.transpose()?.is_none_or(|list| list.iter().any(|name| name == "verify"));
        if !is_for_signatures {
            return Ok(None);
        }
        let algorithm = text("alg");
        let public = match (text("kty"), text("crv")) {
            (Some("RSA"), _) if is_for(algorithm, "RS256") => rsa(text("n"), text("e"))?,
            (Some("EC"), Some("P-256")) if is_for(algorithm, "ES256") => {
                p256(text("x"), text("y"))?
            }
            (Some("OKP"), Some("Ed25519")) => Public::Ed25519(bytes(text("x"))?),
            _ => return Ok(None),
        };
        Ok(Some(Key { id: text("kid").map(str::to_owned), public }))
    }

    pub(super) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let verified = match &self.public {
            Public::Rsa(key) => key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
            Public::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            Public::Ed25519(point) => {
                UnparsedPublicKey::new(&ED25519, point).verify(message, signature)
            }
        };
        verified.is_ok()
    }
}

impl Public {
    /// Its algorithm by its names: RFC 9864 has a new one for that of Ed25519.
    fn algorithms(&self) -> &'static [&'static str] {
        match self {
            Public::Rsa(_) => &["RS256"],
            Public::P256(_) => &["ES256"],
            Public::Ed25519(_) => &["EdDSA", "Ed25519"],
        }
    }
}

fn rsa(n: Option<&str>, e: Option<&str>) -> Result<Public, &'static str> {
    let number = |text: Option<&str>| {
        let bytes = text.and_then(|text| BASE64.decode(text).ok()).ok_or(NUMBERS)?;
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        Ok(bytes.get(zeros..).unwrap_or_default().to_vec())
    };
    let (n, e) = (number(n)?, number(e)?);
    if !(256..=1024).contains(&n.len()) {
        return Err("an RSA key must have 2048 to 8192 bits");
    }
    Ok(Public::Rsa(RsaPublicKeyComponents { n, e }))
}

/// A point as X9.62 writes it without compression.
fn p256(x: Option<&str>, y: Option<&str>) -> Result<Public, &'static str> {
    let (x, y): ([u8; 32], [u8; 32]) = (bytes(x)?, bytes(y)?);
    let mut point = [4; 65];
    point[1..33].copy_from_slice(&x);
    point[33..].copy_from_slice(&y);
    Ok(Public::P256(point))
}

fn bytes<const N: usize>(text: Option<&str>) -> Result<[u8; N], &'static str> {
    let bytes = text.and_then(|text| BASE64.decode(text).ok());
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(NUMBERS)
}

const NUMBERS: &str = "its numbers are missing, no base64, or of another length";
