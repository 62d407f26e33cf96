//! `variance` and `stddev`: how far values are apart.

use trunkline_core::types::Numeric;
use trunkline_core::{Oid, Result};

use super::exact::root;
use super::floats;
use super::math::quotient;
use crate::datum::Datum;
use crate::error::unsupported;

/// Which of them it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spread {
    /// Of a sample, not of all there is.
    pub(crate) of_sample: bool,
    /// The square root of the variance.
    pub(crate) is_root: bool,
}

impl Spread {
    /// The one that a name stands for.
    pub(crate) fn named(name: &str) -> Option<Spread> {
        let (of_sample, is_root) = match name {
            "variance" | "var_samp" => (true, false),
            "var_pop" => (false, false),
            "stddev" | "stddev_samp" => (true, true),
            "stddev_pop" => (false, true),
            _ => return None,
        };
        Some(Spread { of_sample, is_root })
    }

    /// What it is of these values, none of which is NULL.
    ///
    /// # Errors
    ///
    /// 0A000 for numerics that cannot be told exactly.
    pub(crate) fn of(self, values: &[Datum]) -> Result<Datum> {
        if values.len() <= usize::from(self.of_sample) {
            return Ok(Datum::Null);
        }
        if values.iter().any(|value| matches!(value, Datum::Float(_))) {
            return self.of_floats(values);
        }
        let numbers: Option<Vec<Numeric>> = values.iter().map(Datum::to_numeric).collect();
        let numbers = numbers.unwrap_or_default();
        if numbers.iter().any(|number| !number.is_finite()) {
            return Ok(Datum::Numeric(Numeric::NAN.into()));
        }
        match self.of_numbers(&numbers) {
            Some(value) => Ok(Datum::Numeric(value.into())),
            None => Err(unsupported(0, "a variance of so many digits")),
        }
    }

    /// By the method of Youngs and Cramer, as PostgreSQL does.
    fn of_floats(self, values: &[Datum]) -> Result<Datum> {
        let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
        for value in values.iter().filter_map(Datum::as_float) {
            let before: f64 = sum;
            count += 1.0;
            sum += value;
            if count > 1.0 {
                let apart = value * count - sum;
                squares += apart * apart / (count * (count - 1.0));
                if sum.is_infinite() || squares.is_infinite() {
                    floats::made(f64::INFINITY, &[before, value], Oid::FLOAT8)?;
                    squares = f64::NAN;
                }
            } else if !value.is_finite() {
                squares = f64::NAN;
            }
        }
        let variance = squares / if self.of_sample { count - 1.0 } else { count };
        Ok(Datum::Float(if self.is_root { variance.sqrt() } else { variance }))
    }

    /// `(n * sum of squares - square of the sum) / (n * n)`, or by `n * (n - 1)` of a sample.
    fn of_numbers(self, numbers: &[Numeric]) -> Option<Numeric> {
        let scale = numbers.iter().map(Numeric::scale).max().unwrap_or(0);
        let scale = i16::try_from(scale).ok()?;
        let (mut sum, mut squares) = (0_i128, 0_i128);
        for number in numbers {
            let digits = number.to_i128(scale)?;
            sum = sum.checked_add(digits)?;
            squares = squares.checked_add(digits.checked_mul(digits)?)?;
        }
        let count = i128::try_from(numbers.len()).ok()?;
        let apart = count.checked_mul(squares)?.checked_sub(sum.checked_mul(sum)?)?;
        if apart <= 0 {
            return Some(Numeric::from(0));
        }
        let pairs = count.checked_mul(if self.of_sample { count - 1 } else { count })?;
        let apart = Numeric::from_i128(apart, scale.checked_mul(2)?);
        let variance = quotient(&apart, &Numeric::from_i128(pairs, 0))?;
        if self.is_root { root(&variance, variance.scale().into()) } else { Some(variance) }
    }
}
