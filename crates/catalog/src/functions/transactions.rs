//! Transactions and what they see, as functions tell of them.

use std::sync::Arc;

use trunkline_core::types::{Snapshot, Value};
use trunkline_core::{PgError, Result, SqlState};

use super::session::started;
use crate::datum::Datum;
use crate::plan::{Call, Function, SetFunction};

/// The first number of a transaction that is none of PostgreSQL's own.
const FIRST: u64 = 3;

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        // Of a transaction that has changed nothing.
        "txid_current_if_assigned" | "pg_current_xact_id_if_assigned" => |_| Ok(Datum::Null),
        "txid_current" => |call| Ok(int(own(call))),
        "pg_current_xact_id" => |call| Ok(xid8(own(call))),
        "pg_current_snapshot" | "txid_current_snapshot" => |call| {
            // No other transaction is known.
            let own = own(call);
            let seen = Snapshot::parse(&format!("{own}:{own}:"))?;
            Ok(Datum::Other(Arc::new(Value::Snapshot(seen))))
        },
        "pg_snapshot_xmin" => |call| Ok(end(call, Snapshot::xmin, xid8)),
        "pg_snapshot_xmax" => |call| Ok(end(call, Snapshot::xmax, xid8)),
        "txid_snapshot_xmin" => |call| Ok(end(call, Snapshot::xmin, int)),
        "txid_snapshot_xmax" => |call| Ok(end(call, Snapshot::xmax, int)),
        "pg_visible_in_snapshot" | "txid_visible_in_snapshot" => |call| {
            let pair = number(call).zip(snapshot(call, 1));
            Ok(pair.map_or(Datum::Null, |(number, seen)| {
                let is_over = number < seen.xmin()
                    || number < seen.xmax() && !seen.running().contains(&number);
                Datum::Bool(is_over)
            }))
        },
        "pg_xact_status" | "txid_status" => status,
        _ => return None,
    })
}

pub(super) fn rows(name: &str) -> Option<SetFunction> {
    Some(match name {
        "pg_snapshot_xip" => |call| Ok(running(call, xid8)),
        "txid_snapshot_xip" => |call| Ok(running(call, int)),
        _ => return None,
    })
}

/// The number of the transaction: how long after the first one it began, so that later ones have greater ones.
fn own(call: &Call<'_>) -> u64 {
    let since = call.run.world.began.saturating_sub(started());
    FIRST.saturating_add(u64::try_from(since).unwrap_or(0))
}

fn xid8(number: u64) -> Datum {
    Datum::Other(Arc::new(Value::Xid8(number)))
}

fn int(number: u64) -> Datum {
    Datum::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

fn number(call: &Call<'_>) -> Option<u64> {
    let given = call.arguments.first()?;
    match given.as_value() {
        Some(Value::Xid8(number)) => Some(*number),
        // Others take the bits as they are.
        _ => Some(given.as_int()?.cast_unsigned()),
    }
}

fn snapshot(call: &Call<'_>, place: usize) -> Option<Snapshot> {
    let given = call.arguments.get(place)?;
    match given.as_value() {
        Some(Value::Snapshot(snapshot)) => Some(snapshot.clone()),
        // `txid_snapshot` is carried as it is written.
        _ => Snapshot::parse(given.as_str()?).ok(),
    }
}

fn end(call: &Call<'_>, which: fn(&Snapshot) -> u64, made: fn(u64) -> Datum) -> Datum {
    snapshot(call, 0).map_or(Datum::Null, |seen| made(which(&seen)))
}

fn running(call: &Call<'_>, made: fn(u64) -> Datum) -> Vec<Vec<Datum>> {
    let seen = snapshot(call, 0);
    let all = seen.as_ref().map(Snapshot::running).unwrap_or_default();
    all.iter().map(|number| vec![made(*number)]).collect()
}

/// `pg_xact_status(number)`: what came before is over, and nothing is known to have failed.
fn status(call: &Call<'_>) -> Result<Datum> {
    let own = own(call);
    match number(call) {
        None | Some(0) => Ok(Datum::Null),
        Some(number) if number < own => Ok(Datum::text("committed")),
        Some(number) if number == own => Ok(Datum::text("in progress")),
        Some(number) => {
            let message = format!("transaction ID {number} is in the future");
            Err(PgError::new(SqlState::INVALID_PARAMETER_VALUE, message))
        }
    }
}
