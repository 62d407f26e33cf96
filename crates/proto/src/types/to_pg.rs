//! Which Rust values become which types.

use super::catalog::display_name;
use super::convert::{IsNull, ToPg};
use super::error::ValueError;
use super::style::TextStyle;
use super::value::Value;
use super::{boolean, bytea, datetime, float, int, json, text, uuid};
use crate::{Format, Oid};

impl ToPg for bool {
    fn natural_oid(&self) -> Oid {
        Oid::BOOL
    }

    fn encode(
        &self,
        oid: Oid,
        format: Format,
        _style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        match (oid, format) {
            (Oid::BOOL, Format::Text) => boolean::text(*self, out),
            (Oid::BOOL, Format::Binary) => boolean::binary(*self, out),
            (oid, _) if is_string(oid) => {
                out.extend_from_slice(if *self { b"true" } else { b"false" });
            }
            _ => return Err(ValueError::mismatch("a boolean", &display_name(oid))),
        }
        Ok(IsNull::No)
    }
}

macro_rules! integer {
    ($($rust:ty => $oid:ident),*) => {$(
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
                integer((*self).into(), oid, format, style, out)
            }
        }
    )*};
}

integer!(i16 => INT2, i32 => INT4, i64 => INT8, u32 => OID);

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
            (oid, _) if is_string(oid) => float::text_f64(*self, style.extra_float_digits, out),
            _ => return Err(ValueError::mismatch("a double precision", &display_name(oid))),
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
            (oid, _) if is_string(oid) => float::text_f32(*self, style.extra_float_digits, out),
            _ => return Err(ValueError::mismatch("a real", &display_name(oid))),
        }
        Ok(IsNull::No)
    }
}

impl ToPg for str {
    fn natural_oid(&self) -> Oid {
        Oid::TEXT
    }

    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        match (oid, format) {
            (oid, _) if is_string(oid) => out.extend_from_slice(self.as_bytes()),
            (oid, format) => {
                return Value::decode(oid, Format::Text, self.as_bytes(), style)?
                    .encode(oid, format, style, out);
            }
        }
        Ok(IsNull::No)
    }
}

impl ToPg for String {
    fn natural_oid(&self) -> Oid {
        Oid::TEXT
    }

    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        self.as_str().encode(oid, format, style, out)
    }
}

impl ToPg for [u8] {
    fn natural_oid(&self) -> Oid {
        Oid::BYTEA
    }

    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        match (oid, format) {
            (Oid::BYTEA, Format::Binary) => out.extend_from_slice(self),
            (Oid::BYTEA, Format::Text) => bytea::text(self, style.bytea_output, out),
            _ => return Err(ValueError::mismatch("a bytea", &display_name(oid))),
        }
        Ok(IsNull::No)
    }
}

impl ToPg for Vec<u8> {
    fn natural_oid(&self) -> Oid {
        Oid::BYTEA
    }

    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        self.as_slice().encode(oid, format, style, out)
    }
}

impl<T: ToPg + ?Sized> ToPg for &T {
    fn natural_oid(&self) -> Oid {
        (**self).natural_oid()
    }

    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        (**self).encode(oid, format, style, out)
    }
}

impl<T: ToPg> ToPg for Option<T> {
    fn natural_oid(&self) -> Oid {
        self.as_ref().map_or(Oid::UNKNOWN, ToPg::natural_oid)
    }

    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        match self {
            Some(value) => value.encode(oid, format, style, out),
            None => Ok(IsNull::Yes),
        }
    }
}

impl ToPg for Value {
    fn natural_oid(&self) -> Oid {
        match self {
            Value::Null => Oid::UNKNOWN,
            Value::Bool(_) => Oid::BOOL,
            Value::Char(_) => Oid::CHAR,
            Value::Int2(_) => Oid::INT2,
            Value::Int4(_) => Oid::INT4,
            Value::Int8(_) => Oid::INT8,
            Value::Oid(_) => Oid::OID,
            Value::Float4(_) => Oid::FLOAT4,
            Value::Float8(_) => Oid::FLOAT8,
            Value::Text(_) => Oid::TEXT,
            Value::Bytea(_) => Oid::BYTEA,
            Value::Date(_) => Oid::DATE,
            Value::Time(_) => Oid::TIME,
            Value::Timestamp(_) => Oid::TIMESTAMP,
            Value::Timestamptz(_) => Oid::TIMESTAMPTZ,
            Value::Uuid(_) => Oid::UUID,
            Value::Json(_) => Oid::JSON,
        }
    }

    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        match self {
            Value::Null => return Ok(IsNull::Yes),
            Value::Bool(value) => return value.encode(oid, format, style, out),
            Value::Int2(value) => return value.encode(oid, format, style, out),
            Value::Int4(value) => return value.encode(oid, format, style, out),
            Value::Int8(value) => return value.encode(oid, format, style, out),
            Value::Oid(value) => return value.encode(oid, format, style, out),
            Value::Float4(value) => return value.encode(oid, format, style, out),
            Value::Float8(value) => return value.encode(oid, format, style, out),
            Value::Text(value) => return value.encode(oid, format, style, out),
            Value::Bytea(value) => return value.encode(oid, format, style, out),
            _ => {}
        }
        let as_text = format == Format::Text || is_string(oid);
        match (self, oid) {
            (_, oid) if !is_string(oid) && oid != self.natural_oid() && oid != Oid::JSONB => {
                return Err(ValueError::mismatch("a value", &display_name(oid)));
            }
            (Value::Char(value), _) if as_text => text::text_char(*value, out),
            (Value::Char(value), _) => out.push(*value),
            (Value::Date(value), _) if as_text => datetime::text_date(*value, style, out),
            (Value::Date(value), _) => int::binary_i32(*value, out),
            (Value::Time(value), _) if as_text => datetime::text_time(*value, out),
            (Value::Timestamp(value), _) if as_text => datetime::text_timestamp(*value, style, out),
            (Value::Timestamptz(value), _) if as_text => {
                datetime::text_timestamptz(*value, style, out);
            }
            (Value::Time(value) | Value::Timestamp(value) | Value::Timestamptz(value), _) => {
                int::binary_i64(*value, out);
            }
            (Value::Uuid(value), _) if as_text => uuid::text(value, out),
            (Value::Uuid(value), _) => uuid::binary(value, out),
            (Value::Json(value), _) if as_text => out.extend_from_slice(value.as_bytes()),
            (Value::Json(value), oid) => json::binary(value, oid, out),
            _ => return Err(ValueError::mismatch("a value", &display_name(oid))),
        }
        Ok(IsNull::No)
    }
}

/// Whether both formats of a type are the string itself.
fn is_string(oid: Oid) -> bool {
    matches!(
        oid,
        Oid::TEXT | Oid::VARCHAR | Oid::BPCHAR | Oid::NAME | Oid::UNKNOWN | Oid::XML | Oid::CSTRING
    )
}

#[inline]
fn integer(
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
        (Oid::OID, Format::Binary) => int::binary_u32(narrow(value, "OID")?, out),
        (Oid::INT4, Format::Text) => int::text_i64(narrow::<i32>(value, "integer")?.into(), out),
        (Oid::INT2, Format::Text) => int::text_i64(narrow::<i16>(value, "smallint")?.into(), out),
        (Oid::OID, Format::Text) => int::text_i64(narrow::<u32>(value, "OID")?.into(), out),
        (Oid::INT8, Format::Text) => int::text_i64(value, out),
        (oid, _) if is_string(oid) => int::text_i64(value, out),
        (Oid::FLOAT8 | Oid::FLOAT4, _) => {
            #[allow(clippy::as_conversions, reason = "rounds, as the cast in SQL does")]
            return (value as f64).encode(oid, format, style, out);
        }
        _ => return Err(ValueError::mismatch("an integer", &display_name(oid))),
    }
    Ok(IsNull::No)
}

fn narrow<T: TryFrom<i64>>(value: i64, type_name: &str) -> Result<T, ValueError> {
    T::try_from(value).map_err(|_| ValueError::out_of_range(type_name))
}
