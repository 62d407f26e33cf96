//! Bytes: `encode`, `decode`, and those of a UUID.

use md5::{Digest, Md5};
use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::types::Value;
use trunkline_core::{Oid, SqlState};

use super::super::output::KEPT;
use super::super::storage;
use super::super::types::Type;
use super::text::text;
use super::{Answer, pure, raise, refused};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_md5", 1, |context| {
        let digest = match context.get_raw(0) {
            ValueRef::Null => return Ok(Stored::Null),
            ValueRef::Blob(bytes) | ValueRef::Text(bytes) => Md5::digest(bytes),
            _ => Md5::digest(text(context, 0)?.unwrap_or_default()),
        };
        Ok(Stored::Text(digest.iter().map(|byte| format!("{byte:02x}")).collect()))
    })?;
    pure(connection, "pg_encode", 2, encode)?;
    pure(connection, "pg_decode", 2, decode)?;
    pure(connection, "pg_uuid", 1, uuid)
}

/// `encode(bytes, format)`
fn encode(context: &Context<'_>) -> Answer {
    let (ValueRef::Blob(bytes) | ValueRef::Text(bytes)) = context.get_raw(0) else {
        return Ok(Stored::Null);
    };
    match context.get::<Option<String>>(1)?.as_deref() {
        None => Ok(Stored::Null),
        Some("hex") => {
            let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
            Ok(Stored::Text(digits.collect()))
        }
        Some(other) => Err(unknown_encoding(other)),
    }
}

/// `decode(text, format)`
fn decode(context: &Context<'_>) -> Answer {
    let (Some(text), Some(format)) =
        (context.get::<Option<String>>(0)?, context.get::<Option<String>>(1)?)
    else {
        return Ok(Stored::Null);
    };
    if format != "hex" {
        return Err(unknown_encoding(&format));
    }
    storage::literal(Type::of(Oid::BYTEA), &format!("\\x{text}"), &KEPT).map_err(refused)
}

fn unknown_encoding(name: &str) -> rusqlite::Error {
    let message = format!("the encoding \"{name}\" is not supported by the SQLite engine");
    raise(SqlState::FEATURE_NOT_SUPPORTED, &message)
}

/// `pg_uuid(blob)`: sixteen random bytes as a UUID of version 4.
fn uuid(context: &Context<'_>) -> Answer {
    let ValueRef::Blob(random) = context.get_raw(0) else { return Ok(Stored::Null) };
    let mut bytes: [u8; 16] = random.try_into().unwrap_or_default();
    let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
    *version = (*version & 0x0f) | 0x40;
    *variant = (*variant & 0x3f) | 0x80;
    storage::store(Value::Uuid(bytes), Oid::UUID).map_err(refused)
}
