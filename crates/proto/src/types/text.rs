//! `text`, `varchar`, `bpchar`, `name`, `"char"`, `xml`: strings.
//!
//! Source: <https://www.postgresql.org/docs/18/datatype-character.html>. Both formats are the same
//! bytes, but for `"char"`.

use super::error::ValueError;
use crate::SqlState;

/// A `name` has fewer bytes than this.
const NAME_LENGTH: usize = 64;

/// Reads a string in either format.
///
/// # Errors
///
/// 22021 for bytes that are not UTF-8, and for a zero byte, which no PostgreSQL string holds.
#[inline]
pub fn receive(bytes: &[u8]) -> Result<&str, ValueError> {
    match std::str::from_utf8(bytes) {
        Ok(text) if !bytes.contains(&0) => Ok(text),
        Ok(_) => Err(encoding_error(&[0])),
        Err(error) => {
            let bad = bytes.get(error.valid_up_to()..).unwrap_or_default();
            // A zero byte before the bad one comes first.
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            if before.contains(&0) {
                return Err(encoding_error(&[0]));
            }
            let length = sequence_length(bad.first().copied().unwrap_or(0)).min(bad.len());
            Err(encoding_error(bad.get(..length).unwrap_or_default()))
        }
    }
}

/// Reads the binary form of a `name`, which is not cut off as its text is.
///
/// # Errors
///
/// 42622 for 64 bytes or more, and those of [`receive`].
pub fn receive_name(bytes: &[u8]) -> Result<&str, ValueError> {
    let name = receive(bytes)?;
    if name.len() < NAME_LENGTH {
        return Ok(name);
    }
    let detail = "Identifier must be less than 64 characters.";
    Err(ValueError::new(SqlState::NAME_TOO_LONG, "identifier too long").with_detail(detail))
}

/// Appends a `"char"` as text: nothing for 0, `\ooo` for a byte above 127.
pub fn text_char(value: u8, out: &mut Vec<u8>) {
    match value {
        0 => {}
        1..=127 => out.push(value),
        128.. => text_octal(value, out),
    }
}

/// Reads a `"char"`: the first byte of the text, or a byte in octal.
pub fn parse_char(text: &str) -> u8 {
    match text.as_bytes() {
        [b'\\', a @ b'0'..=b'7', b @ b'0'..=b'7', c @ b'0'..=b'7'] => {
            (a.wrapping_shl(6)) | ((b & 7).wrapping_shl(3)) | (c & 7)
        }
        [first, ..] => *first,
        [] => 0,
    }
}

/// Reads the binary form of a `"char"`.
///
/// # Errors
///
/// 08P01 for no byte, 22P03 for more than one.
pub fn receive_char(bytes: &[u8]) -> Result<u8, ValueError> {
    super::int::single(bytes)
}

/// The longest beginning that fits a `name`: 63 bytes, whole characters.
pub fn truncate_name(text: &str) -> &str {
    if text.len() < NAME_LENGTH {
        return text;
    }
    let end = (0..NAME_LENGTH).rev().find(|end| text.is_char_boundary(*end));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

/// Appends `\ooo`.
pub(super) fn text_octal(byte: u8, out: &mut Vec<u8>) {
    let digit = |shift: u32| b'0' | (byte.wrapping_shr(shift) & 7);
    out.extend_from_slice(&[b'\\', digit(6), digit(3), digit(0)]);
}

/// C's `isspace`, which PostgreSQL trims by.
#[inline]
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r')
}

/// The text after its leading spaces.
#[inline]
pub(super) fn trim_start(mut text: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = text
        && is_space(*first)
    {
        text = rest;
    }
    text
}

/// The text before its trailing spaces.
#[inline]
pub(super) fn trim_end(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., last] = text
        && is_space(*last)
    {
        text = rest;
    }
    text
}

#[cold]
fn encoding_error(bytes: &[u8]) -> ValueError {
    use std::fmt::Write;
    let mut message = "invalid byte sequence for encoding \"UTF8\":".to_owned();
    for byte in bytes {
        let _ = write!(message, " 0x{byte:02x}");
    }
    ValueError::new(SqlState::CHARACTER_NOT_IN_REPERTOIRE, message)
}

/// How many bytes a UTF-8 sequence has, by its first.
fn sequence_length(first: u8) -> usize {
    match first {
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf7 => 4,
        _ => 1,
    }
}
