//! How a number looks.

use std::fmt;

use super::{Finite, Kind, Numeric};

impl Numeric {
    /// Appends the number as text.
    pub fn text(&self, out: &mut Vec<u8>) {
        match &self.0 {
            Kind::Finite(number) => number.text(out),
            Kind::NaN => out.extend_from_slice(b"NaN"),
            Kind::Infinity { negative: false } => out.extend_from_slice(b"Infinity"),
            Kind::Infinity { negative: true } => out.extend_from_slice(b"-Infinity"),
        }
    }
}

impl Finite {
    fn text(&self, out: &mut Vec<u8>) {
        if self.negative {
            out.push(b'-');
        }
        let first = i32::from(self.weight).max(0);
        out.extend_from_slice(itoa::Buffer::new().format(self.digit(first)).as_bytes());
        for power in (0..first).rev() {
            out.extend_from_slice(&four(self.digit(power)));
        }
        if self.scale == 0 {
            return;
        }
        out.push(b'.');
        let mut left = usize::from(self.scale);
        let mut power = -1_i32;
        while left > 0 {
            let digits = four(self.digit(power));
            out.extend_from_slice(digits.get(..left).unwrap_or(&digits));
            left = left.saturating_sub(4);
            power = power.wrapping_sub(1);
        }
    }
}

impl fmt::Display for Numeric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::new();
        self.text(&mut text);
        f.pad(std::str::from_utf8(&text).unwrap_or_default())
    }
}

/// The four decimal digits of one of base 10,000.
fn four(digit: u16) -> [u8; 4] {
    let decimal = |unit: u16| {
        let [ones, _] = (digit.checked_div(unit).unwrap_or(0) % 10).to_le_bytes();
        b'0' | ones
    };
    [decimal(1000), decimal(100), decimal(10), decimal(1)]
}
