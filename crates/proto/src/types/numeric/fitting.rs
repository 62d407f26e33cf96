//! What a modifier makes of a number.

use super::{BASE, Finite, Kind, Numeric};
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
        let number = match &self.0 {
            Kind::Finite(number) => number,
            Kind::NaN => return Ok(self.clone()),
            Kind::Infinity { .. } => {
                return Err(overflow().with_detail(format!(
                    "A field with precision {precision}, scale {scale} cannot hold an infinite value."
                )));
            }
        };
        // A number with too many digits does not get fewer by rounding.
        let most = i64::from(precision).saturating_sub(scale.into());
        if number.digits_before() > most {
            return Err(too_large(precision, scale));
        }
        let number = number.rounded(scale)?;
        if number.digits_before() > most {
            Err(too_large(precision, scale))
        } else {
            Ok(Numeric(Kind::Finite(number)))
        }
    }
}

impl Finite {
    /// How many decimal digits stand before the point; fewer than none where zeros follow it. Zero has
    /// the fewest.
    fn digits_before(&self) -> i64 {
        let Some(first) = self.digits.first() else { return i64::MIN };
        let digits = first.checked_ilog10().map_or(0, |below| i64::from(below).saturating_add(1));
        i64::from(self.weight).saturating_mul(4).saturating_add(digits)
    }

    /// The number of so many decimal digits after the point, half away from zero.
    fn rounded(&self, scale: i32) -> Result<Finite, ValueError> {
        // The last decimal digit that stays is this one of the digit of this power of the base.
        let last = i64::from(scale).saturating_neg();
        let (power, unit) = (last.div_euclid(4), last.rem_euclid(4));
        let unit = 10_u16.saturating_pow(u32::try_from(unit).unwrap_or(0));
        let shown = i64::from(scale.max(0));
        let kept = i64::from(self.weight).saturating_sub(power).saturating_add(1);
        let Ok(kept) = usize::try_from(kept) else {
            return Finite::new(false, 0, shown, Vec::new());
        };
        let mut digits: Vec<u16> = self.digits.iter().take(kept).copied().collect();
        let mut up = self.digits.get(kept).is_some_and(|digit| *digit >= BASE / 2) && unit == 1;
        if digits.len() == kept
            && let Some(digit) = digits.last_mut()
        {
            let below = digit.checked_rem(unit).unwrap_or(0);
            up |= unit > 1 && below >= unit / 2;
            *digit = digit.saturating_sub(below);
        }
        let mut carry = if up { unit } else { 0 };
        for digit in digits.iter_mut().rev() {
            let sum = digit.saturating_add(carry);
            carry = u16::from(sum >= BASE);
            *digit = if sum >= BASE { sum.saturating_sub(BASE) } else { sum };
            if carry == 0 {
                break;
            }
        }
        let mut weight = i64::from(self.weight);
        if carry > 0 {
            digits.insert(0, carry);
            weight = weight.saturating_add(1);
        }
        Finite::new(self.negative, weight, shown, digits)
    }
}

#[cold]
fn too_large(precision: i32, scale: i32) -> ValueError {
    let most = match precision.saturating_sub(scale) {
        0 => "1".to_owned(),
        digits => format!("10^{digits}"),
    };
    overflow().with_detail(format!(
        "A field with precision {precision}, scale {scale} must round to an absolute value less than {most}."
    ))
}

#[cold]
fn overflow() -> ValueError {
    ValueError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, "numeric field overflow")
}
