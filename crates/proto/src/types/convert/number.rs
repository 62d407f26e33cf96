//! Integers, floats and decimals.

use super::plain::{decode_resolved, encode_resolved, wrong};
use super::{FromPg, IsNull, ToPg};
use crate::types::catalog::is_string;
use crate::types::error::ValueError;
use crate::types::style::TextStyle;
use crate::types::{Numeric, float, int, text};
use crate::{Format, Oid};

macro_rules! integer {
    ($($rust:ty, $oid:ident, $name:literal;)*) => {$(
        impl ToPg for $rust {
            fn natural_oid(&self) -> Oid {
                Oid::$oid
            }

            #[inline]
            fn encode(
                &self,
                oid: Oid,
                format: Format,
                style: &TextStyle,
                out: &mut Vec<u8>,
            ) -> Result<IsNull, ValueError> {
                encode_integer((*self).into(), oid, format, style, out)
            }
        }

        impl FromPg<'_> for $rust {
            #[inline]
            fn decode(
                oid: Oid,
                format: Format,
                bytes: &[u8],
                style: &TextStyle,
            ) -> Result<$rust, ValueError> {
                let value = decode_integer(oid, format, bytes, style, $name)?;
                <$rust>::try_from(value).map_err(|_| ValueError::out_of_range($name))
            }
        }
    )*};
}

integer! {
    i16, INT2, "smallint";
    i32, INT4, "integer";
    i64, INT8, "bigint";
    u32, OID, "OID";
}

#[inline]
fn encode_integer(
    value: i64,
    oid: Oid,
    format: Format,
    style: &TextStyle,
    out: &mut Vec<u8>,
) -> Result<IsNull, ValueError> {
    match (oid, format) {
        (Oid::INT8, Format::Binary) => int::binary_i64(value, out),
        (Oid::INT4, Format::Binary) => int::binary_i32(narrow(value, "integer")?, out),
        (Oid::INT2, Format::Binary) => int::binary_i16(narrow(value, "smallint")?, out),
        (Oid::INT8, Format::Text) => int::text_i64(value, out),
        (Oid::INT4, Format::Text) => int::text_i64(narrow::<i32>(value, "integer")?.into(), out),
        (Oid::INT2, Format::Text) => int::text_i64(narrow::<i16>(value, "smallint")?.into(), out),
        (Oid::OID | Oid::XID | Oid::CID, _) => {
            let value: u32 = narrow(value, "OID")?;
            match format {
                Format::Text => int::text_u64(value.into(), out),
                Format::Binary => int::binary_u32(value, out),
            }
        }
        (Oid::NUMERIC, Format::Text) => int::text_i64(value, out),
        (Oid::NUMERIC, Format::Binary) => crate::types::numeric::binary_i128(value.into(), 0, out),
        (Oid::FLOAT8, _) => {
            #[allow(clippy::as_conversions, reason = "rounds, as the cast in SQL does")]
            return (value as f64).encode(oid, format, style, out);
        }
        (Oid::FLOAT4, _) => {
            #[allow(clippy::as_conversions, reason = "rounds, as the cast in SQL does")]
            return (value as f32).encode(oid, format, style, out);
        }
        (oid, _) if is_string(oid) => int::text_i64(value, out),
        _ => return encode_resolved(&value, "an integer", oid, format, style, out),
    }
    Ok(IsNull::No)
}

#[inline]
fn decode_integer(
    oid: Oid,
    format: Format,
    bytes: &[u8],
    style: &TextStyle,
    name: &str,
) -> Result<i64, ValueError> {
    match (oid, format) {
        (Oid::INT8, Format::Binary) => int::receive_i64(bytes),
        (Oid::INT4, Format::Binary) => int::receive_i32(bytes).map(i64::from),
        (Oid::INT2, Format::Binary) => int::receive_i16(bytes).map(i64::from),
        (Oid::OID | Oid::XID | Oid::CID, Format::Binary) => int::receive_u32(bytes).map(i64::from),
        (Oid::INT8, Format::Text) => int::parse_i64(text::receive(bytes)?),
        (Oid::INT4, Format::Text) => int::parse_i32(text::receive(bytes)?).map(i64::from),
        (Oid::INT2, Format::Text) => int::parse_i16(text::receive(bytes)?).map(i64::from),
        (Oid::OID | Oid::XID | Oid::CID, Format::Text) => {
            int::parse_u32(text::receive(bytes)?, "oid").map(i64::from)
        }
        (Oid::NUMERIC, _) => {
            let number = Numeric::decode(oid, format, bytes, style)?;
            match number.to_i64() {
                Ok(value) if number.is_integer() => Ok(value),
                Ok(_) => Err(ValueError::mismatch(&format!("{number}"), name)),
                Err(error) => Err(error),
            }
        }
        (oid, _) if is_string(oid) => int::parse_i64(text::receive(bytes)?),
        _ => match style.types.stands_for(oid) {
            Some(oid) => decode_integer(oid, format, bytes, style, name),
            None => Err(wrong(oid, name, &style.types)),
        },
    }
}

impl ToPg for f64 {
    fn natural_oid(&self) -> Oid {
        Oid::FLOAT8
    }

    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        match (oid, format) {
            (Oid::FLOAT8, Format::Binary) => float::binary_f64(*self, out),
            (Oid::FLOAT8, Format::Text) => float::text_f64(*self, style.extra_float_digits, out),
            (Oid::FLOAT4, _) => {
                #[allow(clippy::as_conversions, reason = "rounds, as the cast in SQL does")]
                let narrow = *self as f32;
                if narrow.is_infinite() && self.is_finite() {
                    return Err(ValueError::out_of_range("real"));
                }
                return narrow.encode(oid, format, style, out);
            }
            (Oid::NUMERIC, _) => {
                return Numeric::from_f64(*self).encode(oid, format, style, out);
            }
            (oid, _) if is_string(oid) => float::text_f64(*self, style.extra_float_digits, out),
            _ => return encode_resolved(self, "a double precision", oid, format, style, out),
        }
        Ok(IsNull::No)
    }
}

impl ToPg for f32 {
    fn natural_oid(&self) -> Oid {
        Oid::FLOAT4
    }

    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        match (oid, format) {
            (Oid::FLOAT4, Format::Binary) => float::binary_f32(*self, out),
            (Oid::FLOAT4, Format::Text) => float::text_f32(*self, style.extra_float_digits, out),
            (Oid::FLOAT8, _) => return f64::from(*self).encode(oid, format, style, out),
            (Oid::NUMERIC, _) => {
                return Numeric::from_f32(*self).encode(oid, format, style, out);
            }
            (oid, _) if is_string(oid) => float::text_f32(*self, style.extra_float_digits, out),
            _ => return encode_resolved(self, "a real", oid, format, style, out),
        }
        Ok(IsNull::No)
    }
}

impl FromPg<'_> for f64 {
    fn decode(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<f64, ValueError> {
        match (oid, format) {
            (Oid::FLOAT8, Format::Binary) => float::receive_f64(bytes),
            (Oid::FLOAT4, Format::Binary) => float::receive_f32(bytes).map(f64::from),
            (Oid::FLOAT8, Format::Text) => float::parse_f64(text::receive(bytes)?),
            (Oid::FLOAT4, Format::Text) => float::parse_f32(text::receive(bytes)?).map(f64::from),
            (Oid::NUMERIC, _) => {
                Numeric::decode(oid, format, bytes, style).map(|number| number.to_f64())
            }
            (oid, _) if is_string(oid) => float::parse_f64(text::receive(bytes)?),
            _ if style.types.stands_for(oid).is_some() => {
                decode_resolved("double precision", oid, format, bytes, style)
            }
            _ => {
                let value = decode_integer(oid, format, bytes, style, "double precision")?;
                #[allow(clippy::as_conversions, reason = "rounds, as the cast in SQL does")]
                Ok(value as f64)
            }
        }
    }
}

impl FromPg<'_> for f32 {
    fn decode(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<f32, ValueError> {
        match (oid, format) {
            (Oid::FLOAT4, Format::Binary) => float::receive_f32(bytes),
            (Oid::FLOAT4, Format::Text) => float::parse_f32(text::receive(bytes)?),
            (oid, _) if is_string(oid) => float::parse_f32(text::receive(bytes)?),
            _ => decode_resolved("real", oid, format, bytes, style),
        }
    }
}

impl ToPg for Numeric {
    fn natural_oid(&self) -> Oid {
        Oid::NUMERIC
    }

    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        match (oid, format) {
            (Oid::NUMERIC, Format::Binary) => self.binary(out),
            (Oid::NUMERIC, Format::Text) => self.text(out),
            (Oid::FLOAT4 | Oid::FLOAT8, _) => {
                return self.to_f64().encode(oid, format, style, out);
            }
            (oid, _) if is_string(oid) => self.text(out),
            _ => return encode_resolved(self, "a numeric", oid, format, style, out),
        }
        Ok(IsNull::No)
    }
}

impl FromPg<'_> for Numeric {
    fn decode(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<Numeric, ValueError> {
        match (oid, format) {
            (Oid::NUMERIC, Format::Binary) => Numeric::receive(bytes),
            (Oid::NUMERIC, Format::Text) => Numeric::parse(text::receive(bytes)?),
            (Oid::FLOAT4, _) => f32::decode(oid, format, bytes, style).map(Numeric::from_f32),
            (Oid::FLOAT8, _) => f64::decode(oid, format, bytes, style).map(Numeric::from_f64),
            (oid, _) if is_string(oid) => Numeric::parse(text::receive(bytes)?),
            _ if style.types.stands_for(oid).is_some() => {
                decode_resolved("numeric", oid, format, bytes, style)
            }
            _ => decode_integer(oid, format, bytes, style, "numeric").map(Numeric::from),
        }
    }
}

fn narrow<T: TryFrom<i64>>(value: i64, type_name: &str) -> Result<T, ValueError> {
    T::try_from(value).map_err(|_| ValueError::out_of_range(type_name))
}
