//! POSIX zones: `EST5`, `<+0530>-05:30`, and without a name `+05:45`.
//!
//! Source: <https://www.postgresql.org/docs/18/datetime-posix-timezone-specs.html>. A positive
//! offset is **west** of Greenwich.

use super::{Name, Rules, TimeZone};

/// The largest offset: a week less an hour.
pub(super) const MAX_HOURS: u32 = 167;

/// The names that the crate gets for those of a zone with summer time.
#[cfg(feature = "time")]
pub(super) const WINTER: &str = "WWW";
#[cfg(feature = "time")]
pub(super) const SUMMER: &str = "SSS";

/// Reads a zone; the text is in upper case, as PostgreSQL keeps it.
pub(super) fn parse(text: &str) -> Option<TimeZone> {
    let (abbreviation, rest) = name(text)?;
    let (west, rest) = offset(rest)?;
    if !rest.is_empty() {
        return with_summer_time(text, abbreviation, west, rest);
    }
    Some(TimeZone {
        name: Name::Shared(text.into()),
        rules: Rules::Fixed {
            east: west.checked_neg()?,
            abbreviation: Name::Shared(abbreviation.into()),
        },
    })
}

/// An abbreviation up to a digit, a sign or a comma, or in angle brackets, and what follows.
fn name(text: &str) -> Option<(&str, &str)> {
    if let Some(quoted) = text.strip_prefix('<') {
        return quoted.split_once('>');
    }
    let ends = |c: char| c.is_ascii_digit() || matches!(c, ',' | '-' | '+');
    text.split_at_checked(text.find(ends).unwrap_or(text.len()))
}

/// Hours, and minutes and seconds where there are any.
pub(super) fn offset_text(seconds: u32) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (minutes, seconds) {
        (0, 0) => format!("{hours:02}"),
        (_, 0) => format!("{hours:02}:{minutes:02}"),
        _ => format!("{hours:02}:{minutes:02}:{seconds:02}"),
    }
}

/// A zone with summer time: its name, its offset if that is not one hour, its rules if they are
/// not those of the United States.
#[cfg(feature = "time")]
fn with_summer_time(text: &str, winter: &str, west: i32, summer: &str) -> Option<TimeZone> {
    let (summer, rest) = name(summer).filter(|(summer, _)| !summer.is_empty())?;
    let (summer_west, rules) = match rest.as_bytes().first() {
        None | Some(b',') => (west.checked_sub(3600)?, rest),
        Some(_) => offset(rest)?,
    };
    let rules = if rules.is_empty() { ",M3.2.0,M11.1.0" } else { rules };
    let amount = |west: i32| {
        format!("{}{}", if west < 0 { "-" } else { "+" }, offset_text(west.unsigned_abs()))
    };
    // The crate is stricter about names: it gets others.
    let posix = format!("{WINTER}{}{SUMMER}{}{rules}", amount(west), amount(summer_west));
    Some(TimeZone {
        name: Name::Shared(text.into()),
        rules: Rules::Posix {
            rules: jiff::tz::TimeZone::posix(&posix).ok()?,
            winter: Name::Shared(winter.into()),
            summer: Name::Shared(summer.into()),
        },
    })
}

#[cfg(not(feature = "time"))]
fn with_summer_time(_: &str, _: &str, _: i32, _: &str) -> Option<TimeZone> {
    None
}

/// `[+-]hh[:mm[:ss]]` at the start of a text, in seconds, and what follows.
fn offset(text: &str) -> Option<(i32, &str)> {
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let (hours, mut rest) = number(rest, MAX_HOURS)?;
    let mut seconds = hours.checked_mul(3600)?;
    if let Some(after) = rest.strip_prefix(':') {
        let (minutes, after) = number(after, 59)?;
        seconds = seconds.checked_add(minutes.checked_mul(60)?)?;
        rest = after;
        if let Some(after) = rest.strip_prefix(':') {
            let (more, after) = number(after, 60)?;
            seconds = seconds.checked_add(more)?;
            rest = after;
        }
    }
    let seconds = i32::try_from(seconds).ok()?;
    Some((if negative { seconds.checked_neg()? } else { seconds }, rest))
}

fn number(text: &str, max: u32) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    let value = digits.parse().ok().filter(|value| *value <= max)?;
    Some((value, rest))
}
