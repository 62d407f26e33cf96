//! Casts that are called as functions, and bytes as text.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use md5::{Digest, Md5};
use sha2::{Sha224, Sha256, Sha384, Sha512};
use trunkline_core::types::Value;
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::strings::text;
use crate::datum::Datum;
use crate::error::bad_argument;
use crate::facts::{Proc, facts, number};
use crate::plan::{Call, Function};

/// The functions that `pg_cast` names.
static CASTS: LazyLock<HashSet<u32>> = LazyLock::new(|| {
    let Some(facts) = facts("pg_cast") else { return HashSet::new() };
    let function = facts.column("castfunc");
    facts.rows.iter().map(|row| number(row, function)).filter(|oid| *oid != 0).collect()
});

/// `bpchar(text)`, `int4(bigint)`: a cast by the name of its type.
pub(super) fn cast(proc: &Proc) -> Option<Function> {
    CASTS.contains(&proc.oid).then_some(|call| {
        let Some(value) = call.arguments.first() else { return Ok(Datum::Null) };
        let from = call.types.first().copied().unwrap_or(Oid::TEXT);
        let typmod = call.arguments.get(1).and_then(Datum::as_int);
        let typmod = typmod.and_then(|typmod| i32::try_from(typmod).ok()).unwrap_or(-1);
        call.run.cast(value.clone(), from, call.result, typmod, true)
    })
}

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "encode" => encode,
        "decode" => decode,
        "convert_from" => |call| {
            let Some(bytes) = bytes(call, 0) else { return Ok(Datum::Null) };
            match std::str::from_utf8(bytes) {
                Ok(text) => Ok(Datum::text(text)),
                Err(_) => Err(PgError::new(
                    SqlState::CHARACTER_NOT_IN_REPERTOIRE,
                    "invalid byte sequence for encoding \"UTF8\"",
                )),
            }
        },
        "convert_to" => |call| Ok(text(call, 0).map_or(Datum::Null, |text| bytea(text.as_bytes()))),
        "md5" => |call| {
            let bytes = bytes(call, 0).or_else(|| text(call, 0).map(str::as_bytes));
            Ok(bytes.map_or(Datum::Null, |bytes| {
                let digest = Md5::digest(bytes);
                Datum::text(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
            }))
        },
        "sha224" => digest::<Sha224>,
        "sha256" => digest::<Sha256>,
        "sha384" => digest::<Sha384>,
        "sha512" => digest::<Sha512>,
        "num_nulls" => |call| count(call, true),
        "num_nonnulls" => |call| count(call, false),
        _ => return None,
    })
}

fn digest<D: Digest>(call: &Call<'_>) -> Result<Datum> {
    Ok(bytes(call, 0).map_or(Datum::Null, |bytes| bytea(&D::digest(bytes))))
}

pub(super) fn bytea(bytes: &[u8]) -> Datum {
    Datum::Other(Arc::new(Value::Bytea(bytes.to_vec())))
}

pub(super) fn bytes<'a>(call: &'a Call<'_>, place: usize) -> Option<&'a [u8]> {
    match call.arguments.get(place)?.as_value()? {
        Value::Bytea(bytes) => Some(bytes),
        _ => None,
    }
}

/// How many arguments, or elements of VARIADIC, are NULL or not.
fn count(call: &Call<'_>, nulls: bool) -> Result<Datum> {
    let found = call.arguments.iter().filter(|value| value.is_null() == nulls).count();
    Ok(Datum::Int(i64::try_from(found).unwrap_or(i64::MAX)))
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn encode(call: &Call<'_>) -> Result<Datum> {
    let (Some(bytes), Some(format)) = (bytes(call, 0), text(call, 1)) else {
        return Ok(Datum::Null);
    };
    call.run.admit_text(bytes.len().saturating_mul(4))?;
    let mut out = String::new();
    match format.to_ascii_lowercase().as_str() {
        "hex" => bytes.iter().for_each(|byte| out.push_str(&format!("{byte:02x}"))),
        "escape" => {
            for byte in bytes {
                match byte {
                    0 | 0x80.. => out.push_str(&format!("\\{byte:03o}")),
                    b'\\' => out.push_str("\\\\"),
                    byte => out.push(char::from(*byte)),
                }
            }
        }
        "base64" => {
            for (line, chunk) in bytes.chunks(57).enumerate() {
                out.push_str(if line > 0 { "\n" } else { "" });
                chunk.chunks(3).for_each(|three| push_base64(three, &mut out));
            }
        }
        _ => return Err(unrecognized(format)),
    }
    Ok(Datum::text(out))
}

fn push_base64(three: &[u8], out: &mut String) {
    let byte = |place: usize| u32::from(three.get(place).copied().unwrap_or(0));
    let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
    for place in 0..4 {
        let index = usize::try_from((bits >> (18 - 6 * place)) & 63).unwrap_or(0);
        let letter = BASE64.get(index).copied().map_or('=', char::from);
        out.push(if place <= three.len() { letter } else { '=' });
    }
}

fn unrecognized(format: &str) -> PgError {
    bad_argument(format!("unrecognized encoding: \"{format}\""))
}

fn decode(call: &Call<'_>) -> Result<Datum> {
    let (Some(text), Some(format)) = (text(call, 0), text(call, 1)) else { return Ok(Datum::Null) };
    match format.to_ascii_lowercase().as_str() {
        "hex" => {
            let digits: Vec<char> = text.chars().filter(|one| !one.is_whitespace()).collect();
            let byte = |pair: &[char]| {
                u8::from_str_radix(&pair.iter().collect::<String>(), 16)
                    .ok()
                    .filter(|_| pair.len() == 2)
            };
            let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
            bytes.map(|bytes| bytea(&bytes)).ok_or_else(|| bad_argument("invalid hexadecimal data"))
        }
        "escape" => call.run.world.parse(Oid::BYTEA, text),
        "base64" => {
            let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
            for letter in text.bytes().filter(|one| !one.is_ascii_whitespace() && *one != b'=') {
                let place = BASE64.iter().position(|own| *own == letter);
                let place = place.and_then(|place| u32::try_from(place).ok());
                let place = place.ok_or_else(|| {
                    bad_argument("invalid symbol found while decoding base64 sequence")
                })?;
                bits = bits << 6 | place;
                count += 6;
                if count >= 8 {
                    count -= 8;
                    let [.., byte] = (bits >> count).to_be_bytes();
                    bytes.push(byte);
                }
                bits &= 0xff;
            }
            Ok(bytea(&bytes))
        }
        _ => Err(unrecognized(format)),
    }
}
