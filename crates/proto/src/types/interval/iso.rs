//! How an interval of ISO 8601 is read: `P1Y2M3DT4H5M6.7S`, `P0001-02-03T04:05:06`.

use super::sum::{Amount, HOUR, MINUTE, SECOND, Sum};
use crate::types::datetime::Flaw;

pub(super) fn read(text: &str) -> Result<Sum, Flaw> {
    let rest = text.strip_prefix('P').filter(|rest| !rest.is_empty()).ok_or(Flaw::Format)?;
    let mut reader = Reader { rest, sum: Sum::default() };
    let mut in_date = true;
    let mut any = false;
    while !reader.rest.is_empty() {
        if reader.skip(b'T') {
            in_date = false;
            any = false;
            continue;
        }
        let width = integer_width(reader.rest);
        let amount = reader.number()?;
        let unit = reader.rest.bytes().next();
        reader.rest = reader.rest.get(1..).unwrap_or_default();
        let sum = &mut reader.sum;
        match (in_date, unit) {
            (true, Some(b'Y')) => sum.add_years(amount, 1)?,
            (true, Some(b'M')) => sum.add_months(amount)?,
            (true, Some(b'W')) => sum.add_weeks(amount)?,
            (true, Some(b'D')) => sum.add_days(amount)?,
            (true, None | Some(b'T')) if width == 8 && !any => {
                sum.add_years(whole(amount.whole / 10_000), 1)?;
                sum.add_months(whole(amount.whole / 100 % 100))?;
                sum.add_days(Amount { whole: amount.whole % 100, ..amount })?;
                in_date = false;
                continue;
            }
            (true, None | Some(b'T' | b'-')) if !any => {
                sum.add_years(amount, 1)?;
                if unit == Some(b'-') {
                    reader.months_and_days()?;
                }
                in_date = false;
                continue;
            }
            (false, Some(b'H')) => sum.add_micros(amount, HOUR)?,
            (false, Some(b'M')) => sum.add_micros(amount, MINUTE)?,
            (false, Some(b'S')) => sum.add_micros(amount, SECOND)?,
            (false, None) if width == 6 && !any => {
                sum.add_micros(whole(amount.whole / 10_000), HOUR)?;
                sum.add_micros(whole(amount.whole / 100 % 100), MINUTE)?;
                sum.add_micros(whole(amount.whole % 100), SECOND)?;
                sum.add_micros(Amount { whole: 0, ..amount }, 1)?;
            }
            (false, None | Some(b':')) if !any => {
                sum.add_micros(amount, HOUR)?;
                if unit.is_some() {
                    reader.minutes_and_seconds()?;
                }
            }
            _ => return Err(Flaw::Format),
        }
        any = true;
    }
    Ok(reader.sum)
}

struct Reader<'a> {
    rest: &'a str,
    sum: Sum,
}

impl Reader<'_> {
    /// `mm` or `mm-dd`, up to the end or a `T`.
    fn months_and_days(&mut self) -> Result<(), Flaw> {
        let months = self.number()?;
        self.sum.add_months(months)?;
        if self.skip(b'-') {
            let days = self.number()?;
            self.sum.add_days(days)?;
        }
        if self.rest.is_empty() || self.skip(b'T') { Ok(()) } else { Err(Flaw::Format) }
    }

    /// `mm` or `mm:ss`, up to the end.
    fn minutes_and_seconds(&mut self) -> Result<(), Flaw> {
        let minutes = self.number()?;
        self.sum.add_micros(minutes, MINUTE)?;
        if self.skip(b':') {
            let seconds = self.number()?;
            self.sum.add_micros(seconds, SECOND)?;
        }
        if self.rest.is_empty() { Ok(()) } else { Err(Flaw::Format) }
    }

    /// What C's `strtod` reads, but for words; an exponent is taken, too.
    fn number(&mut self) -> Result<Amount, Flaw> {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let mut end = usize::from(self.rest.starts_with('-'));
        let from = |end: usize| self.rest.get(end..).unwrap_or_default();
        let before = digits(from(end));
        end = end.saturating_add(before);
        let mut after = 0;
        if let Some(fraction) = from(end).strip_prefix('.') {
            after = digits(fraction);
            end = end.saturating_add(after).saturating_add(1);
        }
        if before == 0 && after == 0 {
            return Err(Flaw::Format);
        }
        if let Some(exponent) = from(end).strip_prefix(['e', 'E']) {
            let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if digits(unsigned) > 0 {
                let sign = exponent.len().saturating_sub(unsigned.len());
                end = end.saturating_add(sign).saturating_add(digits(unsigned)).saturating_add(1);
            }
        }
        let (number, rest) = self.rest.split_at_checked(end).ok_or(Flaw::Format)?;
        let value: f64 = number.parse().map_err(|_| Flaw::Format)?;
        self.rest = rest;
        if value.is_infinite() {
            return Err(Flaw::Format);
        }
        if value.abs() > 1e15 {
            return Err(Flaw::Field);
        }
        #[allow(clippy::as_conversions, reason = "at most 10^15")]
        let whole = value.trunc() as i64;
        Ok(Amount { whole, fraction: value - value.trunc() })
    }

    fn skip(&mut self, byte: u8) -> bool {
        let after = self.rest.strip_prefix(char::from(byte));
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }
}

/// The number of digits before anything else but a minus.
fn integer_width(text: &str) -> usize {
    text.strip_prefix('-').unwrap_or(text).bytes().take_while(u8::is_ascii_digit).count()
}

fn whole(whole: i64) -> Amount {
    Amount { whole, fraction: 0.0 }
}
