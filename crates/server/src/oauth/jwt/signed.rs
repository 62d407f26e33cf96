//! The signature of a token: header, payload and signature in base64, with dots between (RFC 7515).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Map, Value};

use super::jwks::Jwks;

/// An object of JSON.
pub(super) type Object = Map<String, Value>;

/// The payload of a token that one of the keys has signed. Nothing of it is looked at before.
///
/// The key says by which algorithm: what the token says of itself only has to be the same. So there
/// is no `none`, and a public key is never taken for a password.
pub(super) fn payload(token: &str, keys: &Jwks) -> Result<Object, &'static str> {
    let (signed, signature) = token.rsplit_once('.').ok_or("it is no JWT")?;
    let (header, payload) = signed.split_once('.').ok_or("it is no JWT")?;
    let header = object(header).ok_or("its header is no JSON in base64")?;
    if header.contains_key("crit") {
        return Err("its header has what must be understood, and is not");
    }
    match header.get("typ") {
        None => {}
        Some(Value::String(kind)) if is_kind_of_access_token(kind) => {}
        Some(_) => return Err("its type is that of another kind of token"),
    }
    let algorithm = header.get("alg").and_then(Value::as_str).ok_or("it names no algorithm")?;
    let id = match header.get("kid") {
        None => None,
        Some(Value::String(id)) => Some(id.as_str()),
        Some(_) => return Err("the name of its key is no text"),
    };
    let key = keys.find(algorithm, id)?;
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
