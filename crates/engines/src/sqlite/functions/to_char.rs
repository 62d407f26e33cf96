//! `to_char` of dates and timestamps.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::Value as Stored;
use trunkline_core::Oid;
use trunkline_core::types::TextStyle;
use trunkline_core::types::datetime::{civil_from_days, days_from_civil};

use super::text::text;
use super::time::{DAY, SECOND, micros};
use super::zoned::local;
use super::{Answer, Surroundings, styled};

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

/// The patterns, the longer of two that begin alike first.
const PATTERNS: [&str; 25] = [
    "YYYY", "YYY", "YY", "Y", "MONTH", "MON", "MM", "MI", "MS", "DAY", "DDD", "DD", "DY", "D",
    "HH24", "HH12", "HH", "SS", "US", "AM", "PM", "A.M.", "P.M.", "Q", "J",
];

pub(super) fn register(
    connection: &Connection,
    surroundings: &Surroundings,
) -> rusqlite::Result<()> {
    styled(connection, surroundings, "pg_to_char", 3, to_char)
}

fn to_char(context: &Context<'_>, style: &TextStyle) -> Answer {
    let oid = Oid(context.get(2)?);
    let (Some(at), Some(format)) = (micros(context.get_raw(0), oid)?, text(context, 1)?) else {
        return Ok(Stored::Null);
    };
    let at = if oid == Oid::TIMESTAMPTZ { local(at, &style.time_zone) } else { at };
    Ok(Stored::Text(formatted(at, &format)))
}

fn formatted(at: i64, format: &str) -> String {
    let mut out = String::new();
    let mut rest = format;
    let mut fill = true;
    while let Some(first) = rest.chars().next() {
        if let Some(quoted) = rest.strip_prefix('"') {
            let (inside, behind) = quoted.split_once('"').unwrap_or((quoted, ""));
            out.push_str(inside);
            rest = behind;
            continue;
        }
        if let Some(behind) = strip(rest, "FM") {
            fill = false;
            rest = behind;
            continue;
        }
        let found = PATTERNS.iter().find_map(|pattern| Some((*pattern, strip(rest, pattern)?)));
        match found {
            Some((pattern, behind)) => {
                let written = rest.get(..pattern.len()).unwrap_or(pattern);
                out.push_str(&part(at, pattern, written, fill));
                (rest, fill) = (behind, true);
            }
            None => {
                out.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or("");
            }
        }
    }
    out
}

fn strip<'t>(text: &'t str, pattern: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(pattern.len())?;
    head.eq_ignore_ascii_case(pattern).then_some(rest)
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
    let year = i64::from(civil.year);
    match pattern {
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
        "DDD" => number(days - days_from_civil(civil.year, 1, 1) + 1, 3),
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
