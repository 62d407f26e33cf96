//! `uuid`.
//!
//! Source: <https://www.postgresql.org/docs/18/datatype-uuid.html>.

use super::bytea::{hex_digit, hex_pair};
use super::error::ValueError;

/// A UUID, to tell its bytes from those of a `bytea`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(pub [u8; 16]);

/// Appends a UUID: lower case, with hyphens.
pub fn text(value: &[u8; 16], out: &mut Vec<u8>) {
    let digits = value.map(hex_pair);
    let (groups, _) = digits.as_flattened().as_chunks::<4>();
    for (place, group) in groups.iter().enumerate() {
        if matches!(place, 2..=5) {
            out.push(b'-');
        }
        out.extend_from_slice(group);
    }
}

/// Reads a UUID: 32 digits, a hyphen allowed after every four, braces allowed around.
///
/// # Errors
///
/// 22P02 for other text.
pub fn parse(text: &str) -> Result<[u8; 16], ValueError> {
    parse_bytes(text.as_bytes()).ok_or_else(|| ValueError::syntax("uuid", text))
}

/// Appends the 16 bytes.
#[inline]
pub fn binary(value: &[u8; 16], out: &mut Vec<u8>) {
    out.extend_from_slice(value);
}

/// Reads the binary form.
///
/// # Errors
///
/// 08P01 for fewer than 16 bytes, 22P03 for more.
#[inline]
pub fn receive(bytes: &[u8]) -> Result<[u8; 16], ValueError> {
    super::int::exact(bytes)
}

fn parse_bytes(text: &[u8]) -> Option<[u8; 16]> {
    let (mut text, braces) = match text {
        [b'{', rest @ ..] => (rest, true),
        _ => (text, false),
    };
    let mut value = [0; 16];
    for (place, byte) in value.iter_mut().enumerate() {
        let [high, low, rest @ ..] = text else { return None };
        *byte = hex_digit(*high)?.wrapping_shl(4) | hex_digit(*low)?;
        text = match rest {
            [b'-', rest @ ..] if place % 2 == 1 && place < 15 => rest,
            _ => rest,
        };
    }
    matches!((text, braces), (b"", false) | (b"}", true)).then_some(value)
}
