//! `int2`, `int4`, `int8`, `oid` and their unsigned kin.
//!
//! Source: <https://www.postgresql.org/docs/18/datatype-numeric.html#DATATYPE-INT>.

use super::digits;
use super::error::ValueError;
use super::text::{is_space, trim_start};

/// The text of an integer of up to eight digits, in eight bytes, and how many of these count: for who writes
/// its length in front of it.
#[inline]
pub fn text_short(value: i64) -> Option<([u8; 8], u8)> {
    let value = u64::try_from(value).ok().filter(|value| *value < 100_000_000)?;
    let (text, rest) = digits::first(value);
    Some((text, 8_u8.saturating_sub(u8::try_from(rest).unwrap_or(8))))
}

/// Appends a signed integer in decimal.
#[inline]
pub fn text_i64(value: i64, out: &mut Vec<u8>) {
    if value < 0 {
        out.push(b'-');
    }
    digits::push(value.unsigned_abs(), out);
}

/// Appends an unsigned integer in decimal.
#[inline]
pub fn text_u64(value: u64, out: &mut Vec<u8>) {
    digits::push(value, out);
}

/// Reads an `int2`.
///
/// # Errors
///
/// 22P02 for other text, 22003 for a number out of range.
pub fn parse_i16(text: &str) -> Result<i16, ValueError> {
    let value = parse(text, "smallint", i16::MAX.unsigned_abs().into())?;
    i16::try_from(value).map_err(|_| ValueError::text_out_of_range("smallint", text))
}

/// Reads an `int4`.
///
/// # Errors
///
/// 22P02 for other text, 22003 for a number out of range.
pub fn parse_i32(text: &str) -> Result<i32, ValueError> {
    let value = parse(text, "integer", i32::MAX.unsigned_abs().into())?;
    i32::try_from(value).map_err(|_| ValueError::text_out_of_range("integer", text))
}

/// Reads an `int8`.
///
/// # Errors
///
/// 22P02 for other text, 22003 for a number out of range.
pub fn parse_i64(text: &str) -> Result<i64, ValueError> {
    let value = parse(text, "bigint", i64::MAX.unsigned_abs())?;
    i64::try_from(value).map_err(|_| ValueError::text_out_of_range("bigint", text))
}

/// Reads an `oid`, or another unsigned 32-bit type of the given name.
///
/// # Errors
///
/// 22P02 for other text, 22003 for a number out of range.
///
/// As in C, a leading zero means octal and `-1` is 4294967295.
pub fn parse_u32(text: &str, type_name: &str) -> Result<u32, ValueError> {
    narrow(parse_c(text, type_name)?, text, type_name)
}

/// Reads the `oid` that a text begins with, and says what follows it.
pub(super) fn leading_u32<'a>(
    text: &'a str,
    type_name: &str,
) -> Result<(u32, &'a [u8]), ValueError> {
    let (value, rest) = leading_c(text, type_name)?;
    Ok((narrow(value, text, type_name)?, rest))
}

/// Reads the `smallint` that a text begins with, up to a space, and says what follows it.
pub(super) fn leading_i16(text: &str) -> Result<(i16, &[u8]), ValueError> {
    const NAME: &str = "smallint";
    let end = text.bytes().enumerate().position(|(place, byte)| {
        !byte.is_ascii_digit() && (place > 0 || !matches!(byte, b'-' | b'+'))
    });
    let (number, rest) = text.split_at_checked(end.unwrap_or(text.len())).unwrap_or((text, ""));
    if !number.ends_with(|last: char| last.is_ascii_digit()) {
        return Err(ValueError::syntax(NAME, text));
    }
    let value = parse(number, NAME, i16::MAX.unsigned_abs().into()).ok();
    let value = value.and_then(|value| i16::try_from(value).ok());
    let value = value.ok_or_else(|| ValueError::text_out_of_range(NAME, text))?;
    match rest.as_bytes() {
        rest @ ([] | [b' ', ..]) => Ok((value, rest)),
        _ => Err(ValueError::syntax(NAME, text)),
    }
}

/// What fits as a signed 32-bit integer is taken, too, and wraps.
fn narrow(value: u64, text: &str, type_name: &str) -> Result<u32, ValueError> {
    match (u32::try_from(value), i32::try_from(value.cast_signed())) {
        (Ok(value), _) => Ok(value),
        (_, Ok(value)) => Ok(value.cast_unsigned()),
        _ => Err(ValueError::text_out_of_range(type_name, text)),
    }
}

/// Reads an `xid8`, or another unsigned 64-bit type of the given name.
///
/// # Errors
///
/// 22P02 for other text, 22003 for a number out of range.
pub fn parse_u64(text: &str, type_name: &str) -> Result<u64, ValueError> {
    parse_c(text, type_name)
}

/// Reads the binary form of an `int2`.
///
/// # Errors
///
/// 08P01 for fewer bytes, 22P03 for more.
#[inline]
pub fn receive_i16(bytes: &[u8]) -> Result<i16, ValueError> {
    exact(bytes).map(i16::from_be_bytes)
}

/// Reads the binary form of an `int4`.
///
/// # Errors
///
/// 08P01 for fewer bytes, 22P03 for more.
#[inline]
pub fn receive_i32(bytes: &[u8]) -> Result<i32, ValueError> {
    exact(bytes).map(i32::from_be_bytes)
}

/// Reads the binary form of an `int8`.
///
/// # Errors
///
/// 08P01 for fewer bytes, 22P03 for more.
#[inline]
pub fn receive_i64(bytes: &[u8]) -> Result<i64, ValueError> {
    exact(bytes).map(i64::from_be_bytes)
}

/// Reads the binary form of an `oid`.
///
/// # Errors
///
/// 08P01 for fewer bytes, 22P03 for more.
#[inline]
pub fn receive_u32(bytes: &[u8]) -> Result<u32, ValueError> {
    exact(bytes).map(u32::from_be_bytes)
}

/// Reads the binary form of an `xid8`.
///
/// # Errors
///
/// 08P01 for fewer bytes, 22P03 for more.
#[inline]
pub fn receive_u64(bytes: &[u8]) -> Result<u64, ValueError> {
    exact(bytes).map(u64::from_be_bytes)
}

/// Appends the binary form of an `int2`.
#[inline]
pub fn binary_i16(value: i16, out: &mut Vec<u8>) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// Appends the binary form of an `int4`.
#[inline]
pub fn binary_i32(value: i32, out: &mut Vec<u8>) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// Appends the binary form of an `int8`.
#[inline]
pub fn binary_i64(value: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// Appends the binary form of an `oid`.
#[inline]
pub fn binary_u32(value: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// Appends the binary form of an `xid8`.
#[inline]
pub fn binary_u64(value: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// A value's bytes, if there are exactly as many as its type has.
#[inline]
pub(super) fn exact<const N: usize>(bytes: &[u8]) -> Result<[u8; N], ValueError> {
    match bytes.first_chunk() {
        Some(chunk) if bytes.len() == N => Ok(*chunk),
        Some(_) => Err(ValueError::trailing()),
        None => Err(ValueError::truncated()),
    }
}

/// The same of a type whose bytes are read one by one, in PostgreSQL's words.
pub(super) fn exact_bytes<const N: usize>(bytes: &[u8]) -> Result<[u8; N], ValueError> {
    if bytes.len() < N { Err(ValueError::empty()) } else { exact(bytes) }
}

/// A value's bytes, if there are exactly as many as it says.
pub(super) fn sized(bytes: &[u8], count: usize) -> Result<(), ValueError> {
    match bytes.len().cmp(&count) {
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(ValueError::trailing()),
        std::cmp::Ordering::Less => Err(ValueError::truncated()),
    }
}

/// The bytes that a value starts with, and what is left over, which the type's own rules go before.
#[inline]
pub(super) fn leading<const N: usize>(bytes: &[u8]) -> Result<([u8; N], &[u8]), ValueError> {
    let (chunk, rest) = bytes.split_first_chunk().ok_or_else(ValueError::truncated)?;
    Ok((*chunk, rest))
}

/// Refuses bytes that are left over.
#[inline]
pub(super) fn finish<T>(value: T, rest: &[u8]) -> Result<T, ValueError> {
    if rest.is_empty() { Ok(value) } else { Err(ValueError::trailing()) }
}

/// The byte of a value that has one.
#[inline]
pub(super) fn single(bytes: &[u8]) -> Result<u8, ValueError> {
    match bytes {
        [byte] => Ok(*byte),
        [] => Err(ValueError::empty()),
        _ => Err(ValueError::trailing()),
    }
}

/// The digits of a literal in one of the four bases, with `_` between them.
pub(super) struct Digits<'a> {
    pub(super) radix: u32,
    rest: &'a [u8],
    /// `_` may not come first in decimal, but may after `0x`.
    separator: bool,
}

impl<'a> Digits<'a> {
    /// Looks at what follows the sign.
    pub(super) fn new(text: &'a [u8]) -> Digits<'a> {
        let (radix, rest) = match text {
            [b'0', b'x' | b'X', rest @ ..] => (16, rest),
            [b'0', b'o' | b'O', rest @ ..] => (8, rest),
            [b'0', b'b' | b'B', rest @ ..] => (2, rest),
            _ => (10, text),
        };
        Digits { radix, rest, separator: radix != 10 }
    }

    /// What is left once there are no more digits.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl Iterator for Digits<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let digit = |byte: u8| {
            let digit = char::from(byte).to_digit(self.radix)?;
            u8::try_from(digit).ok()
        };
        let (value, rest) = match self.rest {
            [b'_', byte, rest @ ..] if self.separator => (digit(*byte)?, rest),
            [byte, rest @ ..] => (digit(*byte)?, rest),
            [] => return None,
        };
        self.rest = rest;
        self.separator = true;
        Some(value)
    }
}

fn parse(text: &str, type_name: &str, max: u64) -> Result<i128, ValueError> {
    if let Some(value) = plain(text.as_bytes()) {
        return Ok(value.into());
    }
    let (negative, unsigned) = match trim_start(text.as_bytes()) {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let mut digits = Digits::new(unsigned);
    let mut value: Option<u64> = None;
    while let Some(digit) = digits.next() {
        let before = value.unwrap_or(0);
        let radix = u64::from(digits.radix);
        // The magnitude may be one more than `max`: the smallest number is farther from zero.
        if before > max.wrapping_add(1).checked_div(radix).unwrap_or(0) {
            return Err(ValueError::text_out_of_range(type_name, text));
        }
        value = Some(before.wrapping_mul(radix).wrapping_add(digit.into()));
    }
    let Some(magnitude) = value.filter(|_| digits.rest().iter().all(|byte| is_space(*byte))) else {
        return Err(ValueError::syntax(type_name, text));
    };
    let magnitude = i128::from(magnitude);
    Ok(if negative { magnitude.wrapping_neg() } else { magnitude })
}

/// Up to 18 digits, perhaps after a minus: what nearly everybody sends.
#[inline]
pub(super) fn plain(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if !matches!(digits.len(), 1..=18) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = digits
        .iter()
        .fold(0_i64, |value, digit| value.wrapping_mul(10).wrapping_add(i64::from(digit & 15)));
    Some(if negative { value.wrapping_neg() } else { value })
}

/// What C's `strtoul` with base 0 reads, and spaces.
fn parse_c(text: &str, type_name: &str) -> Result<u64, ValueError> {
    let (value, rest) = leading_c(text, type_name)?;
    match rest.iter().all(|byte| is_space(*byte)) {
        true => Ok(value),
        false => Err(ValueError::syntax(type_name, text)),
    }
}

/// What C's `strtoul` with base 0 reads, and what follows: a sign negates, `0x` is hexadecimal, `0` octal.
fn leading_c<'a>(text: &'a str, type_name: &str) -> Result<(u64, &'a [u8]), ValueError> {
    let (negative, unsigned) = match trim_start(text.as_bytes()) {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let (radix, mut rest) = match unsigned {
        [b'0', b'x' | b'X', rest @ ..] if rest.first().is_some_and(u8::is_ascii_hexdigit) => {
            (16, rest)
        }
        [b'0', ..] => (8, unsigned),
        _ => (10, unsigned),
    };
    let mut value: Option<u64> = None;
    let mut overflow = false;
    while let [byte, after @ ..] = rest {
        let Some(digit) = char::from(*byte).to_digit(radix) else { break };
        let more = value.unwrap_or(0).checked_mul(radix.into());
        let more = more.and_then(|more| more.checked_add(digit.into()));
        overflow |= more.is_none();
        value = Some(more.unwrap_or(u64::MAX));
        rest = after;
    }
    match value {
        // Whatever follows.
        _ if overflow => Err(ValueError::text_out_of_range(type_name, text)),
        Some(value) if negative => Ok((value.wrapping_neg(), rest)),
        Some(value) => Ok((value, rest)),
        None => Err(ValueError::syntax(type_name, text)),
    }
}
