//! OAUTHBEARER (RFC 7628), new in PostgreSQL 18: messages of both sides.
//!
//! Tokens are opaque here: whoever checks them is asked by the caller.
//!
//! Source: <https://www.postgresql.org/docs/18/sasl-authentication.html#SASL-OAUTHBEARER>,
//! `src/backend/libpq/auth-oauth.c`.

use std::{borrow::Cow, fmt};

use zeroize::Zeroizing;

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
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Credentials::Discovery => "Discovery",
            Credentials::Token(_) => "Token(..)",
        })
    }
}

impl Credentials {
    /// Reads the client's initial response.
    pub fn parse(message: &[u8]) -> Result<Credentials, PeerError> {
        if message.is_empty() {
            return Err(malformed("The message is empty."));
        }
        if message.contains(&0) {
            return Err(malformed("Message length does not match input length."));
        }
        let text = std::str::from_utf8(message)
            .map_err(|_| malformed("Message contains invalid bytes."))?;
        let pairs = header(text)?;
        let mut auth = None;
        for pair in pairs.split(SEPARATOR) {
            let (key, value) = pair
                .split_once('=')
                .ok_or_else(|| malformed("Message contains a key without a value."))?;
            if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphabetic()) {
                return Err(malformed("Message contains an invalid key name."));
            }
            if !value.bytes().all(is_value_byte) {
                return Err(malformed("Message contains an invalid value."));
            }
            // Other keys (host, port) are legal and ignored.
            if key == "auth" && auth.replace(value).is_some() {
                return Err(malformed("Message contains multiple auth values."));
            }
        }
        match auth {
            None => Err(malformed("Message does not contain an auth value.")),
            Some("") => Ok(Credentials::Discovery),
            Some(value) => {
                token(value).map(|token| Credentials::Token(Zeroizing::new(token.to_owned())))
            }
        }
    }

    /// Writes the client's initial response.
    ///
    /// `None` if the token has a character no bearer token can have (RFC 6750): it could smuggle
    /// in another key.
    pub fn to_message(&self) -> Option<Zeroizing<Vec<u8>>> {
        let auth = match self {
            Credentials::Discovery => Zeroizing::new(String::new()),
            Credentials::Token(token) if is_token(token) => {
                Zeroizing::new(format!("Bearer {}", token.as_str()))
            }
            Credentials::Token(_) => return None,
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

/// The rest of the message between the gs2-header and the two separators at the end.
fn header(text: &str) -> Result<&str, PeerError> {
    let rest = match text.as_bytes().first() {
        Some(b'n' | b'y') => text.get(1..).unwrap_or_default(),
        Some(b'p') => {
            return Err(malformed(
                "The server does not support channel binding for OAuth, but the client message \
                 includes channel binding data.",
            ));
        }
        _ => return Err(malformed("Unexpected channel-binding flag.")),
    };
    let rest = rest.strip_prefix(',').ok_or_else(|| malformed("Comma expected."))?;
    if rest.starts_with('a') {
        return Err(PeerError::fatal(
            SqlState::FEATURE_NOT_SUPPORTED,
            "client uses authorization identity, but it is not supported",
        ));
    }
    let rest = rest.strip_prefix(',').ok_or_else(|| malformed("Unexpected attribute."))?;
    let rest =
        rest.strip_prefix(SEPARATOR).ok_or_else(|| malformed("Key-value separator expected."))?;
    rest.strip_suffix("\x01\x01")
        .ok_or_else(|| malformed("Message did not contain a final terminator."))
}

/// `Bearer`, in any case, spaces, and the token.
fn token(value: &str) -> Result<&str, PeerError> {
    let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
    let token = rest.trim_start_matches(' ');
    if scheme.eq_ignore_ascii_case("Bearer") && is_token(token) {
        return Ok(token);
    }
    Err(malformed("Bearer token is missing or not in the correct format."))
}

/// `b64token` of RFC 6750: letters, digits, `-._~+/`, then `=` as padding.
fn is_token(token: &str) -> bool {
    let body = token.trim_end_matches('=');
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    !body.is_empty() && body.bytes().all(is_legal)
}

/// What RFC 7628 allows in a value.
fn is_value_byte(byte: u8) -> bool {
    matches!(byte, 0x21..=0x7e | b' ' | b'\t' | b'\r' | b'\n')
}

fn malformed(detail: impl Into<Cow<'static, str>>) -> PeerError {
    PeerError::fatal(SqlState::PROTOCOL_VIOLATION, "malformed OAUTHBEARER message")
        .with_detail(detail)
}

const SEPARATOR: char = '\x01';

/// A string of JSON, with its quotes.
struct Json<'a>(&'a str);

impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        f.write_char('"')?;
        for character in self.0.chars() {
            match character {
                '"' | '\\' => write!(f, "\\{character}")?,
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
    fn refuses_everything_else() {
        let refused = [
            "",
            "n",
            "n,,",
            "x,,\x01auth=Bearer abc\x01\x01",
            "p=tls-server-end-point,,\x01auth=Bearer abc\x01\x01",
            "n,a=bob,\x01auth=Bearer abc\x01\x01",
            "n,,auth=Bearer abc\x01\x01",
            "n,,\x01auth=Bearer abc\x01",
            "n,,\x01auth=Bearer abc\x01\x01x",
            "n,,\x01\x01",
            "n,,\x01host=h\x01\x01",
            "n,,\x01auth=Bearer abc\x01auth=Bearer abc\x01\x01",
            "n,,\x01auth=Bearer abc\x01auth=\x01\x01",
            "n,,\x01auth\x01\x01",
            "n,,\x01=x\x01auth=Bearer abc\x01\x01",
            "n,,\x01a1=x\x01auth=Bearer abc\x01\x01",
            "n,,\x01auth=Basic abc\x01\x01",
            "n,,\x01auth=Bearer\x01\x01",
            "n,,\x01auth=Bearer \x01\x01",
            "n,,\x01auth=Bearer a b\x01\x01",
            "n,,\x01auth=Bearer a=b\x01\x01",
            "n,,\x01auth=Bearer \u{e9}\x01\x01",
            "n,,\x01auth=Bearer a\0\x01\x01",
        ];
        for message in refused {
            let error = Credentials::parse(message.as_bytes()).expect_err(message);
            assert!(error.is_fatal(), "{message:?}");
        }
        assert!(Credentials::parse(b"n,,\x01auth=Bearer \xff\x01\x01").is_err());
    }

    #[test]
    fn a_token_smuggles_nothing() {
        for token in ["a\x01host=evil", "", "a b", "\u{e9}", "==", "a\0"] {
            let credentials = Credentials::Token(token.to_owned().into());
            assert_eq!(credentials.to_message(), None, "{token:?}");
            assert!(!format!("{credentials:?}").contains("evil"));
        }
    }

    #[test]
    fn the_failure_is_json() {
        assert_eq!(
            failure("https://a.example/\"x\\\n", "openid profile"),
            "{ \"status\": \"invalid_token\", \"openid-configuration\": \
             \"https://a.example/\\\"x\\\\\\u000a\", \"scope\": \"openid profile\" }"
        );
    }
}
