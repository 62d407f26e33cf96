//! Errors and notices as answers to the client.

use std::borrow::Cow;
use std::fmt;

use trunkline_proto::copy::CopyError;
use trunkline_proto::encoding::EncodingError;
use trunkline_proto::message::{ErrorFields, FieldCode};
use trunkline_proto::types::ValueError;
use trunkline_proto::{Oid, SqlState};

/// The result of everything an engine does.
pub type Result<T, E = PgError> = std::result::Result<T, E>;

/// An error that the client is told: an answer, not a failure of the server.
///
/// The fields are those of ErrorResponse:
/// <https://www.postgresql.org/docs/18/protocol-error-fields.html>. A [`source`](PgError::source)
/// is for the log only and never sent.
pub struct PgError(Box<Body>);

#[derive(Default)]
struct Body {
    fatal: bool,
    sqlstate: Option<SqlState>,
    message: Cow<'static, str>,
    fields: Vec<(u8, Cow<'static, str>)>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl PgError {
    /// An error with its code and message; the message starts in lower case and has no full stop,
    /// as PostgreSQL's do.
    pub fn new(sqlstate: SqlState, message: impl Into<Cow<'static, str>>) -> PgError {
        PgError(Box::new(Body {
            sqlstate: Some(sqlstate),
            message: message.into(),
            ..Body::default()
        }))
    }

    /// An error of the server's own making: XX000.
    pub fn internal(message: impl Into<Cow<'static, str>>) -> PgError {
        PgError::new(SqlState::INTERNAL_ERROR, message)
    }

    /// 42704: a name that no constraint has.
    pub fn no_constraint(name: &str) -> PgError {
        PgError::new(SqlState::UNDEFINED_OBJECT, format!("constraint \"{name}\" does not exist"))
    }

    /// 42883: a number that no function has.
    pub fn no_function(function: Oid) -> PgError {
        let message = format!("function with OID {} does not exist", function.0);
        PgError::new(SqlState::UNDEFINED_FUNCTION, message)
    }

    /// More columns than a message can count: 54011, as for more than PostgreSQL's 1664.
    #[cold]
    pub fn too_many_columns(columns: usize) -> PgError {
        let message = format!("result has {columns} columns, at most 32767 can be sent");
        PgError::new(SqlState::TOO_MANY_COLUMNS, message)
    }

    /// Something that PostgreSQL has and this server has not: 0A000.
    pub fn unsupported(message: impl Into<Cow<'static, str>>) -> PgError {
        PgError::new(SqlState::FEATURE_NOT_SUPPORTED, message)
    }

    /// A text that is not a statement, with the place where that shows: mostly 42601.
    pub fn syntax(error: &trunkline_sql::SyntaxError, sql: &str) -> PgError {
        let sqlstate =
            error.sqlstate().as_bytes().first_chunk().and_then(|code| SqlState::new(*code));
        let mut answer =
            PgError::new(sqlstate.unwrap_or(SqlState::SYNTAX_ERROR), error.message().to_owned());
        if let Some(character) = error.position(sql) {
            answer = answer.position(character);
        }
        for (code, text) in [(b'D', error.detail()), (b'H', error.hint())] {
            if let Some(text) = text {
                answer = answer.field(code, text);
            }
        }
        answer
    }

    /// The answer to a statement that was cancelled: 57014.
    pub fn canceled() -> PgError {
        PgError::new(SqlState::QUERY_CANCELED, "canceling statement due to user request")
    }

    /// Ends the connection after it was told.
    pub fn fatal(mut self) -> PgError {
        self.0.fatal = true;
        self
    }

    /// A secondary message with details.
    pub fn detail(self, text: impl Into<Cow<'static, str>>) -> PgError {
        self.field(b'D', text)
    }

    /// What the user could do about it.
    pub fn hint(self, text: impl Into<Cow<'static, str>>) -> PgError {
        self.field(b'H', text)
    }

    /// Where in the statement, in characters, starting with 1; 0 is nowhere, and says nothing.
    pub fn position(self, character: usize) -> PgError {
        match character {
            0 => self,
            _ => self.field(b'P', character.to_string()),
        }
    }

    /// Forgets the position: it is one in a statement that the client has not sent.
    pub fn unplaced(mut self) -> PgError {
        self.0.fields.retain(|(code, _)| *code != b'P');
        self
    }

    /// Moves the position, where the statement is only a part of what the client sent.
    pub fn shifted(self, characters: usize) -> PgError {
        match self.get(b'P').and_then(|position| position.parse::<usize>().ok()) {
            Some(position) if characters > 0 => self.position(position.saturating_add(characters)),
            _ => self,
        }
    }

    /// The context in which it happened, one line a call, the innermost first.
    pub fn context(self, text: impl Into<Cow<'static, str>>) -> PgError {
        let text = text.into();
        let lines = match self.get(b'W') {
            Some(inner) => Cow::Owned([inner, "\n", &text].concat()),
            None => text,
        };
        self.field(b'W', lines)
    }

    /// Any other field by its code, for example `t` (table) or `n` (constraint); a field given
    /// twice keeps the last text.
    pub fn field(mut self, code: u8, text: impl Into<Cow<'static, str>>) -> PgError {
        self.0.fields.retain(|(known, _)| *known != code);
        self.0.fields.push((code, text.into()));
        self
    }

    /// What caused it; logged, never sent.
    pub fn source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> PgError {
        self.0.source = Some(source.into());
        self
    }

    /// The code.
    pub fn sqlstate(&self) -> SqlState {
        self.0.sqlstate.unwrap_or(SqlState::INTERNAL_ERROR)
    }

    /// The primary message.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The text of a field by its code.
    pub fn get(&self, code: u8) -> Option<&str> {
        self.0.fields.iter().find(|(known, _)| *known == code).map(|(_, text)| text.as_ref())
    }

    /// Whether the connection ends with it.
    pub fn is_fatal(&self) -> bool {
        self.0.fatal
    }

    /// The fields of the ErrorResponse; a NUL within a text becomes a space, since it would end it.
    pub fn to_fields(&self) -> ErrorFields {
        let severity = if self.0.fatal { "FATAL" } else { "ERROR" };
        fields(severity, self.sqlstate(), &self.0.message, &self.0.fields)
    }
}

impl fmt::Display for PgError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.0.message, self.sqlstate())
    }
}

impl fmt::Debug for PgError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgError")
            .field("sqlstate", &self.sqlstate())
            .field("message", &self.0.message)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for PgError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// An option or the data of a COPY is wrong. The position of an option is the statement's to say.
impl From<CopyError> for PgError {
    fn from(error: CopyError) -> PgError {
        let mut answer = PgError::new(error.sqlstate(), error.message().to_owned());
        let fields = [(b'D', error.detail()), (b'H', error.hint()), (b'W', error.context())];
        for (code, text) in fields {
            if let Some(text) = text {
                answer = answer.field(code, text.to_owned());
            }
        }
        answer
    }
}

impl From<EncodingError> for PgError {
    fn from(error: EncodingError) -> PgError {
        PgError::new(error.sqlstate(), error.message().to_owned())
    }
}

impl From<ValueError> for PgError {
    fn from(error: ValueError) -> PgError {
        let mut answer = PgError::new(error.sqlstate(), error.message().to_owned());
        let fields = [(b'D', error.detail()), (b'H', error.hint()), (b'W', error.context())];
        for (code, text) in fields {
            if let Some(text) = text {
                answer = answer.field(code, text.to_owned());
            }
        }
        answer
    }
}

/// How loud a [`Notice`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Severity {
    /// For developers of the server.
    Debug,
    /// Asked for by the user.
    Info,
    /// For the administrator.
    Log,
    /// Helpful to the user.
    Notice,
    /// A likely problem.
    Warning,
}

impl Severity {
    fn as_str(self) -> &'static str {
        match self {
            Severity::Debug => "DEBUG",
            Severity::Info => "INFO",
            Severity::Log => "LOG",
            Severity::Notice => "NOTICE",
            Severity::Warning => "WARNING",
        }
    }
}

/// A message beside the answer, as `RAISE NOTICE` sends it.
///
/// Notices that an engine emits before its reply ends reach the client before CommandComplete.
#[derive(Clone, Debug)]
pub struct Notice {
    severity: Severity,
    sqlstate: SqlState,
    message: Cow<'static, str>,
    fields: Vec<(u8, Cow<'static, str>)>,
}

impl Notice {
    /// A notice with its code, usually `00000` or a warning's `01000`.
    pub fn new(
        severity: Severity,
        sqlstate: SqlState,
        message: impl Into<Cow<'static, str>>,
    ) -> Notice {
        Notice { severity, sqlstate, message: message.into(), fields: Vec::new() }
    }

    /// A warning.
    pub fn warning(sqlstate: SqlState, message: impl Into<Cow<'static, str>>) -> Notice {
        Notice::new(Severity::Warning, sqlstate, message)
    }

    /// Adds a field by its code, for example `D` (detail) or `H` (hint).
    pub fn field(mut self, code: u8, text: impl Into<Cow<'static, str>>) -> Notice {
        self.fields.push((code, text.into()));
        self
    }

    /// Whether a client wants it that has set `client_min_messages` so.
    pub(crate) fn is_wanted(&self, least: &str) -> bool {
        match self.severity {
            Severity::Info => true,
            Severity::Debug => least.starts_with("debug"),
            Severity::Log => least.starts_with("debug") || least == "log",
            Severity::Notice => least != "warning" && least != "error",
            Severity::Warning => least != "error",
        }
    }

    /// The fields of the NoticeResponse.
    pub fn to_fields(&self) -> ErrorFields {
        fields(self.severity.as_str(), self.sqlstate, &self.message, &self.fields)
    }
}

fn fields(
    severity: &str,
    sqlstate: SqlState,
    message: &str,
    more: &[(u8, Cow<'static, str>)],
) -> ErrorFields {
    let mut fields = ErrorFields::new(severity, sqlstate, &without_nul(message));
    for (code, text) in more {
        fields.push(FieldCode(*code), without_nul(text).as_bytes());
    }
    fields
}

fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', " ").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(fields: &ErrorFields) -> Vec<(u8, String)> {
        fields
            .iter()
            .map(|(code, text)| (code.0, String::from_utf8_lossy(text).into_owned()))
            .collect()
    }

    #[test]
    fn fields_are_those_of_error_response() {
        let error = PgError::new(SqlState::UNDEFINED_TABLE, "relation \"x\" does not exist")
            .detail("first")
            .hint("look elsewhere")
            .detail("last\0one")
            .position(15)
            .shifted(7)
            .source(std::io::Error::other("secret"));
        let expected = [
            (b'S', "ERROR"),
            (b'V', "ERROR"),
            (b'C', "42P01"),
            (b'M', "relation \"x\" does not exist"),
            (b'H', "look elsewhere"),
            (b'D', "last one"),
            (b'P', "22"),
        ];
        let expected: Vec<_> =
            expected.into_iter().map(|(code, text)| (code, text.to_owned())).collect();
        assert_eq!(shown(&error.to_fields()), expected);
        assert_eq!(error.to_string(), "relation \"x\" does not exist (42P01)");
        assert!(std::error::Error::source(&error).is_some());
        let fatal = shown(&error.fatal().to_fields());
        assert_eq!(fatal.get(..2), Some(&[(b'S', "FATAL".into()), (b'V', "FATAL".into())][..]));
    }

    #[test]
    fn only_a_position_is_shifted() {
        let error = PgError::canceled().shifted(3);
        assert_eq!((error.sqlstate(), error.get(b'P')), (SqlState::QUERY_CANCELED, None));
        assert_eq!(
            PgError::internal("x").position(usize::MAX).shifted(1).get(b'P'),
            Some("18446744073709551615")
        );
    }

    /// PostgreSQL 18 points at the same character.
    #[test]
    fn a_syntax_error_says_where_in_characters() {
        let sql = "/* ä */ BEGIN ISOLATION LEVEL nope";
        let recognised = trunkline_sql::split(sql).find_map(|statement| statement.recognise());
        let error = recognised.expect("a statement").expect_err("there is no such level");
        let error = PgError::syntax(&error, sql);
        assert_eq!(error.sqlstate(), SqlState::SYNTAX_ERROR);
        assert_eq!(error.message(), "syntax error at or near \"nope\"");
        assert_eq!(error.get(b'P'), Some("31"));
    }

    #[test]
    fn a_notice_has_its_severity() {
        let notice = Notice::warning(SqlState::WARNING, "careful").field(b'H', "or not");
        let expected = [
            (b'S', "WARNING"),
            (b'V', "WARNING"),
            (b'C', "01000"),
            (b'M', "careful"),
            (b'H', "or not"),
        ];
        let expected: Vec<_> =
            expected.into_iter().map(|(code, text)| (code, text.to_owned())).collect();
        assert_eq!(shown(&notice.to_fields()), expected);
    }
}
