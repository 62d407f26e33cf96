//! Dates, times and intervals by a template.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "fields of an i64 of microseconds, and i32s of months and days, are far inside i64"
)]

use super::date::{DateTemplate, Pattern, Piece};
use super::ordinal;
use super::words::{self, DAYS, MONTHS, Words};
use crate::SqlState;
use crate::types::datetime::{civil_from_days, days_from_civil};
use crate::types::{Interval, TimeZone, ValueError};

/// Microseconds.
const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// The Julian day of 2000-01-01.
const EPOCH: i64 = 2_451_545;

impl DateTemplate {
    /// Prints a `timestamp`, in microseconds since 2000-01-01; `None`, which is NULL, for the
    /// infinities and by an empty template.
    pub fn timestamp(&self, micros: i64) -> Option<String> {
        self.moment(micros, Kind::Local)
    }

    /// Prints a `timestamptz`, in microseconds since 2000-01-01 UTC, by the clocks of a zone; `None`
    /// as for [`timestamp`](DateTemplate::timestamp).
    pub fn timestamptz(&self, micros: i64, zone: &TimeZone) -> Option<String> {
        if is_infinite(micros) {
            return None;
        }
        let east = i64::from(zone.east_at(micros));
        let kind = Kind::Zoned { east, abbreviation: zone.abbreviation_at(micros) };
        self.moment(micros.saturating_add(east * SECOND), kind)
    }

    /// Prints an `interval`, or a `time`, which is one of no days; `None` as for
    /// [`timestamp`](DateTemplate::timestamp).
    ///
    /// # Errors
    ///
    /// 22007 for what an interval has not, such as a name of a month or a zone.
    pub fn interval(&self, interval: Interval) -> Result<Option<String>, ValueError> {
        let is_infinite = matches!(interval, Interval::INFINITY | Interval::NEG_INFINITY);
        if is_infinite || self.is_empty() {
            return Ok(None);
        }
        self.print(&Fields::of_interval(interval)).map(Some)
    }

    fn moment(&self, local: i64, kind: Kind) -> Option<String> {
        if is_infinite(local) || self.is_empty() {
            return None;
        }
        // Only an interval has fields that are refused.
        self.print(&Fields::of_moment(local, kind)).ok()
    }

    fn print(&self, fields: &Fields) -> Result<String, ValueError> {
        let mut out = String::new();
        for piece in self.pieces() {
            match piece {
                Piece::Character { character, .. } => out.push(*character),
                Piece::Pattern(pattern) => fields.print(pattern, &mut out)?,
            }
        }
        Ok(out)
    }
}

fn is_infinite(micros: i64) -> bool {
    matches!(micros, i64::MIN | i64::MAX)
}

/// Whose fields they are.
enum Kind {
    Local,
    Zoned { east: i64, abbreviation: String },
    Interval,
}

/// What calendar and clock show; of an interval, all may be negative.
struct Fields {
    kind: Kind,
    /// The astronomical year: 0 is 1 BC.
    year: i64,
    month: i64,
    day: i64,
    /// Days since 2000-01-01.
    days: i64,
    /// From 1; the days of an interval with months of 30.
    day_of_year: i64,
    /// Microseconds of the day, or all of an interval's.
    time: i64,
}

impl Fields {
    fn of_moment(local: i64, kind: Kind) -> Fields {
        let days = local.div_euclid(DAY);
        let civil = civil_from_days(narrow(days));
        Fields {
            kind,
            year: civil.year.into(),
            month: civil.month.into(),
            day: civil.day.into(),
            days,
            day_of_year: days - days_from_civil(civil.year, 1, 1) + 1,
            time: local.rem_euclid(DAY),
        }
    }

    fn of_interval(interval: Interval) -> Fields {
        let (year, month) = (interval.months / 12, interval.months % 12);
        let (months, day) = (i64::from(interval.months), i64::from(interval.days));
        Fields {
            kind: Kind::Interval,
            year: year.into(),
            month: month.into(),
            day,
            days: match month {
                // They are months of 30.6 days there, before a March.
                -11 => days_from_civil(year - 1, 3, interval.days) - 61,
                -10 => days_from_civil(year - 1, 3, interval.days) - 31,
                _ => days_from_civil(year, month, interval.days),
            },
            day_of_year: months * 30 + day,
            time: interval.micros,
        }
    }

    fn print(&self, pattern: &Pattern, out: &mut String) -> Result<(), ValueError> {
        match self.number(pattern) {
            Some(number) => {
                out.push_str(&number);
                if let Some(case) = pattern.ordinal {
                    out.push_str(&words::cased(ordinal(&number), case));
                }
            }
            None => out.push_str(&self.word(pattern)?),
        }
        Ok(())
    }

    /// A pattern that is a number; `None` for the others, and `D` and `ID` of an interval.
    fn number(&self, pattern: &Pattern) -> Option<String> {
        let hour = self.time / (3600 * SECOND);
        let fraction = self.time % SECOND;
        let is_interval = matches!(self.kind, Kind::Interval);
        // A minus sign needs a place of its own.
        let filled = |value: i64, width: usize, is_negative: bool| {
            let width = if pattern.fill_mode { 0 } else { width + usize::from(is_negative) };
            format!("{value:0width$}")
        };
        let signed = |value: i64, width: usize| filled(value, width, value < 0);
        // There is no year zero, but for an interval.
        let shown = |year: i64| if year > 0 || is_interval { year } else { 1 - year };
        let year = shown(self.year);
        let of_year = |year: i64, width: usize| {
            let value = match width {
                4 => year,
                3 => year % 1000,
                _ => year % 100,
            };
            filled(value, width, shown(self.year) < 0)
        };
        Some(match pattern.name {
            "HH" | "HH12" => filled(if hour % 12 == 0 { 12 } else { hour % 12 }, 2, hour < 0),
            "HH24" => signed(hour, 2),
            "MI" => signed(self.time / (60 * SECOND) % 60, 2),
            "SS" => signed(self.time / SECOND % 60, 2),
            "SSSS" | "SSSSS" => (self.time / SECOND).to_string(),
            "MS" | "FF3" => format!("{:03}", fraction / 1000),
            "US" | "FF6" => format!("{fraction:06}"),
            "FF1" => (fraction / 100_000).to_string(),
            "FF2" => format!("{:02}", fraction / 10_000),
            "FF4" => format!("{:04}", fraction / 100),
            "FF5" => format!("{:05}", fraction / 10),
            "YYYY" => of_year(year, 4),
            "YYY" => of_year(year, 3),
            "YY" => of_year(year, 2),
            "Y" => (year % 10).to_string(),
            "Y,YYY" => format!("{},{:03}", year / 1000, year % 1000),
            "IYYY" => of_year(shown(self.iso_week().0), 4),
            "IYY" => of_year(shown(self.iso_week().0), 3),
            "IY" => of_year(shown(self.iso_week().0), 2),
            "I" => (shown(self.iso_week().0) % 10).to_string(),
            "CC" => signed(self.century(), 2),
            "MM" => signed(self.month, 2),
            "DD" => filled(self.day, 2, false),
            "DDD" => filled(self.day_of_year, 3, false),
            "IDDD" => {
                let monday = first_monday(self.iso_week().0);
                filled(self.days - monday + 1, 3, false)
            }
            "D" if !is_interval => (weekday(self.days) + 1).to_string(),
            "ID" if !is_interval => ((weekday(self.days) + 6) % 7 + 1).to_string(),
            "WW" => filled((self.day_of_year - 1) / 7 + 1, 2, false),
            "W" => ((self.day - 1) / 7 + 1).to_string(),
            "IW" => filled(self.iso_week().1, 2, false),
            "Q" if self.month != 0 => ((self.month - 1) / 3 + 1).to_string(),
            "J" => (self.days + EPOCH).to_string(),
            _ => return None,
        })
    }

    /// A pattern that is no number.
    fn word(&self, pattern: &Pattern) -> Result<String, ValueError> {
        let words = Words::of(pattern);
        let half = i64::from(self.time / (3600 * SECOND) % 24 >= 12);
        match pattern.name {
            "AM" | "PM" => return Ok(words.either(half, ["AM", "PM"])),
            "A.M." | "P.M." => return Ok(words.either(half, ["A.M.", "P.M."])),
            "RM" => return Ok(self.roman_month(words)),
            "Q" | "FX" => return Ok(String::new()),
            _ => {}
        }
        let (east, abbreviation) = match &self.kind {
            Kind::Interval => return Err(no_interval()),
            Kind::Local => (0, ""),
            Kind::Zoned { east, abbreviation } => (*east, abbreviation.as_str()),
        };
        let era = i64::from(self.year > 0);
        let sign = if east < 0 { '-' } else { '+' };
        let (hours, minutes) = (east.abs() / 3600, east.abs() / 60 % 60);
        Ok(match pattern.name {
            "AD" | "BC" => words.either(era, ["BC", "AD"]),
            "A.D." | "B.C." => words.either(era, ["B.C.", "A.D."]),
            "MONTH" => words.name(&MONTHS, self.month - 1),
            "MON" => words.short(&MONTHS, self.month - 1),
            "DAY" => words.name(&DAYS, weekday(self.days)),
            "DY" => words.short(&DAYS, weekday(self.days)),
            "TZ" => words.cased(abbreviation),
            "TZM" => format!("{minutes:02}"),
            "OF" => {
                let width = if pattern.fill_mode { 0 } else { 2 };
                match minutes {
                    0 => format!("{sign}{hours:0width$}"),
                    minutes => format!("{sign}{hours:0width$}:{minutes:02}"),
                }
            }
            _ => format!("{sign}{hours:02}"),
        })
    }

    /// The month in Roman numerals; of an interval, twelve months are none and show as XII.
    fn roman_month(&self, words: Words) -> String {
        match (self.month, self.year) {
            (0, 0) => String::new(),
            (0, 1..) => words.roman(12),
            (0, _) => words.roman(1),
            (month, _) if month < 0 => words.roman(13 + month),
            (month, _) => words.roman(month),
        }
    }

    fn century(&self) -> i64 {
        match self.kind {
            Kind::Interval => self.year / 100,
            _ if self.year > 0 => (self.year - 1) / 100 + 1,
            _ => self.year / 100 - 1,
        }
    }

    /// The year and the week as ISO 8601 counts them: a year begins with the week of its January 4.
    fn iso_week(&self) -> (i64, i64) {
        let (mut year, mut monday) = (self.year, first_monday(self.year));
        if self.days < monday {
            year -= 1;
            monday = first_monday(year);
        }
        let week = (self.days - monday) / 7 + 1;
        let next = first_monday(year + 1);
        if week >= 52 && self.days >= next {
            return (year + 1, (self.days - next) / 7 + 1);
        }
        (year, week)
    }
}

fn narrow(value: i64) -> i32 {
    i32::try_from(value).unwrap_or(if value < 0 { i32::MIN } else { i32::MAX })
}

/// 0 is Sunday.
fn weekday(days: i64) -> i64 {
    (days + 6).rem_euclid(7)
}

/// The Monday of the first week of a year.
fn first_monday(year: i64) -> i64 {
    let fourth = days_from_civil(narrow(year), 1, 4);
    fourth - (weekday(fourth) + 6) % 7
}

#[cold]
fn no_interval() -> ValueError {
    let message = "invalid format specification for an interval value";
    ValueError::new(SqlState::INVALID_DATETIME_FORMAT, message)
        .with_hint("Intervals are not tied to specific calendar dates.")
}
