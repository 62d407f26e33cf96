//! A bearer token from somebody whom nobody knows, and a set of keys.
use std::time::{Duration, SystemTime};

use trunkline::{Jwks, JwtValidator};

const KEYS: &str = include_str!("../../crates/server/tests/oauth/keys.json");
const TOKENS: &str = include_str!("../../crates/server/tests/oauth/tokens.tsv");

/// Panics on what must not be: only a token that the issuer has signed is good.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let judge = |keys: Jwks| {
        let validator = JwtValidator::new(keys, "postgres");
        validator.identity(text, "https://issuer.example", "openid profile", now)
    };
    let good = |line: &str| line.split('\t').nth(1) == Some(text) && line.ends_with("good");
    let identity = judge(Jwks::parse(KEYS).expect("keys"));
    assert_eq!(identity.is_ok(), TOKENS.lines().any(good), "{text} {identity:?}");
    if let Ok(keys) = Jwks::parse(text) {
        let _ = judge(keys);
    }
}
