//! `to_date` and `to_timestamp`: text read by a template, in the patterns that most are made of.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-formatting.html>.

use trunkline_core::types::datetime::{days_from_civil, days_in_month};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::strings::text;
use super::times::{DAY, SECOND, back};
use crate::datum::Datum;
use crate::error::unsupported;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str, types: &[Oid]) -> Option<Function> {
    Some(match name {
        "to_date" => {
            |call| Ok(read(call)?.map_or(Datum::Null, |at| Datum::Int(at.div_euclid(DAY))))
        }
        "to_timestamp" if types.len() == 2 => |call| {
            let at = read(call)?.map(|local| back(call, local, Oid::TIMESTAMPTZ));
            Ok(at.map_or(Datum::Null, Datum::Int))
        },
        _ => return None,
    })
}

/// What a part of a template is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
    MonthName,
    MonthShort,
    Meridian,
}

/// A space or a sign, a letter in quotes, or a pattern as it is written and the digits that it has.
#[derive(Clone, Copy)]
enum Part<'t> {
    Separator,
    Letter,
    Pattern(&'t str, Field, usize),
}

/// The patterns that are known, longer ones first.
const PATTERNS: [(&str, Field, usize); 14] = [
    ("MONTH", Field::MonthName, 0),
    ("YYYY", Field::Year, 4),
    ("HH24", Field::Hour, 2),
    ("HH12", Field::Hour, 2),
    ("MON", Field::MonthShort, 0),
    ("MM", Field::Month, 2),
    ("DD", Field::Day, 2),
    ("HH", Field::Hour, 2),
    ("MI", Field::Minute, 2),
    ("SS", Field::Second, 2),
    ("MS", Field::Millisecond, 3),
    ("US", Field::Microsecond, 6),
    ("AM", Field::Meridian, 0),
    ("PM", Field::Meridian, 0),
];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl<'t> Part<'t> {
    /// The parts of a template.
    ///
    /// # Errors
    ///
    /// 0A000 for a pattern that is not known here.
    fn all(template: &'t str) -> Result<Vec<Part<'t>>> {
        let (mut parts, mut rest) = (Vec::new(), template);
        while let Some(first) = rest.chars().next() {
            if first.is_ascii_whitespace() || first.is_ascii_punctuation() && first != '"' {
                parts.push(Part::Separator);
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
            if let Some((quoted, behind)) =
                rest.strip_prefix('"').and_then(|own| own.split_once('"'))
                && !quoted.contains('\\')
            {
                parts.extend(quoted.chars().map(|_| Part::Letter));
                rest = behind;
                continue;
            }
            let begins = |name: &str| {
                rest.get(..name.len()).is_some_and(|own| own.eq_ignore_ascii_case(name))
            };
            let found = PATTERNS.iter().find(|(name, ..)| begins(name));
            // `DDD` and `SSSS` are others.
            let is_longer = begins("DDD") || begins("SSS");
            let Some((name, field, digits)) = found.filter(|_| !is_longer) else {
                return Err(unsupported(0, "this pattern of to_date() and to_timestamp()"));
            };
            let (written, behind) = rest.split_at_checked(name.len()).unwrap_or((rest, ""));
            parts.push(Part::Pattern(written, *field, *digits));
            rest = behind;
        }
        Ok(parts)
    }
}

/// What was read so far.
#[derive(Default)]
struct Found {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    micros: i64,
    /// Whether the hour is one of twelve.
    is_half: bool,
    is_pm: bool,
}

/// The point in time, by clocks of no zone.
fn read(call: &Call<'_>) -> Result<Option<i64>> {
    let (Some(source), Some(template)) = (text(call, 0), text(call, 1)) else { return Ok(None) };
    call.run.steps(source.len().saturating_add(template.len()))?;
    let parts = Part::all(template)?;
    let (mut rest, mut found) = (source, Found::default());
    // How many blanks of the text are for no part of the template.
    let mut extra = 0_usize;
    for (place, part) in parts.iter().enumerate() {
        if rest.is_empty() {
            break;
        }
        if place == 0 || matches!(part, Part::Pattern(..)) {
            let trimmed = rest.trim_start_matches(|one: char| one.is_ascii_whitespace());
            extra += rest.len() - trimmed.len();
            rest = trimmed;
        }
        match part {
            Part::Separator => {
                let is_sign = |one: char| one.is_ascii_whitespace() || one.is_ascii_punctuation();
                match rest.strip_prefix(is_sign) {
                    Some(behind) => rest = behind,
                    None => extra = extra.saturating_sub(1),
                }
            }
            // A blank that was passed over already may have been for it.
            Part::Letter if extra > 0 => extra -= 1,
            Part::Letter => {
                let mut letters = rest.chars();
                letters.next();
                rest = letters.as_str();
            }
            Part::Pattern(name, field, 0) => rest = word(rest, (name, *field), &mut found)?,
            Part::Pattern(name, field, digits) => {
                // Where digits follow, it has no more than its own.
                let is_open = !matches!(parts.get(place + 1), Some(Part::Pattern(_, _, 1..)));
                let (value, behind) = number(rest, name, *digits, is_open)?;
                found.set(*field, value, rest.len() - behind.len(), name)?;
                found.is_half |= *field == Field::Hour && !name.ends_with("24");
                rest = behind;
            }
        }
    }
    found.local(source).map(Some)
}

fn invalid(value: &str, name: &str, detail: String) -> PgError {
    let message = format!("invalid value \"{value}\" for \"{name}\"");
    PgError::new(SqlState::INVALID_DATETIME_FORMAT, message).detail(detail)
}

/// A number, and what is behind it.
fn number<'t>(text: &'t str, name: &str, digits: usize, is_open: bool) -> Result<(i64, &'t str)> {
    let field =
        text.char_indices().nth(digits).map_or(text, |(end, _)| text.get(..end).unwrap_or(text));
    let own = if is_open { text } else { field };
    let length = own.bytes().take_while(u8::is_ascii_digit).count();
    let hint = "If your source string is not fixed-width, try using the \"FM\" modifier.";
    if !is_open && field.chars().count() < digits {
        let message = format!("source string too short for \"{name}\" formatting field");
        let detail = format!(
            "Field requires {digits} characters, but only {} remain.",
            field.chars().count()
        );
        let error = PgError::new(SqlState::INVALID_DATETIME_FORMAT, message);
        return Err(error.detail(detail).hint(hint));
    }
    if length == 0 {
        return match own.as_bytes() {
            [b'+' | b'-', ..] => Err(unsupported(0, "a sign within to_date() and to_timestamp()")),
            _ => Err(invalid(field, name, "Value must be an integer.".to_owned())),
        };
    }
    if !is_open && length < digits {
        let detail =
            format!("Field requires {digits} characters, but only {length} could be parsed.");
        return Err(invalid(field, name, detail).hint(hint));
    }
    let (value, behind) = text.split_at_checked(length).unwrap_or((text, ""));
    let value = value.parse::<i32>().map_err(|_| {
        let message = format!("value for \"{name}\" in source string is out of range");
        let error = PgError::new(SqlState::DATETIME_FIELD_OVERFLOW, message);
        error.detail("Value must be in the range -2147483648 to 2147483647.")
    })?;
    Ok((value.into(), behind))
}

/// The name of a month, or which half of the day it is; what is behind it.
fn word<'t>(text: &'t str, (name, field): (&str, Field), found: &mut Found) -> Result<&'t str> {
    let begins =
        |word: &str| text.get(..word.len()).is_some_and(|own| own.eq_ignore_ascii_case(word));
    let length = |month: &str| if field == Field::MonthShort { 3 } else { month.len() };
    let length = if field == Field::Meridian {
        let half = ["am", "pm"].iter().position(|half| begins(half));
        found.is_half = true;
        found.is_pm = half == Some(1);
        half.map(|_| 2)
    } else {
        let month =
            MONTHS.iter().position(|month| begins(month.get(..length(month)).unwrap_or(month)));
        found.month = month.and_then(|month| i64::try_from(month + 1).ok()).unwrap_or(0);
        month.and_then(|month| MONTHS.get(month)).map(|month| length(month))
    };
    length.and_then(|length| text.get(length..)).ok_or_else(|| {
        let shown = text.split(|one: char| one.is_ascii_whitespace()).next().unwrap_or_default();
        let detail = "The given value did not match any of the allowed values for this field.";
        invalid(shown, name, detail.to_owned())
    })
}

impl Found {
    /// Takes a number of so many digits.
    fn set(&mut self, field: Field, value: i64, digits: usize, name: &str) -> Result<()> {
        // What is behind the point of a second counts from there.
        let share = |width: usize| {
            let missing = u32::try_from(width.saturating_sub(digits)).unwrap_or(0);
            value.saturating_mul(10_i64.saturating_pow(missing))
        };
        let (place, value) = match field {
            Field::Year => (&mut self.year, value),
            Field::Month => (&mut self.month, value),
            Field::Day => (&mut self.day, value),
            Field::Hour => (&mut self.hour, value),
            Field::Minute => (&mut self.minute, value),
            Field::Second => (&mut self.second, value),
            Field::Millisecond => (&mut self.micros, share(3).saturating_mul(1000)),
            _ => (&mut self.micros, share(6)),
        };
        if *place != 0 && *place != value {
            let message = format!("conflicting values for \"{name}\" field in formatting string");
            let error = PgError::new(SqlState::INVALID_DATETIME_FORMAT, message);
            return Err(
                error.detail("This value contradicts a previous setting for the same field type.")
            );
        }
        *place = value;
        Ok(())
    }

    fn local(mut self, source: &str) -> Result<i64> {
        if self.is_half {
            if !(1..=12).contains(&self.hour) {
                let message = format!("hour \"{}\" is invalid for the 12-hour clock", self.hour);
                let error = PgError::new(SqlState::INVALID_DATETIME_FORMAT, message);
                let hint = "Use the 24-hour clock, or give an hour between 1 and 12.";
                return Err(error.hint(hint));
            }
            self.hour = self.hour % 12 + if self.is_pm { 12 } else { 0 };
        }
        let part = |value: i64| i32::try_from(value).unwrap_or(i32::MAX);
        let (year, month) = (part(self.year), part(self.month.max(1)));
        let day = part(self.day.max(1));
        let is_time = self.hour < 24 && self.minute < 60 && self.second < 60;
        let is_date = year <= 294_276 && month <= 12 && day <= days_in_month(year, month);
        if !is_time || !is_date || self.micros >= SECOND {
            let message = format!("date/time field value out of range: \"{source}\"");
            return Err(PgError::new(SqlState::DATETIME_FIELD_OVERFLOW, message));
        }
        let seconds = (self.hour * 60 + self.minute) * 60 + self.second;
        Ok(days_from_civil(year, month, day) * DAY + seconds * SECOND + self.micros)
    }
}
