//! What the backend says during authentication.

use bytes::{Buf, Bytes};

use super::{BackendMessage, BackendTag, Encode, PgStr};
use crate::{
    error::{Malformed, Misuse},
    wire::{Reader, frame, put_string},
};

/// Every Authentication message: they share one type byte, an Int32 tells them apart.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Authentication {
    /// 0: the frontend is who it says it is.
    Ok,
    /// 2: Kerberos V5; no server asks for it any more.
    KerberosV5,
    /// 3: send the password.
    CleartextPassword,
    /// 5: send the password hashed with the user name and this salt.
    Md5Password {
        /// The salt.
        salt: [u8; 4],
    },
    /// 7: start GSSAPI.
    Gss,
    /// 8: a token of GSSAPI or SSPI.
    GssContinue {
        /// The token.
        data: Bytes,
    },
    /// 9: start SSPI.
    Sspi,
    /// 10: start SASL.
    Sasl {
        /// The mechanisms, the preferred one first.
        mechanisms: Vec<PgStr>,
    },
    /// 11: a challenge of the SASL mechanism.
    SaslContinue {
        /// The challenge.
        data: Bytes,
    },
    /// 12: the outcome of the SASL mechanism.
    SaslFinal {
        /// The outcome.
        data: Bytes,
    },
}

impl Authentication {
    /// Decodes the body.
    pub fn decode(mut body: Bytes) -> Result<Authentication, Malformed> {
        let code = Reader::new(&body).i32()?;
        body.advance(4);
        let mut reader = Reader::new(&body);
        let message = match code {
            0 => Authentication::Ok,
            2 => Authentication::KerberosV5,
            3 => Authentication::CleartextPassword,
            5 => Authentication::Md5Password { salt: reader.array()? },
            7 => Authentication::Gss,
            8 => return Ok(Authentication::GssContinue { data: body }),
            9 => Authentication::Sspi,
            10 => return Ok(Authentication::Sasl { mechanisms: mechanisms(body)? }),
            11 => return Ok(Authentication::SaslContinue { data: body }),
            12 => return Ok(Authentication::SaslFinal { data: body }),
            other => return Err(Malformed::Authentication(other)),
        };
        reader.finish()?;
        Ok(message)
    }

    /// The Int32 that tells them apart.
    pub const fn code(&self) -> i32 {
        match self {
            Authentication::Ok => 0,
            Authentication::KerberosV5 => 2,
            Authentication::CleartextPassword => 3,
            Authentication::Md5Password { .. } => 5,
            Authentication::Gss => 7,
            Authentication::GssContinue { .. } => 8,
            Authentication::Sspi => 9,
            Authentication::Sasl { .. } => 10,
            Authentication::SaslContinue { .. } => 11,
            Authentication::SaslFinal { .. } => 12,
        }
    }
}

impl Encode for Authentication {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| {
            out.extend_from_slice(&self.code().to_be_bytes());
            match self {
                Authentication::Ok
                | Authentication::KerberosV5
                | Authentication::CleartextPassword
                | Authentication::Gss
                | Authentication::Sspi => {}
                Authentication::Md5Password { salt } => out.extend_from_slice(salt),
                Authentication::GssContinue { data }
                | Authentication::SaslContinue { data }
                | Authentication::SaslFinal { data } => out.extend_from_slice(data),
                Authentication::Sasl { mechanisms } => {
                    for mechanism in mechanisms {
                        if mechanism.is_empty() {
                            return Err(Misuse::new("a SASL mechanism without a name"));
                        }
                        put_string(out, mechanism.as_bytes())?;
                    }
                    out.push(0);
                }
            }
            Ok(())
        })
    }
}

impl BackendMessage for Authentication {
    const TAG: BackendTag = BackendTag::AUTHENTICATION;
}

/// Names until an empty one.
fn mechanisms(mut body: Bytes) -> Result<Vec<PgStr>, Malformed> {
    let mut mechanisms = Vec::new();
    loop {
        let name = PgStr::take(&mut body)?;
        if name.is_empty() {
            Reader::new(&body).finish()?;
            return Ok(mechanisms);
        }
        mechanisms.push(name);
    }
}
