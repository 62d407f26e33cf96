//! Decimals of a precision and a scale.

use arrow_array::ArrowPrimitiveType;
use arrow_array::types::{Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type};
use arrow_buffer::i256;
use arrow_schema::DataType;
use trunkline_proto::types::{Numeric, ValueError, float, int};
use trunkline_proto::{Format, Oid, SqlState};

use super::scalar::primitive;
use super::{Appender, Datum};

/// A `numeric(precision, scale)`.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) precision: u8,
    pub(super) scale: i8,
}

pub(super) fn appender(data_type: &DataType, shape: Shape, rows: usize) -> Appender {
    match data_type {
        DataType::Decimal32(_, _) => narrow::<Decimal32Type>(data_type, shape, rows),
        DataType::Decimal64(_, _) => narrow::<Decimal64Type>(data_type, shape, rows),
        DataType::Decimal128(_, _) => narrow::<Decimal128Type>(data_type, shape, rows),
        _ => {
            let own = data_type.clone();
            primitive::<Decimal256Type, _>(data_type, rows, move |datum, _| {
                shape.unscaled(&number(datum, &own)?)
            })
        }
    }
}

fn narrow<T>(data_type: &DataType, shape: Shape, rows: usize) -> Appender
where
    T: ArrowPrimitiveType,
    T::Native: TryFrom<i128>,
{
    let own = data_type.clone();
    let limit = 10_i128.checked_pow(shape.precision.into()).unwrap_or(i128::MAX);
    primitive::<T, _>(data_type, rows, move |datum, _| {
        let datum = datum.as_literal(Oid::NUMERIC);
        let short = match (datum.oid, datum.format) {
            (Oid::NUMERIC, Format::Text) => short_text(datum.bytes, shape.scale),
            (Oid::NUMERIC, Format::Binary) => short_binary(datum.bytes, shape.scale),
            _ => None,
        };
        let short = short.filter(|value| (-limit < *value) && (*value < limit));
        let value = match short {
            Some(value) => Some(value),
            None => shape.unscaled(&number(datum, &own)?)?.to_i128(),
        };
        let value = value.and_then(|value| T::Native::try_from(value).ok());
        value.ok_or_else(|| shape.overflow())
    })
}

/// The value of a text that is nothing but a sign, digits and a point, if none is lost.
fn short_text(text: &[u8], scale: i8) -> Option<i128> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    // Fewer digits than overflow; the rest of the scale follows as zeros.
    if digits.is_empty() || digits.len() > 20 || scale > 18 {
        return None;
    }
    let (mut value, mut places, mut fraction) = (0_i128, 0_i8, false);
    for byte in digits {
        match byte {
            b'0'..=b'9' => {
                value = value * 10 + i128::from(byte - b'0');
                places += i8::from(fraction);
            }
            b'.' if !fraction => fraction = true,
            _ => return None,
        }
    }
    let zeros = u32::try_from(scale.checked_sub(places)?).ok()?;
    // A point alone is no number.
    let value = value.checked_mul(10_i128.checked_pow(zeros)?).filter(|_| digits != b".")?;
    Some(if negative { -value } else { value })
}

/// The value of a binary form of up to 32 digits, if none is lost; what is wrong with one is not told.
fn short_binary(bytes: &[u8], scale: i8) -> Option<i128> {
    let (words, []) = bytes.as_chunks::<2>() else { return None };
    let ([count, weight, sign, shown], digits) = words.split_first_chunk()?;
    let (count, weight) = (u16::from_be_bytes(*count), i16::from_be_bytes(*weight));
    let (sign, shown) = (u16::from_be_bytes(*sign), u16::from_be_bytes(*shown));
    let scale = i32::from(scale);
    if usize::from(count) != digits.len() || count > 8 || i32::from(shown) > scale {
        return None;
    }
    let mut value = 0_i128;
    for digit in digits {
        let digit = u16::from_be_bytes(*digit);
        value = value * 10_000 + i128::from(Some(digit).filter(|digit| *digit < 10_000)?);
    }
    // What the last digit counts, as a power of ten.
    let last = (i32::from(weight) + 1 - i32::from(count)) * 4;
    // Digits behind those that are shown do not count: PostgreSQL cuts them off.
    let hidden = u32::try_from(-(last + i32::from(shown))).unwrap_or(0);
    if hidden > 0 && value % 10_i128.checked_pow(hidden)? != 0 {
        return None;
    }
    let zeros = last + scale;
    let power = 10_i128.checked_pow(zeros.unsigned_abs())?;
    let value = if zeros < 0 { value / power } else { value.checked_mul(power)? };
    match sign {
        0 => Some(value),
        0x4000 => Some(-value),
        _ => None,
    }
}

/// Any number as a `numeric`.
fn number(datum: Datum<'_>, data_type: &DataType) -> Result<Numeric, ValueError> {
    let datum = datum.as_literal(Oid::NUMERIC);
    let whole = |value: i64| Numeric::from_i128(value.into(), 0);
    Ok(match datum.oid {
        Oid::NUMERIC => datum.read(Numeric::parse, Numeric::receive)?,
        Oid::INT2 => whole(datum.read(int::parse_i16, int::receive_i16)?.into()),
        Oid::INT4 => whole(datum.read(int::parse_i32, int::receive_i32)?.into()),
        Oid::INT8 => whole(datum.read(int::parse_i64, int::receive_i64)?),
        Oid::OID => whole(datum.read(|text| int::parse_u32(text, "oid"), int::receive_u32)?.into()),
        Oid::FLOAT4 => Numeric::from_f32(datum.read(float::parse_f32, float::receive_f32)?),
        Oid::FLOAT8 => Numeric::from_f64(datum.read(float::parse_f64, float::receive_f64)?),
        _ => return Err(datum.cannot_cast(data_type)),
    })
}

impl Shape {
    /// The number times 10^scale, rounded half away from zero.
    fn unscaled(self, number: &Numeric) -> Result<i256, ValueError> {
        if !number.is_finite() {
            return Err(self.not_finite(number));
        }
        let value = match number.to_i128(self.scale.into()) {
            Some(value) => Some(i256::from_i128(value)),
            None => wide(number, self.scale),
        };
        let limit = i256::from_i128(10).checked_pow(self.precision.into());
        value
            .filter(|value| limit.is_none_or(|limit| value.wrapping_abs() < limit))
            .ok_or_else(|| self.overflow())
    }

    #[cold]
    fn overflow(self) -> ValueError {
        let Shape { precision, scale } = self;
        let whole = i16::from(precision).saturating_sub(scale.into());
        // PostgreSQL writes 10^0 as 1.
        let limit = if whole == 0 { "1".to_owned() } else { format!("10^{whole}") };
        field_overflow(format!(
            "A field with precision {precision}, scale {scale} must round to an absolute value less than {limit}."
        ))
    }

    #[cold]
    fn not_finite(self, number: &Numeric) -> ValueError {
        let Shape { precision, scale } = self;
        let what = if number.is_nan() { "NaN" } else { "an infinite value" };
        field_overflow(format!(
            "A field with precision {precision}, scale {scale} cannot hold {what}."
        ))
    }
}

fn field_overflow(detail: String) -> ValueError {
    ValueError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, "numeric field overflow")
        .with_detail(detail)
}

/// A number beyond 128 bits times 10^`scale`, from its digits.
fn wide(number: &Numeric, scale: i8) -> Option<i256> {
    let (negative, digits) = digits_of(number);
    let surplus = i32::from(number.scale()) - i32::from(scale);
    let value = match usize::try_from(surplus) {
        Ok(surplus) => {
            let (kept, lost) = digits.split_at_checked(digits.len().checked_sub(surplus)?)?;
            let value = i256::from_string(kept)?;
            let up = lost.as_bytes().first().is_some_and(|digit| *digit >= b'5');
            value.checked_add(if up { i256::ONE } else { i256::ZERO })?
        }
        Err(_) => {
            let zeros = usize::try_from(surplus.unsigned_abs()).ok()?;
            i256::from_string(&format!("{digits}{}", "0".repeat(zeros)))?
        }
    };
    if negative { value.checked_neg() } else { Some(value) }
}

/// Whether the number is negative, and its digits without the point.
pub(crate) fn digits_of(number: &Numeric) -> (bool, String) {
    let mut text = Vec::new();
    number.text(&mut text);
    let negative = text.first() == Some(&b'-');
    (negative, text.into_iter().filter(u8::is_ascii_digit).map(char::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the short way says is what the long way says.
    #[test]
    fn short_numbers_are_read_as_long_ones() {
        let (mut short, mut all) = (0, 0);
        for words in [
            &[0_u16, 0, 0, 0][..],
            &[0, 0, 0x4000, 3],
            &[1, 0, 0, 0, 7],
            &[1, 0, 0x4000, 2, 7],
            &[2, 0, 0, 2, 1, 2300],
            &[2, 0, 0, 1, 1, 2300],
            &[2, 0, 0, 4, 1, 9999],
            &[2, 0, 0, 5, 1, 9999],
            &[1, 1, 0, 0, 5],
            &[1, 7, 0, 0, 5],
            &[1, 9, 0, 0, 5],
            &[1, 0xffff, 0, 3, 1230],
            &[1, 0xffff, 0, 2, 1230],
            &[1, 0xfffe, 0, 4, 1],
            &[1, 0xfffe, 0, 8, 1],
            &[2, 0, 0, 4, 0, 1],
            &[8, 3, 0, 4, 9999, 9999, 9999, 9999, 9999, 0, 0, 0],
            &[1, 0, 0xc000, 0, 1],
            &[0, 0, 0xd000, 0],
            &[1, 0, 0, 0, 10_000],
            &[2, 0, 0, 0, 1],
            &[1, 0, 0, 0, 1, 2],
        ] {
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
            for scale in [-5, -1, 0, 2, 4, 5, 10, 38] {
                let long = Numeric::receive(&bytes).ok();
                let long = long.and_then(|number| number.to_i128(scale.into()));
                let found = short_binary(&bytes, scale);
                assert!(found.is_none() || found == long, "{words:?} {scale}: {found:?} {long:?}");
                short += usize::from(found.is_some());
                all += 1;
            }
        }
        assert!(short >= 50 && short < all, "{short} of {all}");
    }
}
