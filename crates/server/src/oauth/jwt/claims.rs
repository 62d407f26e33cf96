//! What a token says of itself (RFC 7519, section 4.1), once its signature is known to be right.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::signed::Object;

pub(super) struct Claims(Object);

impl Claims {
    /// Tokens that are bound to a key of their bearer prove nothing without it.
    pub(super) fn of(payload: Object) -> Result<Claims, &'static str> {
        match payload.contains_key("cnf") {
            true => Err("it is bound to a key, and no bearer token"),
            false => Ok(Claims(payload)),
        }
    }

    /// A claim of another type than its own is none: it must not be passed over.
    pub(super) fn check_time(&self, now: SystemTime, leeway: Duration) -> Result<(), &'static str> {
        let now = now.duration_since(UNIX_EPOCH).map_err(|_| "the clock is wrong")?.as_secs_f64();
        let leeway = leeway.as_secs_f64();
        let expires = self.0.get("exp").ok_or("it does not say when it expires")?;
        let expires = expires.as_f64().ok_or("when it expires is no number")?;
        if now >= expires + leeway {
            return Err("it has expired");
        }
        match self.0.get("nbf").map(Value::as_f64) {
            None => Ok(()),
            Some(Some(begins)) if now + leeway >= begins => Ok(()),
            Some(Some(_)) => Err("it is not good yet"),
            Some(None) => Err("when it begins is no number"),
        }
    }

    pub(super) fn check_issuer(&self, issuer: &str) -> Result<(), &'static str> {
        match self.0.get("iss").and_then(Value::as_str) {
            Some(found) if found == issuer => Ok(()),
            _ => Err("it is of another issuer"),
        }
    }

    /// One name, or several.
    pub(super) fn check_audience(&self, audience: &str) -> Result<(), &'static str> {
        let is_named = match self.0.get("aud") {
            Some(Value::String(name)) => name == audience,
            Some(Value::Array(names)) => names.iter().any(|name| name == audience),
            _ => false,
        };
        if is_named { Ok(()) } else { Err("it is for another audience") }
    }

    /// All words of `wanted` are in `scope` (RFC 9068) or `scp`, which is a text or a list.
    pub(super) fn check_scope(&self, wanted: &str) -> Result<(), &'static str> {
        let has = |word: &str| {
            [self.0.get("scope"), self.0.get("scp")].into_iter().flatten().any(
                |scope| match scope {
                    Value::String(words) => words.split(' ').any(|found| found == word),
                    Value::Array(words) => words.iter().any(|found| found == word),
                    _ => false,
                },
            )
        };
        match wanted.split_whitespace().all(has) {
            true => Ok(()),
            false => Err("it is not good for the scope"),
        }
    }

    pub(super) fn name(&self, claim: &str) -> Result<String, &'static str> {
        match self.0.get(claim) {
            Some(Value::String(name)) if !name.is_empty() => Ok(name.clone()),
            _ => Err("it does not say whose it is"),
        }
    }
}
