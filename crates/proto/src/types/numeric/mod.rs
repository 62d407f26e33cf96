//! `numeric`: decimal numbers of any precision.
//!
//! Source: <https://www.postgresql.org/docs/18/datatype-numeric.html#DATATYPE-NUMERIC-DECIMAL>.

mod binary;
mod convert;
mod decimal;
mod fitting;
mod order;
mod parse;
mod print;
mod short;

use super::error::ValueError;
use crate::SqlState;

pub use decimal::{binary_i128, binary_i256, text_i128, text_i256};

/// A decimal number, or NaN, or an infinity.
///
/// It keeps its scale: 1.5 and 1.50 look different, are different bytes, and are not `==` here,
/// though they are equal in SQL. At most 131,072 digits before the point and 16,383 after it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Numeric(Kind);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Finite(Finite),
    Infinity { negative: bool },
    NaN,
}

/// A number as PostgreSQL stores and sends it.
///
/// No zero at either end of the digits; zero has none, is positive and of weight 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Finite {
    negative: bool,
    /// The power of 10,000 of the first digit.
    weight: i16,
    /// How many decimal digits to show after the point.
    scale: u16,
    /// Digits of base 10,000, the most significant first.
    digits: Vec<u16>,
}

/// The base of the digits.
const BASE: u16 = 10_000;
/// The largest scale that fits the type's header.
const MAX_SCALE: u16 = 0x3fff;

impl Numeric {
    /// Not a number.
    pub const NAN: Numeric = Numeric(Kind::NaN);
    /// Larger than any number.
    pub const INFINITY: Numeric = Numeric(Kind::Infinity { negative: false });
    /// Smaller than any number.
    pub const NEG_INFINITY: Numeric = Numeric(Kind::Infinity { negative: true });

    /// Whether this is a number, not NaN or an infinity.
    pub fn is_finite(&self) -> bool {
        matches!(self.0, Kind::Finite(_))
    }

    /// Whether this is NaN.
    pub fn is_nan(&self) -> bool {
        matches!(self.0, Kind::NaN)
    }

    /// The number of decimal digits shown after the point; 0 for NaN and the infinities.
    pub fn scale(&self) -> u16 {
        match &self.0 {
            Kind::Finite(number) => number.scale,
            Kind::Infinity { .. } | Kind::NaN => 0,
        }
    }
}

impl Numeric {
    /// How many bytes its text has, or one more.
    pub fn printed_len(&self) -> usize {
        let Kind::Finite(number) = &self.0 else { return "-Infinity".len() };
        let before = usize::try_from(i32::from(number.weight).saturating_add(1)).unwrap_or(0);
        before.saturating_mul(4).max(1).saturating_add(usize::from(number.scale)).saturating_add(2)
    }
}

impl Default for Numeric {
    fn default() -> Numeric {
        Numeric(Kind::Finite(Finite::default()))
    }
}

impl Finite {
    /// Brings digits into the form they are stored in.
    fn new(
        negative: bool,
        weight: i64,
        scale: i64,
        mut digits: Vec<u16>,
    ) -> Result<Finite, ValueError> {
        while digits.last() == Some(&0) {
            digits.pop();
        }
        let zeros = digits.iter().take_while(|digit| **digit == 0).count();
        digits.drain(..zeros);
        let weight = weight.saturating_sub(i64::try_from(zeros).unwrap_or(i64::MAX));
        let scale = u16::try_from(scale).ok().filter(|scale| *scale <= MAX_SCALE);
        let scale = scale.ok_or_else(overflow)?;
        if digits.is_empty() {
            return Ok(Finite { scale, ..Finite::default() });
        }
        let weight = i16::try_from(weight).map_err(|_| overflow())?;
        Ok(Finite { negative, weight, scale, digits })
    }

    /// The digit of a power of 10,000; 0 where none is stored.
    #[inline]
    fn digit(&self, power: i32) -> u16 {
        let place = i32::from(self.weight).wrapping_sub(power);
        let place = usize::try_from(place).ok();
        place.and_then(|place| self.digits.get(place)).copied().unwrap_or(0)
    }
}

#[cold]
fn overflow() -> ValueError {
    ValueError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, "value overflows numeric format")
}

#[cfg(test)]
mod tests;
