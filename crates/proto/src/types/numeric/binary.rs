//! The binary form: a header of four 16-bit words, then the digits.

use super::{BASE, Finite, Kind, MAX_SCALE, Numeric};
use crate::types::error::ValueError;

const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xc000;
const INFINITY: u16 = 0xd000;
const NEG_INFINITY: u16 = 0xf000;
/// PostgreSQL sends an infinity with this scale: a trace of how it stores one.
const INFINITY_SCALE: u16 = 0x20;

impl Numeric {
    /// Appends the binary form.
    pub fn binary(&self, out: &mut Vec<u8>) {
        match &self.0 {
            Kind::Finite(number) => {
                push(number.negative, number.weight, number.scale, &number.digits, out);
            }
            Kind::NaN => push_words([0, 0, NAN, 0], out),
            Kind::Infinity { negative: false } => {
                push_words([0, 0, INFINITY, INFINITY_SCALE], out);
            }
            Kind::Infinity { negative: true } => {
                push_words([0, 0, NEG_INFINITY, INFINITY_SCALE], out);
            }
        }
    }

    /// Reads the binary form; digits beyond its scale are cut off.
    ///
    /// # Errors
    ///
    /// 22P03 for a wrong sign, scale or digit or too many bytes, 08P01 for too few.
    pub fn receive(bytes: &[u8]) -> Result<Numeric, ValueError> {
        let (words, uneven) = bytes.as_chunks::<2>();
        let mut words = words.iter().map(|word| u16::from_be_bytes(*word));
        let mut next = || words.next().ok_or_else(ValueError::truncated);
        let count = next()?;
        let weight = next()?.cast_signed();
        let sign = next()?;
        if !matches!(sign, 0 | NEGATIVE | NAN | INFINITY | NEG_INFINITY) {
            return Err(ValueError::binary("invalid sign in external \"numeric\" value"));
        }
        let scale = next()?;
        if scale > MAX_SCALE {
            return Err(ValueError::binary("invalid scale in external \"numeric\" value"));
        }
        let mut digits = Vec::with_capacity(usize::from(count).min(bytes.len()));
        for _ in 0..count {
            let digit = next()?;
            if digit >= BASE {
                return Err(ValueError::binary("invalid digit in external \"numeric\" value"));
            }
            digits.push(digit);
        }
        if words.next().is_some() || !uneven.is_empty() {
            return Err(ValueError::trailing());
        }
        Ok(Numeric(match sign {
            NAN => Kind::NaN,
            INFINITY => Kind::Infinity { negative: false },
            NEG_INFINITY => Kind::Infinity { negative: true },
            _ => {
                truncate(&mut digits, weight, scale);
                Kind::Finite(Finite::new(sign == NEGATIVE, weight.into(), scale.into(), digits)?)
            }
        }))
    }
}

/// Appends a finite number; `digits` without zeros at either end.
#[inline]
pub(super) fn push(negative: bool, weight: i16, scale: u16, digits: &[u16], out: &mut Vec<u8>) {
    let count = u16::try_from(digits.len()).unwrap_or(u16::MAX);
    let sign = if negative { NEGATIVE } else { 0 };
    push_words([count, weight.cast_unsigned(), sign, scale], out);
    for digit in digits {
        out.extend_from_slice(&digit.to_be_bytes());
    }
}

#[inline]
fn push_words(words: [u16; 4], out: &mut Vec<u8>) {
    let [[a, b], [c, d], [e, f], [g, h]] = words.map(u16::to_be_bytes);
    out.extend_from_slice(&[a, b, c, d, e, f, g, h]);
}

/// Cuts off what lies beyond the scale.
fn truncate(digits: &mut Vec<u16>, weight: i16, scale: u16) {
    let whole = i32::from(weight).saturating_add(1);
    let kept = whole.saturating_add(i32::from(scale.div_ceil(4)));
    let kept = usize::try_from(kept).unwrap_or(0);
    if kept > digits.len() {
        return;
    }
    digits.truncate(kept);
    let unit = match scale % 4 {
        1 => 1000,
        2 => 100,
        3 => 10,
        _ => 1,
    };
    if let Some(last) = digits.last_mut() {
        *last = last.saturating_sub(last.checked_rem(unit).unwrap_or(0));
    }
}
