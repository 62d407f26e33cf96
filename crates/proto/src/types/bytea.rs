//! `bytea`.
//!
//! Source: <https://www.postgresql.org/docs/18/datatype-binary.html>.

use super::error::ValueError;
use super::style::ByteaOutput;
use crate::SqlState;

/// Appends bytes as text.
pub fn text(value: &[u8], output: ByteaOutput, out: &mut Vec<u8>) {
    match output {
        ByteaOutput::Hex => {
            out.extend_from_slice(b"\\x");
            let start = out.len();
            out.resize(start.saturating_add(value.len().saturating_mul(2)), 0);
            let (pairs, _) = out.get_mut(start..).unwrap_or_default().as_chunks_mut();
            for (pair, byte) in pairs.iter_mut().zip(value) {
                *pair = hex_pair(*byte);
            }
        }
        ByteaOutput::Escape => {
            out.reserve(value.len());
            for byte in value {
                match byte {
                    b'\\' => out.extend_from_slice(b"\\\\"),
                    0x20..=0x7e => out.push(*byte),
                    _ => super::text::text_octal(*byte, out),
                }
            }
        }
    }
}

/// Reads either form of the text.
///
/// # Errors
///
/// 22023 for a wrong hexadecimal digit or an odd number of them, 22P02 for a wrong escape.
pub fn parse(text: &str) -> Result<Vec<u8>, ValueError> {
    if let Some(digits) = text.strip_prefix("\\x") {
        return parse_hex(digits);
    }
    parse_escaped(text.as_bytes()).ok_or_else(|| {
        ValueError::new(
            SqlState::INVALID_TEXT_REPRESENTATION,
            "invalid input syntax for type bytea",
        )
    })
}

/// Two lower-case hexadecimal digits; without branches, so that many are made at once.
#[inline]
pub(super) fn hex_pair(byte: u8) -> [u8; 2] {
    let digit = |half: u8| {
        let letter = u8::from(half > 9).wrapping_mul(b'a' - b'0' - 10);
        half.wrapping_add(b'0').wrapping_add(letter)
    };
    [digit(byte.wrapping_shr(4)), digit(byte & 15)]
}

/// The value of a hexadecimal digit.
#[inline]
pub(super) fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn parse_hex(digits: &str) -> Result<Vec<u8>, ValueError> {
    let invalid = |message: String| ValueError::new(SqlState::INVALID_PARAMETER_VALUE, message);
    let mut value = Vec::with_capacity(digits.len() / 2);
    let mut high = None;
    for (place, byte) in digits.bytes().enumerate() {
        if high.is_none() && matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
            continue;
        }
        let digit = hex_digit(byte).ok_or_else(|| {
            let shown = digits.get(place..).and_then(|rest| rest.chars().next());
            invalid(format!("invalid hexadecimal digit: \"{}\"", shown.unwrap_or_default()))
        })?;
        match high.take() {
            Some(high) => value.push(u8::wrapping_shl(high, 4) | digit),
            None => high = Some(digit),
        }
    }
    match high {
        Some(_) => Err(invalid("invalid hexadecimal data: odd number of digits".to_owned())),
        None => Ok(value),
    }
}

fn parse_escaped(mut text: &[u8]) -> Option<Vec<u8>> {
    let mut value = Vec::with_capacity(text.len());
    loop {
        let (byte, rest) = match text {
            [] => return Some(value),
            [b'\\', b'\\', rest @ ..] => (b'\\', rest),
            [b'\\', a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', rest @ ..] => {
                (a.wrapping_shl(6) | (b & 7).wrapping_shl(3) | (c & 7), rest)
            }
            [b'\\', ..] => return None,
            [byte, rest @ ..] => (*byte, rest),
        };
        value.push(byte);
        text = rest;
    }
}
