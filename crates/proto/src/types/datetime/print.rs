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
                    let (start, day) = iso_date(year, date);
                    out.extend_from_slice(&start.to_le_bytes());
                    let [tens, ones, ..] = day.to_le_bytes();
                    return out.extend_from_slice(&[tens, ones]);
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
    push_clock(Clock::new(micros.clamp(0, DAY).unsigned_abs()), out);
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
    let (days, time) = split_day(micros);
    let clock = Clock::new(time);
    let date = civil_from_days(days);
    if let (DateFormat::Iso, Ok(year @ 1..=9999)) = (style.format, u16::try_from(date.year)) {
        push_iso(year, date, clock, out);
        if let Some(offset) = offset {
            push_offset(offset.east, out);
        }
    } else {
        text_styled(days, clock, offset, style, out);
    }
}

/// Days and microseconds of the day.
///
/// Counted from a midnight before any that 64 bits can name, for unsigned division is faster.
#[inline]
fn split_day(micros: i64) -> (i32, u64) {
    const BEFORE: i64 = 106_751_992;
    let since = micros.wrapping_sub(i64::MIN).cast_unsigned();
    // What is left of the day in which 64 bits begin.
    let since = since.saturating_add(71_945_224_192);
    let days = (since / DAY.unsigned_abs()).cast_signed() - BEFORE;
    (i32::try_from(days).unwrap_or(0), since % DAY.unsigned_abs())
}

/// `yyyy-mm-dd hh:mm:ss.ffffff`, eight bytes at a time.
#[inline]
fn push_iso(year: u16, date: Civil, clock: Clock, out: &mut Vec<u8>) {
    let (start, day) = iso_date(year, date);
    let (hms, (fraction, zeros)) = clock.digits();
    let two = |shift: u32| hms >> shift & 0xffff;
    let middle = day | SPACE << 16 | two(0) << 24 | COLON << 40 | two(16) << 48;
    let end = COLON | two(32) << 8 | POINT << 24 | (fraction >> 16) << 32;
    let words = [start, middle, end, fraction >> 48].map(u64::to_le_bytes);
    // All is copied, for that is a few stores of a fixed size; what is too much goes again.
    out.extend_from_slice(words.as_flattened());
    out.truncate(out.len() - 6 - cut(zeros));
}

const SPACE: u64 = 0x20;
const COLON: u64 = 0x3a;
const POINT: u64 = 0x2e;
const HYPHEN: u64 = 0x2d;

/// `yyyy-mm-` and `dd`
#[inline]
fn iso_date(year: u16, date: Civil) -> (u64, u64) {
    let digits =
        digits::pairs((year / 100).into(), (year % 100).into(), date.month.into(), date.day.into());
    let month = digits >> 32 & 0xffff;
    (digits & 0xffff_ffff | HYPHEN << 32 | month << 40 | HYPHEN << 56, digits >> 48)
}

/// How many bytes of a fraction's seven do not count: the zeros at its end, and with all six the
/// point.
#[inline]
fn cut(zeros: u32) -> usize {
    usize::try_from(zeros.min(7)).unwrap_or(0)
}

/// A moment in another style than ISO, or of a year with more or fewer than four digits.
fn text_styled(
    days: i32,
    clock: Clock,
    offset: Option<Offset<'_>>,
    style: DateStyle,
    out: &mut Vec<u8>,
) {
    let date = civil_from_days(days);
    match style.format {
        DateFormat::Iso => {
            push_iso_date(date, out);
            out.push(b' ');
            push_clock(clock, out);
            if let Some(offset) = offset {
                push_offset(offset.east, out);
            }
            push_era(date, out);
        }
        DateFormat::Postgres => {
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
        DateFormat::Sql | DateFormat::German => {
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
    fn new(micros: u64) -> Clock {
        Clock {
            seconds: u32::try_from(micros / 1_000_000).unwrap_or(0),
            micros: u32::try_from(micros % 1_000_000).unwrap_or(0),
        }
    }

    /// `hhmmss00`, and `00ffffff` with the number of zeros at its end.
    #[inline]
    fn digits(self) -> (u64, (u64, u32)) {
        let minutes = self.seconds / 60;
        let clock = digits::pairs(minutes / 60, minutes % 60, self.seconds % 60, 0);
        (clock, digits::eight_and_zeros(self.micros.into()))
    }
}

/// `hh:mm:ss.ffffff`
#[inline]
fn push_clock(clock: Clock, out: &mut Vec<u8>) {
    let (hms, (fraction, zeros)) = clock.digits();
    let two = |shift: u32| hms >> shift & 0xffff;
    let start = two(0) | COLON << 16 | two(16) << 24 | COLON << 40 | two(32) << 48;
    let words = [start, POINT | (fraction >> 16) << 8].map(u64::to_le_bytes);
    out.extend_from_slice(words.as_flattened());
    out.truncate(out.len() - 1 - cut(zeros));
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
    let [tens, ones, ..] = digits::pairs(value.into(), 0, 0, 0).to_le_bytes();
    [tens, ones]
}
