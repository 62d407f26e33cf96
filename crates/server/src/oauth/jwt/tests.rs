//! Tokens that PyJWT has made and judged, and tokens of our own for what it lets pass.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use super::{Jwks, JwksError, JwtValidator};

const KEYS: &str = include_str!("../../../tests/oauth/keys.json");
const TOKENS: &str = include_str!("../../../tests/oauth/tokens.tsv");
const ISSUER: &str = "https://issuer.example";
/// Some day in 2026.
const NOW: u64 = 1_800_000_000;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

#[test]
fn tokens_are_judged_as_pyjwt_judges_them() {
    let validator = JwtValidator::new(Jwks::parse(KEYS).expect("keys"), "postgres");
    let mut good = 0;
    for line in TOKENS.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [name, token, verdict] = columns[..] else { panic!("{line}") };
        let identity = validator.identity(token, ISSUER, "openid profile", at(NOW));
        assert_eq!(identity.is_ok(), verdict == "good", "{name}: {verdict} {identity:?}");
        good += usize::from(identity.is_ok_and(|name| name == "ann"));
    }
    assert_eq!((good, TOKENS.lines().count()), (5, 72));
}

/// An issuer with one key.
struct Issuer(Ed25519KeyPair);

impl Issuer {
    fn new() -> Issuer {
        Issuer(Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a seed"))
    }

    fn key(&self, more: Value) -> Value {
        let x = BASE64.encode(self.0.public_key());
        let mut key = json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "one"});
        for (name, value) in more.as_object().expect("an object") {
            key[name] = value.clone();
        }
        key
    }

    fn validator(&self) -> JwtValidator {
        let keys = json!({"keys": [self.key(json!({}))]});
        JwtValidator::new(Jwks::parse(&keys.to_string()).expect("a key"), "postgres")
    }

    /// Signs any texts.
    fn sign(&self, header: &str, payload: &str) -> String {
        let signed = format!("{}.{}", BASE64.encode(header), BASE64.encode(payload));
        let signature = BASE64.encode(self.0.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}

fn changed(usual: Value, changes: &Value) -> Value {
    let mut changed = usual;
    for (name, value) in changes.as_object().expect("an object") {
        match value {
            Value::Null => drop(changed.as_object_mut().expect("an object").remove(name)),
            value => changed[name] = value.clone(),
        }
    }
    changed
}

fn header(changes: Value) -> String {
    changed(json!({"alg": "EdDSA", "kid": "one"}), &changes).to_string()
}

fn claims(changes: Value) -> String {
    let usual = json!({
        "iss": ISSUER, "aud": "postgres", "sub": "ann", "exp": NOW + 100, "scope": "a b",
    });
    changed(usual, &changes).to_string()
}

/// Whose a token with these claims is.
fn judged(changes: Value) -> Result<String, &'static str> {
    let issuer = Issuer::new();
    let token = issuer.sign(&header(json!({})), &claims(changes));
    issuer.validator().identity(&token, ISSUER, "a b", at(NOW))
}

/// The same of a token with this header.
fn judged_by_header(changes: Value) -> Result<String, &'static str> {
    let issuer = Issuer::new();
    let token = issuer.sign(&header(changes), &claims(json!({})));
    issuer.validator().identity(&token, ISSUER, "a b", at(NOW))
}

fn ann() -> Result<String, &'static str> {
    Ok("ann".to_owned())
}

#[test]
fn a_token_begins_and_expires_within_the_leeway() {
    let issuer = Issuer::new();
    let token = issuer.sign(&header(json!({})), &claims(json!({"exp": NOW, "nbf": NOW - 10})));
    let judged = |leeway, now| {
        let validator = issuer.validator().leeway(Duration::from_secs(leeway));
        validator.identity(&token, ISSUER, "", at(now))
    };
    assert_eq!(judged(0, NOW - 11), Err("it is not good yet"));
    assert_eq!(judged(0, NOW - 10), ann());
    assert_eq!(judged(0, NOW - 1), ann());
    assert_eq!(judged(0, NOW), Err("it has expired"));
    assert_eq!(judged(5, NOW - 16), Err("it is not good yet"));
    assert_eq!(judged(5, NOW - 15), ann());
    assert_eq!(judged(5, NOW + 4), ann());
    assert_eq!(judged(5, NOW + 5), Err("it has expired"));
    assert_eq!(issuer.validator().identity(&token, ISSUER, "", at(NOW + 59)), ann());
    assert!(issuer.validator().identity(&token, ISSUER, "", at(NOW + 60)).is_err());
}

/// As in CVE-2026-25537 of the crate jsonwebtoken: a time of the wrong type was none.
#[test]
fn a_claim_of_the_wrong_type_is_not_passed_over() {
    for wrong in [json!("4102444800"), json!([4_102_444_800_u64]), json!({}), json!(true)] {
        assert_eq!(judged(json!({"exp": wrong})), Err("when it expires is no number"));
        assert_eq!(judged(json!({"nbf": wrong})), Err("when it begins is no number"));
    }
    assert_eq!(judged(json!({"exp": null})), Err("it does not say when it expires"));
    assert_eq!(judged(json!({"exp": 1_800_000_000.5, "nbf": 0.5})), ann());
    assert_eq!(judged(json!({"exp": 1e300})), ann());
    assert_eq!(judged(json!({"exp": -1e300})), Err("it has expired"));
    for wrong in [json!(5), json!([ISSUER]), json!(true)] {
        assert_eq!(judged(json!({"iss": wrong})), Err("it is of another issuer"));
    }
    for wrong in [json!(5), json!({"postgres": 1}), json!([["postgres"]])] {
        assert_eq!(judged(json!({"aud": wrong})), Err("it is for another audience"));
    }
    for wrong in [json!(5), json!(""), json!(["ann"]), json!(null)] {
        assert_eq!(judged(json!({"sub": wrong})), Err("it does not say whose it is"));
    }
}

#[test]
fn all_words_of_the_scope_are_wanted() {
    for scope in [json!("a b"), json!("b c a"), json!(["a", "b"])] {
        assert_eq!(judged(json!({"scope": scope})), ann());
        assert_eq!(judged(json!({"scope": null, "scp": scope})), ann());
    }
    for scope in [json!("a"), json!("ab"), json!("A B"), json!(["a b"]), json!(5), json!(null)] {
        assert_eq!(judged(json!({"scope": scope})), Err("it is not good for the scope"));
    }
    let issuer = Issuer::new();
    let token = issuer.sign(&header(json!({})), &claims(json!({"scope": null})));
    assert_eq!(issuer.validator().identity(&token, ISSUER, " ", at(NOW)), ann());
}

#[test]
fn another_claim_may_be_the_name() {
    let issuer = Issuer::new();
    let token = issuer.sign(&header(json!({})), &claims(json!({"email": "ann@a.example"})));
    let named = |claim: &str| issuer.validator().claim(claim).identity(&token, ISSUER, "", at(NOW));
    assert_eq!(named("email"), Ok("ann@a.example".to_owned()));
    assert_eq!(named("name"), Err("it does not say whose it is"));
    assert_eq!(named("exp"), Err("it does not say whose it is"));
}

#[test]
fn other_kinds_of_tokens_are_refused() {
    for kind in ["JWT", "jwt", "at+jwt", "application/at+jwt"] {
        assert_eq!(judged_by_header(json!({"typ": kind})), ann());
    }
    for kind in [json!("logout+jwt"), json!("dpop+jwt"), json!(""), json!(5)] {
        assert!(judged_by_header(json!({"typ": kind})).is_err());
    }
    let bound = judged(json!({"cnf": {"jkt": "x"}}));
    assert_eq!(bound, Err("it is bound to a key, and no bearer token"));
    assert!(judged_by_header(json!({"crit": ["b64"], "b64": false})).is_err());
    assert!(judged_by_header(json!({"crit": []})).is_err());
}

#[test]
fn the_key_says_by_which_algorithm() {
    assert_eq!(judged_by_header(json!({"alg": "Ed25519"})), ann());
    for other in ["none", "NONE", "", "HS256", "RS256", "ES256", "eddsa"] {
        assert!(judged_by_header(json!({"alg": other})).is_err(), "{other}");
    }
    assert!(judged_by_header(json!({"alg": null})).is_err());
    assert!(judged_by_header(json!({"alg": 5})).is_err());
    assert!(judged_by_header(json!({"kid": "two"})).is_err());
    assert!(judged_by_header(json!({"kid": 1})).is_err());
    assert_eq!(judged_by_header(json!({"kid": null})), ann(), "there is only one");
    // Keys that a token brings along are nobody's.
    assert!(judged_by_header(json!({"kid": "two", "jwk": Issuer::new().key(json!({}))})).is_err());
}

#[test]
fn a_token_without_the_name_of_a_key_fits_one_key_or_none() {
    let issuer = Issuer::new();
    let set = json!({"keys": [issuer.key(json!({})), issuer.key(json!({"kid": "two"}))]});
    let validator = JwtValidator::new(Jwks::parse(&set.to_string()).expect("keys"), "postgres");
    let judged = |id: Value| {
        let token = issuer.sign(&header(json!({"kid": id})), &claims(json!({})));
        validator.identity(&token, ISSUER, "", at(NOW))
    };
    assert_eq!(judged(json!(null)), Err("several keys could have signed it"));
    assert_eq!(judged(json!("one")), ann());
    assert_eq!(judged(json!("two")), ann());
    assert!(judged(json!("three")).is_err());
}

#[test]
fn nonsense_is_no_token_and_no_panic() {
    let issuer = Issuer::new();
    let judged = |token: &str| issuer.validator().identity(token, ISSUER, "", at(NOW));
    let deep = "[".repeat(30_000);
    for payload in ["", "null", "[]", "5", "{", "{}", &deep, "{\"exp\":}", "\u{feff}{}"] {
        assert!(judged(&issuer.sign(&header(json!({})), payload)).is_err());
        assert!(judged(&issuer.sign(payload, &claims(json!({})))).is_err());
    }
    let token = issuer.sign(&header(json!({})), &claims(json!({})));
    for end in 0..token.len() {
        assert!(judged(&token[..end]).is_err(), "{end}");
    }
    assert!(judged(&"a".repeat(65_535)).is_err());
    assert!(judged(&".".repeat(65_535)).is_err());
}

#[test]
fn a_key_set_that_cannot_be_is_refused() {
    let issuer = Issuer::new();
    let why = |changes: Value| {
        let keys = json!({"keys": [issuer.key(changes)]}).to_string();
        match Jwks::parse(&keys) {
            Err(JwksError::Key { number: 1, why }) => why,
            other => panic!("{other:?}"),
        }
    };
    assert!(why(json!({"d": "AAAA"})).starts_with("it is a private key"));
    assert!(why(json!({"kty": "oct", "k": "AAAA"})).starts_with("it is a password"));
    for x in [json!("AAAA"), json!("*"), json!(5), json!("")] {
        assert!(why(json!({"x": x})).starts_with("its numbers"));
    }
    let (short, even) = ("AQAB".repeat(63), "AQAB");
    assert!(why(json!({"kty": "RSA", "n": short, "e": even})).contains("2048"));
    assert!(why(json!({"kty": "EC", "crv": "P-256"})).starts_with("its numbers"));
    let nothing = [
        json!({"use": "enc"}),
        json!({"key_ops": ["sign"]}),
        json!({"kty": "EC"}),
        json!({"crv": "X25519"}),
        json!({"alg": "ES256K", "kty": "EC", "crv": "P-256"}),
    ];
    for changes in nothing {
        let keys = json!({"keys": [issuer.key(changes)]}).to_string();
        assert!(matches!(Jwks::parse(&keys), Err(JwksError::NoKeys)), "{keys}");
    }
    for text in ["", "[]", "{}", "{\"keys\": {}}", "{\"keys\": [5]}", "{\"keys\": []}"] {
        assert!(Jwks::parse(text).is_err());
    }
    let missing = Jwks::from_file("/nonexistent/keys.json");
    assert!(matches!(missing, Err(JwksError::File { .. })));
}

#[test]
fn of_a_header_little_is_read_and_less_is_kept() {
    let issuer = Issuer::new();
    let judged = |more: Value| {
        let token = issuer.sign(&header(more), "{}");
        issuer.validator().identity(&token, ISSUER, "", at(NOW)).expect_err("no claims")
    };
    assert_eq!(judged(json!({"x5c": ["y".repeat(1000)]})), "its header is too long");
    assert_ne!(judged(json!({"x5c": ["y"], "jwk": {"a": [1]}})), "its header is too long");
}
