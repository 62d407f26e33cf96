//! Rows of the catalogs, cell by cell.

use std::sync::{Arc, LazyLock};

use trunkline_core::Oid;

use crate::datum::{Datum, Row};
use crate::facts::{self, Column, base_of};

/// Makes rows of one relation; what is not said of a row is what most rows of it have.
pub(super) struct Maker {
    columns: &'static [Column],
    usual: Vec<Datum>,
}

impl Maker {
    /// Makes rows of a relation.
    pub(super) fn new(schema: u32, relation: &str) -> Maker {
        let columns = facts::relation_columns(schema, relation).unwrap_or_default();
        let usual = columns
            .iter()
            .map(|column| if column.not_null { zero(column.oid) } else { Datum::Null });
        Maker { columns, usual: usual.collect() }
    }

    /// The cell of a row by its name.
    pub(super) fn cell(&self, row: &Row, name: &str) -> Datum {
        let place = self.columns.iter().position(|column| *column.name == *name);
        place.and_then(|place| row.get(place)).cloned().unwrap_or_default()
    }

    /// A row of cells by name, in the order of their columns.
    pub(super) fn row<const N: usize>(&self, cells: [(&str, Datum); N]) -> Row {
        let mut cells = cells.into_iter();
        let mut next = cells.next();
        let row = self.columns.iter().zip(&self.usual).map(|(column, usual)| match &mut next {
            Some((name, value)) if *column.name == **name => {
                let value = std::mem::take(value);
                next = cells.next();
                value
            }
            _ => usual.clone(),
        });
        let row = row.collect();
        debug_assert!(next.is_none(), "a column {next:?} in its place");
        row
    }
}

/// The value of a type that says nothing.
fn zero(oid: Oid) -> Datum {
    match base_of(oid) {
        Oid::BOOL => Datum::Bool(false),
        Oid::INT2 | Oid::INT4 | Oid::INT8 => Datum::Int(0),
        Oid::FLOAT4 | Oid::FLOAT8 => Datum::Float(0.0),
        Oid::TEXT | Oid::NAME | Oid::CHAR => Datum::text(""),
        Oid::INT2VECTOR | Oid::OIDVECTOR => {
            Datum::Array(Arc::new(crate::datum::List::vector(Vec::new())))
        }
        _ => Datum::Oid(0),
    }
}

/// A number of columns or the like.
pub(super) fn count(length: usize) -> Datum {
    Datum::Int(i64::try_from(length).unwrap_or(i64::MAX))
}

/// One letter.
pub(super) fn letter(letter: char) -> Datum {
    // There are few, and many rows.
    static LETTERS: LazyLock<Vec<Arc<str>>> =
        LazyLock::new(|| (0..128_u8).map(|byte| char::from(byte).to_string().into()).collect());
    let known = u8::try_from(letter).ok().and_then(|byte| LETTERS.get(usize::from(byte)));
    match known {
        Some(known) => Datum::Text(known.clone()),
        None => Datum::text(letter.to_string()),
    }
}

/// A letter or nothing.
pub(super) fn mark(text: &str) -> Datum {
    static NOTHING: LazyLock<Arc<str>> = LazyLock::new(|| "".into());
    match text.chars().next() {
        Some(first) => letter(first),
        None => Datum::Text(NOTHING.clone()),
    }
}
