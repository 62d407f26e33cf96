//! Dates and times by a template.

use std::fmt::Write as _;

use chrono::{Datelike, NaiveDateTime, NaiveTime};
use trunkline_core::types::TimeZone;

use crate::functions::moment::{self, DAY, Moment, SECOND};

/// A template, taken apart.
pub(super) struct Template(Vec<Piece>);

enum Piece {
    Text(String),
    Pattern {
        pattern: &'static str,
        /// FM: without zeros before and blanks behind.
        bare: bool,
        /// TH: as an ordinal number.
        ordinal: Option<Case>,
    },
}

#[derive(Clone, Copy)]
enum Case {
    Upper,
    Lower,
}

/// What may stand in a template, the longer before the shorter; names as they are to be written.
const PATTERNS: &[&str] = &[
    "HH24", "HH12", "HH", "MI", "SSSSS", "SSSS", "SS", "MS", "US", "FF1", "FF2", "FF3", "FF4",
    "FF5", "FF6", "A.M.", "a.m.", "P.M.", "p.m.", "AM", "am", "PM", "pm", "Y,YYY", "YYYY", "YYY",
    "YY", "Y", "IYYY", "IYY", "IY", "IDDD", "ID", "IW", "I", "B.C.", "b.c.", "A.D.", "a.d.", "BC",
    "bc", "AD", "ad", "MONTH", "Month", "month", "MON", "Mon", "mon", "MM", "DAY", "Day", "day",
    "DY", "Dy", "dy", "DDD", "DD", "D", "WW", "W", "CC", "J", "Q", "RM", "rm", "TZH", "TZM", "TZ",
    "tz", "OF",
];

/// Patterns that are written the same however they are spelled.
fn ignores_case(pattern: &str) -> bool {
    !matches!(
        pattern,
        "A.M."
            | "a.m."
            | "P.M."
            | "p.m."
            | "AM"
            | "am"
            | "PM"
            | "pm"
            | "B.C."
            | "b.c."
            | "A.D."
            | "a.d."
            | "BC"
            | "bc"
            | "AD"
            | "ad"
            | "MONTH"
            | "Month"
            | "month"
            | "MON"
            | "Mon"
            | "mon"
            | "DAY"
            | "Day"
            | "day"
            | "DY"
            | "Dy"
            | "dy"
            | "RM"
            | "rm"
            | "TZ"
            | "tz"
    )
}

impl Template {
    pub(super) fn new(text: &str) -> Template {
        let (mut pieces, mut rest) = (Vec::new(), text);
        while let Some(character) = rest.chars().next() {
            if let Some(quoted) = rest.strip_prefix('"') {
                let (inner, after) = quoted.split_once('"').unwrap_or((quoted, ""));
                pieces.push(Piece::Text(inner.to_owned()));
                rest = after;
                continue;
            }
            let prefix = rest.get(..2).unwrap_or_default();
            let bare = prefix.eq_ignore_ascii_case("FM") || prefix.eq_ignore_ascii_case("TM");
            let after = if bare { rest.get(2..).unwrap_or_default() } else { rest };
            if let Some(pattern) = pattern_of(after) {
                let after = after.get(pattern.len()..).unwrap_or_default();
                let ordinal = match after.get(..2) {
                    Some("TH") => Some(Case::Upper),
                    Some("th") => Some(Case::Lower),
                    _ => None,
                };
                rest = if ordinal.is_some() { after.get(2..).unwrap_or_default() } else { after };
                pieces.push(Piece::Pattern { pattern, bare, ordinal });
                continue;
            }
            match pieces.last_mut() {
                Some(Piece::Text(text)) => text.push(character),
                _ => pieces.push(Piece::Text(character.to_string())),
            }
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
        }
        Template(pieces)
    }

    pub(super) fn print(&self, moment: &Moment, zone: &TimeZone) -> String {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Pattern { pattern, bare, ordinal } => {
                    let start = out.len();
                    write(pattern, *bare, moment, zone, &mut out);
                    if let Some(case) = ordinal {
                        let suffix = ordinal_of(out.get(start..).unwrap_or_default());
                        out.push_str(&match case {
                            Case::Upper => suffix.to_uppercase(),
                            Case::Lower => suffix.to_owned(),
                        });
                    }
                }
            }
        }
        out
    }
}

fn pattern_of(text: &str) -> Option<&'static str> {
    PATTERNS.iter().copied().find(|pattern| {
        let Some(found) = text.get(..pattern.len()) else { return false };
        found == *pattern || ignores_case(pattern) && found.eq_ignore_ascii_case(pattern)
    })
}

fn ordinal_of(number: &str) -> &'static str {
    if number.ends_with("11") || number.ends_with("12") || number.ends_with("13") {
        return "th";
    }
    match number.chars().last() {
        Some('1') => "st",
        Some('2') => "nd",
        Some('3') => "rd",
        _ => "th",
    }
}

fn write(pattern: &str, bare: bool, moment: &Moment, zone: &TimeZone, out: &mut String) {
    let (date, micros) = match *moment {
        Moment::Date(date) => (Some(date), 0),
        Moment::Timestamp(civil) | Moment::Timestamptz(_, civil) => {
            (Some(civil.date()), moment::clock(civil))
        }
        Moment::Time(micros) => (None, micros),
        Moment::Interval(interval) => {
            return write_interval(pattern, bare, interval, out);
        }
    };
    if write_clock(pattern, bare, micros, out) {
        return;
    }
    if write_zone(pattern, moment, zone, out) {
        return;
    }
    if let Some(date) = date {
        write_date(pattern, bare, date.and_time(NaiveTime::MIN), out);
    }
}

/// A number of at least so many digits.
fn number(value: i64, width: usize, bare: bool, out: &mut String) {
    let width = if bare { 0 } else { width };
    // Writing to a String cannot fail.
    let _ = write!(out, "{value:0width$}");
}

fn write_clock(pattern: &str, bare: bool, micros: i64, out: &mut String) -> bool {
    let (hour, minute) = (micros / (3600 * SECOND), micros / (60 * SECOND) % 60);
    let fraction = micros.rem_euclid(SECOND);
    let half = |am: &'static str, pm: &'static str| if hour.rem_euclid(24) < 12 { am } else { pm };
    match pattern {
        "HH24" => number(hour, 2, bare, out),
        "HH12" | "HH" => number((hour + 11).rem_euclid(12) + 1, 2, bare, out),
        "MI" => number(minute, 2, bare, out),
        "SS" => number(micros / SECOND % 60, 2, bare, out),
        "SSSS" | "SSSSS" => number(micros.rem_euclid(DAY) / SECOND, 0, bare, out),
        "MS" | "FF3" => number(fraction / 1_000, 3, false, out),
        "US" | "FF6" => number(fraction, 6, false, out),
        "FF1" => number(fraction / 100_000, 1, false, out),
        "FF2" => number(fraction / 10_000, 2, false, out),
        "FF4" => number(fraction / 100, 4, false, out),
        "FF5" => number(fraction / 10, 5, false, out),
        "AM" | "PM" => out.push_str(half("AM", "PM")),
        "am" | "pm" => out.push_str(half("am", "pm")),
        "A.M." | "P.M." => out.push_str(half("A.M.", "P.M.")),
        "a.m." | "p.m." => out.push_str(half("a.m.", "p.m.")),
        _ => return false,
    }
    true
}

fn write_zone(pattern: &str, moment: &Moment, zone: &TimeZone, out: &mut String) -> bool {
    if !matches!(pattern, "TZH" | "TZM" | "TZ" | "tz" | "OF") {
        return false;
    }
    let (east, name) = match *moment {
        Moment::Timestamptz(micros, civil) => {
            let east = (moment::micros_of(civil) - micros) / SECOND;
            (east, moment::abbreviation(micros, zone))
        }
        // What has no zone has no name for it, but an offset of zero.
        _ => (0, String::new()),
    };
    let sign = if east < 0 { '-' } else { '+' };
    let (hours, minutes) = (east.abs() / 3600, east.abs() % 3600 / 60);
    let _ = match pattern {
        "TZH" => write!(out, "{sign}{hours:02}"),
        "TZM" => write!(out, "{minutes:02}"),
        "TZ" => write!(out, "{}", name.to_uppercase()),
        "tz" => write!(out, "{}", name.to_lowercase()),
        _ if minutes == 0 => write!(out, "{sign}{hours:02}"),
        _ => write!(out, "{sign}{hours:02}:{minutes:02}"),
    };
    true
}

fn write_date(pattern: &str, bare: bool, civil: NaiveDateTime, out: &mut String) {
    let date = civil.date();
    let year = i64::from(date.year());
    // There is no year zero; the era tells the years before.
    let (year, is_ad) = if year > 0 { (year, true) } else { (1 - year, false) };
    let iso = date.iso_week();
    let (iso_year, week) = (i64::from(iso.year()), iso.week());
    let (month, weekday) = (date.month0(), date.weekday().num_days_from_sunday());
    let era = |bc: &'static str, ad: &'static str| if is_ad { ad } else { bc };
    match pattern {
        "Y,YYY" => {
            let _ = write!(out, "{},{:03}", year / 1000, year % 1000);
        }
        "YYYY" => number(year, 4, bare, out),
        "YYY" => number(year % 1000, 3, bare, out),
        "YY" => number(year % 100, 2, bare, out),
        "Y" => number(year % 10, 1, bare, out),
        "IYYY" => number(iso_year, 4, bare, out),
        "IYY" => number(iso_year % 1000, 3, bare, out),
        "IY" => number(iso_year % 100, 2, bare, out),
        "I" => number(iso_year % 10, 1, bare, out),
        "MM" => number(i64::from(month) + 1, 2, bare, out),
        "DDD" => number(date.ordinal().into(), 3, bare, out),
        "IDDD" => {
            let day = i64::from(week - 1) * 7 + i64::from(date.weekday().number_from_monday());
            number(day, 3, bare, out);
        }
        "DD" => number(date.day().into(), 2, bare, out),
        "D" => number(i64::from(weekday) + 1, 1, bare, out),
        "ID" => number(date.weekday().number_from_monday().into(), 1, bare, out),
        "WW" => number(i64::from(date.ordinal0() / 7) + 1, 2, bare, out),
        "W" => number(i64::from(date.day0() / 7) + 1, 1, bare, out),
        "IW" => number(week.into(), 2, bare, out),
        "CC" => number((year + 99) / 100, 2, bare, out),
        "J" => number(moment::julian(date), 0, bare, out),
        "Q" => number(i64::from(month / 3) + 1, 1, bare, out),
        "BC" | "AD" => out.push_str(era("BC", "AD")),
        "bc" | "ad" => out.push_str(era("bc", "ad")),
        "B.C." | "A.D." => out.push_str(era("B.C.", "A.D.")),
        "b.c." | "a.d." => out.push_str(era("b.c.", "a.d.")),
        "RM" | "rm" => name(pattern, at(&ROMAN, month), 4, bare, out),
        "MON" | "Mon" | "mon" => {
            name(pattern, at(&MONTHS, month).get(..3).unwrap_or(""), 3, bare, out)
        }
        "MONTH" | "Month" | "month" => name(pattern, at(&MONTHS, month), 9, bare, out),
        "DY" | "Dy" | "dy" => {
            name(pattern, at(&DAYS, weekday).get(..3).unwrap_or(""), 3, bare, out)
        }
        "DAY" | "Day" | "day" => name(pattern, at(&DAYS, weekday), 9, bare, out),
        _ => {}
    }
}

/// A name in the case of its pattern, with blanks behind.
fn name(pattern: &str, name: &str, width: usize, bare: bool, out: &mut String) {
    let name = match pattern.chars().nth(1) {
        Some(second) if second.is_uppercase() => name.to_uppercase(),
        _ if pattern.starts_with(char::is_uppercase) => name.to_owned(),
        _ => name.to_lowercase(),
    };
    let width = if bare { 0 } else { width };
    let _ = write!(out, "{name:width$}");
}

fn write_interval(
    pattern: &str,
    bare: bool,
    interval: trunkline_core::types::Interval,
    out: &mut String,
) {
    let (years, months) = (i64::from(interval.months / 12), i64::from(interval.months % 12));
    if write_clock(pattern, bare, interval.micros, out) {
        return;
    }
    match pattern {
        "YYYY" => number(years, 4, bare, out),
        "YYY" => number(years % 1000, 3, bare, out),
        "YY" => number(years % 100, 2, bare, out),
        "Y" => number(years % 10, 1, bare, out),
        "MM" => number(months, 2, bare, out),
        "DD" => number(interval.days.into(), 2, bare, out),
        "DDD" => number(i64::from(interval.months) * 30 + i64::from(interval.days), 3, bare, out),
        _ => {}
    }
}

fn at(names: &[&'static str], index: u32) -> &'static str {
    usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or_default()
}

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
const DAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const ROMAN: [&str; 12] =
    ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];
