//! How an interval looks in the four styles.

use super::Interval;
use crate::types::style::IntervalStyle;

impl Interval {
    /// Appends the interval as text.
    pub fn text(self, style: IntervalStyle, out: &mut Vec<u8>) {
        match self {
            Interval::INFINITY => return out.extend_from_slice(b"infinity"),
            Interval::NEG_INFINITY => return out.extend_from_slice(b"-infinity"),
            _ => {}
        }
        let parts = Parts::new(self);
        match style {
            IntervalStyle::Postgres => parts.postgres(out),
            IntervalStyle::PostgresVerbose => parts.verbose(out),
            IntervalStyle::SqlStandard => parts.sql_standard(out),
            IntervalStyle::Iso8601 => parts.iso_8601(out),
        }
    }
}

/// An interval in the units that people read. Parts of a time of day share their sign.
#[derive(Clone, Copy)]
struct Parts {
    years: i64,
    months: i64,
    days: i64,
    hours: i64,
    minutes: i64,
    seconds: i64,
    micros: i64,
}

impl Parts {
    fn new(interval: Interval) -> Parts {
        Parts {
            years: i64::from(interval.months / 12),
            months: i64::from(interval.months % 12),
            days: interval.days.into(),
            hours: interval.micros / 3_600_000_000,
            minutes: interval.micros / 60_000_000 % 60,
            seconds: interval.micros / 1_000_000 % 60,
            micros: interval.micros % 1_000_000,
        }
    }

    fn all(self) -> [i64; 7] {
        [self.years, self.months, self.days, self.hours, self.minutes, self.seconds, self.micros]
    }

    fn has_time(self) -> bool {
        self.hours != 0 || self.minutes != 0 || self.seconds != 0 || self.micros != 0
    }

    fn time_is_negative(self) -> bool {
        self.hours < 0 || self.minutes < 0 || self.seconds < 0 || self.micros < 0
    }

    /// `1 year 2 mons -3 days +04:05:06.7`
    fn postgres(self, out: &mut Vec<u8>) {
        let start = out.len();
        let mut after_negative = false;
        for (value, unit) in [(self.years, "year"), (self.months, "mon"), (self.days, "day")] {
            if value == 0 {
                continue;
            }
            space(start, out);
            if after_negative && value > 0 {
                out.push(b'+');
            }
            push(value, out);
            push_unit(unit, value != 1, out);
            after_negative = value < 0;
        }
        if out.len() == start || self.has_time() {
            space(start, out);
            if self.time_is_negative() {
                out.push(b'-');
            } else if after_negative {
                out.push(b'+');
            }
            push_padded(self.hours, out);
            self.minutes_and_seconds(out);
        }
    }

    /// `@ 1 year 2 mons 3 days 4 hours 5 mins 6.7 secs ago`
    fn verbose(self, out: &mut Vec<u8>) {
        out.push(b'@');
        // The first part that is not zero decides what "ago" turns around.
        let ago = self.all().into_iter().find(|part| *part != 0).is_some_and(|part| part < 0);
        let units = [
            (self.years, "year"),
            (self.months, "mon"),
            (self.days, "day"),
            (self.hours, "hour"),
            (self.minutes, "min"),
        ];
        for (value, unit) in units {
            if value != 0 {
                let value = if ago { value.wrapping_neg() } else { value };
                out.push(b' ');
                push(value, out);
                push_unit(unit, value != 1, out);
            }
        }
        if self.seconds != 0 || self.micros != 0 {
            out.push(b' ');
            let negative = self.seconds < 0 || self.micros < 0;
            if negative != ago {
                out.push(b'-');
            }
            self.push_seconds(false, out);
            push_unit("sec", self.seconds.abs() != 1 || self.micros != 0, out);
        }
        if self.all() == [0; 7] {
            out.extend_from_slice(b" 0");
        }
        if ago {
            out.extend_from_slice(b" ago");
        }
    }

    /// `1-2`, `3 4:05:06.7`, or with every sign where the standard has no form: `+1-2 -3 +4:05:06`
    fn sql_standard(mut self, out: &mut Vec<u8>) {
        let has_negative = self.all().iter().any(|part| *part < 0);
        let has_positive = self.all().iter().any(|part| *part > 0);
        let has_months = self.years != 0 || self.months != 0;
        let has_days = self.days != 0;
        if !has_negative && !has_positive {
            return out.push(b'0');
        }
        if (has_negative && has_positive) || (has_months && (has_days || self.has_time())) {
            let sign = |negative: bool| if negative { b'-' } else { b'+' };
            out.push(sign(self.years < 0 || self.months < 0));
            self.years_and_months(out);
            out.extend_from_slice(&[b' ', sign(self.days < 0)]);
            push(self.days.wrapping_abs(), out);
            out.extend_from_slice(&[b' ', sign(self.time_is_negative())]);
            push(self.hours.wrapping_abs(), out);
            return self.minutes_and_seconds(out);
        }
        if has_negative {
            out.push(b'-');
        }
        if has_months {
            return self.years_and_months(out);
        }
        if has_days {
            self.days = self.days.wrapping_abs();
            push(self.days, out);
            out.push(b' ');
        }
        push(self.hours.wrapping_abs(), out);
        self.minutes_and_seconds(out);
    }

    /// `P1Y2M3DT4H5M6.7S`
    fn iso_8601(self, out: &mut Vec<u8>) {
        if self.all() == [0; 7] {
            return out.extend_from_slice(b"PT0S");
        }
        let part = |value: i64, unit: u8, out: &mut Vec<u8>| {
            if value != 0 {
                push(value, out);
                out.push(unit);
            }
        };
        out.push(b'P');
        part(self.years, b'Y', out);
        part(self.months, b'M', out);
        part(self.days, b'D', out);
        if self.has_time() {
            out.push(b'T');
        }
        part(self.hours, b'H', out);
        part(self.minutes, b'M', out);
        if self.seconds != 0 || self.micros != 0 {
            if self.seconds < 0 || self.micros < 0 {
                out.push(b'-');
            }
            self.push_seconds(false, out);
            out.push(b'S');
        }
    }

    fn years_and_months(self, out: &mut Vec<u8>) {
        push(self.years.wrapping_abs(), out);
        out.push(b'-');
        push(self.months.wrapping_abs(), out);
    }

    fn minutes_and_seconds(self, out: &mut Vec<u8>) {
        out.push(b':');
        push_padded(self.minutes, out);
        out.push(b':');
        self.push_seconds(true, out);
    }

    /// The seconds without their sign, and as many digits of the fraction as matter.
    fn push_seconds(self, padded: bool, out: &mut Vec<u8>) {
        if padded {
            push_padded(self.seconds, out);
        } else {
            push(self.seconds.wrapping_abs(), out);
        }
        let mut micros = self.micros.unsigned_abs();
        if micros == 0 {
            return;
        }
        let mut digits = [b'0'; 6];
        for place in digits.iter_mut().rev() {
            let [digit, ..] = (micros % 10).to_le_bytes();
            *place |= digit;
            micros /= 10;
        }
        let mut digits = digits.as_slice();
        while let [rest @ .., b'0'] = digits {
            digits = rest;
        }
        out.push(b'.');
        out.extend_from_slice(digits);
    }
}

fn space(start: usize, out: &mut Vec<u8>) {
    if out.len() > start {
        out.push(b' ');
    }
}

fn push(value: i64, out: &mut Vec<u8>) {
    super::int::text_i64(value, out);
}

/// At least two digits, without the sign.
fn push_padded(value: i64, out: &mut Vec<u8>) {
    let value = value.wrapping_abs();
    if value < 10 {
        out.push(b'0');
    }
    push(value, out);
}

fn push_unit(unit: &str, plural: bool, out: &mut Vec<u8>) {
    out.push(b' ');
    out.extend_from_slice(unit.as_bytes());
    if plural {
        out.push(b's');
    }
}
