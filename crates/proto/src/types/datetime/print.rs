//! How dates and times look.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "divisions by constants, and sums of parts of a day"
)]

use super::super::digits;
use super::super::style::{DateFormat, DateOrder, DateStyle, TextStyle};
use super::calendar::{Civil, DAY, civil_from_days, weekday};

/// Appends a `date`, in days since 2000-01-01.
#[inline]
pub fn text_date(days: i32, style: &TextStyle, out: &mut Vec<u8>) {
    match days {
        i32::MAX => out.extend_from_slice(b"infinity"),
        i32::MIN => out.extend_from_slice(b"-infinity"),
        days => {
            let date = civil_from_days(days);
            match (style.date_style.format, u16::try_from(date.year)) {
                (DateFormat::Iso, Ok(year @ 1..=9999)) => {
                    let [a, b, c, d, m, n, e, f] = date_digits(year, date);
                    return out.extend_from_slice(&[a, b, c, d, b'-', m, n, b'-', e, f]);
                }
                (DateFormat::Iso, _) => push_iso_date(date, out),
                _ => push_styled_date(date, style.date_style, out),
            }
            push_era(date, out);
        }
    }
}

/// Appends a `time`, in microseconds since midnight; at least 00:00:00 and at most 24:00:00.
#[inline]
pub fn text_time(micros: i64, out: &mut Vec<u8>) {
    push_clock(Clock::new(micros.clamp(0, DAY)), out);
}

/// Appends a `timetz`: microseconds since midnight and seconds **west** of Greenwich, as the
/// binary form has them.
pub fn text_timetz(micros: i64, west: i32, out: &mut Vec<u8>) {
    text_time(micros, out);
    push_offset(west.saturating_neg(), out);
}

/// Appends a `timestamp`, in microseconds since 2000-01-01.
#[inline]
pub fn text_timestamp(micros: i64, style: &TextStyle, out: &mut Vec<u8>) {
    text_moment(micros, None, style.date_style, out);
}

/// Appends a `timestamptz`, in microseconds since 2000-01-01 UTC, in the style's zone.
#[inline]
pub fn text_timestamptz(micros: i64, style: &TextStyle, out: &mut Vec<u8>) {
    if matches!(micros, i64::MAX | i64::MIN) {
        return text_moment(micros, None, style.date_style, out);
    }
    let zone = &style.time_zone;
    let east = zone.east_at(micros);
    let local = micros.saturating_add(i64::from(east) * 1_000_000);
    if style.date_style.format == DateFormat::Iso {
        text_moment(local, Some(Offset { east, abbreviation: "" }), style.date_style, out);
    } else {
        let abbreviation = zone.abbreviation_at(micros);
        // PostgreSQL has room for ten bytes.
        let abbreviation = abbreviation.get(..10).unwrap_or(&abbreviation);
        text_moment(local, Some(Offset { east, abbreviation }), style.date_style, out);
    }
}

/// What holds in a zone at one moment.
#[derive(Clone, Copy)]
struct Offset<'a> {
    east: i32,
    abbreviation: &'a str,
}

#[inline]
fn text_moment(micros: i64, offset: Option<Offset<'_>>, style: DateStyle, out: &mut Vec<u8>) {
    match micros {
        i64::MAX => return out.extend_from_slice(b"infinity"),
        i64::MIN => return out.extend_from_slice(b"-infinity"),
        _ => {}
    }
    // 2^63 microseconds are some 10^8 days.
    let days = i32::try_from(micros.div_euclid(DAY)).unwrap_or(0);
    let clock = Clock::new(micros.rem_euclid(DAY));
    let date = civil_from_days(days);
    match (style.format, u16::try_from(date.year)) {
        (DateFormat::Iso, Ok(year @ 1..=9999)) => {
            let [a, b, c, d, m, n, e, f] = date_digits(year, date);
            let ([g, h, i, j, k, l, ..], [_, _, s, t, u, v, w, x]) = clock.digits();
            // One store of a fixed size, and what is too much of the fraction goes again.
            out.extend_from_slice(&[
                a, b, c, d, b'-', m, n, b'-', e, f, b' ', g, h, b':', i, j, b':', k, l, b'.', s, t,
                u, v, w, x,
            ]);
            out.truncate(out.len() + clock.len() - 15);
            if let Some(offset) = offset {
                push_offset(offset.east, out);
            }
        }
        (DateFormat::Iso, _) => {
            push_iso_date(date, out);
            out.push(b' ');
            push_clock(clock, out);
            if let Some(offset) = offset {
                push_offset(offset.east, out);
            }
            push_era(date, out);
        }
        (DateFormat::Postgres, _) => {
            let day = WEEKDAYS.get(weekday(days)).copied().unwrap_or_default();
            let month = usize::from(date.month).checked_sub(1);
            let month = month.and_then(|month| MONTHS.get(month)).copied().unwrap_or_default();
            out.extend_from_slice(day.as_bytes());
            out.push(b' ');
            match style.order {
                DateOrder::Dmy => {
                    out.extend_from_slice(&pair(date.day));
                    out.push(b' ');
                    out.extend_from_slice(month.as_bytes());
                }
                _ => {
                    out.extend_from_slice(month.as_bytes());
                    out.push(b' ');
                    out.extend_from_slice(&pair(date.day));
                }
            }
            out.push(b' ');
            push_clock(clock, out);
            out.push(b' ');
            push_year(date, out);
            push_zone(offset, out);
            push_era(date, out);
        }
        (DateFormat::Sql | DateFormat::German, _) => {
            push_styled_date(date, style, out);
            out.push(b' ');
            push_clock(clock, out);
            push_zone(offset, out);
            push_era(date, out);
        }
    }
}

const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A time of day, taken apart.
#[derive(Clone, Copy)]
struct Clock {
    seconds: u32,
    micros: u32,
}

impl Clock {
    #[inline]
    fn new(micros: i64) -> Clock {
        let micros = micros.unsigned_abs();
        Clock {
            seconds: u32::try_from(micros / 1_000_000).unwrap_or(0),
            micros: u32::try_from(micros % 1_000_000).unwrap_or(0),
        }
    }

    /// `040506..` and `..000000`
    #[inline]
    fn digits(self) -> ([u8; 8], [u8; 8]) {
        let minutes = self.seconds / 60;
        let clock = digits::pairs(minutes / 60, minutes % 60, self.seconds % 60, 0);
        (clock, digits::eight(self.micros.into()))
    }

    /// How many of the bytes of the text count: zeros at the end of a fraction do not.
    #[inline]
    fn len(self) -> usize {
        let micros = self.micros;
        if micros == 0 {
            8
        } else if micros.is_multiple_of(1000) {
            match micros {
                _ if micros.is_multiple_of(100_000) => 10,
                _ if micros.is_multiple_of(10_000) => 11,
                _ => 12,
            }
        } else {
            match micros {
                _ if micros.is_multiple_of(100) => 13,
                _ if micros.is_multiple_of(10) => 14,
                _ => 15,
            }
        }
    }
}

fn push_clock(clock: Clock, out: &mut Vec<u8>) {
    let ([g, h, i, j, k, l, ..], [_, _, s, t, u, v, w, x]) = clock.digits();
    out.extend_from_slice(&[g, h, b':', i, j, b':', k, l, b'.', s, t, u, v, w, x]);
    out.truncate(out.len() + clock.len() - 15);
}

/// `yyyymmdd`
#[inline]
fn date_digits(year: u16, date: Civil) -> [u8; 8] {
    digits::pairs((year / 100).into(), (year % 100).into(), date.month.into(), date.day.into())
}

fn push_iso_date(date: Civil, out: &mut Vec<u8>) {
    push_year(date, out);
    out.push(b'-');
    out.extend_from_slice(&pair(date.month));
    out.push(b'-');
    out.extend_from_slice(&pair(date.day));
}

fn push_styled_date(date: Civil, style: DateStyle, out: &mut Vec<u8>) {
    let (month, day) = (pair(date.month), pair(date.day));
    let (first, separator, second) = match (style.format, style.order) {
        (DateFormat::German, _) => (day, b'.', month),
        (DateFormat::Sql, DateOrder::Dmy) => (day, b'/', month),
        (DateFormat::Sql, _) => (month, b'/', day),
        (_, DateOrder::Dmy) => (day, b'-', month),
        (_, _) => (month, b'-', day),
    };
    out.extend_from_slice(&first);
    out.push(separator);
    out.extend_from_slice(&second);
    out.push(separator);
    push_year(date, out);
}

/// The year as it is counted: there is no year 0.
fn push_year(date: Civil, out: &mut Vec<u8>) {
    let year = date.year.unsigned_abs() + u32::from(date.year <= 0);
    match u16::try_from(year) {
        Ok(year @ 0..=9999) => {
            out.extend_from_slice(&pair(year / 100));
            out.extend_from_slice(&pair(year % 100));
        }
        _ => digits::push(year.into(), out),
    }
}

fn push_era(date: Civil, out: &mut Vec<u8>) {
    if date.year <= 0 {
        out.extend_from_slice(b" BC");
    }
}

/// The zone as all formats but ISO write it.
fn push_zone(offset: Option<Offset<'_>>, out: &mut Vec<u8>) {
    if let Some(offset) = offset {
        out.push(b' ');
        out.extend_from_slice(offset.abbreviation.as_bytes());
    }
}

/// `+01`, `+05:30`, `+00:09:21`
#[inline]
fn push_offset(east: i32, out: &mut Vec<u8>) {
    let seconds = east.unsigned_abs();
    let minutes = seconds / 60;
    out.push(if east < 0 { b'-' } else { b'+' });
    match minutes / 60 {
        hours @ ..100 => out.extend_from_slice(&pair(hours)),
        hours => digits::push(hours.into(), out),
    }
    if !seconds.is_multiple_of(3600) {
        out.push(b':');
        out.extend_from_slice(&pair(minutes % 60));
    }
    if !seconds.is_multiple_of(60) {
        out.push(b':');
        out.extend_from_slice(&pair(seconds % 60));
    }
}

/// Two digits of a number below 100.
#[inline]
fn pair(value: impl Into<u32>) -> [u8; 2] {
    let [tens, ones, ..] = digits::pairs(value.into(), 0, 0, 0);
    [tens, ones]
}
