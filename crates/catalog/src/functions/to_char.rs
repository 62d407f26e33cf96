//! `to_char` of dates and times.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-formatting.html#FUNCTIONS-FORMATTING-DATETIME-TABLE>.

use trunkline_core::{Oid, Result};

use super::strings::text;
use super::times::{Parts, SECOND, interval, local, parts};
use crate::datum::Datum;
use crate::error::unsupported;
use crate::plan::Call;

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

/// What stands in a format, the longest of those that begin alike first.
const PATTERNS: [&str; 41] = [
    "HH24", "HH12", "HH", "MI", "SSSSS", "SSSS", "SS", "MS", "US", "AM", "PM", "A.M.", "P.M.",
    "Y,YYY", "YYYY", "YYY", "YY", "Y", "IYYY", "IYY", "IY", "MONTH", "MON", "MM", "DAY", "DDD",
    "DD", "DY", "D", "ID", "WW", "W", "IW", "CC", "J", "Q", "RM", "TZH", "TZM", "TZ", "OF",
];

pub(super) fn to_char(call: &Call<'_>) -> Result<Datum> {
    let Some(format) = text(call, 1) else { return Ok(Datum::Null) };
    let is_point = matches!(call.types.first(), Some(&(Oid::TIMESTAMP | Oid::TIMESTAMPTZ)));
    let (own, zone) = match (interval(call, 0), local(call, 0).filter(|_| is_point)) {
        (Some(span), _) => {
            let months = i64::from(span.months);
            let (year, month, day) = (months / 12, months % 12, i64::from(span.days));
            (Parts { year, month, day, days: day, time: span.micros }, String::new())
        }
        (None, Some(at)) => (parts(at), zone(call)),
        (None, None) => return Err(unsupported(0, "to_char() of numbers")),
    };
    let mut out = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        if first == '"' {
            let inner = rest.get(1..).unwrap_or_default();
            let (quoted, behind) = inner.split_once('"').unwrap_or((inner, ""));
            out.push_str(quoted);
            rest = behind;
            continue;
        }
        let unpadded = starts(rest, "FM");
        let behind = rest.get(if unpadded { 2 } else { 0 }..).unwrap_or_default();
        let Some(pattern) = PATTERNS.iter().find(|pattern| starts(behind, pattern)) else {
            if unpadded {
                rest = behind;
            } else {
                out.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
            continue;
        };
        let (written, behind) = behind.split_at_checked(pattern.len()).unwrap_or((behind, ""));
        let start = out.len();
        push(pattern, written, &own, &zone, unpadded, &mut out);
        rest = behind;
        if starts(rest, "TH") {
            let suffix = ordinal(out.get(start..).unwrap_or_default());
            let is_lower = rest.starts_with('t');
            out.push_str(&if is_lower { suffix.to_lowercase() } else { suffix.to_owned() });
            rest = rest.get(2..).unwrap_or_default();
        }
        call.run.check_text(out.len())?;
    }
    Ok(Datum::text(out))
}

fn starts(text: &str, pattern: &str) -> bool {
    text.get(..pattern.len()).is_some_and(|start| start.eq_ignore_ascii_case(pattern))
}

/// What the session's zone is called, and, behind a blank, its offset.
fn zone(call: &Call<'_>) -> String {
    let value = call.arguments.first().and_then(Datum::as_int).unwrap_or(0);
    if call.types.first() != Some(&Oid::TIMESTAMPTZ) {
        return " +00".to_owned();
    }
    let zone = &call.run.world.style.time_zone;
    let east = zone.east_at(value);
    let sign = if east < 0 { '-' } else { '+' };
    let (hours, minutes) = (east.unsigned_abs() / 3600, east.unsigned_abs() / 60 % 60);
    let offset = match minutes {
        0 => format!("{sign}{hours:02}"),
        minutes => format!("{sign}{hours:02}:{minutes:02}"),
    };
    format!("{} {offset}", zone.abbreviation_at(value))
}

fn push(pattern: &str, written: &str, own: &Parts, zone: &str, unpadded: bool, out: &mut String) {
    let number = |value: i64, width: usize| match unpadded {
        true => value.to_string(),
        false => format!("{value:0width$}"),
    };
    let hour = own.time / (3600 * SECOND);
    let (name, offset) = zone.split_once(' ').unwrap_or((zone, ""));
    let year = if own.year > 0 { own.year } else { 1 - own.year };
    let (iso_year, week) = own.iso_week();
    let shown = match pattern {
        "HH24" => number(hour, 2),
        "HH12" | "HH" => number(if hour % 12 == 0 { 12 } else { hour % 12 }, 2),
        "MI" => number(own.time / (60 * SECOND) % 60, 2),
        "SS" => number(own.time / SECOND % 60, 2),
        "SSSS" | "SSSSS" => (own.time / SECOND).to_string(),
        "MS" => number(own.time % SECOND / 1000, 3),
        "US" => number(own.time % SECOND, 6),
        "AM" | "PM" => worded(if hour % 24 < 12 { "AM" } else { "PM" }, written),
        "A.M." | "P.M." => worded(if hour % 24 < 12 { "A.M." } else { "P.M." }, written),
        "YYYY" => number(year, 4),
        "YYY" => number(year % 1000, 3),
        "YY" => number(year % 100, 2),
        "Y" => number(year % 10, 1),
        "Y,YYY" => format!("{},{:03}", year / 1000, year % 1000),
        "IYYY" => number(iso_year, 4),
        "IYY" => number(iso_year % 1000, 3),
        "IY" => number(iso_year % 100, 2),
        "MONTH" | "MON" => {
            let place = usize::try_from(own.month - 1).unwrap_or(usize::MAX);
            named(MONTHS.get(place).copied(), pattern == "MON", unpadded, written)
        }
        "MM" => number(own.month, 2),
        "DAY" | "DY" => {
            let place = usize::try_from(own.weekday()).unwrap_or(usize::MAX);
            named(DAYS.get(place).copied(), pattern == "DY", unpadded, written)
        }
        "DDD" => number(own.day_of_year(), 3),
        "DD" => number(own.day, 2),
        "D" => (own.weekday() + 1).to_string(),
        "ID" => ((own.weekday() + 6) % 7 + 1).to_string(),
        "WW" => number((own.day_of_year() - 1) / 7 + 1, 2),
        "W" => ((own.day - 1) / 7 + 1).to_string(),
        "IW" => number(week, 2),
        "CC" => number((own.year + 99).div_euclid(100), 2),
        "J" => (own.days + 2_451_545).to_string(),
        "Q" => ((own.month + 2) / 3).to_string(),
        "RM" => {
            let numerals =
                ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];
            let place = usize::try_from(own.month - 1).unwrap_or(usize::MAX);
            let numeral = worded(numerals.get(place).copied().unwrap_or_default(), written);
            if unpadded { numeral } else { format!("{numeral:<4}") }
        }
        "TZ" if written == "tz" => name.to_lowercase(),
        "TZ" => name.to_owned(),
        "TZH" => offset.split(':').next().unwrap_or_default().to_owned(),
        "TZM" => offset.split_once(':').map_or("00", |(_, minutes)| minutes).to_owned(),
        _ => offset.to_owned(),
    };
    out.push_str(&shown);
}

/// A word in the case in which its pattern is written.
fn worded(word: &str, written: &str) -> String {
    if written.starts_with(|one: char| one.is_lowercase()) {
        word.to_lowercase()
    } else if written.chars().nth(1).is_some_and(char::is_lowercase) {
        word.to_owned()
    } else {
        word.to_uppercase()
    }
}

/// A name of a month or a day, which is nine letters wide if it is neither short nor unpadded.
fn named(name: Option<&str>, is_short: bool, unpadded: bool, written: &str) -> String {
    let name = name.unwrap_or_default();
    let name = worded(if is_short { name.get(..3).unwrap_or(name) } else { name }, written);
    if is_short || unpadded { name } else { format!("{name:<9}") }
}

fn ordinal(number: &str) -> &'static str {
    let last = number.chars().last();
    let is_teen = number.len() > 1 && number.chars().rev().nth(1) == Some('1');
    match last {
        Some('1') if !is_teen => "ST",
        Some('2') if !is_teen => "ND",
        Some('3') if !is_teen => "RD",
        _ => "TH",
    }
}
