//! Numerics as PostgreSQL computes them: exactly, with the scales that it gives.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::types::{Numeric, Value};
use trunkline_core::{Oid, SqlState};

use super::super::output::KEPT;
use super::super::storage;
use super::{Answer, pure, raise, refused};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_fixed", 2, fixed)?;
    pure(connection, "pg_exact", 3, exact)
}

/// A number as its digits and how many of them are behind the point.
#[derive(Clone, Copy)]
struct Decimal {
    digits: i128,
    scale: i16,
}

impl Decimal {
    fn of(number: &Numeric) -> Option<Decimal> {
        let scale = i16::try_from(number.scale()).ok()?;
        Some(Decimal { digits: number.to_i128(scale)?, scale })
    }

    /// The first digit of base 10,000, and the power of the base that it counts; zero has neither.
    fn first(self) -> (u128, i32) {
        let Some(below) = self.digits.unsigned_abs().checked_ilog10() else { return (0, 0) };
        // Where the first decimal digit stands: 0 before the point, -1 behind it.
        let place = i32::try_from(below).unwrap_or(0) - i32::from(self.scale);
        let (weight, unit) = (place.div_euclid(4), place.rem_euclid(4).unsigned_abs());
        let first = match below.checked_sub(unit) {
            Some(dropped) => self.digits.unsigned_abs() / 10_u128.pow(dropped),
            None => self.digits.unsigned_abs() * 10_u128.pow(unit - below),
        };
        (first, weight)
    }

    /// The digits with so many of them behind the point.
    fn at(self, scale: i16) -> Option<i128> {
        let more = u32::try_from(scale.checked_sub(self.scale)?).ok()?;
        self.digits.checked_mul(10_i128.checked_pow(more)?)
    }
}

/// A sum of numerics, of which the largest scale counts.
#[derive(Default)]
pub(super) struct Total {
    sum: Option<Numeric>,
}

impl Total {
    pub(super) fn add(&mut self, value: &Numeric) {
        let Some(sum) = &self.sum else {
            self.sum = Some(value.clone());
            return;
        };
        let exact = || computed("+", Decimal::of(sum)?, Decimal::of(value)?);
        let added = exact().unwrap_or_else(|| near("+", sum.to_f64(), value.to_f64()));
        self.sum = Some(added);
    }

    /// Of nothing it is NULL.
    pub(super) fn sum(self) -> Option<Numeric> {
        self.sum
    }
}

/// How many digits of a quotient count, by PostgreSQL's `select_div_scale`.
fn quotient_scale(a: Decimal, b: Decimal) -> i16 {
    let ((first, weight), (divisor, power)) = (a.first(), b.first());
    let quotient = weight - power - i32::from(first <= divisor);
    let scale = (16 - quotient * 4).clamp(0, 1000);
    i16::try_from(scale).unwrap_or(0).max(a.scale).max(b.scale)
}

/// `a / b`, rounded half away from zero; `None` where the numbers are too long.
fn quotient(a: Decimal, b: Decimal) -> Option<Numeric> {
    let scale = quotient_scale(a, b);
    let common = a.scale.max(b.scale);
    let (dividend, divisor) = (a.at(common)?.unsigned_abs(), b.at(common)?.unsigned_abs());
    let mut result = dividend.checked_div(divisor)?;
    let mut rest = dividend % divisor;
    for _ in 0..scale {
        rest = rest.checked_mul(10)?;
        result = result.checked_mul(10)?.checked_add(rest / divisor)?;
        rest %= divisor;
    }
    if rest.checked_mul(2)? >= divisor {
        result = result.checked_add(1)?;
    }
    let result = i128::try_from(result).ok()?;
    let is_negative = (a.digits < 0) != (b.digits < 0);
    Some(Numeric::from_i128(if is_negative { -result } else { result }, scale))
}

fn computed(op: &str, a: Decimal, b: Decimal) -> Option<Numeric> {
    let common = a.scale.max(b.scale);
    match op {
        "+" => Some(Numeric::from_i128(a.at(common)?.checked_add(b.at(common)?)?, common)),
        "-" => Some(Numeric::from_i128(a.at(common)?.checked_sub(b.at(common)?)?, common)),
        "%" => Some(Numeric::from_i128(a.at(common)?.checked_rem(b.at(common)?)?, common)),
        "*" => {
            let digits = a.digits.checked_mul(b.digits)?;
            Some(Numeric::from_i128(digits, a.scale.checked_add(b.scale)?))
        }
        _ => quotient(a, b),
    }
}

/// The same where i128 does not hold it: fifteen digits.
fn near(op: &str, a: f64, b: f64) -> Numeric {
    Numeric::from_f64(match op {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "%" => a % b,
        _ => a / b,
    })
}

/// `pg_exact(operator, a, b)`: the text of what two numerics give, each with its zeros.
fn exact(context: &Context<'_>) -> Answer {
    let op: String = context.get(0)?;
    let read = |place| match storage::load(context.get_raw(place), Oid::NUMERIC) {
        Ok(Value::Numeric(number)) => Ok(Some(number)),
        Ok(_) => Ok(None),
        Err(error) => Err(refused(error)),
    };
    let (Some(a), Some(b)) = (read(1)?, read(2)?) else { return Ok(Stored::Null) };
    if matches!(op.as_str(), "/" | "%") && b.to_i128(0) == Some(0) && b.is_integer() {
        return Err(raise(SqlState::DIVISION_BY_ZERO, "division by zero"));
    }
    let exact = || computed(&op, Decimal::of(&a)?, Decimal::of(&b)?);
    let number = exact().unwrap_or_else(|| near(&op, a.to_f64(), b.to_f64()));
    printed(number)
}

pub(super) fn printed(number: Numeric) -> Answer {
    let text = storage::print(&Value::Numeric(number), Oid::NUMERIC, &KEPT);
    text.map(Stored::Text).map_err(refused)
}

/// `pg_fixed(value, scale)`: the text of a numeric of so many digits behind the point.
fn fixed(context: &Context<'_>) -> Answer {
    let scale: i32 = context.get(1)?;
    if matches!(context.get_raw(0), ValueRef::Null) {
        return Ok(Stored::Null);
    }
    match storage::load(context.get_raw(0), Oid::NUMERIC) {
        Ok(Value::Numeric(number)) => printed(number.fitting(1000, scale).unwrap_or(number)),
        Ok(_) => Ok(Stored::Null),
        Err(error) => Err(refused(error)),
    }
}
