//! From and to Rust's numbers.

use super::{Finite, Kind, Numeric};
use crate::types::error::ValueError;
use crate::types::float;

impl Numeric {
    /// `value` / 10^`scale`, as Arrow's decimals are.
    pub fn from_i128(value: i128, scale: i16) -> Numeric {
        let mut bytes = Vec::with_capacity(40);
        super::binary_i128(value, scale, &mut bytes);
        Numeric::receive(&bytes).unwrap_or_default()
    }

    /// A 256-bit two's-complement integer, little-endian, / 10^`scale`.
    pub fn from_i256_le_bytes(value: &[u8; 32], scale: i16) -> Numeric {
        let mut bytes = Vec::with_capacity(56);
        super::binary_i256(value, scale, &mut bytes);
        Numeric::receive(&bytes).unwrap_or_default()
    }

    /// A float, rounded to 15 digits as the cast in SQL does.
    pub fn from_f64(value: f64) -> Numeric {
        let mut text = Vec::with_capacity(32);
        float::text_f64(value, 0, &mut text);
        Numeric::parse(std::str::from_utf8(&text).unwrap_or_default()).unwrap_or_default()
    }

    /// A float, rounded to 6 digits as the cast in SQL does.
    pub fn from_f32(value: f32) -> Numeric {
        let mut text = Vec::with_capacity(32);
        float::text_f32(value, 0, &mut text);
        Numeric::parse(std::str::from_utf8(&text).unwrap_or_default()).unwrap_or_default()
    }

    /// The number times 10^`scale`, rounded half away from zero; `None` for NaN, the infinities,
    /// and what 128 bits do not hold.
    pub fn to_i128(&self, scale: i16) -> Option<i128> {
        let Kind::Finite(number) = &self.0 else { return None };
        let value = number.scaled(scale)?;
        if number.negative {
            0_i128.checked_sub_unsigned(value)
        } else {
            i128::try_from(value).ok()
        }
    }

    /// Whether nothing but zeros stands after the point.
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Kind::Finite(number) => {
                let whole = usize::try_from(i32::from(number.weight).saturating_add(1));
                number.digits.len() <= whole.unwrap_or(0)
            }
            Kind::NaN | Kind::Infinity { .. } => false,
        }
    }

    /// The number rounded to an integer, half away from zero.
    ///
    /// # Errors
    ///
    /// 22003 for what 64 bits do not hold, 0A000 for NaN and the infinities.
    pub fn to_i64(&self) -> Result<i64, ValueError> {
        match self.0 {
            Kind::Finite(_) => {}
            Kind::NaN => return Err(unconvertible("NaN")),
            Kind::Infinity { .. } => return Err(unconvertible("infinity")),
        }
        let value = self.to_i128(0).and_then(|value| i64::try_from(value).ok());
        value.ok_or_else(|| ValueError::out_of_range("bigint"))
    }

    /// The nearest float; infinite where there is none.
    pub fn to_f64(&self) -> f64 {
        match &self.0 {
            Kind::NaN => f64::NAN,
            Kind::Infinity { negative: false } => f64::INFINITY,
            Kind::Infinity { negative: true } => f64::NEG_INFINITY,
            Kind::Finite(_) => {
                let mut text = Vec::new();
                self.text(&mut text);
                std::str::from_utf8(&text).ok().and_then(|text| text.parse().ok()).unwrap_or(0.0)
            }
        }
    }
}

impl Finite {
    /// The magnitude times 10^`scale`, rounded half up.
    fn scaled(&self, scale: i16) -> Option<u128> {
        let mut value: u128 = 0;
        // Whole groups down to the one that holds the last wanted decimal digit.
        let last =
            i32::from(scale).saturating_sub(1).div_euclid(4).saturating_neg().saturating_sub(1);
        for power in (last..=i32::from(self.weight)).rev() {
            let digit = self.digit(power);
            if power == last {
                // 1 to 4 of its digits are wanted, and the one after them decides.
                let wanted = i32::from(scale).saturating_sub(1).rem_euclid(4).saturating_add(1);
                let wanted = u32::try_from(wanted).ok()?;
                let unit = 10_u16.checked_pow(4_u32.checked_sub(wanted)?)?;
                value = value.checked_mul(10_u128.checked_pow(wanted)?)?;
                value = value.checked_add(digit.checked_div(unit)?.into())?;
                let next = match unit {
                    1 => self.digit(power.saturating_sub(1)) / 1000,
                    _ => digit.checked_div(unit / 10)? % 10,
                };
                return value.checked_add(u128::from(next >= 5));
            }
            value = value.checked_mul(10_000)?.checked_add(digit.into())?;
        }
        // Everything lies below the last wanted digit; only its neighbour can round up.
        let wanted = i32::from(scale).saturating_sub(1).rem_euclid(4).saturating_add(1);
        let up = wanted == 4 && self.digit(last.saturating_sub(1)) >= 5000;
        Some(u128::from(up))
    }
}

impl From<i64> for Numeric {
    fn from(value: i64) -> Numeric {
        Numeric::from_i128(value.into(), 0)
    }
}

impl From<u64> for Numeric {
    fn from(value: u64) -> Numeric {
        Numeric::from_i128(value.into(), 0)
    }
}

impl From<i32> for Numeric {
    fn from(value: i32) -> Numeric {
        Numeric::from_i128(value.into(), 0)
    }
}

#[cold]
fn unconvertible(what: &str) -> ValueError {
    ValueError::new(
        crate::SqlState::FEATURE_NOT_SUPPORTED,
        format!("cannot convert {what} to bigint"),
    )
}
