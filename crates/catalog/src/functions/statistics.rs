//! What a cluster tells of its work: counters, and what else is known of single objects.

use trunkline_core::{Oid, PgError, Result, SqlState};

use super::definitions::oid;
use super::row_of;
use crate::datum::{Datum, Row};
use crate::facts::{Proc, cell};
use crate::plan::{Call, Function};

pub(super) fn function(proc: &Proc) -> Option<Function> {
    Some(match &*proc.name {
        "pg_blocking_pids" | "pg_safe_snapshot_blocking_pids" => |_| Ok(Datum::list(Vec::new())),
        // Of a server that follows no other.
        "pg_last_wal_receive_lsn"
        | "pg_last_wal_replay_lsn"
        | "pg_last_xact_replay_timestamp"
        | "pg_current_logfile" => |_| Ok(Datum::Null),
        "pg_trigger_depth" => |_| Ok(Datum::Int(0)),
        "pg_basetype" => base_type,
        "pg_get_replica_identity_index" => replica_identity,
        "pg_sequence_parameters" => sequence,
        "pg_get_sequence_data" => |call| {
            let class = oid(call, 0).and_then(|oid| call.run.world.objects.class(oid));
            let state =
                class.and_then(|class| call.run.world.sequence_state(class.schema, &class.name));
            // What is no sequence has none of them.
            let cell = |place: usize| {
                state.as_ref().and_then(|row| row.get(place)).cloned().unwrap_or_default()
            };
            row_of("pg_get_sequence_data", vec![cell(0), cell(2)])
        },
        name => return counter(name.strip_prefix("pg_stat_get_")?, proc),
    })
}

/// Nothing has been counted yet; when something was done last is not known.
fn counter(what: &str, proc: &Proc) -> Option<Function> {
    let is_known = ["backend_", "bgwriter_stat", "checkpointer_stat", "snapshot_"];
    if proc.returns_set || !proc.outputs.is_empty() || what == "db_numbackends" {
        return None;
    }
    if is_known.iter().any(|start| what.starts_with(start)) {
        return None;
    }
    let is_of_function = what.contains("function_");
    Some(match proc.result {
        Oid::TIMESTAMPTZ => |_| Ok(Datum::Null),
        _ if is_of_function => |_| Ok(Datum::Null),
        Oid::INT4 | Oid::INT8 => |_| Ok(Datum::Int(0)),
        Oid::FLOAT8 => |_| Ok(Datum::Float(0.0)),
        _ => return None,
    })
}

/// The type under a domain, or the type itself.
fn base_type(call: &Call<'_>) -> Result<Datum> {
    let world = &call.run.world;
    let is_there = |oid: &u32| world.type_name(*oid).is_some();
    let base = oid(call, 0).filter(is_there).map(|oid| world.base_of(Oid(oid)).0);
    Ok(base.map_or(Datum::Null, Datum::Oid))
}

/// `pg_sequence_parameters`
fn sequence(call: &Call<'_>) -> Result<Datum> {
    let Some(sequence) = oid(call, 0) else { return Ok(Datum::Null) };
    let found = call.run.found("pg_sequence", "seqrelid", sequence)?;
    let Some(row) = found.first() else {
        return Err(match call.run.world.class_name(sequence) {
            Some(_) => {
                let message = format!("cache lookup failed for sequence {sequence}");
                PgError::new(SqlState::INTERNAL_ERROR, message)
            }
            None => {
                let message = format!("relation with OID {sequence} does not exist");
                PgError::new(SqlState::UNDEFINED_TABLE, message)
            }
        });
    };
    let columns =
        ["seqstart", "seqmin", "seqmax", "seqincrement", "seqcycle", "seqcache", "seqtypid"];
    let values = columns.map(|name| cell("pg_sequence", row, name).cloned().unwrap_or_default());
    row_of("pg_sequence_parameters", values.into())
}

/// The index by which a table's rows are told apart where they are sent on.
fn replica_identity(call: &Call<'_>) -> Result<Datum> {
    let Some(table) = oid(call, 0) else { return Ok(Datum::Null) };
    let of = call.run.found("pg_class", "oid", table)?;
    let identity = of.first().and_then(|row| cell("pg_class", row, "relreplident")?.as_str());
    let column = match identity {
        Some("d") => "indisprimary",
        Some("i") => "indisreplident",
        _ => return Ok(Datum::Null),
    };
    let indexes = call.run.found("pg_index", "indrelid", table)?;
    let is_it = |row: &Row| cell("pg_index", row, column).is_some_and(Datum::is_true);
    let found = indexes.iter().find(|row| is_it(row));
    Ok(found.and_then(|row| cell("pg_index", row, "indexrelid")).cloned().unwrap_or_default())
}
