//! What is said of objects: `obj_description` and its kin.

use trunkline_core::Result;

use super::definitions::oid;
use crate::datum::{Datum, Row};
use crate::facts::{PG_CATALOG, relation_columns, relation_oid};
use crate::plan::Call;

/// `pg_class`, whose columns are meant where no catalog is named.
const PG_CLASS: i64 = 1259;

/// `obj_description(oid, catalog)` and `col_description(table, column)`
pub(super) fn of_object(call: &Call<'_>) -> Result<Datum> {
    let Some(object) = oid(call, 0) else { return Ok(Datum::Null) };
    let rows = call.run.world.rows_by("pg_description", "objoid", &Datum::Oid(object));
    Ok(said(call, "pg_description", object, &rows))
}

/// `shobj_description(oid, catalog)`: of databases and roles, of which there are few.
pub(super) fn of_shared(call: &Call<'_>) -> Result<Datum> {
    let Some(object) = oid(call, 0) else { return Ok(Datum::Null) };
    let rows = call.run.world.table(PG_CATALOG, "pg_shdescription")?;
    Ok(said(call, "pg_shdescription", object, &rows))
}

fn said(call: &Call<'_>, among: &str, object: u32, rows: &[Row]) -> Datum {
    let (catalog, column) = match call.arguments.get(1) {
        Some(Datum::Text(name)) => match relation_oid(PG_CATALOG, name) {
            Some(oid) => (Some(i64::from(oid)), 0),
            None => return Datum::Null,
        },
        Some(Datum::Int(column)) => (Some(PG_CLASS), *column),
        _ => (None, 0),
    };
    let columns = relation_columns(PG_CATALOG, among).unwrap_or_default();
    let cell = |row: &Row, name: &str| {
        let place = columns.iter().position(|column| *column.name == *name)?;
        row.get(place).cloned()
    };
    let number = |row: &Row, name: &str| cell(row, name).and_then(|cell| cell.as_int());
    let found = rows.iter().find(|row| {
        number(row, "objoid") == Some(object.into())
            // Databases have no columns.
            && number(row, "objsubid").unwrap_or(0) == column
            && catalog.is_none_or(|catalog| number(row, "classoid") == Some(catalog))
    });
    found.and_then(|row| cell(row, "description")).unwrap_or_default()
}
