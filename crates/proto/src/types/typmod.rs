//! Modifiers of types: what `varchar(5)` or `numeric(4,2)` make of a value when it is read.
//!
//! Sources: <https://www.postgresql.org/docs/18/datatype-character.html> and those of the other
//! types.

use super::datetime::Timetz;
use super::error::ValueError;
use super::interval::IntervalField;
use super::user::{Base, Types};
use super::value::Value;
use super::{Bits, Interval, Vector};
use crate::{Oid, SqlState};

impl Value {
    /// What a value of the type `oid` is under a modifier, -1 without one: `3.14159` under that of `numeric(5,2)` is
    /// `3.14`.
    ///
    /// # Errors
    ///
    /// 22001, 22026, 22003 or 22000 for a value that is too long, of another length, too large, or of
    /// other dimensions.
    pub fn under(self, oid: Oid, typmod: i32) -> Result<Value, ValueError> {
        applied(self, oid, typmod)
    }
}

/// What a value of the type `oid` is under a modifier, -1 without one.
///
/// 22001, 22026, 22003 or 22000 for a value that is too long, of another length, too large, or of
/// other dimensions.
pub(super) fn applied(value: Value, oid: Oid, typmod: i32) -> Result<Value, ValueError> {
    if typmod < 0 {
        return Ok(value);
    }
    Ok(match (value, oid) {
        (Value::Text(text), Oid::VARCHAR) => Value::Text(cut(text, length(typmod), "varying")?),
        (Value::Text(text), Oid::BPCHAR) => {
            let mut text = cut(text, length(typmod), "")?;
            let missing = length(typmod).saturating_sub(text.chars().count());
            text.extend(std::iter::repeat_n(' ', missing));
            Value::Text(text)
        }
        (Value::Bits(bits), oid) => Value::Bits(fitting(bits, oid, typmod)?),
        (Value::Numeric(number), _) => {
            // The scale has eleven bits and a sign.
            let both = typmod.saturating_sub(4);
            let scale = (both & 0x7ff ^ 0x400).wrapping_sub(0x400);
            Value::Numeric(number.fitting(both.wrapping_shr(16) & 0xffff, scale)?)
        }
        (Value::Time(micros), _) => Value::Time(rounded(micros, typmod)),
        (Value::Timetz(time), _) => {
            Value::Timetz(Timetz { micros: rounded(time.micros, typmod), ..time })
        }
        (Value::Timestamp(micros), _) => Value::Timestamp(rounded(micros, typmod)),
        (Value::Timestamptz(micros), _) => Value::Timestamptz(rounded(micros, typmod)),
        (Value::Interval(span), _) => Value::Interval(within_fields(span, typmod)),
        (Value::Vector(vector), _) => Value::Vector(of_dimensions(vector, typmod)?),
        // When they are read.
        (Value::Array(array), _) => Value::Array(array.with_typmod(typmod)),
        (value, _) => value,
    })
}

/// In characters, of strings.
fn length(typmod: i32) -> usize {
    usize::try_from(typmod.saturating_sub(4)).unwrap_or(0)
}

/// Whether a string is not too long, without making what it becomes; and then how many bytes that
/// has.
pub(super) fn check_string(oid: Oid, typmod: i32, text: &str) -> Result<usize, ValueError> {
    match oid {
        _ if typmod < 0 => Ok(text.len()),
        Oid::VARCHAR => end(text, length(typmod), "varying"),
        Oid::BPCHAR => {
            let end = end(text, length(typmod), "")?;
            let characters = text.get(..end).unwrap_or(text).chars().count();
            Ok(end.saturating_add(length(typmod).saturating_sub(characters)))
        }
        _ => Ok(text.len()),
    }
}

/// The text without spaces beyond its length.
fn cut(mut text: String, length: usize, varying: &str) -> Result<String, ValueError> {
    text.truncate(end(&text, length, varying)?);
    Ok(text)
}

/// Where the text ends without spaces beyond its length.
fn end(text: &str, length: usize, varying: &str) -> Result<usize, ValueError> {
    let Some((end, _)) = text.char_indices().nth(length) else { return Ok(text.len()) };
    if text.get(end..).is_some_and(|rest| rest.bytes().any(|byte| byte != b' ')) {
        let space = if varying.is_empty() { "" } else { " " };
        return Err(ValueError::new(
            SqlState::STRING_DATA_RIGHT_TRUNCATION,
            format!("value too long for type character{space}{varying}({length})"),
        ));
    }
    Ok(end)
}

fn fitting(bits: Bits, oid: Oid, typmod: i32) -> Result<Bits, ValueError> {
    check_bits(i64::try_from(bits.len()).unwrap_or(i64::MAX), oid, typmod)?;
    Ok(bits)
}

fn check_bits(length: i64, oid: Oid, typmod: i32) -> Result<(), ValueError> {
    let most = i64::from(typmod);
    if oid == Oid::BIT && length != most {
        return Err(ValueError::new(
            SqlState::STRING_DATA_LENGTH_MISMATCH,
            format!("bit string length {length} does not match type bit({typmod})"),
        ));
    }
    if length > most {
        return Err(ValueError::new(
            SqlState::STRING_DATA_RIGHT_TRUNCATION,
            format!("bit string too long for type bit varying({typmod})"),
        ));
    }
    Ok(())
}

/// Looks at the length of bits in text, as PostgreSQL does before it looks at the digits.
pub(super) fn check_text_length(oid: Oid, typmod: i32, text: &str) -> Result<(), ValueError> {
    if typmod < 0 || !matches!(oid, Oid::BIT | Oid::VARBIT) {
        return Ok(());
    }
    let digits = text.strip_prefix(['b', 'B', 'x', 'X']).unwrap_or(text);
    let each = if text.starts_with(['x', 'X']) { 4 } else { 1 };
    let length = i64::try_from(digits.len()).unwrap_or(i64::MAX).saturating_mul(each);
    check_bits(length, oid, typmod)
}

/// Looks at the number of bits, or of a vector's dimensions, before it looks for them, as PostgreSQL
/// does.
pub(super) fn check_binary_length(
    oid: Oid,
    typmod: i32,
    bytes: &[u8],
    types: &Types,
) -> Result<(), ValueError> {
    match (oid, types.extension(oid), bytes) {
        (Oid::BIT | Oid::VARBIT, _, [a, b, c, d, ..]) => {
            let length = i32::from_be_bytes([*a, *b, *c, *d]);
            if length < 0 { Ok(()) } else { check_bits(length.into(), oid, typmod) }
        }
        (_, Some(Base::Vector | Base::Halfvec), [high, low, _, _, ..]) => {
            let dimensions = u16::from_be_bytes([*high, *low]);
            // Others are too few or too many of any vector.
            if !(1..=16_000).contains(&dimensions) {
                return Ok(());
            }
            check_dimensions(dimensions.into(), typmod)
        }
        _ => Ok(()),
    }
}

fn of_dimensions(vector: Vector, typmod: i32) -> Result<Vector, ValueError> {
    let dimensions = match &vector {
        Vector::Full(values) => values.len(),
        Vector::Half(values) => values.len(),
        Vector::Sparse { dimensions, .. } => usize::try_from(*dimensions).unwrap_or(0),
    };
    check_dimensions(dimensions, typmod).map(|()| vector)
}

fn check_dimensions(dimensions: usize, typmod: i32) -> Result<(), ValueError> {
    if usize::try_from(typmod) == Ok(dimensions) {
        return Ok(());
    }
    let message = format!("expected {typmod} dimensions, not {dimensions}");
    Err(ValueError::new(SqlState::DATA_EXCEPTION, message))
}

/// An interval without what is less than its last field, and its seconds to so many digits.
fn within_fields(span: Interval, typmod: i32) -> Interval {
    if matches!(span, Interval::INFINITY | Interval::NEG_INFINITY) {
        return span;
    }
    let whole =
        |amount: i64, unit: i64| amount.saturating_sub(amount.checked_rem(unit).unwrap_or(0));
    let months = Interval { days: 0, micros: 0, ..span };
    let kept = match IntervalField::last_of(typmod) {
        Some(IntervalField::Year) => Interval {
            months: span.months.saturating_sub(span.months.checked_rem(12).unwrap_or(0)),
            ..months
        },
        Some(IntervalField::Month) => months,
        Some(IntervalField::Day) => Interval { micros: 0, ..span },
        Some(IntervalField::Hour) => Interval { micros: whole(span.micros, 3_600_000_000), ..span },
        Some(IntervalField::Minute) => Interval { micros: whole(span.micros, 60_000_000), ..span },
        Some(IntervalField::Second) | None => span,
    };
    Interval { micros: rounded(kept.micros, typmod & 0xffff), ..kept }
}

/// Microseconds to so many digits of a second, half away from zero; infinities stay.
fn rounded(micros: i64, digits: i32) -> i64 {
    let left = u32::try_from(6_i32.saturating_sub(digits)).unwrap_or(0);
    if left == 0 || matches!(micros, i64::MIN | i64::MAX) {
        return micros;
    }
    let unit = 10_i64.saturating_pow(left);
    let half = (unit / 2).wrapping_mul(micros.signum());
    let units = micros.saturating_add(half).checked_div(unit).unwrap_or(0);
    units.saturating_mul(unit)
}
