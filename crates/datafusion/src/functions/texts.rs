//! Functions of strings that DataFusion has not.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-string.html>.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Int32Array};
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::DataFusionError;
use datafusion::logical_expr::ReturnFieldArgs;
use trunkline_arrow::string_metadata;
use trunkline_core::{Oid, PgError, SqlState};

use super::builtin::{Builtin, Call, failed, gives_text, nullable};
use super::sizes;

pub(super) fn functions() -> [Builtin; 9] {
    [
        length_as("length"),
        length_as("char_length"),
        length_as("character_length"),
        mark("as_varchar", |_| Ok(of_type(Oid::VARCHAR))),
        mark("as_bpchar", |_| Ok(of_type(Oid::BPCHAR))),
        Builtin { name: "format", takes: all_texts, gives: gives_text, run: format },
        Builtin {
            name: "quote_literal",
            takes: one_text,
            gives: gives_text,
            run: |call| call.collect(|row| Ok(call.text(0, row)?.map(literal))),
        },
        Builtin {
            name: "quote_nullable",
            takes: one_text,
            gives: gives_text,
            run: |call| {
                let quoted = |text: Option<&str>| text.map_or_else(|| "NULL".to_owned(), literal);
                call.collect(|row| Ok(Some(quoted(call.text(0, row)?))))
            },
        },
        Builtin {
            name: "quote_ident",
            takes: one_text,
            gives: gives_text,
            run: |call| call.collect(|row| Ok(call.text(0, row)?.map(identifier))),
        },
    ]
}

/// The characters of a string, or the bytes of a `bytea`: DataFusion would count those of its text.
fn length_as(name: &'static str) -> Builtin {
    let takes = |types: &[DataType]| match types {
        [DataType::Null] => Some(vec![DataType::Utf8]),
        [known] if known.is_string() || is_bytea(known) => Some(vec![known.clone()]),
        _ => None,
    };
    Builtin { name, takes, gives: |_| Ok(nullable(DataType::Int32)), run: length }
}

fn is_bytea(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Binary | DataType::LargeBinary | DataType::BinaryView)
}

fn length(call: &Call<'_>) -> Result<ArrayRef, DataFusionError> {
    let array = call.array(0)?;
    let characters = |text: Option<&str>| text.map(|text| count(text.chars().count()));
    let bytes = |bytes: Option<&[u8]>| bytes.map(|bytes| count(bytes.len()));
    let lengths: Int32Array = match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().map(characters).collect(),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().map(characters).collect(),
        DataType::Utf8View => array.as_string_view().iter().map(characters).collect(),
        DataType::Binary => array.as_binary::<i32>().iter().map(bytes).collect(),
        DataType::LargeBinary => array.as_binary::<i64>().iter().map(bytes).collect(),
        _ => array.as_binary_view().iter().map(bytes).collect(),
    };
    Ok(Arc::new(lengths))
}

fn count(length: usize) -> i32 {
    i32::try_from(length).unwrap_or(i32::MAX)
}

type Gives = fn(&ReturnFieldArgs<'_>) -> Result<Field, DataFusionError>;

/// Gives a text another type's name, and leaves it as it is.
fn mark(name: &'static str, gives: Gives) -> Builtin {
    Builtin { name, takes: one_text, gives, run: |call| call.array(0).cloned() }
}

fn of_type(oid: Oid) -> Field {
    nullable(DataType::Utf8).with_metadata(string_metadata(oid))
}

fn one_text(types: &[DataType]) -> Option<Vec<DataType>> {
    (types.len() == 1).then(|| vec![DataType::Utf8])
}

fn all_texts(types: &[DataType]) -> Option<Vec<DataType>> {
    (!types.is_empty()).then(|| vec![DataType::Utf8; types.len()])
}

fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    match quoted.contains('\\') {
        true => format!(" E'{}'", quoted.replace('\\', "\\\\")).trim_start().to_owned(),
        false => format!("'{quoted}'"),
    }
}

fn identifier(text: &str) -> String {
    let starts = text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    match starts && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("\"{}\"", text.replace('"', "\"\"")),
    }
}

fn format(call: &Call<'_>) -> Result<ArrayRef, DataFusionError> {
    let mut room = sizes::BATCH;
    call.collect(|row| match call.text(0, row)? {
        Some(template) => formatted(call, template, row, &mut room).map(Some),
        None => Ok(None),
    })
}

/// A template with its arguments; what it takes of `room`, a number of bytes, is taken before.
fn formatted(
    call: &Call<'_>,
    template: &str,
    row: usize,
    room: &mut u64,
) -> Result<String, DataFusionError> {
    let error = |message: String| failed(PgError::new(SqlState::INVALID_PARAMETER_VALUE, message));
    let (mut out, mut rest, mut next) = (String::new(), template, 1);
    while let Some((before, specifier)) = rest.split_once('%') {
        out.push_str(before);
        if let Some(after) = specifier.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let (position, specifier) = match specifier.split_once('$') {
            Some((digits, after)) if is_number(digits) => (digits.parse().ok(), after),
            _ => (None, specifier),
        };
        let (left, specifier) = match specifier.strip_prefix('-') {
            Some(after) => (true, after),
            None => (false, specifier),
        };
        let width = specifier.find(|c: char| !c.is_ascii_digit()).unwrap_or(specifier.len());
        let (width, specifier) = specifier.split_at(width);
        let width = number(width)?;
        let index: usize = position.unwrap_or(next);
        next = index.saturating_add(1);
        if index >= call.arrays.len() || index == 0 {
            return Err(error("too few arguments for format()".to_owned()));
        }
        let argument = call.text(index, row)?;
        let text = match specifier.chars().next() {
            Some('s') => argument.unwrap_or_default().to_owned(),
            Some('I') => identifier(argument.ok_or_else(|| {
                let message = "null values cannot be formatted as an SQL identifier";
                failed(PgError::new(SqlState::NULL_VALUE_NOT_ALLOWED, message))
            })?),
            Some('L') => argument.map_or_else(|| "NULL".to_owned(), literal),
            Some(other) => {
                return Err(error(format!("unrecognized format() type specifier \"{other}\"")));
            }
            None => return Err(error("unterminated format() type specifier".to_owned())),
        };
        let padding = width.saturating_sub(text.chars().count());
        take(room, out.len(), text.len().saturating_add(padding))?;
        let padding = std::iter::repeat_n(' ', padding);
        match left {
            true => out.extend(text.chars().chain(padding)),
            false => out.extend(padding.chain(text.chars())),
        }
        rest = specifier.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
    Ok(out)
}

/// Makes room for so many bytes behind those that are there.
fn take(room: &mut u64, there: usize, bytes: usize) -> Result<(), DataFusionError> {
    let count = |bytes: usize| u64::try_from(bytes).unwrap_or(u64::MAX);
    if count(there).saturating_add(count(bytes)) > sizes::VALUE {
        return Err(sizes::too_long());
    }
    *room = room.checked_sub(count(bytes)).ok_or_else(sizes::no_room)?;
    Ok(())
}

/// Digits; none are 0.
fn number(digits: &str) -> Result<usize, DataFusionError> {
    let number = if digits.is_empty() { Ok(0) } else { digits.parse::<i32>() };
    number.ok().and_then(|number| usize::try_from(number).ok()).ok_or_else(|| {
        failed(PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, "number is out of range"))
    })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
