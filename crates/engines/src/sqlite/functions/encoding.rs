//! Bytes as texts: `encode` and `decode`, in hex, in base64 and with escapes.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-binarystring.html#FUNCTION-ENCODE>.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::{Oid, SqlState};

use super::super::output::KEPT;
use super::super::storage;
use super::super::types::Type;
use super::bounded::{LONGEST, too_large};
use super::raise::raise_with_hint;
use super::{Answer, pure, raise, refused};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_encode", 2, encode)?;
    pure(connection, "pg_decode", 2, decode)
}

/// How bytes are written.
#[derive(Clone, Copy)]
enum Encoding {
    Hex,
    Base64,
    Escape,
}

impl Encoding {
    /// 22023 for a name that is none.
    fn of(name: &str) -> rusqlite::Result<Encoding> {
        match name.to_ascii_lowercase().as_str() {
            "hex" => Ok(Encoding::Hex),
            "base64" => Ok(Encoding::Base64),
            "escape" => Ok(Encoding::Escape),
            _ => Err(malformed(&format!("unrecognized encoding: \"{name}\""))),
        }
    }
}

fn malformed(message: &str) -> rusqlite::Error {
    raise(SqlState::INVALID_PARAMETER_VALUE, message)
}

/// `pg_encode(bytes, encoding)`
fn encode(context: &Context<'_>) -> Answer {
    let (ValueRef::Blob(bytes) | ValueRef::Text(bytes)) = context.get_raw(0) else {
        return Ok(Stored::Null);
    };
    let Some(name) = context.get::<Option<String>>(1)? else { return Ok(Stored::Null) };
    // No byte needs more than `\000`.
    if bytes.len().saturating_mul(4) > LONGEST {
        return Err(too_large());
    }
    Ok(Stored::Text(match Encoding::of(&name)? {
        Encoding::Hex => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        Encoding::Base64 => to_base64(bytes),
        Encoding::Escape => bytes.iter().map(|byte| escaped(*byte)).collect(),
    }))
}

/// `pg_decode(text, encoding)`
fn decode(context: &Context<'_>) -> Answer {
    let (Some(text), Some(name)) =
        (context.get::<Option<String>>(0)?, context.get::<Option<String>>(1)?)
    else {
        return Ok(Stored::Null);
    };
    let bytea = |text: &str| storage::literal(Type::of(Oid::BYTEA), text, &KEPT).map_err(refused);
    match Encoding::of(&name)? {
        Encoding::Hex => bytea(&format!("\\x{text}")),
        Encoding::Base64 => from_base64(&text).map(Stored::Blob),
        Encoding::Escape if text.starts_with("\\x") => {
            let message = "invalid input syntax for type bytea";
            Err(raise(SqlState::INVALID_TEXT_REPRESENTATION, message))
        }
        Encoding::Escape => bytea(&text),
    }
}

/// What no text can hold, or not safely, is told by its number.
fn escaped(byte: u8) -> String {
    match byte {
        b'\\' => "\\\\".to_owned(),
        1..=127 => char::from(byte).to_string(),
        _ => format!("\\{byte:03o}"),
    }
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// How many characters a line has.
const LINE: usize = 76;

fn to_base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() / 3 * 4 + bytes.len() / 57 + 4);
    for (group, chunk) in bytes.chunks(3).enumerate() {
        let bits = (0..3).fold(0, |bits: usize, place| {
            bits << 8 | usize::from(chunk.get(place).copied().unwrap_or(0))
        });
        for place in 0..4 {
            let digit = DIGITS.get(bits >> (18 - 6 * place) & 63).filter(|_| place <= chunk.len());
            text.push(digit.map_or('=', |digit| char::from(*digit)));
        }
        if (group + 1) % (LINE / 4) == 0 {
            text.push('\n');
        }
    }
    text
}

/// 22023 for what is not base64; white space does not count.
fn from_base64(text: &str) -> rusqlite::Result<Vec<u8>> {
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    // How many bytes the last four characters tell, once a `=` has come.
    let mut last = None;
    for symbol in text.chars().filter(|symbol| !matches!(symbol, ' ' | '\t' | '\n' | '\r')) {
        let digit = match symbol {
            '=' => {
                if last.is_none() {
                    last = match count {
                        2 => Some(1),
                        3 => Some(2),
                        _ => {
                            let message = "unexpected \"=\" while decoding base64 sequence";
                            return Err(malformed(message));
                        }
                    };
                }
                0
            }
            symbol => digit_of(symbol)?,
        };
        (bits, count) = (bits << 6 | digit, count + 1);
        if count == 4 {
            let [_, group @ ..] = bits.to_be_bytes();
            bytes.extend(group.iter().take(last.unwrap_or(3)));
            (bits, count) = (0, 0);
        }
    }
    if count != 0 {
        let hint = "Input data is missing padding, is truncated, or is otherwise corrupted.";
        let message = "invalid base64 end sequence";
        return Err(raise_with_hint(SqlState::INVALID_PARAMETER_VALUE, message, hint));
    }
    Ok(bytes)
}

fn digit_of(symbol: char) -> rusqlite::Result<u32> {
    Ok(match symbol {
        'A'..='Z' => u32::from(symbol) - u32::from('A'),
        'a'..='z' => u32::from(symbol) - u32::from('a') + 26,
        '0'..='9' => u32::from(symbol) - u32::from('0') + 52,
        '+' => 62,
        '/' => 63,
        _ => {
            let message =
                format!("invalid symbol \"{symbol}\" found while decoding base64 sequence");
            return Err(malformed(&message));
        }
    })
}
