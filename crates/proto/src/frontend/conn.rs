//! The loop after the login.

use bytes::{Buf, Bytes, BytesMut};

use super::event::Event;
use crate::{
    SqlState,
    error::{Malformed, Misuse, PeerError},
    limits::Limits,
    message::{
        BackendKeyData, BackendTag, CommandComplete, CopyBothResponse, CopyData, CopyInResponse,
        CopyOutResponse, DataRow, ErrorResponse, FrontendMessage, FrontendTag,
        FunctionCallResponse, NoticeResponse, NotificationResponse, ParameterDescription,
        ParameterStatus, ProtocolVersion, ReadyForQuery, RowDescription,
    },
    state::{Conversation, Kind, Phase, Request, Verdict},
    wire::frame::{self, HEADER},
};

/// A connection past AuthenticationOk: messages in, bytes out; bytes in, events out.
///
/// Messages may be sent ahead of the answers to those before them (a pipeline); the answers come
/// in order. A message that must not be sent now is [`Misuse`], an answer that must not come is a
/// [`PeerError`].
///
/// The first events are the server's settings, its cancel key, and [`Event::Ready`]; messages may
/// be sent before.
#[derive(Debug)]
pub struct Connection {
    conversation: Conversation,
    limits: Limits,
    version: ProtocolVersion,
}

impl Connection {
    pub(super) fn new(limits: &Limits, version: ProtocolVersion) -> Connection {
        Connection { conversation: Conversation::starting(), limits: *limits, version }
    }

    /// The version agreed on.
    pub fn version(&self) -> ProtocolVersion {
        self.version
    }

    /// How many messages are owed an answer.
    pub fn owed(&self) -> usize {
        self.conversation.owed()
    }

    /// Whether the server waits for the data of a COPY.
    pub fn may_send_copy_data(&self) -> bool {
        matches!(self.conversation.phase(), Phase::CopyIn(_) | Phase::CopyBoth | Phase::CopyBothIn)
    }

    /// Appends a message to `output`.
    ///
    /// After an error has ended a COPY, its data means nothing any more and is not written: a
    /// client that streams need not look for errors before each piece.
    ///
    /// # Errors
    ///
    /// [`Misuse`] if it must not be sent now, or cannot be written at all; nothing is written then,
    /// and nothing has changed. Within a COPY that is everything but its data (and Terminate): a
    /// server drops a Sync there, which then never gets its ReadyForQuery, and leaves for anything
    /// else.
    #[inline]
    pub fn send<M: FrontendMessage>(
        &mut self,
        message: &M,
        output: &mut Vec<u8>,
    ) -> Result<(), Misuse> {
        let start = output.len();
        message.encode(output)?;
        let kind = match M::TAG {
            FrontendTag::DESCRIBE => described(output.get(start.saturating_add(HEADER)..)),
            tag => Kind::of_frontend(tag),
        };
        self.admit(kind)
            .map(|is_written| {
                if !is_written {
                    output.truncate(start);
                }
            })
            .inspect_err(|_| output.truncate(start))
    }

    /// Takes the next message from `input`; `None` until more bytes have come.
    ///
    /// # Errors
    ///
    /// All end the connection: what comes after a message that is not understood cannot be.
    #[inline]
    pub fn receive(&mut self, input: &mut BytesMut) -> Result<Option<Event>, PeerError> {
        let Some(tag) = frame::peek_tag(input) else { return Ok(None) };
        let tag = BackendTag(tag);
        let Some(limit) = self.limits.backend(tag) else {
            return Err(self.close(Malformed::MessageType(tag.0).into()));
        };
        let Some(header) = frame::peek(input) else { return Ok(None) };
        let length = match header.frame_length(limit) {
            Ok(length) => length,
            Err(error) => return Err(self.close(error)),
        };
        if input.len() < length {
            return Ok(None);
        }
        let event = match decode(tag, input, length) {
            Ok(event) => event,
            Err(malformed) => return Err(self.close(malformed.into())),
        };
        let kind = match &event {
            Event::Error(error) if super::is_fatal(error) => Kind::Fatal,
            Event::BackendKeyData(key) => {
                self.check_key(key)?;
                Kind::BackendKeyData
            }
            _ => Kind::of_backend(tag),
        };
        match self.conversation.reply(kind) {
            Verdict::Next(_) => Ok(Some(event)),
            // A server in distress says so when it wants.
            _ if kind == Kind::Error => Ok(Some(event)),
            Verdict::Ignored | Verdict::Illegal => Err(self.unexpected(kind)),
        }
    }

    /// Whether a message is to be written.
    #[inline]
    fn admit(&mut self, kind: Kind) -> Result<bool, Misuse> {
        if let Phase::CopyIn(_) = self.conversation.phase() {
            match kind {
                Kind::CopyData | Kind::CopyDone | Kind::CopyFail => {}
                Kind::Terminate => {
                    self.conversation.reply(Kind::Fatal);
                    return Ok(true);
                }
                _ => return Err(self.misplaced(kind)),
            }
        }
        match self.conversation.request(kind) {
            Request::Taken => Ok(true),
            // What is skipped after an error is written all the same: the Sync behind it counts.
            Request::Ignored => {
                Ok(!matches!(kind, Kind::CopyData | Kind::CopyDone | Kind::CopyFail))
            }
            Request::Early | Request::Illegal => Err(self.misplaced(kind)),
        }
    }

    fn check_key(&mut self, data: &BackendKeyData) -> Result<(), PeerError> {
        let length = data.key.len();
        let is_legal = match self.version >= ProtocolVersion::V3_2 {
            true => (4..=256).contains(&length),
            false => length == 4,
        };
        if is_legal {
            return Ok(());
        }
        let version = self.version;
        let message = format!("a cancel key of {length} bytes in protocol {version}");
        Err(self.close(PeerError::fatal(SqlState::PROTOCOL_VIOLATION, message)))
    }

    #[cold]
    fn close(&mut self, error: PeerError) -> PeerError {
        self.conversation.reply(Kind::Fatal);
        error.into_fatal()
    }

    #[cold]
    fn unexpected(&mut self, kind: Kind) -> PeerError {
        let phase = self.conversation.phase();
        let message = format!("{kind:?} must not come in the phase {phase:?}");
        self.close(PeerError::fatal(SqlState::PROTOCOL_VIOLATION, message))
    }

    #[cold]
    fn misplaced(&self, kind: Kind) -> Misuse {
        let phase = self.conversation.phase();
        Misuse::new(format!("{kind:?} must not be sent in the phase {phase:?}"))
    }
}

/// Which Describe a body is.
fn described(body: Option<&[u8]>) -> Kind {
    match body.and_then(<[u8]>::first) {
        Some(b'P') => Kind::DescribePortal,
        _ => Kind::DescribeStatement,
    }
}

/// Splits the first message off `input` and reads it.
#[inline]
fn decode(tag: BackendTag, input: &mut BytesMut, length: usize) -> Result<Event, Malformed> {
    // Messages without a body need no reference to the input.
    if length == HEADER {
        input.advance(length);
        return match tag {
            BackendTag::BIND_COMPLETE => Ok(Event::BindComplete),
            BackendTag::CLOSE_COMPLETE => Ok(Event::CloseComplete),
            BackendTag::COPY_DATA => Ok(Event::CopyData(CopyData::decode(Bytes::new()))),
            BackendTag::COPY_DONE => Ok(Event::CopyDone),
            BackendTag::EMPTY_QUERY_RESPONSE => Ok(Event::EmptyQuery),
            BackendTag::NO_DATA => Ok(Event::NoData),
            BackendTag::PARSE_COMPLETE => Ok(Event::ParseComplete),
            BackendTag::PORTAL_SUSPENDED => Ok(Event::PortalSuspended),
            _ => Err(Malformed::InsufficientData),
        };
    }
    let body = frame::split(input, length).unwrap_or_default();
    Ok(match tag {
        BackendTag::DATA_ROW => Event::Row(DataRow::decode(body)?),
        BackendTag::COPY_DATA => Event::CopyData(CopyData::decode(body)),
        BackendTag::BACKEND_KEY_DATA => Event::BackendKeyData(BackendKeyData::decode(body)?),
        BackendTag::COMMAND_COMPLETE => Event::CommandComplete(CommandComplete::decode(body)?),
        BackendTag::COPY_BOTH_RESPONSE => Event::CopyBoth(CopyBothResponse::decode(body)?),
        BackendTag::COPY_IN_RESPONSE => Event::CopyIn(CopyInResponse::decode(body)?),
        BackendTag::COPY_OUT_RESPONSE => Event::CopyOut(CopyOutResponse::decode(body)?),
        BackendTag::ERROR_RESPONSE => Event::Error(ErrorResponse::decode(body)?),
        BackendTag::FUNCTION_CALL_RESPONSE => {
            Event::FunctionCall(FunctionCallResponse::decode(body)?)
        }
        BackendTag::NOTICE_RESPONSE => Event::Notice(NoticeResponse::decode(body)?),
        BackendTag::NOTIFICATION_RESPONSE => {
            Event::Notification(NotificationResponse::decode(body)?)
        }
        BackendTag::PARAMETER_DESCRIPTION => {
            Event::ParameterDescription(ParameterDescription::decode(body)?)
        }
        BackendTag::PARAMETER_STATUS => Event::ParameterStatus(ParameterStatus::decode(body)?),
        BackendTag::READY_FOR_QUERY => Event::Ready(ReadyForQuery::decode(body)?.status),
        BackendTag::ROW_DESCRIPTION => Event::RowDescription(RowDescription::decode(body)?),
        _ => return Err(Malformed::TrailingData),
    })
}
