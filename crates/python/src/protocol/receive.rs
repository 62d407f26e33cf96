//! The next message out of what has been received.

use bytes::Bytes;
use pyo3::prelude::*;
use trunkline_proto::{
    Malformed, PeerError, SqlState,
    message::{AnyBackend, AnyFrontend, BackendTag, DataRow, FrontendTag, StartupPacket, Target},
    state::{Kind, Phase as TablePhase, Sender},
    wire::frame::{self, HEADER},
};

use super::{
    codec::Codec,
    decode, error,
    login::{Stage, Step as LoginStep},
    machine::Outcome,
    message::{Side, Step},
};

/// Why there is no message.
pub(super) enum Failure {
    /// The peer erred.
    Peer(PeerError),
    Python(PyErr),
}

impl From<PyErr> for Failure {
    fn from(error: PyErr) -> Failure {
        Failure::Python(error)
    }
}

impl From<PeerError> for Failure {
    fn from(error: PeerError) -> Failure {
        Failure::Peer(error)
    }
}

type Received = Result<Option<Py<PyAny>>, Failure>;

/// During a login a server has no long words: what libpq takes.
const LONGEST_IN_LOGIN: u32 = 30000;

impl Codec {
    /// Takes the next message; `None` until more bytes have come, or something was sent that it
    /// waits for.
    #[inline]
    pub(super) fn next(&mut self, py: Python<'_>) -> Received {
        match (self.side, self.machine.stage()) {
            (_, None) if self.strict && self.machine.table_phase() == TablePhase::Closed => {
                self.input.clear();
                Ok(None)
            }
            // What comes before the answer must not be read as if it were encrypted.
            (Sender::Backend, Some(Stage::Ssl | Stage::GssEnc)) if self.strict => Ok(None),
            (Sender::Frontend, Some(Stage::Ssl | Stage::GssEnc)) => self.next_answer(py),
            (Sender::Frontend, _) => self.next_of_backend(py),
            (Sender::Backend, Some(Stage::Startup { .. } | Stage::Ssl | Stage::GssEnc)) => {
                self.next_packet(py)
            }
            (Sender::Backend, _) => self.next_of_frontend(py),
        }
    }

    /// A packet without a type byte.
    fn next_packet(&mut self, py: Python<'_>) -> Received {
        let Some(length) = frame::peek_untyped(self.input.rest()) else { return Ok(None) };
        let length = match self.machine.limits.startup_length(length) {
            Ok(length) => length,
            Err(error) => return Err(self.end(error).into()),
        };
        let Some(body) = self.input.rest().get(4..length) else { return Ok(None) };
        let packet = match StartupPacket::decode(Bytes::copy_from_slice(body)) {
            Ok(packet) => packet,
            Err(error) => return Err(self.end(error).into()),
        };
        let step = match &packet {
            StartupPacket::Cancel(_) => LoginStep::Cancel,
            StartupPacket::GssEnc(_) => LoginStep::GssEncRequest,
            StartupPacket::Ssl(_) => LoginStep::SslRequest,
            StartupPacket::Startup(_) => LoginStep::Startup,
            other => {
                let version = match other {
                    StartupPacket::Unsupported(version) => version.to_string(),
                    _ => "of an unknown kind".to_owned(),
                };
                let message =
                    format!("unsupported frontend protocol {version}: server supports 3.0 to 3.2");
                return Err(self
                    .end(PeerError::fatal(SqlState::FEATURE_NOT_SUPPORTED, message))
                    .into());
            }
        };
        self.admit(Step::Login(step))?;
        self.trace(true, length);
        let message = decode::packet(py, packet)?;
        self.input.take(length);
        Ok(message)
    }

    /// The byte that answers a request for encryption.
    fn next_answer(&mut self, py: Python<'_>) -> Received {
        let Some(&byte) = self.input.rest().first() else { return Ok(None) };
        let is_ssl = self.machine.stage() == Some(Stage::Ssl);
        let (step, message) = match (is_ssl, byte) {
            // A server from before there was SSL.
            (_, b'E') => return self.next_of_backend(py),
            (true, b'S' | b'N') => {
                let accepted = byte == b'S';
                let message = super::message::made(py, super::startup::SSLResponse { accepted })?;
                (LoginStep::SslResponse(accepted), message)
            }
            (false, b'G' | b'N') => {
                let accepted = byte == b'G';
                let message =
                    super::message::made(py, super::startup::GSSENCResponse { accepted })?;
                (LoginStep::GssEncResponse(accepted), message)
            }
            _ => {
                let byte = byte.escape_ascii();
                let words =
                    format!("received invalid response to a request for encryption: {byte}");
                return Err(self.end(violation(words)).into());
            }
        };
        self.admit(Step::Login(step))?;
        self.trace(false, 1);
        self.input.take(1);
        let is_accepted =
            matches!(step, LoginStep::SslResponse(true) | LoginStep::GssEncResponse(true));
        if is_accepted && !self.input.rest().is_empty() {
            // Someone between us has put it there (CVE-2021-23222).
            return Err(self.end(violation("received unencrypted data after the answer")).into());
        }
        Ok(Some(message))
    }

    #[inline]
    fn next_of_backend(&mut self, py: Python<'_>) -> Received {
        let Some(tag) = frame::peek_tag(self.input.rest()) else { return Ok(None) };
        let tag = BackendTag(tag);
        let Some(limit) = self.machine.limits.backend(tag) else {
            return Err(self.end(Malformed::MessageType(tag.0).into()).into());
        };
        let limit =
            if self.machine.stage().is_some() { limit.min(LONGEST_IN_LOGIN) } else { limit };
        let Some(header) = frame::peek(self.input.rest()) else { return Ok(None) };
        let length = match header.frame_length(limit) {
            Ok(length) => length,
            Err(error) => return Err(self.end(error).into()),
        };
        let Some(body) = self.input.rest().get(HEADER..length) else { return Ok(None) };
        if tag == BackendTag::DATA_ROW {
            // The one that comes in thousands: not by way of an enum that owns its bytes.
            let row = match DataRow::decode(body) {
                Ok(row) => row,
                Err(malformed) => return Err(self.end(malformed.into()).into()),
            };
            let message = decode::row(py, &row)?;
            self.admit(Step::Loop(Kind::DataRow))?;
            self.trace(false, length);
            self.input.take(length);
            return Ok(Some(message));
        }
        let message = match AnyBackend::decode(tag, Bytes::copy_from_slice(body)) {
            Ok(message) => message,
            Err(malformed) => return Err(self.end(malformed.into()).into()),
        };
        let step = match &message {
            AnyBackend::Authentication(request) => {
                Step::Login(LoginStep::Authentication(request.code()))
            }
            AnyBackend::NegotiateProtocolVersion(_) => Step::Login(LoginStep::Negotiate),
            AnyBackend::ReadyForQuery(ready) => Step::Ready(ready.status),
            AnyBackend::ErrorResponse(response) => Step::Loop(error::kind(&response.fields)),
            _ => Step::Loop(Kind::of_backend(tag)),
        };
        self.admit(step)?;
        self.trace(false, length);
        let message = decode::backend(py, message)?;
        self.input.take(length);
        Ok(Some(message))
    }

    fn next_of_frontend(&mut self, py: Python<'_>) -> Received {
        loop {
            if self.strict && self.machine.table_phase() == TablePhase::Lost {
                let words = "terminating connection because protocol synchronization was lost";
                return Err(self.end(violation(words)).into());
            }
            let Some(tag) = frame::peek_tag(self.input.rest()) else { return Ok(None) };
            let tag = FrontendTag(tag);
            let limit = self.limit(tag)?;
            let Some(header) = frame::peek(self.input.rest()) else { return Ok(None) };
            let length = match header.frame_length(limit) {
                Ok(length) => length,
                Err(error) => return Err(self.end(error).into()),
            };
            if self.is_dropped(tag) {
                self.input.take(length);
                continue;
            }
            let Some(body) = self.input.rest().get(HEADER..length) else { return Ok(None) };
            let (stage, step) = (self.machine.stage(), step(tag, body, self.machine.stage()));
            match self.admit(step)? {
                Outcome::Wait => return Ok(None),
                Outcome::Drop => {
                    self.input.take(length);
                    continue;
                }
                Outcome::Pass | Outcome::Illegal => {}
            }
            self.trace(false, length);
            // What it is decides what its answer is, even if it cannot be read.
            let body = self.input.rest().get(HEADER..length).unwrap_or_default();
            let message = match AnyFrontend::decode(tag, body) {
                Ok(message) => decode::frontend(py, message, stage)?,
                Err(malformed) => Err(malformed),
            };
            self.input.take(length);
            return match message {
                Ok(message) => Ok(Some(message)),
                Err(malformed) if stage.is_some() => Err(self.end(malformed.into()).into()),
                Err(malformed) => Err(PeerError::from(malformed).into()),
            };
        }
    }

    /// How long a message of this type may be: the type is judged before the length is believed.
    fn limit(&mut self, tag: FrontendTag) -> Result<u32, PeerError> {
        let (stage, limits) = (self.machine.stage(), self.machine.limits);
        let known = limits.frontend(tag);
        if let Some(stage) = stage {
            let longest = match stage {
                Stage::SaslInitial | Stage::Sasl => limits.scram,
                _ => limits.password,
            };
            let is_expected = matches!(tag, FrontendTag::PASSWORD | FrontendTag::TERMINATE);
            if is_expected || (!self.strict && known.is_some()) {
                return Ok(longest);
            }
            let words = format!("expected password response, got message type {}", tag.0);
            return Err(self.end(violation(words)));
        }
        let is_data = matches!(
            tag,
            FrontendTag::COPY_DATA
                | FrontendTag::COPY_DONE
                | FrontendTag::COPY_FAIL
                | FrontendTag::FLUSH
                | FrontendTag::SYNC
        );
        let is_copying = matches!(self.machine.table_phase(), TablePhase::CopyIn(_));
        if self.strict && is_copying && !is_data {
            // The backend says so, and is lost.
            self.machine.pass(Sender::Frontend, Step::Loop(Kind::Query), false);
            self.input.clear();
            return Err(PeerError::error(
                SqlState::PROTOCOL_VIOLATION,
                format!("unexpected message type 0x{:02X} during COPY from stdin", tag.0),
            ));
        }
        match known {
            Some(limit) => Ok(limit),
            None if !self.strict && tag == FrontendTag::PASSWORD => Ok(limits.password),
            None => Err(self.end(violation(format!("invalid frontend message type {}", tag.0)))),
        }
    }

    /// Whether a message is dropped whatever is in it: it need not fit into memory.
    fn is_dropped(&self, tag: FrontendTag) -> bool {
        match self.machine.table_phase() {
            _ if self.machine.stage().is_some() => false,
            TablePhase::Skipping => !matches!(tag, FrontendTag::SYNC | FrontendTag::TERMINATE),
            TablePhase::CopyIn(_) => matches!(tag, FrontendTag::FLUSH | FrontendTag::SYNC),
            _ => false,
        }
    }

    /// Judges a message of the peer; one that must not come ends a strict connection, and is logged
    /// by a lenient one.
    #[inline]
    fn admit(&mut self, step: Step) -> Result<Outcome, PeerError> {
        if !self.judges {
            return Ok(Outcome::Pass);
        }
        let outcome = self.machine.pass(self.peer(), step, false);
        if outcome == Outcome::Illegal { self.misplaced(step) } else { Ok(outcome) }
    }

    #[cold]
    fn misplaced(&mut self, step: Step) -> Result<Outcome, PeerError> {
        let name = step.name();
        let phase = self.machine.phase();
        let words = format!("{name} must not come in the phase {phase:?}");
        if self.strict {
            return Err(self.end(violation(words)));
        }
        self.warnings.push(words);
        Ok(Outcome::Illegal)
    }

    /// Prints the frame at the front of the input.
    #[inline]
    fn trace(&mut self, is_packet: bool, length: usize) {
        if let Some(tracer) = &mut self.tracer {
            let side = match self.side {
                Sender::Frontend => Side::Backend,
                Sender::Backend => Side::Frontend,
            };
            tracer.print(side, is_packet, self.input.rest().get(..length).unwrap_or_default());
        }
    }
}

/// What a message of a frontend is to the rules.
fn step(tag: FrontendTag, body: &[u8], stage: Option<Stage>) -> Step {
    match (tag, stage) {
        (FrontendTag::PASSWORD, Some(Stage::SaslInitial)) => Step::Login(LoginStep::SaslInitial),
        (FrontendTag::PASSWORD, Some(Stage::Sasl)) => Step::Login(LoginStep::Sasl),
        (FrontendTag::PASSWORD, Some(Stage::Gss)) => Step::Login(LoginStep::Gss),
        (FrontendTag::PASSWORD, _) => Step::Login(LoginStep::Password),
        (FrontendTag::DESCRIBE, _) if body.first() == Some(&Target::Portal.byte()) => {
            Step::Loop(Kind::DescribePortal)
        }
        // Owed no answer, unless it is malformed.
        (FrontendTag::FLUSH, _) if !body.is_empty() => Step::Loop(Kind::MalformedExtended),
        (tag, _) => Step::Loop(Kind::of_frontend(tag)),
    }
}

#[cold]
fn violation(words: impl Into<std::borrow::Cow<'static, str>>) -> PeerError {
    PeerError::fatal(SqlState::PROTOCOL_VIOLATION, words)
}
