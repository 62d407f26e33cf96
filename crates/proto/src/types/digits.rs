//! Decimal digits, eight at a time in one machine word.
//!
//! Every lane of a word is below its bound, so that no lane spills into the next: the arithmetic
//! wraps in name only.

/// The digit `0` in every byte.
const ASCII: u64 = 0x3030_3030_3030_3030;

/// Appends an integer without leading zeros.
#[inline]
pub(super) fn push(value: u64, out: &mut Vec<u8>) {
    match value {
        // Most are short.
        0..100 => {
            let [tens, ones] = two(value);
            if tens == b'0' {
                return out.push(ones);
            }
            out.extend_from_slice(&[tens, ones]);
        }
        100..100_000_000 => push_first(value, out),
        100_000_000..10_000_000_000_000_000 => {
            push_first(value / 100_000_000, out);
            out.extend_from_slice(&eight(value % 100_000_000));
        }
        _ => {
            push_first(value / 10_000_000_000_000_000, out);
            out.extend_from_slice(&eight(value / 100_000_000 % 100_000_000));
            out.extend_from_slice(&eight(value % 100_000_000));
        }
    }
}

/// Appends a text, up to 24 bytes of it by whole words: a copy of any length is slower.
#[inline]
pub(super) fn push_short(text: &[u8], out: &mut Vec<u8>) {
    let (whole, last): (usize, [u8; 8]) =
        match (text.first_chunk::<16>(), text.first_chunk::<8>(), text.last_chunk()) {
            (Some(head), _, Some(last)) if text.len() <= 24 => {
                out.extend_from_slice(head);
                (24, *last)
            }
            (None, Some(head), Some(last)) => {
                out.extend_from_slice(head);
                (16, *last)
            }
            _ => return out.extend_from_slice(text),
        };
    // The last eight bytes, without those that are copied already.
    let excess = whole.saturating_sub(text.len());
    let bits = u32::try_from(excess).unwrap_or(0).wrapping_mul(8);
    let tail = u64::from_le_bytes(last).checked_shr(bits).unwrap_or(0);
    out.extend_from_slice(&tail.to_le_bytes());
    out.truncate(out.len().saturating_sub(excess));
}

/// The two digits of a number below 100.
#[inline]
pub(super) fn two(value: u64) -> [u8; 2] {
    let [tens, ones, ..] = (split_pairs(value) | ASCII).to_le_bytes();
    [tens, ones]
}

/// The eight digits of a number below 10^8.
#[inline]
pub(super) fn eight(value: u64) -> [u8; 8] {
    (lanes(value) | ASCII).to_le_bytes()
}

/// The two digits of each of four numbers below 100, as a word whose lowest byte is the first.
#[inline]
pub(super) fn pairs(first: u32, second: u32, third: u32, fourth: u32) -> u64 {
    let low = u64::from(first) | u64::from(second).wrapping_shl(16);
    let high = u64::from(third) | u64::from(fourth).wrapping_shl(16);
    split_pairs(low | high.wrapping_shl(32)) | ASCII
}

/// The eight digits of a number below 10^8 as such a word, and how many zeros they end in.
#[inline]
pub(super) fn eight_and_zeros(value: u64) -> (u64, u32) {
    let lanes = lanes(value);
    (lanes | ASCII, lanes.leading_zeros() / 8)
}

/// Appends a number below 10^8 without leading zeros.
#[inline]
fn push_first(value: u64, out: &mut Vec<u8>) {
    let (text, rest) = first(value);
    out.extend_from_slice(&text);
    // All eight bytes were copied, for that is one store; what is too much goes again.
    out.truncate(out.len().saturating_sub(rest));
}

/// A number below 10^8 without leading zeros, and how many of the bytes behind it are too many.
#[inline]
pub(super) fn first(value: u64) -> ([u8; 8], usize) {
    let lanes = lanes(value);
    // Bytes that are zero up to the first digit; one digit stays.
    let zeros = (lanes | 1 << 56).trailing_zeros() / 8;
    let text = (lanes | ASCII).wrapping_shr(zeros.wrapping_mul(8));
    (text.to_le_bytes(), usize::try_from(zeros).unwrap_or(0))
}

/// A digit in each byte, the first in the lowest.
#[inline]
fn lanes(value: u64) -> u64 {
    // Two numbers below 10,000 ...
    let fours = (value / 10_000) | (value % 10_000).wrapping_shl(32);
    // ... four below 100: x / 100 is x * 10486 / 2^20 here.
    let hundreds = fours.wrapping_mul(10_486).wrapping_shr(20) & 0x0000_007f_0000_007f;
    let rest = fours.wrapping_sub(hundreds.wrapping_mul(100));
    split_pairs(hundreds | rest.wrapping_shl(16))
}

/// From four numbers below 100 to eight below 10: x / 10 is x * 103 / 2^10 here.
#[inline]
fn split_pairs(pairs: u64) -> u64 {
    let tens = pairs.wrapping_mul(103).wrapping_shr(10) & 0x000f_000f_000f_000f;
    let ones = pairs.wrapping_sub(tens.wrapping_mul(10));
    tens | ones.wrapping_shl(8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_pairs_and_all_fours() {
        for value in 0..10_000_u32 {
            let text = String::from_utf8(eight(value.into()).to_vec()).unwrap();
            assert_eq!(text, format!("{value:08}"));
            let text = eight(u64::from(value) * 10_000 + 9999);
            assert_eq!(String::from_utf8(text.to_vec()).unwrap(), format!("{value:04}9999"));
            let text = pairs(value / 100, value % 100, 0, 99).to_le_bytes();
            assert_eq!(String::from_utf8(text.to_vec()).unwrap(), format!("{value:04}0099"));
            let zeros = format!("{value:08}").bytes().rev().take_while(|b| *b == b'0').count();
            assert_eq!(eight_and_zeros(value.into()).1 as usize, zeros);
        }
    }

    #[test]
    fn short_texts_are_copied_whole() {
        let text: Vec<u8> = (1..=40).collect();
        for length in 0..=40 {
            let mut out = b"x".to_vec();
            push_short(&text[..length], &mut out);
            assert_eq!(out, [b"x", &text[..length]].concat(), "{length}");
        }
    }

    #[test]
    fn integers_of_every_length() {
        let mut value = 1_u64;
        for _ in 0..19 {
            for value in [value - 1, value, value + 1, value * 9 + value / 3] {
                let mut out = b"x".to_vec();
                push(value, &mut out);
                assert_eq!(out, format!("x{value}").into_bytes());
            }
            value *= 10;
        }
        let mut out = Vec::new();
        push(u64::MAX, &mut out);
        assert_eq!(out, u64::MAX.to_string().into_bytes());
    }
}
