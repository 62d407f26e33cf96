//! The text that nearly everybody sends: ISO 8601 with all its digits.

use super::super::calendar::{DAY, days_from_civil, days_in_month};

/// `2024-02-29`; `None` for anything else, right or wrong.
pub(in crate::types) fn date(text: &[u8]) -> Option<i32> {
    let (days, rest) = take_date(text)?;
    rest.is_empty().then_some(days)
}

/// `2024-02-29 10:11:12.345+01`, with `T` or a space, the fraction and the zone optional: the
/// microseconds by the clock, and seconds west of Greenwich if there is a zone. `None` for
/// anything else, right or wrong.
pub(in crate::types) fn timestamp(text: &[u8]) -> Option<(i64, Option<i32>)> {
    let (days, rest) = take_date(text)?;
    let [b' ' | b'T', h, i, b':', m, n, b':', s, t, rest @ ..] = rest else { return None };
    let (hour, minute, second) = (pair(*h, *i)?, pair(*m, *n)?, pair(*s, *t)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (micros, rest) = take_fraction(rest)?;
    let west = match rest {
        [] => None,
        b"Z" => Some(0),
        [sign @ (b'+' | b'-'), h, i, rest @ ..] => {
            let minutes = match rest {
                [] => 0,
                [b':', m, n] => pair(*m, *n)?,
                _ => return None,
            };
            let hours = pair(*h, *i)?;
            if hours > 15 || minutes > 59 {
                return None;
            }
            let seconds = hours.wrapping_mul(60).wrapping_add(minutes).wrapping_mul(60);
            Some(if *sign == b'-' { seconds } else { seconds.wrapping_neg() })
        }
        _ => return None,
    };
    let seconds = hour.wrapping_mul(60).wrapping_add(minute).wrapping_mul(60).wrapping_add(second);
    let time = i64::from(seconds).wrapping_mul(1_000_000).wrapping_add(micros.into());
    // Ten thousand years are some 10^17 microseconds.
    Some((i64::from(days).wrapping_mul(DAY).wrapping_add(time), west))
}

fn take_date(text: &[u8]) -> Option<(i32, &[u8])> {
    let [a, b, c, d, b'-', m, n, b'-', e, f, rest @ ..] = text else { return None };
    let year = pair(*a, *b)?.wrapping_mul(100).wrapping_add(pair(*c, *d)?);
    let (month, day) = (pair(*m, *n)?, pair(*e, *f)?);
    if year == 0 || day == 0 || day > days_in_month(year, month) {
        return None;
    }
    let days = i32::try_from(days_from_civil(year, month, day)).ok()?;
    Some((days, rest))
}

/// Up to six digits after a point.
fn take_fraction(text: &[u8]) -> Option<(i32, &[u8])> {
    let [b'.', rest @ ..] = text else { return Some((0, text)) };
    let mut rest = rest;
    let (mut micros, mut unit) = (0_i32, 100_000_i32);
    while let [digit @ b'0'..=b'9', after @ ..] = rest {
        if unit == 0 {
            return None;
        }
        micros = micros.wrapping_add(i32::from(digit & 15).wrapping_mul(unit));
        unit /= 10;
        rest = after;
    }
    (unit < 100_000).then_some((micros, rest))
}

fn pair(tens: u8, ones: u8) -> Option<i32> {
    let (true, true) = (tens.is_ascii_digit(), ones.is_ascii_digit()) else { return None };
    Some(i32::from(tens & 15).wrapping_mul(10).wrapping_add((ones & 15).into()))
}
