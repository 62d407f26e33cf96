//! Numbers by a template.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "sums of a few lengths of texts in memory are far inside usize"
)]

use super::number::NumberTemplate;
use super::picture::{Picture, ROMAN_WIDTH};
use super::rounding::{Unsigned, scientific_float};
use crate::types::{Numeric, ValueError};

/// The decimal digits of a float that count.
const FLOAT4_DIGITS: usize = 6;
const FLOAT8_DIGITS: usize = 15;

impl NumberTemplate {
    /// Prints an `integer`.
    ///
    /// What `V` makes too large for one loses its upper bits, as it does in PostgreSQL.
    ///
    /// # Errors
    ///
    /// 22P02 for an ordinal of what is no number.
    pub fn int4(&self, value: i32) -> Result<String, ValueError> {
        if self.is_scientific {
            return Ok(scientific_float(value.into(), self.decimals));
        }
        if self.roman.is_some() {
            return self.roman(Some(value.into()));
        }
        let factor = self.factor().and_then(|factor| i32::try_from(factor).ok());
        let product = value.wrapping_mul(factor.unwrap_or(i32::MIN));
        let number = Unsigned::new(&product.unsigned_abs().to_string());
        self.print(product < 0, number.rounded(self.decimals), self.decimals)
    }

    /// Prints a `bigint`.
    ///
    /// # Errors
    ///
    /// 22003 for what `V` makes too large.
    pub fn int8(&self, value: i64) -> Result<String, ValueError> {
        if self.factor().and_then(|factor| value.checked_mul(factor)).is_none() {
            return Err(ValueError::out_of_range("bigint"));
        }
        self.numeric(&Numeric::from(value))
    }

    /// What `V` multiplies with, if it is no more than a `bigint`.
    fn factor(&self) -> Option<i64> {
        10_i64.checked_pow(u32::try_from(self.shift.unwrap_or(0)).ok()?)
    }

    /// Prints a `numeric`.
    ///
    /// # Errors
    ///
    /// 22P02 for an ordinal of what is no number.
    pub fn numeric(&self, value: &Numeric) -> Result<String, ValueError> {
        if self.roman.is_some() {
            return self.roman(value.to_i64().ok());
        }
        let text = value.to_string();
        let magnitude = text.strip_prefix('-').unwrap_or(&text);
        let is_negative = magnitude.len() < text.len();
        if !value.is_finite() {
            return match self.is_scientific {
                true => Ok(self.overflown()),
                false => self.print(is_negative, magnitude.to_owned(), self.decimals),
            };
        }
        let number = Unsigned::new(magnitude);
        if self.is_scientific {
            let sign = if is_negative { '-' } else { ' ' };
            return Ok(format!("{sign}{}", number.scientific(self.decimals)));
        }
        let rounded = number.shifted(self.shift.unwrap_or(0)).rounded(self.decimals);
        // A numeric has no negative zero.
        let is_negative = is_negative && rounded.bytes().any(|one| matches!(one, b'1'..=b'9'));
        self.print(is_negative, rounded, self.decimals)
    }

    /// Prints a `double precision`.
    ///
    /// # Errors
    ///
    /// 22P02 for an ordinal of what is no number.
    pub fn float8(&self, value: f64) -> Result<String, ValueError> {
        let factor: f64 = self.power().parse().unwrap_or(f64::INFINITY);
        self.float(value, value * factor, FLOAT8_DIGITS)
    }

    /// Prints a `real`.
    ///
    /// # Errors
    ///
    /// 22P02 for an ordinal of what is no number.
    pub fn float4(&self, value: f32) -> Result<String, ValueError> {
        let factor: f32 = self.power().parse().unwrap_or(f32::INFINITY);
        self.float(value.into(), (value * factor).into(), FLOAT4_DIGITS)
    }

    /// What `V` multiplies with, in digits.
    fn power(&self) -> String {
        format!("1e{}", self.shift.unwrap_or(0))
    }

    fn float(&self, value: f64, shifted: f64, digits: usize) -> Result<String, ValueError> {
        if self.roman.is_some() {
            return self.roman(Numeric::from_f64(value.round_ties_even()).to_i64().ok());
        }
        if self.is_scientific {
            return Ok(match value.is_finite() {
                true => scientific_float(value, self.decimals),
                false => self.overflown(),
            });
        }
        if !value.is_finite() {
            let word = if value.is_nan() { "NaN" } else { "Infinity" };
            let fitting = self.decimals.min(digits.saturating_sub(word.len()));
            return self.print(value < 0.0, word.to_owned(), fitting);
        }
        let whole = format!("{:.0}", shifted.abs()).len();
        let decimals = self.decimals.min(digits.saturating_sub(whole));
        let is_negative = shifted.is_sign_negative();
        self.print(is_negative, format!("{:.decimals$}", shifted.abs()), decimals)
    }

    fn print(
        &self,
        is_negative: bool,
        number: String,
        decimals: usize,
    ) -> Result<String, ValueError> {
        Picture::new(self, is_negative, number, decimals).print()
    }

    /// What is shown of NaN and the infinities with an exponent.
    fn overflown(&self) -> String {
        [" ", &"#".repeat(self.whole), ".", &"#".repeat(self.decimals + 4)].concat()
    }

    fn roman(&self, number: Option<i64>) -> Result<String, ValueError> {
        let number = number.filter(|number| (1..4000).contains(number));
        let numeral = number.map_or_else(|| "#".repeat(ROMAN_WIDTH), numeral);
        self.print(false, numeral, self.decimals)
    }
}

/// A number in Roman numerals.
fn numeral(mut number: i64) -> String {
    const NUMERALS: [(i64, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let mut out = String::new();
    for (value, letters) in NUMERALS {
        while number >= value {
            number -= value;
            out.push_str(letters);
        }
    }
    out
}
