//! Numbers in fields: what each of them is, by what is known already.

use super::Flaw;
use super::draft::{DATE, DAY, Draft, MONTH, Set, TIME, YEAR, YEARDAY};
use super::words::{Word, word};
use crate::types::style::DateOrder;

impl Draft {
    /// A date around `-`, `/`, `.`; the month may be a name. `have` is what was read before.
    pub(super) fn date(&mut self, text: &str, mut have: Set) -> Result<Set, Flaw> {
        let mut read = 0;
        let mut numbers = Vec::new();
        let mut text_month = false;
        let mut rest = text;
        while !rest.is_empty() {
            rest = rest.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
            let first = rest.chars().next().ok_or(Flaw::Format)?;
            let end = rest
                .find(|c: char| {
                    if first.is_ascii_digit() {
                        !c.is_ascii_digit()
                    } else {
                        !c.is_ascii_alphabetic()
                    }
                })
                .unwrap_or(rest.len());
            let (part, after) = rest.split_at_checked(end).ok_or(Flaw::Format)?;
            // The character that ends a part is lost, whatever it is.
            rest = after.get(1..).unwrap_or_default();
            if first.is_ascii_digit() {
                numbers.push(part);
                continue;
            }
            match word(part) {
                Word::Ignored => numbers.push(part),
                Word::Month(month) if have & MONTH == 0 => {
                    self.month = month;
                    text_month = true;
                    have |= MONTH;
                    read |= MONTH;
                }
                _ => return Err(Flaw::Format),
            }
        }
        for number in numbers {
            let set = self.number(number, text_month, have)?;
            if have & set != 0 {
                return Err(Flaw::Format);
            }
            have |= set;
            read |= set;
        }
        if have & !(YEARDAY | super::draft::ZONE) == DATE { Ok(read) } else { Err(Flaw::Format) }
    }

    /// One number, perhaps with a fraction.
    pub(super) fn number(&mut self, text: &str, text_month: bool, have: Set) -> Result<Set, Flaw> {
        let (value, rest) = leading_int(text).ok_or(Flaw::Field)?;
        let length = text.len();
        if rest.len() == length {
            return Err(Flaw::Format);
        }
        if rest.starts_with('.') {
            // More than two digits before the point are a time run together.
            if length.saturating_sub(rest.len()) > 2 {
                return self.run_together(text, have | DATE);
            }
            self.micros = fraction(rest)?;
        } else if !rest.is_empty() {
            return Err(Flaw::Format);
        }
        if length == 3 && have & DATE == YEAR && (1..=366).contains(&value) {
            self.year_day = value;
            return Ok(YEARDAY | MONTH | DAY);
        }
        let is_long = length >= 3 || self.order == DateOrder::Ymd;
        let set = match have & DATE {
            0 if is_long => YEAR,
            0 if self.order == DateOrder::Dmy => DAY,
            0 => MONTH,
            YEAR | DAY => MONTH,
            MONTH if text_month && is_long => YEAR,
            MONTH => DAY,
            // The number before was the day, and this is the year: "1-Jan-2000".
            set if set == YEAR | MONTH && text_month && length >= 3 && self.short_year => {
                self.day = self.year;
                self.year = value;
                self.short_year = false;
                return Ok(DAY);
            }
            set if set == YEAR | MONTH => DAY,
            set if set == MONTH | DAY => YEAR,
            DATE => return self.run_together(text, have),
            _ => return Err(Flaw::Format),
        };
        match set {
            YEAR => {
                self.year = value;
                self.short_year = length <= 2;
            }
            MONTH => self.month = value,
            _ => self.day = value,
        }
        Ok(set)
    }

    /// Digits run together: a date `yyyymmdd`, or a time `hhmmss` or `hhmm`.
    pub(super) fn run_together(&mut self, text: &str, have: Set) -> Result<Set, Flaw> {
        let (digits, has_point) = match text.find('.') {
            Some(point) => {
                self.micros = fraction(text.get(point..).unwrap_or_default())?;
                (text.get(..point).unwrap_or_default(), true)
            }
            None => (text, false),
        };
        let length = digits.len();
        let part = |start: usize, end: usize| {
            digits.get(start..end).unwrap_or_default().parse().map_err(|_| Flaw::Format)
        };
        if !has_point && have & DATE != DATE && length >= 6 {
            let (month, day) = (length.saturating_sub(4), length.saturating_sub(2));
            let year = digits.get(..month).unwrap_or_default();
            self.day = part(day, length)?;
            self.month = part(month, day)?;
            self.year = year.parse().map_err(|_| Flaw::Field)?;
            self.short_year |= year.len() == 2;
            return Ok(DATE);
        }
        if have & TIME != 0 || !matches!(length, 4 | 6) {
            return Err(Flaw::Format);
        }
        self.hour = part(0, 2)?;
        self.minute = part(2, 4)?;
        self.second = if length == 6 { part(4, 6)? } else { 0 };
        Ok(TIME)
    }

    /// A time of day, `hh:mm`, `hh:mm:ss.f`, or `mm:ss.f`.
    pub(super) fn clock(&mut self, text: &str) -> Result<Set, Flaw> {
        let clock = clock(text, false)?;
        self.hour = i32::try_from(clock.hours).map_err(|_| Flaw::Field)?;
        (self.minute, self.second, self.micros) = (clock.minutes, clock.seconds, clock.micros);
        Ok(TIME)
    }
}

/// A time as an interval takes it: any number of hours.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::types) struct Clock {
    pub(in crate::types) hours: i64,
    pub(in crate::types) minutes: i32,
    pub(in crate::types) seconds: i32,
    pub(in crate::types) micros: i32,
}

/// Reads a time; `as_minutes` takes `a:b` as minutes and seconds.
pub(in crate::types) fn clock(text: &str, as_minutes: bool) -> Result<Clock, Flaw> {
    let mut clock = Clock::default();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (hours, rest) = text.split_at_checked(digits).ok_or(Flaw::Format)?;
    clock.hours = if hours.is_empty() { 0 } else { hours.parse().map_err(|_| Flaw::Field)? };
    let rest = rest.strip_prefix(':').ok_or(Flaw::Format)?;
    let (minutes, rest) = leading_int(rest).ok_or(Flaw::Field)?;
    clock.minutes = minutes;
    let shift = |clock: &mut Clock| {
        clock.seconds = clock.minutes;
        clock.minutes = i32::try_from(clock.hours).map_err(|_| Flaw::Field)?;
        clock.hours = 0;
        Ok::<(), Flaw>(())
    };
    match rest.as_bytes().first() {
        None if as_minutes => shift(&mut clock)?,
        None => {}
        Some(b'.') => {
            clock.micros = fraction(rest)?;
            shift(&mut clock)?;
        }
        Some(b':') => {
            let rest = rest.get(1..).unwrap_or_default();
            let (seconds, rest) = leading_int(rest).ok_or(Flaw::Field)?;
            clock.seconds = seconds;
            if rest.starts_with('.') {
                clock.micros = fraction(rest)?;
            } else if !rest.is_empty() {
                return Err(Flaw::Format);
            }
        }
        Some(_) => return Err(Flaw::Format),
    }
    // The hours are for the caller to judge.
    if clock.minutes > 59 || clock.seconds > 60 { Err(Flaw::Field) } else { Ok(clock) }
}

/// `+hh`, `+hhmm`, `+hh:mm` or `+hh:mm:ss`, in seconds **west** of Greenwich.
pub(super) fn displacement(text: &str) -> Result<i32, Flaw> {
    let negative = match text.as_bytes().first() {
        Some(b'+') => false,
        Some(b'-') => true,
        _ => return Err(Flaw::Format),
    };
    // A sign may stand within, but zero must follow it.
    fn number(text: &str) -> Result<(i32, &str), Flaw> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (value, rest) = leading_int(unsigned).ok_or(Flaw::Displacement)?;
        match rest.len() == unsigned.len() {
            // C reads no number then, and no sign either.
            true => Ok((0, text)),
            false if unsigned.len() < text.len() && value > 0 => Err(Flaw::Displacement),
            false => Ok((value, rest)),
        }
    }
    let (mut hours, mut rest) = number(text.get(1..).unwrap_or_default())?;
    let (mut minutes, mut seconds) = (0, 0);
    if let Some(after) = rest.strip_prefix(':') {
        (minutes, rest) = number(after)?;
        if let Some(after) = rest.strip_prefix(':') {
            (seconds, rest) = number(after)?;
        }
    } else if rest.is_empty() && text.len() > 3 {
        (hours, minutes) = (hours / 100, hours % 100);
    }
    if hours > 15 || minutes > 59 || seconds > 59 {
        return Err(Flaw::Displacement);
    }
    if !rest.is_empty() {
        return Err(Flaw::Format);
    }
    let total = hours.wrapping_mul(3600).wrapping_add(minutes.wrapping_mul(60));
    let total = total.wrapping_add(seconds);
    Ok(if negative { total } else { total.wrapping_neg() })
}

/// The digits at the start of a text, none being 0, and what follows; `None` beyond 32 bits.
pub(in crate::types) fn leading_int(text: &str) -> Option<(i32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    let value = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    Some((value, rest))
}

/// A point and the digits after it, in millionths; rounded to even as C's `rint` does.
fn fraction(text: &str) -> Result<i32, Flaw> {
    let fraction = fraction_of_one(text)?;
    #[allow(clippy::as_conversions, reason = "0 to 1,000,000")]
    Ok((fraction * 1_000_000.0).round_ties_even() as i32)
}

/// A point and the digits after it, as a fraction of one.
pub(in crate::types) fn fraction_of_one(text: &str) -> Result<f64, Flaw> {
    let digits = text.strip_prefix('.').ok_or(Flaw::Format)?;
    if digits.is_empty() {
        return Ok(0.0);
    }
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Flaw::Format);
    }
    text.parse().map_err(|_| Flaw::Format)
}
