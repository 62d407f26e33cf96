//! Integers with a scale, as Arrow has them, without a detour.

use super::binary::push;
use super::short::Short;

/// Appends `value` / 10^`scale` as text; a negative scale appends zeros.
///
/// The scale is the number of digits shown after the point.
#[inline]
pub fn text_i128(value: i128, scale: i16, out: &mut Vec<u8>) {
    match Short::new(value, scale) {
        Some(short) => short.text(out),
        None => text_long(value, scale, out),
    }
}

#[inline(never)]
fn text_long(value: i128, scale: i16, out: &mut Vec<u8>) {
    let mut buffer = itoa::Buffer::new();
    push_text(value < 0, buffer.format(value.unsigned_abs()).as_bytes(), scale, out);
}

/// Appends a 256-bit two's-complement integer, little-endian, / 10^`scale` as text.
pub fn text_i256(value: &[u8; 32], scale: i16, out: &mut Vec<u8>) {
    let (negative, limbs) = magnitude(value);
    let mut buffer = [0; 80];
    push_text(negative, wide_digits(limbs, &mut buffer), scale, out);
}

/// Appends `value` / 10^`scale` in the binary form of `numeric`.
#[inline]
pub fn binary_i128(value: i128, scale: i16, out: &mut Vec<u8>) {
    match Short::new(value, scale) {
        Some(short) => short.binary(out),
        None => binary_long(value, scale, out),
    }
}

#[inline(never)]
fn binary_long(value: i128, scale: i16, out: &mut Vec<u8>) {
    let mut buffer = itoa::Buffer::new();
    push_binary(value < 0, buffer.format(value.unsigned_abs()).as_bytes(), scale, out);
}

/// Appends a 256-bit two's-complement integer, little-endian, / 10^`scale` in the binary form of
/// `numeric`.
pub fn binary_i256(value: &[u8; 32], scale: i16, out: &mut Vec<u8>) {
    let (negative, limbs) = magnitude(value);
    let mut buffer = [0; 80];
    push_binary(negative, wide_digits(limbs, &mut buffer), scale, out);
}

fn push_text(negative: bool, digits: &[u8], scale: i16, out: &mut Vec<u8>) {
    if negative {
        out.push(b'-');
    }
    let Ok(places) = usize::try_from(scale) else {
        out.extend_from_slice(digits);
        if digits != b"0" {
            let zeros = usize::from(scale.unsigned_abs());
            out.resize(out.len().saturating_add(zeros), b'0');
        }
        return;
    };
    let whole = digits.len().saturating_sub(places);
    let (whole, fraction) = digits.split_at_checked(whole).unwrap_or((digits, b""));
    out.extend_from_slice(if whole.is_empty() { b"0" } else { whole });
    if places > 0 {
        out.push(b'.');
        let zeros = places.saturating_sub(fraction.len());
        out.resize(out.len().saturating_add(zeros), b'0');
        out.extend_from_slice(fraction);
    }
}

/// At most 78 decimal digits make 21 groups of base 10,000.
fn push_binary(negative: bool, digits: &[u8], scale: i16, out: &mut Vec<u8>) {
    let shown = u16::try_from(scale).unwrap_or(0);
    if digits == b"0" {
        return push(false, 0, shown, &[], out);
    }
    // Where the point stands: after this many digits, which may lie outside of them.
    let before = i32::try_from(digits.len()).unwrap_or(0).wrapping_sub(scale.into());
    let weight = before.wrapping_sub(1).div_euclid(4);
    let first = before.wrapping_sub(1).rem_euclid(4).wrapping_add(1);
    let mut groups = [0_u16; 24];
    let mut used: usize = 0;
    let mut rest = digits;
    let mut width = usize::try_from(first).unwrap_or(4);
    while !rest.is_empty() {
        let (group, after) = rest.split_at_checked(width).unwrap_or((rest, b""));
        let missing = width.saturating_sub(group.len());
        let zeros = std::iter::repeat_n(&b'0', missing);
        let value = group
            .iter()
            .chain(zeros)
            .fold(0_u16, |value, digit| value.wrapping_mul(10).wrapping_add(u16::from(digit & 15)));
        if let Some(place) = groups.get_mut(used) {
            *place = value;
        }
        used = used.wrapping_add(1);
        rest = after;
        width = 4;
    }
    let mut groups = groups.get(..used).unwrap_or_default();
    while let [before @ .., 0] = groups {
        groups = before;
    }
    push(negative, i16::try_from(weight).unwrap_or(i16::MAX), shown, groups, out);
}

/// The sign and the size of a two's-complement integer; the least significant limb first.
fn magnitude(value: &[u8; 32]) -> (bool, [u64; 4]) {
    let (chunks, _) = value.as_chunks::<8>();
    let mut limbs = [0; 4];
    for (limb, chunk) in limbs.iter_mut().zip(chunks) {
        *limb = u64::from_le_bytes(*chunk);
    }
    let [.., top] = limbs;
    let negative = top.cast_signed() < 0;
    if negative {
        let mut carry = true;
        for limb in &mut limbs {
            (*limb, carry) = (!*limb).overflowing_add(carry.into());
        }
    }
    (negative, limbs)
}

/// Writes an integer's decimal digits to the end of the buffer.
fn wide_digits(mut limbs: [u64; 4], buffer: &mut [u8; 80]) -> &[u8] {
    let mut start = buffer.len();
    while limbs != [0; 4] {
        let mut remainder: u128 = 0;
        for limb in limbs.iter_mut().rev() {
            let value = remainder.wrapping_shl(64) | u128::from(*limb);
            // Below 2^64, for the remainder is below the divisor.
            *limb = u64::try_from(value / CHUNK).unwrap_or(0);
            remainder = value % CHUNK;
        }
        let mut chunk = u64::try_from(remainder).unwrap_or(0);
        let last = limbs == [0; 4];
        for _ in 0..CHUNK_DIGITS {
            if last && chunk == 0 {
                break;
            }
            start = start.saturating_sub(1);
            let [digit, ..] = (chunk % 10).to_le_bytes();
            if let Some(place) = buffer.get_mut(start) {
                *place = b'0' | digit;
            }
            chunk /= 10;
        }
    }
    match buffer.get(start..) {
        Some(digits) if !digits.is_empty() => digits,
        _ => b"0",
    }
}

/// The largest power of ten of 64 bits.
const CHUNK: u128 = 10_000_000_000_000_000_000;
const CHUNK_DIGITS: usize = 19;
