//! What a modifier makes of a number.

use super::{Kind, Numeric};
use crate::SqlState;
use crate::types::error::ValueError;

impl Numeric {
    /// The number rounded to `scale` digits after the point, half away from zero, if no more than
    /// `precision` digits are left; a scale below zero rounds to tens, hundreds and so on.
    ///
    /// # Errors
    ///
    /// 22003 for more digits, and for an infinity.
    pub fn fitting(&self, precision: i32, scale: i32) -> Result<Numeric, ValueError> {
        match &self.0 {
            Kind::Finite(_) => {}
            Kind::NaN => return Ok(self.clone()),
            Kind::Infinity { .. } => return Err(overflow()),
        }
        let mut text = Vec::new();
        self.text(&mut text);
        let is_negative = text.first() == Some(&b'-');
        let unsigned = text.strip_prefix(b"-").unwrap_or(&text);
        let point = unsigned.iter().position(|byte| *byte == b'.').unwrap_or(unsigned.len());
        let mut digits: Vec<u8> =
            unsigned.iter().filter(|byte| **byte != b'.').map(|byte| byte & 15).collect();
        // How many digits stand before the point, and how many stay.
        let mut before = i64::try_from(point).unwrap_or(i64::MAX);
        let kept = before.saturating_add(scale.into());
        match usize::try_from(kept) {
            Ok(kept) if kept < digits.len() => {
                let is_up = digits.get(kept).is_some_and(|digit| *digit >= 5);
                digits.truncate(kept);
                if is_up && carry(&mut digits) {
                    digits.insert(0, 1);
                    before = before.saturating_add(1);
                }
            }
            Ok(_) => {}
            Err(_) => digits.clear(),
        }
        let first = digits.iter().position(|digit| *digit != 0);
        if let Some(first) = first.and_then(|first| i64::try_from(first).ok())
            && before.saturating_sub(first) > i64::from(precision.saturating_sub(scale))
        {
            return Err(overflow());
        }
        let width = usize::try_from(before).unwrap_or(0);
        let after = usize::try_from(scale).unwrap_or(0);
        digits.resize(width.saturating_add(after), 0);
        let mut text = String::from(if is_negative { "-0" } else { "0" });
        for (place, digit) in digits.iter().enumerate() {
            if place == width {
                text.push('.');
            }
            text.push(char::from(b'0' | digit));
        }
        Numeric::parse(&text)
    }
}

/// Adds one to the last digit; whether there is one more digit now, a 1 before them.
fn carry(digits: &mut [u8]) -> bool {
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit = digit.wrapping_add(1);
            return false;
        }
        *digit = 0;
    }
    true
}

#[cold]
fn overflow() -> ValueError {
    ValueError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, "numeric field overflow")
}
