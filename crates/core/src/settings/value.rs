//! From what a user writes to what SHOW shows.

use std::borrow::Cow;

use trunkline_proto::SqlState;
use trunkline_proto::types::{DateStyle, TimeZone};

use super::definition::{Definition, Kind};
use crate::error::{PgError, Result};

/// The value of a setting as SHOW prints it.
///
/// `current` is the value until now: `SET DateStyle = 'DMY'` keeps its other half.
pub(super) fn canonical(definition: &Definition, text: &str, current: &str) -> Result<String> {
    let invalid = || invalid_value(definition.name, text);
    match definition.name {
        "TimeZone" | "log_timezone" => {
            return TimeZone::parse(text).map(|zone| zone.to_string()).map_err(|_| invalid());
        }
        "DateStyle" => {
            let current = DateStyle::parse(current, DateStyle::default()).unwrap_or_default();
            let style = DateStyle::parse(text, current).map_err(|_| invalid())?;
            return Ok(style.to_string());
        }
        "client_encoding" => return encoding(text).map(str::to_owned).ok_or_else(invalid),
        _ => {}
    }
    match &definition.kind {
        Kind::String => Ok(text.to_owned()),
        Kind::Bool => match boolean(text) {
            Some(true) => Ok("on".to_owned()),
            Some(false) => Ok("off".to_owned()),
            None => Err(PgError::new(
                SqlState::INVALID_PARAMETER_VALUE,
                format!("parameter \"{}\" requires a Boolean value", definition.name),
            )),
        },
        Kind::Enum(words) => {
            // Some settings are on/off with more shades: `SET x = true` means "on" there.
            let wanted = match boolean(text) {
                Some(true) if words.contains(&"on") => "on",
                Some(false) if words.contains(&"off") => "off",
                _ => text,
            };
            let known = words.iter().find(|word| word.eq_ignore_ascii_case(wanted));
            known.map(|word| (*word).to_owned()).ok_or_else(|| {
                invalid().field(b'H', format!("Available values: {}.", words.join(", ")))
            })
        }
        Kind::Integer { min, max, unit } => {
            let number = number(text, *unit).ok_or_else(invalid)?.round_ties_even();
            #[allow(
                clippy::cast_precision_loss,
                reason = "the bounds are 32 bits wide but for a few"
            )]
            let (low, high) = (*min as f64, *max as f64);
            if !(low..=high).contains(&number) {
                return Err(outside(
                    definition.name,
                    &number.to_string(),
                    &low.to_string(),
                    &high.to_string(),
                    *unit,
                ));
            }
            #[allow(clippy::cast_possible_truncation, reason = "within bounds that are i64")]
            Ok(shown(number as i64, *unit).into_owned())
        }
        Kind::Real { min, max, unit } => {
            let number = number(text, *unit).ok_or_else(invalid)?;
            if !(*min..=*max).contains(&number) {
                return Err(outside(
                    definition.name,
                    &number.to_string(),
                    &min.to_string(),
                    &max.to_string(),
                    *unit,
                ));
            }
            Ok(match unit {
                Some(unit) if number != 0.0 => format!("{number}{unit}"),
                _ => number.to_string(),
            })
        }
    }
}

/// The default of a setting as SHOW prints it.
pub(super) fn shown_default(definition: &Definition) -> Cow<'static, str> {
    match (&definition.kind, definition.default.parse::<i64>()) {
        (Kind::Integer { unit, .. }, Ok(number)) => match shown(number, *unit) {
            Cow::Owned(text) => Cow::Owned(text),
            Cow::Borrowed(text) => Cow::Borrowed(text),
        },
        _ => Cow::Borrowed(definition.default),
    }
}

/// PostgreSQL's words for true and false, and unique beginnings of them.
pub(super) fn boolean(text: &str) -> Option<bool> {
    let text = text.to_ascii_lowercase();
    let begins = |word: &str| !text.is_empty() && word.starts_with(&text);
    match text.as_str() {
        "1" | "on" => Some(true),
        "0" | "of" | "off" => Some(false),
        "o" => None,
        _ if begins("true") || begins("yes") => Some(true),
        _ if begins("false") || begins("no") => Some(false),
        _ => None,
    }
}

fn encoding(text: &str) -> Option<&'static str> {
    let name: String =
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    match name.as_str() {
        "utf8" | "unicode" => Some("UTF8"),
        "sqlascii" => Some("SQL_ASCII"),
        _ => None,
    }
}

/// How many of `unit` a user's number means; the units of memory and of time do not mix.
fn number(text: &str, unit: Option<&str>) -> Option<f64> {
    let text = text.trim();
    let end = text
        .find(|c: char| c.is_ascii_alphabetic() && !matches!(c, 'e' | 'E'))
        .unwrap_or(text.len());
    let (digits, given) = text.split_at_checked(end)?;
    let value: f64 = digits.trim().parse().ok()?;
    if given.is_empty() {
        return Some(value);
    }
    let (family, size) = scale(unit?)?;
    let (given_family, given_size) = scale(given)?;
    (family == given_family).then(|| value * given_size / size)
}

#[derive(Clone, Copy, PartialEq)]
enum Family {
    Memory,
    Time,
}

/// A unit in bytes or in milliseconds. Capitals matter: `kB` and `ms`.
fn scale(unit: &str) -> Option<(Family, f64)> {
    Some(match unit {
        "B" => (Family::Memory, 1.0),
        "kB" => (Family::Memory, 1024.0),
        "8kB" => (Family::Memory, 8192.0),
        "MB" => (Family::Memory, 1_048_576.0),
        "GB" => (Family::Memory, 1_073_741_824.0),
        "TB" => (Family::Memory, 1_099_511_627_776.0),
        "us" => (Family::Time, 0.001),
        "ms" => (Family::Time, 1.0),
        "s" => (Family::Time, 1_000.0),
        "min" => (Family::Time, 60_000.0),
        "h" => (Family::Time, 3_600_000.0),
        "d" => (Family::Time, 86_400_000.0),
        _ => return None,
    })
}

/// A number in the largest unit that leaves it whole: 5400000 ms are `90min`.
fn shown(number: i64, unit: Option<&'static str>) -> Cow<'static, str> {
    let (Some(unit), true) = (unit, number > 0) else {
        return Cow::Owned(number.to_string());
    };
    let (base, steps): (i64, &[(&str, i64)]) = match unit {
        "B" => (1, MEMORY),
        "kB" => (1024, MEMORY),
        "8kB" => (8192, MEMORY),
        "MB" => (1_048_576, MEMORY),
        "ms" => (1, TIME),
        "s" => (1_000, TIME),
        "min" => (60_000, TIME),
        _ => return Cow::Owned(format!("{number}{unit}")),
    };
    let Some(total) = number.checked_mul(base) else {
        return Cow::Owned(format!("{number}{unit}"));
    };
    let fitting = steps.iter().find(|(_, size)| total % size == 0);
    match fitting {
        Some((name, size)) => Cow::Owned(format!("{}{name}", total / size)),
        None => Cow::Owned(format!("{number}{unit}")),
    }
}

const MEMORY: &[(&str, i64)] =
    &[("TB", 1_099_511_627_776), ("GB", 1_073_741_824), ("MB", 1_048_576), ("kB", 1024), ("B", 1)];

const TIME: &[(&str, i64)] =
    &[("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000), ("ms", 1)];

pub(super) fn invalid_value(name: &str, text: &str) -> PgError {
    PgError::new(
        SqlState::INVALID_PARAMETER_VALUE,
        format!("invalid value for parameter \"{name}\": \"{text}\""),
    )
}

fn outside(name: &str, value: &str, low: &str, high: &str, unit: Option<&str>) -> PgError {
    let unit = unit.map(|unit| format!(" {unit}")).unwrap_or_default();
    PgError::new(
        SqlState::INVALID_PARAMETER_VALUE,
        format!(
            "{value}{unit} is outside the valid range for parameter \"{name}\" ({low}{unit} .. {high}{unit})"
        ),
    )
}
