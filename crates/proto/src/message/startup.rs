//! The packets before the first message: they have no type byte.

use bytes::{Buf, Bytes};

use super::{Encode, PgStr};
use crate::{
    SqlState,
    error::{Misuse, PeerError},
    wire::{Reader, put_string, untyped_frame},
};

/// A version of the protocol: major in the upper half, minor in the lower.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProtocolVersion(pub u32);

impl ProtocolVersion {
    /// 3.0, spoken since PostgreSQL 7.4.
    pub const V3_0: ProtocolVersion = ProtocolVersion(0x0003_0000);
    /// 3.2, since PostgreSQL 18: longer cancel keys. There is no 3.1.
    pub const V3_2: ProtocolVersion = ProtocolVersion(0x0003_0002);

    /// The major version.
    pub const fn major(self) -> u32 {
        self.0 >> 16
    }

    /// The minor version.
    pub const fn minor(self) -> u32 {
        self.0 & 0xffff
    }
}

impl std::fmt::Display for ProtocolVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major(), self.minor())
    }
}

impl std::fmt::Debug for ProtocolVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// A packet before the login.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartupPacket {
    /// Cancel what another connection runs.
    Cancel(CancelRequest),
    /// Encrypt with GSSAPI, please.
    GssEnc(GssEncRequest),
    /// Encrypt with TLS, please.
    Ssl(SslRequest),
    /// Log in.
    Startup(StartupMessage),
    /// Log in, in a major version that is not 3; its layout is not known.
    Unsupported(ProtocolVersion),
}

impl StartupPacket {
    /// Decodes what follows the length word.
    ///
    /// As in PostgreSQL, SSLRequest and GSSENCRequest may carry more than they need. A malformed
    /// CancelRequest is a [silent](PeerError::is_silent) error, a malformed StartupMessage FATAL.
    pub fn decode(mut body: Bytes) -> Result<StartupPacket, PeerError> {
        let Ok(code) = Reader::new(&body).u32() else {
            return Err(PeerError::silent("invalid length of startup packet"));
        };
        body.advance(4);
        match code {
            CancelRequest::CODE => CancelRequest::decode(body).map(StartupPacket::Cancel),
            GssEncRequest::CODE => Ok(StartupPacket::GssEnc(GssEncRequest)),
            SslRequest::CODE => Ok(StartupPacket::Ssl(SslRequest)),
            version => match ProtocolVersion(version) {
                version if version.major() == 3 => {
                    let parameters = Parameters::decode(body)?;
                    Ok(StartupPacket::Startup(StartupMessage { version, parameters }))
                }
                version => Ok(StartupPacket::Unsupported(version)),
            },
        }
    }
}

/// CancelRequest: cancel what another connection runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CancelRequest<K = Bytes> {
    /// The process from that connection's BackendKeyData.
    pub process_id: i32,
    /// The key from there, 1 to 256 bytes.
    pub key: K,
}

impl CancelRequest {
    /// Decodes what follows the code; the error is silent, since a CancelRequest is never
    /// answered.
    fn decode(mut body: Bytes) -> Result<CancelRequest, PeerError> {
        let Ok(process_id) = Reader::new(&body).i32() else {
            return Err(PeerError::silent("invalid length of cancel request packet"));
        };
        body.advance(4);
        if body.is_empty() || body.len() > MAX_CANCEL_KEY {
            return Err(PeerError::silent("invalid length of cancel key in cancel request packet"));
        }
        Ok(CancelRequest { process_id, key: body })
    }
}

impl CancelRequest<()> {
    const CODE: u32 = request_code(5678);
}

impl<K: AsRef<[u8]>> Encode for CancelRequest<K> {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        untyped_frame(out, |out| {
            let key = self.key.as_ref();
            if key.is_empty() || key.len() > MAX_CANCEL_KEY {
                return Err(Misuse::new("a cancel key has 1 to 256 bytes"));
            }
            out.extend_from_slice(&CancelRequest::CODE.to_be_bytes());
            out.extend_from_slice(&self.process_id.to_be_bytes());
            out.extend_from_slice(key);
            Ok(())
        })
    }
}

impl<K> std::fmt::Debug for CancelRequest<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The key is a secret.
        f.debug_struct("CancelRequest")
            .field("process_id", &self.process_id)
            .finish_non_exhaustive()
    }
}

/// SSLRequest: may we speak TLS? Answered by one byte, `S` or `N`, that is not a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SslRequest;

impl SslRequest {
    const CODE: u32 = request_code(5679);
}

impl Encode for SslRequest {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        untyped_frame(out, |out| {
            out.extend_from_slice(&Self::CODE.to_be_bytes());
            Ok(())
        })
    }
}

/// GSSENCRequest: may we encrypt with GSSAPI? Answered by one byte, `G` or `N`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GssEncRequest;

impl GssEncRequest {
    /// What stands in the place of a version; the whole packet is its length and this.
    pub const CODE: u32 = request_code(5680);
}

impl Encode for GssEncRequest {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        untyped_frame(out, |out| {
            out.extend_from_slice(&Self::CODE.to_be_bytes());
            Ok(())
        })
    }
}

/// StartupMessage: who logs in, and with which settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartupMessage<P = Parameters> {
    /// The version asked for.
    pub version: ProtocolVersion,
    /// `user`, `database`, `options`, `replication`, `_pq_.…`, and settings of the session.
    pub parameters: P,
}

impl Encode for StartupMessage {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        untyped_frame(out, |out| {
            out.extend_from_slice(&self.version.0.to_be_bytes());
            out.extend_from_slice(&self.parameters.body);
            Ok(())
        })
    }
}

impl<P, N, V> Encode for StartupMessage<P>
where
    P: Clone + IntoIterator<Item = (N, V)>,
    N: AsRef<[u8]>,
    V: AsRef<[u8]>,
{
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        untyped_frame(out, |out| {
            out.extend_from_slice(&self.version.0.to_be_bytes());
            for (name, value) in self.parameters.clone() {
                if name.as_ref().is_empty() {
                    return Err(Misuse::new("a startup parameter without a name"));
                }
                put_string(out, name.as_ref())?;
                put_string(out, value.as_ref())?;
            }
            out.push(0);
            Ok(())
        })
    }
}

/// The parameters of a received StartupMessage.
#[derive(Clone, PartialEq, Eq)]
pub struct Parameters {
    body: Bytes,
}

impl Parameters {
    /// Every name and value in order, repeated names included.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> + Clone {
        let mut reader = Reader::new(&self.body);
        std::iter::from_fn(move || match reader.string().ok()? {
            [] => None,
            name => Some((name, reader.string().ok()?)),
        })
    }

    /// The value of a parameter. The **last** one counts, as in PostgreSQL: whoever looks at the
    /// first and forwards all lets a second `user` pass unseen.
    pub fn get(&self, name: &str) -> Option<PgStr> {
        let (_, value) = self.iter().filter(|(found, _)| *found == name.as_bytes()).last()?;
        Some(PgStr::from(self.body.slice_ref(value)))
    }

    /// The layout is strict: pairs of strings, and an empty name as the very last byte.
    fn decode(body: Bytes) -> Result<Parameters, PeerError> {
        let mut reader = Reader::new(&body);
        loop {
            match reader.string() {
                Ok([]) => break,
                Ok(_) if reader.string().is_ok() => {}
                _ => return Err(invalid_layout()),
            }
        }
        match reader.finish() {
            Ok(()) => Ok(Parameters { body }),
            Err(_) => Err(invalid_layout()),
        }
    }
}

impl std::fmt::Debug for Parameters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = String::from_utf8_lossy;
        f.debug_map().entries(self.iter().map(|(name, value)| (text(name), text(value)))).finish()
    }
}

fn invalid_layout() -> PeerError {
    PeerError::fatal(
        SqlState::PROTOCOL_VIOLATION,
        "invalid startup packet layout: expected terminator as last byte",
    )
}

/// Requests pretend to be versions of a major protocol 1234.
const fn request_code(minor: u32) -> u32 {
    (1234 << 16) | minor
}

const MAX_CANCEL_KEY: usize = 256;
