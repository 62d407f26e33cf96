//! Functions of `macaddr` and `macaddr8`.

use std::sync::Arc;

use trunkline_core::Oid;
use trunkline_core::types::Value;

use crate::datum::Datum;
use crate::plan::Function;

pub(super) fn function(name: &str, types: &[Oid]) -> Option<Function> {
    if name != "trunc" || !matches!(types, [Oid::MACADDR | Oid::MACADDR8]) {
        return None;
    }
    // What is left says who made it.
    Some(|call| {
        let cut = match call.arguments.first().and_then(Datum::as_value) {
            Some(Value::Macaddr([a, b, c, ..])) => Value::Macaddr([*a, *b, *c, 0, 0, 0]),
            Some(Value::Macaddr8([a, b, c, ..])) => Value::Macaddr8([*a, *b, *c, 0, 0, 0, 0, 0]),
            _ => return Ok(Datum::Null),
        };
        Ok(Datum::Other(Arc::new(cut)))
    })
}
