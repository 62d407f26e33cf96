//! What can go wrong, sorted by blame: the peer broke the protocol, or our caller did.

use std::{borrow::Cow, fmt};

use crate::{
    SqlState,
    message::{Encode, ErrorFields, ErrorResponse, FieldCode},
};

/// The body of a message does not have the layout its type demands.
///
/// The words are PostgreSQL's (`src/backend/libpq/pqformat.c`, `src/backend/tcop/postgres.c`). A
/// server answers with ERROR 08P01 and the connection lives on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Malformed {
    /// A field reaches beyond the end of the body.
    InsufficientData,
    /// A single byte was expected where the body ends.
    NoData,
    /// A string lacks its NUL.
    InvalidString,
    /// Bytes are left after the last field.
    TrailingData,
    /// Describe names neither a statement (`S`) nor a portal (`P`).
    DescribeSubtype(u8),
    /// Close names neither a statement (`S`) nor a portal (`P`).
    CloseSubtype(u8),
    /// An argument of a FunctionCall has a negative length other than -1.
    ArgumentSize(i32),
    /// A PasswordMessage is not exactly one string.
    PasswordSize,
    /// A SASLInitialResponse has a negative length other than -1.
    ResponseSize(i32),
    /// A value has a negative length other than -1.
    ValueSize(i32),
    /// A format code other than 0 and 1 where the sender decides the format.
    Format(i16),
    /// ReadyForQuery tells an unknown transaction status.
    TransactionStatus(u8),
    /// An authentication request of a kind that PostgreSQL has not had for decades, or not yet.
    Authentication(i32),
    /// A negative count of things that follow.
    Count(i32),
    /// The type byte belongs to no message of the sending side.
    MessageType(u8),
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Malformed::InsufficientData => f.write_str("insufficient data left in message"),
            Malformed::NoData => f.write_str("no data left in message"),
            Malformed::InvalidString => f.write_str("invalid string in message"),
            Malformed::TrailingData => f.write_str("invalid message format"),
            Malformed::DescribeSubtype(byte) => {
                write!(f, "invalid DESCRIBE message subtype {byte}")
            }
            Malformed::CloseSubtype(byte) => write!(f, "invalid CLOSE message subtype {byte}"),
            Malformed::ArgumentSize(size) => {
                write!(f, "invalid argument size {size} in function call message")
            }
            Malformed::PasswordSize => f.write_str("invalid password packet size"),
            // pq_getmsgbytes() of a negative number: the words are those of a short message.
            Malformed::ResponseSize(_) | Malformed::ValueSize(_) => {
                f.write_str("insufficient data left in message")
            }
            Malformed::Format(code) => write!(f, "unsupported format code: {code}"),
            Malformed::TransactionStatus(byte) => {
                write!(f, "invalid transaction status {byte} in ReadyForQuery")
            }
            Malformed::Authentication(code) => {
                write!(f, "authentication method {code} not supported")
            }
            Malformed::Count(count) => write!(f, "invalid count {count} in message"),
            Malformed::MessageType(byte) => write!(f, "invalid message type {byte}"),
        }
    }
}

impl std::error::Error for Malformed {}

/// How much of the connection an error ends.
///
/// Source: <https://www.postgresql.org/docs/18/protocol-error-fields.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// The message in hand failed; the connection lives.
    Error,
    /// The connection ends.
    Fatal,
}

impl Severity {
    /// `ERROR` or `FATAL`, as in the fields `S` and `V`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "ERROR",
            Severity::Fatal => "FATAL",
        }
    }
}

/// The peer broke the protocol.
///
/// Knows the ErrorResponse a server owes for it, whether the connection is over, and whether to
/// close it without a word (as PostgreSQL does where a length cannot be believed).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerError {
    severity: Severity,
    silent: bool,
    sqlstate: SqlState,
    message: Cow<'static, str>,
    /// The field of what there is more to say.
    place: FieldCode,
    more: Option<Cow<'static, str>>,
}

impl PeerError {
    /// ERROR: answered, and the connection lives.
    pub fn error(sqlstate: SqlState, message: impl Into<Cow<'static, str>>) -> PeerError {
        let message = message.into();
        let (severity, silent, place, more) = (Severity::Error, false, FieldCode::DETAIL, None);
        PeerError { severity, silent, sqlstate, message, place, more }
    }

    /// FATAL: answered, then the connection is closed.
    pub fn fatal(sqlstate: SqlState, message: impl Into<Cow<'static, str>>) -> PeerError {
        PeerError { severity: Severity::Fatal, ..PeerError::error(sqlstate, message) }
    }

    /// FATAL 08P01 that is only logged: the connection is closed without a word.
    pub fn silent(message: impl Into<Cow<'static, str>>) -> PeerError {
        PeerError { silent: true, ..PeerError::fatal(SqlState::PROTOCOL_VIOLATION, message) }
    }

    /// The same with more about it, in the place of a hint.
    pub fn with_detail(self, detail: impl Into<Cow<'static, str>>) -> PeerError {
        PeerError { more: Some(detail.into()), place: FieldCode::DETAIL, ..self }
    }

    /// The same with advice, in the place of a detail.
    pub fn with_hint(self, hint: impl Into<Cow<'static, str>>) -> PeerError {
        PeerError { more: Some(hint.into()), place: FieldCode::HINT, ..self }
    }

    /// The same with where it happened, in the place of a detail.
    pub fn with_context(self, context: impl Into<Cow<'static, str>>) -> PeerError {
        PeerError { more: Some(context.into()), place: FieldCode::WHERE, ..self }
    }

    /// The same error, ending the connection.
    ///
    /// Before the login has ended, what is an ERROR later is FATAL.
    pub fn into_fatal(self) -> PeerError {
        PeerError { severity: Severity::Fatal, ..self }
    }

    /// ERROR or FATAL.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Whether the connection is over.
    pub fn is_fatal(&self) -> bool {
        self.severity == Severity::Fatal
    }

    /// Whether to close without sending anything.
    pub fn is_silent(&self) -> bool {
        self.silent
    }

    /// The code for the field `C`.
    pub fn sqlstate(&self) -> SqlState {
        self.sqlstate
    }

    /// The words for the field `M`.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The words for the field `D`.
    pub fn detail(&self) -> Option<&str> {
        self.more.as_deref().filter(|_| self.place == FieldCode::DETAIL)
    }

    /// The words for the field `H`.
    pub fn hint(&self) -> Option<&str> {
        self.more.as_deref().filter(|_| self.place == FieldCode::HINT)
    }

    /// The words for the field `W`.
    pub fn context(&self) -> Option<&str> {
        self.more.as_deref().filter(|_| self.place == FieldCode::WHERE)
    }

    /// The ErrorResponse owed for it: the fields S, V, C, M, and D, H or W where there is more to say.
    pub fn response(&self) -> ErrorResponse {
        let severity = self.severity.as_str();
        let mut fields = ErrorFields::new(severity, self.sqlstate, &self.message);
        if let Some(more) = &self.more {
            fields.push(self.place, more.as_ref());
        }
        ErrorResponse { fields }
    }

    /// Appends its ErrorResponse to `out`; nothing if the error [is silent](Self::is_silent).
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        if self.silent { Ok(()) } else { self.response().encode(out) }
    }
}

impl From<Malformed> for PeerError {
    fn from(malformed: Malformed) -> PeerError {
        let message = match malformed {
            Malformed::InsufficientData => "insufficient data left in message".into(),
            Malformed::InvalidString => "invalid string in message".into(),
            Malformed::TrailingData => "invalid message format".into(),
            other => Cow::Owned(other.to_string()),
        };
        PeerError::error(SqlState::PROTOCOL_VIOLATION, message)
    }
}

impl fmt::Display for PeerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} (SQLSTATE {})", self.severity.as_str(), self.message, self.sqlstate)
    }
}

impl std::error::Error for PeerError {}

/// Our caller broke the protocol: the message was not written, nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misuse {
    message: Cow<'static, str>,
}

impl Misuse {
    /// What must not be done.
    pub(crate) fn new(message: impl Into<Cow<'static, str>>) -> Misuse {
        Misuse { message: message.into() }
    }

    /// A string with a NUL inside cannot be sent: the peer would see it end there.
    #[cold]
    pub(crate) fn nul() -> Misuse {
        Misuse::new("a string of a message contains a NUL")
    }

    /// A message or value whose length does not fit the length word.
    #[cold]
    pub(crate) fn too_long(length: usize) -> Misuse {
        Misuse::new(format!("{length} bytes do not fit into a message"))
    }

    /// More things than the count in front of them can tell.
    #[cold]
    pub(crate) fn too_many(limit: usize) -> Misuse {
        Misuse::new(format!("a message holds at most {limit} of them"))
    }

    /// What must not be done, in words.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Misuse {}
