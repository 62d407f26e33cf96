//! One option after the other, as `ProcessCopyOptions` reads them.

use std::borrow::Cow;

use super::super::error::CopyError;
use super::{CopyDirection, CopyFormat, CopyValue, Force, Header, LogVerbosity, OnError};
use crate::types::int;
use crate::{Encoding, SqlState};

/// What was given, before it is known whether it fits together.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) format: Option<CopyFormat>,
    pub(super) freeze: Option<bool>,
    pub(super) delimiter: Option<String>,
    pub(super) null: Option<String>,
    pub(super) default: Option<String>,
    pub(super) header: Option<Header>,
    pub(super) quote: Option<String>,
    pub(super) escape: Option<String>,
    pub(super) force_quote: Option<Force>,
    pub(super) force_not_null: Option<Force>,
    pub(super) force_null: Option<Force>,
    pub(super) encoding: Option<Encoding>,
    pub(super) on_error: Option<OnError>,
    pub(super) log_verbosity: Option<LogVerbosity>,
    pub(super) reject_limit: Option<i64>,
}

impl Given {
    pub(super) fn read(
        &mut self,
        place: usize,
        name: &str,
        value: CopyValue<'_>,
        direction: CopyDirection,
    ) -> Result<(), CopyError> {
        let once = |given: bool| {
            let twice = || syntax("conflicting or redundant options").at_option(place);
            if given { Err(twice()) } else { Ok(()) }
        };
        let word = |given: &mut Option<String>| -> Result<(), CopyError> {
            once(given.is_some())?;
            *given = Some(text(name, value)?.into_owned());
            Ok(())
        };
        let columns = |given: &mut Option<Force>| -> Result<(), CopyError> {
            once(given.is_some())?;
            *given = Some(force(name, value).map_err(|error| error.at_option(place))?);
            Ok(())
        };
        match name {
            "format" => {
                once(self.format.is_some())?;
                self.format = Some(match &*text(name, value)? {
                    "text" => CopyFormat::Text,
                    "csv" => CopyFormat::Csv,
                    "binary" => CopyFormat::Binary,
                    other => {
                        let message = format!("COPY format \"{other}\" not recognized");
                        return Err(invalid(message).at_option(place));
                    }
                });
            }
            "freeze" => {
                once(self.freeze.is_some())?;
                let wrong = || syntax(format!("{name} requires a Boolean value"));
                self.freeze = Some(boolean(value).ok_or_else(wrong)?);
            }
            "delimiter" => word(&mut self.delimiter)?,
            "null" => word(&mut self.null)?,
            "default" => word(&mut self.default)?,
            "quote" => word(&mut self.quote)?,
            "escape" => word(&mut self.escape)?,
            "header" => {
                once(self.header.is_some())?;
                self.header = Some(header(name, value, direction)?);
            }
            "force_quote" => columns(&mut self.force_quote)?,
            "force_not_null" => columns(&mut self.force_not_null)?,
            "force_null" => columns(&mut self.force_null)?,
            "encoding" => {
                once(self.encoding.is_some())?;
                let wrong = || {
                    let message = "argument to option \"encoding\" must be a valid encoding name";
                    invalid(message).at_option(place)
                };
                self.encoding = Some(Encoding::find(&text(name, value)?).ok_or_else(wrong)?);
            }
            "on_error" => {
                once(self.on_error.is_some())?;
                self.on_error =
                    Some(on_error(name, value, direction).map_err(|error| place_of(error, place))?);
            }
            "log_verbosity" => {
                once(self.log_verbosity.is_some())?;
                self.log_verbosity =
                    Some(log_verbosity(name, value).map_err(|error| place_of(error, place))?);
            }
            "reject_limit" => {
                once(self.reject_limit.is_some())?;
                self.reject_limit = Some(reject_limit(name, value)?);
            }
            _ => {
                let message = format!("option \"{name}\" not recognized");
                return Err(syntax(message).at_option(place));
            }
        }
        Ok(())
    }
}

/// Only what is no value at all has no position.
fn place_of(error: CopyError, place: usize) -> CopyError {
    if error.sqlstate() == SqlState::SYNTAX_ERROR { error } else { error.at_option(place) }
}

fn text<'v>(name: &str, value: CopyValue<'v>) -> Result<Cow<'v, str>, CopyError> {
    match value {
        CopyValue::Absent => Err(syntax(format!("{name} requires a parameter"))),
        CopyValue::Text(text) | CopyValue::Number(text) => Ok(text.into()),
        CopyValue::All => Ok("*".into()),
        CopyValue::List(words) => Ok(words.join(".").into()),
    }
}

fn boolean(value: CopyValue<'_>) -> Option<bool> {
    let is = |text: &str, word: &str| text.eq_ignore_ascii_case(word);
    match value {
        CopyValue::Absent | CopyValue::Number("1") => Some(true),
        CopyValue::Number("0") => Some(false),
        CopyValue::Text(text) if is(text, "true") || is(text, "on") => Some(true),
        CopyValue::Text(text) if is(text, "false") || is(text, "off") => Some(false),
        _ => None,
    }
}

fn header(name: &str, value: CopyValue<'_>, direction: CopyDirection) -> Result<Header, CopyError> {
    if let Some(present) = boolean(value) {
        return Ok(if present { Header::Present } else { Header::Absent });
    }
    match (value, direction) {
        (CopyValue::Text(text), CopyDirection::From) if text.eq_ignore_ascii_case("match") => {
            Ok(Header::Match)
        }
        (CopyValue::Text(text), CopyDirection::To) if text.eq_ignore_ascii_case("match") => {
            Err(unsupported(format!("cannot use \"{text}\" with HEADER in COPY TO")))
        }
        _ => Err(syntax(format!("{name} requires a Boolean value or \"match\""))),
    }
}

fn force(name: &str, value: CopyValue<'_>) -> Result<Force, CopyError> {
    match value {
        CopyValue::All => Ok(Force::All),
        CopyValue::List(names) => Ok(Force::Columns(names.to_vec())),
        _ => Err(invalid(format!("argument to option \"{name}\" must be a list of column names"))),
    }
}

fn on_error(
    name: &str,
    value: CopyValue<'_>,
    direction: CopyDirection,
) -> Result<OnError, CopyError> {
    let word = text(name, value)?;
    if direction == CopyDirection::To {
        return Err(invalid("COPY ON_ERROR cannot be used with COPY TO"));
    }
    match &*word {
        word if word.eq_ignore_ascii_case("stop") => Ok(OnError::Stop),
        word if word.eq_ignore_ascii_case("ignore") => Ok(OnError::Ignore),
        other => Err(invalid(format!("COPY ON_ERROR \"{other}\" not recognized"))),
    }
}

fn log_verbosity(name: &str, value: CopyValue<'_>) -> Result<LogVerbosity, CopyError> {
    match &*text(name, value)? {
        word if word.eq_ignore_ascii_case("silent") => Ok(LogVerbosity::Silent),
        word if word.eq_ignore_ascii_case("default") => Ok(LogVerbosity::Default),
        word if word.eq_ignore_ascii_case("verbose") => Ok(LogVerbosity::Verbose),
        other => Err(invalid(format!("COPY LOG_VERBOSITY \"{other}\" not recognized"))),
    }
}

fn reject_limit(name: &str, value: CopyValue<'_>) -> Result<i64, CopyError> {
    let (CopyValue::Text(text) | CopyValue::Number(text)) = value else {
        return Err(syntax(format!("{name} requires a numeric value")));
    };
    let limit = int::parse_i64(text)?;
    if limit <= 0 {
        return Err(invalid(format!("REJECT_LIMIT ({limit}) must be greater than zero")));
    }
    Ok(limit)
}

pub(super) fn syntax(message: impl Into<String>) -> CopyError {
    CopyError::new(SqlState::SYNTAX_ERROR, message)
}

pub(super) fn invalid(message: impl Into<String>) -> CopyError {
    CopyError::new(SqlState::INVALID_PARAMETER_VALUE, message)
}

pub(super) fn unsupported(message: impl Into<String>) -> CopyError {
    CopyError::new(SqlState::FEATURE_NOT_SUPPORTED, message)
}
