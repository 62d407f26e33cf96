//! `macaddr` and `macaddr8`: addresses of network devices.
//!
//! Source: <https://www.postgresql.org/docs/18/datatype-net-types.html#DATATYPE-MACADDR>.

use super::bytea::{hex_digit, hex_pair};
use super::error::ValueError;
use super::text::trim_start;
use crate::SqlState;

/// Appends the bytes in hexadecimal with colons between.
pub fn text(bytes: &[u8], out: &mut Vec<u8>) {
    for (place, byte) in bytes.iter().enumerate() {
        if place > 0 {
            out.push(b':');
        }
        out.extend_from_slice(&hex_pair(*byte));
    }
}

/// How many digits there are at a time, and what comes between them. Without a width a number may
/// have any digits.
const FORMS: [(Option<usize>, [&str; 5]); 7] = [
    (None, [":"; 5]),
    (None, ["-"; 5]),
    (Some(2), ["", "", ":", "", ""]),
    (Some(2), ["", "", "-", "", ""]),
    (Some(2), ["", ".", "", ".", ""]),
    (Some(2), ["", "-", "", "-", ""]),
    (Some(2), [""; 5]),
];

/// Reads a `macaddr` in one of the forms of its documentation.
///
/// # Errors
///
/// 22P02 for another form, 22003 for a number above `ff`.
pub fn parse(text: &str) -> Result<[u8; 6], ValueError> {
    let numbers = FORMS.iter().find_map(|(width, between)| scan(text.as_bytes(), *width, between));
    let numbers = numbers.ok_or_else(|| ValueError::syntax("macaddr", text))?;
    let mut address = [0; 6];
    for (byte, number) in address.iter_mut().zip(numbers) {
        *byte = u8::try_from(number).map_err(|_| {
            let message = ["invalid octet value in \"macaddr\" value: \"", text, "\""].concat();
            ValueError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, message)
        })?;
    }
    Ok(address)
}

/// Six numbers as C's `scanf` reads them: before each there may be spaces, a sign and `0x`.
fn scan(text: &[u8], width: Option<usize>, between: &[&str; 5]) -> Option<[u64; 6]> {
    let mut rest = text;
    let mut numbers = [0; 6];
    for (place, number) in numbers.iter_mut().enumerate() {
        if let Some(mark) = place.checked_sub(1).and_then(|place| between.get(place)) {
            rest = rest.strip_prefix(mark.as_bytes())?;
        }
        (*number, rest) = hexadecimal(trim_start(rest), width)?;
    }
    trim_start(rest).is_empty().then_some(numbers)
}

fn hexadecimal(text: &[u8], width: Option<usize>) -> Option<(u64, &[u8])> {
    let end = width.unwrap_or(text.len()).min(text.len());
    let (field, behind) = text.split_at_checked(end)?;
    let (negative, digits) = match field {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, field),
    };
    // Without digits behind it is 0.
    let (has_prefix, digits) = match digits {
        [b'0', b'x' | b'X', rest @ ..] => (true, rest),
        _ => (false, digits),
    };
    let count = digits.iter().take_while(|digit| digit.is_ascii_hexdigit()).count();
    let (digits, after) = digits.split_at_checked(count).filter(|_| count > 0 || has_prefix)?;
    let mut number = 0_u64;
    for digit in digits {
        number = number.saturating_mul(16).saturating_add(hex_digit(*digit)?.into());
    }
    // Below zero it is as wrong as above the largest.
    let number = if negative && number > 0 { u64::MAX } else { number };
    let rest = text.get(text.len().checked_sub(behind.len())?.checked_sub(after.len())?..)?;
    Some((number, rest))
}

/// Reads a `macaddr8`: six or eight pairs of digits, after each the same mark or none. Of six, `ff:fe`
/// comes between the halves. As in PostgreSQL, one more character of any kind does not matter.
///
/// # Errors
///
/// 22P02 for other text.
pub fn parse8(text: &str) -> Result<[u8; 8], ValueError> {
    pairs(text.as_bytes()).ok_or_else(|| ValueError::syntax("macaddr8", text))
}

fn pairs(text: &[u8]) -> Option<[u8; 8]> {
    let mut rest = trim_start(text);
    let mut address = [0; 8];
    let mut count: usize = 0;
    let mut mark = None;
    while let [high, low, after @ ..] = rest {
        *address.get_mut(count)? = hex_digit(*high)?.wrapping_shl(4) | hex_digit(*low)?;
        count = count.saturating_add(1);
        rest = match after {
            [found @ (b':' | b'-' | b'.'), after @ ..] => {
                if *mark.get_or_insert(*found) != *found {
                    return None;
                }
                after
            }
            _ => after,
        };
        if matches!(count, 6 | 8) && trim_start(rest).is_empty() {
            break;
        }
    }
    match (count, address) {
        (8, address) => Some(address),
        (6, [a, b, c, d, e, f, ..]) => Some([a, b, c, 0xff, 0xfe, d, e, f]),
        _ => None,
    }
}

/// Reads the binary form of a `macaddr8`: of six bytes, `ff:fe` comes between the halves.
///
/// # Errors
///
/// 08P01 for too few bytes, 22P03 for too many.
pub fn receive8(bytes: &[u8]) -> Result<[u8; 8], ValueError> {
    match bytes {
        [a, b, c, d, e, f] => Ok([*a, *b, *c, 0xff, 0xfe, *d, *e, *f]),
        bytes => super::int::exact_bytes(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_takes_no_more_than_its_width() {
        assert_eq!(hexadecimal(b"08002b", Some(2)), Some((8, &b"002b"[..])));
        assert_eq!(hexadecimal(b"-1:", None), Some((u64::MAX, &b":"[..])));
    }
}
