//! The loop after the login.

use super::event::Event;
use crate::{
    Oid, SqlState,
    error::{Malformed, Misuse, PeerError},
    limits::Limits,
    message::{
        BackendMessage, Bind, Close, CopyData, CopyFail, Describe, Encode, ErrorFields,
        ErrorResponse, Execute, Flush, FrontendTag, FunctionCall, Parse, Query, ReadyForQuery,
        Sync, Target, TransactionStatus,
    },
    state::{Conversation, Kind, Phase, Request, Verdict},
    wire::{
        Input, Reader,
        frame::{self, HEADER},
    },
};

/// A connection past its login: bytes in, events out; messages in, bytes out.
///
/// The server calls [`receive`](Self::receive) and answers each [`Event`] by
/// [`send`](Self::send), [`fail`](Self::fail) and [`ready`](Self::ready). What the protocol decides
/// happens inside: what is skipped after an error, what means nothing where it comes, what ends the
/// connection. A server never asks for the state and cannot break it: what must not be sent now is
/// [`Misuse`], and nothing is written.
///
/// The buffers belong to the caller. When to write is the server's decision: PostgreSQL writes at
/// ReadyForQuery, at a Flush, after an error, and when its buffer is full.
#[derive(Debug)]
pub struct Connection {
    conversation: Conversation,
    /// Limits of the length word: of small messages and of large ones.
    small: u32,
    large: u32,
    /// Bytes of a message that is dropped as it arrives.
    dropping: u32,
    /// Messages that nobody heard of.
    skipped: u32,
}

impl Connection {
    pub(super) fn new(limits: &Limits) -> Connection {
        Connection {
            conversation: Conversation::new(),
            small: limits.small,
            large: limits.large,
            dropping: 0,
            skipped: 0,
        }
    }

    /// Takes the next message that wants something from `input`; `None` until more bytes have
    /// come. Of a `BytesMut` an event owns its bytes, of a `&[u8]` it borrows them. Either is shortened
    /// by what was taken, whatever is returned: what is skipped is taken, too. Who keeps the bytes of
    /// a `&[u8]` elsewhere must drop as many there before asking again.
    ///
    /// A message may be taken before those before it are answered; their answers are owed in that
    /// order. Only the data of a COPY cannot be told from noise while it is open whether a COPY
    /// will begin: then this returns `None` too, so a server that takes messages ahead asks again
    /// after each answer.
    ///
    /// # Errors
    ///
    /// [Fatal](PeerError::is_fatal): the connection is over; the last words are
    /// [`PeerError::encode`]'s, none if the error [is silent](PeerError::is_silent). Otherwise the
    /// error is the answer to a message with a malformed body and must be given to
    /// [`fail`](Self::fail), followed by [`ready`](Self::ready) if [`owes_ready`](Self::owes_ready)
    /// says so; the connection goes on (unless the next call says that it is lost, as after
    /// anything but data in CopyIn).
    #[inline]
    pub fn receive<I: Input>(
        &mut self,
        input: &mut I,
    ) -> Result<Option<Event<I::Body>>, PeerError> {
        loop {
            if self.dropping > 0 && !self.drop_rest(input) {
                return Ok(None);
            }
            let phase = self.conversation.phase();
            if phase == Phase::Lost {
                return Err(self.lost());
            }
            let Some(tag) = frame::peek_tag(input.as_ref()) else { return Ok(None) };
            let tag = FrontendTag(tag);
            match phase {
                Phase::CopyIn(_) | Phase::CopyBoth | Phase::CopyBothIn => {
                    if let Some(error) = self.check_in_copy(tag) {
                        return Err(error);
                    }
                }
                Phase::Closed => return Ok(None),
                _ => {}
            }
            // The type is judged before the length is believed.
            let Some(limit) = self.limit(tag) else { return Err(self.unknown(tag)) };
            let Some(header) = frame::peek(input.as_ref()) else { return Ok(None) };
            let length = match header.frame_length(limit) {
                Ok(length) => length,
                Err(error) => return Err(self.impossible_length(error)),
            };
            if self.is_dropped(tag) {
                self.skipped = self.skipped.saturating_add(1);
                self.drop(input, length);
                continue;
            }
            let Some(body) = input.as_ref().get(HEADER..length) else { return Ok(None) };
            match self.conversation.request(kind(tag, body)) {
                Request::Taken => {}
                Request::Early => return Ok(None),
                Request::Ignored | Request::Illegal => {
                    self.skipped = self.skipped.saturating_add(1);
                    input.advance(length);
                    continue;
                }
            }
            // What it is decides what its answer is, even if it cannot be read.
            return decode(tag, input, length);
        }
    }

    /// Appends a message to `output`.
    ///
    /// # Errors
    ///
    /// [`Misuse`] if it must not be sent now, or cannot be written at all; nothing is written then,
    /// and nothing has changed. Errors are sent by [`fail`](Self::fail).
    #[inline]
    pub fn send<M: BackendMessage>(
        &mut self,
        message: &M,
        output: &mut Vec<u8>,
    ) -> Result<(), Misuse> {
        self.reply(const { Kind::of_backend(M::TAG) }, message, output)
    }

    /// Appends an error: the answer to the message in hand.
    ///
    /// If that belongs to the extended protocol, everything up to the Sync is skipped from now on;
    /// after a Query, a FunctionCall or a Sync the server still owes [`ready`](Self::ready). An
    /// error whose severity is `FATAL` or `PANIC` may be sent at any time and is the last message.
    ///
    /// # Errors
    ///
    /// [`Misuse`] if the error is not fatal and nothing is in hand, not even a Flush.
    pub fn fail(&mut self, error: &ErrorResponse, output: &mut Vec<u8>) -> Result<(), Misuse> {
        let kind = if is_fatal(&error.fields) { Kind::Fatal } else { Kind::Error };
        self.reply(kind, error, output)
    }

    /// Appends ReadyForQuery: the end of the answer to a Query, a FunctionCall or a Sync.
    ///
    /// # Errors
    ///
    /// [`Misuse`] if none is owed, or the Query is not answered: even an empty one is owed
    /// EmptyQueryResponse.
    #[inline]
    pub fn ready(&mut self, status: TransactionStatus, output: &mut Vec<u8>) -> Result<(), Misuse> {
        self.send(&ReadyForQuery { status }, output)
    }

    /// Whether DataRows may be written now, so that a server may append them to the output itself.
    #[inline]
    pub fn may_send_rows(&self) -> bool {
        self.conversation.permits(Kind::DataRow)
    }

    /// Whether CopyData may be written now, so that a server may append it to the output itself.
    #[inline]
    pub fn may_send_copy_data(&self) -> bool {
        self.conversation.permits(Kind::CopyData)
    }

    /// Whether what is in hand ends with ReadyForQuery: true for a Query, a FunctionCall, a Sync.
    #[inline]
    pub fn owes_ready(&self) -> bool {
        self.conversation.phase().owes_ready()
    }

    /// Whether the client is to send the data of a COPY.
    #[inline]
    pub fn is_copying_in(&self) -> bool {
        matches!(self.conversation.phase(), Phase::CopyIn(_) | Phase::CopyBoth | Phase::CopyBothIn)
    }

    /// How many messages meant nothing, because of an error before them or where they came, since
    /// this was asked before.
    pub fn take_skipped(&mut self) -> u32 {
        std::mem::take(&mut self.skipped)
    }

    /// How many messages of the client are owed an answer.
    pub fn owed(&self) -> usize {
        self.conversation.owed()
    }

    #[inline]
    fn reply<M: Encode>(
        &mut self,
        kind: Kind,
        message: &M,
        output: &mut Vec<u8>,
    ) -> Result<(), Misuse> {
        let start = output.len();
        match self.conversation.judge_reply(kind) {
            Verdict::Illegal => return Err(self.misplaced(kind)),
            Verdict::Ignored => {
                // It must be one that could be written.
                message.encode(output)?;
                output.truncate(start);
            }
            Verdict::Next(phase) => {
                message.encode(output)?;
                self.conversation.enter(phase);
            }
        }
        Ok(())
    }

    /// The limit of the length word; `None` for a type that is none after the login.
    #[inline]
    fn limit(&self, tag: FrontendTag) -> Option<u32> {
        let limits = Limits { small: self.small, large: self.large, ..Limits::POSTGRESQL };
        limits.frontend(tag)
    }

    /// Whether a message is dropped whatever is in it.
    #[inline]
    fn is_dropped(&self, tag: FrontendTag) -> bool {
        match self.conversation.phase() {
            Phase::Skipping => !matches!(tag, FrontendTag::SYNC | FrontendTag::TERMINATE),
            Phase::CopyIn(_) => matches!(tag, FrontendTag::FLUSH | FrontendTag::SYNC),
            _ => false,
        }
    }

    /// Drops a message as it arrives: it need not fit into memory.
    fn drop(&mut self, input: &mut impl Input, length: usize) {
        let here = length.min(input.remaining());
        input.advance(here);
        self.dropping = u32::try_from(length.saturating_sub(here)).unwrap_or(u32::MAX);
    }

    /// Drops more of it; whether that was all.
    #[cold]
    fn drop_rest(&mut self, input: &mut impl Input) -> bool {
        let rest = usize::try_from(self.dropping).unwrap_or(usize::MAX);
        self.drop(input, rest);
        self.dropping == 0
    }

    /// In a COPY the type alone decides, before the length is looked at.
    #[inline]
    fn check_in_copy(&mut self, tag: FrontendTag) -> Option<PeerError> {
        match tag {
            FrontendTag::COPY_DATA | FrontendTag::COPY_DONE => None,
            _ => self.check_no_data_in_copy(tag),
        }
    }

    #[cold]
    fn check_no_data_in_copy(&mut self, tag: FrontendTag) -> Option<PeerError> {
        let FrontendTag(byte) = tag;
        if !matches!(self.conversation.phase(), Phase::CopyIn(_)) {
            if tag == FrontendTag::TERMINATE {
                return None;
            }
            let byte = byte.escape_ascii();
            let error = PeerError::fatal(
                SqlState::PROTOCOL_VIOLATION,
                format!("invalid standby message type \"{byte}\""),
            );
            return Some(self.close(error));
        }
        match tag {
            FrontendTag::COPY_FAIL | FrontendTag::FLUSH | FrontendTag::SYNC => None,
            _ => {
                self.conversation.request(Kind::of_frontend(tag));
                Some(PeerError::error(
                    SqlState::PROTOCOL_VIOLATION,
                    format!("unexpected message type 0x{byte:02X} during COPY from stdin"),
                ))
            }
        }
    }

    /// PostgreSQL closes without a word; within a COPY it has words, though not for the client.
    #[cold]
    fn impossible_length(&mut self, error: PeerError) -> PeerError {
        if !matches!(self.conversation.phase(), Phase::CopyIn(_)) {
            return self.close(error);
        }
        self.end_of_data()
    }

    /// The client's side of the connection ended where the data of a COPY was to come: what is told
    /// of that, if it still listens.
    #[cold]
    pub fn end_of_data(&mut self) -> PeerError {
        // Like any message that is no data.
        self.conversation.request(Kind::Login);
        PeerError::error(
            SqlState::CONNECTION_FAILURE,
            "unexpected EOF on client connection with an open transaction",
        )
    }

    #[cold]
    fn lost(&mut self) -> PeerError {
        self.close(PeerError::fatal(
            SqlState::PROTOCOL_VIOLATION,
            "terminating connection because protocol synchronization was lost",
        ))
    }

    #[cold]
    fn unknown(&mut self, FrontendTag(byte): FrontendTag) -> PeerError {
        self.close(PeerError::fatal(
            SqlState::PROTOCOL_VIOLATION,
            format!("invalid frontend message type {byte}"),
        ))
    }

    /// Nothing is taken and nothing is sent from now on.
    #[cold]
    fn close(&mut self, error: PeerError) -> PeerError {
        self.conversation.reply(Kind::Fatal);
        error
    }

    #[cold]
    fn misplaced(&self, kind: Kind) -> Misuse {
        let phase = self.conversation.phase();
        Misuse::new(format!("{kind:?} must not be sent in the phase {phase:?}"))
    }
}

/// Splits the first message off `input` and reads it.
///
/// Returns what `receive` does: an event is large, and each conversion moves it once more.
#[inline]
fn decode<I: Input>(
    tag: FrontendTag,
    input: &mut I,
    length: usize,
) -> Result<Option<Event<I::Body>>, PeerError> {
    let body = frame::split(input, length).unwrap_or_default();
    Ok(Some(match tag {
        FrontendTag::BIND => match Bind::read(body)? {
            Ok(bind) => Event::Bind(bind),
            Err(malformed) => Event::MalformedBind(malformed),
        },
        FrontendTag::CLOSE => Event::Close(Close::decode(body)?),
        FrontendTag::COPY_DATA => Event::CopyData(CopyData::decode(body)),
        FrontendTag::COPY_DONE => Event::CopyDone,
        FrontendTag::COPY_FAIL => Event::CopyFail(CopyFail::decode(body)?),
        FrontendTag::DESCRIBE => Event::Describe(Describe::decode(body)?),
        FrontendTag::EXECUTE => Event::Execute(Execute::decode(body)?),
        FrontendTag::FLUSH => Flush::decode(body).map(|_| Event::Flush)?,
        FrontendTag::FUNCTION_CALL => {
            let function = Oid(Reader::new(body.as_ref()).u32()?);
            let arguments = FunctionCall::<I::Body>::announced(body.as_ref());
            match FunctionCall::decode(body) {
                Ok(call) => Event::FunctionCall(call),
                Err(error) => Event::MalformedCall { function, arguments, error },
            }
        }
        FrontendTag::PARSE => Event::Parse(Parse::decode(body)?),
        FrontendTag::QUERY => Event::Query(Query::decode(body)?),
        FrontendTag::SYNC => Sync::decode(body).map(|_| Event::Sync)?,
        FrontendTag::TERMINATE => Event::Terminate,
        FrontendTag(byte) => return Err(Malformed::MessageType(byte).into()),
    }))
}

/// What a message is to the conversation.
#[inline]
fn kind(tag: FrontendTag, body: &[u8]) -> Kind {
    match tag {
        FrontendTag::DESCRIBE if body.first() == Some(&Target::Portal.byte()) => {
            Kind::DescribePortal
        }
        // Owed no answer, unless it is malformed.
        FrontendTag::FLUSH if !body.is_empty() => Kind::MalformedExtended,
        tag => Kind::of_frontend(tag),
    }
}

/// Whether an error ends the connection.
pub(crate) fn is_fatal(fields: &ErrorFields) -> bool {
    matches!(fields.severity().as_ref(), "FATAL" | "PANIC")
}
