//! Sizes, of bytes and as people write them.

use trunkline_core::types::{Numeric, Value};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::strings::text;
use crate::datum::Datum;
use crate::plan::{Call, Function};

/// The units, each 1,024 of the one before.
const UNITS: [&str; 6] = ["bytes", "kB", "MB", "GB", "TB", "PB"];

pub(super) fn function(name: &str, types: &[Oid]) -> Option<Function> {
    Some(match name {
        "pg_size_pretty" => size_pretty,
        "pg_size_bytes" => size_bytes,
        "length" | "octet_length" if types == [Oid::BYTEA] => |call| Ok(bytes(call, 1)),
        "bit_length" if types == [Oid::BYTEA] => |call| Ok(bytes(call, 8)),
        _ => return None,
    })
}

/// How long a `bytea` is, each byte counted so often.
fn bytes(call: &Call<'_>, each: usize) -> Datum {
    let Some(Datum::Other(value)) = call.arguments.first() else { return Datum::Null };
    let Value::Bytea(bytes) = &**value else { return Datum::Null };
    i64::try_from(bytes.len().saturating_mul(each)).map_or(Datum::Null, Datum::Int)
}

/// `1.5 MB` as a number of bytes.
fn size_bytes(call: &Call<'_>) -> Result<Datum> {
    let Some(given) = text(call, 0) else { return Ok(Datum::Null) };
    call.run.steps(given.len() / 16)?;
    let wrong = |message: String| PgError::new(SqlState::INVALID_PARAMETER_VALUE, message);
    let own = given.trim();
    let (number, unit) = split(own);
    let number = Numeric::parse(number).map_err(|error| match PgError::from(error) {
        error if error.sqlstate() == SqlState::NUMERIC_VALUE_OUT_OF_RANGE => error,
        _ => wrong(format!("invalid size: \"{given}\"")),
    })?;
    let is_bytes = ["", "b"].iter().any(|own| unit.eq_ignore_ascii_case(own));
    let place = match is_bytes {
        true => Some(0),
        false => UNITS.iter().position(|own| unit.eq_ignore_ascii_case(own)),
    };
    let Some(place) = place else {
        let valid = "Valid units are \"bytes\", \"B\", \"kB\", \"MB\", \"GB\", \"TB\", and \"PB\".";
        return Err(wrong(format!("invalid size: \"{given}\""))
            .detail(format!("Invalid size unit: \"{unit}\"."))
            .hint(valid));
    };
    let out_of_range = || PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, "bigint out of range");
    let scale = i16::try_from(number.scale()).map_err(|_| out_of_range())?;
    let digits =
        number.to_i128(scale).and_then(|digits| digits.checked_mul(1_i128 << (10 * place)));
    let value = digits.map(|digits| Numeric::from_i128(digits, scale));
    let value = value.and_then(|value| value.to_i64().ok()).ok_or_else(out_of_range)?;
    Ok(Datum::Int(value))
}

/// The number at the start, with its exponent, and the unit behind it.
fn split(text: &str) -> (&str, &str) {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let behind = |at: usize| text.get(at..).unwrap_or_default();
    let mut end = usize::from(text.starts_with(['+', '-']));
    end += digits(behind(end));
    if behind(end).starts_with('.') {
        end += 1 + digits(behind(end + 1));
    }
    if behind(end).starts_with(['e', 'E']) {
        let sign = usize::from(behind(end + 1).starts_with(['+', '-']));
        match digits(behind(end + 1 + sign)) {
            0 => {}
            exponent => end += 1 + sign + exponent,
        }
    }
    (text.get(..end).unwrap_or_default(), behind(end).trim_start())
}

fn size_pretty(call: &Call<'_>) -> Result<Datum> {
    let size = match call.arguments.first() {
        Some(Datum::Numeric(number)) => number.to_string().parse().ok(),
        other => other.and_then(Datum::as_int),
    };
    let Some(size): Option<i64> = size else {
        return Err(PgError::new(
            SqlState::FEATURE_NOT_SUPPORTED,
            "a size that is not whole is not supported",
        ));
    };
    // Halves of a unit are cut off until the last one, and rounded up there.
    let (mut value, mut place, mut has_half) = (size.unsigned_abs(), 0, false);
    loop {
        let is_last = place + 1 == UNITS.len();
        let limit = if has_half { 20 * 1024 - 1 } else { 10 * 1024 };
        if is_last || value < limit {
            value = if has_half { value.div_ceil(2) } else { value };
            break;
        }
        value /= if has_half { 1024 } else { 512 };
        (place, has_half) = (place + 1, true);
    }
    let sign = if size < 0 { "-" } else { "" };
    Ok(Datum::text(format!("{sign}{value} {}", UNITS.get(place).copied().unwrap_or("PB"))))
}
