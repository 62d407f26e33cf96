//! `to_char` of dates and timestamps.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::Value as Stored;
use trunkline_core::types::TextStyle;
use trunkline_core::types::datetime::{civil_from_days, days_from_civil};
use trunkline_core::{Oid, SqlState};

use super::text::text;
use super::time::{DAY, SECOND, micros};
use super::zoned::local;
use super::{Answer, Surroundings, oid, raise, styled};

pub(super) const MONTHS: [&str; 12] = [
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
pub(super) const DAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const ROMAN: [&str; 12] =
    ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];

/// The patterns, the longer of two that begin alike first.
pub(super) const PATTERNS: [&str; 52] = [
    "Y,YYY", "YYYY", "YYY", "YY", "Y", "IYYY", "IYY", "IY", "IDDD", "ID", "IW", "I", "MONTH",
    "MON", "MM", "MI", "MS", "DAY", "DDD", "DD", "DY", "D", "HH24", "HH12", "HH", "SSSSS", "SSSS",
    "SS", "US", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6", "AM", "PM", "A.M.", "P.M.", "AD", "BC",
    "A.D.", "B.C.", "CC", "WW", "W", "Q", "J", "RM", "OF", "TZH", "TZM",
];

pub(super) fn register(
    connection: &Connection,
    surroundings: &Surroundings,
) -> rusqlite::Result<()> {
    styled(connection, surroundings, "pg_to_char", 3, to_char)
}

fn to_char(context: &Context<'_>, style: &TextStyle) -> Answer {
    let oid = oid(context, 2)?;
    let (Some(at), Some(format)) = (micros(context.get_raw(0), oid)?, text(context, 1)?) else {
        return Ok(Stored::Null);
    };
    let (at, zone) = match oid {
        Oid::TIMESTAMPTZ => {
            let here = local(at, &style.time_zone);
            (here, Zone::East((here - at) / SECOND))
        }
        Oid::TIMESTAMP => (at, Zone::None),
        _ => (at, Zone::Unknown),
    };
    formatted(at, zone, &format).map(Stored::Text)
}

/// What the zone of a moment is.
#[derive(Clone, Copy)]
enum Zone {
    None,
    /// So many seconds before Greenwich.
    East(i64),
    /// PostgreSQL takes a date for the midnight of the session's zone.
    Unknown,
}

/// A moment by the local clock.
///
/// 0A000 for what there is no answer to here: names of zones, and names in other languages.
fn formatted(at: i64, zone: Zone, format: &str) -> rusqlite::Result<String> {
    let mut out = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        if let Some(quoted) = rest.strip_prefix('"') {
            rest = copy_quoted(quoted, &mut out);
            continue;
        }
        if let Some(behind) = rest.strip_prefix("\\\"") {
            out.push('"');
            rest = behind;
            continue;
        }
        if let Some(behind) = strip(rest, "FX") {
            rest = behind;
            continue;
        }
        let behind = strip(rest, "FM");
        let fill = behind.is_none();
        rest = behind.unwrap_or(rest);
        let found = PATTERNS.iter().find_map(|pattern| Some((*pattern, strip(rest, pattern)?)));
        if let Some((pattern, behind)) = found {
            let written = rest.get(..pattern.len()).unwrap_or(pattern);
            let is_zone = matches!(pattern, "OF" | "TZH" | "TZM");
            let part = match zone {
                _ if !is_zone => part(at, pattern, written, fill),
                Zone::None => east(0, pattern),
                Zone::East(seconds) => east(seconds, pattern),
                Zone::Unknown => return Err(unknown(pattern)),
            };
            out.push_str(&part);
            let is_number = !is_zone && part.ends_with(|one: char| one.is_ascii_digit());
            rest = behind;
            if let Some(behind) = strip(behind, "TH") {
                let ordinal = if is_number { ordinal(&part) } else { "" };
                match rest.starts_with("TH") {
                    true => out.push_str(&ordinal.to_uppercase()),
                    false => out.push_str(ordinal),
                }
                rest = behind;
            }
            rest = strip(rest, "SP").unwrap_or(rest);
        } else if let Some(behind) = strip(rest, "TZ").filter(|_| matches!(zone, Zone::None)) {
            rest = behind;
        } else if let Some(pattern) = ["TZ", "TM"].iter().find(|one| strip(rest, one).is_some()) {
            return Err(unknown(pattern));
        } else if fill {
            out.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or("");
        }
    }
    Ok(out)
}

/// Copies the text up to the quote that ends it, and gives what is behind that.
fn copy_quoted<'t>(text: &'t str, out: &mut String) -> &'t str {
    let mut chars = text.chars();
    while let Some(one) = chars.next() {
        match one {
            '"' => break,
            '\\' => out.extend(chars.next()),
            one => out.push(one),
        }
    }
    chars.as_str()
}

/// What is behind a pattern: in capitals, in small letters, or a name that begins with a capital.
pub(super) fn strip<'t>(text: &'t str, pattern: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(pattern.len())?;
    let is_name = matches!(pattern, "MONTH" | "MON" | "DAY" | "DY");
    let is_small = |part: &str| !part.contains(|one: char| one.is_ascii_uppercase());
    let is_spelled = head == pattern
        || is_small(head)
        || is_name && head.starts_with(char::is_uppercase) && head.get(1..).is_some_and(is_small);
    (is_spelled && head.eq_ignore_ascii_case(pattern)).then_some(rest)
}

/// What English has behind a number.
fn ordinal(number: &str) -> &'static str {
    match number.as_bytes() {
        [.., b'1', _] => "th",
        [.., b'1'] => "st",
        [.., b'2'] => "nd",
        [.., b'3'] => "rd",
        _ => "th",
    }
}

fn unknown(pattern: &str) -> rusqlite::Error {
    let message = format!("to_char with \"{pattern}\" is not supported by the SQLite engine");
    raise(SqlState::FEATURE_NOT_SUPPORTED, &message)
}

/// How many seconds the clock is before that of Greenwich.
fn east(offset: i64, pattern: &str) -> String {
    let sign = if offset < 0 { '-' } else { '+' };
    let (hours, minutes) = (offset.abs() / 3600, offset.abs() / 60 % 60);
    match pattern {
        "TZM" => format!("{minutes:02}"),
        "OF" if minutes != 0 => format!("{sign}{hours:02}:{minutes:02}"),
        _ => format!("{sign}{hours:02}"),
    }
}

fn part(at: i64, pattern: &str, written: &str, fill: bool) -> String {
    let (days, time) = (at.div_euclid(DAY), at.rem_euclid(DAY));
    let civil = civil_from_days(i32::try_from(days).unwrap_or(i32::MAX));
    let hour = time / (3600 * SECOND);
    let short_hour = (hour + 11) % 12 + 1;
    let weekday = usize::try_from((days + 6).rem_euclid(7)).unwrap_or(0);
    let month = usize::from(civil.month).saturating_sub(1);
    let number = |value: i64, width: usize| {
        if fill { format!("{value:0width$}") } else { value.to_string() }
    };
    let name = |names: &[&str], index: usize, width: usize| {
        let name = names.get(index).copied().unwrap_or("");
        let name = match written {
            _ if written.starts_with(char::is_lowercase) => name.to_lowercase(),
            _ if written.get(1..).is_some_and(|rest| rest.starts_with(char::is_uppercase)) => {
                name.to_uppercase()
            }
            _ => name.to_owned(),
        };
        match (width, fill) {
            (3, _) => name.chars().take(3).collect(),
            (width, true) => format!("{name:width$}"),
            _ => name,
        }
    };
    let shown = |year: i64| if year <= 0 { 1 - year } else { year };
    let year = shown(civil.year.into());
    let of_year = days - days_from_civil(civil.year, 1, 1) + 1;
    let era = |before: bool| if before { "BC" } else { "AD" };
    // The week of ISO belongs to the year of its Thursday.
    let of_week = (days + 5).rem_euclid(7);
    let thursday = days - of_week + 3;
    let iso = civil_from_days(i32::try_from(thursday).unwrap_or(i32::MAX)).year;
    let iso_week = (thursday - days_from_civil(iso, 1, 1)) / 7 + 1;
    let iso_year = shown(iso.into());
    match pattern {
        "Y,YYY" => format!("{},{:03}", year / 1000, year % 1000),
        "IYYY" => number(iso_year, 4),
        "IYY" => number(iso_year % 1000, 3),
        "IY" => number(iso_year % 100, 2),
        "I" => number(iso_year % 10, 1),
        "IW" => number(iso_week, 2),
        "ID" => (of_week + 1).to_string(),
        "IDDD" => number((iso_week - 1) * 7 + of_week + 1, 3),
        "WW" => number((of_year - 1) / 7 + 1, 2),
        "W" => (i64::from(civil.day - 1) / 7 + 1).to_string(),
        "CC" if civil.year > 0 => number((year - 1) / 100 + 1, 2),
        "CC" => number(-((year - 1) / 100 + 1), 2),
        "SSSSS" | "SSSS" => (time / SECOND).to_string(),
        "FF1" => number(time / 100_000 % 10, 1),
        "FF2" => number(time / 10_000 % 100, 2),
        "FF3" => number(time / 1000 % 1000, 3),
        "FF4" => number(time / 100 % 10_000, 4),
        "FF5" => number(time / 10 % 100_000, 5),
        "FF6" => number(time % SECOND, 6),
        "RM" => {
            let roman = ROMAN.get(month).copied().unwrap_or("");
            let roman = if written == "rm" { roman.to_lowercase() } else { roman.to_owned() };
            if fill { format!("{roman:4}") } else { roman }
        }
        "AD" | "BC" | "A.D." | "B.C." => {
            let era = era(civil.year <= 0);
            let era = match written.starts_with(char::is_lowercase) {
                true => era.to_lowercase(),
                false => era.to_owned(),
            };
            match pattern.contains('.') {
                true => era.chars().flat_map(|one| [one, '.']).collect(),
                false => era,
            }
        }
        "YYYY" => number(year, 4),
        "YYY" => number(year % 1000, 3),
        "YY" => number(year % 100, 2),
        "Y" => number(year % 10, 1),
        "MONTH" => name(&MONTHS, month, 9),
        "MON" => name(&MONTHS, month, 3),
        "MM" => number(civil.month.into(), 2),
        "MI" => number(time / (60 * SECOND) % 60, 2),
        "SS" => number(time / SECOND % 60, 2),
        "MS" => number(time / 1000 % 1000, 3),
        "US" => number(time % SECOND, 6),
        "DAY" => name(&DAYS, weekday, 9),
        "DY" => name(&DAYS, weekday, 3),
        "DDD" => number(of_year, 3),
        "DD" => number(civil.day.into(), 2),
        "D" => ((days + 6).rem_euclid(7) + 1).to_string(),
        "HH24" => number(hour, 2),
        "HH12" | "HH" => number(short_hour, 2),
        "Q" => (i64::from(civil.month - 1) / 3 + 1).to_string(),
        "J" => (days + 2_451_545).to_string(),
        half => {
            let words = if half.contains('.') { ["a.m.", "p.m."] } else { ["am", "pm"] };
            let word = if hour < 12 { words[0] } else { words[1] };
            if written.starts_with(char::is_uppercase) {
                word.to_uppercase()
            } else {
                word.to_owned()
            }
        }
    }
}
