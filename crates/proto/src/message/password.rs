//! What the frontend says during authentication: four messages that share the type byte `p`.

use bytes::{Buf, Bytes};

use super::{Encode, FrontendMessage, FrontendTag, PgStr};
use crate::{
    error::{Malformed, Misuse},
    wire::{Body, Reader, frame, put_string, put_value},
};

/// A `p` of any kind: what is in it depends on what the backend asked for.
///
/// [`PasswordMessage`], [`SaslInitialResponse`] and [`SaslResponse`] decode from its body; a
/// GSSResponse is the body.
#[derive(Clone, PartialEq, Eq)]
pub struct Password<B = Bytes> {
    /// The body.
    pub body: B,
}

impl<B: Body> Password<B> {
    /// Takes the body as it is.
    pub fn decode(body: B) -> Password<B> {
        Password { body }
    }
}

impl<B: Body> Encode for Password<B> {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| {
            out.extend_from_slice(self.body.as_ref());
            Ok(())
        })
    }
}

impl<B: Body> FrontendMessage for Password<B> {
    const TAG: FrontendTag = FrontendTag::PASSWORD;
}

impl<B: Body> std::fmt::Debug for Password<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Password").finish_non_exhaustive()
    }
}

/// PasswordMessage: the password, in clear or hashed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PasswordMessage<S = PgStr> {
    /// The password, or `md5` and the hash.
    pub password: S,
}

impl PasswordMessage {
    /// Decodes the body, which must be exactly one string.
    pub fn decode(body: Bytes) -> Result<PasswordMessage, Malformed> {
        let password = PgStr::only(body).map_err(|_| Malformed::PasswordSize)?;
        Ok(PasswordMessage { password })
    }
}

impl<S: AsRef<[u8]>> Encode for PasswordMessage<S> {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| put_string(out, self.password.as_ref()))
    }
}

impl<S: AsRef<[u8]>> FrontendMessage for PasswordMessage<S> {
    const TAG: FrontendTag = FrontendTag::PASSWORD;
}

impl<S> std::fmt::Debug for PasswordMessage<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PasswordMessage").finish_non_exhaustive()
    }
}

/// SASLInitialResponse: the mechanism chosen and its first message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SaslInitialResponse<S = PgStr, D = Bytes> {
    /// The mechanism.
    pub mechanism: S,
    /// The first message; `None` (length -1) leaves it to the backend to ask for it.
    pub response: Option<D>,
}

impl SaslInitialResponse {
    /// Decodes the body.
    pub fn decode(mut body: Bytes) -> Result<SaslInitialResponse, Malformed> {
        let mechanism = PgStr::take(&mut body)?;
        let mut reader = Reader::new(&body);
        let is_absent = reader.value()?.is_none();
        reader.finish()?;
        body.advance(4);
        Ok(SaslInitialResponse { mechanism, response: (!is_absent).then_some(body) })
    }
}

impl<S: AsRef<[u8]>, D: AsRef<[u8]>> Encode for SaslInitialResponse<S, D> {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| {
            put_string(out, self.mechanism.as_ref())?;
            put_value(out, self.response.as_ref().map(D::as_ref))
        })
    }
}

impl<S: AsRef<[u8]>, D: AsRef<[u8]>> FrontendMessage for SaslInitialResponse<S, D> {
    const TAG: FrontendTag = FrontendTag::PASSWORD;
}

impl<S: std::fmt::Debug, D> std::fmt::Debug for SaslInitialResponse<S, D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // An OAUTHBEARER response carries the token.
        f.debug_struct("SaslInitialResponse")
            .field("mechanism", &self.mechanism)
            .finish_non_exhaustive()
    }
}

/// SASLResponse: a further message of the mechanism; GSSResponse looks the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SaslResponse<D = Bytes> {
    /// The message.
    pub data: D,
}

impl SaslResponse {
    /// Decodes the body: it is the message.
    pub fn decode(body: Bytes) -> SaslResponse {
        SaslResponse { data: body }
    }
}

impl<D: AsRef<[u8]>> Encode for SaslResponse<D> {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| {
            out.extend_from_slice(self.data.as_ref());
            Ok(())
        })
    }
}

impl<D: AsRef<[u8]>> FrontendMessage for SaslResponse<D> {
    const TAG: FrontendTag = FrontendTag::PASSWORD;
}

impl<D> std::fmt::Debug for SaslResponse<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SaslResponse").finish_non_exhaustive()
    }
}
