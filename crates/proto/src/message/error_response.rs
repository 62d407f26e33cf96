//! ErrorResponse and NoticeResponse: lists of coded fields.

use std::{borrow::Cow, fmt};

use bytes::Bytes;

use super::{BackendMessage, BackendTag, Encode};
use crate::{
    SqlState,
    error::{Malformed, Misuse},
    wire::{Reader, frame},
};

/// What a field of an error tells; unknown codes survive.
///
/// Source: <https://www.postgresql.org/docs/18/protocol-error-fields.html>.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct FieldCode(pub u8);

impl FieldCode {
    /// `S`: ERROR, FATAL, PANIC, WARNING, NOTICE, DEBUG, INFO or LOG, perhaps translated.
    pub const SEVERITY: FieldCode = FieldCode(b'S');
    /// `V`: the severity, never translated.
    pub const SEVERITY_NONLOCALIZED: FieldCode = FieldCode(b'V');
    /// `C`: the SQLSTATE.
    pub const SQLSTATE: FieldCode = FieldCode(b'C');
    /// `M`: the primary message, one line.
    pub const MESSAGE: FieldCode = FieldCode(b'M');
    /// `D`: more about it.
    pub const DETAIL: FieldCode = FieldCode(b'D');
    /// `H`: what to do about it.
    pub const HINT: FieldCode = FieldCode(b'H');
    /// `P`: where in the query, counted in characters from 1.
    pub const POSITION: FieldCode = FieldCode(b'P');
    /// `p`: where in the internal query.
    pub const INTERNAL_POSITION: FieldCode = FieldCode(b'p');
    /// `q`: the internal query that failed.
    pub const INTERNAL_QUERY: FieldCode = FieldCode(b'q');
    /// `W`: the call stack.
    pub const WHERE: FieldCode = FieldCode(b'W');
    /// `s`: the schema concerned.
    pub const SCHEMA: FieldCode = FieldCode(b's');
    /// `t`: the table concerned.
    pub const TABLE: FieldCode = FieldCode(b't');
    /// `c`: the column concerned.
    pub const COLUMN: FieldCode = FieldCode(b'c');
    /// `d`: the data type concerned.
    pub const DATA_TYPE: FieldCode = FieldCode(b'd');
    /// `n`: the constraint concerned.
    pub const CONSTRAINT: FieldCode = FieldCode(b'n');
    /// `F`: the source file that reported it.
    pub const FILE: FieldCode = FieldCode(b'F');
    /// `L`: the line there.
    pub const LINE: FieldCode = FieldCode(b'L');
    /// `R`: the routine there.
    pub const ROUTINE: FieldCode = FieldCode(b'R');
}

impl fmt::Debug for FieldCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

/// The fields of an error or notice, in order, both received and to be sent.
///
/// Keeps the bytes of the body in one allocation of its own, so a received error pins no read
/// buffer. Fields may be unknown, repeated or missing, and are in any encoding: an error can come
/// before the encoding is agreed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ErrorFields {
    /// Code, text and NUL of each field, without the terminator of the list.
    wire: Vec<u8>,
}

impl ErrorFields {
    /// The fields that PostgreSQL always sends: S, V, C and M.
    pub fn new(severity: &str, sqlstate: SqlState, message: &str) -> ErrorFields {
        let mut fields = ErrorFields::default();
        fields.push(FieldCode::SEVERITY, severity);
        fields.push(FieldCode::SEVERITY_NONLOCALIZED, severity);
        fields.push(FieldCode::SQLSTATE, sqlstate.as_str());
        fields.push(FieldCode::MESSAGE, message);
        fields
    }

    /// Appends a field.
    ///
    /// The text ends at its first NUL, as it would in C: an error whose words contain one must
    /// still be sent. A field whose code is NUL would end the list, and is left out.
    pub fn push(&mut self, code: FieldCode, text: impl AsRef<[u8]>) {
        if code.0 == 0 {
            return;
        }
        let text = text.as_ref();
        let end = memchr::memchr(0, text).unwrap_or(text.len());
        self.wire.push(code.0);
        self.wire.extend_from_slice(text.get(..end).unwrap_or_default());
        self.wire.push(0);
    }

    /// The same with one more field.
    #[must_use]
    pub fn with(mut self, code: FieldCode, text: impl AsRef<[u8]>) -> ErrorFields {
        self.push(code, text);
        self
    }

    /// The fields in order.
    pub fn iter(&self) -> impl Iterator<Item = (FieldCode, &[u8])> + Clone {
        let mut reader = Reader::new(&self.wire);
        std::iter::from_fn(move || {
            let code = reader.u8().ok()?;
            Some((FieldCode(code), reader.string().ok()?))
        })
    }

    /// The first field of this code.
    pub fn get(&self, code: FieldCode) -> Option<&[u8]> {
        self.iter().find(|(found, _)| *found == code).map(|(_, text)| text)
    }

    /// The field M for reading; what is not UTF-8 in it is replaced.
    pub fn message(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.get(FieldCode::MESSAGE).unwrap_or_default())
    }

    /// The field V, or S where an old server sends no V, for reading.
    pub fn severity(&self) -> Cow<'_, str> {
        let severity = self.get(FieldCode::SEVERITY_NONLOCALIZED);
        let severity = severity.or_else(|| self.get(FieldCode::SEVERITY));
        String::from_utf8_lossy(severity.unwrap_or_default())
    }

    /// The field C, if it is a code.
    pub fn sqlstate(&self) -> Option<SqlState> {
        SqlState::new(self.get(FieldCode::SQLSTATE)?.try_into().ok()?)
    }

    fn decode(body: &[u8]) -> Result<ErrorFields, Malformed> {
        let mut reader = Reader::new(body);
        while reader.u8()? != 0 {
            reader.string()?;
        }
        reader.finish()?;
        let wire = body.split_last().map(|(_, fields)| fields).unwrap_or_default();
        Ok(ErrorFields { wire: wire.to_vec() })
    }

    fn encode(&self, out: &mut Vec<u8>, tag: BackendTag) -> Result<(), Misuse> {
        frame(out, tag.0, |out| {
            out.extend_from_slice(&self.wire);
            out.push(0);
            Ok(())
        })
    }
}

impl<T: AsRef<[u8]>> FromIterator<(FieldCode, T)> for ErrorFields {
    fn from_iter<I: IntoIterator<Item = (FieldCode, T)>>(iter: I) -> ErrorFields {
        let mut fields = ErrorFields::default();
        iter.into_iter().for_each(|(code, text)| fields.push(code, text));
        fields
    }
}

impl fmt::Debug for ErrorFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts = self.iter().map(|(code, text)| (code, String::from_utf8_lossy(text)));
        f.debug_map().entries(texts).finish()
    }
}

/// ErrorResponse: the message in hand failed, or the connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorResponse {
    /// What happened.
    pub fields: ErrorFields,
}

impl ErrorResponse {
    /// Decodes the body.
    pub fn decode(body: Bytes) -> Result<ErrorResponse, Malformed> {
        Ok(ErrorResponse { fields: ErrorFields::decode(&body)? })
    }
}

impl Encode for ErrorResponse {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        self.fields.encode(out, Self::TAG)
    }
}

impl BackendMessage for ErrorResponse {
    const TAG: BackendTag = BackendTag::ERROR_RESPONSE;
}

/// NoticeResponse: a warning or a word; may come at any time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeResponse {
    /// What there is to say.
    pub fields: ErrorFields,
}

impl NoticeResponse {
    /// Decodes the body.
    pub fn decode(body: Bytes) -> Result<NoticeResponse, Malformed> {
        Ok(NoticeResponse { fields: ErrorFields::decode(&body)? })
    }
}

impl Encode for NoticeResponse {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        self.fields.encode(out, Self::TAG)
    }
}

impl BackendMessage for NoticeResponse {
    const TAG: BackendTag = BackendTag::NOTICE_RESPONSE;
}
