//! How a number is read.

use std::str::FromStr;

use super::{Finite, Kind, Numeric, overflow};
use crate::types::error::ValueError;
use crate::types::int::Digits;
use crate::types::text::{is_space, trim_end, trim_start};

impl Numeric {
    /// Reads a number: decimal with an optional exponent, or a `0x`, `0o` or `0b` integer of up to
    /// 16,384 decimal digits, an eighth of what PostgreSQL takes; `_` may stand between digits.
    ///
    /// # Errors
    ///
    /// 22P02 for other text, 22003 for a number beyond what the type holds.
    pub fn parse(text: &str) -> Result<Numeric, ValueError> {
        let signed = trim_start(text.as_bytes());
        let (negative, unsigned) = match signed {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let read = match unsigned {
            [b'0', b'x' | b'X' | b'o' | b'O' | b'b' | b'B', ..] => based(negative, unsigned),
            [b'0'..=b'9' | b'.', ..] => decimal(negative, unsigned),
            _ => return word(signed, negative, unsigned, text),
        };
        match read {
            Ok(number) => Ok(Numeric(Kind::Finite(number))),
            Err(Wrong::Syntax) => Err(ValueError::syntax("numeric", text)),
            Err(Wrong::Range) => Err(overflow()),
        }
    }
}

impl FromStr for Numeric {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Numeric, ValueError> {
        Numeric::parse(text)
    }
}

enum Wrong {
    Syntax,
    Range,
}

impl From<ValueError> for Wrong {
    fn from(_: ValueError) -> Wrong {
        Wrong::Range
    }
}

fn word(signed: &[u8], negative: bool, unsigned: &[u8], text: &str) -> Result<Numeric, ValueError> {
    let word = trim_end(unsigned);
    if trim_end(signed).eq_ignore_ascii_case(b"nan") {
        Ok(Numeric::NAN)
    } else if word.eq_ignore_ascii_case(b"infinity") || word.eq_ignore_ascii_case(b"inf") {
        Ok(Numeric(Kind::Infinity { negative }))
    } else {
        Err(ValueError::syntax("numeric", text))
    }
}

/// The largest exponent that PostgreSQL looks at.
const MAX_EXPONENT: i64 = 0x3fff_ffff;

fn decimal(negative: bool, text: &[u8]) -> Result<Finite, Wrong> {
    let mut digits = Vec::with_capacity(text.len());
    let mut point = None;
    let mut rest = text;
    if let [b'.', after @ ..] = rest {
        point = Some(0);
        rest = after;
    }
    if !rest.first().is_some_and(u8::is_ascii_digit) {
        return Err(Wrong::Syntax);
    }
    loop {
        rest = match rest {
            [digit @ b'0'..=b'9', after @ ..] | [b'_', digit @ b'0'..=b'9', after @ ..] => {
                digits.push(digit & 15);
                after
            }
            [b'.', b'_', ..] => return Err(Wrong::Syntax),
            [b'.', after @ ..] if point.is_none() => {
                point = Some(digits.len());
                after
            }
            [b'.' | b'_', ..] => return Err(Wrong::Syntax),
            _ => break,
        };
    }
    let mut exponent = 0;
    if let [b'e' | b'E', after @ ..] = rest {
        (exponent, rest) = read_exponent(after)?;
    }
    if !rest.iter().all(|byte| is_space(*byte)) {
        return Err(Wrong::Syntax);
    }
    let length = i64::try_from(digits.len()).map_err(|_| Wrong::Range)?;
    let before = point.map_or(Ok(length), i64::try_from).map_err(|_| Wrong::Range)?;
    let after = length.saturating_sub(before);
    group(negative, &digits, before.saturating_add(exponent), after.saturating_sub(exponent).max(0))
}

fn read_exponent(text: &[u8]) -> Result<(i64, &[u8]), Wrong> {
    let (negative, mut rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if !rest.first().is_some_and(u8::is_ascii_digit) {
        return Err(Wrong::Syntax);
    }
    let mut exponent: i64 = 0;
    loop {
        rest = match rest {
            [digit @ b'0'..=b'9', after @ ..] | [b'_', digit @ b'0'..=b'9', after @ ..] => {
                exponent = exponent.saturating_mul(10).saturating_add((digit & 15).into());
                if exponent > MAX_EXPONENT {
                    return Err(Wrong::Range);
                }
                after
            }
            [b'_', ..] => return Err(Wrong::Syntax),
            _ => break,
        };
    }
    Ok((if negative { exponent.saturating_neg() } else { exponent }, rest))
}

/// Groups decimal digits by four around the point, which stands after `before` of them.
fn group(negative: bool, digits: &[u8], before: i64, scale: i64) -> Result<Finite, Wrong> {
    let zeros = digits.iter().take_while(|digit| **digit == 0).count();
    let digits = digits.get(zeros..).unwrap_or_default();
    let before = before.saturating_sub(i64::try_from(zeros).map_err(|_| Wrong::Range)?);
    // The number of decimal digits in the first group: 1 to 4.
    let first = before.wrapping_sub(1).rem_euclid(4).wrapping_add(1);
    let weight = before.wrapping_sub(1).div_euclid(4);
    let first = usize::try_from(first).unwrap_or(4).min(digits.len());
    let (head, tail) = digits.split_at_checked(first).unwrap_or((digits, &[]));
    let value = |group: &[u8]| {
        group
            .iter()
            .fold(0_u16, |value, digit| value.wrapping_mul(10).wrapping_add(u16::from(*digit)))
    };
    let pad = |group: &[u8], width: usize| {
        let missing = u32::try_from(width.saturating_sub(group.len())).unwrap_or(0);
        value(group).wrapping_mul(10_u16.wrapping_pow(missing))
    };
    let width = usize::try_from(before.wrapping_sub(1).rem_euclid(4).wrapping_add(1)).unwrap_or(4);
    let mut groups = Vec::with_capacity(digits.len().wrapping_div(4).wrapping_add(2));
    groups.push(pad(head, width));
    groups.extend(tail.chunks(4).map(|chunk| pad(chunk, 4)));
    Ok(Finite::new(negative, weight, scale, groups)?)
}

/// So many digits of base 10,000 an integer in another base may have: an eighth of what the type can
/// hold, for the time to read it grows with the square of its length.
const MOST_GROUPS: usize = 1 << 12;

/// An integer in another base.
fn based(negative: bool, text: &[u8]) -> Result<Finite, Wrong> {
    let mut digits = Digits::new(text);
    // The least significant first.
    let mut groups: Vec<u16> = Vec::new();
    let mut any = false;
    loop {
        // As many digits at once as leave room for a group in 64 bits.
        let (mut chunk, mut factor) = (0_u64, 1_u64);
        while factor < 1 << 44 {
            let Some(digit) = digits.next() else { break };
            any = true;
            let radix = u64::from(digits.radix);
            chunk = chunk.wrapping_mul(radix).wrapping_add(digit.into());
            factor = factor.wrapping_mul(radix);
        }
        if factor == 1 {
            break;
        }
        let mut carry = chunk;
        for group in &mut groups {
            let value = u64::from(*group).wrapping_mul(factor).wrapping_add(carry);
            *group = u16::try_from(value % 10_000).unwrap_or(0);
            carry = value / 10_000;
        }
        while carry > 0 {
            groups.push(u16::try_from(carry % 10_000).unwrap_or(0));
            carry /= 10_000;
        }
        if groups.len() > MOST_GROUPS {
            return Err(Wrong::Range);
        }
    }
    if !any || !digits.rest().iter().all(|byte| is_space(*byte)) {
        return Err(Wrong::Syntax);
    }
    groups.reverse();
    let weight = i64::try_from(groups.len()).map_err(|_| Wrong::Range)?.saturating_sub(1);
    Ok(Finite::new(negative, weight, 0, groups)?)
}
