//! What is wrong with the options or the data of a COPY.

use std::fmt;

use crate::SqlState;
use crate::types::ValueError;

/// An error of COPY, in PostgreSQL's own words.
#[derive(Clone, PartialEq, Eq)]
pub struct CopyError(Box<Body>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Body {
    sqlstate: SqlState,
    message: String,
    detail: Option<String>,
    hint: Option<String>,
    context: Option<String>,
    option: Option<usize>,
}

impl CopyError {
    #[cold]
    pub(super) fn new(sqlstate: SqlState, message: impl Into<String>) -> CopyError {
        let message = message.into();
        CopyError(Box::new(Body {
            sqlstate,
            message,
            detail: None,
            hint: None,
            context: None,
            option: None,
        }))
    }

    /// 22P04: the data is not of the format.
    #[cold]
    pub(super) fn format(message: impl Into<String>) -> CopyError {
        CopyError::new(SqlState::BAD_COPY_FILE_FORMAT, message)
    }

    #[cold]
    pub(super) fn with_detail(mut self, detail: String) -> CopyError {
        self.0.detail = Some(detail);
        self
    }

    #[cold]
    pub(super) fn with_hint(mut self, hint: &str) -> CopyError {
        self.0.hint = Some(hint.to_owned());
        self
    }

    #[cold]
    pub(super) fn with_context(mut self, context: String) -> CopyError {
        self.0.context = Some(match self.0.context {
            Some(inner) => [inner, context].join("\n"),
            None => context,
        });
        self
    }

    #[cold]
    pub(super) fn at_option(mut self, option: usize) -> CopyError {
        self.0.option = Some(option);
        self
    }

    /// The code to answer with.
    pub fn sqlstate(&self) -> SqlState {
        self.0.sqlstate
    }

    /// The primary message.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The DETAIL line, where PostgreSQL has one.
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// The HINT line, where PostgreSQL has one.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The CONTEXT line: which line and column of the data it is, for errors of data.
    pub fn context(&self) -> Option<&str> {
        self.0.context.as_deref()
    }

    /// The number of the option, counted from 0, that the error's position is of.
    pub fn option(&self) -> Option<usize> {
        self.0.option
    }
}

impl From<ValueError> for CopyError {
    fn from(error: ValueError) -> CopyError {
        let mut copied = CopyError::new(error.sqlstate(), error.message());
        copied.0.detail = error.detail().map(str::to_owned);
        copied.0.hint = error.hint().map(str::to_owned);
        copied.0.context = error.context().map(str::to_owned);
        copied
    }
}

impl fmt::Display for CopyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl fmt::Debug for CopyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for CopyError {}
