//! OAUTHBEARER (RFC 7628), new in PostgreSQL 18: messages of both sides.
//!
//! Tokens are opaque here: whoever checks them is asked by the caller.
//!
//! Source: <https://www.postgresql.org/docs/18/sasl-authentication.html#SASL-OAUTHBEARER>,
//! `src/backend/libpq/auth-oauth.c`.

use std::{borrow::Cow, fmt};

use zeroize::Zeroizing;

use super::scram::Printed;
use crate::{SqlState, error::PeerError};

/// The mechanism.
pub const OAUTHBEARER: &str = "OAUTHBEARER";

/// The only answer of a client to a failure: then the server ends the connection.
pub const FAILURE_ACKNOWLEDGED: &[u8] = b"\x01";

/// What a client presents.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// Nothing yet: the client asks where a token can be had.
    Discovery,
    /// A bearer token.
    Token(Zeroizing<String>),
    /// Something that is no bearer token, and why not, for the log: a server answers it as it
    /// answers a wrong one.
    Malformed(&'static str),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Credentials::Discovery => f.write_str("Discovery"),
            Credentials::Token(_) => f.write_str("Token(..)"),
            Credentials::Malformed(why) => f.debug_tuple("Malformed").field(why).finish(),
        }
    }
}

impl Credentials {
    /// Reads the client's initial response.
    ///
    /// # Errors
    ///
    /// All end the connection, in PostgreSQL's words.
    pub fn parse(message: &[u8]) -> Result<Credentials, PeerError> {
        check_text(message)?;
        let mut rest = header(message)?;
        let mut auth = None;
        loop {
            if rest.is_empty() {
                return Err(malformed("Message did not contain a final terminator."));
            }
            let (pair, more) = cut(rest, SEPARATOR)
                .ok_or_else(|| malformed("Message contains an unterminated key/value pair."))?;
            rest = more;
            if pair.is_empty() {
                break;
            }
            let (key, value) = cut(pair, b'=')
                .ok_or_else(|| malformed("Message contains a key without a value."))?;
            check_pair(key, value)?;
            // Other keys (host, port) are legal and ignored.
            if key == b"auth" && auth.replace(value).is_some() {
                return Err(malformed("Message contains multiple auth values."));
            }
        }
        let auth = auth.ok_or_else(|| malformed("Message does not contain an auth value."))?;
        if !rest.is_empty() {
            let detail = "Message contains additional data after the final terminator.";
            return Err(malformed(detail));
        }
        Ok(match auth {
            b"" => Credentials::Discovery,
            value => token(value).unwrap_or_else(Credentials::Malformed),
        })
    }

    /// Writes the client's initial response.
    ///
    /// `None` if the token has a character no bearer token can have (RFC 6750): it could smuggle
    /// in another key.
    pub fn to_message(&self) -> Option<Zeroizing<Vec<u8>>> {
        let auth = match self {
            Credentials::Discovery => Zeroizing::new(String::new()),
            Credentials::Token(token) if is_token(token.as_bytes()) => {
                Zeroizing::new(format!("Bearer {}", token.as_str()))
            }
            Credentials::Token(_) | Credentials::Malformed(_) => return None,
        };
        Some(Zeroizing::new(format!("n,,\x01auth={}\x01\x01", auth.as_str()).into_bytes()))
    }
}

/// The server's challenge when a token is missing or wrong: where one can be had.
///
/// JSON, as RFC 7628 has it. `discovery` is the URL of the OpenID configuration, `scope` a list
/// separated by spaces.
pub fn failure(discovery: &str, scope: &str) -> String {
    let (discovery, scope) = (Json(discovery), Json(scope));
    format!(
        "{{ \"status\": \"invalid_token\", \"openid-configuration\": {discovery}, \
         \"scope\": {scope} }}"
    )
}

/// Reads the client's answer to a failure, which can only be [`FAILURE_ACKNOWLEDGED`].
pub(crate) fn check_acknowledgement(message: &[u8]) -> Result<(), PeerError> {
    check_text(message)?;
    match message {
        FAILURE_ACKNOWLEDGED => Ok(()),
        _ => Err(malformed("Client did not send a kvsep response.")),
    }
}

/// A message must not be empty nor have a NUL.
fn check_text(message: &[u8]) -> Result<(), PeerError> {
    if message.is_empty() {
        return Err(malformed("The message is empty."));
    }
    if memchr::memchr(0, message).is_some() {
        return Err(malformed("Message length does not match input length."));
    }
    Ok(())
}

/// What follows the gs2-header and its separator.
fn header(message: &[u8]) -> Result<&[u8], PeerError> {
    let rest = match message.split_first() {
        Some((b'n' | b'y', rest)) => rest,
        Some((b'p', _)) => {
            return Err(malformed(
                "The server does not support channel binding for OAuth, but the client message \
                 includes channel binding data.",
            ));
        }
        other => {
            let found = Printed(other.map(|(flag, _)| flag));
            return Err(malformed(format!("Unexpected channel-binding flag \"{found}\".")));
        }
    };
    let rest = match rest.split_first() {
        Some((b',', rest)) => rest,
        other => {
            let found = Printed(other.map(|(byte, _)| byte));
            return Err(malformed(format!("Comma expected, but found character \"{found}\".")));
        }
    };
    let rest = match rest.split_first() {
        Some((b',', rest)) => rest,
        Some((b'a', _)) => {
            return Err(PeerError::fatal(
                SqlState::FEATURE_NOT_SUPPORTED,
                "client uses authorization identity, but it is not supported",
            ));
        }
        other => {
            let found = Printed(other.map(|(byte, _)| byte));
            return Err(malformed(format!(
                "Unexpected attribute \"{found}\" in client-first-message."
            )));
        }
    };
    match rest.split_first() {
        Some((&SEPARATOR, rest)) => Ok(rest),
        other => {
            let found = Printed(other.map(|(byte, _)| byte));
            Err(malformed(format!(
                "Key-value separator expected, but found character \"{found}\"."
            )))
        }
    }
}

/// What RFC 7628 allows as a key and as its value.
fn check_pair(key: &[u8], value: &[u8]) -> Result<(), PeerError> {
    if key.is_empty() {
        return Err(malformed("Message contains an empty key name."));
    }
    if !key.iter().all(u8::is_ascii_alphabetic) {
        return Err(malformed("Message contains an invalid key name."));
    }
    if !value.iter().all(|byte| matches!(byte, 0x21..=0x7e | b' ' | b'\t' | b'\r' | b'\n')) {
        return Err(malformed("Message contains an invalid value."));
    }
    Ok(())
}

/// `Bearer `, in any case, more spaces, and the token; else why it is none.
fn token(value: &[u8]) -> Result<Credentials, &'static str> {
    let (scheme, mut token) = value.split_at_checked(BEARER.len()).unwrap_or((value, &[]));
    if !scheme.eq_ignore_ascii_case(BEARER) {
        return Err("Client response indicated a non-Bearer authentication scheme.");
    }
    while let Some((b' ', rest)) = token.split_first() {
        token = rest;
    }
    if token.is_empty() {
        return Err("Bearer token is empty.");
    }
    match std::str::from_utf8(token) {
        Ok(text) if is_token(token) => Ok(Credentials::Token(Zeroizing::new(text.to_owned()))),
        _ => Err("Bearer token is not in the correct format."),
    }
}

/// `b64token` of RFC 6750: letters, digits, `-._~+/`, then `=` as padding; nothing but padding is
/// one too, as in PostgreSQL.
fn is_token(token: &[u8]) -> bool {
    let mut body = token;
    while let Some((b'=', rest)) = body.split_last() {
        body = rest;
    }
    let is_legal = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(byte);
    !token.is_empty() && body.iter().all(is_legal)
}

/// What stands before and behind the first of these bytes.
fn cut(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let (before, behind) = bytes.split_at_checked(memchr::memchr(at, bytes)?)?;
    Some((before, behind.get(1..)?))
}

fn malformed(detail: impl Into<Cow<'static, str>>) -> PeerError {
    PeerError::fatal(SqlState::PROTOCOL_VIOLATION, "malformed OAUTHBEARER message")
        .with_detail(detail)
}

const BEARER: &[u8] = b"Bearer ";
const SEPARATOR: u8 = 0x01;

/// A string of JSON, with its quotes.
struct Json<'a>(&'a str);

impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        f.write_char('"')?;
        for character in self.0.chars() {
            match character {
                '"' | '\\' => write!(f, "\\{character}")?,
                '\x08' => f.write_str("\\b")?,
                '\x0c' => f.write_str("\\f")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                '\0'..='\x1f' => write!(f, "\\u{:04x}", u32::from(character))?,
                other => f.write_char(other)?,
            }
        }
        f.write_char('"')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_clients_send() {
        let token = |message: &str| match Credentials::parse(message.as_bytes()) {
            Ok(Credentials::Token(token)) => token.to_string(),
            other => panic!("{message:?}: {other:?}"),
        };
        assert_eq!(token("n,,\x01auth=Bearer abc\x01\x01"), "abc");
        assert_eq!(
            token("y,,\x01host=h\x01auth=bEARER   a.b-c_d~e+f/g==\x01port=1\x01\x01"),
            "a.b-c_d~e+f/g=="
        );
        assert_eq!(Credentials::parse(b"n,,\x01auth=\x01\x01"), Ok(Credentials::Discovery));
    }

    #[test]
    fn a_token_smuggles_nothing() {
        for token in ["a\x01host=evil", "", "a b", "\u{e9}", "a=b", "a\0"] {
            let credentials = Credentials::Token(token.to_owned().into());
            assert_eq!(credentials.to_message(), None, "{token:?}");
            assert!(!format!("{credentials:?}").contains("evil"));
        }
    }

    #[test]
    fn the_failure_is_json() {
        assert_eq!(
            failure("https://a.example/\"x\\\n\x01", "openid profile"),
            "{ \"status\": \"invalid_token\", \"openid-configuration\": \
             \"https://a.example/\\\"x\\\\\\n\\u0001\", \"scope\": \"openid profile\" }"
        );
    }
}
