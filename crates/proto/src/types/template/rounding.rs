//! Decimal digits, rounded.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "sums of a few lengths of texts in memory are far inside usize"
)]

/// A number that is not negative, as decimal digits.
#[derive(Clone)]
pub(super) struct Unsigned {
    digits: Vec<u8>,
    /// How many of the digits are before the point.
    point: usize,
}

impl Unsigned {
    /// Reads digits with or without a point.
    pub(super) fn new(text: &str) -> Unsigned {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        Unsigned { digits: [whole, fraction].concat().into_bytes(), point: whole.len() }
    }

    /// The number times a power of ten.
    pub(super) fn shifted(mut self, places: usize) -> Unsigned {
        self.point += places;
        if self.digits.len() < self.point {
            self.digits.resize(self.point, b'0');
        }
        self
    }

    /// The number with so many decimals, rounded half up.
    pub(super) fn rounded(mut self, decimals: usize) -> String {
        let kept = self.point + decimals;
        let is_up = self.digits.get(kept).is_some_and(|next| *next >= b'5');
        self.digits.resize(kept, b'0');
        if is_up {
            self.increment();
        }
        let (whole, fraction) =
            self.digits.split_at_checked(self.point).unwrap_or((&self.digits, &[]));
        let whole = String::from_utf8_lossy(whole);
        let whole = whole.trim_start_matches('0');
        let whole = if whole.is_empty() { "0" } else { whole };
        match decimals {
            0 => whole.to_owned(),
            _ => format!("{whole}.{}", String::from_utf8_lossy(fraction)),
        }
    }

    /// Adds one to the last digit.
    fn increment(&mut self) {
        for digit in self.digits.iter_mut().rev() {
            if *digit < b'9' {
                *digit += 1;
                return;
            }
            *digit = b'0';
        }
        self.digits.insert(0, b'1');
        self.point += 1;
    }

    /// The number with so many decimals and an exponent.
    ///
    /// As in PostgreSQL the exponent is that of the number before it is rounded: 99 is `10e+01`.
    pub(super) fn scientific(mut self, decimals: usize) -> String {
        let zeros = self.digits.iter().take_while(|digit| **digit == b'0').count();
        let is_zero = zeros == self.digits.len();
        let (sign, exponent) = match self.point.checked_sub(zeros + 1) {
            _ if is_zero => ('+', 0),
            Some(exponent) => ('+', exponent),
            None => ('-', zeros + 1 - self.point),
        };
        if !is_zero {
            self.digits.drain(..zeros);
        }
        self.point = 1;
        format!("{}e{sign}{exponent:02}", self.rounded(decimals))
    }
}

/// A float with so many decimals and an exponent, and a blank where it is not negative.
pub(super) fn scientific_float(value: f64, decimals: usize) -> String {
    // No float has more digits than that, and formatting takes no more than 65,535.
    let shown = decimals.min(1100);
    let zeros = "0".repeat(decimals - shown);
    let text = format!("{value:.shown$e}");
    let (significand, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let blank = if value.is_sign_negative() { "" } else { " " };
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{blank}{significand}{zeros}e{sign}{exponent:0>2}")
}
