//! Bytes: their digests, and those of a UUID.

use md5::{Digest, Md5};
use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Stored, ValueRef};
use sha2::{Sha224, Sha256, Sha384, Sha512};
use trunkline_core::Oid;
use trunkline_core::types::Value;

use super::super::storage;
use super::text::text;
use super::{Answer, pure, refused};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_md5", 1, |context| {
        let digest = match context.get_raw(0) {
            ValueRef::Null => return Ok(Stored::Null),
            ValueRef::Blob(bytes) | ValueRef::Text(bytes) => Md5::digest(bytes),
            _ => Md5::digest(text(context, 0)?.unwrap_or_default()),
        };
        Ok(Stored::Text(digest.iter().map(|byte| format!("{byte:02x}")).collect()))
    })?;
    pure(connection, "pg_sha224", 1, digest::<Sha224>)?;
    pure(connection, "pg_sha256", 1, digest::<Sha256>)?;
    pure(connection, "pg_sha384", 1, digest::<Sha384>)?;
    pure(connection, "pg_sha512", 1, digest::<Sha512>)?;
    pure(connection, "pg_uuid", 1, uuid)
}

/// `pg_sha…(bytes)`
fn digest<D: Digest>(context: &Context<'_>) -> Answer {
    let ValueRef::Blob(bytes) = context.get_raw(0) else { return Ok(Stored::Null) };
    Ok(Stored::Blob(D::digest(bytes).to_vec()))
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
