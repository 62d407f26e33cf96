//! Values as text and as what the wire knows, whose types need nothing but themselves.

use std::sync::Arc;

use trunkline_core::types::{Array, TextStyle, ToPg, Types, UserType, Value, array, record, user};
use trunkline_core::{Format, Oid, Param, PgError, Result};

use crate::datum::{Datum, Fields, Label, List};
use crate::facts::{base_of, element_of, type_facts};

/// Reads the text of a type that needs no catalog to be read.
pub(crate) fn parse_plain(oid: Oid, text: &str, style: &TextStyle) -> Result<Datum> {
    let oid = base_of(oid);
    Ok(match oid {
        Oid::TEXT | Oid::VARCHAR | Oid::UNKNOWN | Oid::CSTRING => Datum::text(text),
        Oid::CHAR => Datum::text(text.chars().next().map(String::from).unwrap_or_default()),
        Oid::ACLITEM => Datum::text(text),
        // What a client makes of such a type would be taken for what a definition says.
        oid if is_told_only(oid) => {
            let name = type_facts(oid).map_or_else(String::new, |known| known.name.to_string());
            return Err(PgError::unsupported(format!("cannot accept a value of type {name}")));
        }
        Oid::JSONB => {
            let value = Value::from_literal(oid, text, style)?;
            match value {
                Value::Json(text) => Datum::text(crate::functions::json::normalized(&text)?),
                value => from_value(value)?,
            }
        }
        oid => of_type(Value::from_literal(oid, text, style)?, oid, &style.types)?,
    })
}

/// A value of a type, which may be one that is not built in.
fn of_type(value: Value, oid: Oid, types: &Types) -> Result<Datum> {
    let registered = || types.get(types.base_of(oid)).map(UserType::kind);
    match (value, type_facts(oid)) {
        (Value::Array(list), None) => {
            let element = list.element();
            let items = list.elements().map(|item| of_type(item?, element, types));
            let items = items.collect::<Result<_>>()?;
            let dimensions = list.dimensions().iter().map(|one| (one.length, one.lower)).collect();
            Ok(Datum::Array(Arc::new(List { dimensions, items })))
        }
        (Value::Record(record), None)
            if let Some(user::Kind::Composite(attributes)) = registered() =>
        {
            let pairs = record.fields().zip(attributes.iter());
            let values = pairs.map(|(field, own)| of_type(field?.value, own.oid, types));
            Datum::record(&fields_of(attributes), values.collect::<Result<Vec<_>>>()?.into())
        }
        (Value::Text(text), None) => Ok(match registered() {
            Some(user::Kind::Enum(labels)) => match labels.position(&text) {
                Some(place) => Datum::Label(Arc::new(Label { place, text: text.into() })),
                None => Datum::text(text),
            },
            _ => Datum::text(text),
        }),
        (value, _) => from_value(value),
    }
}

/// Names and types of what a composite type has.
pub(crate) fn fields_of(attributes: &[user::Attribute]) -> Fields {
    attributes.iter().map(|own| (Arc::from(&*own.name), own.oid)).collect()
}

/// Types whose values only the catalogs make, and those that stand for others.
fn is_told_only(oid: Oid) -> bool {
    let names = ["pg_node_tree", "pg_ndistinct", "pg_dependencies", "pg_mcv_list"];
    type_facts(oid).is_some_and(|known| {
        let is_read = ["cstring", "record", "_record", "void", "unknown"].contains(&&*known.name);
        names.contains(&&*known.name) || known.kind == b'p' && !is_read
    })
}

/// A value of the wire.
pub(crate) fn from_value(value: Value) -> Result<Datum> {
    Ok(match value {
        Value::Null => Datum::Null,
        Value::Bool(value) => Datum::Bool(value),
        Value::Char(0) => Datum::text(""),
        Value::Char(byte) => Datum::text(char::from(byte).to_string()),
        Value::Int2(value) => Datum::Int(value.into()),
        Value::Int4(value) | Value::Date(value) => Datum::Int(value.into()),
        Value::Int8(value)
        | Value::Time(value)
        | Value::Timestamp(value)
        | Value::Timestamptz(value)
        | Value::Money(value) => Datum::Int(value),
        Value::Oid(value) => Datum::Oid(value),
        Value::Float4(value) => Datum::Float(value.into()),
        Value::Float8(value) => Datum::Float(value),
        Value::Numeric(value) => Datum::Numeric(Arc::new(value)),
        Value::Text(text) | Value::Json(text) => Datum::text(text),
        Value::Array(list) => {
            let items = list.elements().map(|item| from_value(item?)).collect::<Result<_>>()?;
            let dimensions = list.dimensions().iter().map(|one| (one.length, one.lower)).collect();
            Datum::Array(Arc::new(List { dimensions, items }))
        }
        Value::Opaque(opaque) if opaque.format == Format::Text => {
            Datum::text(String::from_utf8_lossy(&opaque.bytes).into_owned())
        }
        other => Datum::Other(Arc::new(other)),
    })
}

/// A parameter that the client has sent.
pub(crate) fn from_param(param: &Param<'_>, style: &TextStyle) -> Result<Datum> {
    of_type(param.decode::<Value>(style)?, param.type_oid, &style.types)
}

/// A value of the type `oid` for the wire, which may be one of `types`.
pub(crate) fn to_value(datum: &Datum, oid: Oid, types: &Types) -> Value {
    let oid = base_of(oid);
    match datum {
        Datum::Null => Value::Null,
        Datum::Bool(value) => Value::Bool(*value),
        Datum::Int(value) => int_value(*value, oid),
        Datum::Oid(value) => Value::Oid(*value),
        Datum::Float(value) => Value::Float8(*value),
        Datum::Numeric(value) => Value::Numeric(value.as_ref().clone()),
        Datum::Text(text) if oid == Oid::CHAR => Value::Char(text.bytes().next().unwrap_or(0)),
        Datum::Text(text) if matches!(oid, Oid::JSON | Oid::JSONB) => Value::Json(text.to_string()),
        Datum::Text(text) => Value::Text(text.to_string()),
        Datum::Array(list) => {
            let element = element_of(oid).or_else(|| types.element_of(oid)).unwrap_or(Oid::TEXT);
            let base = types.base_of(element);
            let items = list.items.iter().map(|item| to_value(item, base, types)).collect();
            let dimensions = list.dimensions.iter();
            let dimensions =
                dimensions.map(|&(length, lower)| array::Dimension { length, lower }).collect();
            Value::Array(Array::of_dimensions(element, dimensions, items))
        }
        Datum::Record(of) => {
            let fields = of.iter().map(|(_, oid, field)| record::Field {
                oid: base_of(oid),
                value: to_value(field, oid, types),
            });
            Value::Record(record::Record::new(fields.collect()))
        }
        Datum::Label(label) => Value::Text(label.text.to_string()),
        Datum::Other(value) => value.as_ref().clone(),
    }
}

fn int_value(value: i64, oid: Oid) -> Value {
    // What its type cannot hold is refused when it is written.
    let small = |make: fn(i32) -> Value| i32::try_from(value).map_or(Value::Int8(value), make);
    match oid {
        Oid::INT2 => i16::try_from(value).map_or(Value::Int8(value), Value::Int2),
        Oid::INT4 => small(Value::Int4),
        Oid::DATE => small(Value::Date),
        Oid::TIME => Value::Time(value),
        Oid::TIMESTAMP => Value::Timestamp(value),
        Oid::TIMESTAMPTZ => Value::Timestamptz(value),
        Oid::MONEY => Value::Money(value),
        _ => Value::Int8(value),
    }
}

/// The text of a value whose type needs no catalog to be written.
pub(crate) fn text_plain(datum: &Datum, oid: Oid, style: &TextStyle) -> Result<String> {
    let oid = base_of(oid);
    if let Datum::Text(text) = datum {
        return Ok(text.to_string());
    }
    if let Datum::Label(label) = datum {
        return Ok(label.text.to_string());
    }
    let mut out = Vec::new();
    // A string that is put into an expression is never NULL.
    let _ = to_value(datum, oid, &style.types)
        .encode(oid, Format::Text, style, &mut out)
        .map_err(PgError::from)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// Appends an element of an array, quoted where it must be.
pub(crate) fn push_element(text: &str, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(text.as_bytes());
    array::quote(start, b',', out);
}

/// A field of a record, quoted where it must be.
pub(crate) fn push_field(text: &str, out: &mut String) {
    let needs = |character: char| {
        matches!(character, '"' | '\\' | '(' | ')' | ',') || character.is_whitespace()
    };
    if !text.is_empty() && !text.contains(needs) {
        out.push_str(text);
        return;
    }
    out.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            out.push(character);
        }
        out.push(character);
    }
    out.push('"');
}

/// The binary form of a record: each field with its type and length.
pub(crate) fn record_bytes(fields: &[(Oid, Value)], style: &TextStyle) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    out.extend_from_slice(&length(fields.len()));
    for (oid, value) in fields {
        out.extend_from_slice(&oid.0.to_be_bytes());
        if matches!(value, Value::Null) {
            out.extend_from_slice(&(-1_i32).to_be_bytes());
            continue;
        }
        let mut bytes = Vec::new();
        let _ = value.encode(*oid, Format::Binary, style, &mut bytes).map_err(PgError::from)?;
        out.extend_from_slice(&length(bytes.len()));
        out.extend_from_slice(&bytes);
    }
    Ok(out)
}
