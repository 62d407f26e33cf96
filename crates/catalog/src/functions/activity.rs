//! What sessions do, as functions tell of it.

use trunkline_core::{Oid, Result};

use super::definitions::oid;
use crate::datum::Datum;
use crate::facts::{PG_CATALOG, PROCS, cell, facts};
use crate::plan::{Call, Function, SetFunction};

pub(super) fn function(name: &str) -> Option<Function> {
    (name == "pg_stat_get_db_numbackends").then_some(count)
}

pub(super) fn rows(name: &str) -> Option<SetFunction> {
    Some(match name {
        "pg_stat_get_activity" => of_process,
        "pg_stat_get_io" => |_| {
            // Behind what is counted stands since when.
            let since = Datum::Int(super::session::started());
            let known = facts("pg_stat_io_rows").map(|facts| facts.rows.as_slice());
            let rows = known.unwrap_or_default().iter();
            Ok(rows.map(|row| row.iter().chain([&since]).cloned().collect()).collect())
        },
        _ => return None,
    })
}

/// How many sessions are in a database.
fn count(call: &Call<'_>) -> Result<Datum> {
    let database = oid(call, 0).unwrap_or(0);
    let rows = call.run.world.table(PG_CATALOG, "pg_stat_activity")?;
    let of = |row| cell("pg_stat_activity", row, "datid").and_then(Datum::as_oid);
    let count = rows.iter().filter(|row| of(row) == Some(database)).count();
    Ok(Datum::Int(i64::try_from(count).unwrap_or(i64::MAX)))
}

/// `pg_stat_get_activity(process)`: NULL and -1 stand for all of them.
fn of_process(call: &Call<'_>) -> Result<Vec<Vec<Datum>>> {
    let world = &call.run.world;
    let asked = call.arguments.first().and_then(Datum::as_int).filter(|asked| *asked != -1);
    let pid = |relation, row: &[Datum]| cell(relation, row, "pid").and_then(Datum::as_int);
    let secured = world.table(PG_CATALOG, "pg_stat_ssl")?;
    let outputs: &[(_, Oid)] = PROCS
        .get("pg_stat_get_activity")
        .and_then(|procs| procs.first())
        .map_or(&[], |proc| &proc.outputs);
    let mut rows = Vec::new();
    for row in world.table(PG_CATALOG, "pg_stat_activity")? {
        let own = pid("pg_stat_activity", &row);
        if asked.is_some_and(|asked| own != Some(asked)) {
            continue;
        }
        call.run.step()?;
        let ssl = secured.iter().find(|row| pid("pg_stat_ssl", row) == own);
        let ssl = ssl.and_then(|row| cell("pg_stat_ssl", row, "ssl")).cloned();
        rows.push(
            outputs
                .iter()
                .map(|(name, _)| match &**name {
                    "ssl" => ssl.clone().unwrap_or_default(),
                    "gss_auth" | "gss_enc" | "gss_delegation" if ssl.is_some() => {
                        Datum::Bool(false)
                    }
                    name => cell("pg_stat_activity", &row, name).cloned().unwrap_or_default(),
                })
                .collect(),
        );
    }
    Ok(rows)
}
