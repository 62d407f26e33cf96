//! Places in the log of what is written, `pg_lsn`.

use std::sync::Arc;

use trunkline_core::types::{Numeric, Value};
use trunkline_core::{Oid, Result};

use crate::datum::Datum;
use crate::facts::Operator;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str) -> Option<Function> {
    (name == "pg_wal_lsn_diff").then_some(apart as Function)
}

/// An operator between two places.
pub(super) fn operator(operator: &Operator) -> Option<Function> {
    let is_place = |oid: Oid| oid == Oid::PG_LSN;
    let is_difference = &*operator.name == "-";
    (is_difference && is_place(operator.left) && is_place(operator.right))
        .then_some(apart as Function)
}

/// How many bytes one is behind the other.
fn apart(call: &Call<'_>) -> Result<Datum> {
    let place = |place: usize| match call.arguments.get(place) {
        Some(Datum::Other(value)) => match **value {
            Value::Lsn(at) => Some(i128::from(at)),
            _ => None,
        },
        _ => None,
    };
    let pair = place(0).zip(place(1));
    Ok(pair.map_or(Datum::Null, |(one, two)| {
        Datum::Numeric(Arc::new(Numeric::from_i128(one - two, 0)))
    }))
}
