//! Sizes, of bytes and as people write them.

use trunkline_core::types::{Numeric, Value};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::strings::text;
use crate::datum::Datum;
use crate::facts::{base_of, cell, element_of, rows_by};
use crate::plan::{Call, Function};

/// The units, each 1,024 of the one before.
const UNITS: [&str; 6] = ["bytes", "kB", "MB", "GB", "TB", "PB"];

pub(super) fn function(name: &str, types: &[Oid]) -> Option<Function> {
    Some(match name {
        "pg_size_pretty" => size_pretty,
        "pg_size_bytes" => size_bytes,
        "pg_column_size" => column_size,
        // Nothing is compressed here, nor kept apart.
        "pg_column_compression" | "pg_column_toast_chunk_id" => |_| Ok(Datum::Null),
        "length" | "octet_length" if types == [Oid::BYTEA] => |call| Ok(bytes(call, 1)),
        "bit_length" if types == [Oid::BYTEA] => |call| Ok(bytes(call, 8)),
        _ => return None,
    })
}

/// How long a `bytea` is, each byte counted so often.
fn bytes(call: &Call<'_>, each: usize) -> Datum {
    let Some(bytes) = super::conversions::bytes(call, 0) else { return Datum::Null };
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
        // Few bytes are shown as they are, with what is behind the point, too.
        Some(Datum::Numeric(number)) if is_small(number) => {
            return Ok(Datum::text(format!("{number} bytes")));
        }
        Some(Datum::Numeric(number)) if !number.is_finite() => {
            return Ok(Datum::text(format!("{number} PB")));
        }
        Some(Datum::Numeric(number)) => {
            let own = i16::try_from(number.scale()).ok();
            let digits = own.and_then(|own| number.to_i128(own));
            let factor = 10_i128.checked_pow(number.scale().into());
            digits.zip(factor).and_then(|(digits, factor)| digits.checked_div(factor))
        }
        other => other.and_then(Datum::as_int).map(i128::from),
    };
    let size = size.ok_or_else(|| crate::error::unsupported(0, "a size of so many digits"))?;
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

/// Whether a number of bytes is told in bytes.
fn is_small(number: &Numeric) -> bool {
    let limit = Numeric::from_i128(10 * 1024, 0);
    let least = Numeric::from_i128(-10 * 1024, 0);
    number.compare(&limit).is_lt() && number.compare(&least).is_gt()
}

/// `pg_column_size(value)`: how many bytes a value has that is not compressed.
fn column_size(call: &Call<'_>) -> Result<Datum> {
    let (Some(value), Some(oid)) = (call.arguments.first(), call.types.first()) else {
        return Ok(Datum::Null);
    };
    if value.is_null() {
        return Ok(Datum::Null);
    }
    if let Datum::Array(list) = value {
        call.run.steps(list.items.len())?;
    }
    let bytes = size_of(value, *oid)
        .ok_or_else(|| crate::error::unsupported(0, "the size of such a value"))?;
    Ok(i64::try_from(bytes).map_or(Datum::Null, Datum::Int))
}

/// How many bytes a value takes that is not NULL; `None` of types that are not known here.
fn size_of(value: &Datum, oid: Oid) -> Option<usize> {
    /// Before what is of any length.
    const HEAD: usize = 4;
    let oid = base_of(oid);
    let length = trunkline_core::types::typlen(oid);
    if let (Datum::Array(list), Some(element)) = (value, element_of(oid)) {
        let aligned = |bytes: usize, to: usize| bytes.next_multiple_of(to);
        // Length, dimensions, place of the elements and their type; length and lower bound of each dimension.
        let mut bytes = 16 + 8 * list.dimensions.len();
        if list.items.iter().any(Datum::is_null) {
            bytes += list.items.len().div_ceil(8);
        }
        bytes = aligned(bytes, 8);
        for item in list.items.iter().filter(|item| !item.is_null()) {
            bytes = aligned(bytes + size_of(item, element)?, alignment(element));
        }
        return Some(bytes);
    }
    Some(match (value, length) {
        (_, 1..) => usize::try_from(length).ok()?,
        // A string of C's ends with a byte of zero.
        (Datum::Text(text), -2) => text.len() + 1,
        (Datum::Text(_), _) if oid == Oid::JSONB => return None,
        (Datum::Text(text), _) => text.len() + HEAD,
        (Datum::Numeric(number), _) if number.is_finite() => HEAD + 2 + 2 * parts(number),
        (Datum::Other(value), _) => match &**value {
            Value::Bytea(bytes) => bytes.len() + HEAD,
            _ => return None,
        },
        _ => return None,
    })
}

/// At multiples of how many bytes the values of a type begin.
fn alignment(oid: Oid) -> usize {
    let row = rows_by("pg_type", "oid", &Datum::Oid(oid.0)).into_iter().next();
    let letter = row.and_then(|row| cell("pg_type", &row, "typalign").cloned());
    match letter.as_ref().and_then(Datum::as_str) {
        Some("c") => 1,
        Some("s") => 2,
        Some("d") => 8,
        _ => 4,
    }
}

/// How many parts of four digits a number is kept as.
fn parts(number: &Numeric) -> usize {
    let text = number.to_string();
    let text = text.trim_start_matches('-');
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut digits = "0".repeat((4 - whole.len() % 4) % 4) + whole + fraction;
    digits.push_str(&"0".repeat((4 - fraction.len() % 4) % 4));
    let is_used = |part: &[u8]| part.iter().any(|digit| *digit != b'0');
    let used: Vec<bool> = digits.as_bytes().chunks(4).map(is_used).collect();
    match (used.iter().position(|used| *used), used.iter().rposition(|used| *used)) {
        (Some(first), Some(last)) => last - first + 1,
        _ => 0,
    }
}
