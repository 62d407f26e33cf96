//! How dates and times are read: all that PostgreSQL takes.
//!
//! Words such as `now` and `today` mean what the style tells: there is no clock here.
//!
//! Source: <https://www.postgresql.org/docs/18/datetime-appendix.html>.

mod clock;
mod draft;
mod fast;
mod lexer;
mod moment;
mod number;
mod words;
#[rustfmt::skip]
mod zones;

use self::moment::Moment;
use super::Timetz;
use super::binary::{END_TIMESTAMP, MIN_TIMESTAMP};
use crate::SqlState;
use crate::types::error::ValueError;
use crate::types::style::TextStyle;
use crate::types::zone::TimeZone;

pub(in crate::types) use fast::{date as plain_date, timestamp as plain_timestamp};
pub(in crate::types) use lexer::{Fields, Kind};
pub(in crate::types) use number::{clock, fraction_of_one, leading_int};

/// From 2000-01-01 back to 1970-01-01, in days.
const UNIX_EPOCH: i32 = -10_957;

/// Reads a `date`: days since 2000-01-01.
///
/// # Errors
///
/// 22007 for other text, 22008 for a date out of range, 22009 and 22023 for a wrong zone, 0A000
/// for words such as `today` where the style does not tell the time.
pub fn parse_date(text: &str, style: &TextStyle) -> Result<i32, ValueError> {
    if let Some(days) = fast::date(text.as_bytes()) {
        return Ok(days);
    }
    match Moment::parse(text, style).map_err(|flaw| flaw.report("date", text))? {
        Moment::At(draft) => draft.days().ok_or_else(|| out_of_range("date", text)),
        Moment::Epoch => Ok(UNIX_EPOCH),
        Moment::Infinity => Ok(i32::MAX),
        Moment::NegInfinity => Ok(i32::MIN),
    }
}

/// Reads a `time`: microseconds since midnight.
///
/// # Errors
///
/// 22007 for other text, 22008 for a time out of range, 22009 and 22023 for a wrong zone, 0A000
/// for `now` where the style does not tell the time.
pub fn parse_time(text: &str, style: &TextStyle) -> Result<i64, ValueError> {
    clock::parse(text, style).map(|(micros, _)| micros).map_err(|flaw| flaw.report("time", text))
}

/// Reads a `timetz`.
///
/// # Errors
///
/// 22007 for other text, 22008 for a time out of range, 22009 and 22023 for a wrong zone, 0A000
/// for `now` where the style does not tell the time.
///
/// Without a zone and a date the time has the offset that the style's zone has today, or had when
/// 2000 began if the style does not tell.
pub fn parse_timetz(text: &str, style: &TextStyle) -> Result<Timetz, ValueError> {
    clock::parse(text, style)
        .map(|(micros, west)| Timetz { micros, west })
        .map_err(|flaw| flaw.report("time with time zone", text))
}

/// Reads a `timestamp`: microseconds since 2000-01-01. A zone in the text is ignored.
///
/// # Errors
///
/// 22007 for other text, 22008 for a moment out of range, 22009 and 22023 for a wrong zone, 0A000
/// for words such as `now` where the style does not tell the time.
pub fn parse_timestamp(text: &str, style: &TextStyle) -> Result<i64, ValueError> {
    if let Some((micros, _)) = fast::timestamp(text.as_bytes()) {
        return Ok(micros);
    }
    let moment = Moment::parse(text, style).map_err(|flaw| flaw.report("timestamp", text))?;
    let local = match moment {
        Moment::At(draft) => draft.local(),
        other => return Ok(other.special()),
    };
    local.filter(in_range).ok_or_else(|| out_of_range("timestamp", text))
}

/// Reads a `timestamptz`: microseconds since 2000-01-01 UTC.
///
/// # Errors
///
/// 22007 for other text, 22008 for a moment out of range, 22009 and 22023 for a wrong zone, 0A000
/// for words such as `now` where the style does not tell the time.
pub fn parse_timestamptz(text: &str, style: &TextStyle) -> Result<i64, ValueError> {
    let (local, west) = match fast::timestamp(text.as_bytes()) {
        Some((local, Some(west))) => (Some(local), west),
        Some((local, None)) => (Some(local), west_of(&style.time_zone, local)),
        None => {
            let moment = Moment::parse(text, style)
                .map_err(|flaw| flaw.report("timestamp with time zone", text))?;
            let draft = match moment {
                Moment::At(draft) => draft,
                other => return Ok(other.special()),
            };
            let local = draft.local();
            let west = match (&draft.zone, local) {
                (Some(zone), Some(local)) => west_of(zone, local),
                _ => draft.west,
            };
            (local, west)
        }
    };
    local
        .and_then(|local| local.checked_add(i64::from(west).wrapping_mul(1_000_000)))
        .filter(in_range)
        .ok_or_else(|| out_of_range("timestamp", text))
}

impl Moment {
    /// The value of a word, as both timestamps have it.
    fn special(&self) -> i64 {
        match self {
            Moment::Infinity => i64::MAX,
            Moment::NegInfinity => i64::MIN,
            Moment::Epoch | Moment::At(_) => {
                i64::from(UNIX_EPOCH).wrapping_mul(super::calendar::DAY)
            }
        }
    }
}

fn west_of(zone: &TimeZone, local: i64) -> i32 {
    zone.east_at_local(local).wrapping_neg()
}

fn in_range(micros: &i64) -> bool {
    (MIN_TIMESTAMP..END_TIMESTAMP).contains(micros)
}

#[cold]
fn out_of_range(type_name: &str, text: &str) -> ValueError {
    ValueError::datetime_out_of_range([type_name, " out of range: \"", text, "\""].concat())
}

/// What a field says of the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Prefix {
    Julian,
    Time,
    /// A unit that no number follows in a date.
    Unit,
}

fn named_zone(text: &str) -> Result<TimeZone, Flaw> {
    TimeZone::named(text).ok_or_else(|| Flaw::Zone(text.to_owned()))
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::types) enum Flaw {
    /// It is no text of the type.
    Format,
    /// A part is out of range.
    Field,
    /// The month or the day is out of range: perhaps the other order of the two was meant.
    MonthDay,
    /// A part of an interval is out of range.
    Interval,
    /// The offset of a zone is out of range.
    Displacement,
    /// There is no such zone.
    Zone(String),
    /// A word for the present.
    Clock(String),
}

impl Flaw {
    /// The error that PostgreSQL reports for a text of a type.
    #[cold]
    pub(in crate::types) fn report(self, type_name: &str, text: &str) -> ValueError {
        let is_of_style = self == Flaw::MonthDay;
        let (sqlstate, message) = match self {
            Flaw::Format => (
                SqlState::INVALID_DATETIME_FORMAT,
                ["invalid input syntax for type ", type_name, ": \"", text, "\""].concat(),
            ),
            Flaw::Field | Flaw::MonthDay => (
                SqlState::DATETIME_FIELD_OVERFLOW,
                ["date/time field value out of range: \"", text, "\""].concat(),
            ),
            Flaw::Interval => (
                SqlState::INTERVAL_FIELD_OVERFLOW,
                ["interval field value out of range: \"", text, "\""].concat(),
            ),
            Flaw::Displacement => (
                SqlState::INVALID_TIME_ZONE_DISPLACEMENT_VALUE,
                ["time zone displacement out of range: \"", text, "\""].concat(),
            ),
            Flaw::Zone(name) => {
                (SqlState::INVALID_PARAMETER_VALUE, format!("time zone \"{name}\" not recognized"))
            }
            Flaw::Clock(word) => (
                SqlState::FEATURE_NOT_SUPPORTED,
                format!("date/time value \"{word}\" is not supported: there is no clock here"),
            ),
        };
        let error = ValueError::new(sqlstate, message);
        match is_of_style {
            true => error.with_hint("Perhaps you need a different \"DateStyle\" setting."),
            false => error,
        }
    }
}
