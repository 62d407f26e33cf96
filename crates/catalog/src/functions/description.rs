//! What is said of objects: `obj_description` and its kin.

use trunkline_core::Result;

use super::definitions::oid;
use crate::datum::{Datum, Row};
use crate::facts::{PG_CATALOG, cell, column_place, relation_oid};
use crate::plan::Call;

/// `obj_description(oid, catalog)` and `col_description(table, column)`
pub(super) fn of_object(call: &Call<'_>) -> Result<Datum> {
    let Some(object) = oid(call, 0) else { return Ok(Datum::Null) };
    let rows = call.run.found("pg_description", "objoid", object)?;
    Ok(said(call, "pg_description", object, &rows))
}

/// `shobj_description(oid, catalog)`: of databases and roles, of which there are few.
pub(super) fn of_shared(call: &Call<'_>) -> Result<Datum> {
    let Some(object) = oid(call, 0) else { return Ok(Datum::Null) };
    let rows = call.run.world.table(PG_CATALOG, "pg_shdescription")?;
    call.run.steps(rows.len())?;
    Ok(said(call, "pg_shdescription", object, &rows))
}

fn said(call: &Call<'_>, among: &str, object: u32, rows: &[Row]) -> Datum {
    let named = |catalog: &str| relation_oid(PG_CATALOG, catalog).map(i64::from);
    let (catalog, column) = match call.arguments.get(1) {
        Some(Datum::Text(name)) => match named(name) {
            Some(oid) => (Some(oid), 0),
            None => return Datum::Null,
        },
        // Columns are those of relations.
        Some(Datum::Int(column)) => (named("pg_class"), *column),
        _ => (None, 0),
    };
    let [object_at, column_at, catalog_at] =
        ["objoid", "objsubid", "classoid"].map(|name| column_place(among, name));
    let number = |row: &Row, place| row.get(place).and_then(Datum::as_int);
    let found = rows.iter().find(|row| {
        number(row, object_at) == Some(object.into())
            // Databases have no columns.
            && number(row, column_at).unwrap_or(0) == column
            && catalog.is_none_or(|catalog| number(row, catalog_at) == Some(catalog))
    });
    found.and_then(|row| cell(among, row, "description")).cloned().unwrap_or_default()
}
