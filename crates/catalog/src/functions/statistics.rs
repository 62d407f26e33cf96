//! What a cluster tells of its work: counters, transactions, and what it has on disk.

use std::sync::Arc;

use trunkline_core::types::Value;
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::definitions::oid;
use super::session::started;
use crate::datum::{Datum, Row};
use crate::facts::{PROCS, Proc, cell};
use crate::plan::{Call, Function};

/// The first number of a transaction that is none of PostgreSQL's own.
const FIRST_TRANSACTION: i64 = 3;

pub(super) fn function(proc: &Proc) -> Option<Function> {
    Some(match &*proc.name {
        "pg_blocking_pids" | "pg_safe_snapshot_blocking_pids" => |_| Ok(Datum::list(Vec::new())),
        // Of a server that follows no other; and of a transaction that has changed nothing.
        "pg_last_wal_receive_lsn"
        | "pg_last_wal_replay_lsn"
        | "pg_last_xact_replay_timestamp"
        | "pg_current_logfile"
        | "txid_current_if_assigned"
        | "pg_current_xact_id_if_assigned" => |_| Ok(Datum::Null),
        "pg_trigger_depth" => |_| Ok(Datum::Int(0)),
        "txid_current" => |call| Ok(Datum::Int(transaction(call))),
        "pg_current_xact_id" => |call| {
            let number = u64::try_from(transaction(call)).unwrap_or_default();
            Ok(Datum::Other(Arc::new(Value::Xid8(number))))
        },
        "pg_relation_filenode" => |call| Ok(file(call).map_or(Datum::Null, Datum::Oid)),
        "pg_relation_filepath" => path,
        "pg_basetype" => base_type,
        "pg_get_replica_identity_index" => replica_identity,
        "pg_sequence_parameters" => sequence,
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

/// The number of the transaction: how long after the first one it began, so that later ones have greater ones.
fn transaction(call: &Call<'_>) -> i64 {
    FIRST_TRANSACTION.saturating_add(call.run.world.began.saturating_sub(started()).max(0))
}

/// The file that a relation is in; a view has none.
fn file(call: &Call<'_>) -> Option<u32> {
    let relation = oid(call, 0)?;
    let kind = match call.run.world.objects.class(relation) {
        Some(class) => class.kind,
        None => {
            let known = crate::facts::rows_by("pg_class", "oid", &Datum::Oid(relation));
            cell("pg_class", known.first()?, "relkind")?.as_str()?.chars().next()?
        }
    };
    matches!(kind, 'r' | 'i' | 'S' | 't' | 'm').then_some(relation)
}

/// `pg_relation_filepath`
fn path(call: &Call<'_>) -> Result<Datum> {
    let Some(file) = file(call) else { return Ok(Datum::Null) };
    let known = crate::facts::rows_by("pg_class", "oid", &Datum::Oid(file));
    let shared = known.first().and_then(|row| cell("pg_class", row, "relisshared"));
    Ok(Datum::text(match shared.is_some_and(Datum::is_true) {
        true => format!("global/{file}"),
        false => format!("base/{}/{file}", call.run.world.database().0),
    }))
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
    let fields = PROCS.get("pg_sequence_parameters").and_then(|procs| procs.first());
    let fields = fields.map(|proc| proc.outputs.clone()).unwrap_or_default();
    Datum::record(&fields.into(), values.into())
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
