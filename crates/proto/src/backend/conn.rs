//! The loop after the login.

use bytes::BytesMut;

use crate::error::{Malformed, Misuse, PeerError};
use crate::limits::Limits;
use crate::message::{
    AnyFrontend, BackendMessage, BackendTag, Encode, ErrorResponse, FrontendTag, ReadyForQuery,
    TransactionStatus,
};
use crate::wire::frame;

/// A message of the client that wants an answer.
pub type Event = AnyFrontend;

/// A connection past its login: bytes in, events out; messages in, bytes out.
#[derive(Debug)]
pub struct Connection {
    limits: Limits,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Waiting for a message, or answering one of the extended protocol.
    Open,
    /// Answering a Query or FunctionCall: a ReadyForQuery is owed.
    Simple,
    /// After an error in the extended protocol: everything is dropped up to the Sync.
    Skipping,
}

impl Connection {
    pub(super) fn new(limits: Limits) -> Connection {
        Connection { limits, phase: Phase::Open }
    }

    /// The next message that wants an answer; `None` until more bytes have come.
    ///
    /// What is to be skipped after an error is skipped here.
    ///
    /// # Errors
    ///
    /// A fatal one ends the connection, without a word if it is silent. One that is not fatal is to
    /// be answered by [`fail`](Connection::fail) as any error of the server's own.
    pub fn receive(&mut self, input: &mut BytesMut) -> Result<Option<Event>, PeerError> {
        loop {
            let Some(tag) = frame::peek_tag(input) else { return Ok(None) };
            let tag = FrontendTag(tag);
            // The type is judged before the length is believed.
            let Some(limit) = self.limits.frontend(tag) else {
                return Err(PeerError::from(Malformed::MessageType(tag.0)).into_fatal());
            };
            let Some(header) = frame::peek(input) else { return Ok(None) };
            let length = header.frame_length(limit)?;
            let Some(body) = frame::split(input, length) else { return Ok(None) };
            match (self.phase, tag) {
                (_, FrontendTag::TERMINATE) => {}
                (Phase::Skipping, FrontendTag::SYNC) => self.phase = Phase::Open,
                (Phase::Skipping, _) => continue,
                // Outside of COPY its messages mean nothing, and are no error.
                (_, FrontendTag::COPY_DATA | FrontendTag::COPY_DONE | FrontendTag::COPY_FAIL) => {
                    continue;
                }
                (_, FrontendTag::QUERY | FrontendTag::FUNCTION_CALL) => self.phase = Phase::Simple,
                _ => self.phase = Phase::Open,
            }
            return Ok(Some(AnyFrontend::decode(tag, body)?));
        }
    }

    /// Writes a message.
    ///
    /// # Errors
    ///
    /// A message that cannot be written, or not now; nothing is written then.
    #[inline]
    pub fn send<M: BackendMessage>(
        &mut self,
        message: &M,
        output: &mut Vec<u8>,
    ) -> Result<(), Misuse> {
        if self.phase == Phase::Skipping && !is_asynchronous(M::TAG) {
            return Err(Misuse::new("after an error only the Sync is answered"));
        }
        message.encode(output)
    }

    /// Writes an error for the message in hand; in the extended protocol everything up to the
    /// Sync is dropped from now on.
    ///
    /// # Errors
    ///
    /// As for [`send`](Connection::send).
    pub fn fail(&mut self, error: &ErrorResponse, output: &mut Vec<u8>) -> Result<(), Misuse> {
        error.encode(output)?;
        if self.phase == Phase::Open {
            self.phase = Phase::Skipping;
        }
        Ok(())
    }

    /// Writes ReadyForQuery: the end of the answer to a Query, a FunctionCall or a Sync.
    ///
    /// # Errors
    ///
    /// As for [`send`](Connection::send).
    pub fn ready(&mut self, status: TransactionStatus, output: &mut Vec<u8>) -> Result<(), Misuse> {
        self.phase = Phase::Open;
        ReadyForQuery { status }.encode(output)
    }
}

/// Whether a message may come at any time.
fn is_asynchronous(tag: BackendTag) -> bool {
    matches!(
        tag,
        BackendTag::NOTICE_RESPONSE
            | BackendTag::NOTIFICATION_RESPONSE
            | BackendTag::PARAMETER_STATUS
            | BackendTag::ERROR_RESPONSE
    )
}
