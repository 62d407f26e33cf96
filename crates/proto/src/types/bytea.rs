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
            out.reserve(value.len().saturating_mul(2).saturating_add(2));
            out.extend_from_slice(b"\\x");
            for byte in value {
                out.extend_from_slice(&hex_pair(*byte));
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
    match text.as_bytes() {
        [b'\\', b'x', digits @ ..] => parse_hex(digits, text),
        escaped => parse_escaped(escaped).ok_or_else(|| {
            ValueError::new(
                SqlState::INVALID_TEXT_REPRESENTATION,
                "invalid input syntax for type bytea",
            )
        }),
    }
}

/// Two lower-case hexadecimal digits.
#[inline]
pub(super) fn hex_pair(byte: u8) -> [u8; 2] {
    let digit = |half: u8| {
        if half < 10 { b'0'.wrapping_add(half) } else { b'a'.wrapping_add(half.wrapping_sub(10)) }
    };
    [digit(byte.wrapping_shr(4)), digit(byte & 15)]
}

/// The value of a hexadecimal digit.
#[inline]
pub(super) fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn parse_hex(digits: &[u8], text: &str) -> Result<Vec<u8>, ValueError> {
    let invalid = |message: String| ValueError::new(SqlState::INVALID_PARAMETER_VALUE, message);
    let mut value = Vec::with_capacity(digits.len() / 2);
    let mut rest = digits;
    loop {
        let digit = |byte: u8| {
            hex_digit(byte).ok_or_else(|| {
                let place = text.len().saturating_sub(rest.len());
                let shown = rest.iter().position(|one| *one == byte).unwrap_or(0);
                let start = place.saturating_add(shown);
                let end = text.ceil_char_boundary(start.saturating_add(1));
                let shown = text.get(start..end).unwrap_or_default();
                invalid(format!("invalid hexadecimal digit: \"{shown}\""))
            })
        };
        match rest {
            [] => return Ok(value),
            [space, after @ ..] if matches!(space, b' ' | b'\n' | b'\t' | b'\r') => rest = after,
            [high, low, after @ ..] => {
                value.push(digit(*high)?.wrapping_shl(4) | digit(*low)?);
                rest = after;
            }
            [one] => {
                digit(*one)?;
                return Err(invalid("invalid hexadecimal data: odd number of digits".to_owned()));
            }
        }
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
