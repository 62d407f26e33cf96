//! What is wrong with a value.

use std::fmt;

use crate::SqlState;

/// A value that its type refuses, in PostgreSQL's own words.
///
/// The SQLSTATE is the one PostgreSQL 18 answers to the same input: 22P02 for text that is not of
/// the type, 22003 and 22008 for a value out of range, 22P03 and 08P01 for a wrong binary form.
#[derive(Clone, PartialEq, Eq)]
pub struct ValueError(Box<Body>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Body {
    sqlstate: SqlState,
    message: String,
    detail: Option<String>,
    hint: Option<&'static str>,
    context: Option<String>,
}

impl ValueError {
    /// An error of a code and a message.
    #[cold]
    pub fn new(sqlstate: SqlState, message: impl Into<String>) -> ValueError {
        let message = message.into();
        ValueError(Box::new(Body { sqlstate, message, detail: None, hint: None, context: None }))
    }

    /// The same error with a line of DETAIL.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> ValueError {
        self.0.detail = Some(detail.into());
        self
    }

    /// The same error with a HINT.
    #[must_use]
    pub fn with_hint(mut self, hint: &'static str) -> ValueError {
        self.0.hint = Some(hint);
        self
    }

    /// The same error with a line of CONTEXT.
    #[must_use]
    pub fn with_context(mut self, context: impl Into<String>) -> ValueError {
        self.0.context = Some(context.into());
        self
    }

    /// The code to answer with.
    pub fn sqlstate(&self) -> SqlState {
        self.0.sqlstate
    }

    /// The primary message, as PostgreSQL words it.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The DETAIL line, where PostgreSQL has one.
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// The HINT line, where PostgreSQL has one.
    pub fn hint(&self) -> Option<&'static str> {
        self.0.hint
    }

    /// The CONTEXT line, where PostgreSQL has one.
    pub fn context(&self) -> Option<&str> {
        self.0.context.as_deref()
    }

    /// 22P02: the text is not one of the type.
    #[cold]
    pub(super) fn syntax(type_name: &str, text: &str) -> ValueError {
        ValueError::new(
            SqlState::INVALID_TEXT_REPRESENTATION,
            ["invalid input syntax for type ", type_name, ": \"", text, "\""].concat(),
        )
    }

    /// 22P02: the text of an array or a record ends or goes on where it must not.
    #[cold]
    pub(super) fn malformed(kind: &str, text: &str, detail: &str) -> ValueError {
        let message = ["malformed ", kind, " literal: \"", text, "\""].concat();
        ValueError::new(SqlState::INVALID_TEXT_REPRESENTATION, message).with_detail(detail)
    }

    /// 22003: an integer in text that its type cannot hold.
    #[cold]
    pub(super) fn text_out_of_range(type_name: &str, text: &str) -> ValueError {
        ValueError::new(
            SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
            ["value \"", text, "\" is out of range for type ", type_name].concat(),
        )
    }

    /// 22003: a number that a narrower type cannot hold.
    #[cold]
    pub(super) fn out_of_range(type_name: &str) -> ValueError {
        ValueError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, format!("{type_name} out of range"))
    }

    /// 22008: a point in time, or a part of one, that its type cannot hold.
    #[cold]
    pub(super) fn datetime_out_of_range(message: impl Into<String>) -> ValueError {
        ValueError::new(SqlState::DATETIME_VALUE_OUT_OF_RANGE, message)
    }

    /// 22P03: bytes that are no binary form of the type.
    #[cold]
    pub(super) fn binary(message: impl Into<String>) -> ValueError {
        ValueError::new(SqlState::INVALID_BINARY_REPRESENTATION, message)
    }

    /// 08P01: the binary form ends too early.
    #[cold]
    pub(super) fn truncated() -> ValueError {
        ValueError::new(SqlState::PROTOCOL_VIOLATION, "insufficient data left in message")
    }

    /// 08P01: a binary form of one byte is empty.
    #[cold]
    pub(super) fn empty() -> ValueError {
        ValueError::new(SqlState::PROTOCOL_VIOLATION, "no data left in message")
    }

    /// 22P03: the binary form goes on after its end.
    #[cold]
    pub(super) fn trailing() -> ValueError {
        ValueError::binary("incorrect binary data format")
    }

    /// The same error of a part of a value: what is left over is said to be the part's.
    #[cold]
    pub(super) fn within(self, part: &str, place: usize) -> ValueError {
        if self != ValueError::trailing() {
            return self;
        }
        let place = place.saturating_add(1);
        ValueError::binary(format!("improper binary format in {part} {place}"))
    }

    /// 42804: a value of one type where another is wanted.
    #[cold]
    pub(super) fn mismatch(what: &str, type_name: &str) -> ValueError {
        ValueError::new(
            SqlState::DATATYPE_MISMATCH,
            format!("cannot convert {what} to type {type_name}"),
        )
    }

    /// 22004: NULL where a value is wanted.
    #[cold]
    pub(super) fn unexpected_null() -> ValueError {
        ValueError::new(SqlState::NULL_VALUE_NOT_ALLOWED, "null value not allowed")
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl fmt::Debug for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for ValueError {}
