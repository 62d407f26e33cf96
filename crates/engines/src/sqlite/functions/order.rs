//! The order of what is kept as a text that SQLite would put in another one: arrays, intervals, documents.
//!
//! A value becomes bytes that are in its order. Elements of an array stand one behind the other, and
//! an array that ends is before one that goes on.

use std::cmp::Ordering;

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::types::{Value, ValueError};
use trunkline_core::{Oid, SqlState};

use super::super::output::KEPT;
use super::super::storage;
use super::time::DAY;
use super::{Answer, pure, refused};

/// Behind the last element, before one, and before a NULL, which is larger than everything.
const END: u8 = 0;
const ELEMENT: u8 = 1;
const NULL: u8 = 2;

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_order", 2, |context| {
        let oid = Oid(context.get(1)?);
        if matches!(context.get_raw(0), ValueRef::Null) {
            return Ok(Stored::Null);
        }
        let key = || {
            let mut key = Vec::new();
            put(&storage::load(context.get_raw(0), oid)?, oid, &mut key)?;
            Ok(Stored::Blob(key))
        };
        key().map_err(refused)
    })?;
    // A date for a comparison with those of the years 1 to 9999, which are kept as texts in their order.
    pure(connection, "pg_edge", 1, |context| {
        let ValueRef::Text(kept) = context.get_raw(0) else { return context.get(0) };
        let kept = String::from_utf8_lossy(kept);
        Ok(Stored::Text(match (storage::is_ordered(&kept), kept.ends_with("BC")) {
            (true, _) => kept.into_owned(),
            (false, true) => "0000".to_owned(),
            (false, false) => "9999-12-32".to_owned(),
        }))
    })?;
    pure(connection, "pg_greatest_of", -1, |context| extreme(context, Ordering::Greater))?;
    pure(connection, "pg_least_of", -1, |context| extreme(context, Ordering::Less))
}

/// `pg_greatest_of(type, value, …)`: the one whose key is so; NULLs are left out.
fn extreme(context: &Context<'_>, wanted: Ordering) -> Answer {
    let oid = Oid(context.get(0)?);
    let mut best: Option<(Vec<u8>, usize)> = None;
    for place in 1..context.len() {
        if matches!(context.get_raw(place), ValueRef::Null) {
            continue;
        }
        let mut key = Vec::new();
        let value = storage::load(context.get_raw(place), oid).map_err(refused)?;
        put(&value, oid, &mut key).map_err(refused)?;
        if best.as_ref().is_none_or(|(known, _)| key.cmp(known) == wanted) {
            best = Some((key, place));
        }
    }
    best.map_or(Ok(Stored::Null), |(_, place)| context.get(place))
}

/// The key of a value, which is that of all that equal it.
pub(super) fn key_of(value: &Value, oid: Oid) -> Result<Vec<u8>, ValueError> {
    let mut key = Vec::new();
    put(value, oid, &mut key)?;
    Ok(key)
}

fn put(value: &Value, oid: Oid, key: &mut Vec<u8>) -> Result<(), ValueError> {
    match value {
        Value::Null => {}
        Value::Bool(value) => key.push(u8::from(*value)),
        Value::Int2(value) => whole(i64::from(*value), key),
        Value::Int4(value) | Value::Date(value) => whole(i64::from(*value), key),
        Value::Int8(value)
        | Value::Time(value)
        | Value::Timestamp(value)
        | Value::Timestamptz(value) => whole(*value, key),
        Value::Oid(value) => whole(i64::from(*value), key),
        Value::Float4(value) => real(f64::from(*value), key),
        Value::Float8(value) => real(*value, key),
        Value::Numeric(value) => real(value.to_f64(), key),
        Value::Uuid(bytes) => key.extend_from_slice(bytes),
        Value::Interval(span) => {
            // A month has thirty days here, and a day 24 hours.
            let days = i128::from(span.months) * 30 + i128::from(span.days);
            let all = days * i128::from(DAY) + i128::from(span.micros);
            key.extend_from_slice(&(all ^ i128::MIN).to_be_bytes());
        }
        Value::Array(array) => {
            for element in array.elements() {
                match element? {
                    Value::Null => key.push(NULL),
                    element => {
                        key.push(ELEMENT);
                        put(&element, array.element(), key)?;
                    }
                }
            }
            key.push(END);
            // Of the same elements, that of fewer dimensions is the smaller one.
            key.push(u8::try_from(array.dimensions().len()).unwrap_or(u8::MAX));
        }
        Value::Json(document) if oid == Oid::JSONB => {
            let mut words = Vec::new();
            trunkline_core::types::json::text(document, Oid::JSONB, &mut words)?;
            super::jsonb::put_key(&String::from_utf8_lossy(&words), key);
        }
        Value::Bytea(_) => {
            let message = "the order of arrays of bytea is not supported by the SQLite engine";
            return Err(ValueError::new(SqlState::FEATURE_NOT_SUPPORTED, message));
        }
        // No text has a NUL, which is before every other byte.
        other => {
            key.extend_from_slice(storage::print(other, oid, &KEPT)?.as_bytes());
            key.push(0);
        }
    }
    Ok(())
}

fn whole(value: i64, key: &mut Vec<u8>) {
    key.extend_from_slice(&(value ^ i64::MIN).to_be_bytes());
}

/// Zero has one key, and a NaN is larger than every number.
pub(super) fn real(value: f64, key: &mut Vec<u8>) {
    let value = if value.is_nan() { f64::NAN.abs() } else { value + 0.0 };
    let bits = value.to_bits();
    let ordered = if value.is_sign_negative() { !bits } else { bits | (1 << 63) };
    key.extend_from_slice(&ordered.to_be_bytes());
}
