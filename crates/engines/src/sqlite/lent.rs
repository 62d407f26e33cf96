//! Rows of relations that are not the engine's, as a statement gets them: a parameter for each relation.

use rusqlite::types::Value as Stored;
use trunkline_core::{LentRelation, LentRows, PgError, Result};

use super::cells::{Cell, Cells};
use super::control::Control;
use super::functions::quote_json;
use super::storage;

/// An array of arrays in JSON for each relation; NULL where no rows came.
///
/// # Errors
///
/// What is wrong with a value; 57014 once the job is stopped.
pub(super) fn cells(
    relations: &[LentRelation],
    all: &[LentRows],
    control: &Control,
) -> Result<Cells> {
    let mut cells = Cells::default();
    let mut all = all.iter();
    for relation in relations {
        match all.next() {
            Some(rows) => cells.push(Cell::Text(json(relation, rows, control)?.as_bytes())),
            None => cells.push(Cell::Null),
        }
    }
    Ok(cells)
}

fn json(relation: &LentRelation, rows: &LentRows, control: &Control) -> Result<String> {
    let mut out = String::from("[");
    for (number, row) in rows.iter().enumerate() {
        if control.is_stopped() {
            return Err(PgError::canceled());
        }
        out.push_str(if number == 0 { "[" } else { ",[" });
        for (place, (value, column)) in row.iter().zip(relation.columns.iter()).enumerate() {
            if place > 0 {
                out.push(',');
            }
            push(storage::store(value.clone(), column.type_oid)?, &mut out);
        }
        out.push(']');
    }
    out.push(']');
    Ok(out)
}

fn push(kept: Stored, out: &mut String) {
    match kept {
        Stored::Null => out.push_str("null"),
        Stored::Integer(number) => out.push_str(&number.to_string()),
        // SQLite reads a number that is too large as an infinite one.
        Stored::Real(number) if number.is_infinite() => {
            out.push_str(if number > 0.0 { "9e999" } else { "-9e999" });
        }
        Stored::Real(number) => out.push_str(&format!("{number:?}")),
        Stored::Text(text) => out.push_str(&quote_json(&text)),
        Stored::Blob(bytes) => {
            out.push('"');
            bytes.iter().for_each(|byte| out.push_str(&format!("{byte:02x}")));
            out.push('"');
        }
    }
}
