//! One option after the other, as `ProcessCopyOptions` reads them.

use std::borrow::Cow;

use super::super::error::CopyError;
use super::{CopyDirection, CopyFormat, CopyValue, Force, Header, LogVerbosity, OnError};
use crate::SqlState;
use crate::types::int;

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
    pub(super) is_utf8: Option<bool>,
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
                once(self.is_utf8.is_some())?;
                let wrong = || {
                    let message = "argument to option \"encoding\" must be a valid encoding name";
                    invalid(message).at_option(place)
                };
                self.is_utf8 = Some(is_utf8(&text(name, value)?).ok_or_else(wrong)?);
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

/// Whether the name of an encoding is one of UTF8; `None` if there is no such encoding.
///
/// PostgreSQL looks at letters and digits only.
fn is_utf8(name: &str) -> Option<bool> {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let name: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    let is_utf8 = matches!(&*name, "utf8" | "unicode");
    (is_utf8 || ENCODINGS.contains(&&*name)).then_some(is_utf8)
}

/// The names of the other encodings (`pg_encname_tbl`).
#[rustfmt::skip]
const ENCODINGS: [&str; 79] = [
    "abc", "alt", "big5", "euccn", "eucjis2004", "eucjp", "euckr", "euctw", "gb18030", "gbk",
    "iso88591", "iso885910", "iso885913", "iso885914", "iso885915", "iso885916", "iso88592",
    "iso88593", "iso88594", "iso88595", "iso88596", "iso88597", "iso88598", "iso88599", "johab",
    "koi8", "koi8r", "koi8u", "latin1", "latin10", "latin2", "latin3", "latin4", "latin5", "latin6",
    "latin7", "latin8", "latin9", "mskanji", "muleinternal", "shiftjis", "shiftjis2004", "sjis",
    "sqlascii", "tcvn", "tcvn5712", "uhc", "vscii", "win", "win1250", "win1251", "win1252",
    "win1253", "win1254", "win1255", "win1256", "win1257", "win1258", "win866", "win874", "win932",
    "win936", "win949", "win950", "windows1250", "windows1251", "windows1252", "windows1253",
    "windows1254", "windows1255", "windows1256", "windows1257", "windows1258", "windows866",
    "windows874", "windows932", "windows936", "windows949", "windows950",
];

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
