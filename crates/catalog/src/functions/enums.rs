//! Labels of an enum: all of them are the first argument.

use trunkline_core::{PgError, Result, SqlState};

use super::arrays::list;
use crate::datum::Datum;
use crate::plan::{Call, Function};

pub(crate) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "enum_first" => |call| end(call, false),
        "enum_last" => |call| end(call, true),
        "enum_range" => range,
        _ => return None,
    })
}

fn end(call: &Call<'_>, is_last: bool) -> Result<Datum> {
    let labels = list(call, 0).map(|labels| labels.items.as_slice()).unwrap_or_default();
    let label = if is_last { labels.last() } else { labels.first() };
    label.cloned().ok_or_else(|| {
        let name = call.types.first().map_or_else(String::new, |oid| {
            call.run.world.type_text(oid.0, -1).unwrap_or_else(|| oid.0.to_string())
        });
        let message = format!("enum {name} contains no values");
        PgError::new(SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, message)
    })
}

/// All labels, or those from one to another; NULL is the end on its side.
fn range(call: &Call<'_>) -> Result<Datum> {
    let Some(labels) = list(call, 0) else { return Ok(Datum::Null) };
    call.run.parts(labels.items.len())?;
    let is_within = |label: &&Datum| match (call.arguments.get(1), call.arguments.get(2)) {
        (Some(from), Some(to)) => {
            (from.is_null() || label.compare(from).is_ge())
                && (to.is_null() || label.compare(to).is_le())
        }
        _ => true,
    };
    call.run.list(labels.items.iter().filter(is_within).cloned().collect())
}
