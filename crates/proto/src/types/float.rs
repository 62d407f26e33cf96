//! `float4` and `float8`.
//!
//! Source: <https://www.postgresql.org/docs/18/datatype-numeric.html#DATATYPE-FLOAT>.

use super::error::ValueError;
use super::text::{trim_end, trim_start};
use crate::SqlState;

/// Appends a `float8` as `float8out` does.
///
/// With `extra_float_digits` above 0 the shortest digits that read back the same; otherwise 15
/// digits and that many fewer.
#[inline]
pub fn text_f64(value: f64, extra_float_digits: i8, out: &mut Vec<u8>) {
    if !value.is_finite() {
        special(value.is_nan(), value.is_sign_negative(), out);
    } else if extra_float_digits > 0 {
        let mut buffer = zmij::Buffer::new();
        let text = buffer.format_finite(value);
        rewrite(text, 15, |digits| reads_f64(digits, value), out);
    } else {
        rounded(value, precision(15, extra_float_digits), out);
    }
}

/// Appends a `float4` as `float4out` does.
///
/// With `extra_float_digits` above 0 the shortest digits that read back the same; otherwise 6
/// digits and that many fewer.
#[inline]
pub fn text_f32(value: f32, extra_float_digits: i8, out: &mut Vec<u8>) {
    if !value.is_finite() {
        special(value.is_nan(), value.is_sign_negative(), out);
    } else if extra_float_digits > 0 {
        let mut buffer = zmij::Buffer::new();
        let text = buffer.format_finite(value);
        rewrite(text, 6, |digits| reads_f32(digits, value), out);
    } else {
        rounded(value.into(), precision(6, extra_float_digits), out);
    }
}

/// Reads a `float8`.
///
/// # Errors
///
/// 22P02 for other text, 22003 for a number too large or too close to zero.
pub fn parse_f64(text: &str) -> Result<f64, ValueError> {
    let name = "double precision";
    let literal = Literal::new(text).ok_or_else(|| ValueError::syntax(name, text))?;
    let value: f64 = literal.text.parse().map_err(|_| ValueError::syntax(name, text))?;
    let lost = literal.is_number && (value.is_infinite() || (value == 0.0 && literal.has_digit));
    if lost { Err(out_of_range(literal.text, name)) } else { Ok(value) }
}

/// Reads a `float4`.
///
/// # Errors
///
/// 22P02 for other text, 22003 for a number too large or too close to zero.
pub fn parse_f32(text: &str) -> Result<f32, ValueError> {
    let name = "real";
    let literal = Literal::new(text).ok_or_else(|| ValueError::syntax(name, text))?;
    let value: f32 = literal.text.parse().map_err(|_| ValueError::syntax(name, text))?;
    let lost = literal.is_number && (value.is_infinite() || (value == 0.0 && literal.has_digit));
    if lost { Err(out_of_range(literal.text, name)) } else { Ok(value) }
}

/// Appends the binary form of a `float8`.
#[inline]
pub fn binary_f64(value: f64, out: &mut Vec<u8>) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// Appends the binary form of a `float4`.
#[inline]
pub fn binary_f32(value: f32, out: &mut Vec<u8>) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// Reads the binary form of a `float8`.
///
/// # Errors
///
/// 08P01 for fewer than 8 bytes, 22P03 for more.
#[inline]
pub fn receive_f64(bytes: &[u8]) -> Result<f64, ValueError> {
    super::int::exact(bytes).map(f64::from_be_bytes)
}

/// Reads the binary form of a `float4`.
///
/// # Errors
///
/// 08P01 for fewer than 4 bytes, 22P03 for more.
#[inline]
pub fn receive_f32(bytes: &[u8]) -> Result<f32, ValueError> {
    super::int::exact(bytes).map(f32::from_be_bytes)
}

fn special(nan: bool, negative: bool, out: &mut Vec<u8>) {
    out.extend_from_slice(match (nan, negative) {
        (true, _) => b"NaN",
        (_, true) => b"-Infinity",
        (_, false) => b"Infinity",
    });
}

/// From the shortest digits as Rust writes them to PostgreSQL's form.
#[inline]
fn rewrite(text: &str, limit: i32, _reads: impl Fn(&str) -> bool, out: &mut Vec<u8>) {
    let (negative, unsigned) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    // At most 17 digits.
    let mut digits = [b'0'; 24];
    let mut count: usize = 0;
    let mut point: Option<usize> = None;
    let mut exponent: i32 = 0;
    let mut leading: i32 = 0;
    let mut bytes = unsigned.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'.' => point = Some(count),
            b'e' => {
                let rest = std::str::from_utf8(bytes.as_slice()).unwrap_or("0");
                exponent = rest.parse().unwrap_or(0);
                break;
            }
            b'0' if count == 0 => {
                if point.is_some() {
                    leading = leading.wrapping_sub(1);
                }
            }
            digit => {
                if let Some(place) = digits.get_mut(count) {
                    *place = *digit;
                    count = count.wrapping_add(1);
                }
            }
        }
    }
    if negative {
        out.push(b'-');
    }
    let before = i32::try_from(point.unwrap_or(count)).unwrap_or(0);
    let exponent = exponent.wrapping_add(before).wrapping_add(leading).wrapping_sub(1);
    let mut digits = digits.get(..count).unwrap_or_default();
    while let [rest @ .., b'0'] = digits {
        digits = rest;
    }
    decimal(digits, exponent, limit, out);
}

/// Writes digits without trailing zeros and the exponent of the first in C's `%g` form.
fn decimal(digits: &[u8], exponent: i32, limit: i32, out: &mut Vec<u8>) {
    if digits.is_empty() {
        out.push(b'0');
        return;
    }
    if exponent < -4 || exponent >= limit {
        let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, b""));
        out.extend_from_slice(first);
        if !rest.is_empty() {
            out.push(b'.');
            out.extend_from_slice(rest);
        }
        out.extend_from_slice(if exponent < 0 { b"e-" } else { b"e+" });
        let exponent = exponent.unsigned_abs();
        if exponent < 10 {
            out.push(b'0');
        }
        out.extend_from_slice(itoa::Buffer::new().format(exponent).as_bytes());
        return;
    }
    if exponent < 0 {
        let zeros = usize::try_from(exponent.unsigned_abs()).unwrap_or(0);
        out.extend_from_slice(b"0.00000".get(..zeros.wrapping_add(1)).unwrap_or_default());
        out.extend_from_slice(digits);
        return;
    }
    let whole = usize::try_from(exponent).unwrap_or(0).wrapping_add(1);
    match digits.split_at_checked(whole) {
        Some((whole, b"")) => out.extend_from_slice(whole),
        Some((whole, fraction)) => {
            out.extend_from_slice(whole);
            out.push(b'.');
            out.extend_from_slice(fraction);
        }
        None => {
            out.extend_from_slice(digits);
            let zeros = whole.saturating_sub(digits.len());
            out.extend_from_slice(b"000000000000000".get(..zeros).unwrap_or_default());
        }
    }
}

fn reads_f64(text: &str, value: f64) -> bool {
    text.parse() == Ok(value)
}

fn reads_f32(text: &str, value: f32) -> bool {
    text.parse() == Ok(value)
}

/// `%.*g`
fn rounded(value: f64, precision: usize, out: &mut Vec<u8>) {
    let text = format!("{value:.*e}", precision.saturating_sub(1));
    let limit = i32::try_from(precision).unwrap_or(17);
    rewrite(&text, limit, |_| true, out);
}

fn precision(digits: i8, extra: i8) -> usize {
    usize::try_from(digits.saturating_add(extra)).unwrap_or(0).max(1)
}

/// A float's text without spaces around it.
struct Literal<'a> {
    text: &'a str,
    is_number: bool,
    has_digit: bool,
}

impl<'a> Literal<'a> {
    fn new(text: &'a str) -> Option<Literal<'a>> {
        let trimmed = trim_end(trim_start(text.as_bytes()));
        let text = std::str::from_utf8(trimmed).ok()?;
        let mantissa = trimmed.iter().take_while(|byte| !matches!(byte, b'e' | b'E'));
        let has_digit = mantissa.clone().any(|byte| matches!(byte, b'1'..=b'9'));
        let is_number = mantissa.clone().any(u8::is_ascii_digit);
        Some(Literal { text, is_number, has_digit })
    }
}

#[cold]
fn out_of_range(text: &str, name: &str) -> ValueError {
    ValueError::new(
        SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
        format!("\"{text}\" is out of range for type {name}"),
    )
}
