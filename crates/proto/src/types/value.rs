//! Any value.

use super::error::ValueError;
use super::style::TextStyle;
use super::{boolean, bytea, float, int, json, text, uuid};
use crate::{Format, Oid};

/// A decoded value, for engines without types of their own.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// NULL, of any type.
    #[default]
    Null,
    /// `boolean`
    Bool(bool),
    /// `"char"`
    Char(u8),
    /// `smallint`
    Int2(i16),
    /// `integer`
    Int4(i32),
    /// `bigint`
    Int8(i64),
    /// `oid`, and in binary its aliases such as `regclass`
    Oid(u32),
    /// `real`
    Float4(f32),
    /// `double precision`
    Float8(f64),
    /// `text` and every other string type
    Text(String),
    /// `bytea`
    Bytea(Vec<u8>),
    /// `date`: days since 2000-01-01
    Date(i32),
    /// `time`: microseconds since midnight
    Time(i64),
    /// `timestamp`: microseconds since 2000-01-01
    Timestamp(i64),
    /// `timestamptz`: microseconds since 2000-01-01 UTC
    Timestamptz(i64),
    /// `uuid`
    Uuid([u8; 16]),
    /// The text of `json` or `jsonb`
    Json(String),
}

impl Value {
    /// Reads a value of the type `oid`.
    ///
    /// # Errors
    ///
    /// What the type says of wrong bytes.
    pub fn decode(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<Value, ValueError> {
        match format {
            Format::Text => Value::parse(oid, text::receive(bytes)?, style),
            Format::Binary => Value::receive(oid, bytes),
        }
    }

    fn parse(oid: Oid, text: &str, _style: &TextStyle) -> Result<Value, ValueError> {
        Ok(match oid {
            Oid::BOOL => Value::Bool(boolean::parse(text)?),
            Oid::CHAR => Value::Char(text::parse_char(text)),
            Oid::INT2 => Value::Int2(int::parse_i16(text)?),
            Oid::INT4 => Value::Int4(int::parse_i32(text)?),
            Oid::INT8 => Value::Int8(int::parse_i64(text)?),
            Oid::OID => Value::Oid(int::parse_u32(text, "oid")?),
            Oid::FLOAT4 => Value::Float4(float::parse_f32(text)?),
            Oid::FLOAT8 => Value::Float8(float::parse_f64(text)?),
            Oid::BYTEA => Value::Bytea(bytea::parse(text)?),
            Oid::UUID => Value::Uuid(uuid::parse(text)?),
            Oid::JSON | Oid::JSONB => Value::Json(text.to_owned()),
            _ => Value::Text(text.to_owned()),
        })
    }

    fn receive(oid: Oid, bytes: &[u8]) -> Result<Value, ValueError> {
        Ok(match oid {
            Oid::BOOL => Value::Bool(boolean::receive(bytes)?),
            Oid::CHAR => Value::Char(text::receive_char(bytes)?),
            Oid::INT2 => Value::Int2(int::receive_i16(bytes)?),
            Oid::INT4 => Value::Int4(int::receive_i32(bytes)?),
            Oid::INT8 => Value::Int8(int::receive_i64(bytes)?),
            Oid::OID => Value::Oid(int::receive_u32(bytes)?),
            Oid::FLOAT4 => Value::Float4(float::receive_f32(bytes)?),
            Oid::FLOAT8 => Value::Float8(float::receive_f64(bytes)?),
            Oid::BYTEA => Value::Bytea(bytes.to_owned()),
            Oid::UUID => Value::Uuid(uuid::receive(bytes)?),
            Oid::JSON | Oid::JSONB => Value::Json(json::receive(bytes, oid)?.to_owned()),
            Oid::DATE => Value::Date(int::receive_i32(bytes)?),
            Oid::TIME => Value::Time(int::receive_i64(bytes)?),
            Oid::TIMESTAMP => Value::Timestamp(int::receive_i64(bytes)?),
            Oid::TIMESTAMPTZ => Value::Timestamptz(int::receive_i64(bytes)?),
            _ => Value::Text(text::receive(bytes)?.to_owned()),
        })
    }
}
