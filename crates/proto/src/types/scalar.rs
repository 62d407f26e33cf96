//! Values that need no memory of their own: what most columns of most tables hold.

use super::error::ValueError;
use super::style::TextStyle;
use super::{boolean, datetime, float, int, text};
use crate::{Format, Oid};

/// A value of one of the types that nearly every table has, and that is not a string.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// `boolean`
    Bool(bool),
    /// `smallint`
    Int2(i16),
    /// `integer`
    Int4(i32),
    /// `bigint`
    Int8(i64),
    /// `double precision`
    Float8(f64),
    /// `date`: days since 2000-01-01
    Date(i32),
    /// `timestamp`: microseconds since 2000-01-01
    Timestamp(i64),
    /// `timestamptz`: microseconds since 2000-01-01 UTC
    Timestamptz(i64),
}

impl Scalar {
    /// Reads a value as [`Value::decode`](super::Value::decode) does; `None` if its type is another.
    ///
    /// # Errors
    ///
    /// What the type says of wrong bytes.
    pub fn decode(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<Option<Scalar>, ValueError> {
        match format {
            Format::Text => Scalar::parse(oid, bytes, style),
            Format::Binary => Scalar::receive(oid, bytes),
        }
    }

    /// What has nothing unusual is read from its bytes: these are ASCII, then.
    fn parse(oid: Oid, bytes: &[u8], style: &TextStyle) -> Result<Option<Scalar>, ValueError> {
        Ok(Some(match oid {
            Oid::BOOL => Scalar::Bool(match bytes {
                b"t" => true,
                b"f" => false,
                _ => boolean::parse(text::receive(bytes)?)?,
            }),
            Oid::INT2 => Scalar::Int2(match int::plain(bytes).map(i16::try_from) {
                Some(Ok(value)) => value,
                _ => int::parse_i16(text::receive(bytes)?)?,
            }),
            Oid::INT4 => Scalar::Int4(match int::plain(bytes).map(i32::try_from) {
                Some(Ok(value)) => value,
                _ => int::parse_i32(text::receive(bytes)?)?,
            }),
            Oid::INT8 => Scalar::Int8(match int::plain(bytes) {
                Some(value) => value,
                None => int::parse_i64(text::receive(bytes)?)?,
            }),
            Oid::FLOAT8 => Scalar::Float8(match float::plain(bytes) {
                Some(value) => value,
                None => float::parse_f64(text::receive(bytes)?)?,
            }),
            Oid::DATE => Scalar::Date(match datetime::plain_date(bytes) {
                Some(days) => days,
                None => datetime::parse_date(text::receive(bytes)?, style)?,
            }),
            Oid::TIMESTAMP => Scalar::Timestamp(match datetime::plain_timestamp(bytes) {
                Some((micros, _)) => micros,
                None => datetime::parse_timestamp(text::receive(bytes)?, style)?,
            }),
            Oid::TIMESTAMPTZ => {
                Scalar::Timestamptz(datetime::parse_timestamptz(text::receive(bytes)?, style)?)
            }
            _ => return Ok(None),
        }))
    }

    fn receive(oid: Oid, bytes: &[u8]) -> Result<Option<Scalar>, ValueError> {
        Ok(Some(match oid {
            Oid::BOOL => Scalar::Bool(boolean::receive(bytes)?),
            Oid::INT2 => Scalar::Int2(int::receive_i16(bytes)?),
            Oid::INT4 => Scalar::Int4(int::receive_i32(bytes)?),
            Oid::INT8 => Scalar::Int8(int::receive_i64(bytes)?),
            Oid::FLOAT8 => Scalar::Float8(float::receive_f64(bytes)?),
            Oid::DATE => Scalar::Date(datetime::receive_date(bytes)?),
            Oid::TIMESTAMP => Scalar::Timestamp(datetime::receive_timestamp(bytes)?),
            Oid::TIMESTAMPTZ => Scalar::Timestamptz(datetime::receive_timestamp(bytes)?),
            _ => return Ok(None),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Value;
    use super::*;

    fn as_value(scalar: Scalar) -> Value {
        match scalar {
            Scalar::Bool(value) => Value::Bool(value),
            Scalar::Int2(value) => Value::Int2(value),
            Scalar::Int4(value) => Value::Int4(value),
            Scalar::Int8(value) => Value::Int8(value),
            Scalar::Float8(value) => Value::Float8(value),
            Scalar::Date(value) => Value::Date(value),
            Scalar::Timestamp(value) => Value::Timestamp(value),
            Scalar::Timestamptz(value) => Value::Timestamptz(value),
        }
    }

    const TYPES: [Oid; 8] = [
        Oid::BOOL,
        Oid::INT2,
        Oid::INT4,
        Oid::INT8,
        Oid::FLOAT8,
        Oid::DATE,
        Oid::TIMESTAMP,
        Oid::TIMESTAMPTZ,
    ];

    #[test]
    fn a_text_is_read_as_the_value_that_it_is() {
        let texts = [
            "",
            " ",
            "t",
            "f",
            "tr",
            "on",
            "0",
            "-0",
            "1",
            "-1",
            "+1",
            " 7 ",
            "007",
            "40000",
            "-32768",
            "2147483648",
            "999999999999999999",
            "9223372036854775807",
            "9223372036854775808",
            "1_000",
            "0x1f",
            "0.37",
            "-0.0",
            "1.",
            ".5",
            "1.5e3",
            "184999.63",
            "-123456.789012345",
            "0.1234567890123456789",
            "999999999999999",
            "99999999999999.9",
            "1e400",
            "NaN",
            "infinity",
            "2024-02-29",
            "2023-02-29",
            "2024-02-29 10:11:12",
            "2024-02-29T10:11:12.345678+01",
            "2024-02-29 24:00:00",
            "infinity ",
            "today",
            "x",
            "\u{0}",
            "1\u{0}",
            "ä",
        ];
        let style = TextStyle::default();
        for oid in TYPES {
            for text in texts {
                let read = Scalar::decode(oid, Format::Text, text.as_bytes(), &style);
                let read = read.map(|scalar| as_value(scalar.expect("it is one of them")));
                let value = Value::decode(oid, Format::Text, text.as_bytes(), &style);
                assert_eq!(format!("{read:?}"), format!("{value:?}"), "{text} as {oid:?}");
            }
        }
    }

    #[test]
    fn a_plain_float_is_the_nearest_one() {
        for (whole, parts) in (0..20_000_u32).map(|number| (number * 79, number * 1_047)) {
            for text in [format!("{whole}.{parts}"), format!("-0.{parts:09}"), whole.to_string()] {
                let near: f64 = text.parse().expect("it is a number");
                let read = float::plain(text.as_bytes());
                assert_eq!(read.map(f64::to_bits), Some(near.to_bits()), "{text}");
            }
        }
    }

    #[test]
    fn bytes_are_read_as_the_value_that_they_are() {
        let numbers = [0, 1, -1, i64::MIN, i64::MAX, 757_382_400_000_000, i64::MAX - 7];
        let style = TextStyle::default();
        for oid in TYPES {
            for number in numbers {
                for length in 0..=8 {
                    let bytes = number.to_be_bytes();
                    let bytes = bytes.get(..length).expect("there are eight");
                    let read = Scalar::decode(oid, Format::Binary, bytes, &style);
                    let read = read.map(|scalar| as_value(scalar.expect("it is one of them")));
                    let value = Value::decode(oid, Format::Binary, bytes, &style);
                    assert_eq!(format!("{read:?}"), format!("{value:?}"), "{bytes:?} as {oid:?}");
                }
            }
        }
        assert_eq!(Scalar::decode(Oid::TEXT, Format::Binary, b"1", &style), Ok(None));
    }
}
