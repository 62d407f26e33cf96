//! Before the login: encryption, cancel requests, negotiation, who comes in.

use bytes::BytesMut;

use super::conn::Connection;
use crate::error::{Misuse, PeerError};
use crate::limits::Limits;
use crate::message::{
    Authentication, BackendKeyData, CancelRequest, Encode, NegotiateProtocolVersion,
    ParameterStatus, Parameters, PgStr, ProtocolVersion, ReadyForQuery, StartupMessage,
    StartupPacket, TransactionStatus,
};
use crate::sqlstate::SqlState;
use crate::wire::frame;

/// What the bytes travel on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// A network socket, which TLS can protect.
    Tcp,
    /// A Unix socket: encryption is refused.
    Unix,
}

/// A client that has not said who it is.
#[derive(Debug)]
pub struct Startup {
    limits: Limits,
    channel: Channel,
    encrypted: bool,
    tls_spent: bool,
    gss_spent: bool,
}

/// What the server does next.
#[derive(Debug)]
pub enum Step {
    /// Read more, then step again.
    NeedInput(Startup),
    /// The client asks for TLS.
    Tls(TlsRequest),
    /// The client begins TLS at once; its bytes are still in the input.
    DirectTls(DirectTls),
    /// The client asks to cancel what another connection runs: close without an answer.
    Cancel(CancelRequest),
    /// The client wants to log in.
    Login(Login),
}

/// A request for TLS, to be accepted or declined.
#[derive(Debug)]
pub struct TlsRequest(Startup);

/// A client that begins with TLS.
#[derive(Debug)]
pub struct DirectTls(Startup);

/// TLS was accepted: the caller shakes hands, and comes back when it is done.
#[derive(Debug)]
pub struct TlsHandshake(Startup);

/// The first byte of a TLS handshake record, with which no startup packet begins.
pub const TLS_HANDSHAKE: u8 = 0x16;

impl Startup {
    /// A client that has just connected.
    pub fn new(limits: &Limits, channel: Channel) -> Startup {
        Startup { limits: *limits, channel, encrypted: false, tls_spent: false, gss_spent: false }
    }

    /// Takes one packet from the input.
    ///
    /// # Errors
    ///
    /// All of them end the connection.
    pub fn step(mut self, input: &mut BytesMut, output: &mut Vec<u8>) -> Result<Step, PeerError> {
        loop {
            if input.first() == Some(&TLS_HANDSHAKE) && !self.encrypted && !self.tls_spent {
                return Ok(Step::DirectTls(DirectTls(self)));
            }
            let Some(word) = frame::peek_untyped(input) else { return Ok(Step::NeedInput(self)) };
            let length = self.limits.startup_length(word)?;
            let Some(body) = frame::split_untyped(input, length) else {
                return Ok(Step::NeedInput(self));
            };
            match StartupPacket::decode(body)? {
                StartupPacket::Cancel(request) => return Ok(Step::Cancel(request)),
                StartupPacket::Ssl(_) if self.tls_spent => return Err(unsupported(0x04d2_162f)),
                StartupPacket::Ssl(_) => {
                    self.tls_spent = true;
                    if self.channel == Channel::Tcp {
                        return Ok(Step::Tls(TlsRequest(self)));
                    }
                    output.push(b'N');
                }
                StartupPacket::GssEnc(_) if self.gss_spent => return Err(unsupported(0x04d2_1630)),
                StartupPacket::GssEnc(_) => {
                    self.gss_spent = true;
                    output.push(b'N');
                }
                StartupPacket::Startup(message) => return self.login(message, output),
                StartupPacket::Unsupported(version) => return Err(unsupported(version.0)),
            }
        }
    }

    fn login(self, message: StartupMessage, output: &mut Vec<u8>) -> Result<Step, PeerError> {
        let parameters = message.parameters;
        let unknown: Vec<PgStr> = parameters
            .iter()
            .filter(|(name, _)| name.starts_with(b"_pq_."))
            .map(|(name, _)| PgStr::from(String::from_utf8_lossy(name).into_owned()))
            .collect();
        let latest = ProtocolVersion::V3_2;
        let version = message.version.min(latest);
        if message.version > latest || !unknown.is_empty() {
            let offer = NegotiateProtocolVersion { version: latest, options: unknown };
            offer.encode(output).map_err(misused)?;
        }
        if parameters.get("user").is_none_or(|user| user.is_empty()) {
            return Err(PeerError::fatal(
                SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
                "no PostgreSQL user name specified in startup packet",
            ));
        }
        Ok(Step::Login(Login {
            limits: self.limits,
            encrypted: self.encrypted,
            version,
            parameters,
        }))
    }
}

impl TlsRequest {
    /// Agrees: what comes next belongs to the TLS library.
    pub fn accept(self, output: &mut Vec<u8>) -> TlsHandshake {
        output.push(b'S');
        TlsHandshake(self.0)
    }

    /// Declines: the client may go on in clear.
    pub fn decline(self, output: &mut Vec<u8>) -> Startup {
        output.push(b'N');
        self.0
    }
}

impl DirectTls {
    /// Agrees: all bytes belong to the TLS library. The caller checks that ALPN chose
    /// `postgresql`; without it the connection must end.
    pub fn accept(self) -> TlsHandshake {
        TlsHandshake(self.0)
    }
}

impl TlsHandshake {
    /// The handshake is done; encryption cannot be asked for again.
    pub fn established(self) -> Startup {
        Startup { encrypted: true, tls_spent: true, gss_spent: true, ..self.0 }
    }
}

/// A client that said who it is, and has to prove it.
#[derive(Debug)]
pub struct Login {
    limits: Limits,
    encrypted: bool,
    version: ProtocolVersion,
    parameters: Parameters,
}

/// A client that has proved who it is.
#[derive(Debug)]
pub struct Ready {
    limits: Limits,
}

impl Login {
    /// What the client said of itself; the last of repeated names counts.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// The protocol that was agreed: 3.2 has cancel keys of up to 256 bytes, 3.0 of 4.
    pub fn version(&self) -> ProtocolVersion {
        self.version
    }

    /// Whether TLS protects the connection.
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// The limits of this connection.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Believes the client.
    pub fn trust(self, output: &mut Vec<u8>) -> Result<Ready, PeerError> {
        Authentication::Ok.encode(output).map_err(misused)?;
        Ok(Ready { limits: self.limits })
    }
}

impl Ready {
    /// Tells the client its settings and its cancel key, and that it may ask.
    ///
    /// # Errors
    ///
    /// A setting that cannot be written.
    pub fn finish<N: AsRef<[u8]>, V: AsRef<[u8]>>(
        self,
        settings: impl IntoIterator<Item = (N, V)>,
        process_id: i32,
        key: &[u8],
        output: &mut Vec<u8>,
    ) -> Result<Connection, Misuse> {
        for (name, value) in settings {
            ParameterStatus { name: name.as_ref(), value: value.as_ref() }.encode(output)?;
        }
        BackendKeyData { process_id, key }.encode(output)?;
        ReadyForQuery { status: TransactionStatus::Idle }.encode(output)?;
        Ok(Connection::new(self.limits))
    }
}

fn unsupported(code: u32) -> PeerError {
    let version = ProtocolVersion(code);
    PeerError::fatal(
        SqlState::FEATURE_NOT_SUPPORTED,
        format!("unsupported frontend protocol {version}: server supports 3.0 to 3.2"),
    )
}

fn misused(misuse: Misuse) -> PeerError {
    PeerError::fatal(SqlState::INTERNAL_ERROR, misuse.message().to_owned())
}
