//! Before the login: TLS or not.

use bytes::{Buf, BytesMut};

use super::login::Login;
#[cfg(feature = "auth")]
use crate::auth::scram::Binding;
use crate::{
    SqlState,
    error::{Misuse, PeerError},
    limits::Limits,
    message::{Encode, ProtocolVersion, SslRequest, StartupMessage},
};

/// A client that has just connected, or has just got TLS.
#[derive(Debug)]
pub struct Startup {
    limits: Limits,
    #[cfg(feature = "auth")]
    binding: Binding,
}

/// A client that has asked for TLS.
#[derive(Debug)]
pub struct TlsRequested {
    startup: Startup,
}

/// What the server says to TLS.
#[derive(Debug)]
pub enum TlsStep {
    /// One more byte: write the output, read, and step again.
    NeedInput(TlsRequested),
    /// The server speaks TLS: shake hands.
    Accepted(TlsHandshake),
    /// The server does not. Log in in clear, or leave.
    Declined(Startup),
}

/// A client whose TLS library shakes hands with the server's.
#[derive(Debug)]
pub struct TlsHandshake {
    startup: Startup,
}

impl Startup {
    /// A client that has just connected.
    pub fn new(limits: &Limits) -> Startup {
        Startup {
            limits: *limits,
            #[cfg(feature = "auth")]
            binding: Binding::None,
        }
    }

    /// Asks for TLS (SSLRequest); once.
    pub fn request_tls(self, output: &mut Vec<u8>) -> TlsRequested {
        // A constant: it cannot be too long.
        let encoded = SslRequest.encode(output);
        debug_assert!(encoded.is_ok());
        TlsRequested { startup: self }
    }

    /// Speaks TLS without asking (PostgreSQL 17 and later). ALPN must offer `postgresql`, and the
    /// server must choose it.
    pub fn direct_tls(self) -> TlsHandshake {
        TlsHandshake { startup: self }
    }

    /// Says who we are (StartupMessage).
    ///
    /// `parameters` must have `user`; see [`StartupMessage`]. `version` is
    /// [`V3_0`](ProtocolVersion::V3_0) or [`V3_2`](ProtocolVersion::V3_2); the server may choose a
    /// lower one.
    ///
    /// # Errors
    ///
    /// [`Misuse`] if a parameter contains a NUL or has no name, if there is no `user`, or if all of
    /// it is longer than servers take; nothing is written then.
    pub fn log_in<N, V>(
        self,
        version: ProtocolVersion,
        parameters: impl Clone + IntoIterator<Item = (N, V)>,
        output: &mut Vec<u8>,
    ) -> Result<Login, Misuse>
    where
        N: AsRef<[u8]>,
        V: AsRef<[u8]>,
    {
        let (mut has_user, mut options) = (false, Vec::new());
        for (name, _) in parameters.clone() {
            let name = name.as_ref();
            has_user |= name == b"user";
            if name.starts_with(b"_pq_.") {
                options.push(name.to_vec());
            }
        }
        if !has_user {
            return Err(Misuse::new("a StartupMessage without user"));
        }
        let start = output.len();
        StartupMessage { version, parameters }.encode(output)?;
        let length = output.len().saturating_sub(start);
        if u32::try_from(length).is_ok_and(|length| length <= self.limits.startup) {
            let login = Login::new(self.limits, version, options);
            #[cfg(feature = "auth")]
            let login = login.over(self.binding);
            Ok(login)
        } else {
            output.truncate(start);
            Err(Misuse::too_long(length))
        }
    }
}

impl TlsRequested {
    /// Takes the server's answer, one byte, from `input`.
    ///
    /// # Errors
    ///
    /// All end the connection. Bytes behind the answer are one: they were not encrypted
    /// (CVE-2021-23222). So is an ErrorResponse, whose words nobody vouches for: they are not
    /// repeated (CVE-2024-10977).
    pub fn step(self, input: &mut BytesMut) -> Result<TlsStep, PeerError> {
        let Some(&answer) = input.first() else { return Ok(TlsStep::NeedInput(self)) };
        if !matches!(answer, b'S' | b'N') {
            let message = match answer {
                b'E' => "server sent an error response during SSL exchange".to_owned(),
                byte => format!("received invalid response to SSL negotiation: {byte}"),
            };
            return Err(PeerError::fatal(SqlState::PROTOCOL_VIOLATION, message));
        }
        input.advance(1);
        if !input.is_empty() {
            return Err(PeerError::fatal(
                SqlState::PROTOCOL_VIOLATION,
                "received unencrypted data after SSL response",
            ));
        }
        Ok(match answer {
            b'S' => TlsStep::Accepted(TlsHandshake { startup: self.startup }),
            _ => TlsStep::Declined(self.startup),
        })
    }
}

impl TlsHandshake {
    /// The handshake is done, the server's certificate verified: the next steps take decrypted
    /// bytes only.
    ///
    /// `binding` is what SCRAM can be bound to: see [`Binding::of_certificate`].
    #[cfg(feature = "auth")]
    pub fn established(self, binding: Binding) -> Startup {
        Startup { binding, ..self.startup }
    }

    /// The handshake is done, the server's certificate verified: the next steps take decrypted
    /// bytes only.
    #[cfg(not(feature = "auth"))]
    pub fn established(self) -> Startup {
        self.startup
    }
}
