//! `bit` and `bit varying`: strings of zeros and ones.
//!
//! Source: <https://www.postgresql.org/docs/18/datatype-bit.html>.

use super::error::ValueError;
use super::int;
use crate::SqlState;

/// A string of bits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bits {
    length: i32,
    /// From the highest bit of the first byte on; what is left of the last byte is zero.
    bytes: Vec<u8>,
}

impl Bits {
    /// The first `length` bits of bytes, from the highest bit of the first byte on; or fewer, if
    /// there are not so many.
    pub fn new(bytes: impl Into<Vec<u8>>, length: usize) -> Bits {
        let mut bytes: Vec<u8> = bytes.into();
        let length = length.min(bytes.len().saturating_mul(8));
        bytes.truncate(length.div_ceil(8));
        if let (Some(last), used @ 1..) = (bytes.last_mut(), length % 8) {
            *last &= 0xff_u8.wrapping_shl(u32::try_from(8_usize.saturating_sub(used)).unwrap_or(0));
        }
        Bits { length: i32::try_from(length).unwrap_or(i32::MAX), bytes }
    }

    /// The number of bits.
    pub fn len(&self) -> usize {
        usize::try_from(self.length).unwrap_or(0)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The bits, from the highest of the first byte on; what is left of the last byte is zero.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Appends a digit for each bit.
    pub fn text(&self, out: &mut Vec<u8>) {
        let digits = self
            .bytes
            .iter()
            .flat_map(|byte| (0..8).rev().map(move |place| b'0' | (byte.wrapping_shr(place) & 1)));
        out.extend(digits.take(self.len()));
    }

    /// Appends a 32-bit number of bits, and the bytes.
    pub fn binary(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.length.to_be_bytes());
        out.extend_from_slice(&self.bytes);
    }

    /// Reads `101`, `b101`, or hexadecimal digits behind an `x`.
    ///
    /// # Errors
    ///
    /// 22P02 for other digits.
    pub fn parse(text: &str) -> Result<Bits, ValueError> {
        let (digits, width, kind) = match text.as_bytes() {
            [b'x' | b'X', ..] => (text.get(1..).unwrap_or_default(), 4, "hexadecimal"),
            [b'b' | b'B', ..] => (text.get(1..).unwrap_or_default(), 1, "binary"),
            _ => (text, 1, "binary"),
        };
        let per_byte = 8_usize.checked_div(width).unwrap_or(1);
        let mut bytes = Vec::with_capacity(digits.len().div_ceil(per_byte));
        let (mut byte, mut free) = (0_u8, 8_usize);
        for character in digits.chars() {
            let digit = character.to_digit(16).filter(|digit| width == 4 || *digit < 2);
            let digit = digit.and_then(|digit| u8::try_from(digit).ok()).ok_or_else(|| {
                ValueError::new(
                    SqlState::INVALID_TEXT_REPRESENTATION,
                    format!("\"{character}\" is not a valid {kind} digit"),
                )
            })?;
            free = free.saturating_sub(width);
            byte |= digit.wrapping_shl(u32::try_from(free).unwrap_or(0));
            if free == 0 {
                bytes.push(byte);
                (byte, free) = (0, 8);
            }
        }
        if free < 8 {
            bytes.push(byte);
        }
        Ok(Bits::new(bytes, digits.len().saturating_mul(width)))
    }

    /// Reads the binary form; bits behind the last one do not count.
    ///
    /// # Errors
    ///
    /// 22P03 for a length below 0, 08P01 for too few bytes, 22P03 for too many.
    pub fn receive(bytes: &[u8]) -> Result<Bits, ValueError> {
        let (length, bytes) = bytes.split_first_chunk().ok_or_else(ValueError::truncated)?;
        let length = i32::from_be_bytes(*length);
        let count = usize::try_from(length)
            .map_err(|_| ValueError::binary("invalid length in external bit string"))?;
        int::sized(bytes, count.div_ceil(8))?;
        Ok(Bits::new(bytes, count))
    }
}
