//! Before the login: encryption, cancel requests, the version, who is there.

use bytes::BytesMut;

use super::login::Login;
use crate::{
    SqlState,
    error::PeerError,
    limits::Limits,
    message::{CancelRequest, ProtocolVersion, StartupPacket},
    wire::frame,
};

/// The first byte of TLS, with which no startup packet begins.
pub const TLS_HANDSHAKE: u8 = 0x16;

/// What the bytes travel on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// A network socket.
    Tcp,
    /// A Unix socket: requests for encryption are declined without asking.
    Unix,
}

/// A client that has not said who it is.
///
/// Requests for TLS and for GSSAPI encryption are honoured once each; a second one is a version of
/// the protocol that nobody speaks. GSSAPI is always declined.
#[derive(Debug)]
pub struct Startup {
    limits: Limits,
    channel: Channel,
    encrypted: bool,
    tls_spent: bool,
    gss_spent: bool,
    /// A request was declined although bytes lay behind it: nobody may have sent them knowingly.
    injected: Option<&'static str>,
}

/// What a client wants.
#[derive(Debug)]
pub enum Step {
    /// More bytes: write the output, read, and step again.
    NeedInput(Startup),
    /// TLS, by an SSLRequest.
    Tls(TlsRequest),
    /// TLS without asking (`sslnegotiation=direct`); its bytes are still in the input.
    DirectTls(DirectTls),
    /// To cancel what another connection runs. It is never answered: look the key up in constant
    /// time and close.
    Cancel(CancelRequest),
    /// To log in.
    Login(Login),
}

/// A client that asks for TLS.
#[derive(Debug)]
pub struct TlsRequest {
    startup: Startup,
    has_more: bool,
}

/// A client that speaks TLS at once.
#[derive(Debug)]
pub struct DirectTls {
    startup: Startup,
}

/// A client with which the TLS library shakes hands.
#[derive(Debug)]
pub struct TlsHandshake {
    startup: Startup,
}

impl Startup {
    /// A client that has just connected.
    pub fn new(limits: &Limits, channel: Channel) -> Startup {
        Startup {
            limits: *limits,
            channel,
            encrypted: false,
            tls_spent: false,
            gss_spent: false,
            injected: None,
        }
    }

    /// Takes packets from `input` up to one that the caller has to decide on.
    ///
    /// Answers that need no decision are appended to `output`: `N` to a request that is declined
    /// anyway, NegotiateProtocolVersion. Nothing is written while more input is needed to know. No
    /// more than [`Limits::startup`] bytes need ever be held: what cannot be a packet is refused by
    /// its length.
    ///
    /// # Errors
    ///
    /// All end the connection; write the output, then [`PeerError::encode`]. A client of protocol 2
    /// is told in the form of its day, which is in `output` already: the error is silent.
    pub fn step(mut self, input: &mut BytesMut, output: &mut Vec<u8>) -> Result<Step, PeerError> {
        loop {
            if let Some(request) = self.injected
                && !input.is_empty()
            {
                return Err(injected(request));
            }
            if self.is_untouched() && input.first() == Some(&TLS_HANDSHAKE) {
                return match self.channel {
                    Channel::Tcp => Ok(Step::DirectTls(DirectTls { startup: self })),
                    Channel::Unix => Err(PeerError::silent("TLS on a Unix socket")),
                };
            }
            let Some(word) = frame::peek_untyped(input) else { return Ok(Step::NeedInput(self)) };
            let length = self.limits.startup_length(word)?;
            let Some(body) = frame::split_untyped(input, length) else {
                return Ok(Step::NeedInput(self));
            };
            match StartupPacket::decode(body)? {
                StartupPacket::Cancel(request) => return Ok(Step::Cancel(request)),
                StartupPacket::Ssl(_) if self.tls_spent => return Err(unsupported(SSL_VERSION)),
                StartupPacket::Ssl(_) => {
                    self.tls_spent = true;
                    let has_more = !input.is_empty();
                    let request = TlsRequest { startup: self, has_more };
                    if request.startup.may_encrypt() {
                        return Ok(Step::Tls(request));
                    }
                    self = request.decline(output);
                }
                StartupPacket::GssEnc(_) if self.gss_spent => return Err(unsupported(GSS_VERSION)),
                StartupPacket::GssEnc(_) => {
                    self.gss_spent = true;
                    output.push(b'N');
                    self.injected = (!input.is_empty()).then_some("GSSAPI encryption");
                }
                StartupPacket::Startup(message) => {
                    return Login::new(self.limits, self.encrypted, message, output)
                        .map(Step::Login);
                }
                // 0.0 is no version, so nobody knows that it is an old one.
                StartupPacket::Unsupported(version)
                    if version.major() < 3 && version != ProtocolVersion(0) =>
                {
                    return Err(ancient(version, output));
                }
                StartupPacket::Unsupported(version) => return Err(unsupported(version)),
            }
        }
    }

    /// Whether nothing has come yet.
    fn is_untouched(&self) -> bool {
        !self.encrypted && !self.tls_spent && !self.gss_spent
    }

    fn may_encrypt(&self) -> bool {
        self.channel == Channel::Tcp && !self.encrypted
    }
}

impl TlsRequest {
    /// Agrees; write the output and give everything else to the TLS library.
    ///
    /// That is what is left in the input, too: a client may send its ClientHello ahead. Anything
    /// else there fails the handshake, and is never taken for decrypted bytes (CVE-2021-23214):
    /// the input of the next step must hold nothing but what the TLS library has decrypted.
    pub fn accept(self, output: &mut Vec<u8>) -> TlsHandshake {
        output.push(b'S');
        TlsHandshake { startup: self.startup }
    }

    /// Declines: the client may go on in clear, or leave.
    ///
    /// If bytes lie behind the request the next step is an error: no client sends a packet before
    /// it knows how.
    pub fn decline(self, output: &mut Vec<u8>) -> Startup {
        output.push(b'N');
        let injected = if self.has_more { Some("SSL") } else { None };
        Startup { injected, ..self.startup }
    }
}

impl DirectTls {
    /// Agrees: the whole input belongs to the TLS library.
    ///
    /// The protocol `postgresql` must be chosen by ALPN; without it the connection is to be closed,
    /// lest a browser be made to speak to us (ALPACA).
    pub fn accept(self) -> TlsHandshake {
        TlsHandshake { startup: self.startup }
    }
}

impl TlsHandshake {
    /// The handshake is done: the next steps take decrypted bytes only.
    pub fn established(self) -> Startup {
        // Asked for by a packet, encryption is spent; else a request for it is declined.
        let gss_spent = self.startup.tls_spent;
        Startup { encrypted: true, gss_spent, ..self.startup }
    }
}

/// What an SSLRequest looks like as a version.
const SSL_VERSION: ProtocolVersion = ProtocolVersion((1234 << 16) | 5679);
const GSS_VERSION: ProtocolVersion = ProtocolVersion((1234 << 16) | 5680);

fn unsupported(version: ProtocolVersion) -> PeerError {
    PeerError::fatal(SqlState::FEATURE_NOT_SUPPORTED, unsupported_message(version))
}

/// The error as protocol 2 had it: a text without fields and without a length.
fn ancient(version: ProtocolVersion, output: &mut Vec<u8>) -> PeerError {
    let message = unsupported_message(version);
    output.extend_from_slice(b"EFATAL:  ");
    output.extend_from_slice(message.as_bytes());
    output.extend_from_slice(b"\n\0");
    PeerError::silent(message)
}

fn unsupported_message(version: ProtocolVersion) -> String {
    let (oldest, latest) = (ProtocolVersion::V3_0, ProtocolVersion::V3_2);
    format!("unsupported frontend protocol {version}: server supports {oldest} to {latest}")
}

fn injected(request: &str) -> PeerError {
    let message = format!("received unencrypted data after {request} request");
    PeerError::fatal(SqlState::PROTOCOL_VIOLATION, message).with_detail(
        "This could be either a client-software bug or evidence of an attempted \
         man-in-the-middle attack.",
    )
}
