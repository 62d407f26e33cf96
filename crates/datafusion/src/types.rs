//! The types of SQL texts.

use datafusion::sql::sqlparser::ast::{DataType, ExactNumberInfo, TimezoneInfo};
use trunkline_core::Oid;
use trunkline_core::types::array_of;

/// The type that a type's name in SQL stands for; `None` for one that is not known here.
pub(crate) fn oid_of(data_type: &DataType) -> Option<Oid> {
    Some(match data_type {
        DataType::Boolean | DataType::Bool => Oid::BOOL,
        DataType::SmallInt(_) | DataType::Int2(_) => Oid::INT2,
        DataType::Int(_) | DataType::Int4(_) | DataType::Integer(_) => Oid::INT4,
        DataType::BigInt(_) | DataType::Int8(_) => Oid::INT8,
        DataType::Real | DataType::Float4 => Oid::FLOAT4,
        DataType::Float(ExactNumberInfo::Precision(precision)) if *precision <= 24 => Oid::FLOAT4,
        DataType::Float(_) | DataType::Float8 | DataType::Double(_) | DataType::DoublePrecision => {
            Oid::FLOAT8
        }
        DataType::Numeric(_) | DataType::Decimal(_) | DataType::Dec(_) => Oid::NUMERIC,
        DataType::Text => Oid::TEXT,
        DataType::Varchar(_) | DataType::CharacterVarying(_) | DataType::CharVarying(_) => {
            Oid::VARCHAR
        }
        DataType::Char(_) | DataType::Character(_) => Oid::BPCHAR,
        DataType::Bytea => Oid::BYTEA,
        DataType::Uuid => Oid::UUID,
        DataType::Date => Oid::DATE,
        DataType::Time(_, TimezoneInfo::None | TimezoneInfo::WithoutTimeZone) => Oid::TIME,
        DataType::Time(..) => Oid::TIMETZ,
        DataType::Timestamp(_, TimezoneInfo::None | TimezoneInfo::WithoutTimeZone) => {
            Oid::TIMESTAMP
        }
        DataType::Timestamp(..) => Oid::TIMESTAMPTZ,
        DataType::Interval { .. } => Oid::INTERVAL,
        DataType::JSON => Oid::JSON,
        DataType::JSONB => Oid::JSONB,
        DataType::Array(elements) => {
            use datafusion::sql::sqlparser::ast::ArrayElemTypeDef::{
                AngleBracket, None as Untyped, Parenthesis, SquareBracket,
            };
            match elements {
                AngleBracket(element) | SquareBracket(element, _) | Parenthesis(element) => {
                    array_of(oid_of(element)?)?
                }
                Untyped => return None,
            }
        }
        DataType::Custom(name, _) => match &*name.to_string().to_ascii_lowercase() {
            "oid" => Oid::OID,
            "name" => Oid::NAME,
            _ => return None,
        },
        _ => return None,
    })
}

/// The name of a type in `pg_type`, by which PostgreSQL names the column of a cast.
pub(crate) fn internal_name(data_type: &DataType) -> String {
    let name = match oid_of(data_type) {
        Some(Oid::BOOL) => "bool",
        Some(Oid::INT2) => "int2",
        Some(Oid::INT4) => "int4",
        Some(Oid::INT8) => "int8",
        Some(Oid::FLOAT4) => "float4",
        Some(Oid::FLOAT8) => "float8",
        Some(Oid::NUMERIC) => "numeric",
        Some(Oid::TEXT) => "text",
        Some(Oid::VARCHAR) => "varchar",
        Some(Oid::BPCHAR) => "bpchar",
        Some(Oid::BYTEA) => "bytea",
        Some(Oid::UUID) => "uuid",
        Some(Oid::DATE) => "date",
        Some(Oid::TIME) => "time",
        Some(Oid::TIMETZ) => "timetz",
        Some(Oid::TIMESTAMP) => "timestamp",
        Some(Oid::TIMESTAMPTZ) => "timestamptz",
        Some(Oid::INTERVAL) => "interval",
        Some(Oid::JSON) => "json",
        Some(Oid::JSONB) => "jsonb",
        _ => {
            let DataType::Array(elements) = data_type else {
                return data_type.to_string().to_ascii_lowercase();
            };
            use datafusion::sql::sqlparser::ast::ArrayElemTypeDef::{
                AngleBracket, None as Untyped, Parenthesis, SquareBracket,
            };
            return match elements {
                AngleBracket(element) | SquareBracket(element, _) | Parenthesis(element) => {
                    internal_name(element)
                }
                Untyped => "array".to_owned(),
            };
        }
    };
    name.to_owned()
}
