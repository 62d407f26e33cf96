//! `money`, in the currency of the C locale: dollars and cents.
//!
//! Source: <https://www.postgresql.org/docs/18/datatype-money.html>. PostgreSQL's own text depends on
//! `lc_monetary`; the binary form is a number of cents in any locale.

use super::error::ValueError;
use super::text::{is_space, trim_start};

/// An amount, to tell it from a `bigint`: in cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(pub i64);

/// Appends an amount: `-$1,234.56`.
pub fn text(cents: i64, out: &mut Vec<u8>) {
    if cents < 0 {
        out.push(b'-');
    }
    out.push(b'$');
    let cents = cents.unsigned_abs();
    let mut digits = itoa::Buffer::new();
    let dollars = digits.format(cents / 100).as_bytes();
    for (place, digit) in dollars.iter().enumerate() {
        if place > 0 && dollars.len().saturating_sub(place).is_multiple_of(3) {
            out.push(b',');
        }
        out.push(*digit);
    }
    let hundredths = |part: u64| u8::try_from(part % 10).map_or(b'0', |digit| b'0' | digit);
    out.extend_from_slice(&[b'.', hundredths(cents / 10), hundredths(cents)]);
}

/// Reads an amount; a third digit behind the point is rounded.
///
/// # Errors
///
/// 22P02 for other text, 22003 for an amount that 64 bits of cents cannot hold.
pub fn parse(text: &str) -> Result<i64, ValueError> {
    let mut rest = trim_start(dollar(trim_start(text.as_bytes())));
    let mut negative = false;
    rest = match rest {
        [b'-' | b'(', after @ ..] => {
            negative = true;
            after
        }
        [b'+', after @ ..] => after,
        _ => rest,
    };
    rest = trim_start(dollar(trim_start(rest)));
    let out_of_range = || ValueError::text_out_of_range("money", text);
    // Below zero there is one more.
    let mut cents = 0_i64;
    let mut decimals = None;
    let add = |cents: i64, digit: u8| {
        let digit = i64::from(digit.wrapping_sub(b'0'));
        cents.checked_mul(10)?.checked_sub(digit)
    };
    while let [byte, after @ ..] = rest {
        match (byte, decimals) {
            (b'0'..=b'9', Some(2)) => break,
            (b'0'..=b'9', _) => {
                cents = add(cents, *byte).ok_or_else(out_of_range)?;
                decimals = decimals.map(|count: u8| count.saturating_add(1));
            }
            (b'.', None) => decimals = Some(0),
            (b',', _) => {}
            _ => break,
        }
        rest = after;
    }
    for _ in decimals.unwrap_or(0)..2 {
        cents = add(cents, b'0').ok_or_else(out_of_range)?;
    }
    if let [b'5'..=b'9', ..] = rest {
        cents = cents.checked_sub(1).ok_or_else(out_of_range)?;
    }
    while let [b'0'..=b'9', after @ ..] = rest {
        rest = after;
    }
    while let [byte, after @ ..] = rest {
        match byte {
            b'-' => negative = true,
            b')' | b'+' | b'$' => {}
            byte if is_space(*byte) => {}
            _ => return Err(ValueError::syntax("money", text)),
        }
        rest = after;
    }
    if negative { Ok(cents) } else { cents.checked_neg().ok_or_else(out_of_range) }
}

fn dollar(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"$").unwrap_or(text)
}
