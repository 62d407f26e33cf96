//! The state of the session: who it is, what it is set to, whether it is ready.

use bytes::{Buf, Bytes};

use super::{BackendMessage, BackendTag, Encode, PgStr, ProtocolVersion};
use crate::{
    error::{Malformed, Misuse},
    wire::{Reader, frame, put_string},
};

/// BackendKeyData: what a CancelRequest must present.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BackendKeyData<K = Bytes> {
    /// The process of the session.
    pub process_id: i32,
    /// The secret: 4 bytes in protocol 3.0, up to 256 in 3.2.
    pub key: K,
}

impl BackendKeyData {
    /// Decodes the body. A key of any length is taken: which are legal depends on the version.
    pub fn decode(mut body: Bytes) -> Result<BackendKeyData, Malformed> {
        let process_id = Reader::new(&body).i32()?;
        body.advance(4);
        Ok(BackendKeyData { process_id, key: body })
    }
}

impl<K: AsRef<[u8]>> Encode for BackendKeyData<K> {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| {
            out.extend_from_slice(&self.process_id.to_be_bytes());
            out.extend_from_slice(self.key.as_ref());
            Ok(())
        })
    }
}

impl<K: AsRef<[u8]>> BackendMessage for BackendKeyData<K> {
    const TAG: BackendTag = BackendTag::BACKEND_KEY_DATA;
}

impl<K> std::fmt::Debug for BackendKeyData<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The key is a secret.
        f.debug_struct("BackendKeyData")
            .field("process_id", &self.process_id)
            .finish_non_exhaustive()
    }
}

/// ParameterStatus: a setting that clients care about, at login and when it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterStatus<S = PgStr> {
    /// The setting.
    pub name: S,
    /// Its value.
    pub value: S,
}

impl ParameterStatus {
    /// Decodes the body.
    pub fn decode(mut body: Bytes) -> Result<ParameterStatus, Malformed> {
        let name = PgStr::take(&mut body)?;
        Ok(ParameterStatus { name, value: PgStr::only(body)? })
    }
}

impl<S: AsRef<[u8]>> Encode for ParameterStatus<S> {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| {
            put_string(out, self.name.as_ref())?;
            put_string(out, self.value.as_ref())
        })
    }
}

impl<S: AsRef<[u8]>> BackendMessage for ParameterStatus<S> {
    const TAG: BackendTag = BackendTag::PARAMETER_STATUS;
}

/// Where the session stands in its transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TransactionStatus {
    /// `I`: in none.
    #[default]
    Idle,
    /// `T`: in one.
    InTransaction,
    /// `E`: in one that failed; everything but its end is refused.
    Failed,
}

impl TransactionStatus {
    /// The byte on the wire.
    pub const fn byte(self) -> u8 {
        match self {
            TransactionStatus::Idle => b'I',
            TransactionStatus::InTransaction => b'T',
            TransactionStatus::Failed => b'E',
        }
    }
}

/// ReadyForQuery: everything before is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadyForQuery {
    /// Where the session stands in its transaction.
    pub status: TransactionStatus,
}

impl ReadyForQuery {
    /// Decodes the body.
    #[inline]
    pub fn decode(body: Bytes) -> Result<ReadyForQuery, Malformed> {
        let mut reader = Reader::new(&body);
        let status = match reader.u8()? {
            b'I' => TransactionStatus::Idle,
            b'T' => TransactionStatus::InTransaction,
            b'E' => TransactionStatus::Failed,
            other => return Err(Malformed::TransactionStatus(other)),
        };
        reader.finish()?;
        Ok(ReadyForQuery { status })
    }
}

impl Encode for ReadyForQuery {
    #[inline]
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        out.extend_from_slice(&[Self::TAG.0, 0, 0, 0, 5, self.status.byte()]);
        Ok(())
    }
}

impl BackendMessage for ReadyForQuery {
    const TAG: BackendTag = BackendTag::READY_FOR_QUERY;
}

/// NotificationResponse: what NOTIFY sent to a channel listened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotificationResponse<S = PgStr> {
    /// The process that notified.
    pub process_id: i32,
    /// The channel, below 64 bytes.
    pub channel: S,
    /// The payload, below 8000 bytes.
    pub payload: S,
}

impl NotificationResponse {
    /// Decodes the body.
    pub fn decode(mut body: Bytes) -> Result<NotificationResponse, Malformed> {
        let process_id = Reader::new(&body).i32()?;
        body.advance(4);
        let channel = PgStr::take(&mut body)?;
        Ok(NotificationResponse { process_id, channel, payload: PgStr::only(body)? })
    }
}

impl<S: AsRef<[u8]>> Encode for NotificationResponse<S> {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| {
            out.extend_from_slice(&self.process_id.to_be_bytes());
            put_string(out, self.channel.as_ref())?;
            put_string(out, self.payload.as_ref())
        })
    }
}

impl<S: AsRef<[u8]>> BackendMessage for NotificationResponse<S> {
    const TAG: BackendTag = BackendTag::NOTIFICATION_RESPONSE;
}

/// NegotiateProtocolVersion: the version and options asked for are not all known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NegotiateProtocolVersion {
    /// The version that will be spoken. The documentation calls it the newest minor version; on
    /// the wire it is the whole version word, 0x00030002.
    pub version: ProtocolVersion,
    /// The protocol options (`_pq_.…`) that were not understood.
    pub options: Vec<PgStr>,
}

impl NegotiateProtocolVersion {
    /// Decodes the body.
    pub fn decode(mut body: Bytes) -> Result<NegotiateProtocolVersion, Malformed> {
        let mut reader = Reader::new(&body);
        let version = ProtocolVersion(reader.u32()?);
        let count = reader.i32()?;
        body.advance(8);
        let count = u32::try_from(count).map_err(|_| Malformed::Count(count))?;
        // Grows with what is really there: the count is not believed.
        let mut options = Vec::new();
        for _ in 0..count {
            options.push(PgStr::take(&mut body)?);
        }
        Reader::new(&body).finish()?;
        Ok(NegotiateProtocolVersion { version, options })
    }
}

impl Encode for NegotiateProtocolVersion {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| {
            out.extend_from_slice(&self.version.0.to_be_bytes());
            let count = self.options.len();
            let count = i32::try_from(count).map_err(|_| Misuse::too_many(0x7fff_ffff))?;
            out.extend_from_slice(&count.to_be_bytes());
            self.options.iter().try_for_each(|option| put_string(out, option.as_bytes()))
        })
    }
}

impl BackendMessage for NegotiateProtocolVersion {
    const TAG: BackendTag = BackendTag::NEGOTIATE_PROTOCOL_VERSION;
}
