//! `to_date` and `to_timestamp` of texts in a format.
//!
//! Source: `DCH_from_char` in PostgreSQL's `formatting.c`.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::Value as Stored;
use trunkline_core::types::datetime::{days_from_civil, days_in_month};
use trunkline_core::types::template::{DAYS, DateTemplate, MONTHS, Piece};
use trunkline_core::types::{TextStyle, Value};
use trunkline_core::{Oid, SqlState};

use super::text::text;
use super::time::{DAY, SECOND, kept, moment};
use super::zoned::moment_of;
use super::{Answer, Surroundings, oid, raise, styled};

pub(super) fn register(
    connection: &Connection,
    surroundings: &Surroundings,
) -> rusqlite::Result<()> {
    styled(connection, surroundings, "pg_from_char", 3, from_char)
}

/// `pg_from_char(text, format, type)`
fn from_char(context: &Context<'_>, style: &TextStyle) -> Answer {
    let oid = oid(context, 2)?;
    let (Some(input), Some(format)) = (text(context, 0)?, text(context, 1)?) else {
        return Ok(Stored::Null);
    };
    let fields = read(&input, &nodes(&format)?)?;
    let (days, time) = fields.place().map_err(|error| match error {
        Wrong::Told(error) => error,
        Wrong::OutOfRange => {
            let message = format!("date/time field value out of range: \"{input}\"");
            raise(SqlState::DATETIME_FIELD_OVERFLOW, &message)
        }
    })?;
    match oid {
        Oid::DATE => kept(Value::Date(i32::try_from(days).unwrap_or(i32::MAX)), oid),
        _ => {
            let local = days.saturating_mul(DAY).saturating_add(time);
            moment(moment_of(local, &style.time_zone))
        }
    }
}

/// A part of a format.
#[derive(Clone, Copy)]
enum Node {
    /// A pattern, and whether the words of an ordinal number follow what is read.
    Field {
        pattern: &'static str,
        is_filled: bool,
        is_ordinal: bool,
    },
    /// White space, or what is no letter and no digit.
    Separator,
    Character(char),
}

/// What is read here; all other patterns are 0A000.
const KNOWN: [&str; 33] = [
    "Y,YYY", "YYYY", "YYY", "YY", "Y", "MONTH", "MON", "MM", "MI", "MS", "DAY", "DDD", "DD", "DY",
    "HH24", "HH12", "HH", "SSSSS", "SSSS", "SS", "US", "AM", "PM", "A.M.", "P.M.", "AD", "BC",
    "A.D.", "B.C.", "Q", "J", "FF3", "FF6",
];

fn unknown(pattern: &str) -> rusqlite::Error {
    let message =
        format!("a date in the format \"{pattern}\" is not supported by the SQLite engine");
    raise(SqlState::FEATURE_NOT_SUPPORTED, &message)
}

fn nodes(format: &str) -> rusqlite::Result<Vec<Node>> {
    let template = DateTemplate::new(format);
    let nodes = template.pieces().iter().map(|piece| {
        Ok(match *piece {
            Piece::Character { character, quoted: false }
                if character.is_ascii_whitespace() || is_separator(character) =>
            {
                Node::Separator
            }
            Piece::Character { character, .. } => Node::Character(character),
            Piece::Pattern(pattern) if pattern.translated => return Err(unknown("TM")),
            Piece::Pattern(pattern) => {
                let name = pattern.name;
                let known = KNOWN.iter().find(|known| **known == name);
                Node::Field {
                    pattern: known.ok_or_else(|| unknown(name))?,
                    is_filled: pattern.fill_mode,
                    is_ordinal: pattern.ordinal.is_some(),
                }
            }
        })
    });
    nodes.collect()
}

fn is_separator(one: char) -> bool {
    one.is_ascii_punctuation()
}

/// The fields of a moment, as far as they were told.
#[derive(Default)]
struct Fields {
    year: Option<i64>,
    is_before_christ: bool,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    julian: Option<i64>,
    hour: Option<i64>,
    minute: Option<i64>,
    second: Option<i64>,
    second_of_day: Option<i64>,
    milliseconds: Option<i64>,
    microseconds: Option<i64>,
    /// Whether hours are those of a clock of twelve, and in its second half.
    is_of_twelve: bool,
    is_afternoon: bool,
}

/// What the fields do not make.
enum Wrong {
    Told(rusqlite::Error),
    OutOfRange,
}

fn malformed(message: &str) -> rusqlite::Error {
    raise(SqlState::INVALID_DATETIME_FORMAT, message)
}

fn after_spaces(rest: &str) -> (&str, i64) {
    let trimmed = rest.trim_start_matches(|one: char| one.is_ascii_whitespace());
    (trimmed, i64::try_from(rest.len() - trimmed.len()).unwrap_or(0))
}

fn after_one(rest: &str) -> &str {
    let mut characters = rest.chars();
    characters.next();
    characters.as_str()
}

/// Reads the fields of a text; what is behind the last of them does not count.
fn read(input: &str, nodes: &[Node]) -> rusqlite::Result<Fields> {
    let mut fields = Fields::default();
    let (mut rest, mut skipped) = after_spaces(input);
    for (place, node) in nodes.iter().enumerate() {
        if rest.is_empty() {
            break;
        }
        match node {
            Node::Separator => {
                match rest.starts_with(|one: char| one.is_ascii_whitespace() || is_separator(one)) {
                    true => rest = after_one(rest),
                    false => skipped -= 1,
                }
            }
            // It stands for any character, or for one that was skipped.
            Node::Character(_) if skipped > 0 => skipped -= 1,
            Node::Character(_) => rest = after_one(rest),
            Node::Field { pattern, is_filled, is_ordinal } => {
                (rest, _) = after_spaces(rest);
                let is_open = *is_filled || *is_ordinal || ends_number(nodes.get(place + 1));
                rest = fields.read(pattern, rest, is_open)?;
                if *is_ordinal {
                    rest = after_one(after_one(rest));
                }
                (rest, skipped) = after_spaces(rest);
            }
        }
    }
    Ok(fields)
}

/// Whether a number ends where this part of the format begins.
fn ends_number(next: Option<&Node>) -> bool {
    match next {
        Some(Node::Field { pattern, .. }) => {
            matches!(*pattern, "MONTH" | "MON" | "DAY" | "DY") || is_half(pattern)
        }
        Some(Node::Character(one)) => !one.is_ascii_digit(),
        Some(Node::Separator) | None => true,
    }
}

fn is_half(pattern: &str) -> bool {
    matches!(pattern, "AM" | "PM" | "A.M." | "P.M." | "AD" | "BC" | "A.D." | "B.C.")
}

/// A number at the beginning of a text, and what is behind it: of so many characters, or as long as it goes.
fn number<'t>(
    rest: &'t str,
    pattern: &str,
    width: usize,
    is_open: bool,
) -> rusqlite::Result<(i64, usize, &'t str)> {
    let wide: String = rest.chars().take(width).collect();
    let field = if is_open { rest } else { rest.get(..wide.len()).unwrap_or(rest) };
    let signed = field.strip_prefix(['-', '+']).unwrap_or(field);
    let sign = field.len() - signed.len();
    let digits = signed.bytes().take_while(u8::is_ascii_digit).count();
    let length = if digits == 0 { 0 } else { sign + digits };
    if !is_open && wide.chars().count() < width {
        let message = format!("source string too short for \"{pattern}\" formatting field");
        return Err(malformed(&message));
    }
    if length == 0 || !is_open && length < width {
        return Err(malformed(&format!("invalid value \"{wide}\" for \"{pattern}\"")));
    }
    let (digits, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
    let value = digits.parse::<i32>().map_err(|_| {
        let message = format!("value for \"{pattern}\" in source string is out of range");
        raise(SqlState::DATETIME_FIELD_OVERFLOW, &message)
    })?;
    Ok((value.into(), length, behind))
}

/// Which of some names a text begins with, and what is behind it.
fn named<'t>(
    rest: &'t str,
    pattern: &str,
    names: impl Iterator<Item = &'static str>,
) -> rusqlite::Result<(i64, &'t str)> {
    for (place, name) in (0..).zip(names) {
        if let Some((head, behind)) = rest.split_at_checked(name.len())
            && head.eq_ignore_ascii_case(name)
        {
            return Ok((place, behind));
        }
    }
    let word = rest.split_ascii_whitespace().next().unwrap_or_default();
    let shown = match pattern {
        "MONTH" => "Month",
        "MON" => "Mon",
        "DAY" => "Day",
        "DY" => "Dy",
        pattern => pattern,
    };
    Err(malformed(&format!("invalid value \"{word}\" for \"{shown}\"")))
}

fn short(name: &'static str) -> &'static str {
    name.get(..3).unwrap_or(name)
}

/// Sets a field, which may be told twice only if both are the same.
fn set(field: &mut Option<i64>, value: i64, pattern: &str) -> rusqlite::Result<()> {
    if field.is_some_and(|known| known != value) {
        let message = format!("conflicting values for \"{pattern}\" field in formatting string");
        return Err(malformed(&message));
    }
    *field = Some(value);
    Ok(())
}

impl Fields {
    /// Reads one field, and gives what is behind it.
    fn read<'t>(
        &mut self,
        pattern: &str,
        rest: &'t str,
        is_open: bool,
    ) -> rusqlite::Result<&'t str> {
        let (value, behind) = match pattern {
            "MONTH" => named(rest, pattern, MONTHS.into_iter())?,
            "MON" => named(rest, pattern, MONTHS.into_iter().map(short))?,
            "DAY" => named(rest, pattern, DAYS.into_iter())?,
            "DY" => named(rest, pattern, DAYS.into_iter().map(short))?,
            "AM" | "PM" => named(rest, pattern, ["am", "pm"].into_iter())?,
            "A.M." | "P.M." => named(rest, pattern, ["a.m.", "p.m."].into_iter())?,
            "AD" | "BC" => named(rest, pattern, ["ad", "bc"].into_iter())?,
            "A.D." | "B.C." => named(rest, pattern, ["a.d.", "b.c."].into_iter())?,
            _ => return self.read_number(pattern, rest, is_open),
        };
        match pattern {
            "MONTH" | "MON" => set(&mut self.month, value + 1, pattern)?,
            // The day of the week follows from the others.
            "DAY" | "DY" => {}
            "AD" | "BC" | "A.D." | "B.C." => self.is_before_christ = value == 1,
            _ => (self.is_of_twelve, self.is_afternoon) = (true, value == 1),
        }
        Ok(behind)
    }

    fn read_number<'t>(
        &mut self,
        pattern: &str,
        rest: &'t str,
        is_open: bool,
    ) -> rusqlite::Result<&'t str> {
        if pattern == "Y,YYY" {
            let (thousands, _, behind) = number(rest, pattern, 1, true)?;
            let behind = behind.strip_prefix(',');
            let behind = behind.ok_or_else(|| malformed("invalid input string for \"Y,YYY\""))?;
            let (years, _, behind) = number(behind, pattern, 3, false)?;
            set(&mut self.year, thousands * 1000 + years, pattern)?;
            return Ok(behind);
        }
        let width = match pattern {
            "YYYY" | "SSSS" => 4,
            "YYY" | "DDD" | "MS" | "FF3" => 3,
            "Y" | "Q" => 1,
            "SSSSS" => 5,
            "US" | "FF6" => 6,
            "J" => usize::MAX,
            _ => 2,
        };
        let (value, length, behind) = number(rest, pattern, width, is_open || pattern == "J")?;
        let field = match pattern {
            "YYYY" | "YYY" | "YY" | "Y" => &mut self.year,
            "MM" => &mut self.month,
            "DD" => &mut self.day,
            "DDD" => &mut self.day_of_year,
            "J" => &mut self.julian,
            "HH24" | "HH12" | "HH" => &mut self.hour,
            "MI" => &mut self.minute,
            "SS" => &mut self.second,
            "SSSSS" | "SSSS" => &mut self.second_of_day,
            "MS" | "FF3" => &mut self.milliseconds,
            "US" | "FF6" => &mut self.microseconds,
            // PostgreSQL reads a quarter and does nothing with it.
            _ => return Ok(behind),
        };
        let value = match pattern {
            "YYY" | "YY" | "Y" if length < 4 => near(value),
            // They are a fraction: `.5` is 500 of a thousand.
            "MS" | "FF3" | "US" | "FF6" => {
                let missing = u32::try_from(width.saturating_sub(length)).unwrap_or(0);
                value.saturating_mul(10_i64.pow(missing.min(6)))
            }
            _ => value,
        };
        set(field, value, pattern)?;
        self.is_of_twelve |= matches!(pattern, "HH12" | "HH");
        Ok(behind)
    }

    /// The days since 2000, and the microseconds since midnight.
    fn place(&self) -> Result<(i64, i64), Wrong> {
        let second_of_day = self.second_of_day.unwrap_or(0);
        let part = |field: Option<i64>, of_day: i64| field.unwrap_or(of_day);
        let mut hour = part(self.hour, second_of_day / 3600);
        let minute = part(self.minute, second_of_day / 60 % 60);
        let second = part(self.second, second_of_day % 60);
        if self.is_of_twelve {
            if !(1..=12).contains(&hour) {
                let message = format!("hour \"{hour}\" is invalid for the 12-hour clock");
                return Err(Wrong::Told(malformed(&message)));
            }
            hour = hour % 12 + if self.is_afternoon { 12 } else { 0 };
        }
        let fraction = self.milliseconds.unwrap_or(0).saturating_mul(1000);
        let fraction = fraction.saturating_add(self.microseconds.unwrap_or(0));
        let is_time = (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0..60).contains(&second)
            && (0..SECOND).contains(&fraction);
        if !is_time {
            return Err(Wrong::OutOfRange);
        }
        Ok((self.date()?, ((hour * 60 + minute) * 60 + second) * SECOND + fraction))
    }

    fn date(&self) -> Result<i64, Wrong> {
        if let Some(julian) = self.julian {
            return Ok(julian - 2_451_545);
        }
        let year = self.year.unwrap_or(0);
        let year = if self.is_before_christ && year > 0 { 1 - year } else { year };
        let year = i32::try_from(year).map_err(|_| Wrong::OutOfRange)?;
        if !(-4712..=5_874_897).contains(&year) {
            return Err(Wrong::OutOfRange);
        }
        if let (Some(of_year), None, None) = (self.day_of_year, self.month, self.day) {
            if self.year.is_none() {
                let message = "cannot calculate day of year without year information";
                return Err(Wrong::Told(malformed(message)));
            }
            let length =
                days_from_civil(year.saturating_add(1), 1, 1) - days_from_civil(year, 1, 1);
            return match (1..=length).contains(&of_year) {
                true => Ok(days_from_civil(year, 1, 1) + of_year - 1),
                false => Err(Wrong::OutOfRange),
            };
        }
        let (month, day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
        let (month, day) = (i32::try_from(month).unwrap_or(0), i32::try_from(day).unwrap_or(0));
        let is_date = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        match is_date {
            true => Ok(days_from_civil(year, month, day)),
            false => Err(Wrong::OutOfRange),
        }
    }
}

/// The year nearest to 2020 that ends so.
fn near(year: i64) -> i64 {
    match year {
        0..70 => year + 2000,
        70..100 => year + 1900,
        100..520 => year + 2000,
        520..1000 => year + 1000,
        _ => year,
    }
}
