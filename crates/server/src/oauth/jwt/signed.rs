//! The signature of a token: header, payload and signature in base64, with dots between (RFC 7515).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::jwks::Jwks;

/// An object of JSON.
pub(super) type Object = Map<String, Value>;

/// The longest header that is read, in base64: that of an access token has a hundred bytes.
const LONGEST_HEADER: usize = 1024;

/// What a token says of itself. All else in a header takes no memory: nobody has signed it yet.
#[derive(Deserialize)]
struct Header {
    alg: Option<String>,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<IgnoredAny>,
}

/// The payload of a token that one of the keys has signed. Nothing of the payload is looked at
/// before.
///
/// The key says by which algorithm: what the token says of itself only has to be the same. So there
/// is no `none`, and a public key is never taken for a password.
pub(super) fn payload(token: &str, keys: &Jwks) -> Result<Object, &'static str> {
    let (signed, signature) = token.rsplit_once('.').ok_or("it is no JWT")?;
    let (header, payload) = signed.split_once('.').ok_or("it is no JWT")?;
    if header.len() > LONGEST_HEADER {
        return Err("its header is too long");
    }
    let header = BASE64.decode(header).ok();
    let header = header.and_then(|header| serde_json::from_slice::<Header>(&header).ok());
    let header = header.ok_or("its header is no JSON in base64")?;
    if header.crit.is_some() {
        return Err("its header has what must be understood, and is not");
    }
    if !header.typ.is_none_or(|kind| is_kind_of_access_token(&kind)) {
        return Err("its type is that of another kind of token");
    }
    let algorithm = header.alg.ok_or("it names no algorithm")?;
    let key = keys.find(&algorithm, header.kid.as_deref())?;
    let signature = BASE64.decode(signature).map_err(|_| "its signature is no base64")?;
    if !key.has_signed(signed.as_bytes(), &signature) {
        return Err("its signature is wrong");
    }
    object(payload).ok_or("its payload is no JSON in base64")
}

/// What RFC 9068 demands, and what issuers say that do not know it.
fn is_kind_of_access_token(kind: &str) -> bool {
    ["JWT", "at+jwt", "application/at+jwt"].iter().any(|known| kind.eq_ignore_ascii_case(known))
}

fn object(text: &str) -> Option<Object> {
    match serde_json::from_slice(&BASE64.decode(text).ok()?) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    }
}
