//! Whether a text is a value of a type, and the functions by which types are read and written.

use trunkline_core::{Oid, PgError, Result, SqlState};

use super::strings::text;
use super::{bits, row_of};
use crate::datum::Datum;
use crate::facts::{Proc, rows_by, type_facts};
use crate::plan::{Call, Function};

pub(super) fn function(proc: &Proc) -> Option<Function> {
    Some(match &*proc.name {
        "pg_input_is_valid" => {
            |call| Ok(refusal(call)?.map_or(Datum::Null, |refusal| Datum::Bool(refusal.is_none())))
        }
        "pg_input_error_info" => |call| {
            let told = |text: Option<&str>| text.map_or(Datum::Null, Datum::text);
            let values = match refusal(call)? {
                None | Some(None) => vec![Datum::Null; 4],
                Some(Some(error)) => vec![
                    Datum::text(error.message()),
                    told(error.get(b'D')),
                    told(error.get(b'H')),
                    Datum::text(error.sqlstate().to_string()),
                ],
            };
            row_of("pg_input_error_info", values)
        },
        _ if is_of_types(proc, "typoutput") => |call| {
            let (Some(value), Some(oid)) = (call.arguments.first(), call.types.first()) else {
                return Ok(Datum::Null);
            };
            let written = call.run.world.text(value, *oid)?;
            call.run.admit_text(written.len())?;
            Ok(Datum::text(written))
        },
        _ if is_of_types(proc, "typinput") && is_told(proc.result) => read,
        _ => return None,
    })
}

/// Whether types are read or written by a function.
fn is_of_types(proc: &Proc, column: &str) -> bool {
    !rows_by("pg_type", column, &Datum::Oid(proc.oid)).is_empty()
}

/// Whether a result says which type is read, and not an argument.
fn is_told(result: Oid) -> bool {
    result == Oid::CSTRING || type_facts(result).is_some_and(|known| known.kind != b'p')
}

/// The value of a text, within what a modifier says behind the type of its elements.
fn read(call: &Call<'_>) -> Result<Datum> {
    let Some(given) = text(call, 0) else { return Ok(Datum::Null) };
    call.run.steps(given.len() / 16)?;
    let value = call.run.world.parse(call.result, given)?;
    let typmod = call.arguments.get(2).and_then(Datum::as_int);
    bits::check_length(&value, call.result, typmod.unwrap_or(-1))?;
    match call.arguments.get(2).and_then(Datum::as_int).and_then(|n| i32::try_from(n).ok()) {
        Some(typmod) => call.run.cast(value, call.result, call.result, typmod, false),
        None => Ok(value),
    }
}

/// What is wrong with a text as a value of a type; `None` if either is NULL.
fn refusal(call: &Call<'_>) -> Result<Option<Option<PgError>>> {
    let (Some(given), Some(name)) = (text(call, 0), text(call, 1)) else { return Ok(None) };
    call.run.steps((given.len() + name.len()) / 16)?;
    let words = name.split_ascii_whitespace().next();
    if words.is_some_and(|word| word.eq_ignore_ascii_case("setof")) {
        return Err(PgError::new(SqlState::SYNTAX_ERROR, format!("invalid type name \"{name}\"")));
    }
    let (oid, typmod) = call.run.world.find_modified_type(name)?;
    let value = call.run.world.parse(oid, given);
    let value = value.and_then(|value| {
        bits::check_length(&value, oid, typmod.into())?;
        call.run.cast(value, oid, oid, typmod, false)
    });
    match value {
        Ok(_) => Ok(Some(None)),
        // What is not done here, or was stopped, says nothing of the text.
        Err(error) if ["0A", "53", "54", "57"].iter().any(|class| is_of(&error, class)) => {
            Err(error)
        }
        Err(error) => Ok(Some(Some(error))),
    }
}

/// Whether an error is of a class, which the first two letters of its state are.
fn is_of(error: &PgError, class: &str) -> bool {
    error.sqlstate().to_string().starts_with(class)
}
