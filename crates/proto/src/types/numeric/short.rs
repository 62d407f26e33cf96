//! Numbers of few digits, as most are: machine words do.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "divisions by constants, and sums of what is bounded by `Short::new`"
)]

use super::super::digits;

/// A number of up to 16 digits, of which up to eight are behind the point.
#[derive(Clone, Copy)]
pub(super) struct Short {
    negative: bool,
    magnitude: u64,
    scale: u8,
}

impl Short {
    /// `value` / 10^`scale`; `None` if it is not that short.
    #[inline]
    pub(super) fn new(value: i128, scale: i16) -> Option<Short> {
        let value = i64::try_from(value).ok()?;
        let scale = u8::try_from(scale).ok().filter(|scale| *scale <= 8)?;
        let magnitude = value.unsigned_abs();
        let is_short = magnitude < 10_000_000_000_000_000;
        is_short.then_some(Short { negative: value < 0, magnitude, scale })
    }

    /// Appends the number as text.
    #[inline]
    pub(super) fn text(self, out: &mut Vec<u8>) {
        if self.negative {
            out.push(b'-');
        }
        let (whole, fraction) = match self.scale {
            0 => return digits::push(self.magnitude, out),
            // What is counted most: cents.
            2 => {
                digits::push(self.magnitude / 100, out);
                let [tens, ones] = digits::two(self.magnitude % 100);
                return out.extend_from_slice(&[b'.', tens, ones]);
            }
            scale => {
                let one = 10_u64.pow(scale.into());
                let (whole, rest) = (self.magnitude / one, self.magnitude % one);
                (whole, rest * 10_u64.pow(8 - u32::from(scale)))
            }
        };
        digits::push(whole, out);
        let [a, b, c, d, e, f, g, h] = digits::eight(fraction);
        // All is copied, for that is a store or two; what is too much goes again.
        out.extend_from_slice(&[b'.', a, b, c, d, e, f, g, h]);
        out.truncate(out.len() - 8 + usize::from(self.scale));
    }

    /// Appends the binary form of `numeric`: four words, then the digits of base 10,000.
    #[inline]
    pub(super) fn binary(self, out: &mut Vec<u8>) {
        // Zeros that fill the last group.
        let fill = match self.scale % 4 {
            0 => 1,
            1 => 1000,
            2 => 100,
            _ => 10,
        };
        let digits = self.magnitude * fill;
        let (high, low) = (digits / 100_000_000, digits % 100_000_000);
        let lower = ((low / 10_000) << 16) | (low % 10_000);
        // The first group in front, sixteen bits each.
        if high < 10_000 {
            // Three groups.
            let groups = (high << 32 | lower) << 16;
            let (before, behind) = (groups.leading_zeros() / 16, groups.trailing_zeros() / 16);
            let count = 4_u32.saturating_sub(before + behind);
            self.head(3, before, count, out);
            out.extend_from_slice(&groups.wrapping_shl(16 * before).to_be_bytes());
            out.truncate(out.len() - 8 + 2 * usize::try_from(count).unwrap_or(0));
        } else {
            // Four or five.
            let (top, middle) = (high / 100_000_000, high % 100_000_000);
            let upper = (top << 32) | ((middle / 10_000) << 16) | (middle % 10_000);
            let groups = u128::from(upper) << 80 | u128::from(lower) << 48;
            let (before, behind) = (groups.leading_zeros() / 16, groups.trailing_zeros() / 16);
            let count = 8 - before - behind;
            self.head(5, before, count, out);
            out.extend_from_slice(&(groups << (16 * before)).to_be_bytes());
            out.truncate(out.len() - 16 + 2 * usize::try_from(count).unwrap_or(0));
        }
    }

    /// Appends the four words: of `groups` groups there are `before` that are zero, and then `count` that count.
    #[inline(always)]
    fn head(self, groups: u32, before: u32, count: u32, out: &mut Vec<u8>) {
        let scale = u32::from(self.scale);
        // The power of the first group; below zero it is two's complement. Zero has none.
        let weight = (groups - 1).wrapping_sub(before).wrapping_sub(scale.div_ceil(4)) & 0xffff;
        let weight = if count == 0 { 0 } else { weight };
        let sign = if self.negative { 0x4000 } else { 0 };
        let head = u64::from(count) << 48 | u64::from(weight) << 32 | sign << 16 | u64::from(scale);
        out.extend_from_slice(&head.to_be_bytes());
    }
}
