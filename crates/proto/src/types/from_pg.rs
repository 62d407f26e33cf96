//! Which types become which Rust values.

use super::catalog::display_name;
use super::convert::FromPg;
use super::error::ValueError;
use super::style::TextStyle;
use super::text;
use super::value::Value;
use crate::{Format, Oid};

impl FromPg<'_> for Value {
    fn decode(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<Value, ValueError> {
        Value::decode(oid, format, bytes, style)
    }

    fn null() -> Result<Value, ValueError> {
        Ok(Value::Null)
    }
}

impl<'a, T: FromPg<'a>> FromPg<'a> for Option<T> {
    fn decode(
        oid: Oid,
        format: Format,
        bytes: &'a [u8],
        style: &TextStyle,
    ) -> Result<Option<T>, ValueError> {
        T::decode(oid, format, bytes, style).map(Some)
    }

    fn null() -> Result<Option<T>, ValueError> {
        Ok(None)
    }
}

impl FromPg<'_> for i64 {
    fn decode(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<i64, ValueError> {
        match Value::decode(oid, format, bytes, style)? {
            Value::Int2(value) => Ok(value.into()),
            Value::Int4(value) => Ok(value.into()),
            Value::Int8(value) => Ok(value),
            Value::Oid(value) => Ok(value.into()),
            Value::Text(text) => super::int::parse_i64(&text),
            _ => Err(ValueError::mismatch(&display_name(oid), "bigint")),
        }
    }
}

impl FromPg<'_> for String {
    fn decode(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<String, ValueError> {
        <&str>::decode(oid, format, bytes, style).map(str::to_owned)
    }
}

impl<'a> FromPg<'a> for &'a str {
    fn decode(
        _oid: Oid,
        _format: Format,
        bytes: &'a [u8],
        _style: &TextStyle,
    ) -> Result<&'a str, ValueError> {
        text::receive(bytes)
    }
}
