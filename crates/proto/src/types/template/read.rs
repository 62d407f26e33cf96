//! Dates and times from a text, by a template.
//!
//! Source: `DCH_from_char` in PostgreSQL's `formatting.c`.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "fields are numbers of an i32, and days and seconds of them are far inside i64"
)]

use super::date::{Case, DateTemplate, Pattern, Piece};
use super::words::{DAYS, MONTHS};
use crate::SqlState;
use crate::types::ValueError;
use crate::types::datetime::{days_from_civil, days_in_month};

/// Microseconds.
const SECOND: i64 = 1_000_000;
const NOT_FIXED: &str = "If your source string is not fixed-width, try using the \"FM\" modifier.";

impl DateTemplate {
    /// Reads a date and a time of day of no zone, as `to_date` and `to_timestamp` do: the days since 2000-01-01, and
    /// the microseconds since midnight.
    ///
    /// ```
    /// use trunkline_proto::types::template::DateTemplate;
    ///
    /// let template = DateTemplate::new("DD Mon YYYY HH:MI AM");
    /// assert_eq!(template.read("05 Dec 2000 1:30 PM"), Ok((339, 48_600_000_000)));
    /// assert!(template.read("05 Foo 2000").is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// 22007 for a text that is not as the template says, 22008 for fields that are out of range, and 0A000 for
    /// a pattern that is not read here, such as a week or a zone.
    pub fn read(&self, input: &str) -> Result<(i64, i64), ValueError> {
        let nodes = self.pieces().iter().map(Node::new).collect::<Result<Vec<_>, _>>()?;
        read(input, &nodes)?.place(input)
    }
}

/// A part of a template.
#[derive(Clone, Copy)]
enum Node {
    Field(Pattern),
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

impl Node {
    fn new(piece: &Piece) -> Result<Node, ValueError> {
        Ok(match *piece {
            Piece::Character { character, quoted: false }
                if character.is_ascii_whitespace() || is_separator(character) =>
            {
                Node::Separator
            }
            Piece::Character { character, .. } => Node::Character(character),
            Piece::Pattern(pattern) if pattern.translated => return Err(unknown("TM")),
            Piece::Pattern(pattern) if KNOWN.contains(&pattern.name) => Node::Field(pattern),
            Piece::Pattern(pattern) => return Err(unknown(pattern.name)),
        })
    }
}

fn unknown(pattern: &str) -> ValueError {
    let message = format!("a date in the format \"{pattern}\" is not supported");
    ValueError::new(SqlState::FEATURE_NOT_SUPPORTED, message)
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

fn malformed(message: impl Into<String>) -> ValueError {
    ValueError::new(SqlState::INVALID_DATETIME_FORMAT, message)
}

/// A pattern as it was written.
fn shown(pattern: &Pattern) -> String {
    match pattern.case {
        Case::Upper => pattern.name.to_owned(),
        Case::Lower => pattern.name.to_ascii_lowercase(),
        Case::Capital => {
            let (first, rest) = pattern.name.split_at_checked(1).unwrap_or((pattern.name, ""));
            first.to_owned() + &rest.to_ascii_lowercase()
        }
    }
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
fn read(input: &str, nodes: &[Node]) -> Result<Fields, ValueError> {
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
            Node::Field(pattern) => {
                (rest, _) = after_spaces(rest);
                let is_ordinal = pattern.ordinal.is_some();
                let is_open = pattern.fill_mode || is_ordinal || ends_number(nodes.get(place + 1));
                rest = fields.read(pattern, rest, is_open)?;
                if is_ordinal {
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
        Some(Node::Field(pattern)) => {
            matches!(pattern.name, "MONTH" | "MON" | "DAY" | "DY") || is_half(pattern.name)
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
    pattern: &Pattern,
    width: usize,
    is_open: bool,
) -> Result<(i64, usize, &'t str), ValueError> {
    let wide: String = rest.chars().take(width).collect();
    let field = if is_open { rest } else { rest.get(..wide.len()).unwrap_or(rest) };
    let signed = field.strip_prefix(['-', '+']).unwrap_or(field);
    let sign = field.len() - signed.len();
    let digits = signed.bytes().take_while(u8::is_ascii_digit).count();
    let length = if digits == 0 { 0 } else { sign + digits };
    let wanted = || format!("Field requires {width} characters, but only");
    let name = shown(pattern);
    if !is_open && wide.chars().count() < width {
        let message = format!("source string too short for \"{name}\" formatting field");
        let detail = format!("{} {} remain.", wanted(), wide.chars().count());
        return Err(malformed(message).with_detail(detail).with_hint(NOT_FIXED));
    }
    let refused = || malformed(format!("invalid value \"{wide}\" for \"{name}\""));
    if length == 0 {
        return Err(refused().with_detail("Value must be an integer."));
    }
    if !is_open && length < width {
        let detail = format!("{} {length} could be parsed.", wanted());
        return Err(refused().with_detail(detail).with_hint(NOT_FIXED));
    }
    let (digits, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
    let value = digits.parse::<i32>().map_err(|_| {
        let message = format!("value for \"{name}\" in source string is out of range");
        let error = ValueError::new(SqlState::DATETIME_FIELD_OVERFLOW, message);
        error.with_detail("Value must be in the range -2147483648 to 2147483647.")
    })?;
    Ok((value.into(), length, behind))
}

/// Which of some names a text begins with, and what is behind it.
fn named<'t>(
    rest: &'t str,
    pattern: &Pattern,
    names: impl Iterator<Item = &'static str>,
) -> Result<(i64, &'t str), ValueError> {
    for (place, name) in (0..).zip(names) {
        if let Some((head, behind)) = rest.split_at_checked(name.len())
            && head.eq_ignore_ascii_case(name)
        {
            return Ok((place, behind));
        }
    }
    let word = rest.split_ascii_whitespace().next().unwrap_or_default();
    let error = malformed(format!("invalid value \"{word}\" for \"{}\"", shown(pattern)));
    Err(error
        .with_detail("The given value did not match any of the allowed values for this field."))
}

fn short(name: &'static str) -> &'static str {
    name.get(..3).unwrap_or(name)
}

/// Sets a field, which may be told twice only if both are the same.
fn set(field: &mut Option<i64>, value: i64, pattern: &Pattern) -> Result<(), ValueError> {
    if field.is_some_and(|known| known != value) {
        let name = shown(pattern);
        let message = format!("conflicting values for \"{name}\" field in formatting string");
        let detail = "This value contradicts a previous setting for the same field type.";
        return Err(malformed(message).with_detail(detail));
    }
    *field = Some(value);
    Ok(())
}

impl Fields {
    /// Reads one field, and gives what is behind it.
    fn read<'t>(
        &mut self,
        pattern: &Pattern,
        rest: &'t str,
        is_open: bool,
    ) -> Result<&'t str, ValueError> {
        let (value, behind) = match pattern.name {
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
        match pattern.name {
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
        pattern: &Pattern,
        rest: &'t str,
        is_open: bool,
    ) -> Result<&'t str, ValueError> {
        if pattern.name == "Y,YYY" {
            let (thousands, _, behind) = number(rest, pattern, 1, true)?;
            let behind = behind.strip_prefix(',');
            let behind = behind.ok_or_else(|| malformed("invalid input string for \"Y,YYY\""))?;
            let (years, _, behind) = number(behind, pattern, 3, false)?;
            set(&mut self.year, thousands * 1000 + years, pattern)?;
            return Ok(behind);
        }
        let width = match pattern.name {
            "YYYY" | "SSSS" => 4,
            "YYY" | "DDD" | "MS" | "FF3" => 3,
            "Y" | "Q" => 1,
            "SSSSS" => 5,
            "US" | "FF6" => 6,
            "J" => usize::MAX,
            _ => 2,
        };
        let (value, length, behind) = number(rest, pattern, width, is_open || pattern.name == "J")?;
        let field = match pattern.name {
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
        let value = match pattern.name {
            "YYY" | "YY" | "Y" if length < 4 => near(value),
            // They are a fraction: `.5` is 500 of a thousand.
            "MS" | "FF3" | "US" | "FF6" => {
                let missing = u32::try_from(width.saturating_sub(length)).unwrap_or(0);
                value.saturating_mul(10_i64.saturating_pow(missing.min(6)))
            }
            _ => value,
        };
        set(field, value, pattern)?;
        self.is_of_twelve |= matches!(pattern.name, "HH12" | "HH");
        Ok(behind)
    }

    /// The days since 2000, and the microseconds since midnight.
    fn place(&self, input: &str) -> Result<(i64, i64), ValueError> {
        let second_of_day = self.second_of_day.unwrap_or(0);
        let part = |field: Option<i64>, of_day: i64| field.unwrap_or(of_day);
        let mut hour = part(self.hour, second_of_day / 3600);
        let minute = part(self.minute, second_of_day / 60 % 60);
        let second = part(self.second, second_of_day % 60);
        if self.is_of_twelve {
            if !(1..=12).contains(&hour) {
                let error = malformed(format!("hour \"{hour}\" is invalid for the 12-hour clock"));
                let hint = "Use the 24-hour clock, or give an hour between 1 and 12.";
                return Err(error.with_hint(hint));
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
            return Err(out_of_range(input));
        }
        Ok((self.date(input)?, ((hour * 60 + minute) * 60 + second) * SECOND + fraction))
    }

    fn date(&self, input: &str) -> Result<i64, ValueError> {
        if let Some(julian) = self.julian {
            return Ok(julian - 2_451_545);
        }
        let year = self.year.unwrap_or(0);
        let year = if self.is_before_christ && year > 0 { 1 - year } else { year };
        let year = i32::try_from(year).map_err(|_| out_of_range(input))?;
        if !(-4712..=5_874_897).contains(&year) {
            return Err(out_of_range(input));
        }
        if let (Some(of_year), None, None) = (self.day_of_year, self.month, self.day) {
            if self.year.is_none() {
                return Err(malformed("cannot calculate day of year without year information"));
            }
            let length =
                days_from_civil(year.saturating_add(1), 1, 1) - days_from_civil(year, 1, 1);
            return match (1..=length).contains(&of_year) {
                true => Ok(days_from_civil(year, 1, 1) + of_year - 1),
                false => Err(out_of_range(input)),
            };
        }
        let (month, day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
        let (month, day) = (i32::try_from(month).unwrap_or(0), i32::try_from(day).unwrap_or(0));
        let is_date = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        match is_date {
            true => Ok(days_from_civil(year, month, day)),
            false => Err(out_of_range(input)),
        }
    }
}

fn out_of_range(input: &str) -> ValueError {
    let message = format!("date/time field value out of range: \"{input}\"");
    ValueError::new(SqlState::DATETIME_FIELD_OVERFLOW, message)
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
